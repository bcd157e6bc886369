//! What the demo finds in its folder: two people with random pass phrases, an API and an app.

use super::super::exit::Failure;
use crate::accounts::administration;
use crate::accounts::passwords::{Cost, Password, hash_here};
use crate::audit::Act;
use crate::clients::apis;
use crate::clients::registration::{self, Made, Pepper, Wish};
use crate::demo::{APP_SCOPES, api};
use crate::ports::Entropy;
use crate::services::Services;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use vouchsafe_core::model::{Api, ApiClaim, ApiScope, ClientKind, IdTokenClaims, TokenTyp, User, UserId};

/// What was planted, kept in `demo.json` so that the next start shows the same.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Seed {
    /// The folder, for display.
    #[serde(skip)]
    pub(super) dir: String,
    /// The server's port: part of the issuer and so of everything that was sealed.
    port: u16,
    /// The app.
    pub(super) client_id: String,
    /// Ada, who is shown first, and Grace.
    pub(super) people: Vec<Person>,
}

/// A person of the demo, with the pass phrase in clear: it is worth nothing elsewhere.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Person {
    /// The name to sign in with.
    pub(super) username: String,
    /// The pass phrase.
    pub(super) password: String,
}

/// The file that remembers what was planted.
const FILE: &str = "demo.json";

/// The identifier of the demo API: where it is.
pub(super) fn audience(port: u16) -> String {
    format!("http://localhost:{}", port.saturating_add(2))
}

impl Seed {
    /// What an earlier run planted in the folder.
    pub(super) fn find(port: u16, dir: &Path) -> Result<Option<Self>, Failure> {
        let file = dir.join(FILE);
        let shown = dir.display().to_string();
        let Ok(text) = std::fs::read_to_string(&file) else {
            return Ok(None);
        };
        let found: Self = serde_json::from_str(&text)
            .map_err(|_| Failure::failed(format!("{} is not the demo's; delete {shown}", file.display())))?;
        if found.port != port {
            let of = found.port;
            return Err(Failure::failed(format!(
                "{shown} holds a demo on port {of}: use --port {of} or another --dir"
            )));
        }
        Ok(Some(Self { dir: shown, ..found }))
    }

    /// Plants what the demo needs.
    pub(super) fn plant(services: &Services, port: u16, dir: &Path) -> Result<Self, Failure> {
        let people = [("ada", "Ada", "Lovelace"), ("grace", "Grace", "Hopper")]
            .map(|(username, given, family)| person(services, username, given, family));
        let (people, users): (Vec<_>, Vec<_>) = people.into_iter().unzip();
        let client_id = store(services, port, users)?;
        let file = dir.join(FILE);
        let seed = Self {
            dir: dir.display().to_string(),
            port,
            client_id,
            people,
        };
        write(&file, &seed)
            .map_err(|error| Failure::io(&format!("cannot write {}", file.display()), &error))?;
        Ok(seed)
    }
}

fn write(file: &Path, seed: &Seed) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    serde_json::to_writer_pretty(&mut file, seed)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

fn store(services: &Services, port: u16, users: Vec<User>) -> Result<String, Failure> {
    let now = services.ports.clock.now();
    let scope = |(name, description): (&str, &str)| ApiScope {
        name: name.to_owned(),
        description: description.to_owned(),
    };
    let api = Api {
        identifier: audience(port),
        name: "Demo orders".to_owned(),
        token_typ: TokenTyp::AtJwt,
        signing_alg: vouchsafe_core::model::KeyAlgorithm::Rs256,
        access_token_lifetime: None,
        claims: vec![ApiClaim::Roles],
        created_at: now,
        scopes: api::SCOPES.map(scope).to_vec(),
    };
    let metadata = registration::check(wish(port), std::slice::from_ref(&api))
        .map_err(|rule| Failure::failed(rule.to_string()))?;
    let (version, pepper) = services.keys.secrets().newest_pepper();
    let pepper = zeroize::Zeroizing::new(*pepper);
    let act = Act::new("cli", now, &services.ports.entropy);
    let client_id = services.store.write_blocking("plant-demo", move |tx| {
        for user in &users {
            administration::create(tx, &act, user)?;
        }
        apis::create(tx, &act, &api)?;
        let made = Made::new(metadata.clone(), &act);
        registration::create(
            tx,
            &act,
            &made,
            Pepper {
                version,
                key: &pepper,
            },
        )?;
        Ok(made.client.id.into_string())
    })?;
    Ok(client_id)
}

/// The app is a public client, so that its refresh tokens rotate for all to see.
fn wish(port: u16) -> Wish {
    Wish {
        name: "Demo app".to_owned(),
        kind: ClientKind::Spa,
        redirect_uris: vec![format!(
            "http://localhost:{}{}",
            port.saturating_add(1),
            crate::demo::CALLBACK
        )],
        post_logout_redirect_uris: vec![format!("http://localhost:{}/", port.saturating_add(1))],
        scopes: Some(APP_SCOPES.map(str::to_owned).to_vec()),
        grants: Vec::new(),
        auth_method: None,
        pkce: None,
        jwks: None,
        web_origins: Vec::new(),
        introspects: Vec::new(),
        online_refresh: false,
        first_party: false,
        require_consent: false,
        id_token_claims: IdTokenClaims::Userinfo,
        id_token_alg: vouchsafe_core::model::KeyAlgorithm::Rs256,
        declared: vouchsafe_core::model::Declared::default(),
    }
}

fn person(services: &Services, username: &str, given: &str, family: &str) -> (Person, User) {
    let (now, entropy) = (services.ports.clock.now(), &*services.ports.entropy);
    let password = pass_phrase(entropy);
    let typed = Password::parse(&password).ok();
    let password_hash = typed.and_then(|typed| hash_here(Cost::recommended(), &typed, entropy.bytes()));
    let mut claims: Map<String, Value> = Map::new();
    for (name, value) in [
        ("name", json!(format!("{given} {family}"))),
        ("given_name", json!(given)),
        ("family_name", json!(family)),
        ("locale", json!("en-GB")),
        ("zoneinfo", json!("Europe/London")),
    ] {
        claims.insert(name.to_owned(), value);
    }
    let user = User {
        id: UserId::from_entropy(entropy.bytes()),
        username: username.to_owned(),
        email: format!("{username}@example.test"),
        email_verified: true,
        claims,
        password_hash,
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
    (
        Person {
            username: username.to_owned(),
            password,
        },
        user,
    )
}

const WORDS: [&str; 32] = [
    "amber", "anchor", "birch", "breeze", "candle", "canyon", "cedar", "copper", "coral", "delta", "ember",
    "falcon", "fern", "garnet", "harbor", "hazel", "indigo", "island", "juniper", "lantern", "maple",
    "meadow", "nectar", "olive", "orchid", "pebble", "quartz", "raven", "saffron", "thistle", "willow",
    "zephyr",
];

/// Four words: 20 random bits are plenty for a server that only this machine reaches and that throttles.
fn pass_phrase(entropy: &dyn Entropy) -> String {
    let draw = entropy.bytes::<4>();
    let words = draw
        .iter()
        .filter_map(|byte| WORDS.get(usize::from(byte % 32)).copied());
    words.collect::<Vec<_>>().join("-")
}
