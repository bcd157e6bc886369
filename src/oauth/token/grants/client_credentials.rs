//! RFC 6749 §4.4 — a token for the client itself. Touches no database: the client was read before.

use super::super::TokenRequest;
use super::super::answer::TokenAnswer;
use super::{issuer, resources};
use crate::cx::Cx;
use crate::failure::Failure;
use crate::oauth::engine::client_credentials;
use crate::tokens::mint;
use vouchsafe_core::decide::audience;
use vouchsafe_core::decide::issue::{Issuance, SenderBinding, Subject};
use vouchsafe_core::decide::scopes;
use vouchsafe_core::model::AuthMethod;
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::scope;

/// Gives a confidential client a token of its own; never a refresh token (RFC 6749 §4.4.3).
pub(in super::super) fn redeem(cx: &Cx, request: &TokenRequest) -> Result<TokenAnswer, Failure> {
    if request.authenticated.method() == AuthMethod::None {
        return Err(Reason::GrantTypeNotAllowed.into());
    }
    let client = &request.known.client;
    let asked = request.params.one("scope").map(scope::parse).transpose()?;
    let scopes = scopes::at_client_credentials(asked.as_deref(), client, &request.apis)?;
    let resources = resources(request)?;
    let granted = client_credentials::negotiate(&client.id, &scopes)?;
    let issuer_name = &cx.config().issuer;
    let audience = audience::choose(&granted, &resources, client, &request.apis, issuer_name)?;
    let scope = scope::join(&audience.scopes);
    let issuance = Issuance {
        authenticated: &request.authenticated,
        client,
        subject: Subject::Client,
        audience,
        binding: SenderBinding::bearer(),
    };
    let services = &cx.services;
    let minted = mint(
        (&services.keys, &services.ports),
        &issuer(cx),
        &issuance,
        None,
        cx.now,
    )?;
    Ok(TokenAnswer::new(minted, None, scope))
}
