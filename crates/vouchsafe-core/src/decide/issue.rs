//! What goes into tokens. An [`Issuance`] can only be put together from proofs: an authenticated client, a live
//! grant, a chosen audience, a sender constraint. A check that is forgotten is a field that is missing.

use super::audience::Audience;
use super::client_authentication::ClientAuthenticated;
use super::grant_is_live::LiveGrant;
use super::status_list;
use crate::model::{ApiClaim, Client, Grant, IdTokenClaims, Span, TokenId, UnixTime, User};
use crate::spec::{claims, scope};
use serde_json::{Map, Value, json};

/// No token lives longer: configuration and APIs are held to it, keys stay published and ends of grants known for it.
pub const LONGEST_TOKEN: Span = Span::from_hours(24);

/// Everything that minting needs to have been proven.
pub struct Issuance<'a> {
    /// The client proved who it is.
    pub authenticated: &'a ClientAuthenticated,
    /// The client.
    pub client: &'a Client,
    /// Whom the tokens speak for.
    pub subject: Subject<'a>,
    /// Where the access token is good.
    pub audience: Audience<'a>,
    /// How the token is bound to its holder.
    pub binding: SenderBinding,
}

/// Whom tokens speak for.
pub enum Subject<'a> {
    /// A person, by a grant that was found live in the transaction that made the token possible.
    Person {
        /// The proof.
        live: LiveGrant,
        /// The grant, as that transaction left it.
        grant: &'a Grant,
        /// The person, as that transaction read them.
        user: &'a User,
    },
    /// The client itself (RFC 6749 §4.4).
    Client,
}

/// How a token is bound to its holder. Only bearer tokens exist so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderBinding(());

impl SenderBinding {
    /// A bearer token (RFC 6750): whoever holds it may use it.
    #[must_use]
    pub const fn bearer() -> Self {
        Self(())
    }
}

/// The facts of this server that tokens carry.
pub struct Mint<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// The issuer's epoch: first number of the claim `ep`.
    pub issuer_epoch: i64,
    /// Now.
    pub now: UnixTime,
    /// Lifetime of the token to be made.
    pub lifetime: Span,
    /// Where status lists are, without the list, when tokens are to refer to them.
    pub status_lists: Option<&'a str>,
}

/// The claims of an access token (RFC 9068 §2.2), with the handles by which it can be revoked: `ep`, and for a
/// person `gid`, `gver` and `sid`.
#[must_use]
pub fn access_token_claims(issuance: &Issuance<'_>, mint: &Mint<'_>, jti: &TokenId) -> Map<String, Value> {
    let client_id = issuance.authenticated.client_id();
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    set("iss", json!(mint.issuer));
    set("aud", json!(issuance.audience.aud));
    set("client_id", json!(client_id));
    set("exp", json!(mint.now.plus(mint.lifetime).seconds()));
    set("iat", json!(mint.now.seconds()));
    set("jti", json!(jti));
    // RFC 6749 §3.3 knows no empty scope, and RFC 9068 §2.2.3 no claim when none was asked for.
    if !issuance.audience.scopes.is_empty() {
        set("scope", json!(scope::join(&issuance.audience.scopes)));
    }
    match &issuance.subject {
        Subject::Client => {
            set("sub", json!(client_id));
            set("ep", json!([mint.issuer_epoch, issuance.client.epoch]));
        }
        Subject::Person { grant, user, .. } => {
            // Those that the grant was judged by: an epoch that was raised meanwhile must end this token too.
            set("ep", json!(grant.ep));
            set("sub", json!(user.id));
            set("gid", json!(grant.id));
            set("gver", json!(grant.gver));
            set("sid", json!(grant.sid));
            set("auth_time", json!(grant.signed_in.auth_time.seconds()));
            set("acr", json!(grant.signed_in.acr));
            for claim in issuance.audience.api.map_or(&[][..], |api| &api.claims) {
                match claim {
                    ApiClaim::Roles => set("roles", json!(user.roles)),
                    ApiClaim::Groups => set("groups", json!(user.groups)),
                }
            }
            if let Some(status) = status(grant, mint) {
                set("status", status);
            }
        }
    }
    claims
}

/// The claim `status` (Token Status List): where the grant's bit stands.
fn status(grant: &Grant, mint: &Mint<'_>) -> Option<Value> {
    let address = mint.status_lists?;
    let place = status_list::standing(grant, mint.now, mint.now.plus(mint.lifetime))?;
    let uri = format!("{address}/{}", place.list);
    Some(json!({"status_list": {"idx": place.idx, "uri": uri}}))
}

/// The claims of an ID token (OpenID Connect Core §2, §3.1.3.3), or none when nobody signed in or `openid` was
/// not granted. `nonce` is given for the first ID token of a grant only (§12.2); `at_hash` belongs to the access
/// token that goes with it.
#[must_use]
pub fn id_token_claims(
    issuance: &Issuance<'_>,
    mint: &Mint<'_>,
    at_hash: &str,
    nonce: Option<&str>,
) -> Option<Map<String, Value>> {
    let Subject::Person { grant, user, .. } = &issuance.subject else {
        return None;
    };
    if !grant.scopes.iter().any(|granted| granted == scope::OPENID) {
        return None;
    }
    let mut claims = match issuance.client.metadata.id_token_claims {
        IdTokenClaims::Userinfo => Map::new(),
        IdTokenClaims::IdToken => claims::userinfo(user, &grant.scopes),
    };
    let mut set = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    set("iss", json!(mint.issuer));
    set("sub", json!(user.id));
    set("aud", json!(issuance.authenticated.client_id()));
    set("exp", json!(mint.now.plus(mint.lifetime).seconds()));
    set("iat", json!(mint.now.seconds()));
    set("auth_time", json!(grant.signed_in.auth_time.seconds()));
    set("acr", json!(grant.signed_in.acr));
    set("amr", json!(grant.signed_in.amr));
    set("sid", json!(grant.sid));
    set("at_hash", json!(at_hash));
    if let Some(nonce) = nonce {
        set("nonce", json!(nonce));
    }
    Some(claims)
}
