//! The flags that `client create` and `client update` share. A flag that is not given changes nothing; a list is replaced
//! as a whole, and an empty value empties it.

use crate::cli::alg::Alg;
use crate::cli::exit::Failure;
use crate::clients::registration::Wish;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use vouchsafe_core::model::{AuthMethod, GrantType, IdTokenClaims, KeyAlgorithm, PkceRule};
use vouchsafe_core::spec::scope;

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Grant {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Method {
    None,
    ClientSecretBasic,
    ClientSecretPost,
    PrivateKeyJwt,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Claims {
    Userinfo,
    IdToken,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Pkce {
    Required,
    Allowed,
}

#[derive(Debug, Args)]
pub(super) struct Settings {
    /// Where codes may be sent; compared exactly
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Where sign-out may return to
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// A scope that the client may have; without this flag, `openid profile email` (a service: none)
    #[arg(long)]
    scope: Vec<String>,
    /// A grant type; without any, the one of the type, and `refresh_token` beside `offline_access`
    #[arg(long)]
    grant: Vec<Grant>,
    /// Pins the authentication method; without it the secret may come by Basic or in the body; `private_key_jwt` has
    /// no secret and signs with a key of --jwks-file
    #[arg(long, value_name = "METHOD")]
    auth_method: Option<Method>,
    /// Whether each authorization request needs a PKCE challenge (default: required)
    #[arg(long)]
    pkce: Option<Pkce>,
    /// The client's public keys, a JWK set; for the authentication method `private_key_jwt`. They take the place of an
    /// address where the client published its keys (`jwks_uri`)
    #[arg(long, value_name = "FILE")]
    jwks_file: Option<PathBuf>,
    /// Where a person's claims appear (default: userinfo); `id_token` for libraries that read nothing else
    #[arg(long, value_name = "WHERE")]
    id_token_claims: Option<Claims>,
    /// What its ID tokens are signed with (default: RS256); keys are made when the first client asks
    #[arg(long, value_name = "ALG")]
    id_token_alg: Option<Alg>,
    /// An origin beside those of the redirect URIs that may call from a browser
    #[arg(long, value_name = "ORIGIN")]
    web_origin: Vec<String>,
    /// An audience whose tokens the client may introspect
    #[arg(long, value_name = "AUDIENCE")]
    introspects: Vec<String>,
    /// Give refresh tokens that end with the session, without `offline_access`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    online_refresh: Option<bool>,
    /// The client is the operator's own: no consent page
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    first_party: Option<bool>,
    /// Show the consent page although the client is first-party
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    require_consent: Option<bool>,
}

impl Settings {
    /// The keys that were given: the one thing that is read from elsewhere.
    pub(super) fn keys(&self) -> Result<Option<Value>, Failure> {
        self.jwks_file.as_deref().map(read_jwks).transpose()
    }

    /// Puts what was given into a wish, with [these keys](Self::keys). Nothing but that, so that it can be done in a
    /// transaction.
    pub(super) fn apply(&self, wish: &mut Wish, keys: Option<&Value>) {
        replace(&mut wish.redirect_uris, &self.redirect_uri);
        replace(
            &mut wish.post_logout_redirect_uris,
            &self.post_logout_redirect_uri,
        );
        replace(&mut wish.web_origins, &self.web_origin);
        replace(&mut wish.introspects, &self.introspects);
        if !self.scope.is_empty() {
            wish.scopes = Some(self.scope.clone());
        }
        if !self.grant.is_empty() {
            wish.grants = self.grant.iter().copied().map(grant).collect();
        } else if has_offline_access(wish) && wish.grants.contains(&GrantType::AuthorizationCode) {
            wish.grants.push(GrantType::RefreshToken);
        }
        if let Some(method) = self.auth_method {
            wish.auth_method = Some(auth_method(method));
        }
        if let Some(rule) = self.pkce {
            wish.pkce = Some(pkce(rule));
        }
        if let Some(keys) = keys {
            wish.jwks = Some(keys.clone());
        }
        if let Some(place) = self.id_token_claims {
            wish.id_token_claims = claims(place);
        }
        if let Some(alg) = self.id_token_alg {
            wish.id_token_alg = alg.into();
        }
        for (flag, given) in [
            (&mut wish.online_refresh, self.online_refresh),
            (&mut wish.first_party, self.first_party),
            (&mut wish.require_consent, self.require_consent),
        ] {
            *flag = given.unwrap_or(*flag);
        }
    }
}

impl Settings {
    /// What was given, by the names of RFC 7591, as the administration API takes it.
    pub(super) fn members(self) -> Result<Map<String, Value>, Failure> {
        let (mut members, keys) = (Map::new(), self.keys()?);
        let mut put = |name: &str, value: Option<Value>| {
            members.extend(value.map(|value| (name.to_owned(), value)));
        };
        let list = |given: Vec<String>| {
            let kept = given.iter().filter(|text| !text.is_empty());
            (!given.is_empty()).then(|| kept.cloned().collect::<Value>())
        };
        put("redirect_uris", list(self.redirect_uri));
        put("post_logout_redirect_uris", list(self.post_logout_redirect_uri));
        put("web_origins", list(self.web_origin));
        put("introspects", list(self.introspects));
        put(
            "scope",
            (!self.scope.is_empty()).then(|| json!(self.scope.join(" ").trim())),
        );
        let grants: Vec<GrantType> = self.grant.into_iter().map(grant).collect();
        put("grant_types", (!grants.is_empty()).then(|| json!(grants)));
        put(
            "token_endpoint_auth_method",
            self.auth_method.map(|method| json!(auth_method(method))),
        );
        put("pkce", self.pkce.map(|rule| json!(pkce(rule))));
        put("jwks", keys);
        put(
            "id_token_claims",
            self.id_token_claims.map(|place| json!(claims(place))),
        );
        let alg = self.id_token_alg.map(KeyAlgorithm::from);
        put("id_token_signed_response_alg", alg.map(|alg| json!(alg)));
        for (name, flag) in [
            ("online_refresh", self.online_refresh),
            ("first_party", self.first_party),
            ("require_consent", self.require_consent),
        ] {
            put(name, flag.map(Value::from));
        }
        Ok(members)
    }
}

const fn pkce(rule: Pkce) -> PkceRule {
    match rule {
        Pkce::Required => PkceRule::Required,
        Pkce::Allowed => PkceRule::Allowed,
    }
}

const fn claims(place: Claims) -> IdTokenClaims {
    match place {
        Claims::Userinfo => IdTokenClaims::Userinfo,
        Claims::IdToken => IdTokenClaims::IdToken,
    }
}

fn replace(list: &mut Vec<String>, given: &[String]) {
    if !given.is_empty() {
        *list = given.iter().filter(|text| !text.is_empty()).cloned().collect();
    }
}

fn has_offline_access(wish: &Wish) -> bool {
    let mut names = wish.scopes.iter().flatten().flat_map(|names| names.split(' '));
    names.any(|name| name == scope::OFFLINE_ACCESS)
}

fn auth_method(method: Method) -> AuthMethod {
    match method {
        Method::None => AuthMethod::None,
        Method::ClientSecretBasic => AuthMethod::ClientSecretBasic,
        Method::ClientSecretPost => AuthMethod::ClientSecretPost,
        Method::PrivateKeyJwt => AuthMethod::PrivateKeyJwt,
    }
}

fn grant(grant: Grant) -> GrantType {
    match grant {
        Grant::AuthorizationCode => GrantType::AuthorizationCode,
        Grant::RefreshToken => GrantType::RefreshToken,
        Grant::ClientCredentials => GrantType::ClientCredentials,
    }
}

fn read_jwks(path: &Path) -> Result<Value, Failure> {
    let what = format!("JWK set {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io(&what, &error))?;
    serde_json::from_str(&text).map_err(|error| Failure::failed(format!("{what} is not JSON: {error}")))
}
