//! What a browser brings along to an interaction: the handle in the path and the digests of our two cookies.

use crate::accounts::interactions::Place;
use crate::cx::Cx;
use crate::web::cookies::Cookies;
use crate::web::csrf::Binding;
use crate::web::told::Told;
use actix_web::HttpRequest;
use vouchsafe_core::model::{BrowserCookie, Digest, InteractionHandle, Plain, SessionCookie};

/// A browser at an interaction.
pub struct Visit {
    /// The handle of the path, for paths.
    pub handle: Plain<InteractionHandle>,
    /// Handle and browser, as the store knows them.
    pub place: Place,
    /// Its session, if it says that it has one.
    pub session: Option<Digest<SessionCookie>>,
}

impl Visit {
    /// Reads path and cookies.
    ///
    /// # Errors
    /// [`Told::InteractionExpired`] when the path has no handle of ours, [`Told::CookieMissing`] when the browser
    /// did not send its cookie.
    pub fn read(cx: &Cx, request: &HttpRequest) -> Result<Self, Told> {
        let handle = handle(request)?;
        let cookies = Cookies::of_issuer(&cx.config().issuer);
        let browser = cookies
            .read::<BrowserCookie>(request.headers())
            .ok_or(Told::CookieMissing)?;
        let session = cookies.read::<SessionCookie>(request.headers());
        Ok(Self {
            place: Place {
                interaction: handle.digest(),
                browser: browser.digest(),
            },
            handle,
            session: session.map(|session| session.digest()),
        })
    }

    /// What the form token of a page of this visit is bound to.
    #[must_use]
    pub const fn form<'a>(&'a self, page: &'a str) -> Binding<'a> {
        Binding {
            of: *self.place.interaction.as_bytes(),
            browser: *self.place.browser.as_bytes(),
            page,
        }
    }
}

/// The handle in the path.
///
/// # Errors
/// [`Told::InteractionExpired`] when it is not one of ours.
pub fn handle(request: &HttpRequest) -> Result<Plain<InteractionHandle>, Told> {
    request
        .match_info()
        .get("handle")
        .and_then(Plain::parse)
        .ok_or(Told::InteractionExpired)
}
