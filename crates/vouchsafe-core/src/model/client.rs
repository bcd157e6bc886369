//! Clients and their metadata, by the names of RFC 7591.

use super::{ClientId, KeyAlgorithm, UnixTime};
use serde::{Deserialize, Serialize};

/// What kind of application a client is; decides its defaults and whether it can keep a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientKind {
    /// A web application with a server: confidential.
    Web,
    /// A single-page application: public (RFC 6749 §2.1).
    Spa,
    /// An installed application: public, may use loopback and private-use redirect URIs (RFC 8252).
    Native,
    /// A service without people: confidential, client credentials only.
    Service,
}

/// How a client authenticates at the token endpoint (RFC 7591 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// A public client: it names itself with `client_id`.
    None,
    /// HTTP Basic with the secret.
    ClientSecretBasic,
    /// The secret in the form body.
    ClientSecretPost,
    /// A JWT signed with one of the client's registered keys (OpenID Connect Core §9).
    PrivateKeyJwt,
}

/// A grant type (RFC 7591 §2) that the token endpoint speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
    /// RFC 6749 §4.4.
    ClientCredentials,
}

/// Whether a client must send a PKCE challenge (RFC 7636). `plain` is never accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PkceRule {
    /// A request without a challenge is refused.
    #[default]
    Required,
    /// A challenge is checked when it is there (confidential clients only).
    Allowed,
}

/// Where the claims of granted scopes appear (OpenID Connect Core §5.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdTokenClaims {
    /// At the UserInfo endpoint, as the specification has it for the code flow.
    #[default]
    Userinfo,
    /// In the ID token as well, for client libraries that read nothing else.
    IdToken,
}

/// A registered client.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// `client_id`.
    pub id: ClientId,
    /// Raised to end all its tokens at once; the second number of the claim `ep`.
    pub epoch: i64,
    /// Set while the client may not be used.
    pub disabled_at: Option<UnixTime>,
    /// When it was registered.
    pub created_at: UnixTime,
    /// Who registered it, or the administrator who has given it trust since.
    pub registrar: Registrar,
    /// It is removed unless used before; none for a client that stays.
    pub unused_until: Option<UnixTime>,
    /// Everything else.
    pub metadata: ClientMetadata,
}

/// Who registered a client, and with that how much of what it says about itself somebody has looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Registrar {
    /// An administrator.
    #[default]
    Administrator,
    /// Whoever had an initial access token (RFC 7591 §3): this one.
    Token(String),
    /// Anybody: registration is open.
    Anybody,
    /// The client itself, by a document at the URL that is its `client_id`.
    Document,
}

/// What a client says about itself beyond what the protocol needs, by the names of RFC 7591 §2 and OpenID Connect
/// Dynamic Client Registration §2. All addresses are `https`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Declared {
    /// Its own page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo, where it keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// How it treats what it learns about people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Where it publishes its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Where it lists redirect URIs of several clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// Where others can send a person to begin a sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// `max_age` of requests that have none, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<i64>,
    /// Whether it wants `auth_time`, which every ID token of ours has.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_auth_time: bool,
    /// The software that it is one installation of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// The version of that software.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// The digest of the logo as we fetched and redrew it: the name that it is served by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

/// A client's metadata, stored as one JSON document. Unknown members never get in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientMetadata {
    /// The name people see.
    pub client_name: String,
    /// What kind of application it is.
    pub kind: ClientKind,
    /// Compared byte for byte (RFC 9700 §2.1).
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where sign-out may return to.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// The scopes that the client may have, in registration order.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The grants that the client may use.
    pub grant_types: Vec<GrantType>,
    /// Pins the authentication method; without it a confidential client may use Basic or the body.
    #[serde(default)]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// PKCE rule.
    #[serde(default)]
    pub pkce: PkceRule,
    /// The client's own public keys (RFC 7517), by which it authenticates with `private_key_jwt`.
    #[serde(default)]
    pub jwks: Option<serde_json::Value>,
    /// Origins beside those of the redirect URIs that may call the token endpoint from a browser.
    #[serde(default)]
    pub web_origins: Vec<String>,
    /// Audiences whose tokens this client may introspect.
    #[serde(default)]
    pub introspects: Vec<String>,
    /// Gives refresh tokens that end with the session, without `offline_access`.
    #[serde(default)]
    pub online_refresh: bool,
    /// Runs under the operator's own name: no consent page.
    #[serde(default)]
    pub first_party: bool,
    /// Asks for consent although first-party.
    #[serde(default)]
    pub require_consent: bool,
    /// Where claims appear.
    #[serde(default)]
    pub id_token_claims: IdTokenClaims,
    /// What its ID tokens are signed with. Not written when it is the default, which every release knows.
    #[serde(default, skip_serializing_if = "KeyAlgorithm::is_default")]
    pub id_token_signed_response_alg: KeyAlgorithm,
    /// What it says about itself. Stored in a column of its own, which the release before does not read.
    #[serde(skip)]
    pub declared: Declared,
}

impl ClientMetadata {
    /// Whether the client cannot keep a secret (RFC 6749 §2.1).
    #[must_use]
    pub fn is_public(&self) -> bool {
        match self.kind {
            ClientKind::Spa | ClientKind::Native => true,
            ClientKind::Web | ClientKind::Service => false,
        }
    }

    /// Whether the client has a secret: not a public one, and not one that signs instead.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        !self.is_public() && self.token_endpoint_auth_method != Some(AuthMethod::PrivateKeyJwt)
    }
}

impl Client {
    /// Whether the client cannot keep a secret (RFC 6749 §2.1).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.metadata.is_public()
    }

    /// Whether the client has a secret: not a public one, and not one that signs instead.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.metadata.has_secret()
    }

    /// Whether nobody but the client itself vouches for what it says.
    #[must_use]
    pub fn is_self_registered(&self) -> bool {
        match self.registrar {
            Registrar::Administrator => false,
            Registrar::Token(_) | Registrar::Anybody | Registrar::Document => true,
        }
    }

    /// Whether the client may use `grant`.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant)
    }

    /// Whether this authentication method is the registered one (RFC 7591 §2).
    #[must_use]
    pub fn may_authenticate_by(&self, method: AuthMethod) -> bool {
        match (self.is_public(), self.metadata.token_endpoint_auth_method) {
            (true, _) => method == AuthMethod::None,
            (false, Some(pinned)) => method == pinned,
            (false, None) => matches!(
                method,
                AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
            ),
        }
    }
}
