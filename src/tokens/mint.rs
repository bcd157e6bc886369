//! Signs the tokens of an [`Issuance`]. Happens in memory, after the transaction that allowed it has committed.

use crate::failure::{Broken, Failure};
use crate::keys::Keys;
use crate::ports::Ports;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256, Sha512};
use vouchsafe_core::decide::issue::{Issuance, Mint, Subject, access_token_claims, id_token_claims};
use vouchsafe_core::decide::status_list;
use vouchsafe_core::model::{KeyAlgorithm, Span, TokenId, TokenTyp, UnixTime};

/// Token strings ready to be sent.
pub struct Minted {
    /// The access token.
    pub access_token: String,
    /// Its lifetime: `expires_in`.
    pub expires_in: Span,
    /// The ID token, when a person signed in and `openid` was granted.
    pub id_token: Option<String>,
}

/// What an ID token needs beside its grant.
pub struct IdTokenFor<'a> {
    /// Its lifetime.
    pub lifetime: Span,
    /// The `nonce` of the authorization request, for the first ID token of a grant.
    pub nonce: Option<&'a str>,
}

/// Facts of this server that tokens carry.
pub struct Issuer<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// The issuer's epoch.
    pub epoch: i64,
    /// Lifetime of access tokens whose API has none of its own.
    pub access_token_lifetime: Span,
    /// Where status lists are, when tokens are to refer to them.
    pub status_lists: Option<String>,
}

/// Signs an access token, and an ID token when there is one to make.
///
/// # Errors
/// [`Failure::Broken`] when there is no usable key, or no place in a status list.
pub fn mint(
    (keys, ports): (&Keys, &Ports),
    issuer: &Issuer<'_>,
    issuance: &Issuance<'_>,
    id_token: Option<&IdTokenFor<'_>>,
    now: UnixTime,
) -> Result<Minted, Failure> {
    let api = issuance.audience.api;
    let lifetime = api
        .and_then(|api| api.access_token_lifetime)
        .unwrap_or(issuer.access_token_lifetime);
    let typ = api.map_or(TokenTyp::AtJwt, |api| api.token_typ);
    // The transaction gave the grant a place. Should there be none after all: a token that no list can end is not made.
    if let (Some(_), Subject::Person { grant, .. }) = (&issuer.status_lists, &issuance.subject)
        && status_list::standing(grant, now, now.plus(lifetime)).is_none()
    {
        return Err(Failure::Broken(Broken::Overloaded("the status list")));
    }
    let facts = |lifetime| Mint {
        issuer: issuer.issuer,
        issuer_epoch: issuer.epoch,
        now,
        lifetime,
        status_lists: issuer.status_lists.as_deref(),
    };
    let jti = TokenId::from_entropy(ports.entropy.bytes());
    let alg = api.map_or_else(KeyAlgorithm::default, |api| api.signing_alg);
    let access_token = keys.sign_with(
        alg,
        now,
        typ.as_str(),
        &access_token_claims(issuance, &facts(lifetime), &jti),
    )?;
    let id_token_alg = issuance.client.metadata.id_token_signed_response_alg;
    let claims = id_token.and_then(|wanted| {
        id_token_claims(
            issuance,
            &facts(wanted.lifetime),
            &at_hash(id_token_alg, &access_token),
            wanted.nonce,
        )
    });
    let sign = |claims| keys.sign_with(id_token_alg, now, "JWT", &claims);
    let id_token = claims.map(sign).transpose()?;
    Ok(Minted {
        access_token,
        expires_in: lifetime,
        id_token,
    })
}

/// OpenID Connect Core §3.1.3.6: the left half of the token's hash, by the hash of the signature: SHA-256, and SHA-512
/// for Ed25519 (RFC 8032 §5.1).
fn at_hash(alg: KeyAlgorithm, access_token: &str) -> String {
    match alg {
        KeyAlgorithm::Rs256 | KeyAlgorithm::Ps256 | KeyAlgorithm::Es256 => {
            left_half(&Sha256::digest(access_token.as_bytes()))
        }
        KeyAlgorithm::EdDsa => left_half(&Sha512::digest(access_token.as_bytes())),
    }
}

fn left_half(hash: &[u8]) -> String {
    let (left, _) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}
