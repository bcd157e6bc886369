//! The error page for each problem.

use super::{ErrorPage, Problem};
use crate::pages::layout::Frame;
use crate::pages::samples::{self, Sample};
use crate::pages::texts::Locale;
use crate::web::urls;
use vouchsafe_core::refusal::Reason;

impl Sample for ErrorPage {
    const PAGE: &'static str = "error";

    fn samples(locale: Locale) -> Vec<(&'static str, Self)> {
        let page = |problem| Self {
            frame: Frame::of_answer(locale, "id.northwind.example"),
            problem,
            reference: samples::REFERENCE.to_owned(),
            at: samples::AT,
            errors_page: Some(urls::ERRORS_PAGE),
        };
        let refused = |reason| page(Problem::RequestRefused(reason));
        let done = |continue_url| {
            page(Problem::AlreadyDone {
                app: samples::app(),
                continue_url,
            })
        };
        vec![
            (
                "redirect-uri-not-registered",
                refused(Reason::RedirectUriNotRegistered),
            ),
            ("redirect-uri-missing", refused(Reason::RedirectUriMissing)),
            ("client-unknown", refused(Reason::ClientUnknown)),
            ("request-uri", refused(Reason::RequestUriUnsupported)),
            ("parameter-repeated", refused(Reason::ParameterRepeated)),
            ("unreadable", page(Problem::Unreadable)),
            ("not-found", page(Problem::NotFound)),
            ("method-not-allowed", page(Problem::MethodNotAllowed)),
            ("form-stale", page(Problem::FormStale)),
            ("cookie-missing", page(Problem::CookieMissing)),
            ("foreign-origin", page(Problem::ForeignOrigin)),
            ("interaction-expired", page(Problem::InteractionExpired)),
            ("already-done", done(None)),
            (
                "already-done-continue",
                done(Some("https://tideline.example/".to_owned())),
            ),
            ("ended-before", page(Problem::EndedBefore)),
            ("too-many-requests", page(Problem::TooManyRequests)),
            ("unavailable", page(Problem::Unavailable)),
            ("broken", page(Problem::Broken)),
        ]
    }

    fn html(&self) -> String {
        self.render()
    }
}
