//! Tokens that a client hands in: to be redeemed, revoked (RFC 7009) or introspected (RFC 7662). Which kind one is shows
//! in its form, so `token_type_hint` has nothing to say.

use crate::clients::Known;
use crate::cx::Cx;
use crate::failure::Failure;
use crate::oauth::client_auth;
use actix_web::HttpRequest;
use std::sync::Arc;
use vouchsafe_core::decide::client_authentication::ClientAuthenticated;
use vouchsafe_core::decide::refresh::Windows;
use vouchsafe_core::model::ClientId;
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::refresh_token::{self, Genuine, MacKey};
use vouchsafe_verify::{AccessToken, Verified};

/// A token of ours.
pub(super) enum Presented {
    /// A refresh token of the client that handed it in.
    Refresh(Genuine),
    /// An access token that has not expired, of any client.
    Access(Verified<AccessToken>),
}

/// A request about a token after the phases that revocation and introspection share.
pub(super) struct About {
    /// The client that asks, and proof that it is the one.
    pub(super) known: Arc<Known>,
    /// The proof.
    pub(super) authenticated: ClientAuthenticated,
    /// The token, as it came.
    pub(super) text: String,
}

/// 1 parse, as at the token endpoint · 2 authenticate the client, once · 3 there is a token. The client comes back even
/// when it is refused, for the sake of its origins.
pub(super) async fn about(
    cx: &Cx,
    request: &HttpRequest,
    params: &Params,
) -> (Option<Arc<Known>>, Result<About, Failure>) {
    if let Err(reason) = check_form(request, params) {
        return (None, Err(reason.into()));
    }
    let (known, authenticated) = client_auth::authenticate(cx, request.headers(), params).await;
    let about = authenticated.and_then(|authenticated| {
        let known = known.clone().ok_or(Reason::ClientUnknown)?;
        let text = params.one("token").ok_or(Reason::ParameterMissing)?.to_owned();
        Ok(About {
            known,
            authenticated,
            text,
        })
    });
    (known, about)
}

fn check_form(request: &HttpRequest, params: &Params) -> Result<(), Reason> {
    if request.uri().query().is_some_and(|query| !query.is_empty()) {
        return Err(Reason::ParametersInUrl);
    }
    params.refuse_repeats(&[])
}

/// Reads a token that `client` hands in. Nothing is found of what is not ours, of refresh tokens of others, and of
/// access tokens that have expired.
pub(super) fn read(cx: &Cx, client: &ClientId, text: &str) -> Option<Presented> {
    if text.starts_with(refresh_token::PREFIX) {
        return refresh_token(cx, client, text).ok().map(Presented::Refresh);
    }
    let verified = cx.services.own_tokens().access_token(text, cx.now);
    verified.ok().map(Presented::Access)
}

/// Checks that a refresh token is one that this server made, for this client. Nothing else reaches the database.
///
/// # Errors
/// [`Reason::RefreshTokenUnknown`].
pub(super) fn refresh_token(cx: &Cx, client: &ClientId, text: &str) -> Result<Genuine, Reason> {
    let presented = refresh_token::parse(text)?;
    let (key_id, key) = cx
        .services
        .keys
        .secrets()
        .refresh_key(&presented.key_id)
        .ok_or(Reason::RefreshTokenUnknown)?;
    let key = MacKey {
        id: &key_id,
        key,
        issuer: &cx.config().issuer,
    };
    presented.verify(&key, client)
}

/// The windows in which a spent refresh token is still answered.
pub(super) fn windows(cx: &Cx) -> Windows {
    let refresh = &cx.config().tokens.refresh;
    Windows {
        retry: refresh.retry_window,
        displace: refresh.displace_window,
    }
}
