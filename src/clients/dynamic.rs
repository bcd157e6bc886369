//! RFC 7591, RFC 7592 — clients that register themselves: what they may be, and each act as one transaction with its
//! events.

mod documents;
pub mod initial_tokens;
pub mod metadata_document;
mod policy;
mod removal;

pub use documents::{Attachments, Gathered, Ungathered, gather};
pub use policy::{Place, metadata, replacement};
pub use removal::{count_never_used, remove_itself, remove_never_used, remove_unused};

use super::registration::{self, Made, Pepper};
use super::standing::{self, Changed};
use crate::audit::{Act, with};
use crate::cx::Cx;
use crate::db;
use crate::limits;
use crate::store::{Spent, StoreError, Tx};
use serde_json::{Map, Value, json};
use vouchsafe_core::model::{
    AuthMethod, Client, ClientId, ClientKind, ClientMetadata, Digest, EventKind, GrantType,
    InitialAccessToken, Plain, Registrar, RegistrationAccessToken, Span, UnixTime,
};
use vouchsafe_core::spec::client_metadata::{MetadataProblem, Requested};
use vouchsafe_core::spec::scope;

/// Counts one newcomer, or one change of a client by itself, for the network that it came from. When there were too many: until when.
///
/// # Errors
/// When the store fails.
pub async fn count_newcomer(cx: &Cx) -> Result<Option<UnixTime>, StoreError> {
    let rates = &cx.config().rate_limits;
    if !rates.enabled {
        return Ok(None);
    }
    let key = cx.services.keys.secrets().identifier_key();
    let counter = limits::registration::at(key, cx.peer, rates.registration.per_network);
    let now = cx.now;
    cx.store()
        .write("count-registration", move |tx| counter.count(tx, now))
        .await
}

/// By what right a client registers itself.
#[derive(Clone, Debug)]
pub enum Right {
    /// Registration is open. The client is removed when it is not used for so long, and there are so many at most.
    Open {
        /// How long it may be unused.
        unused: Span,
        /// How many there may be.
        most: i64,
    },
    /// With an initial access token.
    Token {
        /// Its digest.
        digest: Digest<InitialAccessToken>,
        /// Its id.
        id: String,
    },
}

impl Right {
    /// Who acts, as events name them.
    #[must_use]
    pub fn actor(&self) -> String {
        match self {
            Self::Open { .. } => "anybody".to_owned(),
            Self::Token { id, .. } => format!("initial-token:{id}"),
        }
    }
}

/// What became of an attempt to register.
pub enum Registered {
    /// There is a client.
    Made,
    /// The initial access token cannot be used, or no longer.
    TokenInvalid,
    /// There are too many clients.
    Full,
}

/// A client that registers itself, with its secrets in clear for this one time.
pub struct Newcomer {
    /// The client.
    pub made: Made,
    /// What it manages itself with.
    pub token: Plain<RegistrationAccessToken>,
    /// What was fetched for it.
    pub attachments: Attachments,
}

impl Newcomer {
    /// A client of this metadata, with random secrets.
    #[must_use]
    pub fn new(gathered: Gathered, right: &Right, act: &Act) -> Self {
        let mut made = Made::new(gathered.metadata, act);
        (made.client.registrar, made.client.unused_until) = match right {
            Right::Open { unused, .. } => (Registrar::Anybody, Some(act.now.plus(*unused))),
            Right::Token { id, .. } => (Registrar::Token(id.clone()), None),
        };
        Self {
            made,
            token: Plain::from_entropy(act.entropy.bytes()),
            attachments: gathered.attachments,
        }
    }
}

/// Stores a client that registers itself, if its right still stands. The right is spent by one guarded statement.
///
/// # Errors
/// When the store fails.
pub fn register(
    tx: &mut Tx<'_>,
    act: &Act,
    newcomer: &Newcomer,
    right: &Right,
    pepper: Pepper<'_>,
) -> Result<Registered, StoreError> {
    match right {
        Right::Token { digest, .. } => match db!(tx, initial_tokens::spend(digest, act.now))? {
            Spent::Now(()) => {}
            Spent::Before(()) | Spent::Unknown => return Ok(Registered::TokenInvalid),
        },
        Right::Open { most, .. } => {
            if db!(tx, self_registered::count(&Registrar::Anybody))? >= *most {
                return Ok(Registered::Full);
            }
        }
    }
    let (made, id) = (&newcomer.made, &newcomer.made.client.id);
    registration::create(tx, act, made, pepper)?;
    db!(tx, self_registered::set_token(id, &newcomer.token.digest()))?;
    newcomer.attachments.save(tx, id)?;
    let told = act.about_client(EventKind::ClientRegistered, id);
    db!(
        tx,
        events::append(&with(
            "registered_by",
            registration::registrar(&made.client.registrar),
            told
        ))
    )?;
    Ok(Registered::Made)
}

/// The client that a registration access token is for, if it is this one's and the client may manage itself.
///
/// # Errors
/// When the store fails.
pub fn authenticated(
    tx: &mut Tx<'_>,
    id: &ClientId,
    presented: &Digest<RegistrationAccessToken>,
) -> Result<Option<Client>, StoreError> {
    // Locked before the token is read: of two changes at once, the second finds another token.
    let client = db!(tx, clients::lock(id))?;
    let known = db!(tx, self_registered::token(id))?;
    Ok(client.filter(|client| known.as_ref() == Some(presented) && client.disabled_at.is_none()))
}

/// What a client wants to be from now on.
pub struct Replacement {
    /// What it asked for.
    pub requested: Requested,
    /// What that names elsewhere.
    pub attachments: Attachments,
    /// The digest of its next registration access token.
    pub next: Digest<RegistrationAccessToken>,
}

/// What became of a replacement.
pub enum Replaced {
    /// The client is this now.
    Done(Box<Client>),
    /// The token that was presented does not count any more.
    TokenInvalid,
    /// The client, as it is by now, cannot become this.
    Refused(MetadataProblem),
}

/// Replaces what a client registered (RFC 7592 §2.2), and gives it another registration access token. What it may become
/// is judged here once more: while its documents were fetched, at addresses of its own choice, an administrator may have
/// taken something from it.
///
/// # Errors
/// When the store fails.
pub fn replace(
    tx: &mut Tx<'_>,
    act: &Act,
    (id, presented): (&ClientId, &Digest<RegistrationAccessToken>),
    wanted: &Replacement,
) -> Result<Replaced, StoreError> {
    let Some(client) = authenticated(tx, id, presented)? else {
        return Ok(Replaced::TokenInvalid);
    };
    let apis = db!(tx, apis::all())?;
    let place = Place::of_client(&client);
    let mut metadata = match replacement(wanted.requested.clone(), &client, &place, &apis) {
        Ok(metadata) => metadata,
        Err(problem) => return Ok(Replaced::Refused(problem)),
    };
    metadata.declared.logo = wanted.attachments.logo();
    let Changed::Done(changed) = standing::update(tx, act, id, &metadata)? else {
        return Ok(Replaced::TokenInvalid);
    };
    db!(tx, self_registered::set_token(id, &wanted.next))?;
    wanted.attachments.save(tx, id)?;
    Ok(Replaced::Done(changed))
}

/// Whether a client may become this: who had a secret keeps it, and who had none gets none (RFC 7592 §2.2).
#[must_use]
pub fn keeps_trust(before: &Client, after: &ClientMetadata) -> bool {
    let after = Client {
        metadata: after.clone(),
        ..before.clone()
    };
    before.is_public() == after.is_public() && before.has_secret() == after.has_secret()
}

/// The client information response (RFC 7591 §3.2.1): what was registered, by the names of the specifications.
#[must_use]
pub fn information(client: &Client) -> Map<String, Value> {
    let metadata = &client.metadata;
    let mut members = match serde_json::to_value(&metadata.declared) {
        Ok(Value::Object(declared)) => declared,
        Ok(_) | Err(_) => Map::new(),
    };
    members.remove("logo");
    let method = match (client.is_public(), metadata.token_endpoint_auth_method) {
        (true, _) => AuthMethod::None,
        (false, method) => method.unwrap_or(AuthMethod::ClientSecretBasic),
    };
    let codes = metadata.grant_types.contains(&GrantType::AuthorizationCode);
    let native = metadata.kind == ClientKind::Native;
    for (name, value) in [
        ("client_id", json!(client.id)),
        ("client_id_issued_at", json!(client.created_at.seconds())),
        ("client_name", json!(metadata.client_name)),
        ("application_type", json!(if native { "native" } else { "web" })),
        ("redirect_uris", json!(metadata.redirect_uris)),
        (
            "post_logout_redirect_uris",
            json!(metadata.post_logout_redirect_uris),
        ),
        ("grant_types", json!(metadata.grant_types)),
        ("response_types", if codes { json!(["code"]) } else { json!([]) }),
        ("token_endpoint_auth_method", json!(method)),
        ("scope", json!(scope::join(&metadata.scopes))),
        ("subject_type", json!("public")),
        (
            "id_token_signed_response_alg",
            json!(metadata.id_token_signed_response_alg),
        ),
        ("require_auth_time", json!(metadata.declared.require_auth_time)),
    ] {
        members.insert(name.to_owned(), value);
    }
    if let Some(jwks) = &metadata.jwks {
        members.insert("jwks".to_owned(), jwks.clone());
    }
    members
}

/// When a client that was used now is removed unless it is used again; none for one that stays.
#[must_use]
pub fn kept_until(client: &Client, unused: Span, now: UnixTime) -> Option<UnixTime> {
    // Once a day is often enough.
    let until = now.plus(unused);
    let noted = client.unused_until?;
    (until.since(noted) >= Span::from_hours(24)).then_some(until)
}
