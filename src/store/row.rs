//! Values that only the store's callers and its rows know: what the domain's own types do not carry.

use vouchsafe_core::decide::status_list::Seed;
use vouchsafe_core::model::revocation::{ChainHash, Entry};
use vouchsafe_core::model::{
    ClientId, ClientSecret, Digest, EndedPlace, EventId, GrantId, PersonSignedIn, StatusListId, StatusPlace,
    UnixTime, UserId,
};

/// What must hold for a code to be exchanged, beside its digest. All of it is part of the one guarded UPDATE.
#[derive(Clone, Debug)]
pub struct ExchangeGuard {
    /// The authenticated client.
    pub client_id: ClientId,
    /// The presented redirect URI, or the stored one for a client that may omit it.
    pub redirect_uri: String,
    /// S256 of the presented verifier; none when none was presented.
    pub code_challenge: Option<String>,
    /// The instant that decides whether the code has expired, kept as the instant of its use.
    pub now: UnixTime,
    /// Set to begin a refresh chain.
    pub refresh: Option<RefreshStart>,
    /// The access token that comes of it.
    pub token: TokenGiven,
}

/// An access token that a grant gives: what its row must remember of it.
#[derive(Clone, Debug, Default)]
pub struct TokenGiven {
    /// Until when resource servers may meet it. The row never goes back behind what it remembers.
    pub until: UnixTime,
    /// The claims version that was read, when the token refers to a status list: part of the guard, for a place belongs
    /// to one version.
    pub gver: Option<i64>,
    /// Set when the grant needs another place in a status list.
    pub status: Option<PlacesGiven>,
}

/// Places in status lists that a grant has from now on. Part of the guard: the places must still be those that were
/// read.
#[derive(Clone, Debug)]
pub struct PlacesGiven {
    /// The places so far.
    pub before: Vec<StatusPlace>,
    /// The places from now on.
    pub after: Vec<StatusPlace>,
}

/// A status list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusListRow {
    /// The end of its address.
    pub id: StatusListId,
    /// The key of its permutation.
    pub seed: Seed,
    /// The epoch of the issuer that it was made in.
    pub epoch: i64,
    /// From then on nobody gets a place in it.
    pub closes_at: UnixTime,
    /// From then on it is gone.
    pub expires_at: UnixTime,
}

/// Counters of a status list that belong to one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusBlock {
    /// The list.
    pub list: StatusListRow,
    /// The first of [`BLOCK`](vouchsafe_core::decide::status_list::BLOCK) counters.
    pub first: u32,
}

/// Which grants a list is to hold.
#[derive(Clone, Debug)]
pub struct GrantsWanted {
    /// Those after this one.
    pub after: Option<GrantId>,
    /// Those of this person.
    pub user: Option<UserId>,
    /// Those of this client.
    pub client: Option<ClientId>,
    /// Those that live at this instant.
    pub now: UnixTime,
}

/// How a refresh chain begins.
#[derive(Clone, Copy, Debug)]
pub struct RefreshStart {
    /// The chain ends unless used before.
    pub idle_expires_at: UnixTime,
}

/// One step of a refresh chain: the columns as they will be.
#[derive(Clone, Debug)]
pub struct Advance {
    /// The generation that will stand.
    pub to: i64,
    /// The generation whose holder may be given the new one again.
    pub parent: Option<i64>,
    /// Repairs since the last ordinary rotation.
    pub recovered: i64,
    /// When the step is taken: also the instant that decides whether the grant has expired.
    pub rotated_at: UnixTime,
    /// When the parent was first spent.
    pub parent_at: Option<UnixTime>,
    /// The chain ends unless used before.
    pub idle_expires_at: UnixTime,
    /// The access token that comes of it.
    pub token: TokenGiven,
}

/// What becomes of a chain that does not rotate.
#[derive(Clone, Debug)]
pub struct Slide {
    /// The instant that decides whether the grant has expired.
    pub now: UnixTime,
    /// The chain ends unless used before.
    pub idle_expires_at: UnixTime,
    /// The access token that comes of it.
    pub token: TokenGiven,
}

/// A sign-in in a session that exists: the person proved again who they are.
#[derive(Clone, Debug)]
pub struct Reauthentication {
    /// The new facts.
    pub signed_in: PersonSignedIn,
    /// Ends unless used before.
    pub idle_expires_at: UnixTime,
    /// Ends in any case.
    pub expires_at: UnixTime,
    /// Kept after the browser closes.
    pub remember: bool,
}

/// What the whole issuer shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerState {
    /// The first number of the claim `ep`.
    pub epoch: i64,
    /// Names this history of the database; a restored backup gets a new one. Empty until the first start.
    pub timeline: String,
    /// Raised by each change of clients, APIs, keys and policies, so that caches notice.
    pub config_version: i64,
}

/// A secret of the server's own, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSecret {
    /// What it is for.
    pub purpose: String,
    /// Counts the secrets of one purpose.
    pub version: i64,
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// The key-encryption key that seals it.
    pub kek_id: String,
}

/// A value by which a key-encryption key is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KekCheck {
    /// The id of the key-encryption key.
    pub id: String,
    /// The check value.
    pub check: Vec<u8>,
    /// When it was first seen.
    pub created_at: UnixTime,
}

/// That somebody fetched the key set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetFetch {
    /// The network address: of IPv6 the /64.
    pub network: String,
    /// The family of programs that asked.
    pub agent: String,
    /// When it was seen first.
    pub first_at: UnixTime,
    /// When it was seen last.
    pub last_at: UnixTime,
    /// The entity tag of the edition that it was given last.
    pub etag: String,
}

/// A secret of a client, to add.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// Its digest.
    pub digest: Digest<ClientSecret>,
    /// The pepper that the digest was made with.
    pub pepper_version: i64,
    /// When it was made.
    pub now: UnixTime,
    /// When it stops to count.
    pub expires_at: Option<UnixTime>,
}

/// A secret of a client, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// The pepper that the digest was made with.
    pub pepper_version: i64,
    /// Its digest.
    pub digest: Digest<ClientSecret>,
    /// When it stops to count.
    pub expires_at: Option<UnixTime>,
}

impl StoredSecret {
    /// Whether it counts.
    #[must_use]
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

/// What can be said of a secret of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFacts {
    /// Names it among the secrets of its client; tells nothing of the secret.
    pub id: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it stops to count.
    pub expires_at: Option<UnixTime>,
    /// When it last proved right, to the hour.
    pub last_used_at: Option<UnixTime>,
}

/// A request of a client that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRefusal {
    /// Names the row.
    pub id: EventId,
    /// The client that it named.
    pub client_id: ClientId,
    /// When, at first.
    pub at: UnixTime,
    /// The endpoint.
    pub endpoint: String,
    /// The reason, by its id in the catalogue.
    pub reason: String,
    /// The name of the first such request.
    pub request_id: String,
    /// What came instead of what was wanted, where that helps and is no secret.
    pub detail: Option<String>,
    /// How many such requests came.
    pub count: i64,
}

/// A request that made something, by the key that its caller gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Who sent it.
    pub caller: String,
    /// The key.
    pub key: String,
    /// The digest of the request.
    pub digest: Vec<u8>,
    /// The name of what was made.
    pub made: String,
    /// For so long it is known.
    pub expires_at: UnixTime,
}

/// A window of a throttle after an attempt was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// Attempts in the window, this one included.
    pub count: i64,
    /// When the window began.
    pub window_started_at: UnixTime,
}

/// The last record of the audit log that was removed because it was old; number 0 and no digest before the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Its number.
    pub seq: i64,
    /// Its digest.
    pub hash: Vec<u8>,
}

/// How far the numbering of events has come, and who does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The node that numbers; empty for nobody.
    pub owner: String,
    /// Until when nobody else does: time of the database.
    pub lease_expires_at: UnixTime,
    /// Every event that was committed before this time of the database has a number.
    pub published_to: UnixTime,
    /// The last number given.
    pub last_seq: i64,
    /// The digest of the last record; empty before the first.
    pub last_hash: Vec<u8>,
    /// Where the chain of the revocation feed stands.
    pub feed_hash: ChainHash,
}

impl Default for Publication {
    fn default() -> Self {
        Self {
            owner: String::new(),
            lease_expires_at: UnixTime::from_millis(0),
            published_to: UnixTime::from_millis(0),
            last_seq: 0,
            last_hash: Vec::new(),
            feed_hash: ChainHash::default(),
        }
    }
}

/// An entry of the revocation feed with the value of its chain before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// The entry.
    pub entry: Entry,
    /// The chain before it.
    pub before: ChainHash,
    /// The places in status lists that ended with it.
    pub status: Vec<EndedPlace>,
}

/// What was counted in an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// When the hour began.
    pub hour: UnixTime,
    /// What.
    pub measure: String,
    /// Of which kind.
    pub label: String,
    /// How many.
    pub amount: i64,
}

/// How many rows a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions.
    pub sessions: usize,
    /// Sessions of administrators.
    pub admin_sessions: usize,
    /// Links by which somebody becomes an administrator.
    pub setup_links: usize,
    /// Links by which somebody sets their first password.
    pub invitations: usize,
    /// What was counted by the hour.
    pub statistics: usize,
    /// Interactions.
    pub interactions: usize,
    /// Grants.
    pub grants: usize,
    /// Throttles.
    pub throttles: usize,
    /// Client secrets.
    pub client_secrets: usize,
    /// Identifiers of client assertions.
    pub client_assertions: usize,
    /// Idempotency keys.
    pub idempotency_keys: usize,
    /// Callers of the key set.
    pub key_set_fetches: usize,
    /// Refused requests of clients.
    pub client_refusals: usize,
    /// Initial access tokens.
    pub initial_tokens: usize,
    /// Events.
    pub events: usize,
    /// Status lists.
    pub status_lists: usize,
}

impl Swept {
    /// Rows of all tables.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.sessions
            + self.admin_sessions
            + self.setup_links
            + self.invitations
            + self.statistics
            + self.interactions
            + self.grants
            + self.throttles
            + self.client_secrets
            + self.client_assertions
            + self.idempotency_keys
            + self.key_set_fetches
            + self.client_refusals
            + self.initial_tokens
            + self.events
            + self.status_lists
    }
}
