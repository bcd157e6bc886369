//! What of a client can be set: by the names of RFC 7591, one type for each operation.

use super::problem::Problem;
use crate::clients::document::grant_types;
use crate::clients::registration::Wish;
use crate::clients::schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use vouchsafe_core::model::{
    AuthMethod, ClientKind, ClientMetadata, GrantType, IdTokenClaims, KeyAlgorithm, PkceRule,
};
use vouchsafe_core::spec::{merge_patch, scope};

macro_rules! settings {
    ($(#[$doc:meta])* $name:ident { $($(#[$own:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$own])* pub(super) $field: $kind,)*
            /// Where codes may be sent; compared exactly.
            #[serde(default)]
            redirect_uris: Vec<String>,
            /// Where sign-out may return to.
            #[serde(default)]
            post_logout_redirect_uris: Vec<String>,
            /// The scopes that it may have, separated by spaces; an empty text is none. Left out: the default of the type.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            scope: Option<String>,
            /// The grants that it may use. None: the default of the type.
            #[serde(default)]
            #[schema(schema_with = grant_types)]
            grant_types: Vec<GrantType>,
            /// Pins how it authenticates; without it the secret may come by Basic or in the body.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(schema_with = schema::auth_method)]
            token_endpoint_auth_method: Option<AuthMethod>,
            /// Whether each authorization request needs a PKCE challenge.
            #[serde(default)]
            #[schema(schema_with = schema::pkce)]
            pkce: PkceRule,
            /// Its public keys (RFC 7517). They take the place of a `jwks_uri`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(value_type = Object)]
            jwks: Option<Value>,
            /// Origins beside those of the redirect URIs that may call from a browser.
            #[serde(default)]
            web_origins: Vec<String>,
            /// Audiences whose tokens it may introspect.
            #[serde(default)]
            introspects: Vec<String>,
            /// Give refresh tokens that end with the session.
            #[serde(default)]
            online_refresh: bool,
            /// The operator's own: no consent page.
            #[serde(default)]
            first_party: bool,
            /// Show the consent page although it is the operator's own.
            #[serde(default)]
            require_consent: bool,
            /// Where a person's claims appear.
            #[serde(default)]
            #[schema(schema_with = schema::id_token_claims)]
            id_token_claims: IdTokenClaims,
            /// What its ID tokens are signed with.
            #[serde(default)]
            #[schema(schema_with = schema::key_algorithm)]
            id_token_signed_response_alg: KeyAlgorithm,
        }

        impl $name {
            /// Everything that can be set, put into a wish.
            pub(super) fn put_into(self, wish: &mut Wish) {
                wish.redirect_uris = self.redirect_uris;
                wish.post_logout_redirect_uris = self.post_logout_redirect_uris;
                wish.scopes = self.scope.map(|scope| vec![scope]);
                wish.grants = self.grant_types;
                wish.auth_method = self.token_endpoint_auth_method;
                wish.pkce = Some(self.pkce);
                wish.jwks = self.jwks;
                wish.web_origins = self.web_origins;
                wish.introspects = self.introspects;
                wish.online_refresh = self.online_refresh;
                wish.first_party = self.first_party;
                wish.require_consent = self.require_consent;
                wish.id_token_claims = self.id_token_claims;
                wish.id_token_alg = self.id_token_signed_response_alg;
            }
        }
    };
}

settings! {
    /// A client to register.
    NewClient {
        /// The name people see.
        #[schema(min_length = 1, max_length = 100)]
        client_name: String,
        /// What kind of application it is.
        #[serde(rename = "type")]
        #[schema(schema_with = schema::client_kind)]
        kind: ClientKind,
    }
}

settings! {
    /// All settings of a client, in the place of those that it has; its type stays.
    ClientSettings {
        /// The name people see.
        #[schema(min_length = 1, max_length = 100)]
        client_name: String,
    }
}

impl From<&ClientMetadata> for ClientSettings {
    fn from(metadata: &ClientMetadata) -> Self {
        let metadata = metadata.clone();
        Self {
            client_name: metadata.client_name,
            redirect_uris: metadata.redirect_uris,
            post_logout_redirect_uris: metadata.post_logout_redirect_uris,
            scope: Some(scope::join(&metadata.scopes)),
            grant_types: metadata.grant_types,
            token_endpoint_auth_method: metadata.token_endpoint_auth_method,
            pkce: metadata.pkce,
            jwks: metadata.jwks,
            web_origins: metadata.web_origins,
            introspects: metadata.introspects,
            online_refresh: metadata.online_refresh,
            first_party: metadata.first_party,
            require_consent: metadata.require_consent,
            id_token_claims: metadata.id_token_claims,
            id_token_signed_response_alg: metadata.id_token_signed_response_alg,
        }
    }
}

/// What is to be changed of a client (RFC 7396): what is left out stays, null gives the default.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "says which members a patch may have, and of which types; the merge is of the JSON"
)]
pub(super) struct ClientPatch {
    /// The name people see.
    #[serde(default, deserialize_with = "super::users::given")]
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    client_name: Option<String>,
    /// Where codes may be sent; compared exactly.
    redirect_uris: Option<Vec<String>>,
    /// Where sign-out may return to.
    post_logout_redirect_uris: Option<Vec<String>>,
    /// The scopes that it may have, separated by spaces.
    scope: Option<String>,
    /// The grants that it may use.
    #[serde(default)]
    #[schema(schema_with = schema::or_null::grant_types)]
    grant_types: Option<Vec<GrantType>>,
    /// Pins how it authenticates.
    #[serde(default)]
    #[schema(schema_with = schema::or_null::auth_method)]
    token_endpoint_auth_method: Option<AuthMethod>,
    /// Whether each authorization request needs a PKCE challenge.
    #[serde(default)]
    #[schema(schema_with = schema::or_null::pkce)]
    pkce: Option<PkceRule>,
    /// Its public keys (RFC 7517).
    #[schema(value_type = Option<Object>)]
    jwks: Option<Value>,
    /// Origins beside those of the redirect URIs that may call from a browser.
    web_origins: Option<Vec<String>>,
    /// Audiences whose tokens it may introspect.
    introspects: Option<Vec<String>>,
    /// Give refresh tokens that end with the session.
    online_refresh: Option<bool>,
    /// The operator's own: no consent page.
    first_party: Option<bool>,
    /// Show the consent page although it is the operator's own.
    require_consent: Option<bool>,
    /// Where a person's claims appear.
    #[serde(default)]
    #[schema(schema_with = schema::or_null::id_token_claims)]
    id_token_claims: Option<IdTokenClaims>,
    /// What its ID tokens are signed with.
    #[serde(default)]
    #[schema(schema_with = schema::or_null::key_algorithm)]
    id_token_signed_response_alg: Option<KeyAlgorithm>,
}

/// The settings of a client after a patch. The set of keys is replaced as a whole: it is no object of ours.
pub(super) fn patched(metadata: &ClientMetadata, mut patch: Value) -> Result<ClientSettings, Problem> {
    let mut settings = serde_json::to_value(ClientSettings::from(metadata)).unwrap_or_default();
    if let (Some(patch), Some(settings)) = (patch.as_object_mut(), settings.as_object_mut())
        && patch.contains_key("jwks")
    {
        settings.remove("jwks");
    }
    merge_patch::merge(&mut settings, patch);
    super::json::typed(settings)
}
