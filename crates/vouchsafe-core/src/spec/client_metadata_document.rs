//! OAuth Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document) §3, §4 — a `client_id` that is the
//! URL of the client's own metadata.

use super::client_metadata::{self, MetadataProblem, Requested};
use super::{redirect_uri, web_uri};
use crate::model::{AuthMethod, ClientKind, GrantType};
use crate::refusal::Reason;
use serde_json::{Map, Value};

/// The longest such `client_id`.
const LONGEST: usize = 500;

/// Whether a `client_id` can be the URL of a metadata document (§3): `https`, with a path, in one plain form.
#[must_use]
pub fn is_client_id(text: &str) -> bool {
    let has_path = text
        .strip_prefix("https://")
        .and_then(|after| after.split_once('/'))
        .is_some_and(|(_, path)| !path.is_empty());
    has_path && text.len() <= LONGEST && !text.contains('?') && web_uri::check(text).is_ok()
}

/// Reads the document that was found at `client_id` (§4.1). The client is public and is answered at its own origin,
/// or on the person's own machine.
///
/// # Errors
/// The first member that breaks a rule.
pub fn parse(client_id: &str, document: &Map<String, Value>) -> Result<Requested, MetadataProblem> {
    if document.get("client_id").and_then(Value::as_str) != Some(client_id) {
        return Err(MetadataProblem::of(
            "client_id",
            "it is not the address of the document",
        ));
    }
    for secret in ["client_secret", "client_secret_expires_at"] {
        if document.contains_key(secret) {
            return Err(MetadataProblem::of(secret, "a public document holds no secret"));
        }
    }
    let member = "token_endpoint_auth_method";
    let mut document = document.clone();
    // Who has no secret cannot have meant the default, which is to present one.
    document
        .entry(member)
        .or_insert_with(|| Value::String("none".to_owned()));
    let requested = client_metadata::parse(&document)?;
    if requested.auth_method != Some(AuthMethod::None) {
        return Err(MetadataProblem::of(member, "only none is supported"));
    }
    if requested.grant_types.contains(&GrantType::ClientCredentials) {
        return Err(MetadataProblem::of(
            "grant_types",
            "client_credentials is not for public clients",
        ));
    }
    let own = redirect_uri::origin(client_id);
    let is_own = |uri: &String| redirect_uri::origin(uri) == own || is_loopback(uri);
    if !requested.redirect_uris.iter().all(is_own) {
        return Err(MetadataProblem {
            reason: Reason::RedirectUriUnregistrable,
            member: "redirect_uris",
            rule: "each must have the origin of the client_id, or be on the person's own machine",
        });
    }
    // An application on the person's machine may take any port, whatever it is registered as.
    let kind = if requested.redirect_uris.iter().any(|uri| is_loopback(uri)) {
        ClientKind::Native
    } else {
        requested.kind
    };
    Ok(Requested { kind, ..requested })
}

fn is_loopback(uri: &str) -> bool {
    uri.starts_with("http:") && redirect_uri::registrable(uri, ClientKind::Native).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "https://app.example.com/oauth/client.json";

    fn read(over: &Value) -> Result<Requested, MetadataProblem> {
        let mut document = json!({"client_id": ID, "redirect_uris": ["https://app.example.com/cb"]});
        let members = document.as_object_mut().unwrap();
        for (name, value) in over.as_object().unwrap() {
            members.insert(name.clone(), value.clone());
        }
        parse(ID, members)
    }

    #[test]
    fn a_client_id_is_such_a_url_only_in_plain_form_and_with_a_path() {
        assert!(is_client_id(ID) && is_client_id("https://app.example.com:8443/c"));
        for not in [
            "4qVv0Yt7m1cXw2aZr8Kd9g",
            "http://app.example.com/c",
            "https://app.example.com",
            "https://app.example.com/",
            "https://app.example.com/a/../c",
            "https://app.example.com/c#x",
            "https://app.example.com/c?x=1",
            "https://user@app.example.com/c",
            "https://APP.example.com/c",
            "https://169.254.169.254/c",
        ] {
            assert!(!is_client_id(not), "{not}");
        }
        assert!(!is_client_id(&format!("{ID}{}", "x".repeat(500))));
    }

    #[test]
    fn a_document_speaks_for_its_own_address_and_origin_only() {
        assert_eq!(read(&json!({})).unwrap().kind, ClientKind::Spa);
        let local = json!({"redirect_uris": ["http://127.0.0.1/cb", "https://app.example.com/cb"]});
        assert_eq!(read(&local).unwrap().kind, ClientKind::Native);
        for (over, member) in [
            (
                json!({"client_id": "https://app.example.com/oauth/client.json/"}),
                "client_id",
            ),
            (json!({"client_id": null}), "client_id"),
            (json!({"client_secret": "x"}), "client_secret"),
            (json!({"client_secret_expires_at": 0}), "client_secret_expires_at"),
            (
                json!({"token_endpoint_auth_method": "client_secret_basic"}),
                "token_endpoint_auth_method",
            ),
            (
                json!({"redirect_uris": ["https://evil.example/cb"]}),
                "redirect_uris",
            ),
            (
                json!({"redirect_uris": ["https://app.example.com.evil.example/cb"]}),
                "redirect_uris",
            ),
            (
                json!({"redirect_uris": ["https://app.example.com:444/cb"]}),
                "redirect_uris",
            ),
            (json!({"redirect_uris": ["com.example.app:/cb"]}), "redirect_uris"),
            (
                json!({"grant_types": ["authorization_code", "client_credentials"]}),
                "grant_types",
            ),
        ] {
            assert_eq!(read(&over).unwrap_err().member, member, "{over}");
        }
    }
}
