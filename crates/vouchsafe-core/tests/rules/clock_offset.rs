//! The offset of a node's clock against random networks, whose delay it may not mistake for an offset.

use proptest::prelude::*;
use vouchsafe_core::decide::clock_offset::Accuracy::{Good, Poor, Unfit};
use vouchsafe_core::decide::clock_offset::{Offset, Reading, accuracy};
use vouchsafe_core::model::{Span, UnixTime};

fn reading(node: i64, there: i64, back: i64, offset: i64) -> Reading {
    Reading {
        asked_at: UnixTime::from_millis(node),
        database: UnixTime::from_millis(node + there + offset),
        answered_at: UnixTime::from_millis(node + there + back),
    }
}

#[test]
fn the_quickest_answer_is_believed() {
    let mut offset = Offset::default();
    assert_eq!(offset.learn(reading(0, 900, 100, 40)), Span::from_millis(440));
    assert_eq!(offset.learn(reading(1_000, 2, 2, 40)), Span::from_millis(40));
    assert_eq!(offset.learn(reading(2_000, 100, 900, 40)), Span::from_millis(40));
}

#[test]
fn a_step_of_the_clock_is_believed_at_once_also_by_a_slow_answer() {
    let mut offset = Offset::default();
    offset.learn(reading(0, 1, 1, 0));
    assert_eq!(
        offset.learn(reading(1_000, 200, 100, 3_600_000)),
        Span::from_millis(3_600_050)
    );
    assert_eq!(offset.learn(reading(2_000, 1, 1, 0)), Span::ZERO);
}

#[test]
fn a_clock_that_was_set_back_during_the_question_teaches_nothing() {
    let mut offset = Offset::default();
    offset.learn(reading(5_000, 1, 1, 7));
    assert_eq!(offset.learn(reading(6_000, -90_000, 1, 7)), Span::from_millis(7));
}

#[test]
fn from_one_second_there_is_a_warning_and_from_five_no_signature() {
    for (millis, expected) in [
        (0, Good),
        (999, Good),
        (1_000, Poor),
        (4_999, Poor),
        (5_000, Unfit),
        (i64::MAX, Unfit),
    ] {
        assert_eq!(accuracy(Span::from_millis(millis)), expected, "{millis}");
        assert_eq!(accuracy(Span::from_millis(-millis)), expected, "-{millis}");
    }
    assert_eq!(accuracy(Span::from_millis(i64::MIN)), Unfit);
}

proptest! {
    #[test]
    fn the_error_is_at_most_half_of_the_quickest_round_trip(
        offset in -10_000_i64..10_000, delays in proptest::collection::vec((0_i64..800, 0_i64..800), 1..16),
    ) {
        let mut learned = Offset::default();
        let mut quickest = i64::MAX;
        for (at, (there, back)) in delays.into_iter().enumerate() {
            let node = i64::try_from(at).unwrap() * 2_000;
            quickest = quickest.min(there + back);
            let said = learned.learn(reading(node, there, back, offset)).millis();
            prop_assert!((said - offset).abs() <= quickest / 2 + 1, "{said} for {offset}");
        }
    }
}
