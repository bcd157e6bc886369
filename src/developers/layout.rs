//! The frame around every page for developers, and how a page becomes an answer.

use crate::cx::Cx;
use crate::web::{headers, urls};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};

/// The parts of the pages, in the order of the side rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Start,
    Errors,
    Inspector,
    Playground,
}

impl Section {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Start, Self::Playground, Self::Inspector, Self::Errors];

    /// As the side rail names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Start => "This server",
            Self::Errors => "Errors",
            Self::Inspector => "Token inspector",
            Self::Playground => "Playground",
        }
    }

    /// Where it begins.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Start => urls::DEVELOPERS,
            Self::Errors => urls::ERRORS_PAGE,
            Self::Inspector => urls::TOKEN_INSPECTOR,
            Self::Playground => urls::PLAYGROUND,
        }
    }
}

/// What the frame shows.
pub(super) struct Shell {
    /// Where the page belongs.
    pub(super) section: Section,
    /// Its title.
    pub(super) title: &'static str,
    /// The server as people know it.
    pub(super) site: String,
    /// The issuer.
    pub(super) issuer: String,
}

impl Shell {
    pub(super) fn new(cx: &Cx, section: Section, title: &'static str) -> Self {
        let issuer = &cx.config().issuer;
        Self {
            section,
            title,
            site: cx.services.site.name(issuer),
            issuer: issuer.clone(),
        }
    }
}

/// A page as an answer.
pub(super) fn answer(cx: &Cx, status: StatusCode, page: &impl askama::Template) -> HttpResponse {
    // Nothing in our templates can fail while writing to a string.
    let html = page.render().unwrap_or_default();
    let mut response = HttpResponseBuilder::new(status).body(html);
    headers::developer_page(response.headers_mut(), &cx.config().issuer);
    response
}
