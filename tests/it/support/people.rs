//! Makes people, clients and APIs directly in the database of a [`World`].

use super::world::World;
use serde_json::{Map, json};
use vouchsafe::accounts::administration::{self, Changed};
use vouchsafe::accounts::passwords::{Cost, Password, hash_here};
use vouchsafe::accounts::profile::{ProfileChange, Updated};
use vouchsafe::audit::Act;
use vouchsafe::db;
use vouchsafe::store::{NewSecret, StoreError, Tx};
use vouchsafe_core::model::{
    Api, ApiClaim, ApiScope, Client, ClientId, ClientKind, ClientMetadata, ClientSecret, GrantType,
    IdTokenClaims, KeyAlgorithm, PkceRule, Plain, Span, TokenTyp, User, UserId,
};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A registered client and its secret, if it is confidential.
pub(crate) struct Registered {
    /// `client_id`.
    pub(crate) id: String,
    /// `client_secret`.
    pub(crate) secret: Option<String>,
    /// The first redirect URI.
    pub(crate) redirect_uri: String,
}

/// The metadata of an ordinary client, to be changed as a test needs it.
pub(crate) fn metadata(kind: ClientKind) -> ClientMetadata {
    let grant_types = match kind {
        ClientKind::Service => vec![GrantType::ClientCredentials],
        ClientKind::Web | ClientKind::Spa | ClientKind::Native => {
            vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
        }
    };
    let scopes = [
        "openid",
        "profile",
        "email",
        "address",
        "phone",
        "offline_access",
        "orders:read",
        "orders:write",
    ];
    ClientMetadata {
        client_name: "Storefront".to_owned(),
        kind,
        redirect_uris: vec!["https://client.example/cb".to_owned()],
        post_logout_redirect_uris: Vec::new(),
        scopes: scopes.map(str::to_owned).to_vec(),
        grant_types,
        token_endpoint_auth_method: None,
        pkce: PkceRule::Required,
        jwks: None,
        web_origins: Vec::new(),
        introspects: Vec::new(),
        online_refresh: false,
        first_party: true,
        require_consent: false,
        id_token_claims: IdTokenClaims::Userinfo,
        id_token_signed_response_alg: KeyAlgorithm::Rs256,
        declared: vouchsafe_core::model::Declared::default(),
    }
}

impl World {
    /// A person who signs in with this name and [`PASSWORD`].
    pub(crate) fn person(&self, username: &str) -> User {
        let now = self.services.ports.clock.now();
        let entropy = &self.services.ports.entropy;
        let password = Password::parse(PASSWORD).unwrap();
        let mut claims = Map::new();
        for (name, value) in [
            ("name", "Ada Lovelace"),
            ("given_name", "Ada"),
            ("family_name", "Lovelace"),
        ] {
            claims.insert(name.to_owned(), json!(value));
        }
        let user = User {
            id: UserId::from_entropy(entropy.bytes()),
            username: username.to_owned(),
            email: format!("{username}@example.test"),
            email_verified: true,
            claims,
            password_hash: hash_here(Cost::of_memory(64), &password, entropy.bytes()),
            invited_until: None,
            is_admin: false,
            roles: Vec::new(),
            groups: Vec::new(),
            disabled_at: None,
            banned_at: None,
            banned_until: None,
            ban_reason: None,
            created_at: now,
            updated_at: now,
        };
        let row = user.clone();
        self.write(move |tx| db!(tx, users::add(&row)));
        user
    }

    /// Disables a person, as an administrator does.
    pub(crate) fn disable(&self, username: &str) {
        self.administer(username, administration::disable);
    }

    /// Bans a person without end, as an administrator does.
    pub(crate) fn ban(&self, username: &str) {
        self.administer(username, |tx, act, id| {
            administration::ban(tx, act, id, &administration::Ban::default())
        });
    }

    /// Signs a person out everywhere, as an administrator does.
    pub(crate) fn log_out(&self, username: &str) {
        self.administer(username, administration::log_out);
    }

    /// Enables a person again.
    pub(crate) fn enable(&self, username: &str) {
        self.administer(username, administration::enable);
    }

    /// Gives a person another password, as an administrator does.
    pub(crate) fn set_password(&self, username: &str, password: &str) {
        let password = Password::parse(password).unwrap();
        let salt = self.services.ports.entropy.bytes();
        let hash = hash_here(Cost::of_memory(64), &password, salt).unwrap();
        self.administer(username, move |tx, act, id| {
            administration::set_password(tx, act, id, &hash)
        });
    }

    /// Gives a person other roles, as an administrator does.
    pub(crate) fn set_roles(&self, username: &str, roles: &[&str]) {
        let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        self.administer(username, move |tx, act, id| {
            administration::set_roles(tx, act, id, &roles)
        });
    }

    /// Changes a person's profile, as an administrator does.
    pub(crate) fn update_profile(
        &self,
        username: &str,
        change: ProfileChange,
    ) -> Result<Updated, StoreError> {
        let (key, ports) = (username.to_owned(), &self.services.ports);
        let act = Act::new("cli", ports.clock.now(), &ports.entropy);
        self.services.store.write_blocking("test", move |tx| {
            let id = db!(tx, users::by_login(&key))?.unwrap().id;
            administration::update_profile(tx, &act, &id, &change)
        })
    }

    /// Puts a person into other groups, as an administrator does.
    pub(crate) fn set_groups(&self, username: &str, groups: &[&str]) {
        let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
        self.administer(username, move |tx, act, id| {
            administration::set_groups(tx, act, id, &groups)
        });
    }

    /// Takes back what a person allowed a client.
    pub(crate) fn withdraw_consent(&self, username: &str, client: &Registered) {
        let client = ClientId::new(client.id.as_str());
        self.administer(username, move |tx, act, id| {
            administration::withdraw_consent(tx, act, id, &client)
        });
    }

    /// Does an act of an administrator, which may be refused.
    pub(crate) fn try_to(
        &self,
        username: &str,
        act: impl Fn(&mut Tx<'_>, &Act, &UserId) -> Result<Option<Changed>, StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let (key, ports) = (username.to_owned(), &self.services.ports);
        let of = Act::new("cli", ports.clock.now(), &ports.entropy);
        self.services.store.write_blocking("test", move |tx| {
            let user = db!(tx, users::by_login(&key))?.unwrap();
            act(tx, &of, &user.id).map(drop)
        })
    }

    fn administer(
        &self,
        username: &str,
        act: impl Fn(&mut Tx<'_>, &Act, &UserId) -> Result<Option<Changed>, StoreError> + Send + 'static,
    ) {
        let (key, ports) = (username.to_owned(), &self.services.ports);
        let of = Act::new("cli", ports.clock.now(), &ports.entropy);
        self.write(move |tx| {
            let id = db!(tx, users::by_login(&key))?.unwrap().id;
            act(tx, &of, &id)
        })
        .unwrap();
    }

    /// A client with this metadata.
    pub(crate) fn client(&self, metadata: ClientMetadata) -> Registered {
        let registered = self.unnoticed_client(metadata, None);
        self.follow();
        registered
    }

    /// A client that was just made: this server has not looked for changes since. Its secret counts for so long.
    pub(crate) fn unnoticed_client(&self, metadata: ClientMetadata, lasts: Option<Span>) -> Registered {
        let now = self.services.ports.clock.now();
        let entropy = &self.services.ports.entropy;
        let id = ClientId::from_entropy(entropy.bytes());
        let redirect_uri = metadata.redirect_uris.first().cloned().unwrap_or_default();
        let client = Client {
            id: id.clone(),
            epoch: 0,
            disabled_at: None,
            created_at: now,
            registrar: vouchsafe_core::model::Registrar::default(),
            unused_until: None,
            metadata,
        };
        let secret = client
            .has_secret()
            .then(|| Plain::<ClientSecret>::from_entropy(entropy.bytes()));
        let (pepper_version, pepper) = self.services.keys.secrets().newest_pepper();
        let row = secret.as_ref().map(|secret| NewSecret {
            digest: secret.digest_with(pepper),
            pepper_version,
            now,
            expires_at: lasts.map(|lasts| now.plus(lasts)),
        });
        self.write(move |tx| {
            db!(tx, clients::add(&client))?;
            match &row {
                Some(row) => db!(tx, clients::add_secret(&client.id, row)),
                None => Ok(()),
            }
        });
        Registered {
            id: id.into_string(),
            secret: secret.map(|secret| secret.expose().to_owned()),
            redirect_uri,
        }
    }

    /// The API `https://api.example/orders` with the scopes `orders:read` and `orders:write`.
    pub(crate) fn orders_api(&self) -> String {
        self.api("https://api.example/orders", &["orders:read", "orders:write"])
    }

    /// An API that owns these scopes.
    pub(crate) fn api(&self, identifier: &str, scopes: &[&str]) -> String {
        let identifier = self.unnoticed_api(identifier, scopes);
        self.follow();
        identifier
    }

    /// An API that owns these scopes and wants the roles of people in its tokens.
    pub(crate) fn api_with_roles(&self, identifier: &str, scopes: &[&str]) -> String {
        let identifier = self.api_with(identifier, scopes, vec![ApiClaim::Roles]);
        self.follow();
        identifier
    }

    /// An API that owns these scopes and wants roles and groups of people in its tokens.
    pub(crate) fn api_with_groups(&self, identifier: &str, scopes: &[&str]) -> String {
        let identifier = self.api_with(identifier, scopes, vec![ApiClaim::Roles, ApiClaim::Groups]);
        self.follow();
        identifier
    }

    /// An API that was just made: this server has not looked for changes since.
    pub(crate) fn unnoticed_api(&self, identifier: &str, scopes: &[&str]) -> String {
        self.api_with(identifier, scopes, Vec::new())
    }

    /// The same, whose tokens are signed with this algorithm.
    pub(crate) fn unnoticed_api_signed_with(&self, identifier: &str, scopes: &[&str], alg: KeyAlgorithm) {
        self.add_api((identifier, scopes), Vec::new(), alg);
    }

    fn api_with(&self, identifier: &str, scopes: &[&str], claims: Vec<ApiClaim>) -> String {
        self.add_api((identifier, scopes), claims, KeyAlgorithm::Rs256);
        identifier.to_owned()
    }

    fn add_api(
        &self,
        (identifier, scopes): (&str, &[&str]),
        claims: Vec<ApiClaim>,
        signing_alg: KeyAlgorithm,
    ) {
        let scope = |name: &&str| ApiScope {
            name: (*name).to_owned(),
            description: format!("Use {name}"),
        };
        let api = Api {
            identifier: identifier.to_owned(),
            name: "Orders".to_owned(),
            token_typ: TokenTyp::AtJwt,
            signing_alg,
            access_token_lifetime: None,
            claims,
            created_at: self.services.ports.clock.now(),
            scopes: scopes.iter().map(scope).collect(),
        };
        self.write(move |tx| db!(tx, apis::add(&api)));
    }
}
