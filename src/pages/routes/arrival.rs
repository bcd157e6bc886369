//! How every page of an interaction begins and ends: who came, in which language, and what goes back.

use crate::accounts::interactions::{self, Found, Opened};
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::pages::layout::{Account, App, Form, Frame};
use crate::pages::texts::{Locale, Wanted};
use crate::web::body::Form as Body;
use crate::web::cookies::Cookies;
use crate::web::csrf::{self, Forged, GenuineForm};
use crate::web::headers::{self, Forms};
use crate::web::told::Told;
use crate::web::urls;
use crate::web::visit::Visit;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use vouchsafe_core::model::{Declined, UnixTime, User};
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::redirect_uri;

/// Why a page is not shown.
pub(super) enum Stop {
    /// The person is told something else.
    Told(Told),
    /// Something else comes next; the hub knows what.
    Hub(String),
    /// Something broke.
    Failed(Failure),
}

/// A browser that came to a page of an open interaction.
pub(super) struct Arrival<'a> {
    pub(super) cx: &'a Cx,
    pub(super) visit: Visit,
    pub(super) opened: Box<Opened>,
    locale: Locale,
    /// The language to remember, if one was just chosen.
    chosen: Option<Locale>,
}

impl From<Told> for Stop {
    fn from(told: Told) -> Self {
        Self::Told(told)
    }
}

impl<F: Into<Failure>> From<F> for Stop {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

impl Stop {
    pub(super) fn answer(self, cx: &Cx) -> HttpResponse {
        match self {
            Self::Told(told) => told.answer(),
            Self::Hub(path) => see_other(&path),
            Self::Failed(failure) => Told::of(cx, &failure).answer(),
        }
    }
}

impl<'a> Arrival<'a> {
    /// The arrival of somebody who asks for a page.
    pub(super) async fn of(cx: &'a Cx, http: &HttpRequest) -> Result<Self, Stop> {
        let visit = Visit::read(cx, http)?;
        // The hub has the words for what is not there.
        let hub = Stop::Hub(urls::interaction(&visit.handle));
        Self::open(cx, http, visit, hub).await
    }

    /// The arrival of somebody who sends a page's form. What is not there for this browser can have no form.
    pub(super) async fn with_form(cx: &'a Cx, http: &HttpRequest) -> Result<Self, Stop> {
        let visit = Visit::read(cx, http)?;
        Self::open(cx, http, visit, Told::FormStale.into()).await
    }

    async fn open(cx: &'a Cx, http: &HttpRequest, visit: Visit, missing: Stop) -> Result<Self, Stop> {
        let opened = match interactions::open(cx, &visit.place, visit.session.as_ref()).await? {
            Found::Open(opened) => opened,
            Found::Done(_) => return Err(Stop::Hub(urls::interaction(&visit.handle))),
            Found::Nothing => return Err(missing),
        };
        let cookies = Cookies::of_issuer(&cx.config().issuer);
        let asked = query(http);
        let wanted = asked.one("ui_locales");
        let locale = locale(http, &cookies, wanted, &opened.interaction.request.ui_locales);
        let chosen = wanted.and(Some(locale));
        Ok(Self {
            cx,
            visit,
            opened,
            locale,
            chosen,
        })
    }

    /// Goes back to the hub.
    pub(super) fn hub(&self) -> Stop {
        Stop::Hub(urls::interaction(&self.visit.handle))
    }

    /// Checks that a form was sent from a page of ours that was made for this browser. `page` is what the form
    /// was bound to.
    pub(super) fn check(&self, http: &HttpRequest, form: &Params, page: &str) -> Result<GenuineForm, Forged> {
        let key = self.cx.services.keys.secrets().form_key();
        self.visit.form(page).check(
            key,
            form.one(csrf::FIELD),
            http.headers(),
            &self.cx.config().issuer,
        )
    }

    /// The form of a page: where it goes, and its token. `page` is what the token is bound to.
    pub(super) fn form(&self, path: &str, page: &str) -> Form {
        Form {
            action: urls::interaction_page(&self.visit.handle, path),
            token: self
                .visit
                .form(page)
                .token(self.cx.services.keys.secrets().form_key()),
        }
    }

    /// The frame of a page that was asked for.
    pub(super) fn frame(&self) -> Frame {
        frame(self.cx, self.locale)
    }

    /// The frame of a page that answers a form.
    pub(super) fn frame_of_answer(&self) -> Frame {
        frame_of_answer(self.cx, self.locale)
    }

    pub(super) fn app(&self) -> App {
        let host = redirect_uri::host(&self.opened.interaction.request.redirect_uri);
        App::of(
            &self.opened.known.client,
            host,
            self.cx.config().registration.logos,
        )
    }

    /// The page as an answer. Its form may end at the client.
    pub(super) fn show(&self, status: u16, html: String) -> HttpResponse {
        let mut response = shown(self.cx, status, html, Forms::MayLeave);
        if let Some(locale) = self.chosen {
            let cookie = Cookies::of_issuer(&self.cx.config().issuer).set_language(locale.tag());
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    /// Marks that the person wants no code. The proof is that their own browser said so.
    pub(super) async fn decline(&self, _: GenuineForm, declined: Declined) -> Result<HttpResponse, Stop> {
        let interaction = self.visit.place.interaction.clone();
        let marking = self.cx.store().write("decline", move |tx| {
            db!(tx, interactions::set_declined(&interaction, declined)).map(drop)
        });
        marking.await?;
        Err(self.hub())
    }
}

/// The frame of a page that can be asked for again.
pub(super) fn frame(cx: &Cx, locale: Locale) -> Frame {
    Frame::new(locale, site(cx)).with_links_of(&cx.services.site.settings())
}

/// The frame of a page that answers whatever was asked.
pub(super) fn frame_of_answer(cx: &Cx, locale: Locale) -> Frame {
    Frame::of_answer(locale, site(cx)).with_links_of(&cx.services.site.settings())
}

fn site(cx: &Cx) -> String {
    cx.services.site.name(&cx.config().issuer)
}

/// The parameters of a form body.
pub(super) fn fields(body: Body) -> Result<Params, Stop> {
    let params = body.0.map_err(Told::from)?;
    params.refuse_repeats(&[]).map_err(|_| Told::Unreadable)?;
    Ok(params)
}

/// The parameters of the address; none when they cannot be read.
pub(super) fn query(http: &HttpRequest) -> Params {
    Params::parse(http.query_string().as_bytes()).unwrap_or_default()
}

/// The language of a page.
pub(super) fn locale(
    http: &HttpRequest,
    cookies: &Cookies,
    chosen: Option<&str>,
    requested: &[String],
) -> Locale {
    Locale::negotiate(&Wanted {
        chosen,
        remembered: cookies.language(http.headers()),
        requested,
        accepted: http
            .headers()
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok()),
    })
}

/// A person as the pages show them.
pub(super) fn account(user: &User) -> Account {
    let name = user.claims.get("name").and_then(|name| name.as_str());
    Account {
        name: name.unwrap_or(&user.username).to_owned(),
        email: user.email.clone(),
        username: user.username.clone(),
    }
}

/// A page as an answer.
pub(super) fn shown(cx: &Cx, status: u16, html: String, forms: Forms) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponseBuilder::new(status).body(html);
    headers::page(response.headers_mut(), forms, &cx.config().issuer);
    response
}

/// 303 to a path of ours.
pub(super) fn see_other(path: &str) -> HttpResponse {
    let mut response = HttpResponse::SeeOther().finish();
    if let Ok(location) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, location);
    }
    headers::redirect(response.headers_mut());
    response
}

/// `Retry-After`. Rounded up: who comes back then is looked at.
pub(super) fn seconds_until(now: UnixTime, until: UnixTime) -> HeaderValue {
    let millis = until.since(now).millis().max(1);
    HeaderValue::from(millis.saturating_add(999) / 1000)
}
