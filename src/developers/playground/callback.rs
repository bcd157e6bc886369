//! The redirect URI of the playground: shows the answer to an authorization request, judges it as an application must,
//! and prepares the exchange of the code. Everything that comes in is text of whoever made the address.

use super::attempt::Attempt;
use super::{Tab, query, redirect_uri};
use crate::cx::Cx;
use crate::developers::layout::{Section, Shell, answer};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::spec::human_readable;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::{ErrorCode, iss};

#[derive(Template)]
#[template(path = "developers/playground/callback.html")]
struct CallbackPage {
    shell: Shell,
    tab: Tab,
    target: String,
    parameters: Vec<(String, String)>,
    checks: Vec<Check>,
    refusal: Option<Refusal>,
    exchange: Option<Exchange>,
}

/// Something that an application must look at before it goes on.
struct Check {
    name: &'static str,
    is_good: bool,
    finding: String,
}

/// An answer with an error.
struct Refusal {
    /// As it came.
    error: String,
    known: Option<ErrorCode>,
}

/// What redeems the code.
struct Exchange {
    code: String,
    redirect_uri: String,
    client_id: String,
    verifier: String,
    nonce: String,
}

impl CallbackPage {
    fn is_bad(&self) -> bool {
        self.refusal.is_some() || self.checks.iter().any(|check| !check.is_good)
    }
}

/// `GET /developers/callback`.
pub(in crate::developers) async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    let brought = match query(&http) {
        Ok(brought) => brought,
        Err(response) => return response,
    };
    let attempt = Attempt::read(&cx, http.headers());
    let checks = if brought.is_empty() {
        Vec::new()
    } else {
        vec![
            of_state(brought.one("state"), attempt.as_ref()),
            of_issuer(brought.one(iss::NAME), &cx.config().issuer),
        ]
    };
    let is_ours = checks.iter().all(|check| check.is_good);
    let refusal = brought.one("error").map(|error| Refusal {
        error: visible(error),
        known: ErrorCode::parse(error),
    });
    let page = CallbackPage {
        shell: Shell::new(&cx, Section::Playground, "The answer"),
        tab: Tab::Code,
        target: visible(http.uri().path_and_query().map_or("", |target| target.as_str())),
        parameters: shown(&brought),
        exchange: attempt
            .filter(|_| is_ours && refusal.is_none())
            .and_then(|attempt| exchange(&cx, &brought, &attempt)),
        checks,
        refusal,
    };
    answer(&cx, StatusCode::OK, &page)
}

/// RFC 6749 §10.12: the answer belongs to what this browser asked.
fn of_state(brought: Option<&str>, attempt: Option<&Attempt>) -> Check {
    let finding = match (brought, attempt) {
        (_, None) => {
            "This browser has no attempt to compare it with. One is given up after ten minutes, or it was begun in \
             another browser."
        }
        (None, Some(_)) => "The answer brings no state. An application must not take it.",
        (Some(state), Some(attempt)) if state == attempt.state => "It is the one that this browser sent.",
        (Some(_), Some(_)) => {
            "It is not the one that this browser sent last. An application must not take such an answer: it may be \
             somebody else's."
        }
    };
    Check {
        name: "state",
        is_good: matches!((brought, attempt), (Some(state), Some(attempt)) if state == attempt.state),
        finding: finding.to_owned(),
    }
}

/// RFC 9207 §2.4: the answer comes from the server that was asked.
fn of_issuer(brought: Option<&str>, issuer: &str) -> Check {
    let finding = match brought {
        Some(other) if other == issuer => "It is this server.".to_owned(),
        Some(other) => format!(
            "It is {}, and this server is {issuer}. An application must not take such an answer, nor send the code \
             anywhere.",
            visible(other)
        ),
        None => "The answer does not say which server it comes from; this one always does.".to_owned(),
    };
    Check {
        name: iss::NAME,
        is_good: brought == Some(issuer),
        finding,
    }
}

fn exchange(cx: &Cx, brought: &Params, attempt: &Attempt) -> Option<Exchange> {
    Some(Exchange {
        code: brought.one("code")?.to_owned(),
        redirect_uri: redirect_uri(cx),
        client_id: attempt.client_id.clone(),
        verifier: attempt.verifier.clone(),
        nonce: attempt.nonce.clone(),
    })
}

fn shown(brought: &Params) -> Vec<(String, String)> {
    brought
        .sent()
        .map(|(name, value)| (visible(name), visible(value)))
        .collect()
}

/// The most that is shown of one text, in characters.
const LONGEST_SHOWN: usize = 2_000;

/// A text of somebody else's, made safe to read: nothing that turns or hides what stands beside it, and not endless.
fn visible(text: &str) -> String {
    let mut shown: String = human_readable::visible(text).take(LONGEST_SHOWN).collect();
    if text.chars().nth(LONGEST_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
