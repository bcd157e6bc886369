//! RFC 9068 — the claims of a JWT access token.

use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Rejection;
use crate::json;
use crate::revocations::RevocationId;
use crate::scope::Scope;
use crate::status_list::StatusReference;

/// The claims of an access token.
///
/// On its own this is only what a token says. A [`Verified`](crate::Verified)`<AccessToken>` is what it proves.
#[derive(Clone, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each marks a claim whose presence alone matters"
)]
#[non_exhaustive]
pub struct AccessToken {
    /// The issuer, exactly as it is configured there.
    #[serde(deserialize_with = "json::text")]
    pub iss: String,
    /// Who the token speaks for: a person, or the client itself.
    #[serde(deserialize_with = "json::text")]
    pub sub: String,
    /// The APIs that the token is for.
    #[serde(deserialize_with = "json::one_or_more")]
    pub aud: Vec<String>,
    /// The client that the token was issued to.
    #[serde(deserialize_with = "json::text")]
    pub client_id: String,
    /// The end of its life, in seconds since 1970.
    #[serde(deserialize_with = "json::numeric_date")]
    pub exp: i64,
    /// When it was issued.
    #[serde(deserialize_with = "json::numeric_date")]
    pub iat: i64,
    /// From when on it is valid.
    #[serde(default, deserialize_with = "json::present_date")]
    pub nbf: Option<i64>,
    /// The token's own name.
    #[serde(deserialize_with = "json::text")]
    pub jti: String,
    /// What it allows. No scope allows nothing.
    #[serde(default)]
    pub scope: Scope,
    /// The epochs of issuer and client (vouchsafe).
    #[serde(default, deserialize_with = "json::present")]
    pub ep: Option<[i64; 2]>,
    /// The grant that it comes from (vouchsafe); none for client credentials.
    #[serde(default, deserialize_with = "json::present")]
    pub gid: Option<String>,
    /// The version of the person's claims that the token was made with (vouchsafe).
    #[serde(default, deserialize_with = "json::present")]
    pub gver: Option<i64>,
    /// The session that it belongs to.
    #[serde(default, deserialize_with = "json::present")]
    pub sid: Option<String>,
    /// When the person signed in.
    #[serde(default, deserialize_with = "json::present_date")]
    pub auth_time: Option<i64>,
    /// How strongly the person signed in.
    #[serde(default, deserialize_with = "json::present")]
    pub acr: Option<String>,

    #[serde(default, deserialize_with = "json::is_present")]
    cnf: bool,
    #[serde(default, deserialize_with = "json::present")]
    status: Option<StatusClaim>,
    #[serde(default, deserialize_with = "json::is_present")]
    nonce: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    at_hash: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    c_hash: bool,
    #[serde(default, deserialize_with = "json::is_present")]
    events: bool,
    #[serde(skip)]
    payload: Box<str>,
    #[serde(skip)]
    signer: Option<RevocationId>,
    #[serde(skip)]
    revocation_ids: OnceLock<RevocationIds>,
}

/// The claim `status`: of the ways that may stand in it, only one is known here.
#[derive(Clone, Deserialize)]
struct StatusClaim {
    #[serde(default, deserialize_with = "json::present")]
    status_list: Option<StatusReference>,
}

/// The names by which a token can be revoked.
#[derive(Clone, Copy)]
pub(crate) struct RevocationIds {
    pub(crate) grant: Option<RevocationId>,
    pub(crate) token: RevocationId,
    pub(crate) client: RevocationId,
    pub(crate) key: Option<RevocationId>,
}

impl AccessToken {
    /// Reads claims from JSON, for display and tests. It proves nothing: see [`Verifier`](crate::Verifier).
    ///
    /// # Errors
    /// [`Rejection::ClaimsMalformed`] when a claim is missing, of the wrong type, or there twice.
    pub fn from_claims_json(payload: &str) -> Result<Self, Rejection> {
        Self::parse(payload.to_owned())
    }

    pub(crate) fn parse(payload: String) -> Result<Self, Rejection> {
        let claims: Self = json::read_object(&payload).map_err(|_| Rejection::ClaimsMalformed)?;
        Ok(Self {
            payload: payload.into(),
            ..claims
        })
    }

    /// Where the status of the token stands, if it says so.
    #[must_use]
    pub fn status_reference(&self) -> Option<&StatusReference> {
        self.status.as_ref()?.status_list.as_ref()
    }

    pub(crate) fn signed_by(self, signer: Option<RevocationId>) -> Self {
        Self { signer, ..self }
    }

    /// Hashed when first asked for, and remembered with the token.
    pub(crate) fn revocation_ids(&self) -> RevocationIds {
        *self.revocation_ids.get_or_init(|| RevocationIds {
            grant: self.gid.as_deref().map(RevocationId::of_grant),
            token: RevocationId::of_token(&self.jti),
            client: RevocationId::of_client(&self.client_id),
            key: self.signer,
        })
    }

    /// Reads claims that this library does not know into a type of yours, for instance `roles`.
    ///
    /// # Errors
    /// When the claims do not fit the type.
    pub fn claims_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.payload)
    }

    /// Whether the token may only be used together with a proof of possession (RFC 7800).
    pub(crate) fn is_bound(&self) -> bool {
        self.cnf
    }

    /// Whether there are claims that only other kinds of tokens have. Where a token is only marked as `JWT`, this
    /// is what tells an ID token (OIDC Core §2) or a logout token from an access token.
    pub(crate) fn looks_like_another_kind(&self) -> bool {
        self.nonce || self.at_hash || self.c_hash || self.events
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("sub", &self.sub)
            .field("client_id", &self.client_id)
            .field("aud", &self.aud)
            .field("scope", &self.scope.as_str())
            .field("exp", &self.exp)
            .field("jti", &self.jti)
            .finish_non_exhaustive()
    }
}
