//! A relying party: makes authorization requests and redeems what comes of them.

use super::people::Registered;
use super::world::{Answer, Site};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::blocking::RequestBuilder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use url::Url;

/// The verifier of every test: 43 characters.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The S256 challenge of a verifier.
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

impl Registered {
    /// An authorization request; `over` replaces or adds parameters, and an empty value removes one.
    pub(crate) fn authorization(&self, over: &[(&str, &str)]) -> String {
        let challenge = challenge(VERIFIER);
        let mut params: BTreeMap<&str, &str> = BTreeMap::from([
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid"),
            ("state", "s-1"),
            ("nonce", "n-1"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        params.extend(over.iter().copied());
        params.retain(|_, value| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(params)
            .finish();
        format!("/authorize?{query}")
    }

    /// A token request with the client's own authentication.
    pub(crate) fn token(&self, world: &Site, form: &[(&str, &str)]) -> Answer {
        self.post(world, "/token", form)
    }

    /// Hands a token in to be revoked.
    pub(crate) fn revoke(&self, world: &Site, token: &str) -> Answer {
        self.post(world, "/revoke", &[("token", token)])
    }

    /// Asks about a token.
    pub(crate) fn introspect(&self, world: &Site, token: &str) -> Answer {
        self.post(world, "/introspect", &[("token", token)])
    }

    /// A form to an endpoint, with the client's own authentication.
    pub(crate) fn post(&self, world: &Site, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::to(self.request(world, path, form))
    }

    /// The same, not yet sent.
    pub(crate) fn request(&self, world: &Site, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let request = world.post(path);
        if let Some(secret) = &self.secret {
            request.basic_auth(&self.id, Some(secret)).form(form)
        } else {
            let mut form = form.to_vec();
            form.push(("client_id", &self.id));
            request.form(&form)
        }
    }

    /// Redeems a code with [`VERIFIER`].
    pub(crate) fn redeem(&self, world: &Site, code: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        self.token(world, &form)
    }

    /// Redeems a refresh token.
    pub(crate) fn refresh(&self, world: &Site, token: &str) -> Answer {
        self.token(
            world,
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
    }

    /// Signs a person in from a new browser and returns the code.
    pub(crate) fn code(&self, world: &Site, username: &str, over: &[(&str, &str)]) -> String {
        let end = world.browser().authorize(&self.authorization(over), username);
        param(&end, "code").unwrap_or_else(|| panic!("no code in {end}"))
    }

    /// The whole code flow from a new browser: the token response.
    pub(crate) fn sign_in(&self, world: &Site, username: &str, over: &[(&str, &str)]) -> Value {
        let answer = self.redeem(world, &self.code(world, username, over));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }
}

/// A parameter of a redirect.
pub(crate) fn param(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    url.query_pairs()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// The claims of a JWT, unchecked.
pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a JWT.
pub(crate) fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
