//! RFC 6749 §4.1.3, RFC 9700 §2.1.1 — what a presented authorization code gives.
//!
//! This judges a row that was read; the guarded write of the store decides. Who is not entitled to the code learns
//! nothing and changes nothing: a wrong client, URI or verifier neither burns a code nor ends a grant.

use crate::model::{ClientId, Grant, UnixTime};
use crate::refusal::Reason;
use crate::spec::pkce::{self, PkceSatisfied};

/// The answer to a presented code.
#[derive(Debug)]
pub enum CodeVerdict {
    /// It may be exchanged.
    Redeem(Redeemable),
    /// It was exchanged before and is presented by the one entitled to it: its grant must end (§4.1.2).
    Replay(Replayed),
    /// It gives nothing.
    Refuse(Reason),
}

/// Proof that client, redirect URI, verifier and time are right and the code was unused when it was read.
#[derive(Clone, Copy, Debug)]
pub struct Redeemable {
    /// The verifier matched.
    pub pkce: PkceSatisfied,
}

/// Proof of a replay by the one who is entitled to the code.
#[derive(Clone, Copy, Debug)]
pub struct Replayed(());

/// Judges a code by its grant. Age does not excuse a replay: a used code ends its grant however old it is.
#[must_use]
pub fn judge_code(
    grant: &Grant,
    presenter: &ClientId,
    redirect_uri: Option<&str>,
    verifier: Option<&str>,
    now: UnixTime,
) -> CodeVerdict {
    match entitled(grant, presenter, redirect_uri, verifier) {
        Err(reason) => CodeVerdict::Refuse(reason),
        Ok(_) if grant.ended.is_some() => CodeVerdict::Refuse(Reason::GrantEnded),
        Ok(_) if grant.code_used_at.is_some() => CodeVerdict::Replay(Replayed(())),
        Ok(_) if grant.code_expires_at <= now => CodeVerdict::Refuse(Reason::CodeExpired),
        Ok(pkce) => CodeVerdict::Redeem(Redeemable { pkce }),
    }
}

fn entitled(
    grant: &Grant,
    presenter: &ClientId,
    redirect_uri: Option<&str>,
    verifier: Option<&str>,
) -> Result<PkceSatisfied, Reason> {
    if grant.client_id != *presenter {
        return Err(Reason::CodeOfOtherClient);
    }
    let satisfied = pkce::verify(grant.code_challenge.as_deref(), verifier)?;
    match redirect_uri {
        Some(uri) if uri == grant.redirect_uri => Ok(satisfied),
        // OAuth 2.1 clients leave it out: there the verifier is what binds the code to the request.
        None if grant.code_challenge.is_some() => Ok(satisfied),
        Some(_) | None => Err(Reason::CodeRedirectUri),
    }
}
