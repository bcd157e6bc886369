//! The playground: an authorization request built field by field, and what comes of it. Nothing is stored and nothing is
//! called here: the browser keeps the attempt, and its forms go to the endpoints themselves.

mod attempt;
pub(super) mod callback;
pub(super) mod request;

use super::layout::{Section, Shell, answer};
use crate::cx::Cx;
use crate::web::told::Told;
use crate::web::{limits, urls};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::prompt;

#[derive(Template)]
#[template(path = "developers/playground.html")]
struct BuilderPage {
    shell: Shell,
    tab: Tab,
    action: &'static str,
    redirect_uri: String,
    typed: Typed,
    mistake: Option<Mistake>,
}

/// The parts of the playground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Code,
    ClientCredentials,
}

/// What was typed into the form of the authorization request.
#[derive(Default)]
struct Typed {
    client_id: String,
    scope: String,
    resource: String,
    prompt: String,
    max_age: String,
    login_hint: String,
}

/// A field that cannot be sent on, and why.
#[derive(Clone, Copy)]
struct Mistake {
    field: &'static str,
    rule: &'static str,
}

/// Bytes of a field. The request must stay one that the authorization endpoint reads.
const LONGEST_FIELD: usize = 1_000;

impl Typed {
    fn of(query: &Params) -> Self {
        let text = |name| query.one(name).unwrap_or_default().trim().to_owned();
        Self {
            client_id: text("client_id"),
            scope: text("scope"),
            resource: text("resource"),
            prompt: text("prompt"),
            max_age: text("max_age"),
            login_hint: text("login_hint"),
        }
    }

    /// The fields as parameters of an authorization request.
    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("client_id", &self.client_id),
            ("scope", &self.scope),
            ("resource", &self.resource),
            ("prompt", &self.prompt),
            ("max_age", &self.max_age),
            ("login_hint", &self.login_hint),
        ]
    }

    /// What cannot be sent on. Whatever else is wrong, the authorization endpoint says: that is what a playground is for.
    fn mistake(&self) -> Option<Mistake> {
        if self.client_id.is_empty() {
            return Some(Mistake {
                field: "client_id",
                rule: "Type the client_id of an application",
            });
        }
        // RFC 6749 appendix A.1.
        if !self.client_id.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
            return Some(Mistake {
                field: "client_id",
                rule: "A client_id has no characters but those of ASCII",
            });
        }
        let (field, _) = self
            .fields()
            .into_iter()
            .find(|(_, value)| value.len() > LONGEST_FIELD)?;
        Some(Mistake {
            field,
            rule: "This is longer than 1000 characters",
        })
    }
}

impl BuilderPage {
    fn has_mistake(&self, field: &str) -> bool {
        self.mistake.is_some_and(|mistake| mistake.field == field)
    }

    /// What is wrong with the field that has a mistake.
    fn rule(&self) -> &'static str {
        self.mistake.map_or("", |mistake| mistake.rule)
    }
}

/// The redirect URI of the playground.
fn redirect_uri(cx: &Cx) -> String {
    urls::absolute(&cx.config().issuer, urls::PLAYGROUND_CALLBACK)
}

/// The query of a page; each name once.
fn query(http: &HttpRequest) -> Result<Params, HttpResponse> {
    let text = http.query_string().as_bytes();
    if text.len() > limits::QUERY_BYTES {
        return Err(Told::AddressTooLong.answer());
    }
    let parsed = Params::parse(text).and_then(|query| query.refuse_repeats(&[]).map(|()| query));
    parsed.map_err(|_| Told::Unreadable.answer())
}

/// `GET /developers/playground`, with a `client_id` where a page of an application leads here.
pub(super) async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    let mut typed = match query(&http) {
        Ok(query) => Typed::of(&query),
        Err(response) => return response,
    };
    if typed.scope.is_empty() {
        "openid profile email".clone_into(&mut typed.scope);
    }
    builder(&cx, typed, None)
}

fn builder(cx: &Cx, typed: Typed, mistake: Option<Mistake>) -> HttpResponse {
    let status = match mistake {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = BuilderPage {
        shell: Shell::new(cx, Section::Playground, "Playground"),
        tab: Tab::Code,
        action: urls::PLAYGROUND_REQUEST,
        redirect_uri: redirect_uri(cx),
        typed,
        mistake,
    };
    answer(cx, status, &page)
}

#[derive(Template)]
#[template(path = "developers/playground/client_credentials.html")]
struct ClientCredentialsPage {
    shell: Shell,
    tab: Tab,
}

/// `GET /developers/playground/client-credentials`.
pub(super) async fn client_credentials(cx: Cx) -> HttpResponse {
    let page = ClientCredentialsPage {
        shell: Shell::new(&cx, Section::Playground, "Client credentials"),
        tab: Tab::ClientCredentials,
    };
    answer(&cx, StatusCode::OK, &page)
}
