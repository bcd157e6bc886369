//! What a verifier can tell about itself: for dashboards and alerts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::Rejection;

/// The figures of a verifier and all its clones at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figures {
    /// How old our knowledge of what was revoked is, in milliseconds. None without a feed, and before its first head.
    pub feed_lag_ms: Option<u64>,
    /// For how long the token that was looked at last may have been revoked without our knowing, in milliseconds.
    pub exposure_ms: u64,
    /// Revocations that are held because they may still matter.
    pub entries: u64,
    /// Signed heads that were taken over.
    pub heads: u64,
    /// Snapshots that were taken over: one at the start, and one after each gap.
    pub snapshots: u64,
    /// Times that the feed was lost and taken up again, after an error or at the end of a stream.
    pub reconnects: u64,
    /// Tokens that were refused, by `vouchsafe_reason`.
    pub refusals: BTreeMap<&'static str, u64>,
}

impl Figures {
    /// The figures in the text format of Prometheus, all of them under `vouchsafe_verify_`.
    #[must_use]
    pub fn prometheus(&self) -> String {
        let mut text = Text::default();
        if let Some(lag) = self.feed_lag_ms {
            let help = "Age of the knowledge of what was revoked.";
            text.family("feed_lag_seconds", "gauge", help);
            text.seconds("feed_lag_seconds", lag);
        }
        let help = "Time for which the latest token may have been revoked without our knowing.";
        text.family("exposure_seconds", "gauge", help);
        text.seconds("exposure_seconds", self.exposure_ms);
        for (name, kind, value, help) in [
            (
                "feed_entries",
                "gauge",
                self.entries,
                "Revocations that are held.",
            ),
            (
                "feed_heads_total",
                "counter",
                self.heads,
                "Signed heads that were taken over.",
            ),
            (
                "feed_snapshots_total",
                "counter",
                self.snapshots,
                "Snapshots that were taken over.",
            ),
            (
                "feed_reconnects_total",
                "counter",
                self.reconnects,
                "Times that the feed was taken up again.",
            ),
        ] {
            text.family(name, kind, help);
            text.line(name, &value.to_string());
        }
        text.family("refusals_total", "counter", "Tokens that were refused.");
        for (reason, count) in &self.refusals {
            text.line(
                &format!("refusals_total{{reason=\"{reason}\"}}"),
                &count.to_string(),
            );
        }
        text.0
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "# HELP vouchsafe_verify_{name} {help}");
        let _ = writeln!(self.0, "# TYPE vouchsafe_verify_{name} {kind}");
    }

    fn line(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.0, "vouchsafe_verify_{name} {value}");
    }

    fn seconds(&mut self, name: &str, ms: u64) {
        self.line(name, &format!("{}.{:03}", ms / 1000, ms % 1000));
    }
}

/// What is counted as it happens.
#[derive(Debug, Default)]
pub(super) struct Counters {
    refusals: Mutex<BTreeMap<&'static str, u64>>,
    exposure_ms: AtomicU64,
}

impl Counters {
    /// Counts an outcome, and hands it on.
    pub(super) fn outcome<T>(&self, outcome: Result<T, Rejection>) -> Result<T, Rejection> {
        if let Err(rejection) = &outcome {
            let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
            *refusals.entry(rejection.reason()).or_default() += 1;
        }
        outcome
    }

    pub(super) fn exposed(&self, ms: i64) {
        self.exposure_ms
            .store(u64::try_from(ms).unwrap_or_default(), Ordering::Relaxed);
    }

    pub(super) fn fill(&self, figures: &mut Figures) {
        figures.refusals = self
            .refusals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        figures.exposure_ms = self.exposure_ms.load(Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let figures = Figures {
            feed_lag_ms: Some(1_042),
            exposure_ms: 7,
            entries: 3,
            heads: 20,
            snapshots: 1,
            reconnects: 2,
            refusals: BTreeMap::from([("expired", 4), ("revoked", 1)]),
        };
        let expected = "\
# HELP vouchsafe_verify_feed_lag_seconds Age of the knowledge of what was revoked.
# TYPE vouchsafe_verify_feed_lag_seconds gauge
vouchsafe_verify_feed_lag_seconds 1.042
# HELP vouchsafe_verify_exposure_seconds Time for which the latest token may have been revoked without our knowing.
# TYPE vouchsafe_verify_exposure_seconds gauge
vouchsafe_verify_exposure_seconds 0.007
# HELP vouchsafe_verify_feed_entries Revocations that are held.
# TYPE vouchsafe_verify_feed_entries gauge
vouchsafe_verify_feed_entries 3
# HELP vouchsafe_verify_feed_heads_total Signed heads that were taken over.
# TYPE vouchsafe_verify_feed_heads_total counter
vouchsafe_verify_feed_heads_total 20
# HELP vouchsafe_verify_feed_snapshots_total Snapshots that were taken over.
# TYPE vouchsafe_verify_feed_snapshots_total counter
vouchsafe_verify_feed_snapshots_total 1
# HELP vouchsafe_verify_feed_reconnects_total Times that the feed was taken up again.
# TYPE vouchsafe_verify_feed_reconnects_total counter
vouchsafe_verify_feed_reconnects_total 2
# HELP vouchsafe_verify_refusals_total Tokens that were refused.
# TYPE vouchsafe_verify_refusals_total counter
vouchsafe_verify_refusals_total{reason=\"expired\"} 4
vouchsafe_verify_refusals_total{reason=\"revoked\"} 1
";
        assert_eq!(figures.prometheus(), expected);
    }
}
