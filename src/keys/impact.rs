//! What a rotation or a revocation of keys means for those who hold tokens and those who check them: worked out before it
//! is done, once for the command line, the administration and its API.

mod reach;

pub use reach::{Few, Reach};

use super::Keys;
use crate::clients::lifetimes;
use crate::config::Tokens;
use crate::store::{StoreError, Tx};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_core::decide::key_state::{self, IN_CIRCULATION, KeyState, LEAST_LEAD, Promotion};
use vouchsafe_core::model::{KeyAlgorithm, Kid, SigningKey, Span, UnixTime};

/// A running server looks for changes twice a second.
pub const SERVER: Span = Span::from_seconds(1);
/// Verifiers that follow the revocation feed.
pub const FEED: Span = Span::from_seconds(2);
/// What `Cache-Control` of the key set allows.
pub const KEY_SET: Span = Span::from_minutes(5);
/// The longest that common libraries hold a key set by default, when they fetch it again by the clock.
pub const LIBRARIES: Span = Span::from_minutes(20);

/// The longest life of a token that is out and was signed with a key.
///
/// # Errors
/// When the store fails.
pub fn longest_token(tx: &mut Tx<'_>, now: UnixTime, tokens: &Tokens) -> Result<Span, StoreError> {
    let shared = tokens.access_token_lifetime.max(tokens.id_token_lifetime);
    lifetimes::longest(tx, (now, shared))
}

/// A rotation as it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationPlan {
    /// The algorithm.
    pub alg: KeyAlgorithm,
    /// The key that signs now.
    pub replaces: Kid,
    /// The key that is to sign, and when.
    pub promised: Promotion,
    /// Keys of this algorithm in the key set.
    pub published: usize,
    /// How long the key that signs now stays in the key set after the other one began.
    pub published_for: Span,
}

/// Why there is nothing to rotate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRotation {
    /// There is no key of this algorithm.
    NoKey,
    /// The next key signs from then on already.
    Planned {
        /// The next key.
        kid: Kid,
        /// When it begins.
        activate_at: UnixTime,
    },
}

impl RotationPlan {
    /// Whether the new key will not have been in the key set for long enough: some libraries may refuse new tokens.
    #[must_use]
    pub fn is_hasty(&self) -> bool {
        self.promised.lead < LEAST_LEAD
    }

    /// Whether so many keys are published that some libraries cannot keep them.
    #[must_use]
    pub const fn is_crowded(&self) -> bool {
        self.published >= IN_CIRCULATION
    }

    /// Why it is refused unless somebody insists. A word between backticks is a member of the request in the API, and a
    /// flag on the command line.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        if self.is_crowded() {
            return Some(format!(
                "{} {} keys are published already, and some libraries keep no more; wait until one has left the key set, \
                 or say `force`",
                self.published,
                self.alg.as_str()
            ));
        }
        self.is_hasty().then(|| {
            format!(
                "{} would have been in the key set for {}, and verifiers may keep an older key set for up to {}: they \
                 would refuse new tokens. Without `now` it waits until it is long enough; `force` does it now",
                self.promised.kid,
                self.promised.lead.in_words(),
                LEAST_LEAD.in_words()
            )
        })
    }

    /// What it means, for people.
    #[must_use]
    pub fn in_words(&self) -> String {
        let promised = &self.promised;
        let mut lines = vec![
            format!("{} signs from {}", promised.kid, instant(promised.activate_at)),
            format!(
                "  It will have been in the key set for {}.",
                promised.lead.in_words()
            ),
            format!(
                "  {} stays in the key set until every token that it signed has expired: nothing that is out is refused.",
                self.replaces
            ),
        ];
        if self.is_hasty() {
            lines.push(format!(
                "  That is less than {}: libraries that hold an older key set and do not fetch it for an unknown key \
                 refuse new tokens, by their defaults for up to {}.",
                LEAST_LEAD.in_words(),
                LIBRARIES.in_words()
            ));
        }
        lines.join("\n")
    }

    /// What it means, for programs.
    #[must_use]
    pub fn document(&self) -> Value {
        json!({
            "lead_seconds": self.promised.lead.seconds(),
            "least_lead_seconds": LEAST_LEAD.seconds(),
            "tokens_refused": false,
            "new_tokens_may_be_refused_for_seconds": if self.is_hasty() { LIBRARIES.seconds() } else { 0 },
            "old_key_published_for_seconds": self.published_for.seconds(),
        })
    }
}

/// A revocation as it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationPlan {
    /// The key.
    pub kid: Kid,
    /// Its algorithm.
    pub alg: KeyAlgorithm,
    /// What it may do now.
    pub was: KeyState,
    /// What signs afterwards.
    pub successor: Successor,
    /// What depends on keys of its algorithm.
    pub reach: Reach,
}

/// What signs when a key is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Successor {
    /// A new key, which nobody knows yet.
    Made,
    /// The key that signs anyway.
    GoesOn(Kid),
    /// The next key, published for so long.
    Next {
        /// The key.
        kid: Kid,
        /// How long it has been in the key set.
        published_for: Span,
    },
}

impl Successor {
    /// The key, unless it is yet to be made.
    #[must_use]
    pub const fn kid(&self) -> Option<&Kid> {
        match self {
            Self::Made => None,
            Self::GoesOn(kid) | Self::Next { kid, .. } => Some(kid),
        }
    }
}

/// Why a key cannot be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRevocable {
    /// There is no such key.
    Unknown,
    /// It is not in the key set any more: everything that it signed has expired.
    Removed,
    /// It was revoked then.
    Revoked(UnixTime),
}

impl NoRotation {
    /// Why there is nothing to rotate among the keys of this algorithm.
    #[must_use]
    pub fn in_words(&self, alg: KeyAlgorithm) -> String {
        match self {
            Self::NoKey => format!("there is no {} key", alg.as_str()),
            Self::Planned { kid, activate_at } => {
                format!("{kid} signs from {} already", instant(*activate_at))
            }
        }
    }
}

impl NotRevocable {
    /// Why this key cannot be revoked.
    #[must_use]
    pub fn in_words(self, kid: &Kid) -> String {
        match self {
            Self::Unknown => format!("there is no signing key {kid}"),
            Self::Removed => {
                format!("{kid} is not in the key set any more: everything that it signed has expired")
            }
            Self::Revoked(at) => format!("{kid} was revoked at {}", instant(at)),
        }
    }
}

impl RevocationPlan {
    /// What it means, for people.
    #[must_use]
    pub fn in_words(&self) -> String {
        let successor = match &self.successor {
            Successor::Made => {
                "A new key is made and signs at once; libraries learn of it when they fetch the key set."
                    .to_owned()
            }
            Successor::GoesOn(kid) => format!("{kid} goes on signing."),
            Successor::Next { kid, published_for } => format!(
                "{kid} signs from now on; it has been in the key set for {}. A new next key is made.",
                published_for.in_words()
            ),
        };
        let reach = self.reach.in_words().join("\n  ");
        format!(
            "{} leaves the key set at once\n  {successor}\n  \
             Every token that it signed is refused; the last of them would have expired in {}.\n  \
             This server refuses them within {}, verifiers with the revocation feed within {},\n  \
             libraries that keep the key set when they fetch it again: {} by its Cache-Control, up to {} by the defaults\n  \
             of common libraries, and those that never fetch it by the clock when they see a token of another key.\n  \
             {reach}\n  \
             Sessions, codes and refresh tokens do not depend on it: clients refresh, nobody signs in again.",
            self.kid,
            self.reach.longest_token.in_words(),
            SERVER.in_words(),
            FEED.in_words(),
            KEY_SET.in_words(),
            LIBRARIES.in_words()
        )
    }

    /// What it means, for programs.
    #[must_use]
    pub fn document(&self) -> Value {
        json!({
            "signed": self.reach.document(),
            "longest_token_seconds": self.reach.longest_token.seconds(),
            "server_seconds": SERVER.seconds(),
            "feed_seconds": FEED.seconds(),
            "key_set_seconds": KEY_SET.seconds(),
            "libraries_seconds": LIBRARIES.seconds(),
        })
    }
}

impl Keys {
    /// What it would mean to let the next key of an algorithm sign at once, or as soon as it was published long enough.
    ///
    /// # Errors
    /// [`NoRotation`].
    pub fn plan_rotation(
        &self,
        alg: KeyAlgorithm,
        (now, at_once): (UnixTime, bool),
    ) -> Result<RotationPlan, NoRotation> {
        let states = self.states(now);
        let is_published = |state| matches!(state, KeyState::Next | KeyState::Active | KeyState::Retiring);
        let published = states
            .iter()
            .filter(|(row, state)| row.alg == alg && is_published(*state))
            .count();
        let rows = rows_of(states);
        let replaces = key_state::signing(&rows, alg, now).ok_or(NoRotation::NoKey)?;
        let promised =
            key_state::promotion(&rows, alg, self.times(), (now, at_once)).ok_or(NoRotation::NoKey)?;
        if promised.activate_at == promised.was {
            return Err(NoRotation::Planned {
                kid: promised.kid,
                activate_at: promised.was,
            });
        }
        Ok(RotationPlan {
            alg,
            replaces: replaces.kid.clone(),
            promised,
            published,
            published_for: self.times().retire_after,
        })
    }

    /// The algorithm of a key; for a key that there is none of the usual one, and [`Keys::plan_revocation`] says so.
    #[must_use]
    pub fn algorithm_of(&self, kid: &Kid, now: UnixTime) -> KeyAlgorithm {
        let states = self.states(now);
        let found = states.iter().find(|(row, _)| row.kid == *kid);
        found.map_or_else(KeyAlgorithm::default, |(row, _)| row.alg)
    }

    /// What it would mean to revoke a key of an algorithm that reaches so far.
    ///
    /// # Errors
    /// [`NotRevocable`].
    pub fn plan_revocation(
        &self,
        kid: &Kid,
        now: UnixTime,
        reach: Reach,
    ) -> Result<RevocationPlan, NotRevocable> {
        let states = self.states(now);
        let (row, was) = states
            .iter()
            .find(|(row, _)| row.kid == *kid)
            .map(|(row, state)| (row.clone(), *state))
            .ok_or(NotRevocable::Unknown)?;
        match was {
            KeyState::Removed => return Err(NotRevocable::Removed),
            KeyState::Revoked => return Err(NotRevocable::Revoked(row.revoked_at.unwrap_or(now))),
            KeyState::Next | KeyState::Active | KeyState::Retiring => {}
        }
        let rows = rows_of(states);
        let successor = if was == KeyState::Active {
            key_state::next(&rows, row.alg, self.times(), now).map(|key| Successor::Next {
                kid: key.kid.clone(),
                published_for: now.since(key.created_at),
            })
        } else {
            key_state::signing(&rows, row.alg, now).map(|key| Successor::GoesOn(key.kid.clone()))
        };
        Ok(RevocationPlan {
            kid: row.kid,
            alg: row.alg,
            was,
            successor: successor.unwrap_or(Successor::Made),
            reach,
        })
    }
}

fn instant(at: UnixTime) -> String {
    OffsetDateTime::from_unix_timestamp(at.seconds())
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

fn rows_of(states: Vec<(SigningKey, KeyState)>) -> Vec<SigningKey> {
    states.into_iter().map(|(row, _)| row).collect()
}
