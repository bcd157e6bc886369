//! The token inspector. A token that is pasted there never leaves the browser: the page has no form.

use super::claims::{self, Member};
use super::layout::{Section, Shell, answer};
use crate::cx::Cx;
use crate::web::urls;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "developers/inspector.html")]
struct InspectorPage {
    shell: Shell,
    jwks: &'static str,
    header: &'static [Member],
    claims: &'static [Member],
}

/// `GET /developers/token`.
pub(super) async fn get(cx: Cx) -> HttpResponse {
    let page = InspectorPage {
        shell: Shell::new(&cx, Section::Inspector, "Token inspector"),
        jwks: urls::JWKS,
        header: claims::HEADER,
        claims: claims::CLAIMS,
    };
    answer(&cx, StatusCode::OK, &page)
}
