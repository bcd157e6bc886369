//! The catalogue of errors, where `error_uri` leads: the texts of the core, which `docs/errors.md` shows too.

use super::layout::{Section, Shell, answer};
use crate::cx::Cx;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use vouchsafe_core::refusal::{BearerReason, Reason};
use vouchsafe_core::spec::ErrorCode;

#[derive(Template)]
#[template(path = "developers/errors.html")]
struct ErrorsPage {
    shell: Shell,
    codes: Vec<Entry>,
    bearer: Vec<BearerReason>,
}

/// An error code with its usual causes.
struct Entry {
    code: ErrorCode,
    causes: Vec<Reason>,
}

/// `GET /developers/errors`.
pub(super) async fn get(cx: Cx) -> HttpResponse {
    let codes = ErrorCode::ALL.iter().map(|code| Entry {
        code: *code,
        causes: Reason::of_code(*code).collect(),
    });
    let page = ErrorsPage {
        shell: Shell::new(&cx, Section::Errors, "Errors"),
        codes: codes.collect(),
        bearer: BearerReason::all(),
    };
    answer(&cx, StatusCode::OK, &page)
}
