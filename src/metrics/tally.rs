//! What is counted for the statistics of the administration: the same occasions as for Prometheus, summed up until a job
//! writes them down. Measures and labels are a closed set, so that no request can make rows.

use super::SignInOutcome;
use std::sync::atomic::{AtomicI64, Ordering};
use vouchsafe_core::model::GrantType;

/// What is measured. The names are those of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Attempts to sign in, by outcome.
    SignIns,
    /// Answers of the token endpoint, by grant and outcome.
    Tokens,
    /// How long the token endpoint took, by the upper bound in milliseconds.
    TokenMillis,
    /// How long a password took, waiting included, by the upper bound in milliseconds.
    PasswordMillis,
    /// Sessions that stood.
    Sessions,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::SignIns,
        Self::Tokens,
        Self::TokenMillis,
        Self::PasswordMillis,
        Self::Sessions,
    ];

    /// The name in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIns => "sign_ins",
            Self::Tokens => "tokens",
            Self::TokenMillis => "token_millis",
            Self::PasswordMillis => "password_millis",
            Self::Sessions => "sessions",
        }
    }

    /// Reads the name in the table.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.as_str() == text)
    }
}

/// An amount that is to be added to what was counted in an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    /// What.
    pub measure: Measure,
    /// Of which kind.
    pub label: String,
    /// How many.
    pub amount: i64,
}

/// The outcomes of an answer of the token endpoint.
pub const OUTCOMES: [&str; 3] = ["issued", "refused", "fault"];
/// The upper bounds of durations in milliseconds; the last stands for all that is longer.
pub const BOUNDS: [i64; 13] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

const GRANTS: [&str; 4] = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "unknown",
];

/// What was counted since it was last taken.
#[derive(Debug)]
pub struct Tally(Vec<(Measure, String, AtomicI64)>);

impl Tally {
    pub(super) fn new() -> Self {
        let sign_ins = SignInOutcome::ALL.map(|outcome| (Measure::SignIns, outcome.as_str().to_owned()));
        let tokens = GRANTS.iter().flat_map(|grant| {
            OUTCOMES
                .iter()
                .map(move |outcome| (Measure::Tokens, format!("{grant} {outcome}")))
        });
        let durations = [Measure::TokenMillis, Measure::PasswordMillis]
            .into_iter()
            .flat_map(|measure| BOUNDS.map(|bound| (measure, bound.to_string())));
        Self(
            sign_ins
                .into_iter()
                .chain(tokens)
                .chain(durations)
                .map(|(measure, label)| (measure, label, AtomicI64::new(0)))
                .collect(),
        )
    }

    pub(super) fn sign_in(&self, outcome: SignInOutcome) {
        self.add(Measure::SignIns, outcome.as_str(), 1);
    }

    pub(super) fn token(&self, grant: &str, outcome: &str) {
        let outcome = match outcome {
            "issued" | "fault" => outcome,
            _ => "refused",
        };
        self.add(Measure::Tokens, &format!("{grant} {outcome}"), 1);
    }

    pub(super) fn took(&self, measure: Measure, millis: i64) {
        let last = BOUNDS.last().copied().unwrap_or_default();
        let bound = BOUNDS.into_iter().find(|bound| millis <= *bound).unwrap_or(last);
        self.add(measure, &bound.to_string(), 1);
    }

    /// Takes what was counted.
    #[must_use]
    pub fn take(&self) -> Vec<Amount> {
        let taken = self.0.iter().map(|(measure, label, count)| Amount {
            measure: *measure,
            label: label.clone(),
            amount: count.swap(0, Ordering::Relaxed),
        });
        taken.filter(|amount| amount.amount != 0).collect()
    }

    /// Gives back what could not be written.
    pub fn give_back(&self, amounts: &[Amount]) {
        for amount in amounts {
            self.add(amount.measure, &amount.label, amount.amount);
        }
    }

    fn add(&self, measure: Measure, label: &str, amount: i64) {
        let found = self
            .0
            .iter()
            .find(|(found, called, _)| *found == measure && called == label);
        if let Some((_, _, count)) = found {
            count.fetch_add(amount, Ordering::Relaxed);
        }
    }
}

/// The name of a grant type in the statistics.
pub(super) const fn grant_name(grant: Option<GrantType>) -> &'static str {
    match grant {
        Some(GrantType::AuthorizationCode) => "authorization_code",
        Some(GrantType::RefreshToken) => "refresh_token",
        Some(GrantType::ClientCredentials) => "client_credentials",
        None => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_taken_once_and_can_be_given_back() {
        let tally = Tally::new();
        tally.sign_in(SignInOutcome::Refused);
        tally.token(grant_name(Some(GrantType::RefreshToken)), "issued");
        tally.token("refresh_token", "VS-REFRESH-REUSED");
        tally.token("invented", "issued");
        for millis in [0, 1, 3, 10_000, 99_999] {
            tally.took(Measure::TokenMillis, millis);
        }
        let taken = tally.take();
        let shown: Vec<_> = taken
            .iter()
            .map(|amount| (amount.measure, amount.label.as_str(), amount.amount))
            .collect();
        assert_eq!(
            shown,
            [
                (Measure::SignIns, "refused", 1),
                (Measure::Tokens, "refresh_token issued", 1),
                (Measure::Tokens, "refresh_token refused", 1),
                (Measure::TokenMillis, "1", 2),
                (Measure::TokenMillis, "5", 1),
                (Measure::TokenMillis, "10000", 2),
            ]
        );
        assert!(tally.take().is_empty());
        tally.give_back(&taken);
        assert_eq!(tally.take(), taken);
    }
}
