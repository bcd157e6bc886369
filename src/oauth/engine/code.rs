//! RFC 6749 §4.1.3 — the exchange of a code, sequenced by oxide-auth's access-token machine: authenticate,
//! recover, extend, issue. "Issue" is one guarded write that decides; all before it only informs.

use super::bridge::{Effective, issued, time_neutral};
use super::tokens::Tokens;
use crate::audit::{self, Act};
use crate::db;
use crate::store::{ExchangeGuard, RefreshStart, StoreError, Tx};
use oxide_auth::code_grant::accesstoken::{AccessToken, Input, Output};
use vouchsafe_core::decide::redeem::{CodeVerdict, judge_code};
use vouchsafe_core::model::{ClientId, Code, Digest, EndReason, Grant, Span};
use vouchsafe_core::refusal::Reason;

/// How often a request that lost its guarded write looks again.
const ATTEMPTS: usize = 4;

/// A token request for a code, its client authenticated.
#[derive(Clone)]
pub struct CodeRequest {
    /// The authenticated client.
    pub client_id: ClientId,
    /// The code's digest.
    pub digest: Digest<Code>,
    /// `redirect_uri`, if it came.
    pub redirect_uri: Option<String>,
    /// `code_verifier`, if it came.
    pub code_verifier: Option<String>,
}

/// An exchange and what it needs to know.
pub struct Exchange {
    /// The request.
    pub request: CodeRequest,
    /// The client's act: what time it is, and what is told when the code turns out to be used before.
    pub act: Act,
    /// Idle lifetime of the refresh chain, when the client may have one.
    pub refresh_idle: Option<Span>,
    /// Whether the chain is given without `offline_access`.
    pub online_refresh: bool,
    /// How the row remembers the access token.
    pub tokens: Tokens,
}

/// Exchanges the code, or says why not. A valid replay ends the grant in the same transaction; any other refusal
/// changes nothing. `target` judges the audience before anything is spent, and says how long its token lives.
///
/// # Errors
/// When the store fails.
pub fn exchange(
    tx: &mut Tx<'_>,
    exchange: &Exchange,
    target: &dyn Fn(&Grant) -> Result<Span, Reason>,
) -> Result<Result<Grant, Reason>, StoreError> {
    let request = &exchange.request;
    for _ in 0..ATTEMPTS {
        let Some(row) = db!(tx, grants::by_code(&request.digest))? else {
            return Ok(Err(Reason::CodeUnknown));
        };
        match attempt(tx, exchange, target, &row)? {
            Attempt::Done(verdict) => return Ok(*verdict),
            // Somebody else spent the code between our reading and our write: now it is a replay, or the grant ended,
            // or its claims version was raised.
            Attempt::Lost => {}
        }
    }
    Ok(Err(Reason::CodeUnknown))
}

enum Attempt {
    Done(Box<Result<Grant, Reason>>),
    Lost,
}

fn attempt(
    tx: &mut Tx<'_>,
    exchange: &Exchange,
    target: &dyn Fn(&Grant) -> Result<Span, Reason>,
    row: &Grant,
) -> Result<Attempt, StoreError> {
    let mut refused = None;
    let mut won = None;
    let mut lifetime = Span::ZERO;
    let redirect_uri = exchange
        .request
        .redirect_uri
        .as_deref()
        .unwrap_or(&row.redirect_uri);
    let effective = Effective {
        grant_type: "authorization_code",
        client_id: exchange.request.client_id.as_str(),
        // The machine carries the code around without looking at it; the digest is what we look up.
        code: Some("-"),
        redirect_uri: Some(redirect_uri),
        ..Effective::default()
    };
    let mut machine = AccessToken::new(&effective);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Authenticate { .. } => Input::Authenticated,
            Output::Recover { .. } => match judge(tx, exchange, target, row)? {
                Ok(lives) => {
                    lifetime = lives;
                    Input::Recovered(time_neutral(row))
                }
                Err(reason) => {
                    refused = Some(reason);
                    Input::Recovered(None)
                }
            },
            Output::Extend { extensions } => Input::Extended {
                access_extensions: std::mem::take(extensions),
            },
            Output::Issue { .. } => match db!(
                tx,
                grants::exchange(&exchange.request.digest, &guard(exchange, row, lifetime)?)
            )? {
                Some(grant) => {
                    won = Some(grant);
                    Input::Issued(issued())
                }
                None => return Ok(Attempt::Lost),
            },
            Output::Ok(_) => return Ok(Attempt::Done(Box::new(won.ok_or(Reason::CodeUnknown)))),
            // What the machine refuses and we did not: its second opinion counts.
            Output::Err(_) => {
                return Ok(Attempt::Done(Box::new(Err(
                    refused.unwrap_or(Reason::CodeUnknown)
                ))));
            }
        };
    }
}

fn judge(
    tx: &mut Tx<'_>,
    exchange: &Exchange,
    target: &dyn Fn(&Grant) -> Result<Span, Reason>,
    row: &Grant,
) -> Result<Result<Span, Reason>, StoreError> {
    let request = &exchange.request;
    let (uri, verifier) = (request.redirect_uri.as_deref(), request.code_verifier.as_deref());
    match judge_code(row, &request.client_id, uri, verifier, exchange.act.now) {
        CodeVerdict::Redeem(_) => Ok(target(row)),
        CodeVerdict::Refuse(reason) => Ok(Err(reason)),
        CodeVerdict::Replay(_) => {
            audit::end_grant(tx, &exchange.act, &row.id, EndReason::CodeReplayed)?;
            Ok(Err(Reason::CodeReplayed))
        }
    }
}

fn guard(exchange: &Exchange, row: &Grant, lifetime: Span) -> Result<ExchangeGuard, StoreError> {
    let refreshes = row.offline || exchange.online_refresh;
    let refresh_idle = exchange.refresh_idle.filter(|_| refreshes);
    let tokens = Tokens {
        // What is never refreshed gives no further token.
        rotates: exchange.tokens.rotates || refresh_idle.is_none(),
        ..exchange.tokens.clone()
    };
    Ok(ExchangeGuard {
        client_id: exchange.request.client_id.clone(),
        redirect_uri: row.redirect_uri.clone(),
        code_challenge: row.code_challenge.clone(),
        now: exchange.act.now,
        refresh: refresh_idle.map(|idle| RefreshStart {
            idle_expires_at: exchange.act.now.plus(idle),
        }),
        token: tokens.given(row, exchange.act.now, lifetime)?,
    })
}
