//! Prometheus metrics of one server. Labels come from closed sets: route templates, statuses, grant types,
//! reasons and names in the code; never a person, a client, a path or anything else that a request brings.

mod revocation;
mod tally;

pub use revocation::{FeedFigures, RevocationMetrics};
pub use tally::{Amount, BOUNDS, Measure, OUTCOMES, Tally};

use crate::store::StoreObserver;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;
use std::time::Instant;
use tally::grant_name;
use vouchsafe_core::model::{GrantType, Span};
use vouchsafe_core::refusal::Reason;

/// The route whose durations the administration shows.
const TOKEN_ROUTE: &str = "/token";
/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counters, gauges and histograms of one server.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    tokens: Family<TokenLabels, Counter>,
    sign_ins: Family<OutcomeLabels, Counter>,
    refusals: Family<ReasonLabels, Counter>,
    queues: Family<QueueLabels, Gauge>,
    store_seconds: Family<WorkLabels, Histogram, fn() -> Histogram>,
    store_wait_seconds: Histogram,
    store_failures: Family<WorkLabels, Counter>,
    signing_seconds: Histogram,
    clock_offset_seconds: Gauge<f64, AtomicU64>,
    /// What is written down for the administration.
    pub tally: Tally,
    /// Keys, events and the revocation feed.
    pub revocation: RevocationMetrics,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TokenLabels {
    grant: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabels {
    queue: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WorkLabels {
    operation: &'static str,
}

/// How an attempt to sign in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInOutcome {
    /// The person is signed in.
    SignedIn,
    /// There is no such person, or the password is wrong.
    Refused,
    /// The password was right, but the account does not stand.
    Suspended,
    /// Too many failures before.
    Throttled,
    /// The server had no room to check the password.
    Busy,
}

impl SignInOutcome {
    /// All of them.
    const ALL: [Self; 5] = [
        Self::SignedIn,
        Self::Refused,
        Self::Suspended,
        Self::Throttled,
        Self::Busy,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::Refused => "refused",
            Self::Suspended => "suspended",
            Self::Throttled => "throttled",
            Self::Busy => "busy",
        }
    }
}

/// An answer that is counted by what came of it.
pub trait Outcome {
    /// `issued`, the id of a reason, or `fault`.
    fn outcome(&self) -> &'static str;
}

impl<T, E: Outcome> Outcome for Result<T, E> {
    fn outcome(&self) -> &'static str {
        match self {
            Ok(_) => "issued",
            Err(failure) => failure.outcome(),
        }
    }
}

impl Outcome for Reason {
    fn outcome(&self) -> &'static str {
        self.id()
    }
}

impl StoreObserver for Metrics {
    fn queued(&self, queue: &'static str, depth: usize) {
        self.waiting(queue, depth);
    }

    fn ran(&self, name: &'static str, waited_us: u64, ran_us: u64, ok: bool) {
        self.store_work(name, waited_us, ran_us, ok);
    }
}

impl Metrics {
    /// All at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("vouchsafe");
        let revocation = RevocationMetrics::registered(&mut registry);
        let mut metrics = Self {
            registry,
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(coarse),
            tokens: Family::default(),
            sign_ins: Family::default(),
            refusals: Family::default(),
            queues: Family::default(),
            store_seconds: Family::new_with_constructor(fine),
            store_wait_seconds: fine(),
            store_failures: Family::default(),
            signing_seconds: fine(),
            clock_offset_seconds: Gauge::default(),
            tally: Tally::new(),
            revocation,
        };
        metrics.register_protocol();
        metrics.register_inside();
        metrics
    }

    fn register_protocol(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "http_requests",
            "Requests by route template and status",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from request to answer, by route template",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        registry.register(
            "token_responses",
            "Answers of the token endpoint by grant type and outcome: issued, a reason, or fault",
            self.tokens.clone(),
        );
        registry.register(
            "sign_ins",
            "Attempts to sign in, by outcome",
            self.sign_ins.clone(),
        );
        registry.register("refusals", "Refused requests by reason", self.refusals.clone());
    }

    fn register_inside(&mut self) {
        let registry = &mut self.registry;
        registry.register("queue_depth", "Work that waits, by queue", self.queues.clone());
        registry.register_with_unit(
            "database_operation_duration",
            "Time that database work ran, by operation",
            Unit::Seconds,
            self.store_seconds.clone(),
        );
        registry.register_with_unit(
            "database_wait",
            "Time that database work waited for a connection",
            Unit::Seconds,
            self.store_wait_seconds.clone(),
        );
        registry.register(
            "database_failures",
            "Database work that failed, by operation",
            self.store_failures.clone(),
        );
        registry.register_with_unit(
            "signing_duration",
            "Time to sign one token",
            Unit::Seconds,
            self.signing_seconds.clone(),
        );
        registry.register_with_unit(
            "clock_offset",
            "What this machine's clock lacks to the database's; nothing is signed from 5 on",
            Unit::Seconds,
            self.clock_offset_seconds.clone(),
        );
    }

    /// Counts an answered request. `route` is the template, not the path.
    pub fn request(&self, route: &str, status: u16, millis: i64) {
        if route == TOKEN_ROUTE {
            self.tally.took(Measure::TokenMillis, millis);
        }
        let route = route.to_owned();
        self.requests
            .get_or_create(&RequestLabels {
                route: route.clone(),
                status,
            })
            .inc();
        let millis = i32::try_from(millis).unwrap_or(i32::MAX);
        self.request_seconds
            .get_or_create(&RouteLabels { route })
            .observe(f64::from(millis) / 1_000.0);
    }

    /// Counts an answer of the token endpoint.
    pub fn token(&self, grant: Option<GrantType>, answer: &impl Outcome) {
        let grant = grant_name(grant);
        self.tally.token(grant, answer.outcome());
        self.tokens
            .get_or_create(&TokenLabels {
                grant,
                outcome: answer.outcome(),
            })
            .inc();
    }

    /// Counts an attempt to sign in.
    pub fn sign_in(&self, outcome: SignInOutcome) {
        self.tally.sign_in(outcome);
        self.sign_ins
            .get_or_create(&OutcomeLabels {
                outcome: outcome.as_str(),
            })
            .inc();
    }

    /// Notes how long a password took, waiting included.
    pub fn password(&self, took: Span) {
        self.tally.took(Measure::PasswordMillis, took.millis());
    }

    /// Counts a refusal.
    pub fn refused(&self, reason: Reason) {
        self.refusals
            .get_or_create(&ReasonLabels { reason: reason.id() })
            .inc();
    }

    /// Notes how much waits in a queue.
    pub fn waiting(&self, queue: &'static str, depth: usize) {
        let depth = i64::try_from(depth).unwrap_or(i64::MAX);
        self.queues.get_or_create(&QueueLabels { queue }).set(depth);
    }

    /// Notes that database work of this name ran.
    pub fn store_work(&self, operation: &'static str, waited_us: u64, ran_us: u64, ok: bool) {
        self.store_wait_seconds.observe(seconds(waited_us));
        self.store_seconds
            .get_or_create(&WorkLabels { operation })
            .observe(seconds(ran_us));
        if !ok {
            self.store_failures.get_or_create(&WorkLabels { operation }).inc();
        }
    }

    /// Notes what this machine's clock lacks to the database's.
    pub fn clock_offset(&self, offset: Span) {
        let millis =
            i32::try_from(offset.millis()).unwrap_or(if offset < Span::ZERO { i32::MIN } else { i32::MAX });
        self.clock_offset_seconds.set(f64::from(millis) / 1_000.0);
    }

    /// Signs, and notes how long it took.
    pub fn time_signing<T>(&self, sign: impl FnOnce() -> T) -> T {
        #[expect(
            clippy::disallowed_methods,
            reason = "a duration, not a time: it decides nothing"
        )]
        let began = Instant::now();
        let signed = sign();
        self.signing_seconds.observe(began.elapsed().as_secs_f64());
        signed
    }

    /// Everything in the `OpenMetrics` text format, for [`CONTENT_TYPE`].
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a string fails only when a metric cannot be encoded; what was written stays readable.
        if prometheus_client::encoding::text::encode(&mut text, &self.registry).is_err() {
            tracing::error!("a metric cannot be encoded");
        }
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

fn seconds(micros: u64) -> f64 {
    f64::from(u32::try_from(micros).unwrap_or(u32::MAX)) / 1_000_000.0
}

/// From a millisecond to ten seconds.
fn coarse() -> Histogram {
    Histogram::new([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
    ])
}

/// From fifty microseconds to two and a half seconds.
fn fine() -> Histogram {
    Histogram::new([
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0, 2.5,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_can_be_read_by_its_labels() {
        let metrics = Metrics::new();
        metrics.request("/interaction/{handle}", 303, 12);
        metrics.token(
            Some(GrantType::RefreshToken),
            &Err::<(), _>(Reason::RefreshTokenReused),
        );
        metrics.token(Some(GrantType::RefreshToken), &Ok::<(), Reason>(()));
        metrics.sign_in(SignInOutcome::Throttled);
        metrics.refused(Reason::RefreshTokenReused);
        metrics.waiting("write", 3);
        metrics.store_work("refresh", 10, 400, false);
        metrics.clock_offset(Span::from_millis(-1_500));
        assert_eq!(metrics.time_signing(|| 7), 7);
        let text = metrics.render();
        for line in [
            r#"vouchsafe_http_requests_total{route="/interaction/{handle}",status="303"} 1"#,
            r#"vouchsafe_http_request_duration_seconds_count{route="/interaction/{handle}"} 1"#,
            r#"vouchsafe_token_responses_total{grant="refresh_token",outcome="VS-REFRESH-REUSED"} 1"#,
            r#"vouchsafe_token_responses_total{grant="refresh_token",outcome="issued"} 1"#,
            r#"vouchsafe_sign_ins_total{outcome="throttled"} 1"#,
            r#"vouchsafe_refusals_total{reason="VS-REFRESH-REUSED"} 1"#,
            r#"vouchsafe_queue_depth{queue="write"} 3"#,
            r#"vouchsafe_database_operation_duration_seconds_sum{operation="refresh"} 0.0004"#,
            r#"vouchsafe_database_failures_total{operation="refresh"} 1"#,
            "vouchsafe_database_wait_seconds_count 1",
            "vouchsafe_signing_duration_seconds_count 1",
            "vouchsafe_clock_offset_seconds -1.5",
            "# EOF",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in\n{text}"
            );
        }
    }

    #[test]
    fn two_servers_do_not_share_counters() {
        let (one, other) = (Metrics::new(), Metrics::new());
        one.refused(Reason::CodeReplayed);
        assert!(!other.render().contains("VS-CODE-REPLAYED"));
    }
}
