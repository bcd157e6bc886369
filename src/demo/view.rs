//! The pages of the demo app and the demo API.

use super::browsers::Tokens;
use super::exchange::Exchange;
use super::tokens::{Decoded, pretty};
use crate::web::assets;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

/// No `form-action`: the sign-in form ends at the server, and from there wherever it leads.
const CSP: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The app's one page.
#[derive(Template)]
#[template(path = "demo/home.html")]
pub(super) struct HomePage {
    pub(super) issuer: String,
    pub(super) api: String,
    pub(super) signed_in: Option<SignedIn>,
    pub(super) problem: Option<String>,
    pub(super) seen: Option<String>,
    pub(super) exchanges: Vec<Exchange>,
}

/// Who is signed in, and by what tokens.
pub(super) struct SignedIn {
    name: String,
    userinfo: String,
    id_token: Decoded,
    access_token: Decoded,
    can_refresh: bool,
}

/// Something that came to the app and fits nothing that it asked for.
#[derive(Template)]
#[template(path = "demo/problem.html")]
pub(super) struct ProblemPage {
    pub(super) problem: String,
}

/// What a person sees who opens the API's address.
#[derive(Template)]
#[template(path = "demo/api.html")]
pub(super) struct ApiPage {}

impl SignedIn {
    pub(super) fn of(tokens: &Tokens) -> Self {
        let claim = |name: &str| tokens.userinfo.get(name).and_then(|claim| claim.as_str());
        let name = claim("name")
            .or_else(|| claim("email"))
            .or_else(|| claim("sub"))
            .unwrap_or("somebody");
        Self {
            name: name.to_owned(),
            userinfo: pretty(&tokens.userinfo),
            id_token: Decoded::of(&tokens.id_token),
            access_token: Decoded::of(&tokens.access_token),
            can_refresh: tokens.refresh_token.is_some(),
        }
    }
}

macro_rules! rendered {
    ($($page:ident),+) => {$(
        impl $page {
            /// The page as HTML. Nothing in the templates can fail.
            pub(super) fn render(&self) -> String {
                Template::render(self).unwrap_or_default()
            }

            fn asset(&self, name: &str) -> String {
                assets::url(name)
            }
        }
    )+};
}

rendered!(HomePage, ProblemPage, ApiPage);

/// A page as an answer.
pub(super) fn answer(html: String) -> HttpResponse {
    page(StatusCode::OK, html)
}

/// A page for a request that is refused.
pub(super) fn refusal(html: String) -> HttpResponse {
    page(StatusCode::BAD_REQUEST, html)
}

fn page(status: StatusCode, html: String) -> HttpResponse {
    HttpResponseBuilder::new(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, CSP))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(html)
}
