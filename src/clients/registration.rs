//! RFC 7591 — making a client: the defaults of its type, the rules for its metadata, its first secret.

mod field;

pub use field::Field;

use super::apis;
use super::document::ClientDocument;
use crate::audit::{Act, with_changes};
use crate::db;
use crate::store::{NewSecret, StoreError, Tx};
use serde_json::{Map, Value, json};
use vouchsafe_core::model::{
    Api, AuthMethod, Client, ClientId, ClientKind, ClientMetadata, ClientSecret, Declared, EventKind,
    GrantType, IdTokenClaims, KeyAlgorithm, PkceRule, Plain, Registrar,
};
use vouchsafe_core::spec::human_readable::{composed, hidden_in_words, hides_nothing, shortened};
use vouchsafe_core::spec::{redirect_uri, resource, scope};
use vouchsafe_verify::client_keys::ClientKeys;

/// What is asked for; what is left out gets the default of the type.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The name people see.
    pub name: String,
    /// What kind of application it is.
    pub kind: ClientKind,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// Where sign-out may return to.
    pub post_logout_redirect_uris: Vec<String>,
    /// Scope values; each may hold several scopes, and an empty list none. Left out: the default of the type.
    pub scopes: Option<Vec<String>>,
    /// Grant types. Empty: the default of the type.
    pub grants: Vec<GrantType>,
    /// Pins the authentication method.
    pub auth_method: Option<AuthMethod>,
    /// The PKCE rule.
    pub pkce: Option<PkceRule>,
    /// The client's public keys (RFC 7517). They take the place of a `jwks_uri`.
    pub jwks: Option<Value>,
    /// Further origins that may call from a browser.
    pub web_origins: Vec<String>,
    /// Audiences whose tokens it may introspect.
    pub introspects: Vec<String>,
    /// Refresh tokens that end with the session.
    pub online_refresh: bool,
    /// No consent page.
    pub first_party: bool,
    /// A consent page although first-party.
    pub require_consent: bool,
    /// Where claims appear.
    pub id_token_claims: IdTokenClaims,
    /// What its ID tokens are signed with.
    pub id_token_alg: KeyAlgorithm,
    /// What it says about itself; taken as it is, but for a `jwks_uri` beside `jwks`.
    pub declared: Declared,
}

impl Wish {
    /// Nothing but a name and a type: the defaults for everything else.
    #[must_use]
    pub fn new(name: String, kind: ClientKind) -> Self {
        Self {
            name,
            kind,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            scopes: None,
            grants: Vec::new(),
            auth_method: None,
            pkce: None,
            jwks: None,
            web_origins: Vec::new(),
            introspects: Vec::new(),
            online_refresh: false,
            first_party: false,
            require_consent: false,
            id_token_claims: IdTokenClaims::default(),
            id_token_alg: KeyAlgorithm::default(),
            declared: Declared::default(),
        }
    }
}

impl From<ClientMetadata> for Wish {
    /// Everything as it is.
    fn from(metadata: ClientMetadata) -> Self {
        Self {
            name: metadata.client_name,
            kind: metadata.kind,
            redirect_uris: metadata.redirect_uris,
            post_logout_redirect_uris: metadata.post_logout_redirect_uris,
            scopes: Some(metadata.scopes),
            grants: metadata.grant_types,
            auth_method: metadata.token_endpoint_auth_method,
            pkce: Some(metadata.pkce),
            jwks: metadata.jwks,
            web_origins: metadata.web_origins,
            introspects: metadata.introspects,
            online_refresh: metadata.online_refresh,
            first_party: metadata.first_party,
            require_consent: metadata.require_consent,
            id_token_claims: metadata.id_token_claims,
            id_token_alg: metadata.id_token_signed_response_alg,
            declared: metadata.declared,
        }
    }
}

/// Why a client cannot be made, as a sentence for the one who asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Unregistrable {
    /// The member that breaks a rule.
    pub field: Field,
    sentence: String,
}

/// A client that was made, with its secret in clear for this one time.
pub struct Made {
    /// The client.
    pub client: Client,
    /// Its secret, when it authenticates by one.
    pub secret: Option<Plain<ClientSecret>>,
}

/// The pepper that secrets are digested with.
#[derive(Clone, Copy)]
pub struct Pepper<'a> {
    /// Its version.
    pub version: i64,
    /// The key.
    pub key: &'a [u8; 32],
}

/// Checks a wish against the rules and the registered APIs.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(wish: Wish, apis: &[Api]) -> Result<ClientMetadata, Unregistrable> {
    if let Some(first) = problems(&wish, apis).into_iter().next() {
        return Err(first);
    }
    let scopes = scopes_of(&wish)?;
    let grant_types = grants_of(&wish, &scopes);
    // RFC 7591 §2: the keys themselves, or where they are, never both. Those that are given take the place of the other.
    let declared = Declared {
        jwks_uri: wish.declared.jwks_uri.filter(|_| wish.jwks.is_none()),
        ..wish.declared
    };
    Ok(ClientMetadata {
        client_name: composed(&wish.name),
        kind: wish.kind,
        redirect_uris: each_once(wish.redirect_uris),
        post_logout_redirect_uris: each_once(wish.post_logout_redirect_uris),
        scopes,
        grant_types,
        token_endpoint_auth_method: wish.auth_method,
        pkce: wish.pkce.unwrap_or_default(),
        jwks: wish.jwks,
        web_origins: each_once(wish.web_origins),
        introspects: each_once(wish.introspects),
        online_refresh: wish.online_refresh,
        first_party: wish.first_party,
        require_consent: wish.require_consent,
        id_token_claims: wish.id_token_claims,
        id_token_signed_response_alg: wish.id_token_alg,
        declared,
    })
}

/// Every rule that a wish breaks, in the order of the rules.
#[must_use]
pub fn problems(wish: &Wish, apis: &[Api]) -> Vec<Unregistrable> {
    let mut found = Vec::new();
    found.extend(check_name(&wish.name).err());
    let scopes = scopes_of(wish).unwrap_or_else(|problem| {
        found.push(problem);
        Vec::new()
    });
    let of_scope = |name: &String| check_scope(name, wish, apis).err();
    found.extend(scopes.iter().filter_map(of_scope));
    let grants = grants_of(wish, &scopes);
    found.extend(check_grants(wish, &grants).err());
    found.extend(too_many(wish));
    found.extend(check_redirects(wish, &grants).err());
    for (field, uris) in [
        (Field::RedirectUris, &wish.redirect_uris),
        (Field::PostLogoutRedirectUris, &wish.post_logout_redirect_uris),
    ] {
        let rules = uris
            .iter()
            .map(|uri| (uri, redirect_uri::registrable(uri, wish.kind)));
        found.extend(rules.filter_map(|(uri, judged)| Some(refused(field, uri, judged.err()?))));
    }
    found.extend(
        wish.web_origins
            .iter()
            .filter_map(|origin| check_origin(origin).err()),
    );
    found.extend(check_authentication(wish).err());
    found.extend(check_pkce(wish).err());
    found.extend(check_jwks(wish).err());
    let no_uris = wish
        .introspects
        .iter()
        .filter(|audience| resource::check(audience).is_err());
    let rule = "it is not an absolute URI without fragment";
    found.extend(no_uris.map(|audience| refused(Field::Introspects, audience, rule)));
    found
}

/// Stores a checked client, its secret's digest and the event.
///
/// # Errors
/// When the store fails.
pub fn create(tx: &mut Tx<'_>, act: &Act, made: &Made, pepper: Pepper<'_>) -> Result<(), StoreError> {
    apis::hold(tx, made.client.metadata.scopes.iter())?;
    db!(tx, clients::add(&made.client))?;
    if let Some(secret) = &made.secret {
        let secret = NewSecret {
            digest: secret.digest_with(pepper.key),
            pepper_version: pepper.version,
            now: act.now,
            expires_at: None,
        };
        db!(tx, clients::add_secret(&made.client.id, &secret))?;
    }
    let created = act.about_client(EventKind::ClientCreated, &made.client.id);
    // Of a client that was not there: all that it is.
    let before =
        json!({ "client_id": made.client.id, "client_id_issued_at": made.client.created_at.seconds() });
    let created = with_changes(&before, &ClientDocument::from(&made.client), created);
    db!(tx, events::append(&created))
}

/// Checks a `client_id` that somebody chose instead of having a random one made.
///
/// # Errors
/// The rule that it breaks.
pub fn check_chosen_id(id: &ClientId) -> Result<(), Unregistrable> {
    let id = id.as_str();
    let lawful = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let begins = id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !(3..=64).contains(&id.len()) || !id.chars().all(lawful) || !begins {
        return Err(problem(
            Field::ClientId,
            "a client_id that is chosen has 3 to 64 small letters, digits and the characters . _ - and begins with a \
             letter or digit",
        ));
    }
    if id.starts_with("vouchsafe-") {
        return Err(problem(
            Field::ClientId,
            "a client_id that begins with vouchsafe- is the server's own",
        ));
    }
    Ok(())
}

impl Made {
    /// A client of this metadata with a random id, and a random secret when it authenticates by one.
    #[must_use]
    pub fn new(metadata: ClientMetadata, act: &Act) -> Self {
        Self::called(new_id(act), metadata, act)
    }

    /// As [`Made::new`], with a `client_id` that follows from who acts and from `once`, a text that a form carries: the
    /// same form sent again makes a client that is there already.
    #[must_use]
    pub fn once(metadata: ClientMetadata, act: &Act, (key, once): (&[u8; 32], &str)) -> Self {
        Self::called(id_of_once(key, act, once), metadata, act)
    }

    fn called(id: ClientId, metadata: ClientMetadata, act: &Act) -> Self {
        let made = Self::named(id, metadata, None, act);
        let secret = made
            .client
            .has_secret()
            .then(|| Plain::from_entropy(act.entropy.bytes()));
        Self { secret, ..made }
    }

    /// A client of this metadata with a chosen id, which was checked, and the secret that it is given.
    #[must_use]
    pub fn named(
        id: ClientId,
        metadata: ClientMetadata,
        secret: Option<Plain<ClientSecret>>,
        act: &Act,
    ) -> Self {
        let client = Client {
            id,
            epoch: 0,
            disabled_at: None,
            created_at: act.now,
            registrar: Registrar::Administrator,
            unused_until: None,
            metadata,
        };
        Self { client, secret }
    }

    /// The client information response (RFC 7591 §3.2.1), with our own members beside the registered ones.
    #[must_use]
    pub fn document(&self) -> Map<String, Value> {
        let mut document = document(&self.client);
        if let Some(secret) = &self.secret {
            document.insert("client_secret".to_owned(), json!(secret.expose()));
            document.insert("client_secret_expires_at".to_owned(), json!(0));
        }
        document
    }
}

/// A random `client_id`. Those that begin with a hyphen would look like a flag on a command line.
fn new_id(act: &Act) -> ClientId {
    let draw = || ClientId::from_entropy(act.entropy.bytes());
    (0..16).map(|_| draw()).find(is_plain).unwrap_or_else(draw)
}

fn is_plain(id: &ClientId) -> bool {
    id.as_str()
        .starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// The `client_id` that a form makes which an actor sends: nobody else's form makes the same one.
#[must_use]
pub fn id_of_once(key: &[u8; 32], act: &Act, once: &str) -> ClientId {
    let draw = |number: u8| ClientId::from_entropy(act.bytes_of_once(key, &format!("client {number}"), once));
    (0..16).map(draw).find(is_plain).unwrap_or_else(|| draw(0))
}

/// A client by the names of RFC 7591.
#[must_use]
pub fn document(client: &Client) -> Map<String, Value> {
    match serde_json::to_value(ClientDocument::from(client)) {
        Ok(Value::Object(members)) => members,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// Who registered a client, as events and administrators name it.
#[must_use]
pub fn registrar(registrar: &Registrar) -> Value {
    match registrar {
        Registrar::Administrator => json!("administrator"),
        Registrar::Token(id) => json!({"initial_token": id}),
        Registrar::Anybody => json!("anybody"),
        Registrar::Document => json!("document"),
    }
}

fn is_public(kind: ClientKind) -> bool {
    matches!(kind, ClientKind::Spa | ClientKind::Native)
}

fn problem(field: Field, sentence: impl Into<String>) -> Unregistrable {
    Unregistrable {
        field,
        sentence: sentence.into(),
    }
}

/// A value of a list that breaks a rule.
fn refused(field: Field, value: &str, rule: impl std::fmt::Display) -> Unregistrable {
    let what = match field {
        Field::Scope => "scope",
        Field::RedirectUris => "redirect URI",
        Field::PostLogoutRedirectUris => "post-logout redirect URI",
        Field::WebOrigins => "web origin",
        Field::Introspects => "introspects",
        Field::ClientId | Field::Name | Field::GrantTypes | Field::AuthMethod | Field::Pkce | Field::Jwks => {
            "value"
        }
    };
    let value = shortened(value);
    problem(field, format!("{what} {value:?}: {rule}"))
}

/// Checks the name that people see.
///
/// # Errors
/// The rule that it breaks.
pub fn check_name(name: &str) -> Result<(), Unregistrable> {
    let name = composed(name);
    if name.is_empty() || name.chars().count() > 100 || !hides_nothing(&name) {
        return Err(problem(
            Field::Name,
            format!(
                "the name must have 1 to 100 characters, none of them invisible{}",
                hidden_in_words(&name)
            ),
        ));
    }
    Ok(())
}

/// The scopes that are wished for, or those of the type.
fn scopes_of(wish: &Wish) -> Result<Vec<String>, Unregistrable> {
    let Some(wanted) = &wish.scopes else {
        let defaults: &[&str] = match wish.kind {
            ClientKind::Web | ClientKind::Spa | ClientKind::Native => {
                &[scope::OPENID, scope::PROFILE, scope::EMAIL]
            }
            ClientKind::Service => &[],
        };
        return Ok(defaults.iter().map(|name| (*name).to_owned()).collect());
    };
    scope::parse(&wanted.join(" ")).map_err(|_| {
        problem(
            Field::Scope,
            "a scope has a character that RFC 6749 section 3.3 does not allow",
        )
    })
}

fn check_scope(name: &str, wish: &Wish, apis: &[Api]) -> Result<(), Unregistrable> {
    let mut owned = apis.iter().flat_map(|api| &api.scopes);
    let is_standard = scope::standard(name);
    let rule = if is_standard && wish.kind == ClientKind::Service {
        "it is about a person, and a service acts for nobody"
    } else if is_standard || owned.any(|scope| scope.name == name) {
        return Ok(());
    } else {
        "no API owns it; register it first with `vouchsafe api create`"
    };
    Err(refused(Field::Scope, name, rule))
}

/// The grants that are wished for, or those of the type, with those that they need.
fn grants_of(wish: &Wish, scopes: &[String]) -> Vec<GrantType> {
    use GrantType::{AuthorizationCode, ClientCredentials, RefreshToken};
    let mut grants = wish.grants.clone();
    if grants.is_empty() {
        grants.push(if wish.kind == ClientKind::Service {
            ClientCredentials
        } else {
            AuthorizationCode
        });
        if scopes.iter().any(|name| name == scope::OFFLINE_ACCESS) {
            grants.push(RefreshToken);
        }
    }
    if wish.online_refresh {
        grants.push(RefreshToken);
    }
    // A refresh token comes from a code.
    if grants.contains(&RefreshToken) {
        grants.push(AuthorizationCode);
    }
    grants.sort_unstable();
    grants.dedup();
    grants
}

fn check_grants(wish: &Wish, grants: &[GrantType]) -> Result<(), Unregistrable> {
    use GrantType::ClientCredentials;
    if wish.kind == ClientKind::Service && grants != [ClientCredentials] {
        return Err(problem(
            Field::GrantTypes,
            "a service has the grant client_credentials only",
        ));
    }
    if is_public(wish.kind) && grants.contains(&ClientCredentials) {
        return Err(problem(
            Field::GrantTypes,
            "client_credentials needs a client that can keep a secret: type web or service",
        ));
    }
    Ok(())
}

/// Audiences whose tokens a client may introspect, at most: a gateway stands before many APIs.
const MOST_AUDIENCES: usize = 256;

fn too_many(wish: &Wish) -> impl Iterator<Item = Unregistrable> {
    let lists = [
        (Field::RedirectUris, &wish.redirect_uris, redirect_uri::MOST),
        (
            Field::PostLogoutRedirectUris,
            &wish.post_logout_redirect_uris,
            redirect_uri::MOST,
        ),
        (Field::WebOrigins, &wish.web_origins, redirect_uri::MOST),
        (Field::Introspects, &wish.introspects, MOST_AUDIENCES),
    ];
    lists.into_iter().filter_map(|(field, list, most)| {
        let first = list.get(most)?;
        Some(refused(field, first, format!("there are {most} at most")))
    })
}

/// The values of a list, each once and in their order.
fn each_once(values: Vec<String>) -> Vec<String> {
    let mut kept = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

fn check_redirects(wish: &Wish, grants: &[GrantType]) -> Result<(), Unregistrable> {
    let takes_codes = grants.contains(&GrantType::AuthorizationCode);
    if takes_codes && wish.redirect_uris.is_empty() {
        return Err(problem(
            Field::RedirectUris,
            "the grant authorization_code needs at least one redirect URI",
        ));
    }
    if !takes_codes && !wish.redirect_uris.is_empty() {
        return Err(problem(
            Field::RedirectUris,
            "redirect URIs are for the grant authorization_code, which this client does not have",
        ));
    }
    Ok(())
}

fn check_origin(origin: &str) -> Result<(), Unregistrable> {
    // An origin is what is left of a redirect URI without its path.
    let judged = redirect_uri::registrable(&format!("{origin}/"), ClientKind::Spa);
    judged.map_err(|rule| refused(Field::WebOrigins, origin, rule))?;
    if redirect_uri::origin(origin).as_deref() != Some(origin) {
        return Err(refused(
            Field::WebOrigins,
            origin,
            "it is scheme, host and port only, like https://app.example.com",
        ));
    }
    Ok(())
}

fn check_authentication(wish: &Wish) -> Result<(), Unregistrable> {
    match (is_public(wish.kind), wish.auth_method) {
        (
            true,
            Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost | AuthMethod::PrivateKeyJwt),
        ) => {
            return Err(problem(
                Field::AuthMethod,
                "a client of type spa or native cannot keep a secret; its method is none",
            ));
        }
        (false, Some(AuthMethod::PrivateKeyJwt))
            if wish.jwks.is_none() && wish.declared.jwks_uri.is_none() =>
        {
            return Err(problem(
                Field::Jwks,
                "the method private_key_jwt needs the client's public keys: --jwks-file",
            ));
        }
        (false, Some(AuthMethod::None)) => {
            return Err(problem(
                Field::AuthMethod,
                "a client of type web or service has a secret; use type spa or native without one",
            ));
        }
        (true, None | Some(AuthMethod::None))
        | (
            false,
            None
            | Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost | AuthMethod::PrivateKeyJwt),
        ) => {}
    }
    Ok(())
}

fn check_pkce(wish: &Wish) -> Result<(), Unregistrable> {
    if is_public(wish.kind) && wish.pkce == Some(PkceRule::Allowed) {
        return Err(problem(
            Field::Pkce,
            "PKCE is required for a client that has no secret",
        ));
    }
    Ok(())
}

fn check_jwks(wish: &Wish) -> Result<(), Unregistrable> {
    let Some(jwks) = &wish.jwks else { return Ok(()) };
    ClientKeys::parse(&jwks.to_string())
        .map(drop)
        .map_err(|rule| problem(Field::Jwks, format!("the JWK set: {rule}")))
}

#[cfg(test)]
mod tests;
