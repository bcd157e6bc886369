//! Lists, page by page: what is wanted, and where the next page begins. The web pages, the admin API and the command
//! line ask for their lists with these, so that all three filter, sort and go on alike.

mod cursor;

pub use cursor::{BadCursor, Place};

use vouchsafe_core::model::{
    AuditRecord, ClientId, ClientKind, Event, EventKind, InitialToken, UnixTime, User, UserId,
};
use vouchsafe_core::spec::username;

/// Rows of a page when nobody says how many.
pub const USUAL: i64 = 50;
/// Rows of a page at most.
pub const MOST: i64 = 200;
/// Rows of an index that one page looks through at most.
const REACH: i64 = 5_000;
/// Characters of a search text that count.
const LONGEST: usize = 200;

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// What gives the next page; none when this is the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of at most `limit` of the rows that were read, one more than that where there are more.
    pub(super) fn of(mut items: Vec<T>, limit: i64, place: impl Fn(&T) -> Place) -> Self {
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| more);
        let next = last.map(|last| place(last).to_string());
        Self { items, next }
    }

    /// The same page, which is followed by what is behind `edge` when nothing else follows it: so far it has looked.
    pub(super) fn or_on_from(mut self, edge: Option<Place>) -> Self {
        self.next = self.next.or_else(|| edge.map(|edge| edge.to_string()));
        self
    }

    /// The same page with other rows, unless one of them fails.
    ///
    /// # Errors
    /// That of the first that fails.
    pub fn try_map<U, E>(self, change: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        Ok(Page {
            items: self.items.into_iter().map(change).collect::<Result<_, _>>()?,
            next: self.next,
        })
    }

    /// The same page with other rows.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            next: None,
        }
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How many rows.
    pub limit: i64,
    /// How many rows of an index are looked through for them at most. Where filters leave so few that the page is not full by
    /// then, it ends early, perhaps empty, and the next one goes on from there.
    pub reach: i64,
    pub(super) after: Option<Place>,
}

impl Default for Part {
    fn default() -> Self {
        Self {
            limit: USUAL,
            reach: REACH,
            after: None,
        }
    }
}

impl Part {
    /// The beginning of a list, this many rows of it, of which there are 1 to [`MOST`].
    #[must_use]
    pub fn first(limit: i64) -> Self {
        Self {
            limit: limit.clamp(1, MOST),
            reach: REACH,
            after: None,
        }
    }

    fn resume(&mut self, order: &'static str, cursor: &str) -> Result<(), BadCursor> {
        self.after = Some(Place::parse(order, cursor)?);
        Ok(())
    }
}

/// The standing that listed people have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// Neither disabled nor banned.
    Active,
    /// Disabled.
    Disabled,
    /// Banned, and not disabled.
    Banned,
}

impl UserState {
    /// The standing of this name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "active" => Some(Self::Active),
            "disabled" => Some(Self::Disabled),
            "banned" => Some(Self::Banned),
            _ => None,
        }
    }
}

/// What people are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserSort {
    /// The user name.
    #[default]
    Username,
    /// The e-mail address.
    Email,
    /// When the account was made.
    CreatedAt,
}

/// Which people.
#[derive(Clone, Debug, Default)]
pub struct UsersWanted {
    /// The beginning of a user name, an e-mail address, a word of the name, or the `sub`. The list then has the order
    /// of what was found; an empty text looks for nothing.
    pub text: Option<String>,
    /// Those of this standing at `now`.
    pub state: Option<UserState>,
    /// Those who have this role. Without `text` the list then has the order of their `sub`.
    pub role: Option<String>,
    /// Those who are in this group. Without `text` and `role` the list then has the order of their `sub`.
    pub group: Option<String>,
    /// Administrators, or those who are none.
    pub is_admin: Option<bool>,
    /// The order, when none of `text`, `role` and `group` is given.
    pub sort: UserSort,
    /// The other way round.
    pub descending: bool,
    /// The instant at which a ban stands or is over.
    pub now: UnixTime,
    /// Which part.
    pub part: Part,
}

impl UsersWanted {
    /// Goes on where a page ended.
    ///
    /// # Errors
    /// [`BadCursor`] when this is no cursor of such a list.
    pub fn resume(&mut self, cursor: &str) -> Result<(), BadCursor> {
        let order = self.order();
        self.part.resume(order, cursor)
    }

    /// The text that is looked for, if there is any.
    pub(super) fn searched(&self) -> Option<String> {
        self.text
            .as_deref()
            .map(user_text)
            .filter(|text| !text.is_empty())
    }

    pub(super) fn order(&self) -> &'static str {
        if self.searched().is_some() {
            return "user-found";
        }
        if self.role.is_some() {
            return "user-role";
        }
        if self.group.is_some() {
            return "user-group";
        }
        match (self.sort, self.descending) {
            (UserSort::Username, false) => "user-name",
            (UserSort::Username, true) => "user-name-desc",
            (UserSort::Email, false) => "user-mail",
            (UserSort::Email, true) => "user-mail-desc",
            (UserSort::CreatedAt, false) => "user-made",
            (UserSort::CreatedAt, true) => "user-made-desc",
        }
    }
}

/// What clients are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientSort {
    /// The name.
    #[default]
    Name,
    /// When it was registered.
    CreatedAt,
}

/// Who registered a client, as lists are filtered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisteredBy {
    /// An administrator.
    Administrator,
    /// The client itself, with an initial access token.
    Token,
    /// The client itself, without one.
    Anybody,
    /// Its metadata document.
    Document,
}

impl RegisteredBy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Administrator, Self::Token, Self::Anybody, Self::Document];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Token => "token",
            Self::Anybody => "anybody",
            Self::Document => "document",
        }
    }

    /// What a word means.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }
}

/// Which clients.
#[derive(Clone, Debug, Default)]
pub struct ClientsWanted {
    /// The beginning of a word of the name, of the `client_id`, or of a redirect URI with or without its scheme. The
    /// list then has the order of what was found; an empty text looks for nothing.
    pub text: Option<String>,
    /// Those of this type.
    pub kind: Option<ClientKind>,
    /// Disabled ones, or those that are not.
    pub disabled: Option<bool>,
    /// Those that were registered by them.
    pub registered_by: Option<RegisteredBy>,
    /// The order, when `text` is not given.
    pub sort: ClientSort,
    /// The other way round.
    pub descending: bool,
    /// Which part.
    pub part: Part,
}

impl ClientsWanted {
    /// Goes on where a page ended.
    ///
    /// # Errors
    /// [`BadCursor`] when this is no cursor of such a list.
    pub fn resume(&mut self, cursor: &str) -> Result<(), BadCursor> {
        let order = self.order();
        self.part.resume(order, cursor)
    }

    /// The text that is looked for, if there is any.
    pub(super) fn searched(&self) -> Option<String> {
        self.text.as_deref().map(spaced).filter(|text| !text.is_empty())
    }

    pub(super) fn order(&self) -> &'static str {
        if self.searched().is_some() {
            return "client-found";
        }
        match (self.sort, self.descending) {
            (ClientSort::Name, false) => "client-name",
            (ClientSort::Name, true) => "client-name-desc",
            (ClientSort::CreatedAt, false) => "client-made",
            (ClientSort::CreatedAt, true) => "client-made-desc",
        }
    }
}

/// APIs, in order of their identifiers.
#[derive(Clone, Debug, Default)]
pub struct ApisWanted {
    /// Which part.
    pub part: Part,
}

impl ApisWanted {
    /// Goes on where a page ended.
    ///
    /// # Errors
    /// [`BadCursor`] when this is no cursor of such a list.
    pub fn resume(&mut self, cursor: &str) -> Result<(), BadCursor> {
        self.part.resume("api", cursor)
    }
}

/// Which initial access tokens, of those that have not expired, the newest first.
#[derive(Clone, Debug, Default)]
pub struct InitialTokensWanted {
    /// Those that have not expired at this instant.
    pub now: UnixTime,
    /// Which part.
    pub part: Part,
}

impl InitialTokensWanted {
    pub(super) const ORDER: &'static str = "initial-token";

    /// Goes on where a page ended.
    ///
    /// # Errors
    /// [`BadCursor`] when this is no cursor of such a list.
    pub fn resume(&mut self, cursor: &str) -> Result<(), BadCursor> {
        self.part.resume(Self::ORDER, cursor)
    }

    /// Goes on behind a row.
    pub fn go_on_after(&mut self, last: &InitialToken) {
        self.part.after = Some(Place::number(Self::ORDER, last.created_at.millis(), &last.id));
    }
}

/// Which sessions of those that stand, in order of their ids.
#[derive(Clone, Debug, Default)]
pub struct SessionsWanted {
    /// Those of this person.
    pub user: Option<UserId>,
    /// Those that stand at this instant.
    pub now: UnixTime,
    /// Which part.
    pub part: Part,
}

impl SessionsWanted {
    /// Goes on where a page ended.
    ///
    /// # Errors
    /// [`BadCursor`] when this is no cursor of such a list.
    pub fn resume(&mut self, cursor: &str) -> Result<(), BadCursor> {
        self.part.resume("session", cursor)
    }
}

/// Which sessions in the administration of those that stand, the newest first.
#[derive(Clone, Debug, Default)]
pub struct AdminSessionsWanted {
    /// Those of this person.
    pub user: Option<UserId>,
    /// Those that stand at this instant.
    pub now: UnixTime,
    /// Which part.
    pub part: Part,
}

impl AdminSessionsWanted {
    pub(super) const ORDER: &'static str = "admin-session";

    /// Goes on where a page ended.
    ///
    /// # Errors
    /// [`BadCursor`] when this is no cursor of such a list.
    pub fn resume(&mut self, cursor: &str) -> Result<(), BadCursor> {
        self.part.resume(Self::ORDER, cursor)
    }
}

/// Which grants of those that live and whose codes were used, in order of their ids.
#[derive(Clone, Debug, Default)]
pub struct GrantsPage {
    /// Those of this person.
    pub user: Option<UserId>,
    /// Those of this client.
    pub client: Option<ClientId>,
    /// Those that live at this instant.
    pub now: UnixTime,
    /// Which part.
    pub part: Part,
}

impl GrantsPage {
    /// Goes on where a page ended.
    ///
    /// # Errors
    /// [`BadCursor`] when this is no cursor of such a list.
    pub fn resume(&mut self, cursor: &str) -> Result<(), BadCursor> {
        self.part.resume("grant", cursor)
    }
}

/// Which events, the newest first.
#[derive(Clone, Debug, Default)]
pub struct EventsWanted {
    /// Those of this kind.
    pub kind: Option<EventKind>,
    /// Those that this one did: a `sub`, `cli`, `client:<id>` or `server`.
    pub actor: Option<String>,
    /// Those that befell this person: a `sub`.
    pub subject: Option<String>,
    /// Those of this client.
    pub client: Option<ClientId>,
    /// Those of this request.
    pub request_id: Option<String>,
    /// Not those before.
    pub since: Option<UnixTime>,
    /// Only those before.
    pub until: Option<UnixTime>,
    /// Which part.
    pub part: Part,
}

impl EventsWanted {
    /// Goes on where a page ended.
    ///
    /// # Errors
    /// [`BadCursor`] when this is no cursor of such a list.
    pub fn resume(&mut self, cursor: &str) -> Result<(), BadCursor> {
        self.part.resume("event", cursor)
    }

    /// Whether a filter holds what no row holds, and PostgreSQL does not take.
    pub(super) fn is_hopeless(&self) -> bool {
        let texts = [&self.actor, &self.subject, &self.request_id];
        let client = self.client.iter().map(ClientId::as_str);
        let texts = texts.into_iter().flatten().map(String::as_str);
        texts.chain(client).any(|text| text.contains('\0'))
    }
}

/// An event as a list shows it: one that happened a moment ago has no number yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// What happened.
    pub event: Event,
    /// Its place in the chain.
    pub chained: Option<Chained>,
}

/// The place of a numbered event in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chained {
    /// Its number.
    pub seq: i64,
    /// The digest of the record before.
    pub previous: Vec<u8>,
    /// Its own digest.
    pub hash: Vec<u8>,
}

impl From<AuditRecord> for Listed {
    fn from(record: AuditRecord) -> Self {
        Self {
            event: record.event,
            chained: Some(Chained {
                seq: record.seq,
                previous: record.previous,
                hash: record.hash,
            }),
        }
    }
}

/// What begins with a text: from here, to there exclusively.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: String,
    pub(super) to: String,
}

impl Range {
    /// None when no term begins so, because no term holds such a character.
    pub(super) fn of(text: &str) -> Option<Self> {
        let from: String = text.chars().take(LONGEST).collect();
        if from.chars().any(char::is_control) {
            return None;
        }
        let to = format!("{from}\u{10ffff}");
        Some(Self { from, to })
    }

    /// This term alone.
    pub(super) fn only(term: &str) -> Option<Self> {
        let lawful = !term.chars().any(char::is_control);
        // Terms have no control characters, so that there is none between the two.
        lawful.then(|| Self {
            from: term.to_owned(),
            to: format!("{term}\u{1}"),
        })
    }
}

/// The terms by which a person is found.
pub(super) fn user_terms(user: &User) -> Vec<String> {
    let mut terms = vec![
        username::key(&user.username),
        username::key(&user.email),
        username::fold(user.id.as_str()),
    ];
    if let Some(name) = user.claims.get("name").and_then(serde_json::Value::as_str) {
        terms.extend(beginnings(name));
    }
    tidy(terms)
}

/// The text by which a client is sorted, as its name.
pub(super) fn name_key(name: &str) -> String {
    username::fold(name).chars().take(LONGEST).collect()
}

/// The terms by which a client is found.
pub(super) fn client_terms(client: &vouchsafe_core::model::Client) -> Vec<String> {
    let mut terms = vec![username::fold(client.id.as_str())];
    terms.extend(beginnings(&client.metadata.client_name));
    for uri in &client.metadata.redirect_uris {
        let folded = username::fold(uri);
        if let Some((_, rest)) = folded.split_once("://") {
            terms.push(rest.to_owned());
        }
        terms.push(folded);
    }
    tidy(terms)
}

/// A folded name from each of its first words on: whoever knows the second finds it too.
fn beginnings(name: &str) -> Vec<String> {
    let folded = username::fold(name);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let from = |first: usize| words.get(first..).map(|rest| rest.join(" "));
    (0..words.len().min(8)).filter_map(from).collect()
}

/// By what the clients of an API are found: its scopes and its identifier, as they are, and no longer than other terms.
pub(super) fn use_terms<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    tidy(names.into_iter().cloned().collect())
}

fn tidy(terms: Vec<String>) -> Vec<String> {
    let mut terms: Vec<String> = terms
        .into_iter()
        .map(|term| term.chars().filter(|c| !c.is_control()).take(LONGEST).collect())
        .filter(|term: &String| !term.is_empty())
        .collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The search text of people as their terms are written.
fn user_text(text: &str) -> String {
    if text.contains('@') {
        username::key(text)
    } else {
        spaced(text)
    }
}

/// A search text as folded names are written.
fn spaced(text: &str) -> String {
    let folded = username::fold(text);
    folded
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
