//! RFC 6749 §6 — a new access token for a refresh token, and the next token of its chain.

use super::super::TokenRequest;
use super::super::answer::TokenAnswer;
use super::{audience_of, give_back, issuer, lifetime, resources, spare_place};
use crate::accounts::live::live_person;
use crate::audit::Act;
use crate::cx::Cx;
use crate::failure::Failure;
use crate::oauth::engine::refresh::{self, Refresh, RefreshRequest};
use crate::oauth::engine::tokens::Tokens;
use crate::oauth::presented;
use crate::tokens::{IdTokenFor, mint};
use std::sync::Arc;
use vouchsafe_core::decide::grant_is_live::LiveGrant;
use vouchsafe_core::decide::issue::{Issuance, SenderBinding, Subject};
use vouchsafe_core::decide::scopes;
use vouchsafe_core::model::{Grant, User};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::refresh_token::{self, MacKey};
use vouchsafe_core::spec::scope;

/// What the transaction found: the grant once its chain has moved on, and whether it stands.
type Refreshed = Result<(Grant, Result<(User, LiveGrant), Reason>), Reason>;

/// Redeems a refresh token. What this server did not make, for this client, never reaches the database.
pub(in super::super) async fn redeem(cx: &Cx, request: TokenRequest) -> Result<TokenAnswer, Failure> {
    let text = request
        .params
        .one("refresh_token")
        .ok_or(Reason::ParameterMissing)?;
    let genuine = presented::refresh_token(cx, &request.known.client.id, text)?;
    let narrowed = match request.params.one("scope") {
        Some(text) => Some(scopes::registered(scope::parse(text)?, &request.apis)?),
        None => None,
    };
    let asked = resources(&request)?;
    let spare = spare_place(cx, &request).await?;
    let refresh = Refresh {
        request: RefreshRequest {
            client_id: request.known.client.id.clone(),
            genuine,
            scope: narrowed.clone(),
        },
        windows: presented::windows(cx),
        tokens: Tokens {
            rotates: request.known.client.is_public(),
            spare: spare.clone(),
        },
        idle_lifetime: cx.config().tokens.refresh.idle_lifetime,
        act: Act::of_client(cx, &request.known.client.id),
    };
    let (known, apis, issuer_name) = (
        Arc::clone(&request.known),
        Arc::clone(&request.apis),
        cx.config().issuer.clone(),
    );
    let now = cx.now;
    let usual = cx.config().tokens.access_token_lifetime;
    let (asked_then, narrowed_then) = (asked.clone(), narrowed.clone());
    let refreshed: Refreshed = cx
        .store()
        .write("refresh", move |tx| {
            let target = |grant: &Grant| {
                let of = (&known.client, apis.as_slice(), issuer_name.as_str());
                let for_scopes = |scopes: &[String]| audience_of(grant, scopes, &asked_then, of);
                let wanted = narrowed_then.as_ref().unwrap_or(&grant.scopes);
                for_scopes(wanted)?;
                let given = scopes::still_allowed(wanted, &known.client);
                Ok(lifetime(given.and_then(|scopes| for_scopes(&scopes)), usual))
            };
            let grant = match refresh::refresh(tx, &refresh, &target)? {
                Ok(grant) => grant,
                Err(reason) => return Ok(Err(reason)),
            };
            let person = live_person(tx, &grant, &known.client.id, now)?;
            Ok(Ok((grant, person)))
        })
        .await?;
    // Also a grant that the gate refused was written, and has the place.
    give_back(cx, spare, refreshed.as_ref().ok().map(|(grant, _)| grant));
    let (grant, person) = refreshed?;
    let (user, live) = person?;
    answer(cx, &request, (narrowed.as_ref(), &asked), (&grant, &user, live))
}

fn answer(
    cx: &Cx,
    request: &TokenRequest,
    (narrowed, asked): (Option<&Vec<String>>, &[String]),
    (grant, user, live): (&Grant, &User, LiveGrant),
) -> Result<TokenAnswer, Failure> {
    let scopes = scopes::still_allowed(narrowed.unwrap_or(&grant.scopes), &request.known.client)?;
    let of = (
        &request.known.client,
        request.apis.as_slice(),
        cx.config().issuer.as_str(),
    );
    let audience = audience_of(grant, &scopes, asked, of)?;
    // A narrowed token speaks only for its own scopes, in the ID token too.
    let narrowed = Grant {
        scopes,
        ..grant.clone()
    };
    let scope = scope::join(&audience.scopes);
    let issuance = Issuance {
        authenticated: &request.authenticated,
        client: &request.known.client,
        subject: Subject::Person {
            live,
            grant: &narrowed,
            user,
        },
        audience,
        binding: SenderBinding::bearer(),
    };
    let id_token = IdTokenFor {
        lifetime: cx.config().tokens.id_token_lifetime,
        nonce: None,
    };
    let services = &cx.services;
    let minted = mint(
        (&services.keys, &services.ports),
        &issuer(cx),
        &issuance,
        Some(&id_token),
        cx.now,
    )?;
    let (key_id, key) = services.keys.secrets().newest_refresh_key();
    let key = MacKey {
        id: &key_id,
        key,
        issuer: &cx.config().issuer,
    };
    let successor = refresh_token::mint(&key, &grant.id, &grant.client_id, grant.generation);
    Ok(TokenAnswer::new(minted, Some(successor), scope))
}
