//! Answers of the registration endpoints: JSON that nobody keeps, and refusals that name the member at fault.

use super::body::Unread;
use crate::clients::dynamic::Ungathered;
use crate::cx::Cx;
use crate::failure::{Broken, Failure};
use crate::oauth::bearer;
use crate::web::body::Unreadable;
use crate::web::{problem, urls};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::{Map, Value, json};
use vouchsafe_core::model::{Client, Plain, RegistrationAccessToken, UnixTime};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::client_metadata::MetadataProblem;
use vouchsafe_verify::Rejection;

/// Why there is no registration.
pub(super) enum Refused {
    /// There is no such endpoint: registration is off.
    Off,
    /// The body could not be read.
    Unreadable(Unreadable),
    /// The token is not good.
    Token(Reason),
    /// The token is missing, or came in a way that is not accepted (RFC 6750 §2, §3.1).
    Bearer(Rejection),
    /// The metadata cannot be registered.
    Metadata(MetadataProblem),
    /// Too many from this network.
    TooMany(UnixTime),
    /// There are too many clients.
    Full,
    /// Something broke.
    Failed(Failure),
}

impl<F: Into<Failure>> From<F> for Refused {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

impl From<MetadataProblem> for Refused {
    fn from(problem: MetadataProblem) -> Self {
        Self::Metadata(problem)
    }
}

impl From<Unread> for Refused {
    fn from(why: Unread) -> Self {
        match why {
            Unread::Body(why) => Self::Unreadable(why),
            Unread::Document(problem) => Self::Metadata(problem),
        }
    }
}

impl From<Ungathered> for Refused {
    fn from(why: Ungathered) -> Self {
        match why {
            Ungathered::Unfit(problem) => Self::Metadata(problem),
            Ungathered::Busy => Self::Failed(Broken::Overloaded("the drawing of logos").into()),
        }
    }
}

impl Refused {
    /// The answer (RFC 7591 §3.2.2, RFC 6750 §3.1).
    pub(super) fn answer(self, cx: &Cx) -> HttpResponse {
        match self {
            Self::Off => closed(HttpResponse::NotFound().finish()),
            Self::Unreadable(why) => problem::unreadable(cx, why),
            Self::Token(reason) => {
                let challenge =
                    HeaderValue::from_static("Bearer realm=\"vouchsafe\", error=\"invalid_token\"");
                let mut response = refusal(cx, StatusCode::UNAUTHORIZED, reason, None);
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                response
            }
            Self::Bearer(rejection) => closed(bearer::challenge(cx, &rejection)),
            Self::Metadata(problem) => {
                let told = problem.to_string();
                refusal(cx, StatusCode::BAD_REQUEST, problem.reason, Some(&told))
            }
            Self::TooMany(until) => {
                let reason = Reason::RegistrationThrottled;
                let mut response = refusal(cx, StatusCode::TOO_MANY_REQUESTS, reason, None);
                let seconds = until.since(cx.now).millis().max(1).saturating_add(999) / 1000;
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
                response
            }
            Self::Full => {
                let mut response = refusal(
                    cx,
                    StatusCode::SERVICE_UNAVAILABLE,
                    Reason::RegistrationFull,
                    None,
                );
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from_static("3600"));
                response
            }
            Self::Failed(failure) => problem::json(cx, &failure),
        }
    }
}

fn refusal(cx: &Cx, status: StatusCode, reason: Reason, told: Option<&str>) -> HttpResponse {
    problem::record(cx, &reason.into());
    let code = reason.code();
    let told = told.unwrap_or_else(|| code.description());
    let body = problem::ErrorBody::describing(cx, code, told);
    closed(HttpResponseBuilder::new(status).json(body))
}

/// The client information response, with what the client manages itself with.
pub(super) fn client(
    cx: &Cx,
    status: StatusCode,
    (client, mut members): (&Client, Map<String, Value>),
    token: &Plain<RegistrationAccessToken>,
) -> HttpResponse {
    let at = urls::absolute(&cx.config().issuer, &format!("{}/{}", urls::REGISTER, client.id));
    members.insert("registration_client_uri".to_owned(), json!(at));
    members.insert("registration_access_token".to_owned(), json!(token.expose()));
    closed(HttpResponseBuilder::new(status).json(members))
}

/// What nobody may keep.
pub(super) fn closed(mut response: HttpResponse) -> HttpResponse {
    problem::no_store(response.headers_mut());
    response
}
