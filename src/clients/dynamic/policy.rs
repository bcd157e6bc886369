//! What a client that registers itself may be: never first-party, always with a consent page, and no scope that
//! nobody allowed it.

use crate::clients::registration::{self, Wish};
use crate::config::Registration;
use vouchsafe_core::model::{
    Api, Client, ClientKind, ClientMetadata, GrantType, InitialToken, PkceRule, Registrar,
};
use vouchsafe_core::spec::client_metadata::{MetadataProblem, Requested};
use vouchsafe_core::spec::scope;
use vouchsafe_verify::client_keys::ClientKeys;

/// What the policy allows a client that asks to be registered.
#[derive(Clone, Debug)]
pub struct Place {
    /// Scopes that it may have.
    scopes: Vec<String>,
    /// Whether somebody vouches for it, so that it may act in its own name.
    is_vouched_for: bool,
    /// Whether it may act for people without any scope: one that has lost all of them goes on as it is.
    may_lack_scopes: bool,
}

impl Place {
    /// The place of a newcomer with this initial access token, or none.
    #[must_use]
    pub fn of_newcomer(config: &Registration, token: Option<&InitialToken>) -> Self {
        let scopes = match token {
            Some(token) if !token.scopes.is_empty() => token.scopes.clone(),
            Some(_) | None => configured(config),
        };
        Self {
            scopes,
            is_vouched_for: token.is_some(),
            may_lack_scopes: false,
        }
    }

    /// The place of a client that changes itself: the scopes that it has now. What its initial access token did not
    /// give, and what an administrator took, it cannot take by itself.
    #[must_use]
    pub fn of_client(client: &Client) -> Self {
        Self {
            scopes: client.metadata.scopes.clone(),
            is_vouched_for: matches!(client.registrar, Registrar::Token(_)),
            may_lack_scopes: client.metadata.scopes.is_empty(),
        }
    }
}

fn configured(config: &Registration) -> Vec<String> {
    config.scopes.iter().map(|name| name.0.clone()).collect()
}

/// The metadata that a client gets of what it asked for.
///
/// # Errors
/// The first member that cannot be registered.
pub fn metadata(
    requested: Requested,
    place: &Place,
    apis: &[Api],
) -> Result<ClientMetadata, MetadataProblem> {
    if !place.is_vouched_for && requested.grant_types.contains(&GrantType::ClientCredentials) {
        let rule = "client_credentials needs an initial access token";
        return Err(MetadataProblem::of("grant_types", rule));
    }
    check_keys(&requested)?;
    let scopes = scopes(&requested, place, apis)?;
    let mut wish = Wish::new(requested.name, requested.kind);
    wish.pkce = Some(pkce(requested.kind, &scopes));
    wish.redirect_uris = requested.redirect_uris;
    wish.post_logout_redirect_uris = requested.post_logout_redirect_uris;
    wish.grants = requested.grant_types;
    wish.auth_method = requested.auth_method;
    wish.jwks = requested.jwks;
    wish.require_consent = true;
    wish.id_token_alg = requested.id_token_alg;
    wish.declared = requested.declared;
    wish.scopes = Some(scopes);
    registration::check(wish, apis)
        .map_err(|_| MetadataProblem::of("client_metadata", "the members do not fit together"))
}

/// The metadata of a client that replaces its own (RFC 7592 §2.2). What only an administrator can set stays.
///
/// # Errors
/// The first member that cannot be registered.
pub fn replacement(
    requested: Requested,
    client: &Client,
    place: &Place,
    apis: &[Api],
) -> Result<ClientMetadata, MetadataProblem> {
    let new = kept(metadata(requested, place, apis)?, &client.metadata);
    if super::keeps_trust(client, &new) {
        Ok(new)
    } else {
        Err(MetadataProblem::of(
            "token_endpoint_auth_method",
            "a client that has a secret keeps it, and one without gets none",
        ))
    }
}

/// A confidential client of OpenID Connect has nonce and secret; many libraries for it know no PKCE.
fn pkce(kind: ClientKind, scopes: &[String]) -> PkceRule {
    if kind == ClientKind::Web && scopes.iter().any(|name| name == scope::OPENID) {
        PkceRule::Allowed
    } else {
        PkceRule::Required
    }
}

/// What a client says of itself anew, with what only an administrator can set as it was.
pub(super) fn kept(new: ClientMetadata, old: &ClientMetadata) -> ClientMetadata {
    // Who asks for something else needs PKCE as a newcomer does, unless an administrator has decided about it.
    let is_decided = old.pkce != pkce(old.kind, &old.scopes);
    ClientMetadata {
        pkce: if is_decided { old.pkce } else { new.pkce },
        web_origins: old.web_origins.clone(),
        introspects: old.introspects.clone(),
        online_refresh: old.online_refresh,
        first_party: old.first_party,
        require_consent: old.require_consent,
        id_token_claims: old.id_token_claims,
        ..new
    }
}

fn check_keys(requested: &Requested) -> Result<(), MetadataProblem> {
    let Some(jwks) = &requested.jwks else {
        return Ok(());
    };
    let parsed = ClientKeys::parse(&jwks.to_string());
    parsed.map(drop).map_err(|_| {
        MetadataProblem::of(
            "jwks",
            "it needs a public key for RS256, PS256, ES256 or EdDSA, at most 16 keys, none of them private, and no kid twice",
        )
    })
}

/// What it asked for, of what it may have; all of that when it asked for nothing in particular.
fn scopes(requested: &Requested, place: &Place, apis: &[Api]) -> Result<Vec<String>, MetadataProblem> {
    let owned = |name: &String| {
        apis.iter()
            .flat_map(|api| &api.scopes)
            .any(|scope| scope.name == *name)
    };
    let acts_for_people = requested.kind != ClientKind::Service;
    let refreshes = requested.grant_types.contains(&GrantType::RefreshToken);
    let fits = |name: &String| {
        place.scopes.contains(name)
            // Only an administrator gives those, whatever an old token or configuration says.
            && !scope::administers(name)
            && (scope::standard(name) || owned(name))
            && (acts_for_people || !scope::standard(name))
            && (refreshes || name != scope::OFFLINE_ACCESS)
    };
    let wanted = requested.scopes.clone().filter(|scopes| !scopes.is_empty());
    let named = wanted.is_some();
    let scopes: Vec<_> = wanted
        .unwrap_or_else(|| place.scopes.clone())
        .into_iter()
        .filter(fits)
        .collect();
    if scopes.is_empty() && (named || (acts_for_people && !place.may_lack_scopes)) {
        return Err(MetadataProblem::of(
            "scope",
            "the client may have none of these scopes",
        ));
    }
    Ok(scopes)
}
