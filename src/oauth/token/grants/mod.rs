//! The grants: each checks what is its own and makes one write.

pub(super) mod authorization_code;
pub(super) mod client_credentials;
pub(super) mod refresh_token;

use super::TokenRequest;
use crate::cx::Cx;
use crate::tokens::Issuer;
use vouchsafe_core::decide::audience::{self, Audience};
use vouchsafe_core::model::{Api, Grant};
use vouchsafe_core::refusal::Reason;

/// The facts of this server that tokens carry.
fn issuer(cx: &Cx) -> Issuer<'_> {
    Issuer {
        issuer: &cx.config().issuer,
        epoch: cx.services.issuer_epoch(),
        access_token_lifetime: cx.config().tokens.access_token_lifetime,
    }
}

/// The audience of a token for a person: the `resource` of this request, if any, must be one of those of the
/// authorization request, if any (RFC 8707 §2.2).
fn audience_of<'a>(
    grant: &Grant,
    scopes: &[String],
    asked: &[String],
    (apis, issuer): (&'a [Api], &str),
) -> Result<Audience<'a>, Reason> {
    audience::choose(scopes, &audience::narrow(&grant.resources, asked)?, apis, issuer)
}

/// The `resource` parameters of the request.
fn resources(request: &TokenRequest) -> Result<Vec<String>, Reason> {
    vouchsafe_core::spec::resource::parse(&request.params.all("resource"))
}
