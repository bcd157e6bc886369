//! The revocation feed over HTTP: followed by stream and by asking, through whatever happens on the way (T-13, RL6).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use vouchsafe_verify::fetch::{FeedMode, FetchProblem};
use vouchsafe_verify::revocations::FeedProblem;
use vouchsafe_verify::{AnyScope, Rejection, RemoteVerifier, Verifier};

use crate::support::feed::FakeFeed;
use crate::support::issuer::{FakeClock, HttpIssuer};
use crate::support::{AUDIENCE, FIRST, SECOND};

fn verifier(issuer: &HttpIssuer, mode: FeedMode, clock: &Arc<FakeClock>) -> RemoteVerifier {
    RemoteVerifier::builder(Verifier::new(&issuer.url(), AUDIENCE))
        .feed(mode)
        .clock(Arc::<FakeClock>::clone(clock))
        .build()
        .unwrap()
}

async fn outcome(verifier: &RemoteVerifier, token: &str) -> Result<(), Rejection> {
    verifier.verify(token).await.map(drop)
}

/// Waits for the feed, but not for ever.
async fn reached(verifier: &RemoteVerifier, seq: u64) {
    let reached = tokio::time::timeout(Duration::from_secs(20), verifier.feed_reached(seq)).await;
    assert!(reached.is_ok(), "{:?}", verifier.feed_problem());
}

/// Waits until something is so, but not for ever.
async fn until(mut is_so: impl FnMut() -> bool) {
    let becomes_so = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    let became_so = tokio::time::timeout(Duration::from_secs(20), becomes_so).await;
    assert!(became_so.is_ok());
}

#[actix_web::test]
async fn an_ended_grant_is_refused_by_poll_and_by_stream() {
    for mode in [FeedMode::Poll, FeedMode::Stream] {
        let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
        let verifier = verifier(&issuer, mode, &clock);
        let token = FIRST.token(&issuer.claims());
        assert_eq!(outcome(&verifier, &token).await, Ok(()));
        reached(&verifier, 0).await;
        let seq = issuer.script.feed.change(|feed| feed.push("grant", "g_1", 0));
        reached(&verifier, seq).await;
        assert_eq!(outcome(&verifier, &token).await, Err(Rejection::Revoked));
        let mut other = issuer.claims();
        other["gid"] = json!("g_2");
        assert_eq!(outcome(&verifier, &FIRST.token(&other)).await, Ok(()));
        let feed = &issuer.script.feed;
        let streams = u32::from(mode == FeedMode::Stream);
        assert_eq!(feed.stream_requests.load(Ordering::SeqCst), streams);
        assert_eq!(feed.page_requests.load(Ordering::SeqCst) == 0, streams == 1);
        assert_eq!(feed.snapshots.load(Ordering::SeqCst), 1);
    }
}

#[actix_web::test]
async fn clones_share_one_task_which_ends_with_the_last_of_them() {
    let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
    let first = verifier(&issuer, FeedMode::Stream, &clock);
    let clones = [first.clone(), first.clone()];
    for verifier in &clones {
        reached(verifier, 0).await;
    }
    let mut listeners = issuer.script.feed.listeners.subscribe();
    assert_eq!(*listeners.borrow(), 1);
    drop(first);
    let seq = issuer.script.feed.change(|feed| feed.push("token", "t_1", 0));
    reached(&clones[0], seq).await;
    drop(clones);
    // A server notices that nobody listens when it has something to say.
    while *listeners.borrow_and_update() > 0 {
        issuer.script.feed.change(|feed| feed.pass(2));
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn an_issuer_without_a_feed_is_not_asked_for_one() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = verifier(&issuer, FeedMode::Stream, &clock);
    let token = FIRST.token(&issuer.claims());
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
    assert_eq!(verifier.figures().feed_lag_ms, None);
    assert_eq!(issuer.script.feed.page_requests.load(Ordering::SeqCst), 0);
    assert_eq!(issuer.script.feed.stream_requests.load(Ordering::SeqCst), 0);
}

#[actix_web::test]
async fn a_feed_that_is_switched_off_is_not_followed() {
    let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
    issuer.script.feed.change(|feed| feed.push("grant", "g_1", 0));
    let verifier = verifier(&issuer, FeedMode::Off, &clock);
    let token = FIRST.token(&issuer.claims());
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
    assert_eq!(issuer.script.feed.stream_requests.load(Ordering::SeqCst), 0);
    assert_eq!(verifier.figures().feed_lag_ms, None);
}

#[actix_web::test]
async fn a_feed_at_another_origin_is_not_asked() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let elsewhere = HttpIssuer::start().with_feed();
    *issuer.script.announces.lock().unwrap() = vec![(
        "vouchsafe_revocations_uri",
        json!(format!("{}/revocations", elsewhere.url())),
    )];
    let verifier = verifier(&issuer, FeedMode::Poll, &clock);
    assert_eq!(outcome(&verifier, &FIRST.token(&issuer.claims())).await, Ok(()));
    // The task has run as far as it can when the one that woke it goes on.
    while verifier.feed_problem().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(verifier.feed_problem(), Some(FetchProblem::FeedRefused));
    assert_eq!(elsewhere.script.feed.page_requests.load(Ordering::SeqCst), 0);
}

#[actix_web::test]
async fn where_streams_do_not_work_pages_are_asked_for() {
    for status in [404, 302, 200] {
        let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
        // 200 without events is no stream either.
        issuer.script.feed.stream_status.store(status, Ordering::SeqCst);
        let verifier = verifier(&issuer, FeedMode::Stream, &clock);
        let seq = issuer.script.feed.change(|feed| feed.push("grant", "g_1", 0));
        reached(&verifier, seq).await;
        let token = FIRST.token(&issuer.claims());
        assert_eq!(outcome(&verifier, &token).await, Err(Rejection::Revoked));
        assert!(issuer.script.feed.page_requests.load(Ordering::SeqCst) > 0);
        assert_eq!(issuer.script.feed.stream_requests.load(Ordering::SeqCst), 2);
    }
}

#[actix_web::test]
async fn redirects_are_not_followed_for_pages_either() {
    let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
    issuer.script.feed.pages_status.store(302, Ordering::SeqCst);
    let verifier = verifier(&issuer, FeedMode::Poll, &clock);
    assert_eq!(outcome(&verifier, &FIRST.token(&issuer.claims())).await, Ok(()));
    while verifier.feed_problem().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(verifier.feed_problem(), Some(FetchProblem::Status(302)));
}

#[actix_web::test]
async fn a_stream_that_ends_is_taken_up_where_it_ended() {
    let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
    issuer.script.feed.stream_ends.store(true, Ordering::SeqCst);
    let verifier = verifier(&issuer, FeedMode::Stream, &clock);
    for grant in ["g_1", "g_2", "g_3"] {
        let seq = issuer.script.feed.change(|feed| feed.push("grant", grant, 0));
        reached(&verifier, seq).await;
    }
    assert!(issuer.script.feed.stream_requests.load(Ordering::SeqCst) >= 3);
    assert_eq!(issuer.script.feed.snapshots.load(Ordering::SeqCst), 1);
    assert_eq!(issuer.script.feed.page_requests.load(Ordering::SeqCst), 0);
}

#[actix_web::test]
async fn an_answer_of_many_pages_is_read_to_its_end() {
    for mode in [FeedMode::Poll, FeedMode::Stream] {
        let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
        let seq = issuer.script.feed.change(|feed| {
            feed.page_size = 3;
            for grant in 0..20 {
                feed.push("grant", &format!("g_{grant}"), 0);
            }
            feed.last()
        });
        let verifier = verifier(&issuer, mode, &clock);
        reached(&verifier, seq).await;
        let token = FIRST.token(&issuer.claims());
        assert_eq!(outcome(&verifier, &token).await, Err(Rejection::Revoked));
        assert_eq!(issuer.script.feed.snapshots.load(Ordering::SeqCst), 1);
    }
}

#[actix_web::test]
async fn a_gap_is_closed_by_a_snapshot() {
    for mode in [FeedMode::Poll, FeedMode::Stream] {
        let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
        let verifier = verifier(&issuer, mode, &clock);
        reached(&verifier, 0).await;
        // An entry gets lost on the way: the head says so, and until that is mended nothing new counts.
        issuer.script.feed.forgets.store(true, Ordering::SeqCst);
        let seq = issuer.script.feed.change(|feed| feed.push("grant", "g_1", 0));
        while verifier.feed_problem().is_none() {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            verifier.feed_problem(),
            Some(FetchProblem::Feed(FeedProblem::HashMismatch))
        );
        issuer.script.feed.forgets.store(false, Ordering::SeqCst);
        reached(&verifier, seq).await;
        assert!(issuer.script.feed.snapshots.load(Ordering::SeqCst) >= 2);
        let token = FIRST.token(&issuer.claims());
        assert_eq!(outcome(&verifier, &token).await, Err(Rejection::Revoked));
        assert_eq!(verifier.feed_problem(), None);
    }
}

#[actix_web::test]
async fn a_new_timeline_is_taken_up_by_itself() {
    for mode in [FeedMode::Poll, FeedMode::Stream] {
        let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
        let verifier = verifier(&issuer, mode, &clock);
        let old = issuer.script.feed.change(|feed| {
            feed.push("grant", "g_8", 0);
            feed.push("grant", "g_9", 0)
        });
        reached(&verifier, old).await;
        let mut restored = FakeFeed::new(&issuer.url());
        restored.timeline = "t2".to_owned();
        for grant in ["g_1", "g_2", "g_3"] {
            restored.push("grant", grant, 0);
        }
        let seq = restored.last();
        issuer.script.feed.publish(restored);
        reached(&verifier, seq).await;
        for gid in ["g_1", "g_9"] {
            let mut claims = issuer.claims();
            claims["gid"] = json!(gid);
            assert_eq!(
                outcome(&verifier, &FIRST.token(&claims)).await,
                Err(Rejection::Revoked)
            );
        }
    }
}

#[actix_web::test]
async fn a_head_by_a_key_that_is_new_fetches_the_keys() {
    let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
    let verifier = verifier(&issuer, FeedMode::Poll, &clock);
    verifier.fetch_keys().await.unwrap();
    issuer.publish(&[&FIRST, &SECOND]);
    issuer.script.feed.signs_with_second.store(true, Ordering::SeqCst);
    let seq = issuer.script.feed.change(|feed| feed.push("key", "first", 0));
    reached(&verifier, seq).await;
    let token = FIRST.token(&issuer.claims());
    assert_eq!(outcome(&verifier, &token).await, Err(Rejection::KeyRevoked));
    let token = SECOND.token(&issuer.claims());
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
}

#[actix_web::test]
async fn the_lag_grows_when_heads_stop_coming() {
    let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
    let verifier = verifier(&issuer, FeedMode::Poll, &clock);
    assert_eq!(verifier.figures().feed_lag_ms, None);
    reached(&verifier, 0).await;
    assert_eq!(verifier.figures().feed_lag_ms, Some(0));
    clock.pass(7);
    assert_eq!(verifier.figures().feed_lag_ms, Some(7000));
    let seq = issuer.script.feed.change(|feed| {
        feed.pass(7);
        feed.push("token", "t_9", 0)
    });
    reached(&verifier, seq).await;
    assert_eq!(verifier.figures().feed_lag_ms, Some(0));
}

#[actix_web::test]
async fn a_node_whose_head_stands_is_left_and_the_problem_stays_until_it_moves() {
    for mode in [FeedMode::Poll, FeedMode::Stream] {
        let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
        let verifier = verifier(&issuer, mode, &clock);
        reached(&verifier, 0).await;
        let feed = &issuer.script.feed;
        feed.is_sick.store(true, Ordering::SeqCst);
        // The node goes on answering, with comments or with the head that it has.
        clock.advance(9);
        feed.change(|_| ());
        assert_eq!(verifier.feed_problem(), None);
        let before = verifier.figures().heads;
        clock.advance(1);
        until(|| {
            feed.change(|_| ());
            verifier.feed_problem() == Some(FetchProblem::HeadStands)
        })
        .await;
        // It comes back, and the same head is no comfort.
        until(|| {
            feed.change(|_| ());
            let figures = verifier.figures();
            figures.reconnects > 0 && figures.heads > before
        })
        .await;
        assert_eq!(verifier.feed_problem(), Some(FetchProblem::HeadStands));
        feed.is_sick.store(false, Ordering::SeqCst);
        feed.change(|feed| feed.pass(1));
        until(|| {
            feed.change(|_| ());
            verifier.feed_problem().is_none()
        })
        .await;
    }
}

#[actix_web::test]
async fn a_database_that_was_set_back_is_noticed_by_itself() {
    for mode in [FeedMode::Poll, FeedMode::Stream] {
        let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
        let verifier = verifier(&issuer, mode, &clock);
        let old = issuer.script.feed.change(|feed| {
            feed.push("grant", "g_8", 0);
            feed.push("grant", "g_9", 0)
        });
        reached(&verifier, old).await;
        let mut restored = FakeFeed::new(&issuer.url());
        restored.pass(6);
        restored.push("grant", "g_1", 0);
        issuer.script.feed.publish(restored);
        until(|| verifier.figures().snapshots == 2).await;
        for gid in ["g_1", "g_9"] {
            let mut claims = issuer.claims();
            claims["gid"] = json!(gid);
            assert_eq!(
                outcome(&verifier, &FIRST.token(&claims)).await,
                Err(Rejection::Revoked)
            );
        }
    }
}

#[actix_web::test]
async fn a_verifier_tells_what_it_holds_and_what_it_refused() {
    let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
    let verifier = verifier(&issuer, FeedMode::Stream, &clock);
    reached(&verifier, 0).await;
    let seq = issuer.script.feed.change(|feed| {
        feed.push("grant", "g_1", 0);
        feed.push("grant", "g_2", 0)
    });
    reached(&verifier, seq).await;
    let token = FIRST.token(&issuer.claims());
    for _ in 0..3 {
        assert_eq!(outcome(&verifier, &token).await, Err(Rejection::Revoked));
    }
    assert!(outcome(&verifier.clone(), "a.b.c").await.is_err());
    let figures = verifier.figures();
    assert_eq!(figures.entries, 2);
    assert!(figures.heads >= 2);
    assert_eq!((figures.snapshots, figures.reconnects), (1, 0));
    assert_eq!(figures.feed_lag_ms, Some(0));
    assert_eq!(
        figures.refusals.into_iter().collect::<Vec<_>>(),
        [("revoked", 3), ("unverifiable", 1)]
    );
}

#[actix_web::test]
async fn the_exposure_of_the_latest_token_is_told() {
    let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
    let verifier = verifier(&issuer, FeedMode::Poll, &clock);
    reached(&verifier, 0).await;
    clock.pass(4);
    let token = FIRST.token(&issuer.claims());
    verifier.verify_for::<AnyScope>(&token).await.unwrap();
    assert_eq!(verifier.figures().exposure_ms, 4000);
    assert!(
        verifier
            .figures()
            .prometheus()
            .contains("vouchsafe_verify_exposure_seconds 4.000\n")
    );
}

#[actix_web::test]
async fn an_issuer_that_was_asked_too_often_is_left_alone_as_long_as_it_says() {
    let (busy, broken, clock) = (
        HttpIssuer::start().with_feed(),
        HttpIssuer::start().with_feed(),
        FakeClock::new(),
    );
    busy.script.feed.pages_status.store(429, Ordering::SeqCst);
    broken.script.feed.pages_status.store(503, Ordering::SeqCst);
    let left_alone = verifier(&busy, FeedMode::Poll, &clock);
    assert_eq!(outcome(&left_alone, &FIRST.token(&busy.claims())).await, Ok(()));
    until(|| left_alone.feed_problem().is_some()).await;
    let expected = FetchProblem::TooManyRequests(Duration::from_mins(1));
    assert_eq!(left_alone.feed_problem(), Some(expected));
    // One that says nothing is asked again meanwhile, as patience has it.
    let asked = verifier(&broken, FeedMode::Poll, &clock);
    assert_eq!(outcome(&asked, &FIRST.token(&broken.claims())).await, Ok(()));
    until(|| broken.script.feed.page_requests.load(Ordering::SeqCst) >= 3).await;
    assert_eq!(busy.script.feed.page_requests.load(Ordering::SeqCst), 1);
}

#[actix_web::test]
async fn where_there_is_no_place_for_a_stream_pages_are_asked_for_at_once() {
    let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
    issuer.script.feed.stream_status.store(429, Ordering::SeqCst);
    let verifier = verifier(&issuer, FeedMode::Stream, &clock);
    let seq = issuer.script.feed.change(|feed| feed.push("grant", "g_1", 0));
    reached(&verifier, seq).await;
    assert_eq!(issuer.script.feed.stream_requests.load(Ordering::SeqCst), 1);
}

#[actix_web::test]
async fn a_page_without_end_is_not_read_to_its_end() {
    for mode in [FeedMode::Poll, FeedMode::Stream] {
        let (issuer, clock) = (HttpIssuer::start().with_feed(), FakeClock::new());
        issuer.script.feed.bloats.store(true, Ordering::SeqCst);
        let verifier = verifier(&issuer, mode, &clock);
        assert_eq!(outcome(&verifier, &FIRST.token(&issuer.claims())).await, Ok(()));
        while verifier.feed_problem().is_none() {
            tokio::task::yield_now().await;
        }
        assert_eq!(verifier.feed_problem(), Some(FetchProblem::TooLarge));
        assert_eq!(verifier.figures().heads, 0);
    }
}
