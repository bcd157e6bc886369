//! OpenID Connect Discovery §3, RFC 8414 §2 — the metadata document: every member that we publish.
//!
//! What the code can do is said by the code that does it: the values come from the `SUPPORTED` lists of the words.

use super::{acr, claims, client_assertion, grant_type, iss, pkce, prompt, response_mode, response_type};
use serde::Serialize;

/// How clients authenticate.
const AUTH_METHODS: &[&str] = &[
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "none",
];
/// How those that can keep a secret do.
const CONFIDENTIAL_AUTH_METHODS: &[&str] = &["client_secret_basic", "client_secret_post", "private_key_jwt"];

/// Where the endpoints are: absolute URLs below the issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Endpoints {
    /// RFC 6749 §3.1.
    pub authorization_endpoint: String,
    /// RFC 6749 §3.2.
    pub token_endpoint: String,
    /// OpenID Connect Core §5.3.
    pub userinfo_endpoint: String,
    /// RFC 7009 §2.
    pub revocation_endpoint: String,
    /// OpenID Connect RP-Initiated Logout 1.0 §2.1.
    pub end_session_endpoint: String,
    /// OpenID Connect Dynamic Client Registration §3, RFC 7591 §3, where it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// RFC 7662 §2.
    pub introspection_endpoint: String,
    /// RFC 7517.
    pub jwks_uri: String,
    /// Our own: the revocation feed, asked for.
    pub vouchsafe_revocations_uri: String,
    /// Our own: the revocation feed, sent.
    pub vouchsafe_revocations_stream_uri: String,
}

/// The document. Both well-known addresses serve the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the document has these members")]
pub struct ProviderMetadata {
    issuer: String,
    #[serde(flatten)]
    endpoints: Endpoints,
    scopes_supported: Vec<String>,
    response_types_supported: &'static [&'static str],
    response_modes_supported: &'static [&'static str],
    grant_types_supported: &'static [&'static str],
    acr_values_supported: &'static [&'static str],
    subject_types_supported: &'static [&'static str],
    id_token_signing_alg_values_supported: &'static [&'static str],
    token_endpoint_auth_methods_supported: &'static [&'static str],
    revocation_endpoint_auth_methods_supported: &'static [&'static str],
    introspection_endpoint_auth_methods_supported: &'static [&'static str],
    introspection_signing_alg_values_supported: &'static [&'static str],
    token_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    revocation_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    introspection_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    claim_types_supported: &'static [&'static str],
    claims_supported: Vec<&'static str>,
    prompt_values_supported: &'static [&'static str],
    code_challenge_methods_supported: &'static [&'static str],
    ui_locales_supported: Vec<String>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    authorization_response_iss_parameter_supported: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    client_id_metadata_document_supported: bool,
}

impl ProviderMetadata {
    /// The document of an issuer. `scopes` are those that it publishes, `locales` the languages of its pages.
    #[must_use]
    pub fn new(issuer: &str, endpoints: Endpoints, scopes: Vec<String>, locales: Vec<String>) -> Self {
        Self {
            issuer: issuer.to_owned(),
            endpoints,
            scopes_supported: scopes,
            response_types_supported: response_type::SUPPORTED,
            response_modes_supported: response_mode::SUPPORTED,
            grant_types_supported: grant_type::SUPPORTED,
            acr_values_supported: acr::SUPPORTED,
            subject_types_supported: &["public"],
            id_token_signing_alg_values_supported: &["RS256", "PS256", "ES256", "EdDSA"],
            token_endpoint_auth_methods_supported: AUTH_METHODS,
            revocation_endpoint_auth_methods_supported: AUTH_METHODS,
            introspection_endpoint_auth_methods_supported: CONFIDENTIAL_AUTH_METHODS,
            introspection_signing_alg_values_supported: &["RS256"],
            token_endpoint_auth_signing_alg_values_supported: client_assertion::ALGORITHMS,
            revocation_endpoint_auth_signing_alg_values_supported: client_assertion::ALGORITHMS,
            introspection_endpoint_auth_signing_alg_values_supported: client_assertion::ALGORITHMS,
            claim_types_supported: &["normal"],
            claims_supported: claims::supported(),
            prompt_values_supported: prompt::SUPPORTED,
            code_challenge_methods_supported: &[pkce::METHOD],
            ui_locales_supported: locales,
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            authorization_response_iss_parameter_supported: iss::SUPPORTED,
            client_id_metadata_document_supported: false,
        }
    }

    /// The document of a server that takes URLs of metadata documents as `client_id`
    /// (draft-ietf-oauth-client-id-metadata-document §5).
    #[must_use]
    pub fn with_client_id_metadata_documents(self, supported: bool) -> Self {
        Self {
            client_id_metadata_document_supported: supported,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn document() -> Value {
        let endpoints = Endpoints {
            authorization_endpoint: "https://id.example.com/authorize".to_owned(),
            token_endpoint: "https://id.example.com/token".to_owned(),
            userinfo_endpoint: "https://id.example.com/userinfo".to_owned(),
            revocation_endpoint: "https://id.example.com/revoke".to_owned(),
            end_session_endpoint: "https://id.example.com/logout".to_owned(),
            registration_endpoint: None,
            introspection_endpoint: "https://id.example.com/introspect".to_owned(),
            jwks_uri: "https://id.example.com/jwks".to_owned(),
            vouchsafe_revocations_uri: "https://id.example.com/revocations".to_owned(),
            vouchsafe_revocations_stream_uri: "https://id.example.com/revocations/stream".to_owned(),
        };
        let (scopes, locales) = (vec!["openid".to_owned()], vec!["en".to_owned()]);
        serde_json::to_value(ProviderMetadata::new(
            "https://id.example.com",
            endpoints,
            scopes,
            locales,
        ))
        .unwrap()
    }

    #[test]
    fn no_member_is_null_and_what_the_specifications_require_is_there() {
        let document = document();
        let members = document.as_object().unwrap();
        assert!(members.values().all(|value| !value.is_null()));
        for required in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ] {
            assert!(members.contains_key(required), "{required}");
        }
        assert_eq!(members["issuer"], "https://id.example.com");
        assert_eq!(members["code_challenge_methods_supported"][0], "S256");
        assert_eq!(members["authorization_response_iss_parameter_supported"], true);
        // The default of this one is true, so it must be said (Discovery §3).
        assert_eq!(members["request_uri_parameter_supported"], false);
    }

    #[test]
    fn what_is_published_is_what_is_read() {
        for name in response_type::SUPPORTED {
            assert!(response_type::parse(Some(name)).is_ok());
        }
        for name in response_mode::SUPPORTED {
            assert!(response_mode::parse(Some(name)).is_ok());
        }
        for name in prompt::SUPPORTED {
            assert!(prompt::parse(Some(name)).is_ok());
        }
    }
}
