//! Clients and APIs as the command line and the admin API show them.

use super::schema;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use vouchsafe_core::model::{
    Api, ApiClaim, AuthMethod, Client, ClientKind, Declared, GrantType, IdTokenClaims, InitialToken,
    KeyAlgorithm, PkceRule, Span,
};
use vouchsafe_core::spec::scope;

/// A client by the names of RFC 7591, with our own members beside the registered ones.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Client)]
#[expect(clippy::struct_excessive_bools, reason = "each is a member of the document")]
pub struct ClientDocument {
    /// `client_id`.
    pub client_id: String,
    /// When it was registered, in seconds since 1970.
    pub client_id_issued_at: i64,
    /// The name people see.
    pub client_name: String,
    /// What kind of application it is.
    #[serde(rename = "type")]
    #[schema(schema_with = schema::client_kind)]
    pub kind: ClientKind,
    /// `native` or `web`.
    pub application_type: &'static str,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// Where sign-out may return to.
    pub post_logout_redirect_uris: Vec<String>,
    /// What the authorization endpoint gives it.
    pub response_types: Vec<&'static str>,
    /// The grants that it may use.
    #[schema(schema_with = grant_types)]
    pub grant_types: Vec<GrantType>,
    /// How it authenticates.
    #[schema(schema_with = schema::auth_method)]
    pub token_endpoint_auth_method: AuthMethod,
    /// The scopes that it may have.
    pub scope: String,
    /// Whether each authorization request needs a PKCE challenge.
    #[schema(schema_with = schema::pkce)]
    pub pkce: PkceRule,
    /// Origins beside those of the redirect URIs that may call from a browser.
    pub web_origins: Vec<String>,
    /// Audiences whose tokens it may introspect.
    pub introspects: Vec<String>,
    /// Whether it gets refresh tokens that end with the session.
    pub online_refresh: bool,
    /// Whether it is the operator's own.
    pub first_party: bool,
    /// Whether it asks for consent although it is the operator's own.
    pub require_consent: bool,
    /// Where a person's claims appear.
    #[schema(schema_with = schema::id_token_claims)]
    pub id_token_claims: IdTokenClaims,
    /// What its ID tokens are signed with.
    #[schema(schema_with = schema::key_algorithm)]
    pub id_token_signed_response_alg: KeyAlgorithm,
    /// Whether it is disabled.
    pub disabled: bool,
    /// Its public keys (RFC 7517).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<Value>,
    /// What it says about itself.
    #[serde(flatten)]
    pub declared: DeclaredDocument,
    /// Who registered it, when that was not an administrator: `anybody`, `document`, or an object that names the initial
    /// access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub registered_by: Option<Value>,
}

/// What a client says about itself, as far as it says anything.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Declared)]
pub struct DeclaredDocument {
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
    #[schema(required = false)]
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
    #[schema(required = false)]
    pub require_auth_time: bool,
    /// The software that it is one installation of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// The version of that software.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// The digest of the logo as we drew it: the name that it is served by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

impl From<Declared> for DeclaredDocument {
    fn from(declared: Declared) -> Self {
        Self {
            client_uri: declared.client_uri,
            logo_uri: declared.logo_uri,
            policy_uri: declared.policy_uri,
            tos_uri: declared.tos_uri,
            contacts: declared.contacts,
            jwks_uri: declared.jwks_uri,
            sector_identifier_uri: declared.sector_identifier_uri,
            initiate_login_uri: declared.initiate_login_uri,
            default_max_age: declared.default_max_age,
            require_auth_time: declared.require_auth_time,
            software_id: declared.software_id,
            software_version: declared.software_version,
            logo: declared.logo,
        }
    }
}

impl From<&Client> for ClientDocument {
    fn from(client: &Client) -> Self {
        let metadata = client.metadata.clone();
        let method = match (client.is_public(), metadata.token_endpoint_auth_method) {
            (true, _) => AuthMethod::None,
            (false, pinned) => pinned.unwrap_or(AuthMethod::ClientSecretBasic),
        };
        let code = metadata.grant_types.contains(&GrantType::AuthorizationCode);
        Self {
            client_id: client.id.as_str().to_owned(),
            client_id_issued_at: client.created_at.seconds(),
            client_name: metadata.client_name,
            kind: metadata.kind,
            application_type: if metadata.kind == ClientKind::Native {
                "native"
            } else {
                "web"
            },
            redirect_uris: metadata.redirect_uris,
            post_logout_redirect_uris: metadata.post_logout_redirect_uris,
            response_types: if code { vec!["code"] } else { Vec::new() },
            grant_types: metadata.grant_types,
            token_endpoint_auth_method: method,
            scope: scope::join(&metadata.scopes),
            pkce: metadata.pkce,
            web_origins: metadata.web_origins,
            introspects: metadata.introspects,
            online_refresh: metadata.online_refresh,
            first_party: metadata.first_party,
            require_consent: metadata.require_consent,
            id_token_claims: metadata.id_token_claims,
            id_token_signed_response_alg: metadata.id_token_signed_response_alg,
            disabled: client.disabled_at.is_some(),
            jwks: metadata.jwks,
            declared: metadata.declared.into(),
            registered_by: client
                .is_self_registered()
                .then(|| super::registration::registrar(&client.registrar)),
        }
    }
}

/// A resource server and the scopes that it owns.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Api)]
pub struct ApiDocument {
    /// The identifier, an absolute URI: the audience of its tokens.
    pub identifier: String,
    /// The name people see.
    pub name: String,
    /// The scopes that it owns.
    pub scopes: Vec<ScopeDocument>,
    /// Lifetime of its access tokens in seconds, when it is not the server's.
    pub access_token_lifetime: Option<i64>,
    /// The header `typ` of its access tokens.
    #[schema(schema_with = schema::token_typ)]
    pub token_typ: &'static str,
    /// What its access tokens are signed with.
    #[schema(schema_with = schema::key_algorithm)]
    pub signing_alg: &'static str,
    /// The claims about the person that its access tokens carry.
    #[schema(schema_with = api_claims)]
    pub claims: Vec<ApiClaim>,
    /// When it was registered, in seconds since 1970.
    pub created_at: i64,
}

/// A scope of an API.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Scope)]
pub struct ScopeDocument {
    /// The scope.
    pub name: String,
    /// What it allows, in words.
    pub description: String,
}

impl From<&Api> for ApiDocument {
    fn from(api: &Api) -> Self {
        Self {
            identifier: api.identifier.clone(),
            name: api.name.clone(),
            scopes: api
                .scopes
                .iter()
                .map(|scope| ScopeDocument {
                    name: scope.name.clone(),
                    description: scope.description.clone(),
                })
                .collect(),
            access_token_lifetime: api.access_token_lifetime.map(Span::seconds),
            token_typ: api.token_typ.as_str(),
            signing_alg: api.signing_alg.as_str(),
            claims: api.claims.clone(),
            created_at: api.created_at.seconds(),
        }
    }
}

/// An initial access token (RFC 7591 §3), without the secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = InitialToken)]
pub struct InitialTokenDocument {
    /// By what it is revoked.
    pub id: String,
    /// What it is for, in the words of whoever made it; empty when they said nothing.
    pub name: String,
    /// How many clients can still be registered with it.
    pub uses_left: i64,
    /// The scopes that the clients may have; empty for those of the configuration.
    pub scope: String,
    /// Who made it: a `sub`, `cli`, or `client:` and a `client_id`.
    pub created_by: String,
    /// When it was made, in seconds since 1970.
    pub created_at: i64,
    /// When it stops to count, in seconds since 1970.
    pub expires_at: i64,
}

impl From<&InitialToken> for InitialTokenDocument {
    fn from(token: &InitialToken) -> Self {
        Self {
            id: token.id.clone(),
            name: token.name.clone(),
            uses_left: token.uses_left,
            scope: scope::join(&token.scopes),
            created_by: token.created_by.clone(),
            created_at: token.created_at.seconds(),
            expires_at: token.expires_at.seconds(),
        }
    }
}

/// Grant types.
#[must_use]
pub fn grant_types() -> Schema {
    ArrayBuilder::new().items(RefOr::T(schema::grant_type())).into()
}

/// Claims of an API.
#[must_use]
pub fn api_claims() -> Schema {
    ArrayBuilder::new().items(RefOr::T(schema::api_claim())).into()
}
