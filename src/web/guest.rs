//! A browser before anybody has signed in: its forms are bound to its cookie.

use crate::cx::Cx;
use crate::web::cookies::Cookies;
use crate::web::csrf::{self, Binding, Forged};
use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpRequest, HttpResponse};
use vouchsafe_core::model::{BrowserCookie, Plain};
use vouchsafe_core::spec::params::Params;

/// The browser, at one of our origins.
pub struct Guest {
    browser: Plain<BrowserCookie>,
    is_new: bool,
    origin: String,
}

impl Guest {
    /// Reads the browser's cookie at `origin`, or makes one.
    #[must_use]
    pub fn of(cx: &Cx, http: &HttpRequest, origin: &str) -> Self {
        let found = Cookies::of_issuer(origin).read::<BrowserCookie>(http.headers());
        let is_new = found.is_none();
        Self {
            browser: found.unwrap_or_else(|| Plain::from_entropy(cx.services.ports.entropy.bytes())),
            is_new,
            origin: origin.to_owned(),
        }
    }

    /// Checks that the form called `page` was sent from ours, by the browser that it was made for.
    ///
    /// # Errors
    /// [`Forged`].
    pub fn check(&self, cx: &Cx, http: &HttpRequest, fields: &Params, page: &str) -> Result<(), Forged> {
        let key = cx.services.keys.secrets().form_key();
        self.binding(page)
            .check(key, fields.one(csrf::FIELD), http.headers(), &self.origin)
            .map(drop)
    }

    /// The token of the form called `page`.
    #[must_use]
    pub fn form_token(&self, cx: &Cx, page: &str) -> String {
        self.binding(page).token(cx.services.keys.secrets().form_key())
    }

    /// Names the browser, as form tokens are bound to it.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        *self.browser.digest().as_bytes()
    }

    /// Gives the browser its cookie, unless it has one.
    pub fn keep(&self, response: &mut HttpResponse) {
        if self.is_new {
            let cookie = Cookies::of_issuer(&self.origin).set(&self.browser, None);
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }

    fn binding<'a>(&self, page: &'a str) -> Binding<'a> {
        Binding {
            of: [0; 32],
            browser: self.digest(),
            page,
        }
    }
}
