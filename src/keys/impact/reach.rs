//! How far a key reaches: who is given what keys of its algorithm sign, and who checks that. Tokens are not stored, so that
//! they cannot be counted; what they come from can.

use super::longest_token;
use crate::audit::emergency;
use crate::config::Tokens;
use crate::db;
use crate::keys::fetchers::Fetchers;
use crate::store::{StoreError, Tx};
use serde_json::{Value, json};
use vouchsafe_core::model::{ClientId, KeyAlgorithm, Span, UnixTime};

/// Whoever fetched the key set in this time checks tokens now.
const LATELY: Span = Span::from_hours(24);
/// So many are named; the others are counted.
const NAMED: usize = 10;

/// What depends on the keys of one algorithm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The algorithm.
    pub alg: KeyAlgorithm,
    /// Clients whose ID tokens are signed with it.
    pub clients: Few,
    /// APIs whose access tokens are signed with it, by their identifiers.
    pub apis: Few,
    /// Grants that stand, of whichever client, counted to a hundred thousand.
    pub grants: usize,
    /// Sign-in sessions that stand.
    pub sessions: usize,
    /// Who fetched the key set in the last day.
    pub fetchers: usize,
    /// The longest life of a token that is out.
    pub longest_token: Span,
}

/// How many there are, and the first few by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Few {
    /// All of them.
    pub count: usize,
    /// The first.
    pub names: Vec<String>,
}

impl Reach {
    /// What depends on the keys of an algorithm at `now`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of(
        tx: &mut Tx<'_>,
        alg: KeyAlgorithm,
        (now, tokens): (UnixTime, &Tokens),
        fetchers: &Fetchers,
    ) -> Result<Self, StoreError> {
        let apis = db!(tx, apis::all())?;
        let apis = apis.into_iter().filter(|api| api.signing_alg == alg);
        let (clients, first) = db!(tx, clients::with_id_tokens_by(alg, NAMED))?;
        let standing = emergency::preview(tx, None, (now, tokens.access_token_lifetime))?;
        let lately = now.minus(LATELY);
        let fetched = fetchers.all(tx)?;
        Ok(Self {
            alg,
            clients: Few {
                count: clients,
                names: first.into_iter().map(ClientId::into_string).collect(),
            },
            apis: Few::of(apis.map(|api| api.identifier).collect()),
            grants: standing.map_or(0, |standing| standing.grants),
            sessions: standing.map_or(0, |standing| {
                usize::try_from(standing.sessions).unwrap_or_default()
            }),
            fetchers: fetched.iter().filter(|fetch| fetch.last_at > lately).count(),
            longest_token: longest_token(tx, now, tokens)?,
        })
    }

    /// The same in sentences.
    #[must_use]
    pub fn in_words(&self) -> [String; 3] {
        let Self {
            grants,
            sessions,
            fetchers,
            ..
        } = self;
        [
            format!(
                "{} keys sign the ID tokens of {} and the access tokens of {}.",
                self.alg.as_str(),
                self.clients.in_words("application"),
                self.apis.in_words("API")
            ),
            format!(
                "{} and {} stand, and go on; tokens are not stored and cannot be counted.",
                counted(*grants, "grant"),
                counted(*sessions, "session")
            ),
            format!(
                "The key set was fetched from {} in the last {}.",
                counted(*fetchers, "place"),
                LATELY.in_words()
            ),
        ]
    }

    /// The same for programs.
    pub(super) fn document(&self) -> Value {
        json!({
            "alg": self.alg,
            "clients": self.clients.count,
            "client_ids": self.clients.names,
            "apis": self.apis.count,
            "api_identifiers": self.apis.names,
            "grants": self.grants,
            "sessions": self.sessions,
            "key_set_fetchers": self.fetchers,
        })
    }
}

impl Few {
    fn of(mut names: Vec<String>) -> Self {
        let count = names.len();
        names.truncate(NAMED);
        Self { count, names }
    }

    /// `2 APIs (a, b)`, with dots behind the last of more than are named.
    fn in_words(&self, what: &str) -> String {
        let (counted, names) = (counted(self.count, what), self.names.join(", "));
        let more = if self.count > self.names.len() {
            ", …"
        } else {
            ""
        };
        if names.is_empty() {
            counted
        } else {
            format!("{counted} ({names}{more})")
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_named_and_the_others_counted() {
        let of = |count: usize| Few::of((1..=count).map(|n| format!("a{n}")).collect()).in_words("API");
        assert_eq!(of(0), "0 APIs");
        assert_eq!(of(1), "1 API (a1)");
        assert_eq!(of(2), "2 APIs (a1, a2)");
        assert!(of(10).ends_with("a10)"));
        assert!(of(11).starts_with("11 APIs (a1, ") && of(11).ends_with("a10, …)"));
    }
}
