//! Status lists: no two counters have one place, and a place serves exactly as long as it must.

use super::samples::{NOW, after, grant};
use proptest::prelude::*;
use std::collections::HashSet;
use vouchsafe_core::decide::issue::LONGEST_TOKEN;
use vouchsafe_core::decide::status_list::{
    BLOCK, PLACES, bits, is_own_id, new_id, place, serves, standing, times, with_spare,
};
use vouchsafe_core::decide::token_end::SKEW;
use vouchsafe_core::model::{EndedPlace, Grant, Span, StatusListId, StatusPlace};

fn spare(list: &str, idx: u32, (closes, expires): (i64, i64)) -> StatusPlace {
    StatusPlace {
        list: StatusListId::new(list),
        idx,
        gver: 0,
        epoch: 1,
        closes_at: after(closes),
        expires_at: after(expires),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_places_of_any_two_blocks_differ(seed: [u8; 32], one in 0..PLACES / BLOCK, other in 0..PLACES / BLOCK) {
        let blocks = HashSet::from([one, other]);
        let counters = blocks.iter().flat_map(|block| block * BLOCK..(block + 1) * BLOCK);
        let places: HashSet<_> = counters.map(|counter| place(&seed, counter)).collect();
        prop_assert_eq!(places.len(), blocks.len() * 1024);
        prop_assert!(places.iter().all(|place| *place < PLACES));
    }

    #[test]
    fn a_list_lives_until_the_last_token_of_its_last_moment_has_expired(
        longest in 1..=LONGEST_TOKEN.millis(), given in 0..200_000_000_i64,
    ) {
        let longest = Span::from_millis(longest);
        let (closes_at, expires_at) = times(NOW, longest);
        prop_assert!(closes_at.since(NOW) >= Span::from_hours(1));
        let newest = StatusPlace { closes_at, expires_at, ..spare("l", 0, (0, 0)) };
        let at = NOW.plus(Span::from_millis(given));
        prop_assert_eq!(serves(&newest, at, at.plus(longest)), at < closes_at);
        // A new epoch begins when tokens of the one before the last are over.
        prop_assert!(expires_at.since(closes_at) <= closes_at.since(NOW));
    }

    /// A grant that is refreshed at random times, with claims versions raised in between: every token that may still
    /// be accepted is ended by what is told at the end, or was told of before.
    #[test]
    fn nothing_is_forgotten_that_a_token_refers_to(
        steps in proptest::collection::vec((0..5_000_i64, any::<bool>()), 1..40),
    ) {
        let longest = Span::from_minutes(30);
        let mut row = grant();
        let (mut now, mut tokens, mut told) = (NOW, Vec::new(), HashSet::new());
        for (number, (pause, raises)) in (0..).zip(steps) {
            now = now.plus(Span::from_seconds(pause));
            if raises {
                told.extend(EndedPlace::of(&row.status, now).into_iter().map(|place| place.1));
                row.gver += 1;
            }
            let until = now.plus(longest);
            if standing(&row, now, until).is_none() {
                let (closes_at, expires_at) = times(now, longest);
                let fresh = StatusPlace { closes_at, expires_at, ..spare("l", number, (0, 0)) };
                row.status = with_spare(&row, &fresh, now);
            }
            let place = standing(&row, now, until).unwrap();
            prop_assert!(!told.contains(&place.idx), "a place that ended is given again");
            tokens.push((place.idx, until, row.gver));
            prop_assert!(row.status.len() <= 3, "{:?}", row.status);
        }
        told.extend(EndedPlace::of(&row.status, now).into_iter().map(|place| place.1));
        for (idx, until, _) in tokens {
            prop_assert!(until.plus(SKEW) <= now || told.contains(&idx), "{idx}");
        }
    }
}

#[test]
fn an_identifier_is_known_by_the_key_that_made_it() {
    let id = new_id(&[1; 32], [7; 10]);
    assert_eq!(id.as_str().len(), 22);
    assert!(is_own_id(&[1; 32], &id));
    assert!(!is_own_id(&[2; 32], &id));
    assert_ne!(id, new_id(&[1; 32], [8; 10]));
    for invented in [
        "",
        "x",
        "AAAAAAAAAAAAAAAAAAAAAA",
        &format!("{id}A"),
        &format!("{id}=="),
    ] {
        assert!(!is_own_id(&[1; 32], &StatusListId::new(invented)), "{invented}");
    }
}

#[test]
fn places_look_random_and_every_list_has_its_own() {
    let of = |seed: u8| {
        (0..64)
            .map(|counter| place(&[seed; 32], counter))
            .collect::<Vec<_>>()
    };
    let (one, other) = (of(1), of(2));
    assert_ne!(one, other);
    let neighbours = one.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) < 1_000);
    assert!(neighbours.count() < 4, "{one:?}");
}

#[test]
fn a_place_of_another_claims_version_or_epoch_does_not_stand() {
    let newest = spare("l", 7, (3_600, 4_000));
    let row = Grant {
        status: vec![newest.clone()],
        ..grant()
    };
    let until = after(300);
    assert_eq!(standing(&row, NOW, until), Some(&newest));
    assert_eq!(
        standing(
            &Grant {
                gver: 1,
                ..row.clone()
            },
            NOW,
            until
        ),
        None
    );
    assert_eq!(
        standing(
            &Grant {
                ep: [2, 0],
                ..row.clone()
            },
            NOW,
            until
        ),
        None
    );
    assert_eq!(standing(&row, after(3_600), after(3_700)), None);
    assert_eq!(
        standing(&row, NOW, after(3_881)),
        None,
        "the token would outlive the list"
    );
    assert_eq!(standing(&row, NOW, after(3_880)), Some(&newest));
}

#[test]
fn the_lowest_bit_of_a_byte_is_its_first_place() {
    let bytes = bits([0, 9, PLACES - 1, PLACES]);
    assert_eq!(bytes.len(), 131_072);
    assert_eq!(bytes[..3], [0b0000_0001, 0b0000_0010, 0]);
    assert_eq!(bytes.last(), Some(&0b1000_0000));
}
