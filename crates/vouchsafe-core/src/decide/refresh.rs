//! RFC 6749 §6, RFC 9700 §4.14 — what a presented refresh token gives.
//!
//! A grant has one live branch of generations at most. The current generation moves on; its parent may still be
//! answered: for a moment with the same successor (parallel tabs, retries), for a while longer by displacing a
//! successor that seems to have been lost on its way. Whatever else comes back was spent before: somebody has a copy.
//! Numbers decide, never timestamps; times only close the windows.

use crate::model::{Grant, Span, UnixTime};
use crate::refusal::Reason;

/// How often a lost answer is repaired before the next ordinary rotation.
pub const MOST_RECOVERIES: i64 = 3;

/// How many generations ahead of the row a genuine token may be: a database that failed over may have lost as many.
pub const FURTHEST_JUMP: i64 = 3;

/// How long a spent generation may still be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// With the current generation; from the moment that was made.
    pub retry: Span,
    /// By displacing the current generation; from the moment the parent was first spent.
    pub displace: Span,
}

/// The answer to a presented, genuine refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// The current generation: the next one follows.
    Rotate(Step),
    /// Nothing moves: answer with the grant's current generation.
    Same,
    /// The parent again, and the successor never came: replace it.
    Displace(Step),
    /// A generation that our database has lost: go on from there.
    Jump(Step),
    /// A spent generation: end the grant.
    Reuse,
    /// No token, and nothing else to do.
    Refuse(Reason),
}

/// Where the chain moves to. The store writes this guarded by the generation and the parent that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The new current generation.
    pub to: i64,
    /// The generation that may be presented again.
    pub parent: i64,
    /// Starts the retry window anew.
    pub rotated_at: UnixTime,
    /// Bounds the displacement window; kept by a displacement.
    pub parent_at: UnixTime,
    /// Displacements since the last ordinary rotation.
    pub recovered: i64,
}

/// Judges a genuine refresh token of this grant by its generation. `rotates` is whether the client's tokens are
/// used once; others get the same token again.
#[must_use]
pub fn judge_refresh(
    grant: &Grant,
    generation: i64,
    windows: &Windows,
    rotates: bool,
    now: UnixTime,
) -> RefreshVerdict {
    if !grant.refreshable {
        return RefreshVerdict::Refuse(Reason::RefreshTokenUnknown);
    }
    if grant.ended.is_some() {
        return RefreshVerdict::Refuse(Reason::GrantEnded);
    }
    if grant.idle_expires_at <= now || grant.expires_at <= now {
        return RefreshVerdict::Refuse(Reason::RefreshTokenExpired);
    }
    if generation == grant.generation {
        return if rotates {
            RefreshVerdict::Rotate(rotation(generation, now))
        } else {
            RefreshVerdict::Same
        };
    }
    if Some(generation) == grant.parent {
        return judge_parent(grant, generation, windows, now);
    }
    let ahead = generation.saturating_sub(grant.generation);
    if (1..=FURTHEST_JUMP).contains(&ahead) {
        return RefreshVerdict::Jump(rotation(generation, now));
    }
    RefreshVerdict::Reuse
}

fn judge_parent(grant: &Grant, parent: i64, windows: &Windows, now: UnixTime) -> RefreshVerdict {
    let within = |start: Option<UnixTime>, window: Span| start.is_some_and(|start| now < start.plus(window));
    if within(grant.rotated_at, windows.retry) {
        return RefreshVerdict::Same;
    }
    match grant.parent_at {
        Some(parent_at) if within(Some(parent_at), windows.displace) && grant.recovered < MOST_RECOVERIES => {
            RefreshVerdict::Displace(Step {
                to: grant.generation.saturating_add(1),
                parent,
                rotated_at: now,
                parent_at,
                recovered: grant.recovered.saturating_add(1),
            })
        }
        Some(_) | None => RefreshVerdict::Reuse,
    }
}

/// The ordinary step: the presented generation is spent now, its successor stands.
fn rotation(spent: i64, now: UnixTime) -> Step {
    Step {
        to: spent.saturating_add(1),
        parent: spent,
        rotated_at: now,
        parent_at: now,
        recovered: 0,
    }
}
