//! The rotation oracle: nodes whose clocks and views differ sign through a thousand rotations, caches lie in between,
//! and the validators that people really use, with the caching that they really do, refuse nothing.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not arrange has failed"
)]

use super::samples::{NOW, key};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_core::decide::key_state::{KeyTimes, LEAST_LEAD, due, promotion, published, signing};
use vouchsafe_core::model::{KeyAlgorithm, SigningKey, Span, UnixTime};

const ALG: KeyAlgorithm = KeyAlgorithm::Rs256;
const NODES: usize = 4;
/// A node knows a committed row after this many seconds at most.
const POLL: i64 = 30;
/// A node's clock is off by this many seconds at most.
const CLOCK: i64 = 5;
/// An answer may have been in caches on the way for so long: max-age and stale-while-revalidate.
const CACHED: i64 = 360;
/// A validator's leeway after `exp`.
const SKEW: i64 = 60;
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Pseudo-random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 2).unwrap() % bound
    }
}

/// A key as the database has it, and how late each node hears of it.
struct Row {
    key: SigningKey,
    heard_after: [i64; NODES],
    /// The time it was to begin before it was promoted, and when that was done.
    before: Option<(UnixTime, UnixTime)>,
}

/// The issuer: a database, nodes, and the caches before them.
struct Issuer {
    rows: Vec<Row>,
    times: KeyTimes,
    off_by: [i64; NODES],
}

impl Issuer {
    /// What a node knows at this instant.
    fn view(&self, node: usize, at: UnixTime) -> Vec<SigningKey> {
        let heard = |row: &Row, of: UnixTime| of.plus(Span::from_seconds(row.heard_after[node])) <= at;
        let known = self.rows.iter().filter(|row| heard(row, row.key.created_at));
        known
            .map(|row| {
                let mut key = row.key.clone();
                if let Some((was, promoted_at)) = row.before
                    && !heard(row, promoted_at)
                {
                    key.activate_at = was;
                }
                key
            })
            .collect()
    }

    fn clock(&self, node: usize, at: UnixTime) -> UnixTime {
        at.plus(Span::from_seconds(self.off_by[node]))
    }

    /// The key that a node signs with.
    fn sign(&self, node: usize, at: UnixTime) -> i64 {
        let view = self.view(node, at);
        signing(&view, ALG, self.clock(node, at))
            .expect("a key that signs")
            .seq
    }

    /// The key set that a node answers with.
    fn key_set(&self, node: usize, at: UnixTime) -> BTreeSet<i64> {
        let view = self.view(node, at);
        let keys = published(&view, &self.times, self.clock(node, at));
        keys.iter().map(|key| key.seq).collect()
    }

    fn add(&mut self, random: &mut Random, seq: i64, (created_at, activate_at): (UnixTime, UnixTime)) {
        let mut made = key(seq, activate_at);
        made.created_at = created_at;
        self.rows.push(Row {
            key: made,
            // The first keys are there before any node serves.
            heard_after: [0; NODES].map(|_| if seq < 2 { 0 } else { random.below(POLL + 1) }),
            before: None,
        });
        // What was removed long ago plays no part any more.
        if self.rows.len() > 6 {
            self.rows.remove(0);
        }
    }
}

/// How a library holds the key set, as its source has it.
#[derive(Clone, Copy)]
struct Habit {
    name: &'static str,
    /// Fetches again by the clock.
    ttl: Option<i64>,
    /// Fetches when a key is unknown, but not within so many seconds of the last fetch.
    on_miss: Option<i64>,
    /// Holds each key by itself, this many of them.
    per_key: Option<usize>,
}

const fn habit(name: &'static str, ttl: Option<i64>, on_miss: Option<i64>) -> Habit {
    Habit {
        name,
        ttl,
        on_miss,
        per_key: None,
    }
}

const HABITS: [Habit; 10] = [
    habit("jose", Some(10 * MINUTE), Some(30)),
    habit("PyJWT", Some(5 * MINUTE), Some(30)),
    Habit {
        per_key: Some(5),
        ..habit("jwks-rsa", Some(10 * MINUTE), Some(0))
    },
    habit("go-oidc", None, Some(0)),
    habit("Spring", Some(5 * MINUTE), Some(0)),
    habit("Envoy", Some(10 * MINUTE), None),
    habit("Istio", Some(20 * MINUTE), None),
    habit("an hour and nothing else", Some(HOUR), None),
    habit("APISIX", Some(DAY), Some(0)),
    habit(".NET", Some(12 * HOUR), Some(5 * MINUTE)),
];

/// The most patient of all that fetch again: only a lead of more than a day hides a rotation from it.
const A_DAY: Habit = habit("a day and nothing else", Some(DAY), None);

struct Validator {
    habit: Habit,
    fetched_at: Option<UnixTime>,
    keys: BTreeSet<i64>,
    /// When each was fetched, for those that hold keys one by one.
    each: BTreeMap<i64, UnixTime>,
    refused: u64,
}

impl Validator {
    fn new(habit: Habit) -> Self {
        Self {
            habit,
            fetched_at: None,
            keys: BTreeSet::new(),
            each: BTreeMap::new(),
            refused: 0,
        }
    }

    fn judge(&mut self, issuer: &Issuer, random: &mut Random, (kid, at): (i64, UnixTime)) {
        if let Some(most) = self.habit.per_key {
            return self.judge_one_by_one(issuer, random, (kid, at), most);
        }
        let age = self.fetched_at.map(|fetched| at.since(fetched).seconds());
        let expired = age.is_none_or(|age| self.habit.ttl.is_some_and(|ttl| age >= ttl));
        if expired {
            self.fetch(issuer, random, at);
        }
        let age = self.fetched_at.map_or(0, |fetched| at.since(fetched).seconds());
        let may = self.habit.on_miss.is_some_and(|cooldown| age >= cooldown);
        if !self.keys.contains(&kid) && may {
            self.fetch(issuer, random, at);
        }
        self.refused += u64::from(!self.keys.contains(&kid));
    }

    fn judge_one_by_one(
        &mut self,
        issuer: &Issuer,
        random: &mut Random,
        (kid, at): (i64, UnixTime),
        most: usize,
    ) {
        let ttl = self.habit.ttl.unwrap();
        if self
            .each
            .get(&kid)
            .is_some_and(|held| at.since(*held).seconds() < ttl)
        {
            return;
        }
        self.fetch(issuer, random, at);
        if !self.keys.contains(&kid) {
            self.refused += 1;
            return;
        }
        self.each.insert(kid, at);
        while self.each.len() > most {
            self.each.pop_first();
        }
    }

    /// Some node answers, or a cache with what some node said a while ago.
    fn fetch(&mut self, issuer: &Issuer, random: &mut Random, at: UnixTime) {
        let node = usize::try_from(random.below(4)).unwrap();
        let said_at = at.minus(Span::from_seconds(random.below(CACHED + 1)));
        self.keys = issuer.key_set(node, said_at.max(NOW));
        self.fetched_at = Some(at);
    }
}

/// How the operator rotates.
#[derive(Clone, Copy, PartialEq)]
enum Operation {
    /// By the timetable, with outages during which no key is made, and by `keys rotate` at times.
    Ordinary,
    /// A key is published at the moment from which it signs.
    NoLead,
}

struct World {
    issuer: Issuer,
    random: Random,
    validators: Vec<Validator>,
    /// Tokens that are shown once more at the end of their life.
    late: Vec<(UnixTime, i64)>,
}

impl World {
    fn new(times: KeyTimes, habits: &[Habit], seed: u64) -> Self {
        let mut random = Random(seed);
        let mut issuer = Issuer {
            rows: Vec::new(),
            times,
            off_by: [0; NODES].map(|_| random.below(2 * CLOCK + 1) - CLOCK),
        };
        issuer.add(&mut random, 1, (NOW, NOW));
        Self {
            issuer,
            random,
            validators: habits.iter().map(|habit| Validator::new(*habit)).collect(),
            late: Vec::new(),
        }
    }

    /// A token is signed by some node and shown to everybody, at once and at the end of its life.
    fn serve(&mut self, at: UnixTime) {
        let mut due: Vec<_> = self.late.extract_if(.., |(when, _)| *when <= at).collect();
        due.sort_unstable();
        for (when, kid) in due {
            self.show(kid, when);
        }
        let node = usize::try_from(self.random.below(4)).unwrap();
        let kid = self.issuer.sign(node, at);
        let lifetime = [5 * MINUTE, HOUR, DAY][usize::try_from(self.random.below(3)).unwrap()];
        self.late
            .push((at.plus(Span::from_seconds(lifetime + SKEW + CLOCK - 1)), kid));
        self.show(kid, at);
    }

    fn show(&mut self, kid: i64, at: UnixTime) {
        for validator in &mut self.validators {
            validator.judge(&self.issuer, &mut self.random, (kid, at));
        }
    }

    /// Serves from one instant to another: rarely far from a rotation, every few seconds near it.
    fn live(&mut self, from: UnixTime, to: UnixTime, rotation: UnixTime) {
        let mut now = from;
        while now < to {
            self.serve(now);
            let distance = now.since(rotation).seconds();
            let step = if (-10 * MINUTE..30 * MINUTE).contains(&distance) {
                5 + self.random.below(70)
            } else {
                // Not past the moment from which it is looked at closely.
                let until_close = (-10 * MINUTE - distance).max(0);
                let stride = 2 * HOUR + self.random.below(10 * HOUR);
                if until_close > 0 {
                    stride.min(until_close)
                } else {
                    stride
                }
            };
            now = now.plus(Span::from_seconds(step));
        }
    }

    fn rotate(&mut self, now: UnixTime, operation: Operation) -> UnixTime {
        let times = self.issuer.times;
        let mut rows: Vec<_> = self.issuer.rows.iter().map(|row| row.key.clone()).collect();
        let newest = rows.last().unwrap().activate_at;
        let seq = rows.last().unwrap().seq + 1;
        if operation == Operation::NoLead {
            let begin = newest.plus(times.interval);
            self.issuer.add(&mut self.random, seq, (begin, begin));
            self.live(now, begin.plus(Span::from_hours(2)), begin);
            return begin.plus(Span::from_hours(2));
        }
        // Usually the next key is made at once; at times nobody can for days.
        let outage = if self.random.below(3) == 0 {
            self.random.below(5 * DAY)
        } else {
            0
        };
        let made_at = now.plus(Span::from_seconds(outage));
        self.live(now, made_at, newest);
        let due = due(&rows, ALG, &times, made_at).expect("a key is due");
        self.issuer
            .add(&mut self.random, due.seq, (made_at, due.activate_at));
        let mut begin = due.activate_at;
        let mut from = made_at;
        if self.random.below(4) == 0 {
            // `keys rotate`, as soon as the lead allows.
            rows = self.issuer.rows.iter().map(|row| row.key.clone()).collect();
            let at = made_at.plus(times.publish_ahead);
            if at < begin {
                self.live(made_at, at, at);
                let promised = promotion(&rows, ALG, &times, (at, true)).expect("a next key");
                let row = self.issuer.rows.last_mut().unwrap();
                row.before = Some((row.key.activate_at, at));
                row.key.activate_at = promised.activate_at;
                (begin, from) = (at, at);
            }
        }
        let after = begin.plus(Span::from_hours(2));
        self.live(from, after, begin);
        after
    }
}

/// Who refused how many good tokens in so many rotations.
fn refusals(
    rotations: usize,
    times: KeyTimes,
    habits: &[Habit],
    operation: Operation,
) -> Vec<(&'static str, u64)> {
    let mut world = World::new(times, habits, 0x9E37_79B9_7F4A_7C15);
    let mut now = NOW;
    for _ in 0..rotations {
        now = world.rotate(now, operation);
    }
    let refused = world.validators.iter();
    refused
        .map(|validator| (validator.habit.name, validator.refused))
        .collect()
}

fn times(publish_ahead: Span) -> KeyTimes {
    KeyTimes {
        interval: Span::from_days(8),
        publish_ahead,
        retire_after: Span::from_hours(25),
    }
}

#[test]
fn nobody_refuses_a_token_in_a_thousand_rotations_with_the_least_lead() {
    for (name, refused) in refusals(1_000, times(LEAST_LEAD), &HABITS, Operation::Ordinary) {
        assert_eq!(refused, 0, "{name}");
    }
}

#[test]
fn a_week_ahead_hides_a_rotation_also_from_those_who_hold_keys_for_a_day() {
    let habits: Vec<_> = HABITS.into_iter().chain([A_DAY]).collect();
    for (name, refused) in refusals(1_000, times(Span::from_days(7)), &habits, Operation::Ordinary) {
        assert_eq!(refused, 0, "{name}");
    }
}

#[test]
fn without_a_lead_the_oracle_sees_refusals() {
    let refused: BTreeMap<_, _> = refusals(50, times(LEAST_LEAD), &HABITS, Operation::NoLead)
        .into_iter()
        .collect();
    for name in [
        "jose",
        "PyJWT",
        "Envoy",
        "Istio",
        ".NET",
        "an hour and nothing else",
    ] {
        assert!(refused[name] > 0, "{name}: {refused:?}");
    }
}

#[test]
fn a_key_that_leaves_with_its_last_signature_is_missed() {
    let hasty = KeyTimes {
        retire_after: Span::ZERO,
        ..times(LEAST_LEAD)
    };
    let refused = refusals(50, hasty, &HABITS, Operation::Ordinary);
    assert!(refused.iter().any(|(_, refused)| *refused > 0), "{refused:?}");
}
