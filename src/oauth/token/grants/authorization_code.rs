//! RFC 6749 §4.1.3 — exchanges an authorization code for tokens.

use super::super::TokenRequest;
use super::super::answer::TokenAnswer;
use super::{audience_of, give_back, issuer, lifetime, resources, spare_place};
use crate::accounts::live::live_person;
use crate::audit::Act;
use crate::cx::Cx;
use crate::failure::Failure;
use crate::oauth::engine::code::{self, CodeRequest, Exchange};
use crate::oauth::engine::tokens::Tokens;
use crate::tokens::{IdTokenFor, mint};
use std::sync::Arc;
use vouchsafe_core::decide::grant_is_live::LiveGrant;
use vouchsafe_core::decide::issue::{Issuance, SenderBinding, Subject};
use vouchsafe_core::decide::scopes;
use vouchsafe_core::model::{Code, Grant, GrantType, Plain, User};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::refresh_token::{self, MacKey};
use vouchsafe_core::spec::scope;

/// What the transaction found: the grant once the code is spent, and whether it stands.
type Spent = Result<(Grant, Result<(User, LiveGrant), Reason>), Reason>;

/// Redeems a code.
pub(in super::super) async fn redeem(cx: &Cx, request: TokenRequest) -> Result<TokenAnswer, Failure> {
    let text = request.params.one("code").ok_or(Reason::ParameterMissing)?;
    let digest = Plain::<Code>::parse(text).ok_or(Reason::CodeUnknown)?.digest();
    let asked = resources(&request)?;
    let spare = spare_place(cx, &request).await?;
    let with_refresh = request.known.client.may_use(GrantType::RefreshToken);
    let exchange = Exchange {
        request: CodeRequest {
            client_id: request.known.client.id.clone(),
            digest,
            redirect_uri: request.params.one("redirect_uri").map(str::to_owned),
            code_verifier: request.params.one("code_verifier").map(str::to_owned),
        },
        act: Act::of_client(cx, &request.known.client.id),
        refresh_idle: with_refresh.then_some(cx.config().tokens.refresh.idle_lifetime),
        online_refresh: request.known.client.metadata.online_refresh,
        tokens: Tokens {
            rotates: request.known.client.is_public(),
            spare: spare.clone(),
        },
    };
    let (known, apis, issuer_name) = (
        Arc::clone(&request.known),
        Arc::clone(&request.apis),
        cx.config().issuer.clone(),
    );
    let (now, asked_then) = (cx.now, asked.clone());
    let usual = cx.config().tokens.access_token_lifetime;
    let spent: Spent = cx
        .store()
        .write("exchange-code", move |tx| {
            let target = |grant: &Grant| {
                let of = (&known.client, apis.as_slice(), issuer_name.as_str());
                let for_scopes = |scopes: &[String]| audience_of(grant, scopes, &asked_then, of);
                for_scopes(&grant.scopes)?;
                let given = scopes::still_allowed(&grant.scopes, &known.client);
                Ok(lifetime(given.and_then(|scopes| for_scopes(&scopes)), usual))
            };
            let grant = match code::exchange(tx, &exchange, &target)? {
                Ok(grant) => grant,
                Err(reason) => return Ok(Err(reason)),
            };
            let person = live_person(tx, &grant, &known.client.id, now)?;
            Ok(Ok((grant, person)))
        })
        .await?;
    // Also a grant that the gate refused was written, and has the place.
    give_back(cx, spare, spent.as_ref().ok().map(|(grant, _)| grant));
    let (grant, person) = spent?;
    let (user, live) = person?;
    answer(cx, &request, &asked, (&grant, &user, live))
}

fn answer(
    cx: &Cx,
    request: &TokenRequest,
    asked: &[String],
    (grant, user, live): (&Grant, &User, LiveGrant),
) -> Result<TokenAnswer, Failure> {
    let grant = &Grant {
        scopes: scopes::still_allowed(&grant.scopes, &request.known.client)?,
        ..grant.clone()
    };
    let of = (
        &request.known.client,
        request.apis.as_slice(),
        cx.config().issuer.as_str(),
    );
    let audience = audience_of(grant, &grant.scopes, asked, of)?;
    let scope = scope::join(&audience.scopes);
    let issuance = Issuance {
        authenticated: &request.authenticated,
        client: &request.known.client,
        subject: Subject::Person { live, grant, user },
        audience,
        binding: SenderBinding::bearer(),
    };
    let id_token = IdTokenFor {
        lifetime: cx.config().tokens.id_token_lifetime,
        nonce: grant.nonce.as_deref(),
    };
    let services = &cx.services;
    let minted = mint(
        (&services.keys, &services.ports),
        &issuer(cx),
        &issuance,
        Some(&id_token),
        cx.now,
    )?;
    let refresh_token = grant.refreshable.then(|| {
        let (key_id, key) = services.keys.secrets().newest_refresh_key();
        let key = MacKey {
            id: &key_id,
            key,
            issuer: &cx.config().issuer,
        };
        refresh_token::mint(&key, &grant.id, &grant.client_id, grant.generation)
    });
    Ok(TokenAnswer::new(minted, refresh_token, scope))
}
