//! RFC 6750 §3 — why a request was refused: a closed list, with what the caller may be told.
//!
//! All texts are fixed ASCII sentences. Nothing that came with the request is ever echoed.

use std::borrow::Cow;
use std::fmt;

use crate::rule::StepUp;
use crate::scope::is_scope_byte;

/// Why a token, or the request that brought it, was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The request brought no bearer token.
    TokenMissing,
    /// The request has more than one `Authorization` header.
    AuthorizationTwice,
    /// The `Authorization` header says Bearer but is not formed as RFC 6750 §2.1 asks.
    AuthorizationMalformed,
    /// The request brings a token in more than one way, or more than one token in its form (RFC 6750 §2).
    TokenTwice,
    /// The token came in the query of the URL, where logs and histories keep it.
    TokenInQuery,

    /// The token is longer than 8 KiB.
    TokenTooLarge,
    /// The token is not a compact JWS.
    TokenMalformed,
    /// The JOSE header is not JSON, or has a member that is not understood here (`crit`, `jku`, `jwk`, `x5u`, …).
    HeaderMalformed,
    /// The token names no key, and the issuer has more than one.
    KeyUnnamed,
    /// The token names a key that the issuer does not publish.
    KeyUnknown,
    /// The token names another algorithm than its key is for.
    AlgorithmWrong,
    /// The signature does not match.
    SignatureWrong,

    /// The token is genuine, but of another kind: an ID token, a logout token, an assertion.
    TypeWrong,
    /// A claim is missing, of the wrong type, or comes twice.
    ClaimsMalformed,
    /// The token was issued by somebody else.
    IssuerWrong,
    /// The token was issued for another API.
    AudienceWrong,
    /// The token has expired.
    Expired,
    /// The token is not valid yet (`nbf`).
    NotYetValid,
    /// The token says that it was issued in the future (`iat`).
    IssuedInFuture,
    /// The token is bound to a key (`cnf`), and nothing here can check the proof.
    ProofRequired,
    /// What the token rests on has ended: its grant, session, client, or the person's account.
    Revoked,
    /// The key that signed the token is no longer trusted; a refreshed token is signed with another.
    KeyRevoked,
    /// The person's claims have changed since the token was made; a refreshed one will do.
    ClaimsChanged,
    /// The token is older than this route accepts; a refreshed one will do.
    TooOld,

    /// The token's reference to a status list leads nowhere.
    StatusInvalid,
    /// The token was good for fewer requests than were made with it.
    UsesExhausted,
    /// The token may have been revoked without our knowing; a refreshed one will do.
    RefreshWanted,
    /// The person signed in more weakly than this route asks for.
    AcrTooLow(StepUp),
    /// The person signed in longer ago than this route asks for.
    SignInTooOld(StepUp),

    /// The ID token was issued to another party (`azp`).
    PartyWrong,
    /// The ID token's nonce is not the one that was sent.
    NonceWrong,
    /// The ID token belongs to another access token (`at_hash`).
    AccessTokenHashWrong,
    /// The person signed in longer ago than was asked for (`auth_time`).
    AuthenticationTooOld,

    /// The token is good, but lacks the scope that this route needs.
    InsufficientScope(RequiredScope),
    /// The issuer's keys could not be fetched. The token may be good: try again.
    KeysUnavailable,
    /// Nothing is known of what was revoked lately, and this route does without no longer.
    FeedStale,
    /// The status list that the token refers to could not be fetched.
    StatusUnavailable,
    /// The issuer could not be asked about the token, and this route wants to know.
    IntrospectionUnavailable,
    /// There is no room to remember that a one-time token was used.
    ReplayGuardFull,
}

/// The scope that a route asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredScope(Cow<'static, str>);

impl RequiredScope {
    /// Takes the text as it is; what could not stand in a header is left out when the challenge is written.
    pub fn new(scope: impl Into<Cow<'static, str>>) -> Self {
        Self(scope.into())
    }

    fn in_header(&self) -> String {
        self.0
            .bytes()
            .filter(|byte| *byte == b' ' || is_scope_byte(*byte))
            .map(char::from)
            .collect()
    }
}

/// What the kinds of refusals have in common: HTTP status and RFC 6750 error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The request brought no credentials (RFC 6750 §3.1).
    Missing,
    Request,
    /// The token is wrong, and nothing says that it is the issuer's.
    Forged,
    Token,
    Scope,
    /// RFC 9470: the person has to sign in again.
    SignIn,
    /// A fault on our side.
    Unavailable,
}

impl Class {
    const fn facts(self) -> (u16, Option<&'static str>) {
        match self {
            Self::Missing => (401, None),
            Self::Request => (400, Some("invalid_request")),
            Self::Forged | Self::Token => (401, Some("invalid_token")),
            Self::Scope => (403, Some("insufficient_scope")),
            Self::SignIn => (401, Some("insufficient_user_authentication")),
            Self::Unavailable => (503, Some("temporarily_unavailable")),
        }
    }
}

impl Rejection {
    fn class(&self) -> Class {
        match self {
            Self::TokenMissing => Class::Missing,
            Self::AuthorizationTwice
            | Self::AuthorizationMalformed
            | Self::TokenTwice
            | Self::TokenInQuery => Class::Request,
            Self::TokenTooLarge
            | Self::TokenMalformed
            | Self::HeaderMalformed
            | Self::KeyUnnamed
            | Self::KeyUnknown
            | Self::AlgorithmWrong
            | Self::SignatureWrong => Class::Forged,
            Self::TypeWrong
            | Self::ClaimsMalformed
            | Self::IssuerWrong
            | Self::AudienceWrong
            | Self::Expired
            | Self::NotYetValid
            | Self::IssuedInFuture
            | Self::ProofRequired
            | Self::Revoked
            | Self::KeyRevoked
            | Self::ClaimsChanged
            | Self::TooOld
            | Self::StatusInvalid
            | Self::UsesExhausted
            | Self::RefreshWanted
            | Self::PartyWrong
            | Self::NonceWrong
            | Self::AccessTokenHashWrong
            | Self::AuthenticationTooOld => Class::Token,
            Self::AcrTooLow(_) | Self::SignInTooOld(_) => Class::SignIn,
            Self::InsufficientScope(_) => Class::Scope,
            Self::KeysUnavailable
            | Self::FeedStale
            | Self::StatusUnavailable
            | Self::IntrospectionUnavailable
            | Self::ReplayGuardFull => Class::Unavailable,
        }
    }

    /// Exact code and public sentence.
    fn words(&self) -> (&'static str, &'static str) {
        const FORGED: &str = "The access token cannot be verified";
        match self {
            Self::TokenMissing => ("token_missing", "An access token is required"),
            Self::AuthorizationTwice => (
                "authorization_twice",
                "The request has more than one Authorization header",
            ),
            Self::AuthorizationMalformed => (
                "authorization_malformed",
                "The Authorization header is not well-formed",
            ),
            Self::TokenTwice => ("token_twice", "The request has more than one access token"),
            Self::TokenInQuery => ("token_in_query", "An access token in the URL is not accepted"),
            Self::TokenTooLarge => ("token_too_large", FORGED),
            Self::TokenMalformed => ("token_malformed", FORGED),
            Self::HeaderMalformed => ("header_malformed", FORGED),
            Self::KeyUnnamed => ("key_unnamed", FORGED),
            Self::KeyUnknown => ("key_unknown", FORGED),
            Self::AlgorithmWrong => ("wrong_algorithm", FORGED),
            Self::SignatureWrong => ("wrong_signature", FORGED),
            Self::TypeWrong => ("wrong_type", "The token is not an access token"),
            Self::ClaimsMalformed => ("claims_malformed", "The token's claims are malformed"),
            Self::IssuerWrong => ("wrong_issuer", "The token is from another issuer"),
            Self::AudienceWrong => ("wrong_audience", "The token is for another API"),
            Self::Expired => ("expired", "The access token has expired"),
            Self::NotYetValid => ("not_yet_valid", "The access token is not valid yet"),
            Self::IssuedInFuture => ("issued_in_future", "The token was issued in the future"),
            Self::ProofRequired => ("proof_required", "The token is bound to a key"),
            Self::Revoked => ("revoked", "The access token was revoked"),
            Self::KeyRevoked => ("key_revoked", "The key of the access token was revoked"),
            Self::ClaimsChanged => ("claims_changed", "The claims have changed, refresh the token"),
            Self::TooOld => ("max_age", "A more recent access token is required"),
            Self::StatusInvalid => ("status_invalid", "The status of the token is not in its list"),
            Self::UsesExhausted => ("uses_exhausted", "The access token was used before"),
            Self::RefreshWanted => ("feed_stale", "A refreshed access token is required"),
            Self::AcrTooLow(_) => ("min_acr", "A stronger sign-in is required"),
            Self::SignInTooOld(_) => ("max_auth_age", "A more recent sign-in is required"),
            Self::PartyWrong => ("wrong_party", "The token was issued to another client"),
            Self::NonceWrong => ("wrong_nonce", "The nonce does not match"),
            Self::AccessTokenHashWrong => ("wrong_at_hash", "The token pair does not match"),
            Self::AuthenticationTooOld => ("auth_time", "A more recent sign-in is required"),
            Self::InsufficientScope(_) => (
                "insufficient_scope",
                "The access token lacks the scope that is needed",
            ),
            Self::KeysUnavailable => (
                "keys_unavailable",
                "The issuer's keys are not available, try again",
            ),
            Self::FeedStale => ("feed_stale", "What was revoked lately is not known, try again"),
            Self::StatusUnavailable => (
                "status_unavailable",
                "The status list is not available, try again",
            ),
            Self::IntrospectionUnavailable => (
                "introspection_unavailable",
                "The issuer cannot be asked, try again",
            ),
            Self::ReplayGuardFull => ("replay_guard_full", "Too many one-time tokens, try again"),
        }
    }

    /// The exact, stable code: for logs, metrics and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.words().0
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.class().facts().0
    }

    /// `error` of the answer; none when the request brought no credentials at all (RFC 6750 §3.1).
    #[must_use]
    pub fn error(&self) -> Option<&'static str> {
        self.class().facts().1
    }

    /// `error_description` of the answer: a fixed sentence.
    #[must_use]
    pub fn description(&self) -> &'static str {
        self.words().1
    }

    /// `vouchsafe_reason` of the answer. It equals [`code`](Self::code), except that everything that is wrong with
    /// a token whose signature did not hold has the one reason `unverifiable`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        if self.class() == Class::Forged {
            "unverifiable"
        } else {
            self.code()
        }
    }

    /// `WWW-Authenticate` of the answer. A fault on our side (503) has none.
    #[must_use]
    pub fn challenge(&self) -> Option<String> {
        if self.class() == Class::Unavailable {
            return None;
        }
        let Some(error) = self.error() else {
            return Some("Bearer".to_owned());
        };
        let (description, reason) = (self.description(), self.reason());
        let mut challenge = format!(
            r#"Bearer error="{error}", error_description="{description}", vouchsafe_reason="{reason}""#
        );
        if let Self::InsufficientScope(scope) = self {
            challenge.push_str(", scope=\"");
            challenge.push_str(&scope.in_header());
            challenge.push('"');
        }
        if let Self::AcrTooLow(asked) | Self::SignInTooOld(asked) = self {
            challenge.push_str(&asked.in_header());
        }
        Some(challenge)
    }

    /// `Retry-After` of the answer, in seconds, where trying again makes sense.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        (self.class() == Class::Unavailable).then_some(1)
    }

    /// The body of the answer, `application/json`.
    #[must_use]
    pub fn body(&self) -> String {
        let error = self.error().unwrap_or("unauthorized");
        let (description, reason) = (self.description(), self.reason());
        format!(r#"{{"error":"{error}","error_description":"{description}","vouchsafe_reason":"{reason}"}}"#)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.description(), self.code())
    }
}

impl std::error::Error for Rejection {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_token_is_answered_with_its_reason() {
        assert_eq!(
            Rejection::Expired.challenge().unwrap(),
            r#"Bearer error="invalid_token", error_description="The access token has expired", vouchsafe_reason="expired""#
        );
        assert_eq!(Rejection::Expired.status(), 401);
    }

    #[test]
    fn a_missing_scope_is_named_and_nothing_else_can_get_into_the_header() {
        let rejection = Rejection::InsufficientScope(RequiredScope::new("orders:read"));
        assert_eq!(rejection.status(), 403);
        assert!(
            rejection
                .challenge()
                .unwrap()
                .ends_with(r#", scope="orders:read""#)
        );
        let rejection = Rejection::InsufficientScope(RequiredScope::new("a\"\r\nSet-Cookie: x\\"));
        assert!(
            rejection
                .challenge()
                .unwrap()
                .ends_with(r#", scope="aSet-Cookie: x""#)
        );
    }

    #[test]
    fn a_request_without_credentials_learns_only_that_bearer_is_wanted() {
        assert_eq!(Rejection::TokenMissing.challenge().unwrap(), "Bearer");
        assert_eq!(Rejection::TokenMissing.status(), 401);
    }

    #[test]
    fn what_is_wrong_with_a_forgery_is_not_told() {
        for rejection in [
            Rejection::KeyUnknown,
            Rejection::SignatureWrong,
            Rejection::TokenMalformed,
        ] {
            assert_eq!(rejection.reason(), "unverifiable");
            assert_ne!(rejection.code(), "unverifiable");
        }
    }

    #[test]
    fn a_fault_of_ours_is_not_a_challenge() {
        assert_eq!(Rejection::KeysUnavailable.status(), 503);
        assert_eq!(Rejection::KeysUnavailable.challenge(), None);
        assert!(Rejection::KeysUnavailable.retry_after().is_some());
    }
}
