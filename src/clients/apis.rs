//! RFC 8707 — what an administrator does to an API: a resource server and the scopes that it owns.

use super::document::ApiDocument;
use super::{lifetimes, own_api, standing};
use crate::audit::{Act, with_changes};
use crate::db;
use crate::store::{StoreError, Tx, Unique};
use serde_json::{Value, json};
use vouchsafe_core::decide::issue::LONGEST_TOKEN;
use vouchsafe_core::model::{Api, ApiClaim, ApiScope, Client, ClientId, Event, EventKind, Span};
use vouchsafe_core::spec::human_readable::{composed, hidden_in_words, hides_nothing, shortened};
use vouchsafe_core::spec::{resource, scope};

/// Why an API cannot be made, as a sentence for the one who asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Unregistrable {
    /// The member that breaks a rule.
    pub field: Field,
    sentence: String,
}

/// A member of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Its identifier.
    Identifier,
    /// Its name.
    Name,
    /// How long its access tokens last.
    Lifetime,
    /// Its scopes.
    Scopes,
}

impl Field {
    /// The name of the member.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Name => "name",
            Self::Lifetime => "access_token_lifetime",
            Self::Scopes => "scopes",
        }
    }
}

/// A scope as it is to be stored. One that nobody describes is shown by its name.
#[must_use]
pub fn scope(name: &str, description: &str) -> ApiScope {
    let (name, description) = (name.trim(), composed(description));
    ApiScope {
        name: name.to_owned(),
        description: if description.is_empty() {
            name.to_owned()
        } else {
            description
        },
    }
}

/// Each claim once, in their order.
#[must_use]
pub fn distinct(claims: Vec<ApiClaim>) -> Vec<ApiClaim> {
    let mut kept = Vec::new();
    for claim in claims {
        if !kept.contains(&claim) {
            kept.push(claim);
        }
    }
    kept
}

/// Checks an API before it is stored.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(api: &Api, issuer: &str) -> Result<(), Unregistrable> {
    problems(api, issuer).into_iter().next().map_or(Ok(()), Err)
}

/// Every rule that an API breaks, in the order of the rules.
#[must_use]
pub fn problems(api: &Api, issuer: &str) -> Vec<Unregistrable> {
    let mut found = Vec::new();
    let mut problem = |field, sentence: String| found.push(Unregistrable { field, sentence });
    let identifier = &api.identifier;
    let quoted = shortened(identifier);
    // Tokens for the issuer and its administration open the server's own endpoints.
    if resource::check(identifier).is_err() {
        problem(
            Field::Identifier,
            format!("identifier {quoted:?}: it must be an absolute URI without fragment"),
        );
    } else if identifier
        .strip_prefix(issuer)
        .is_some_and(|rest| matches!(rest, "" | "/" | "/api" | "/api/"))
    {
        problem(
            Field::Identifier,
            format!("identifier {quoted:?}: it is the server's own"),
        );
    }
    if api.name.trim().is_empty() || !hides_nothing(&api.name) || api.name.chars().count() > 100 {
        problem(
            Field::Name,
            format!(
                "the name must have 1 to 100 characters, none of them invisible{}",
                hidden_in_words(&api.name)
            ),
        );
    }
    if api
        .access_token_lifetime
        .is_some_and(|span| span < Span::from_seconds(1) || span > LONGEST_TOKEN)
    {
        problem(
            Field::Lifetime,
            "the lifetime of access tokens must be between 1s and 24h".to_owned(),
        );
    }
    found.extend(problems_of_scopes(&api.scopes));
    found
}

const DESCRIPTION: &str = "its description must have at most 200 characters, none of them invisible";

fn problems_of_scopes(scopes: &[ApiScope]) -> impl Iterator<Item = Unregistrable> {
    let all = scopes.iter().enumerate();
    all.filter_map(|(place, ApiScope { name, description })| {
        let rule = if !scope::is_token(name) {
            "it has a character that RFC 6749 section 3.3 does not allow"
        } else if scope::standard(name) {
            "it is one of the server's own"
        } else if scope::administers(name) {
            "it is the server's own"
        } else if scopes.iter().take(place).any(|earlier| earlier.name == *name) {
            "it is there twice"
        } else if !hides_nothing(description) || description.chars().count() > 200 {
            DESCRIPTION
        } else {
            return None;
        };
        let which = if rule == DESCRIPTION {
            hidden_in_words(description)
        } else {
            String::new()
        };
        Some(Unregistrable {
            field: Field::Scopes,
            sentence: format!("scope {:?}: {rule}{which}", shortened(name)),
        })
    })
}

/// Stores a checked API and the event.
///
/// # Errors
/// [`StoreError::Conflict`] when the identifier or a scope is taken; other failures of the store.
pub fn create(tx: &mut Tx<'_>, act: &Act, api: &Api) -> Result<(), StoreError> {
    db!(tx, apis::add(api))?;
    let created = about(act, EventKind::ApiCreated, &api.identifier);
    // Of an API that was not there: all that it is.
    let before = json!({ "identifier": api.identifier, "created_at": api.created_at.seconds() });
    let created = with_changes(&before, &ApiDocument::from(api), created);
    db!(tx, events::append(&created))
}

/// A client that uses an API: it has some of its scopes, or may introspect its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The client.
    pub client_id: ClientId,
    /// The name people see.
    pub client_name: String,
    /// The scopes of the API that it has.
    pub scopes: Vec<String>,
    /// Whether it may introspect the API's tokens.
    pub introspects: bool,
}

/// A client with what it would lose.
impl std::fmt::Display for Use {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): ", self.client_id, self.client_name)?;
        if self.scopes.is_empty() {
            f.write_str("introspects its tokens")
        } else {
            f.write_str(&self.scopes.join(" "))
        }
    }
}

/// Why an API is not changed while clients use what would be lost. A word between backticks is a member of the API, and a
/// flag on the command line.
#[must_use]
pub fn in_use(uses: &[Use]) -> String {
    let named: Vec<_> = uses.iter().map(ToString::to_string).collect();
    format!(
        "clients use what would be lost; `force` takes it from them. Nothing was changed:\n  {}",
        named.join("\n  ")
    )
}

/// Why the server's own API is not changed.
pub const OWN: &str = "this API is the server's own, and stays as it is";

/// What became of a change of an API.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub enum ApiChange {
    /// It is done. These clients lost what they used.
    Done(Vec<Use>),
    /// These clients use what would be lost, and it was not to be taken from them. Nothing was done.
    InUse(Vec<Use>),
    /// It is the server's own, which stays as it is.
    OwnApi,
    /// There is no such API.
    Unknown,
}

/// Whether clients may lose what they use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// What is in use stays.
    No,
    /// It is taken from the clients that use it.
    Yes,
}

/// Sees to it that no API which owns one of these scopes, that a client is to get, goes or loses it before the client is
/// seen to have it. Those who judge without a lock may have judged by what is over: they are to judge again.
///
/// # Errors
/// [`StoreError::Busy`] when no API owns one of them any more; other failures of the store.
pub(super) fn hold<'a>(tx: &mut Tx<'_>, gained: impl Iterator<Item = &'a String>) -> Result<(), StoreError> {
    let names: Vec<String> = gained.filter(|name| !scope::standard(name)).cloned().collect();
    if names.is_empty() {
        return Ok(());
    }
    let held = db!(tx, apis::hold_scopes(&names))?;
    if names.iter().all(|name| held.contains(name)) {
        Ok(())
    } else {
        Err(StoreError::Busy)
    }
}

/// The clients that use an API.
///
/// # Errors
/// When the store fails.
pub fn uses(tx: &mut Tx<'_>, api: &Api) -> Result<Vec<Use>, StoreError> {
    let scopes: Vec<String> = api.scopes.iter().map(|scope| scope.name.clone()).collect();
    let clients = of_clients(tx, &scopes, Some(&api.identifier))?;
    Ok(clients.into_iter().map(|(_, used)| used).collect())
}

/// The clients that lose what they use, each with what it loses, when an API becomes `after`, or is deleted.
///
/// # Errors
/// When the store fails.
pub fn losers(tx: &mut Tx<'_>, before: &Api, after: Option<&Api>) -> Result<Vec<(Client, Use)>, StoreError> {
    let stays =
        |name: &String| after.is_some_and(|after| after.scopes.iter().any(|scope| scope.name == *name));
    let names = before.scopes.iter().map(|scope| scope.name.clone());
    let lost: Vec<String> = names.filter(|name| !stays(name)).collect();
    of_clients(tx, &lost, after.is_none().then_some(&*before.identifier))
}

/// Refuses an identifier or a scope that another API has, where nothing is stored yet: the database decides again.
///
/// # Errors
/// [`StoreError::Conflict`]; other failures of the store.
pub fn ensure_free(tx: &mut Tx<'_>, api: &Api, is_new: bool) -> Result<(), StoreError> {
    let has = |other: &Api, name: &str| other.scopes.iter().any(|scope| scope.name == name);
    for other in db!(tx, apis::all())? {
        if other.identifier == api.identifier {
            if is_new {
                return Err(StoreError::Conflict(Unique::ApiIdentifier));
            }
        } else if api.scopes.iter().any(|scope| has(&other, &scope.name)) {
            return Err(StoreError::Conflict(Unique::Scope));
        }
    }
    Ok(())
}

/// Replaces what an API is, which was checked: everything but its identifier and its date. Scopes that it loses are
/// taken from the clients that have them, if that is allowed.
///
/// # Errors
/// [`StoreError::Conflict`] when a scope is taken; other failures of the store.
pub fn update(tx: &mut Tx<'_>, act: &Act, api: &Api, force: Force) -> Result<ApiChange, StoreError> {
    let Some(before) = db!(tx, apis::lock(&api.identifier))? else {
        return Ok(ApiChange::Unknown);
    };
    if own_api::is_own(&before) {
        return Ok(ApiChange::OwnApi);
    }
    let changed = Api {
        created_at: before.created_at,
        ..api.clone()
    };
    if before == changed {
        return Ok(ApiChange::Done(Vec::new()));
    }
    let users = losers(tx, &before, Some(&changed))?;
    if force == Force::No && !users.is_empty() {
        return Ok(ApiChange::InUse(only_uses(users)));
    }
    lock(tx, &users)?;
    db!(tx, apis::update(&changed))?;
    tell_update(tx, act, &before, &changed)?;
    take(tx, act, users, None).map(ApiChange::Done)
}

/// Deletes an API with its scopes. Its tokens stay good until they expire: resource servers check them without asking.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, act: &Act, identifier: &str, force: Force) -> Result<ApiChange, StoreError> {
    let Some(api) = db!(tx, apis::lock(identifier))? else {
        return Ok(ApiChange::Unknown);
    };
    if own_api::is_own(&api) {
        return Ok(ApiChange::OwnApi);
    }
    let users = losers(tx, &api, None)?;
    if force == Force::No && !users.is_empty() {
        return Ok(ApiChange::InUse(only_uses(users)));
    }
    lock(tx, &users)?;
    db!(tx, apis::remove(identifier))?;
    tell_deletion(tx, act, &api)?;
    take(tx, act, users, Some(identifier)).map(ApiChange::Done)
}

/// As [`update`], for a caller who sees to the clients: a scope may go over to another API and stay with those that
/// have it.
///
/// # Errors
/// [`StoreError::Conflict`] when a scope is taken; other failures of the store.
pub fn replace(tx: &mut Tx<'_>, act: &Act, api: &Api) -> Result<(), StoreError> {
    let before = db!(tx, apis::lock(&api.identifier))?;
    db!(tx, apis::update(api))?;
    match before {
        Some(before) => tell_update(tx, act, &before, api),
        None => Ok(()),
    }
}

/// As [`delete`], for a caller who sees to the clients.
///
/// # Errors
/// When the store fails.
pub fn remove(tx: &mut Tx<'_>, act: &Act, identifier: &str) -> Result<(), StoreError> {
    let before = db!(tx, apis::lock(identifier))?;
    db!(tx, apis::remove(identifier))?;
    match before {
        Some(before) => tell_deletion(tx, act, &before),
        None => Ok(()),
    }
}

/// What clients use, without the clients.
#[must_use]
pub fn only_uses(users: Vec<(Client, Use)>) -> Vec<Use> {
    users.into_iter().map(|(_, used)| used).collect()
}

/// The clients that have one of the scopes, or that may introspect the tokens of the API.
fn of_clients(
    tx: &mut Tx<'_>,
    scopes: &[String],
    identifier: Option<&str>,
) -> Result<Vec<(Client, Use)>, StoreError> {
    let mut words = scopes.to_vec();
    words.extend(identifier.map(str::to_owned));
    let clients = db!(tx, clients::using(&words))?;
    let uses = clients.into_iter().map(|client| {
        let metadata = &client.metadata;
        let used = Use {
            client_id: client.id.clone(),
            client_name: metadata.client_name.clone(),
            scopes: metadata
                .scopes
                .iter()
                .filter(|name| scopes.contains(name))
                .cloned()
                .collect(),
            introspects: metadata
                .introspects
                .iter()
                .any(|audience| Some(audience.as_str()) == identifier),
        };
        (client, used)
    });
    Ok(uses
        .filter(|(_, used)| used.introspects || !used.scopes.is_empty())
        .collect())
}

/// Locks the clients before the configuration's version is raised, as every change of a client does: in another order two
/// changes would wait for one another.
fn lock(tx: &mut Tx<'_>, users: &[(Client, Use)]) -> Result<(), StoreError> {
    for (_, used) in users {
        db!(tx, clients::lock(&used.client_id))?;
    }
    Ok(())
}

/// Takes from each client what it used. The clients are read again under a lock: one may have changed since.
fn take(
    tx: &mut Tx<'_>,
    act: &Act,
    users: Vec<(Client, Use)>,
    identifier: Option<&str>,
) -> Result<Vec<Use>, StoreError> {
    for (_, used) in &users {
        let Some(mut client) = db!(tx, clients::lock(&used.client_id))? else {
            continue;
        };
        let before = client.clone();
        let metadata = &mut client.metadata;
        metadata.scopes.retain(|name| !used.scopes.contains(name));
        metadata
            .introspects
            .retain(|audience| Some(audience.as_str()) != identifier);
        db!(tx, clients::update(&client))?;
        db!(tx, events::append(&standing::update_event(act, &before, &client)))?;
    }
    Ok(only_uses(users))
}

/// Tells of a change of an API, with what must be remembered of how it was.
fn tell_update(tx: &mut Tx<'_>, act: &Act, before: &Api, after: &Api) -> Result<(), StoreError> {
    let event = about(act, EventKind::ApiUpdated, &before.identifier);
    let event = with_changes(&ApiDocument::from(before), &ApiDocument::from(after), event);
    let event = lifetimes::remembering(before, event);
    db!(tx, events::append(&event))
}

/// Tells of the deletion of an API, with what must be remembered of it.
fn tell_deletion(tx: &mut Tx<'_>, act: &Act, api: &Api) -> Result<(), StoreError> {
    let event = about(act, EventKind::ApiDeleted, &api.identifier);
    db!(tx, events::append(&lifetimes::remembering(api, event)))
}

fn about(act: &Act, kind: EventKind, identifier: &str) -> Event {
    Event {
        target: Some(identifier.to_owned()),
        ..act.event(kind)
    }
}

/// The API as the command line and the admin API show it.
#[must_use]
pub fn document(api: &Api) -> Value {
    serde_json::to_value(ApiDocument::from(api)).unwrap_or_default()
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
            ("https://api.example.com", &["vouchsafe:write"]),
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
