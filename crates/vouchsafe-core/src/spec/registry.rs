//! RFC 6749 §3.1–3.2 — every word that brings a request parameter: duplicate checks and docs derive from this list.

use super::{
    acr, basic, bearer, client_assertion, grant_type, id_token_hint, login_hint, max_age, nonce, pkce,
    post_logout_redirect_uri, prompt, redirect_uri, refresh_token, request_object, resource, response_mode,
    response_type, scope, state, token_type_hint, ui_locales,
};

/// An endpoint that takes parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// RFC 6749 §3.1.
    Authorization,
    /// RFC 6749 §3.2.
    Token,
    /// OpenID Connect Core §5.3.
    UserInfo,
    /// RFC 7009 §2.
    Revocation,
    /// RFC 7662 §2.
    Introspection,
    /// OpenID Connect RP-Initiated Logout 1.0 §2.
    EndSession,
}

/// A parameter of one or more endpoints.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it is read.
    pub endpoints: &'static [Endpoint],
    /// Whether it may come more than once.
    pub repeatable: bool,
}

/// What one word of a specification brings.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// The clause that defines it.
    pub reference: &'static str,
    /// Its parameters.
    pub parameters: &'static [Parameter],
}

impl Parameter {
    /// A parameter that may come once.
    #[must_use]
    pub const fn once(name: &'static str, endpoints: &'static [Endpoint]) -> Self {
        Self {
            name,
            endpoints,
            repeatable: false,
        }
    }

    /// A parameter that may come more than once.
    #[must_use]
    pub const fn repeatable(name: &'static str, endpoints: &'static [Endpoint]) -> Self {
        Self {
            name,
            endpoints,
            repeatable: true,
        }
    }
}

/// Every word.
pub const ALL: &[Spec] = &[
    response_type::SPEC,
    response_mode::SPEC,
    basic::SPEC,
    client_assertion::SPEC,
    redirect_uri::SPEC,
    scope::SPEC,
    state::SPEC,
    pkce::SPEC,
    resource::SPEC,
    grant_type::SPEC,
    refresh_token::SPEC,
    bearer::SPEC,
    nonce::SPEC,
    prompt::SPEC,
    max_age::SPEC,
    ui_locales::SPEC,
    acr::SPEC,
    login_hint::SPEC,
    id_token_hint::SPEC,
    request_object::SPEC,
    token_type_hint::SPEC,
    post_logout_redirect_uri::SPEC,
];

/// The parameters of an endpoint.
pub fn parameters(endpoint: Endpoint) -> impl Iterator<Item = &'static Parameter> {
    ALL.iter()
        .flat_map(|spec| spec.parameters)
        .filter(move |parameter| parameter.endpoints.contains(&endpoint))
}

/// The names that may come more than once at an endpoint, for [`Params::refuse_repeats`](super::Params::refuse_repeats).
#[must_use]
pub fn repeatable(endpoint: Endpoint) -> Vec<&'static str> {
    parameters(endpoint)
        .filter(|parameter| parameter.repeatable)
        .map(|parameter| parameter.name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_parameter_is_named_once() {
        for endpoint in [
            Endpoint::Authorization,
            Endpoint::Token,
            Endpoint::UserInfo,
            Endpoint::Revocation,
            Endpoint::Introspection,
            Endpoint::EndSession,
        ] {
            let names: Vec<&str> = parameters(endpoint).map(|parameter| parameter.name).collect();
            let distinct: HashSet<&str> = names.iter().copied().collect();
            assert_eq!(names.len(), distinct.len(), "{endpoint:?}");
        }
    }

    #[test]
    fn only_resource_may_come_more_than_once() {
        assert_eq!(repeatable(Endpoint::Authorization), ["resource"]);
        assert_eq!(repeatable(Endpoint::Token), ["resource"]);
        assert!(repeatable(Endpoint::UserInfo).is_empty());
    }

    #[test]
    fn every_reference_names_a_document() {
        for spec in ALL {
            assert!(
                spec.reference.starts_with("RFC ") || spec.reference.starts_with('O'),
                "{}",
                spec.reference
            );
            assert!(!spec.parameters.is_empty());
        }
    }
}
