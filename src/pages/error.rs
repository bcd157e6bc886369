//! The error page: what went wrong, whose problem it is, and what to do.

mod problem;
mod samples;

pub use problem::Problem;

use super::layout::{Frame, rendered};
use super::texts::Text;
use askama::Template;
use problem::{Tone, Whose};
use vouchsafe_core::model::UnixTime;

/// The error page. Never shows what the request said, and never links to an address that it named.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    /// The frame.
    pub frame: Frame,
    /// What went wrong.
    pub problem: Problem,
    /// The request id, as in logs and `X-Request-Id`.
    pub reference: String,
    /// When this was answered.
    pub at: UnixTime,
    /// The page that explains each error to developers, where there is one.
    pub errors_page: Option<&'static str>,
}

impl ErrorPage {
    /// The HTTP status of the page.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.problem.status()
    }

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        rendered(self)
    }

    fn title(&self) -> String {
        self.frame.title(
            &self.frame.texts.text(self.problem.title()),
            self.problem.is_error(),
        )
    }
}
