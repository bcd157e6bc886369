//! The pages of an invitation, asked for and sent back. The code comes in a form, never in an address; looking at whose
//! account it opens uses nothing up, so that whoever opens links before people do spoils none.

use super::arrival::{
    Stop, account, fields, frame, frame_of_answer, locale, query, seconds_until, see_other, shown,
};
use crate::accounts::invitations::{self, Outcome};
use crate::accounts::passwords::Password;
use crate::cx::Cx;
use crate::limits::Attempted;
use crate::pages::invitation::{InvitationNotice, InvitationPage, Step};
use crate::pages::layout::{Form, Frame};
use crate::pages::texts::Locale;
use crate::web::body::Form as Body;
use crate::web::cookies::Cookies;
use crate::web::csrf::Forged;
use crate::web::guest::Guest;
use crate::web::headers::Forms;
use crate::web::problem::RETRY_AFTER_SECONDS;
use crate::web::told::Told;
use crate::web::urls;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse};
use vouchsafe_core::model::{InvitationCode, Plain, User};
use vouchsafe_core::spec::params::Params;

const PAGE: &str = "invitation";

/// `GET /invitation`: the same whether anybody is invited or not.
pub(super) async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&cx, &http);
    visit.show(visit.frame(), visit.code(), None)
}

/// `POST /invitation`: the code alone, or with a password.
pub(super) async fn post(cx: Cx, http: HttpRequest, body: Body) -> HttpResponse {
    take(&cx, &http, body)
        .await
        .unwrap_or_else(|stop| stop.answer(&cx))
}

/// `GET /invitation/accepted`.
pub(super) async fn accepted(cx: Cx, http: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&cx, &http);
    visit.show(visit.frame(), Step::Done, None)
}

async fn take(cx: &Cx, http: &HttpRequest, body: Body) -> Result<HttpResponse, Stop> {
    let form = fields(body)?;
    let visit = Visit::of(cx, http);
    match visit.guest.check(cx, http, &form, PAGE) {
        Ok(()) => {}
        Err(Forged::ForeignOrigin) => return Err(Told::ForeignOrigin.into()),
        Err(Forged::Stale) => return Ok(visit.again(visit.code(), InvitationNotice::FormStale)),
    }
    let code: Option<Plain<InvitationCode>> = form.one("code").and_then(|code| Plain::parse(code.trim()));
    match password(&form) {
        None => visit.open(code).await,
        Some(typed) => visit.accept(code, typed).await,
    }
}

/// The password, where the form has a field for it, which may be empty.
fn password(form: &Params) -> Option<&str> {
    let mut sent = form.sent();
    sent.find(|(name, _)| *name == "password").map(|(_, typed)| typed)
}

/// Somebody who comes with an invitation, or without.
struct Visit<'a> {
    cx: &'a Cx,
    guest: Guest,
    locale: Locale,
    /// Whether the language was just chosen, to be remembered.
    is_chosen: bool,
}

impl<'a> Visit<'a> {
    fn of(cx: &'a Cx, http: &HttpRequest) -> Self {
        let (issuer, asked) = (&cx.config().issuer, query(http));
        let chosen = asked.one("ui_locales");
        Self {
            cx,
            guest: Guest::of(cx, http, issuer),
            locale: locale(http, &Cookies::of_issuer(issuer), chosen, &[]),
            is_chosen: chosen.is_some(),
        }
    }

    /// Whose account the code opens, and the field for the password.
    async fn open(&self, code: Option<Plain<InvitationCode>>) -> Result<HttpResponse, Stop> {
        let opened = invitations::open(self.cx, code.as_ref().map(Plain::digest)).await?;
        Ok(match (opened, code) {
            (Attempted::Right(user), Some(code)) => {
                self.show(self.frame_of_answer(), self.password(code, &user), None)
            }
            (Attempted::Throttled { until }, _) => {
                self.again(self.code(), InvitationNotice::Throttled { until })
            }
            (Attempted::Right(_) | Attempted::Wrong, _) => self.again(self.code(), InvitationNotice::Refused),
        })
    }

    async fn accept(&self, code: Option<Plain<InvitationCode>>, typed: &str) -> Result<HttpResponse, Stop> {
        let digest = code.as_ref().map(Plain::digest);
        let outcome = invitations::accept(self.cx, digest, Password::parse(typed).ok()).await?;
        let again = |user: &User, notice| match code {
            Some(code) => self.again(self.password(code, user), notice),
            None => self.again(self.code(), InvitationNotice::Refused),
        };
        Ok(match outcome {
            Outcome::Done => see_other(urls::INVITATION_ACCEPTED),
            Outcome::Refused => self.again(self.code(), InvitationNotice::Refused),
            Outcome::Throttled { until } => self.again(self.code(), InvitationNotice::Throttled { until }),
            Outcome::Password(user, problem) => again(&user, InvitationNotice::Password(problem)),
            Outcome::Busy(user) => again(&user, InvitationNotice::Busy),
        })
    }

    fn form(&self) -> Form {
        Form {
            action: urls::INVITATION.to_owned(),
            token: self.guest.form_token(self.cx, PAGE),
        }
    }

    fn code(&self) -> Step {
        Step::Code { form: self.form() }
    }

    fn password(&self, code: Plain<InvitationCode>, user: &User) -> Step {
        Step::Password {
            form: self.form(),
            code,
            account: account(user),
            minimum: self.cx.config().passwords.minimum_length,
        }
    }

    fn frame(&self) -> Frame {
        frame(self.cx, self.locale)
    }

    fn frame_of_answer(&self) -> Frame {
        frame_of_answer(self.cx, self.locale)
    }

    /// The step once more, with what went wrong.
    fn again(&self, step: Step, notice: InvitationNotice) -> HttpResponse {
        let mut response = self.show(self.frame_of_answer(), step, Some(notice));
        let seconds = match notice {
            InvitationNotice::Throttled { until } => seconds_until(self.cx.now, until),
            InvitationNotice::Busy => HeaderValue::from(RETRY_AFTER_SECONDS),
            InvitationNotice::Refused | InvitationNotice::Password(_) | InvitationNotice::FormStale => {
                return response;
            }
        };
        response.headers_mut().insert(RETRY_AFTER, seconds);
        response
    }

    fn show(&self, frame: Frame, step: Step, notice: Option<InvitationNotice>) -> HttpResponse {
        let page = InvitationPage { frame, step, notice };
        let status = notice.map_or(200, InvitationNotice::status);
        let mut response = shown(self.cx, status, page.render(), Forms::StayHere);
        self.guest.keep(&mut response);
        if self.is_chosen {
            let cookie = Cookies::of_issuer(&self.cx.config().issuer).set_language(self.locale.tag());
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}
