//! RFC 6749 §4.1.2, RFC 9207 — the authorization response: a code or an error, with `state` and `iss`.

use crate::cx::Cx;
use crate::oauth::response_mode::query;
use crate::web::told::Told;
use crate::web::{headers, problem, urls};
use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, LOCATION};
use vouchsafe_core::model::{AuthorizationRequest, Code, InteractionHandle, Plain};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::iss;

/// Where an answer goes: a registered redirect URI, and the `state` that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    /// The redirect URI, as presented and registered.
    pub(super) redirect_uri: String,
    /// Returned byte for byte.
    pub(super) state: Option<String>,
}

impl Destination {
    /// Where the answer to a checked request goes.
    #[must_use]
    pub(super) fn of(request: &AuthorizationRequest) -> Self {
        Self {
            redirect_uri: request.redirect_uri.clone(),
            state: request.state.clone(),
        }
    }

    /// The answer with a code.
    #[must_use]
    pub(super) fn code(&self, issuer: &str, code: &Plain<Code>) -> HttpResponse {
        self.answer(issuer, &[("code", code.expose())])
    }

    /// The answer with an error.
    #[must_use]
    pub(super) fn error(&self, cx: &Cx, reason: Reason) -> HttpResponse {
        let code = reason.code();
        let mut params = vec![
            ("error", code.as_str()),
            ("error_description", code.description()),
        ];
        params.extend(cx.services.error_uris.of(code).map(|uri| ("error_uri", uri)));
        self.answer(&cx.config().issuer, &params)
    }

    fn answer(&self, issuer: &str, params: &[(&str, &str)]) -> HttpResponse {
        let state = self.state.as_deref().map(|state| ("state", state));
        let all: Vec<_> = params
            .iter()
            .copied()
            .chain(state)
            .chain([(iss::NAME, issuer)])
            .collect();
        query::redirect(&self.redirect_uri, &all)
    }
}

/// Refuses: to the client where there is an address that may be trusted, else to the person.
#[must_use]
pub(super) fn refuse(cx: &Cx, reason: Reason, destination: Option<&Destination>) -> HttpResponse {
    match destination {
        Some(destination) => {
            problem::record(cx, &reason.into());
            destination.error(cx, reason)
        }
        None => Told::of(cx, &reason.into()).answer(),
    }
}

/// Sends the browser to the hub of an interaction.
#[must_use]
pub(super) fn to_hub(handle: &Plain<InteractionHandle>) -> HttpResponse {
    go(&urls::interaction(handle))
}

/// Sends the browser to a page of an interaction.
#[must_use]
pub(super) fn to_page(handle: &Plain<InteractionHandle>, page: &str) -> HttpResponse {
    go(&urls::interaction_page(handle, page))
}

fn go(path: &str) -> HttpResponse {
    let mut response = HttpResponse::SeeOther().finish();
    if let Ok(location) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, location);
    }
    headers::redirect(response.headers_mut());
    response
}
