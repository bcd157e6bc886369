//! How far a node's clock is from the database's, which is the time that counts, and what a node that far off may do.
//!
//! A reading asks the database for its time and notes the node's own before and after. The truth lies between, so the
//! quickest answer knows most; older readings stand by it until one contradicts them, as after a step of a clock.

use crate::model::{Span, UnixTime};

/// From here on somebody ought to look after the clock.
pub const WORTH_A_WARNING: Span = Span::from_seconds(1);
/// From here on the node signs nothing: its tokens could be refused as being from the future, or live too long.
pub const TOO_FAR_TO_SIGN: Span = Span::from_seconds(5);

/// Readings that are remembered.
const KEPT: usize = 16;
/// What two clocks may drift apart while readings are remembered.
const DRIFT: i64 = 20;

/// The database's time, and the node's before it asked and when it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The node's time before.
    pub asked_at: UnixTime,
    /// What the database said.
    pub database: UnixTime,
    /// The node's time after.
    pub answered_at: UnixTime,
}

/// How good a node's clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Accuracy {
    /// Corrected without a word.
    Good,
    /// Corrected, with a warning.
    Poor,
    /// The node does not sign.
    Unfit,
}

/// The readings of the last seconds, and what they say together.
#[derive(Clone, Debug, Default)]
pub struct Offset {
    readings: Vec<Reading>,
}

impl Reading {
    fn round_trip(&self) -> i64 {
        self.answered_at.since(self.asked_at).millis()
    }

    /// What to add to the node's time, if the way there took as long as the way back.
    fn offset(&self) -> i64 {
        let half = self.round_trip() / 2;
        self.database.since(self.asked_at).millis().saturating_sub(half)
    }

    /// The least and the greatest offset that can be true: the database answered between question and answer.
    fn bounds(&self) -> (i64, i64) {
        let least = self.database.since(self.answered_at).millis();
        let most = self.database.since(self.asked_at).millis();
        (least.saturating_sub(DRIFT), most.saturating_add(DRIFT))
    }

    /// Whether one offset can be behind both.
    fn agrees(&self, other: &Self) -> bool {
        let (least, most) = self.bounds();
        let (others_least, others_most) = other.bounds();
        least <= others_most && others_least <= most
    }
}

impl Offset {
    /// Learns from a reading and returns what to add to the node's time.
    pub fn learn(&mut self, reading: Reading) -> Span {
        // The node's clock was stepped back meanwhile: nothing can be learned.
        if reading.round_trip() >= 0 {
            self.readings.retain(|known| reading.agrees(known));
            if self.readings.len() >= KEPT {
                self.readings.remove(0);
            }
            self.readings.push(reading);
        }
        self.best()
    }

    /// The offset by the quickest reading, of equally quick ones the newest.
    fn best(&self) -> Span {
        let quickest = self.readings.iter().rev().min_by_key(|known| known.round_trip());
        quickest.map_or(Span::ZERO, |known| Span::from_millis(known.offset()))
    }
}

/// What a node with this offset may do.
#[must_use]
pub fn accuracy(offset: Span) -> Accuracy {
    let off = offset.millis().saturating_abs();
    if off >= TOO_FAR_TO_SIGN.millis() {
        Accuracy::Unfit
    } else if off >= WORTH_A_WARNING.millis() {
        Accuracy::Poor
    } else {
        Accuracy::Good
    }
}
