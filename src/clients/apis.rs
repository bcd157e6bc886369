//! RFC 8707 — making an API: a resource server and the scopes that it owns.

use crate::audit::Act;
use crate::db;
use crate::store::{StoreError, Tx};
use serde_json::{Value, json};
use vouchsafe_core::decide::issue::LONGEST_TOKEN;
use vouchsafe_core::model::{Api, ApiScope, Event, EventKind, Span};
use vouchsafe_core::spec::{resource, scope};

/// Why an API cannot be made, as a sentence for the one who asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unregistrable(String);

/// Checks an API before it is stored.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(api: &Api, issuer: &str) -> Result<(), Unregistrable> {
    let problem = |sentence: String| Err(Unregistrable(sentence));
    let identifier = &api.identifier;
    if resource::check(identifier).is_err() {
        return problem(format!(
            "identifier {identifier:?}: it must be an absolute URI without fragment"
        ));
    }
    // Tokens for these two open the server's own endpoints.
    if identifier
        .strip_prefix(issuer)
        .is_some_and(|rest| matches!(rest, "" | "/" | "/api" | "/api/"))
    {
        return problem(format!("identifier {identifier:?}: it is the server's own"));
    }
    if api.name.trim().is_empty() || api.name.chars().any(char::is_control) || api.name.chars().count() > 100
    {
        return problem("the name must have 1 to 100 characters, without control characters".to_owned());
    }
    if api
        .access_token_lifetime
        .is_some_and(|span| span < Span::from_seconds(1) || span > LONGEST_TOKEN)
    {
        return problem("the lifetime of access tokens must be between 1s and 24h".to_owned());
    }
    check_scopes(&api.scopes)
}

fn check_scopes(scopes: &[ApiScope]) -> Result<(), Unregistrable> {
    for (place, ApiScope { name, description }) in scopes.iter().enumerate() {
        let rule = if !scope::is_token(name) {
            "it has a character that RFC 6749 section 3.3 does not allow"
        } else if scope::standard(name) {
            "OpenID Connect defines it"
        } else if scopes.iter().take(place).any(|earlier| earlier.name == *name) {
            "it is there twice"
        } else if description.chars().any(char::is_control) || description.chars().count() > 200 {
            "its description must have at most 200 characters, without control characters"
        } else {
            continue;
        };
        return Err(Unregistrable(format!("scope {name:?}: {rule}")));
    }
    Ok(())
}

/// Stores a checked API and the event.
///
/// # Errors
/// [`StoreError::Conflict`] when the identifier or a scope is taken; other failures of the store.
pub fn create(tx: &mut Tx<'_>, act: &Act, api: &Api) -> Result<(), StoreError> {
    db!(tx, apis::add(api))?;
    let event = Event {
        target: Some(api.identifier.clone()),
        ..act.event(EventKind::ApiCreated)
    };
    db!(tx, events::append(&event))
}

/// The API as the command line and the admin API show it.
#[must_use]
pub fn document(api: &Api) -> Value {
    let scopes: Vec<_> = api
        .scopes
        .iter()
        .map(|scope| json!({"name": scope.name, "description": scope.description}))
        .collect();
    json!({
        "identifier": api.identifier,
        "name": api.name,
        "scopes": scopes,
        "access_token_lifetime": api.access_token_lifetime.map(Span::seconds),
        "token_typ": api.token_typ.as_str(),
        "signing_alg": api.signing_alg.as_str(),
        "claims": api.claims,
        "created_at": api.created_at.seconds(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use vouchsafe_core::model::{TokenTyp, UnixTime};

    fn api(identifier: &str, scopes: &[&str]) -> Api {
        Api {
            identifier: identifier.to_owned(),
            name: "Orders".to_owned(),
            token_typ: TokenTyp::AtJwt,
            signing_alg: vouchsafe_core::model::KeyAlgorithm::Rs256,
            access_token_lifetime: None,
            claims: Vec::new(),
            created_at: UnixTime::default(),
            scopes: scopes
                .iter()
                .map(|name| ApiScope {
                    name: (*name).to_owned(),
                    description: String::new(),
                })
                .collect(),
        }
    }

    #[test]
    fn an_api_is_an_absolute_uri_with_scopes_of_its_own() {
        let issuer = "https://id.example.com";
        assert_eq!(
            check(&api("https://api.example.com", &["orders:read"]), issuer),
            Ok(())
        );
        assert_eq!(check(&api("https://id.example.community", &[]), issuer), Ok(()));
        for (identifier, scopes) in [
            ("orders", &[][..]),
            (issuer, &[]),
            ("https://id.example.com/api", &[]),
            ("https://api.example.com#x", &[]),
            ("https://api.example.com", &["openid"]),
            ("https://api.example.com", &["a b"]),
            ("https://api.example.com", &["a", "a"]),
        ] {
            assert!(
                check(&api(identifier, scopes), issuer).is_err(),
                "{identifier} {scopes:?}"
            );
        }
        let long = Api {
            access_token_lifetime: Some(Span::from_hours(25)),
            ..api("https://api.example.com", &[])
        };
        assert!(check(&long, issuer).is_err());
    }
}
