//! What a person is told instead of the page that was asked for.
//!
//! Any surface may stop with [`Told`]; `pages` puts it into words and a page, so that no surface needs another.

use crate::cx::Cx;
use crate::failure::Failure;
use crate::web::body::Unreadable;
use crate::web::csrf::Forged;
use crate::web::problem;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};
use vouchsafe_core::model::UnixTime;
use vouchsafe_core::refusal::Reason;

/// Something that a person must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// An authorization request that must not be answered by a redirect.
    RequestRefused(Reason),
    /// The request cannot be read.
    Unreadable,
    /// The address of the request is longer than we read.
    AddressTooLong,
    /// The form is longer than we read.
    TooLong,
    /// The form did not arrive in time.
    TooSlow,
    /// Too many came from this network address.
    TooManyRequests {
        /// When the next one will be taken.
        until: UnixTime,
    },
    /// The browser did not send our cookie.
    CookieMissing,
    /// The form's token is not good, or no longer.
    FormStale,
    /// Another site sent the form.
    ForeignOrigin,
    /// The interaction is unknown, expired, or another browser's.
    InteractionExpired,
    /// The interaction was finished before, for this client.
    AlreadyDone {
        /// The client's name.
        client_name: String,
        /// The host of its redirect URI.
        host: String,
    },
    /// The interaction was finished before, by somebody who did not go on or could not.
    EndedBefore,
    /// There is no such page.
    NotFound,
    /// Something that we depend on does not answer.
    Unavailable,
    /// A fault of ours.
    Broken,
}

impl Told {
    /// What a failure is for a person. What broke is logged and counted here, once.
    #[must_use]
    pub fn of(cx: &Cx, failure: &Failure) -> Self {
        problem::record(cx, failure);
        match failure {
            Failure::Refused(reason) => Self::RequestRefused(*reason),
            Failure::Broken(broken) if broken.passes() => Self::Unavailable,
            Failure::Broken(_) => Self::Broken,
        }
    }

    /// The answer, still without words.
    #[must_use]
    pub fn answer(self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(StatusCode::OK).finish();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Unreadable> for Told {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Refused(_) => Self::Unreadable,
            Unreadable::TooLong => Self::TooLong,
            Unreadable::TooSlow => Self::TooSlow,
        }
    }
}

impl From<Forged> for Told {
    fn from(forged: Forged) -> Self {
        match forged {
            Forged::Stale => Self::FormStale,
            Forged::ForeignOrigin => Self::ForeignOrigin,
        }
    }
}
