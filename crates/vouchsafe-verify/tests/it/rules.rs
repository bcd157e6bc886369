//! What routes ask: sign-in, freshness, one use; and what a client is told to do about it (S-40, S-41, S-42).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use vouchsafe_verify::fetch::FeedMode;
use vouchsafe_verify::{Acr, Policy, Rejection, RemoteVerifier, Rule, Verifier};

use crate::support::issuer::{FakeClock, HttpIssuer};
use crate::support::{AUDIENCE, FIRST, NOW};

/// A rule in one line.
macro_rules! rule {
    ($name:ident { $($item:ident: $type:ty = $value:expr),* }) => {
        struct $name;
        impl Rule for $name {
            const SCOPE: &str = "orders:read";
            $(const $item: $type = $value;)*
        }
    };
}

rule!(Plain {});
rule!(Strong { MIN_ACR: Option<Acr> = Some(Acr::Mfa) });
rule!(Recent { MAX_AUTH_AGE: Option<u32> = Some(100) });
rule!(StrongAndRecent { MIN_ACR: Option<Acr> = Some(Acr::Pwd), MAX_AUTH_AGE: Option<u32> = Some(30) });
rule!(Once {
    ONE_TIME: bool = true
});
rule!(OnceAndStrong { ONE_TIME: bool = true, MIN_ACR: Option<Acr> = Some(Acr::Phr) });
rule!(Refreshes { BUDGET: Option<u32> = Some(30) });
rule!(Opens { BUDGET: Option<u32> = Some(30), POLICY: Policy = Policy::Open });
rule!(Closes { BUDGET: Option<u32> = Some(30), POLICY: Policy = Policy::Closed });

struct Scene {
    issuer: HttpIssuer,
    clock: Arc<FakeClock>,
    verifier: RemoteVerifier,
}

impl Scene {
    fn new(mode: FeedMode) -> Self {
        Self::of(HttpIssuer::start().with_feed(), mode, 100)
    }

    fn of(issuer: HttpIssuer, mode: FeedMode, one_time_tokens: usize) -> Self {
        let clock = FakeClock::new();
        let verifier = RemoteVerifier::builder(Verifier::new(&issuer.url(), AUDIENCE))
            .feed(mode)
            .one_time_tokens(one_time_tokens)
            .clock(Arc::<FakeClock>::clone(&clock))
            .build()
            .unwrap();
        Self {
            issuer,
            clock,
            verifier,
        }
    }

    fn token(&self, changes: Value) -> String {
        let mut claims = self.issuer.claims();
        let Value::Object(changes) = changes else {
            panic!("changes are an object");
        };
        for (name, value) in changes {
            claims[name] = value;
        }
        FIRST.token(&claims)
    }

    async fn asked<R: Rule>(&self, token: &str) -> Result<(), Rejection> {
        self.verifier.verify_for::<R>(token).await.map(drop)
    }

    async fn refusal<R: Rule>(&self, changes: Value) -> Rejection {
        let token = self.token(changes);
        self.asked::<R>(&token).await.unwrap_err()
    }

    /// Follows the feed up to now, then lets the issuer's heads stop.
    async fn first_head(&self) {
        let reached = self.verifier.feed_reached(0);
        tokio::time::timeout(Duration::from_secs(20), reached)
            .await
            .unwrap();
        for status in [
            &self.issuer.script.feed.pages_status,
            &self.issuer.script.feed.stream_status,
        ] {
            status.store(503, Ordering::SeqCst);
        }
    }
}

#[actix_web::test]
async fn a_weaker_sign_in_than_asked_for_is_challenged_with_the_values_that_would_do() {
    let scene = Scene::new(FeedMode::Off);
    for acr in ["urn:vouchsafe:acr:mfa", "urn:vouchsafe:acr:phr"] {
        let token = scene.token(json!({ "acr": acr }));
        assert_eq!(scene.asked::<Strong>(&token).await, Ok(()));
    }
    for acr in ["urn:vouchsafe:acr:pwd", "urn:vouchsafe:acr:MFA", "gold", ""] {
        let refusal = scene.refusal::<Strong>(json!({ "acr": acr })).await;
        assert_eq!(refusal.status(), 401);
        assert_eq!(
            refusal.challenge().unwrap(),
            concat!(
                r#"Bearer error="insufficient_user_authentication", "#,
                r#"error_description="A stronger sign-in is required", vouchsafe_reason="min_acr", "#,
                r#"acr_values="urn:vouchsafe:acr:mfa urn:vouchsafe:acr:phr""#
            ),
            "{acr}"
        );
    }
}

#[actix_web::test]
async fn a_token_without_a_person_is_no_sign_in() {
    let scene = Scene::new(FeedMode::Off);
    let mut claims = scene.issuer.claims();
    for name in ["acr", "auth_time", "sid", "gid", "gver"] {
        claims.as_object_mut().unwrap().remove(name);
    }
    let token = FIRST.token(&claims);
    assert_eq!(scene.asked::<Plain>(&token).await, Ok(()));
    for refusal in [
        scene.asked::<Strong>(&token).await,
        scene.asked::<Recent>(&token).await,
    ] {
        assert_eq!(
            refusal.unwrap_err().error(),
            Some("insufficient_user_authentication")
        );
    }
}

#[actix_web::test]
async fn an_older_sign_in_than_asked_for_is_challenged_with_the_age() {
    let scene = Scene::new(FeedMode::Off);
    let token = scene.token(json!({ "auth_time": NOW - 100 }));
    assert_eq!(scene.asked::<Recent>(&token).await, Ok(()));
    let refusal = scene.refusal::<Recent>(json!({ "auth_time": NOW - 101 })).await;
    assert_eq!(refusal.reason(), "max_auth_age");
    assert!(refusal.challenge().unwrap().ends_with(r#", max_age="100""#));
    // One step-up shall do: the challenge names all that is asked for.
    let refusal = scene.refusal::<StrongAndRecent>(json!({})).await;
    assert!(refusal.challenge().unwrap().ends_with(concat!(
        r#", acr_values="urn:vouchsafe:acr:pwd urn:vouchsafe:acr:mfa urn:vouchsafe:acr:phr""#,
        r#", max_age="30""#
    )));
}

#[actix_web::test]
async fn a_one_time_token_is_good_once() {
    let scene = Scene::new(FeedMode::Off);
    let token = scene.token(json!({}));
    assert!(scene.asked::<OnceAndStrong>(&token).await.is_err());
    assert_eq!(
        scene.asked::<Once>(&token).await,
        Ok(()),
        "a refused token was not used"
    );
    let refusal = scene.asked::<Once>(&token).await.unwrap_err();
    assert_eq!((refusal.status(), refusal.reason()), (401, "uses_exhausted"));
    assert_eq!(
        scene.asked::<Plain>(&token).await,
        Ok(()),
        "other routes do not count"
    );
    let clone = scene.verifier.clone();
    assert_eq!(
        clone.verify_for::<Once>(&token).await.map(drop),
        Err(Rejection::UsesExhausted)
    );
}

#[actix_web::test]
async fn of_many_at_once_one_gets_through() {
    let scene = Scene::new(FeedMode::Off);
    let token = scene.token(json!({}));
    scene.verifier.fetch_keys().await.unwrap();
    let spend = |_| scene.verifier.verify_for::<Once>(&token);
    let all = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let call = spend(n);
                scope.spawn(move || {
                    let mut call = Box::pin(call);
                    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                    // The keys are there, so there is nothing to wait for.
                    match call.as_mut().poll(&mut context) {
                        std::task::Poll::Ready(outcome) => outcome.is_ok(),
                        std::task::Poll::Pending => panic!("nothing to wait for"),
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .filter(|got_through| *got_through)
            .count()
    });
    assert_eq!(all, 1);
}

#[actix_web::test]
async fn a_full_memory_of_one_time_tokens_refuses_rather_than_forgets() {
    let scene = Scene::of(HttpIssuer::start(), FeedMode::Off, 2);
    let tokens: Vec<String> = (0..3)
        .map(|n| scene.token(json!({ "jti": format!("t_{n}"), "exp": NOW + 300 + n })))
        .collect();
    assert_eq!(scene.asked::<Once>(&tokens[0]).await, Ok(()));
    assert_eq!(scene.asked::<Once>(&tokens[1]).await, Ok(()));
    let refusal = scene.asked::<Once>(&tokens[2]).await.unwrap_err();
    assert_eq!((refusal.status(), refusal.reason()), (503, "replay_guard_full"));
    assert!(refusal.retry_after().is_some() && refusal.challenge().is_none());
    assert_eq!(
        scene.asked::<Once>(&tokens[0]).await,
        Err(Rejection::UsesExhausted)
    );
    // When the first ones can no longer be shown, there is room again.
    scene.clock.pass(361);
    let later = scene.token(json!({ "jti": "later", "iat": NOW + 361, "exp": NOW + 700 }));
    assert_eq!(scene.asked::<Once>(&later).await, Ok(()));
}

#[actix_web::test]
async fn when_heads_stop_routes_tighten_by_their_budget() {
    let scene = Scene::new(FeedMode::Poll);
    scene.first_head().await;
    let token = scene.token(json!({ "iat": NOW - 60 }));
    scene.clock.pass(30);
    assert_eq!(scene.asked::<Refreshes>(&token).await, Ok(()));
    assert_eq!(scene.asked::<Closes>(&token).await, Ok(()));
    scene.clock.pass(1);
    assert_eq!(scene.asked::<Plain>(&token).await, Ok(()));
    assert_eq!(scene.asked::<Opens>(&token).await, Ok(()));
    let refusal = scene.asked::<Refreshes>(&token).await.unwrap_err();
    assert_eq!((refusal.status(), refusal.reason()), (401, "feed_stale"));
    assert_eq!(refusal.error(), Some("invalid_token"));
    let refusal = scene.asked::<Closes>(&token).await.unwrap_err();
    assert_eq!((refusal.status(), refusal.reason()), (503, "feed_stale"));
    assert!(refusal.retry_after().is_some());
    // A refreshed token was looked at by the issuer itself.
    let refreshed = scene.token(json!({ "iat": NOW + 31 }));
    assert_eq!(scene.asked::<Refreshes>(&refreshed).await, Ok(()));
    assert_eq!(scene.asked::<Closes>(&refreshed).await, Ok(()));
}

#[actix_web::test]
async fn without_a_feed_no_route_asks_for_one() {
    let old = json!({ "iat": NOW - 250 });
    let off = Scene::new(FeedMode::Off);
    let none = Scene::of(HttpIssuer::start(), FeedMode::Stream, 1);
    for scene in [off, none] {
        let token = scene.token(old.clone());
        assert_eq!(scene.asked::<Refreshes>(&token).await, Ok(()));
        assert_eq!(scene.asked::<Closes>(&token).await, Ok(()));
    }
}

#[actix_web::test]
async fn before_the_first_head_a_budget_counts_from_the_issue_of_the_token() {
    let scene = Scene::new(FeedMode::Poll);
    scene.issuer.script.feed.pages_status.store(503, Ordering::SeqCst);
    let young = scene.token(json!({ "iat": NOW - 80 }));
    let old = scene.token(json!({ "iat": NOW - 95 }));
    assert_eq!(scene.asked::<Refreshes>(&young).await, Ok(()));
    assert_eq!(
        scene.asked::<Refreshes>(&old).await,
        Err(Rejection::RefreshWanted)
    );
    assert_eq!(scene.asked::<Plain>(&old).await, Ok(()));
}

#[actix_web::test]
async fn who_refreshed_and_is_refused_again_waits_instead_of_refreshing_in_a_circle() {
    let scene = Scene::new(FeedMode::Poll);
    scene.first_head().await;
    let (old, newer) = (
        scene.token(json!({ "iat": NOW - 60 })),
        scene.token(json!({ "iat": NOW - 10 })),
    );
    scene.clock.pass(31);
    for _ in 0..2 {
        assert_eq!(
            scene.asked::<Refreshes>(&old).await,
            Err(Rejection::RefreshWanted)
        );
    }
    // The refreshed token says that it is old, too: one of the clocks is wrong, and refreshing does not mend it.
    scene.clock.pass(60);
    assert_eq!(scene.asked::<Refreshes>(&newer).await, Err(Rejection::FeedStale));
    // Somebody else's refusal is his own.
    let other = scene.token(json!({ "iat": NOW - 10, "gid": "g_2" }));
    assert_eq!(
        scene.asked::<Refreshes>(&other).await,
        Err(Rejection::RefreshWanted)
    );
}

#[actix_web::test]
async fn nothing_of_a_forged_token_is_told() {
    let scene = Scene::new(FeedMode::Poll);
    let genuine = scene.token(json!({ "gid": "g_1", "acr": "gold" }));
    let seq = scene
        .issuer
        .script
        .feed
        .change(|feed| feed.push("grant", "g_1", 0));
    tokio::time::timeout(Duration::from_secs(20), scene.verifier.feed_reached(seq))
        .await
        .unwrap();
    let (input, _) = genuine.rsplit_once('.').unwrap();
    let forged = format!("{input}.{}", "A".repeat(342));
    assert_eq!(
        scene.asked::<Strong>(&forged).await.unwrap_err().reason(),
        "unverifiable"
    );
    assert_eq!(
        scene.asked::<Strong>(&genuine).await.unwrap_err().reason(),
        "revoked"
    );
}
