//! RFC 6749 §6 — the refresh of a token, sequenced by oxide-auth's refresh machine: authenticate, recover (where
//! the scope must be part of the granted one), refresh. "Refresh" is one guarded write that decides.

use super::bridge::{Effective, refreshed, time_neutral};
use super::tokens::{Tokens, is_remembered};
use crate::audit::{self, Act};
use crate::db;
use crate::store::{Advance, Slide, StoreError, Tx};
use oxide_auth::code_grant::refresh::{Input, Output, Refresh as Machine};
use std::borrow::Cow;
use vouchsafe_core::decide::refresh::{RefreshVerdict, Step, Windows, judge_refresh};
use vouchsafe_core::model::{ClientId, EndReason, Grant, Span};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::refresh_token::Genuine;
use vouchsafe_core::spec::scope;

/// How often a request that lost its guarded write looks again. Each loss means that another one won, and a
/// token that others keep winning with ends as a retry or as reuse.
const ATTEMPTS: usize = 8;

/// A refresh request, its client authenticated and its token found genuine.
pub struct RefreshRequest {
    /// The authenticated client.
    pub client_id: ClientId,
    /// The token: ours, and this client's.
    pub genuine: Genuine,
    /// `scope`, if it came.
    pub scope: Option<Vec<String>>,
}

/// A refresh and what it needs to know.
pub struct Refresh {
    /// The request.
    pub request: RefreshRequest,
    /// The windows of retry and displacement.
    pub windows: Windows,
    /// Whether tokens of this client rotate, and how the row remembers the access token.
    pub tokens: Tokens,
    /// Idle lifetime of the chain.
    pub idle_lifetime: Span,
    /// The client's act: what time it is, and what is told when the token turns out to be used again.
    pub act: Act,
}

/// Moves the chain on, or says why not. Reuse ends the grant in the same transaction. `target` judges the
/// audience before anything is written, and says how long its token lives.
///
/// # Errors
/// When the store fails.
pub fn refresh(
    tx: &mut Tx<'_>,
    refresh: &Refresh,
    target: &dyn Fn(&Grant) -> Result<Span, Reason>,
) -> Result<Result<Grant, Reason>, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(row) = db!(tx, grants::by_id(refresh.request.genuine.gid()))? else {
            return Ok(Err(Reason::RefreshTokenUnknown));
        };
        if let Some(verdict) = attempt(tx, refresh, target, &row)? {
            return Ok(verdict);
        }
    }
    Err(StoreError::Busy)
}

/// One attempt; none when another request moved the chain between our reading and our write.
fn attempt(
    tx: &mut Tx<'_>,
    refresh: &Refresh,
    target: &dyn Fn(&Grant) -> Result<Span, Reason>,
    row: &Grant,
) -> Result<Option<Result<Grant, Reason>>, StoreError> {
    let asked = refresh.request.scope.as_ref().map(|asked| scope::join(asked));
    let effective = Effective {
        grant_type: "refresh_token",
        client_id: refresh.request.client_id.as_str(),
        // The machine carries the token around without looking at it; its MAC was checked before.
        refresh_token: Some("-"),
        scope: asked.as_deref(),
        ..Effective::default()
    };
    let scope = || asked.as_deref().map(Cow::Borrowed);
    let mut refused = None;
    let mut won = None;
    let mut lifetime = Span::ZERO;
    let mut machine = Machine::new(&effective);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Unauthenticated { .. } => Input::Authenticated { scope: scope() },
            Output::RecoverRefresh { .. } => match judge(tx, refresh, target, row)? {
                Ok(lives) => {
                    lifetime = lives;
                    Input::Recovered {
                        scope: scope(),
                        grant: time_neutral(row),
                    }
                }
                Err(reason) => {
                    refused = Some(reason);
                    Input::Recovered {
                        scope: scope(),
                        grant: None,
                    }
                }
            },
            Output::Refresh { .. } => match write(tx, refresh, row, lifetime)? {
                Some(grant) => {
                    won = Some(grant);
                    Input::Refreshed(refreshed())
                }
                None => return Ok(None),
            },
            Output::Ok(_) => return Ok(Some(won.ok_or(Reason::RefreshTokenUnknown))),
            // What the machine refuses and we did not: its second opinion counts.
            Output::Err(_) => return Ok(Some(Err(refused.unwrap_or(Reason::RefreshTokenUnknown)))),
        };
    }
}

fn judge(
    tx: &mut Tx<'_>,
    refresh: &Refresh,
    target: &dyn Fn(&Grant) -> Result<Span, Reason>,
    row: &Grant,
) -> Result<Result<Span, Reason>, StoreError> {
    match verdict(refresh, row) {
        RefreshVerdict::Refuse(reason) => Ok(Err(reason)),
        RefreshVerdict::Reuse => {
            audit::end_grant(tx, &refresh.act, &row.id, EndReason::RefreshTokenReused)?;
            Ok(Err(Reason::RefreshTokenReused))
        }
        RefreshVerdict::Rotate(_)
        | RefreshVerdict::Same
        | RefreshVerdict::Displace(_)
        | RefreshVerdict::Jump(_) => {
            let exceeds = refresh
                .request
                .scope
                .as_ref()
                .is_some_and(|asked| !scope::is_subset(asked, &row.scopes));
            Ok(if exceeds {
                Err(Reason::ScopeExceedsGrant)
            } else {
                target(row)
            })
        }
    }
}

/// The guarded write; none when the row is no longer as it was read.
fn write(
    tx: &mut Tx<'_>,
    refresh: &Refresh,
    row: &Grant,
    lifetime: Span,
) -> Result<Option<Grant>, StoreError> {
    let now = refresh.act.now;
    let idle_expires_at = now.plus(refresh.idle_lifetime);
    let step: Step = match verdict(refresh, row) {
        RefreshVerdict::Rotate(step) | RefreshVerdict::Displace(step) | RefreshVerdict::Jump(step) => step,
        RefreshVerdict::Same => return slide(tx, refresh, row, lifetime),
        // `judge` refused these, so the machine never asks for a write.
        RefreshVerdict::Reuse | RefreshVerdict::Refuse(_) => return Ok(None),
    };
    let advance = Advance {
        to: step.to,
        parent: Some(step.parent),
        recovered: step.recovered,
        rotated_at: step.rotated_at,
        parent_at: Some(step.parent_at),
        idle_expires_at,
        token: refresh.tokens.given(row, now, lifetime)?,
    };
    db!(tx, grants::advance(&row.id, row.generation, &advance))
}

/// A token that stays the same only pushes its idle end along, and that seldom: at most once in a twentieth of
/// the idle lifetime, and when there is something about the access token to remember. None when the row is no longer
/// as it was read.
fn slide(
    tx: &mut Tx<'_>,
    refresh: &Refresh,
    row: &Grant,
    lifetime: Span,
) -> Result<Option<Grant>, StoreError> {
    let now = refresh.act.now;
    let slide = Slide {
        now,
        idle_expires_at: now.plus(refresh.idle_lifetime),
        token: refresh.tokens.given(row, now, lifetime)?,
    };
    let gained = slide.idle_expires_at.since(row.idle_expires_at).millis();
    let is_little = gained.saturating_mul(20) < refresh.idle_lifetime.millis();
    if is_little && is_remembered(row, &slide.token, now.plus(lifetime)) {
        return Ok(Some(row.clone()));
    }
    db!(tx, grants::slide(&row.id, row.generation, &slide))
}

fn verdict(refresh: &Refresh, row: &Grant) -> RefreshVerdict {
    judge_refresh(
        row,
        refresh.request.genuine.generation(),
        &refresh.windows,
        refresh.tokens.rotates,
        refresh.act.now,
    )
}
