//! RFC 9700 §4.14 and the attacks F, X-05: one verdict at a time.

use super::samples::{NOW, after, grant};
use vouchsafe_core::decide::refresh::{RefreshVerdict as Verdict, Step, Windows, judge_refresh};
use vouchsafe_core::model::{EndReason, Grant, Span, UnixTime};
use vouchsafe_core::refusal::Reason;

const WINDOWS: Windows = Windows {
    retry: Span::from_seconds(10),
    displace: Span::from_minutes(10),
};

/// Generation 5, made from 4 just now.
fn chain() -> Grant {
    Grant {
        generation: 5,
        parent: Some(4),
        rotated_at: Some(NOW),
        parent_at: Some(NOW),
        ..grant()
    }
}

fn judged(grant: &Grant, generation: i64, now: UnixTime) -> Verdict {
    judge_refresh(grant, generation, &WINDOWS, true, now)
}

#[test]
fn the_current_generation_rotates() {
    let step = Step {
        to: 6,
        parent: 5,
        rotated_at: after(3),
        parent_at: after(3),
        recovered: 0,
    };
    assert_eq!(judged(&chain(), 5, after(3)), Verdict::Rotate(step));
    let displaced = Grant {
        recovered: 3,
        ..chain()
    };
    assert_eq!(
        judged(&displaced, 5, after(3)),
        Verdict::Rotate(step),
        "an ordinary rotation forgets repairs"
    );
}

#[test]
fn the_first_generation_has_no_parent() {
    let step = Step {
        to: 1,
        parent: 0,
        rotated_at: NOW,
        parent_at: NOW,
        recovered: 0,
    };
    assert_eq!(judged(&grant(), 0, NOW), Verdict::Rotate(step));
    assert_eq!(judged(&grant(), -1, NOW), Verdict::Reuse);
}

#[test]
fn the_parent_gets_the_current_generation_for_a_moment_then_displaces_it_then_is_reuse() {
    let displaced = |seconds| {
        let at = after(seconds);
        Verdict::Displace(Step {
            to: 6,
            parent: 4,
            rotated_at: at,
            parent_at: NOW,
            recovered: 1,
        })
    };
    assert_eq!(judged(&chain(), 4, NOW), Verdict::Same);
    assert_eq!(judged(&chain(), 4, after(9)), Verdict::Same);
    assert_eq!(judged(&chain(), 4, after(10)), displaced(10));
    assert_eq!(judged(&chain(), 4, after(599)), displaced(599));
    assert_eq!(judged(&chain(), 4, after(600)), Verdict::Reuse);
    // A node whose clock is behind the one that rotated.
    assert_eq!(judged(&chain(), 4, after(-5)), Verdict::Same);
}

#[test]
fn a_displacement_restarts_the_retry_window_but_not_its_own() {
    let displaced = Grant {
        generation: 6,
        rotated_at: Some(after(595)),
        recovered: 1,
        ..chain()
    };
    assert_eq!(judged(&displaced, 4, after(604)), Verdict::Same);
    assert_eq!(judged(&displaced, 4, after(605)), Verdict::Reuse);
}

#[test]
fn a_lost_answer_is_repaired_three_times() {
    let repaired = |recovered| judged(&Grant { recovered, ..chain() }, 4, after(60));
    assert!(matches!(
        repaired(2),
        Verdict::Displace(Step { recovered: 3, .. })
    ));
    assert_eq!(repaired(3), Verdict::Reuse);
    let retried = judged(
        &Grant {
            recovered: 3,
            ..chain()
        },
        4,
        after(1),
    );
    assert_eq!(retried, Verdict::Same, "a retry is no repair");
}

#[test]
fn a_displaced_successor_and_every_older_generation_is_reuse() {
    let displaced = Grant {
        generation: 6,
        recovered: 1,
        ..chain()
    };
    for generation in [5, 3, 2, 1, 0, -1, i64::MIN] {
        assert_eq!(
            judged(&displaced, generation, after(1)),
            Verdict::Reuse,
            "{generation}"
        );
    }
    for age in [1, 1000, 10_000_000] {
        assert_eq!(judged(&chain(), 3, after(age)), Verdict::Reuse);
    }
}

#[test]
fn a_little_ahead_of_the_row_is_a_lost_write_and_far_ahead_is_reuse() {
    for ahead in 1..=3 {
        let step = Step {
            to: 6 + ahead,
            parent: 5 + ahead,
            rotated_at: NOW,
            parent_at: NOW,
            recovered: 0,
        };
        assert_eq!(judged(&chain(), 5 + ahead, NOW), Verdict::Jump(step));
    }
    for far in [9, i64::MAX] {
        assert_eq!(judged(&chain(), far, NOW), Verdict::Reuse);
    }
}

#[test]
fn a_window_of_zero_is_off() {
    let off = Windows {
        retry: Span::ZERO,
        displace: Span::ZERO,
    };
    assert_eq!(judge_refresh(&chain(), 4, &off, true, NOW), Verdict::Reuse);
    let no_retry = Windows {
        retry: Span::ZERO,
        ..WINDOWS
    };
    assert!(matches!(
        judge_refresh(&chain(), 4, &no_retry, true, NOW),
        Verdict::Displace(_)
    ));
}

#[test]
fn a_client_that_does_not_rotate_gets_the_same_again() {
    let judged = |grant: &Grant, generation| judge_refresh(grant, generation, &WINDOWS, false, after(99));
    assert_eq!(judged(&grant(), 0), Verdict::Same);
    assert_eq!(judged(&chain(), 5), Verdict::Same);
    assert_eq!(judged(&chain(), 3), Verdict::Reuse);
}

#[test]
fn what_ended_expired_or_never_began_gives_nothing() {
    let refused = |grant: Grant, now| match judged(&grant, 5, now) {
        Verdict::Refuse(reason) => Some(reason),
        Verdict::Rotate(_) | Verdict::Same | Verdict::Displace(_) | Verdict::Jump(_) | Verdict::Reuse => None,
    };
    let ended = Grant {
        ended: Some((NOW, EndReason::Revoked)),
        ..chain()
    };
    assert_eq!(refused(ended, NOW), Some(Reason::GrantEnded));
    let idle = Grant {
        idle_expires_at: after(1),
        ..chain()
    };
    assert_eq!(refused(idle.clone(), NOW), None);
    assert_eq!(refused(idle, after(1)), Some(Reason::RefreshTokenExpired));
    let absolute = Grant {
        expires_at: after(1),
        ..chain()
    };
    assert_eq!(refused(absolute, after(1)), Some(Reason::RefreshTokenExpired));
    let none = Grant {
        refreshable: false,
        ..chain()
    };
    assert_eq!(refused(none, NOW), Some(Reason::RefreshTokenUnknown));
}
