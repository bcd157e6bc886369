//! Registered resource servers ("APIs") and the scopes they own.

use super::{KeyAlgorithm, Span, UnixTime};
use serde::{Deserialize, Serialize};

/// The `typ` header of an API's access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenTyp {
    /// RFC 9068 §2.1.
    #[default]
    #[serde(rename = "at+jwt")]
    AtJwt,
    /// For stacks that refuse `at+jwt`.
    #[serde(rename = "JWT")]
    Jwt,
}

impl TokenTyp {
    /// The header value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtJwt => "at+jwt",
            Self::Jwt => "JWT",
        }
    }
}

/// A resource server.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// Its identifier, an absolute URI: the `aud` of its tokens and the `resource` of requests (RFC 8707).
    pub identifier: String,
    /// The name people see.
    pub name: String,
    /// The `typ` of its access tokens.
    pub token_typ: TokenTyp,
    /// What its access tokens are signed with.
    pub signing_alg: KeyAlgorithm,
    /// Lifetime of its access tokens, when it is not the server's.
    pub access_token_lifetime: Option<Span>,
    /// The claims about a person that its access tokens carry.
    pub claims: Vec<ApiClaim>,
    /// When it was registered.
    pub created_at: UnixTime,
    /// The scopes it owns, in registration order.
    pub scopes: Vec<ApiScope>,
}

/// A claim about a person that access tokens for an API can carry (RFC 9068 §2.2.3). A change of it raises the claims
/// version of the person's grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiClaim {
    /// The person's roles.
    Roles,
    /// The person's groups.
    Groups,
}

impl ApiClaim {
    /// All there are, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Roles, Self::Groups];
}

/// A scope of an API. The name belongs to one API only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiScope {
    /// The scope token (RFC 6749 §3.3).
    pub name: String,
    /// The permission in words, for the consent page.
    pub description: String,
}
