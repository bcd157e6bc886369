//! Limits: N failures pass, the next attempt waits.

use super::samples::{NOW, after};
use proptest::prelude::*;
use vouchsafe_core::decide::throttle::{Limit, Turn};
use vouchsafe_core::model::Span;

const LIMIT: Limit = Limit {
    failures: 10,
    per: Span::from_minutes(15),
};

#[test]
fn limits_read_as_they_are_written() {
    for text in ["10/15m", "1/1s", "100/2h", "3/7d", "5/90s"] {
        assert_eq!(
            Limit::parse(text).map(|limit| limit.to_string()).as_deref(),
            Some(text)
        );
    }
    assert_eq!(Limit::parse("10/15m"), Some(LIMIT));
    for bad in [
        "",
        "10",
        "10/",
        "/15m",
        "0/15m",
        "10/0m",
        "10/15",
        "10/15x",
        "-1/15m",
        "10/-1m",
        "10/1.5m",
        " 10/15m",
        "10/15m ",
        "10/+5m",
        "9999999999/1s",
        "1/9999999999d",
        "1/1\u{e9}",
    ] {
        assert_eq!(Limit::parse(bad), None, "{bad}");
    }
}

#[test]
fn the_attempt_after_the_last_failure_waits_for_the_end_of_the_window() {
    assert_eq!(LIMIT.judge(10, NOW, NOW), Turn::Admitted);
    assert_eq!(
        LIMIT.judge(11, NOW, NOW),
        Turn::Wait {
            retry_after: Span::from_minutes(15)
        }
    );
    assert_eq!(
        LIMIT.judge(11, NOW, after(899)),
        Turn::Wait {
            retry_after: Span::from_seconds(1)
        }
    );
    assert_eq!(LIMIT.judge(11, NOW, after(900)), Turn::Admitted);
    let skewed = LIMIT.judge(11, after(3600), NOW);
    assert_eq!(
        skewed,
        Turn::Wait {
            retry_after: Span::from_minutes(15)
        }
    );
}

proptest! {
    #[test]
    fn waiting_is_never_zero_and_never_longer_than_the_window(
        count in 0_i64..1000, started in -10_000_i64..10_000, failures in 1_u32..100, per in 1_i64..5000,
    ) {
        let limit = Limit { failures, per: Span::from_seconds(per) };
        match limit.judge(count, after(started), NOW) {
            Turn::Admitted => prop_assert!(count <= i64::from(failures) || started + per <= 0),
            Turn::Wait { retry_after } => {
                prop_assert!(count > i64::from(failures));
                prop_assert!(retry_after >= Span::from_seconds(1) && retry_after <= Span::from_seconds(per));
            }
        }
    }

    #[test]
    fn reading_a_limit_never_panics(text in any::<String>()) {
        if let Some(limit) = Limit::parse(&text) {
            prop_assert_eq!(Limit::parse(&limit.to_string()), Some(limit));
        }
    }
}
