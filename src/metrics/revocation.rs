//! Figures of keys, events and the revocation feed.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{EventKind, Span, UnixTime};

/// Where the feed of this node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedFigures {
    /// The last number.
    pub seq: i64,
    /// Entries that still matter.
    pub entries: usize,
    /// How far publication had come.
    pub published_to: UnixTime,
    /// When the last head was signed; none before the first.
    pub signed_at: Option<UnixTime>,
    /// Those who wait for news.
    pub readers: usize,
}

/// What Prometheus is told of keys, events and the feed.
#[derive(Default)]
pub struct RevocationMetrics {
    events: Family<EventLabels, Counter>,
    publishes: Gauge,
    feed_number: Gauge,
    feed_entries: Gauge,
    feed_readers: Gauge,
    feed_lag_seconds: Gauge<f64, AtomicU64>,
    feed_head_age_seconds: Gauge<f64, AtomicU64>,
    keys: Family<KeyLabels, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EventLabels {
    event: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KeyLabels {
    state: &'static str,
}

impl RevocationMetrics {
    /// All at zero, part of a registry.
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let own = Self::default();
        registry.register(
            "events_numbered",
            "Events of the audit log that this node numbered, by what happened",
            own.events.clone(),
        );
        registry.register(
            "publisher",
            "1 on the node that numbers events",
            own.publishes.clone(),
        );
        registry.register(
            "feed_number",
            "The last number of the revocation feed that this node knows",
            own.feed_number.clone(),
        );
        registry.register(
            "feed_entries",
            "Entries that resource servers must know now",
            own.feed_entries.clone(),
        );
        registry.register(
            "feed_readers",
            "Streams and waiting questions of resource servers",
            own.feed_readers.clone(),
        );
        registry.register_with_unit(
            "feed_lag",
            "How long ago everything that had happened was in the feed",
            Unit::Seconds,
            own.feed_lag_seconds.clone(),
        );
        registry.register_with_unit(
            "feed_head_age",
            "How long ago this node signed a head",
            Unit::Seconds,
            own.feed_head_age_seconds.clone(),
        );
        registry.register("signing_keys", "Signing keys by state", own.keys.clone());
        own
    }

    /// Counts events that this node numbered, and notes whether it is the one that does.
    pub fn published(&self, mine: bool, kinds: &[EventKind]) {
        self.publishes.set(i64::from(mine));
        for kind in kinds {
            let event = kind.as_str();
            self.events.get_or_create(&EventLabels { event }).inc();
        }
    }

    /// Notes where the feed stands.
    pub fn feed(&self, figures: &FeedFigures, now: UnixTime) {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.feed_number.set(figures.seq);
        self.feed_entries.set(count(figures.entries));
        self.feed_readers.set(count(figures.readers));
        // Before the first head there is no age that would mean anything.
        if let Some(signed_at) = figures.signed_at {
            self.feed_lag_seconds
                .set(seconds(now.since(figures.published_to)));
            self.feed_head_age_seconds.set(seconds(now.since(signed_at)));
        }
    }

    /// Notes how many keys there are in each state.
    pub fn keys(&self, states: impl IntoIterator<Item = KeyState>) {
        for state in KeyState::ALL {
            self.keys
                .get_or_create(&KeyLabels {
                    state: state.as_str(),
                })
                .set(0);
        }
        for state in states {
            self.keys
                .get_or_create(&KeyLabels {
                    state: state.as_str(),
                })
                .inc();
        }
    }
}

fn seconds(span: Span) -> f64 {
    f64::from(i32::try_from(span.millis()).unwrap_or(i32::MAX)) / 1_000.0
}
