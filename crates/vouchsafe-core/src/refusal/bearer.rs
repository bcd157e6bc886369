//! RFC 6750 §3 — what `vouchsafe_reason` in a bearer challenge means, and what a client does about it.

use vouchsafe_verify::Rejection;
use vouchsafe_verify::error::RequiredScope;
use vouchsafe_verify::rule::StepUp;

/// Each row is one rejection: how to recognise it, one of it, and the remedy. The compiler asks for a row for each.
macro_rules! remedies {
    ($($pattern:pat => $one:expr, $remedy:literal;)+) => {
        fn remedy(rejection: &Rejection) -> &'static str {
            match rejection { $($pattern => $remedy,)+ }
        }

        fn all() -> Vec<Rejection> {
            vec![$($one),+]
        }
    };
}

remedies! {
    Rejection::TokenMissing => Rejection::TokenMissing, "Send Authorization: Bearer and the access token. Such an answer has no error code.";
    Rejection::AuthorizationTwice => Rejection::AuthorizationTwice, "Send the header once; look for a proxy that adds one.";
    Rejection::AuthorizationMalformed => Rejection::AuthorizationMalformed, "Write Bearer, one space, and the token, with nothing after it.";
    Rejection::TokenTwice => Rejection::TokenTwice, "Send the token in the header, and not in the form too.";
    Rejection::TokenInQuery => Rejection::TokenInQuery, "Send the token in the header. One that stood in an address is in logs: revoke it.";
    Rejection::TokenTooLarge => Rejection::TokenTooLarge, "Send the access token as the token endpoint gave it, whole.";
    Rejection::TokenMalformed => Rejection::TokenMalformed, "Send the access token as the token endpoint gave it, whole.";
    Rejection::HeaderMalformed => Rejection::HeaderMalformed, "Send the access token as the token endpoint gave it, whole.";
    Rejection::KeyUnnamed => Rejection::KeyUnnamed, "Send the access token as the token endpoint gave it, whole.";
    Rejection::KeyUnknown => Rejection::KeyUnknown, "Check that token and API are of the same issuer, and that the API can fetch the key set.";
    Rejection::AlgorithmWrong => Rejection::AlgorithmWrong, "Send the access token as the token endpoint gave it, whole.";
    Rejection::SignatureWrong => Rejection::SignatureWrong, "Send the access token as the token endpoint gave it, whole.";
    Rejection::TypeWrong => Rejection::TypeWrong, "Send the access_token of the token response, not the id_token.";
    Rejection::ClaimsMalformed => Rejection::ClaimsMalformed, "Send a token of this server; report it to the API's operator if it is one.";
    Rejection::IssuerWrong => Rejection::IssuerWrong, "Get the token from the issuer that the API trusts.";
    Rejection::AudienceWrong => Rejection::AudienceWrong, "Ask for a token with the API's identifier as resource, or with scopes that the API owns.";
    Rejection::Expired => Rejection::Expired, "Refresh the token. If it was made just now, set the clocks right.";
    Rejection::NotYetValid => Rejection::NotYetValid, "Set the clock of the API right.";
    Rejection::IssuedInFuture => Rejection::IssuedInFuture, "Set the clock of the API right.";
    Rejection::ProofRequired => Rejection::ProofRequired, "This API cannot check tokens that are bound to a key: ask for a plain one.";
    Rejection::Revoked => Rejection::Revoked, "Let the person sign in again. What the token rests on has ended.";
    Rejection::KeyRevoked => Rejection::KeyRevoked, "Refresh the token: the next one is signed with another key.";
    Rejection::ClaimsChanged => Rejection::ClaimsChanged, "Refresh the token: roles, groups or standing of the person have changed.";
    Rejection::TooOld => Rejection::TooOld, "Refresh the token: this route wants a recent one.";
    Rejection::StatusInvalid => Rejection::StatusInvalid, "Refresh the token.";
    Rejection::UsesExhausted => Rejection::UsesExhausted, "Refresh the token for each use.";
    Rejection::RefreshWanted => Rejection::RefreshWanted, "Refresh the token: the API has not heard lately what was revoked.";
    Rejection::AcrTooLow(_) => Rejection::AcrTooLow(StepUp::default()), "Send the person through the authorization endpoint with the acr_values of the challenge.";
    Rejection::SignInTooOld(_) => Rejection::SignInTooOld(StepUp::default()), "Send the person through the authorization endpoint with the max_age of the challenge.";
    Rejection::PartyWrong => Rejection::PartyWrong, "Take only ID tokens whose azp is your own client_id.";
    Rejection::NonceWrong => Rejection::NonceWrong, "Compare with the nonce of the very attempt; if it differs, drop the answer.";
    Rejection::AccessTokenHashWrong => Rejection::AccessTokenHashWrong, "Use the two tokens of one token response together.";
    Rejection::AuthenticationTooOld => Rejection::AuthenticationTooOld, "Send the person through the authorization endpoint with max_age again.";
    Rejection::InsufficientScope(_) => Rejection::InsufficientScope(RequiredScope::new("")), "Ask for the scope of the challenge in a new authorization request.";
    Rejection::KeysUnavailable => Rejection::KeysUnavailable, "Try again shortly; the API cannot fetch the key set.";
    Rejection::FeedStale => Rejection::FeedStale, "Try again shortly; the API cannot reach the revocation feed.";
    Rejection::StatusUnavailable => Rejection::StatusUnavailable, "Try again shortly; the API cannot fetch the status list.";
    Rejection::IntrospectionUnavailable => Rejection::IntrospectionUnavailable, "Try again shortly; the API cannot reach the issuer.";
    Rejection::ReplayGuardFull => Rejection::ReplayGuardFull, "Try again shortly.";
}

/// One value of `vouchsafe_reason` with one value of `error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BearerReason {
    /// `vouchsafe_reason`.
    pub reason: &'static str,
    /// `error`; none when the request brought no credentials (RFC 6750 §3.1).
    pub error: Option<&'static str>,
    /// The HTTP status.
    pub status: u16,
    /// `error_description`: what happened.
    pub description: &'static str,
    /// What a client does about it.
    pub remedy: &'static str,
}

impl BearerReason {
    /// All of them, in the order in which a token is judged. What is wrong with a token that was not proven genuine has
    /// one row, as it has one reason.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut rows: Vec<Self> = Vec::new();
        for rejection in all() {
            let row = Self::of(&rejection);
            let known = |other: &Self| (other.reason, other.error) == (row.reason, row.error);
            if !rows.iter().any(known) {
                rows.push(row);
            }
        }
        rows
    }

    fn of(rejection: &Rejection) -> Self {
        Self {
            reason: rejection.reason(),
            error: rejection.error(),
            status: rejection.status(),
            description: rejection.description(),
            remedy: remedy(rejection),
        }
    }

    /// The part of an address that names it, unlike that of any error code.
    #[must_use]
    pub fn anchor(&self) -> String {
        match self.error {
            // A reason of two errors is told apart by the one that is a fault of the API's own.
            Some("temporarily_unavailable") => format!("reason-{}-unavailable", self.reason),
            Some(_) | None => format!("reason-{}", self.reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BearerReason;
    use crate::spec::ErrorCode;
    use std::collections::BTreeSet;

    #[test]
    fn each_reason_is_one_row_under_an_error_of_the_catalogue() {
        let rows = BearerReason::all();
        let anchors: BTreeSet<_> = rows.iter().map(BearerReason::anchor).collect();
        assert_eq!(anchors.len(), rows.len());
        for row in rows {
            assert!(
                row.error.is_none_or(|error| ErrorCode::parse(error).is_some()),
                "{row:?}"
            );
            assert!(!row.remedy.is_empty() && row.remedy.ends_with('.'), "{row:?}");
        }
    }
}
