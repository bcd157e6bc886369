//! Who may come in: an administrator with a live session, and with a form that our own page gave to that session.

use super::notice;
use super::pages::layout::{self, Section, Shell, see_other};
use super::pages::problem;
use crate::accounts::admin_sessions::{self, Found, Present};
use crate::audit::Act;
use crate::cx::Cx;
use crate::failure::Failure;
use crate::web::body::Form as Body;
use crate::web::cookies::Cookies;
use crate::web::csrf::{self, Binding, Forged};
use crate::web::guest::Guest;
use crate::web::told::Told;
use crate::web::urls;
use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::REFERER;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use sha2::{Digest as _, Sha256};
use std::future::Future;
use std::pin::Pin;
use vouchsafe_core::model::{AdminCookie, AdminSession, SessionId, User};
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::redirect_uri;

/// An administrator who asks. Whoever has no session is sent to sign in, and comes back to the page that was asked for;
/// whoever has one and may not administer is told so (403).
pub struct Admin {
    /// The request.
    pub cx: Cx,
    /// The administrator.
    pub user: User,
    session: AdminSession,
    /// What an answer before this one left to be told on this page.
    notice: Option<String>,
}

/// A form that an administrator sent from a page of ours. Everything else is refused before its handler runs.
pub struct AdminForm {
    /// Who sent it.
    pub admin: Admin,
    /// What it says. Names that come more than once are not refused here: see [`Params::refuse_repeats`].
    pub fields: Params,
}

type Arriving<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

impl FromRequest for Admin {
    type Error = actix_web::Error;
    type Future = Arriving<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let cx = Cx::extract(&request).await?;
            Self::arrive(cx, &request).await.map_err(instead)
        })
    }
}

impl FromRequest for AdminForm {
    type Error = actix_web::Error;
    type Future = Arriving<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, body) = (request.clone(), Body::from_request(request, payload));
        Box::pin(async move {
            let cx = Cx::extract(&request).await?;
            let Ok(body) = body.await;
            let admin = Admin::arrive(cx, &request).await.map_err(instead)?;
            let fields = match body.0 {
                Ok(fields) => fields,
                Err(unreadable) => return Err(instead(problem::unreadable(&admin, unreadable))),
            };
            match admin.check(&request, fields.one(csrf::FIELD)) {
                Ok(()) => Ok(Self { admin, fields }),
                Err(forged) => {
                    let page = came_from(&admin.cx, &request);
                    Err(instead(problem::forged(&admin, forged, way_back(Some(page)))))
                }
            }
        })
    }
}

impl Admin {
    async fn arrive(cx: Cx, request: &HttpRequest) -> Result<Self, HttpResponse> {
        let cookie = cookies(&cx).read::<AdminCookie>(request.headers());
        let Some(cookie) = cookie else {
            return Err(to_sign_in(&cx, request));
        };
        match admin_sessions::find(&cx, &cookie.digest()).await {
            Ok(Found::Administrator(present)) => {
                let Present { session, user } = *present;
                let notice = notice::left(&cx, request, digest(&session));
                Ok(Self {
                    cx,
                    user,
                    session,
                    notice,
                })
            }
            Ok(Found::Other) => Err(problem::not_an_administrator(&cx)),
            Ok(Found::Nobody) => Err(to_sign_in(&cx, request)),
            Err(failure) => Err(Told::of(&cx, &failure).answer()),
        }
    }

    /// An act in the administrator's name.
    #[must_use]
    pub fn act(&self) -> Act {
        Act::of(&self.cx, self.user.id.as_str())
    }

    /// The frame of a page.
    #[must_use]
    pub fn shell(&self, section: Section, title: &str) -> Shell {
        let name = self.user.claims.get("name").and_then(|name| name.as_str());
        Shell {
            section,
            title: title.to_owned(),
            site: redirect_uri::host(&self.cx.config().issuer),
            admin_name: name.unwrap_or(&self.user.username).to_owned(),
            form_token: self.binding().token(self.cx.services.keys.secrets().form_key()),
            notice: self.notice.clone(),
            developers: layout::developers(&self.cx, urls::DEVELOPERS),
        }
    }

    /// 303 to a page, which tells once what was done.
    #[must_use]
    pub fn done(&self, path: &str, words: &str) -> HttpResponse {
        let mut response = see_other(path);
        let page = path.split('?').next().unwrap_or(path);
        notice::leave(&self.cx, &mut response, (digest(&self.session), page), words);
        response
    }

    /// The answer that a page of this administrator is: what it tells is told once.
    #[must_use]
    pub(super) fn telling(&self, mut response: HttpResponse) -> HttpResponse {
        if self.notice.is_some() {
            notice::take(&self.cx, &mut response);
        }
        response
    }

    /// Whether the password was given within five minutes: keys, secrets, rights of administrators, exports and
    /// emergencies ask for it. Otherwise the way to the page that asks for it, from which the person comes back to
    /// `back`. A form that was filled in would be lost on that way, so a page with such a form asks before it is shown,
    /// and again when the form comes.
    ///
    /// # Errors
    /// The answer to give instead.
    pub fn proven_recently(&self, back: &str) -> Result<(), HttpResponse> {
        asked(self.session.is_proven(self.cx.now), back)
    }

    /// Whether the password was given within five minutes, for a page that asks for it itself.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.session.is_proven(self.cx.now)
    }

    /// As [`Admin::proven_recently`], for the last of several pages of typing: within thirty minutes, because the first
    /// of them asked within five, and what was typed since would be lost. Not where a secret is handed out.
    ///
    /// # Errors
    /// The answer to give instead.
    pub fn proven_for_long(&self, back: &str) -> Result<(), HttpResponse> {
        asked(self.session.is_proven_for_long(self.cx.now), back)
    }

    /// Whether this is the session that asks.
    #[must_use]
    pub fn is_in(&self, id: &SessionId) -> bool {
        self.session.id == *id
    }

    /// The session, for what concerns the session itself.
    #[must_use]
    pub fn present(&self) -> Present {
        Present {
            session: self.session.clone(),
            user: self.user.clone(),
        }
    }

    /// The page for what does not exist.
    #[must_use]
    pub fn not_found(&self) -> HttpResponse {
        problem::not_found(self)
    }

    /// The page for what broke, which is logged here: 503 when trying again is likely to help, else 500.
    pub fn failed(&self, failure: impl Into<Failure>) -> HttpResponse {
        problem::failed(self, &failure.into())
    }

    fn check(&self, request: &HttpRequest, presented: Option<&str>) -> Result<(), Forged> {
        let key = self.cx.services.keys.secrets().form_key();
        let origin = self.cx.config().admin_origin();
        self.binding()
            .check(key, presented, request.headers(), &origin)
            .map(drop)
    }

    /// The forms of all pages of a session share a token.
    fn binding(&self) -> Binding<'static> {
        Binding {
            of: [0; 32],
            browser: digest(&self.session),
            page: "admin",
        }
    }
}

/// Names a session, which keeps its name under another cookie.
fn digest(session: &AdminSession) -> [u8; 32] {
    Sha256::digest(session.id.as_str()).into()
}

/// The cookies of the administration's origin.
#[must_use]
pub fn cookies(cx: &Cx) -> Cookies {
    Cookies::of_issuer(&cx.config().admin_origin())
}

/// A browser before anybody has signed in, at the administration's origin.
#[must_use]
pub fn guest(cx: &Cx, http: &HttpRequest) -> Guest {
    Guest::of(cx, http, &cx.config().admin_origin())
}

/// The page to come back to, if it is one of the administration: nobody is sent elsewhere.
#[must_use]
pub fn way_back(asked: Option<&str>) -> &str {
    let plain = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/-._~?=&%+:".contains(&b))
    };
    asked
        .filter(|back| back.len() <= LONGEST_WAY && plain(back) && !back.contains("//") && !climbs(back))
        .filter(|back| {
            let rest = back.strip_prefix(urls::ADMIN);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('?'))
        })
        // Who has signed in is not asked to do so once more.
        .filter(|back| back.split('?').next() != Some("/admin/sign-in"))
        .unwrap_or(urls::ADMIN)
}

/// Whether a path leads upwards: browsers resolve such segments, in any spelling, before they ask.
fn climbs(back: &str) -> bool {
    let path = back.split('?').next().unwrap_or_default();
    let path = path.to_ascii_lowercase().replace("%2e", ".");
    path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// A path with the page to come back to.
#[must_use]
pub fn with_back(path: &str, back: &str) -> String {
    let back: String = url::form_urlencoded::byte_serialize(way_back(Some(back)).as_bytes()).collect();
    format!("{path}?back={back}")
}

const LONGEST_WAY: usize = 1_000;

/// Where somebody without a session signs in. A form that came without one is gone: that is told there, and the page that
/// it was on can be asked for again.
fn to_sign_in(cx: &Cx, request: &HttpRequest) -> HttpResponse {
    let sign_in = super::path("sign-in");
    if request.method() == Method::GET {
        let asked = request.uri().path_and_query().map_or("", |asked| asked.as_str());
        return see_other(&with_back(&sign_in, asked));
    }
    let guest = guest(cx, request);
    let mut response = see_other(&with_back(&sign_in, came_from(cx, request)));
    notice::leave(cx, &mut response, (guest.digest(), &sign_in), SESSION_ENDED);
    guest.keep(&mut response);
    response
}

/// What the sign-in page is left to tell.
const SESSION_ENDED: &str = "session-ended";

/// The page of ours that a request came from.
fn came_from<'r>(cx: &Cx, request: &'r HttpRequest) -> &'r str {
    let referer = request.headers().get(REFERER).and_then(|page| page.to_str().ok());
    let page = referer.and_then(|page| page.strip_prefix(cx.config().admin_origin().as_str()));
    page.unwrap_or_default()
}

/// An answer in place of what the handler would have given.
fn instead(response: HttpResponse) -> actix_web::Error {
    InternalError::from_response("answered", response).into()
}

/// The way to the page that asks for the password, unless it was given lately.
fn asked(proven: bool, back: &str) -> Result<(), HttpResponse> {
    if proven {
        return Ok(());
    }
    Err(see_other(&with_back(&super::path("confirm"), back)))
}

#[cfg(test)]
mod tests {
    use super::way_back;

    #[test]
    fn nobody_is_sent_out_of_the_administration() {
        for back in [
            "/admin",
            "/admin/users",
            "/admin/users?q=ada&cursor=x%2By",
            "/admin?x=1",
            "/admin/applications/https%3A%2F%2Fapp.example%2Fclient..json?done=a..b",
        ] {
            assert_eq!(way_back(Some(back)), back);
        }
        for back in [
            "",
            "/",
            "/administer",
            "//evil.test",
            "/admin//evil.test",
            "https://evil.test/admin",
            "/admin/\\evil.test",
            "/admin/\r\nset-cookie: a=b",
            "javascript:alert(1)",
            "/admin/../authorize?client_id=x",
            "/admin/..",
            "/admin/./x",
            "/admin/%2e%2E/logout",
            "/admin/.%2e/logout",
            "/admin/sign-in",
            "/admin/sign-in?back=%2Fadmin%2Fusers",
        ] {
            assert_eq!(way_back(Some(back)), "/admin", "{back:?}");
        }
        assert_eq!(way_back(Some(&format!("/admin/{}", "x".repeat(2_000)))), "/admin");
        assert_eq!(way_back(None), "/admin");
    }
}
