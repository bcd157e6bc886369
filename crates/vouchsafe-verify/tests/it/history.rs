//! A feed whose numbers or clock go back: what a restored database and a clock that was set mean to a verifier.

use serde_json::json;
use vouchsafe_verify::revocations::FeedProblem;
use vouchsafe_verify::{Rejection, Revocations};

use crate::revocations::{apply, check, feed, follow};
use crate::support::FIRST;

#[test]
fn a_later_head_with_a_lower_number_is_another_history_and_ends_stay_ends() {
    for page_size in [1, 10_000] {
        let (mut known, mut lost) = (Revocations::new(), feed());
        lost.push("grant", "g_7", 0);
        let mut restored = lost.clone();
        restored.page_size = page_size;
        for (kind, identifier, min) in [("grant", "g_1", 0), ("token", "t_2", 0), ("client", "c_3", 9)] {
            lost.push(kind, identifier, min);
        }
        follow(&mut known, &lost);
        restored.push("grant", "g_2", 0);
        // A node that lags behind by a little is not meant.
        restored.pass(5);
        assert_eq!(
            apply(&mut known, &restored.page(&FIRST, None)),
            Err(FeedProblem::HeadOld)
        );
        restored.pass(1);
        let increment = restored.page(&FIRST, Some(("t1", restored.last())));
        let problem = apply(&mut known, &increment).unwrap_err();
        assert_eq!(problem, FeedProblem::HistoryChanged);
        assert!(problem.needs_snapshot());
        known.ask_anew();
        follow(&mut known, &restored);
        assert_eq!(known.seq(), Some(restored.last()));
        for (changes, expected) in [
            (json!({"gid": "g_1"}), Err(Rejection::Revoked)),
            (json!({"gid": "g_2"}), Err(Rejection::Revoked)),
            (json!({"gid": "g_7"}), Err(Rejection::Revoked)),
            (json!({"jti": "t_2", "gid": "g_9"}), Err(Rejection::Revoked)),
            // The restored database counts versions anew; the old floors would lock people out.
            (json!({"client_id": "c_3", "gid": "g_9"}), Ok(())),
        ] {
            assert_eq!(check(&known, changes.clone()), expected, "{changes}");
        }
    }
}

#[test]
fn a_restored_database_that_went_on_further_takes_no_end_back_either() {
    let (mut known, mut lost) = (Revocations::new(), feed());
    let mut restored = lost.clone();
    lost.push("grant", "g_1", 0);
    follow(&mut known, &lost);
    restored.push("grant", "g_2", 0);
    let reached = restored.push("grant", "g_3", 0);
    restored.pass(60);
    let increment = restored.page(&FIRST, Some(("t1", reached)));
    assert_eq!(apply(&mut known, &increment), Err(FeedProblem::HashMismatch));
    known.ask_anew();
    follow(&mut known, &restored);
    for grant in ["g_1", "g_2", "g_3"] {
        assert_eq!(check(&known, json!({"gid": grant})), Err(Rejection::Revoked));
    }
}

#[test]
fn entries_come_through_while_the_issuers_clock_is_behind_and_freshness_does_not_go_back() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    feed.push("grant", "g_9", 0);
    follow(&mut known, &feed);
    let freshness = known.freshness();
    feed.pass(-3600);
    feed.push("grant", "g_1", 0);
    follow(&mut known, &feed);
    assert_eq!(check(&known, json!({"gid": "g_1"})), Err(Rejection::Revoked));
    assert_eq!(known.seq(), Some(feed.last()));
    assert_eq!(known.freshness(), freshness);
    // A snapshot is as welcome.
    known.ask_anew();
    follow(&mut known, &feed);
    assert_eq!(known.freshness(), freshness);
}
