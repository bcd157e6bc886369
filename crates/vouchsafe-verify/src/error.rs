//! RFC 6750 §3 — why a request was refused: a closed list, with what the caller may be told.
//!
//! All texts are fixed ASCII sentences. Nothing that came with the request is ever echoed.

use std::borrow::Cow;
use std::fmt;

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

/// One line of the table: exact code, HTTP status, RFC 6750 error, public sentence.
struct Facts(&'static str, u16, Option<&'static str>, &'static str);

const INVALID_REQUEST: Option<&str> = Some("invalid_request");
const INVALID_TOKEN: Option<&str> = Some("invalid_token");

impl Rejection {
    fn facts(&self) -> Facts {
        let request = |code, text| Facts(code, 400, INVALID_REQUEST, text);
        let token = |code, text| Facts(code, 401, INVALID_TOKEN, text);
        let forged = |code| Facts(code, 401, INVALID_TOKEN, "The access token cannot be verified");
        match self {
            Self::TokenMissing => Facts("token_missing", 401, None, "An access token is required"),
            Self::AuthorizationTwice => request(
                "authorization_twice",
                "The request has more than one Authorization header",
            ),
            Self::AuthorizationMalformed => request(
                "authorization_malformed",
                "The Authorization header is not well-formed",
            ),
            Self::TokenInQuery => request("token_in_query", "An access token in the URL is not accepted"),
            Self::TokenTooLarge => forged("token_too_large"),
            Self::TokenMalformed => forged("token_malformed"),
            Self::HeaderMalformed => forged("header_malformed"),
            Self::KeyUnnamed => forged("key_unnamed"),
            Self::KeyUnknown => forged("key_unknown"),
            Self::AlgorithmWrong => forged("wrong_algorithm"),
            Self::SignatureWrong => forged("wrong_signature"),
            Self::TypeWrong => token("wrong_type", "The token is not an access token"),
            Self::ClaimsMalformed => token("claims_malformed", "The token's claims are malformed"),
            Self::IssuerWrong => token("wrong_issuer", "The token is from another issuer"),
            Self::AudienceWrong => token("wrong_audience", "The token is for another API"),
            Self::Expired => token("expired", "The access token has expired"),
            Self::NotYetValid => token("not_yet_valid", "The access token is not valid yet"),
            Self::IssuedInFuture => token("issued_in_future", "The token was issued in the future"),
            Self::ProofRequired => token("proof_required", "The token is bound to a key"),
            Self::Revoked => token("revoked", "The access token was revoked"),
            Self::KeyRevoked => token("key_revoked", "The key of the access token was revoked"),
            Self::ClaimsChanged => token("claims_changed", "The claims have changed, refresh the token"),
            Self::TooOld => token("max_age", "A more recent access token is required"),
            Self::PartyWrong => token("wrong_party", "The token was issued to another client"),
            Self::NonceWrong => token("wrong_nonce", "The nonce does not match"),
            Self::AccessTokenHashWrong => token("wrong_at_hash", "The token pair does not match"),
            Self::AuthenticationTooOld => token("auth_time", "A more recent sign-in is required"),
            Self::InsufficientScope(_) => Facts(
                "insufficient_scope",
                403,
                Some("insufficient_scope"),
                "The access token lacks the scope that is needed",
            ),
            Self::KeysUnavailable => Facts(
                "keys_unavailable",
                503,
                Some("temporarily_unavailable"),
                "The issuer's keys are not available, try again",
            ),
        }
    }

    /// The exact, stable code: for logs, metrics and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.facts().0
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.facts().1
    }

    /// `error` of the answer; none when the request brought no credentials at all (RFC 6750 §3.1).
    #[must_use]
    pub fn error(&self) -> Option<&'static str> {
        self.facts().2
    }

    /// `error_description` of the answer: a fixed sentence.
    #[must_use]
    pub fn description(&self) -> &'static str {
        self.facts().3
    }

    /// `vouchsafe_reason` of the answer. It equals [`code`](Self::code), except that everything that is wrong with
    /// a token whose signature did not hold has the one reason `unverifiable`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        if self.is_before_signature() {
            "unverifiable"
        } else {
            self.code()
        }
    }

    /// `WWW-Authenticate` of the answer. A fault on our side (503) has none.
    #[must_use]
    pub fn challenge(&self) -> Option<String> {
        let Facts(_, status, error, description) = self.facts();
        if status == 503 {
            return None;
        }
        let Some(error) = error else {
            return Some("Bearer".to_owned());
        };
        let reason = self.reason();
        let mut challenge = format!(
            r#"Bearer error="{error}", error_description="{description}", vouchsafe_reason="{reason}""#
        );
        if let Self::InsufficientScope(scope) = self {
            challenge.push_str(", scope=\"");
            challenge.push_str(&scope.in_header());
            challenge.push('"');
        }
        Some(challenge)
    }

    /// `Retry-After` of the answer, in seconds, where trying again makes sense.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        matches!(self, Self::KeysUnavailable).then_some(1)
    }

    /// The body of the answer, `application/json`.
    #[must_use]
    pub fn body(&self) -> String {
        let error = self.error().unwrap_or("unauthorized");
        let (description, reason) = (self.description(), self.reason());
        format!(r#"{{"error":"{error}","error_description":"{description}","vouchsafe_reason":"{reason}"}}"#)
    }

    fn is_before_signature(&self) -> bool {
        matches!(
            self,
            Self::TokenTooLarge
                | Self::TokenMalformed
                | Self::HeaderMalformed
                | Self::KeyUnnamed
                | Self::KeyUnknown
                | Self::AlgorithmWrong
                | Self::SignatureWrong
        )
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
