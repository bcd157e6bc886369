//! The authorization request that was built, as it would go over the wire, before it is sent.

use super::attempt::Attempt;
use super::{Tab, Typed, builder, query, redirect_uri};
use crate::cx::Cx;
use crate::developers::layout::{Section, Shell, answer};
use crate::web::told::Told;
use crate::web::urls;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::spec::{pkce, redirect_uri as redirect};

#[derive(Template)]
#[template(path = "developers/playground/request.html")]
struct RequestPage<'a> {
    shell: Shell,
    tab: Tab,
    /// Path and query, ready to be sent.
    target: String,
    host: &'a str,
    parameters: Vec<Parameter<'a>>,
    again: String,
}

/// A parameter of the request, and why it is there.
struct Parameter<'a> {
    name: &'static str,
    value: &'a str,
    why: &'static str,
}

/// `GET /developers/playground/request`. The browser is given the attempt to keep.
pub(in crate::developers) async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    let typed = match query(&http) {
        Ok(query) => Typed::of(&query),
        Err(response) => return response,
    };
    if let Some(mistake) = typed.mistake() {
        return builder(&cx, typed, Some(mistake));
    }
    let attempt = Attempt::new(&typed.client_id, &*cx.services.ports.entropy);
    let (Ok(challenge), Ok(cookie)) = (pkce::derive(&attempt.verifier), attempt.kept(&cx)) else {
        return Told::Broken.answer();
    };
    let own = redirect_uri(&cx);
    let made = [
        ("response_type", "code"),
        ("redirect_uri", &own),
        ("state", &attempt.state),
        ("nonce", &attempt.nonce),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", pkce::METHOD),
    ];
    let chosen = typed.fields().into_iter().filter(|(_, value)| !value.is_empty());
    let sent: Vec<_> = chosen.clone().chain(made).collect();
    let issuer = &cx.config().issuer;
    let page = RequestPage {
        shell: Shell::new(&cx, Section::Playground, "The authorization request"),
        tab: Tab::Code,
        target: redirect::with_params(urls::AUTHORIZE, &sent),
        host: issuer.split_once("://").map_or(issuer.as_str(), |(_, host)| host),
        parameters: sent
            .iter()
            .map(|(name, value)| Parameter {
                name,
                value,
                why: why(name),
            })
            .collect(),
        again: redirect::with_params(urls::PLAYGROUND, &chosen.collect::<Vec<_>>()),
    };
    let mut response = answer(&cx, StatusCode::OK, &page);
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

fn why(name: &str) -> &'static str {
    match name {
        "client_id" => "Which application asks.",
        "scope" => "What it would like to be allowed. openid makes it a sign-in with an ID token.",
        "resource" => "For which API the access token is to be (RFC 8707).",
        "prompt" => "Whether and what the person is asked.",
        "max_age" => "How many seconds ago the person may have signed in.",
        "login_hint" => "Whom the sign-in page suggests.",
        "response_type" => "The answer is a code, and nothing else.",
        "redirect_uri" => {
            "Where the answer goes: this playground. It must be registered for the application."
        }
        "state" => "Made for this attempt: the answer brings it back, and no other answer is taken.",
        "nonce" => "Made for this attempt: the ID token will hold it.",
        "code_challenge" => "The SHA-256 digest of the code_verifier, which this browser keeps (RFC 7636).",
        "code_challenge_method" => "The only method there is.",
        _ => "",
    }
}
