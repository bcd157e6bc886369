//! The frame around every page of the administration, and how a page becomes an answer.

use crate::admin::access::Admin;
use crate::cx::Cx;
use crate::web::{headers, urls};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::{HttpResponse, HttpResponseBuilder};

/// The parts of the administration, in the order of the side rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What goes on.
    Overview,
    /// Clients.
    Applications,
    /// People.
    Users,
    /// APIs and scopes.
    Apis,
    /// Signing keys.
    Keys,
    /// The audit log.
    Audit,
    /// Revoking at once.
    Panic,
    /// The configuration in effect, and what can be set here.
    Settings,
}

impl Section {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::Applications,
        Self::Users,
        Self::Apis,
        Self::Keys,
        Self::Audit,
        Self::Panic,
        Self::Settings,
    ];

    /// As the side rail names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Applications => "Applications",
            Self::Users => "Users",
            Self::Apis => "APIs and scopes",
            Self::Keys => "Keys",
            Self::Audit => "Audit log",
            Self::Panic => "Emergency",
            Self::Settings => "Settings",
        }
    }

    /// Where it begins.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::Applications => "/admin/applications",
            Self::Users => "/admin/users",
            Self::Apis => "/admin/apis",
            Self::Keys => "/admin/keys",
            Self::Audit => "/admin/audit",
            Self::Panic => "/admin/panic",
            Self::Settings => "/admin/settings",
        }
    }
}

/// What the frame shows.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Where the page belongs.
    pub section: Section,
    /// Its title.
    pub title: String,
    /// The server as people know it.
    pub site: String,
    /// Who is signed in.
    pub admin_name: String,
    /// The value of the field `form_token` of every form.
    pub form_token: String,
    /// What was just done, above the page.
    pub notice: Option<String>,
    /// Where the pages for developers begin, if there are any.
    pub developers: Option<String>,
}

impl Shell {
    /// The same with a notice above the page.
    #[must_use]
    pub fn noting(self, notice: Option<String>) -> Self {
        Self { notice, ..self }
    }

    /// The entries of the side rail.
    #[must_use]
    pub const fn sections(&self) -> [Section; 8] {
        Section::ALL
    }
}

/// The address of a page for developers, if there are any: a path, unless the administration has a listener of its own.
#[must_use]
pub fn developers(cx: &Cx, path: &str) -> Option<String> {
    let config = cx.config();
    let at = |path: &str| match config.admin.listen {
        None => path.to_owned(),
        Some(_) => urls::absolute(&config.issuer, path),
    };
    config.developers.enabled.then(|| at(path))
}

/// A page within the frame as an answer.
pub fn answer(admin: &Admin, status: StatusCode, page: &impl askama::Template) -> HttpResponse {
    admin.telling(shown(&admin.cx, status, page))
}

/// A page as an answer, also before anybody has signed in.
pub fn shown(cx: &Cx, status: StatusCode, page: &impl askama::Template) -> HttpResponse {
    // Nothing in our templates can fail while writing to a string.
    let html = page.render().unwrap_or_default();
    let mut response = HttpResponseBuilder::new(status).body(html);
    headers::admin_page(response.headers_mut(), &cx.config().admin_origin());
    response
}

/// 303 to a path of the administration.
pub fn see_other(path: &str) -> HttpResponse {
    let mut response = HttpResponse::SeeOther().finish();
    if let Ok(location) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, location);
    }
    headers::redirect(response.headers_mut());
    response
}
