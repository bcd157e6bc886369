//! How long a token may have been revoked without our knowing: the tables of the exposure rule.

use std::time::Duration;

use proptest::prelude::*;
use vouchsafe_verify::Revocations;
use vouchsafe_verify::revocations::{Exposure, Freshness, Moment, Page};

use crate::support::feed::FakeFeed;
use crate::support::{FIRST, ISSUER, NOW, keys};

const LIFETIME: i64 = 300;

/// Seconds after [`NOW`], by both clocks, when ours is right.
fn at(seconds: i64) -> Moment {
    Moment {
        unix_seconds: NOW + seconds,
        monotonic: Duration::from_secs(u64::try_from(50_000 + seconds).unwrap()),
    }
}

/// What is known after a head that was signed and received at [`NOW`], complete to so many seconds before.
fn known(behind: i64) -> Freshness {
    let mut feed = FakeFeed::new(ISSUER);
    feed.published_to -= behind * 1000;
    let mut known = Revocations::new();
    let page = feed.page(&FIRST, None).to_string();
    let page = Page::open(page.as_bytes(), ISSUER, &keys()).unwrap();
    known.apply(page, at(0)).unwrap();
    known.freshness()
}

#[test]
fn exposure_counts_from_the_later_of_issue_and_last_sync() {
    for (behind, iat, then, expected) in [
        (0, -200, 0, 0),
        (0, -200, 7, 7),
        (4, -200, 7, 11),
        (4, -2, 7, 9),
        (0, 5, 7, 2),
        (0, 7, 7, 0),
        // A token from a clock that is a little ahead.
        (0, 9, 7, 0),
        (500, -200, 0, 200),
    ] {
        let exposure = known(behind).exposure(NOW + iat, at(then));
        assert_eq!(exposure, expected * 1000, "{behind} {iat} {then}");
    }
}

#[test]
fn before_the_first_head_exposure_is_the_age_of_the_token() {
    let nothing = Freshness::default();
    assert_eq!(nothing.exposure(NOW - 120, at(0)), 120_000);
    assert_eq!(nothing.lag(at(0)), None);
    assert_eq!(nothing.judge(NOW - 120, NOW + 180, None, at(0)), Exposure::Within);
    assert_eq!(
        nothing.judge(NOW - 120, NOW + 180, Some(30), at(0)),
        Exposure::Beyond
    );
}

#[test]
fn a_declared_budget_is_tighter_and_a_young_token_is_never_refused() {
    // The last head came at NOW; the token was issued `iat` after it and comes at `then`.
    for (budget, iat, then, expected) in [
        (30, -100, 30, Exposure::Within),
        (30, -100, 31, Exposure::Beyond),
        (30, 0, 31, Exposure::Young),
        (30, 0, 89, Exposure::Young),
        (30, 0, 90, Exposure::Beyond),
        (30, 60, 90, Exposure::Within),
        (30, 60, 149, Exposure::Young),
        (30, 60, 150, Exposure::Beyond),
        (0, 0, 1, Exposure::Young),
        (0, 0, 60, Exposure::Beyond),
        (0, -60, 0, Exposure::Within),
        // A budget longer than the lifetime is the lifetime.
        (9999, -100, 301, Exposure::Beyond),
    ] {
        let judged = known(0).judge(NOW + iat, NOW + iat + LIFETIME, Some(budget), at(then));
        assert_eq!(judged, expected, "{budget} {iat} {then}");
    }
}

#[test]
fn a_head_from_long_ago_does_not_make_the_present_look_like_the_past() {
    let mut known = Revocations::new();
    let feed = FakeFeed::new(ISSUER);
    let page = feed.page(&FIRST, None).to_string();
    // A good head, played to a verifier that starts ten minutes later.
    let late = at(600);
    known
        .apply(Page::open(page.as_bytes(), ISSUER, &keys()).unwrap(), late)
        .unwrap();
    let freshness = known.freshness();
    assert_eq!(freshness.exposure(NOW - 100, late), 540_000);
    assert_eq!(
        freshness.judge(NOW - 100, NOW + 700, Some(30), late),
        Exposure::Beyond
    );
}

#[test]
fn the_issuers_time_is_the_best_that_any_head_has_shown() {
    let mut feed = FakeFeed::new(ISSUER);
    let mut known = Revocations::new();
    let mut receive = |signed_at: i64, received_at: i64| {
        feed.now = (NOW + signed_at) * 1000;
        feed.published_to = feed.now;
        let page = feed.page(&FIRST, None).to_string();
        let page = Page::open(page.as_bytes(), ISSUER, &keys()).unwrap();
        known.apply(page, at(received_at)).unwrap();
        known.freshness()
    };
    // The first took five seconds to come, the second none: the issuer is as far as the second says.
    assert_eq!(receive(0, 5).server_now(at(5)), NOW * 1000);
    assert_eq!(receive(6, 6).server_now(at(6)), (NOW + 6) * 1000);
    // One that was held back does not turn time back.
    let freshness = receive(8, 20);
    assert_eq!(freshness.server_now(at(20)), (NOW + 20) * 1000);
    assert_eq!(freshness.lag(at(20)), Some(12_000));
}

#[test]
fn a_clock_that_was_ahead_once_is_forgotten_after_ten_minutes() {
    let mut feed = FakeFeed::new(ISSUER);
    let mut known = Revocations::new();
    let mut receive = |ahead: i64, then: i64| {
        feed.now = (NOW + then + ahead) * 1000;
        feed.published_to = feed.now;
        let page = feed.page(&FIRST, None).to_string();
        let page = Page::open(page.as_bytes(), ISSUER, &keys()).unwrap();
        known.apply(page, at(then)).unwrap();
        known.freshness().server_now(at(then)) / 1000 - NOW - then
    };
    assert_eq!(receive(0, 0), 0);
    assert_eq!(receive(5, 100), 5);
    for (then, ahead) in [
        (102, 5),
        (299, 5),
        (300, 5),
        (400, 5),
        (599, 5),
        (600, 0),
        (900, 0),
    ] {
        assert_eq!(receive(0, then), ahead, "{then}");
    }
    // And after a pause in which no head came.
    assert_eq!(receive(5, 901), 5);
    assert_eq!(receive(0, 1600), 0);
}

#[test]
fn a_wrong_clock_of_ours_changes_exposure_by_its_bound_at_most() {
    let freshness = known(0);
    // Set back an hour, or ahead: exposure is counted in the issuer's time.
    let mut moment = at(10);
    moment.unix_seconds -= 3600;
    assert_eq!(freshness.exposure(NOW - 100, moment), 10_000);
    let mut moment = at(10);
    moment.unix_seconds += 50;
    assert_eq!(freshness.exposure(NOW - 100, moment), 10_000);
}

proptest! {
    #[test]
    fn the_default_budget_refuses_no_live_token(behind in 0_i64..400, then in 0_i64..900, life in 1_i64..400, of_life in any::<prop::sample::Index>()) {
        // From half a minute before its issue to half a minute after its end: what the clocks may differ by.
        let seconds = of_life.index(usize::try_from(life + 60).unwrap());
        let age = i64::try_from(seconds).unwrap() - 30;
        let iat = then - age;
        let judged = known(behind).judge(NOW + iat, NOW + iat + life, None, at(then));
        prop_assert_ne!(judged, Exposure::Beyond);
    }

    #[test]
    fn a_token_that_was_just_issued_is_never_refused(behind in 0_i64..4000, budget in 0_u32..400, then in 0_i64..900, age in 0_i64..60) {
        let iat = then - age;
        let judged = known(behind).judge(NOW + iat, NOW + iat + LIFETIME, Some(budget), at(then));
        prop_assert_ne!(judged, Exposure::Beyond);
    }

    #[test]
    fn exposure_never_shrinks_while_no_head_comes(behind in 0_i64..400, iat in -400_i64..400, then in 0_i64..900, later in 0_i64..900) {
        let known = known(behind);
        prop_assert!(known.exposure(NOW + iat, at(then)) <= known.exposure(NOW + iat, at(then + later)));
    }
}
