//! The keys of a remote issuer: found, kept, renewed, and kept through an outage (T-07, T-09, RL2).

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use vouchsafe_verify::fetch::{FetchProblem, SetupProblem};
use vouchsafe_verify::{Rejection, RemoteVerifier, Verifier};

use crate::support::issuer::{FakeClock, HttpIssuer};
use crate::support::{AUDIENCE, FIRST, SECOND, header, key_set};

async fn outcome(verifier: &RemoteVerifier, token: &str) -> Result<(), Rejection> {
    verifier.verify(token).await.map(drop)
}

/// Calls that overlap: all of them wait for the keys before the issuer answers any.
async fn together(
    issuer: &HttpIssuer,
    verifier: &RemoteVerifier,
    tokens: Vec<String>,
) -> Vec<Result<(), Rejection>> {
    issuer.shut_gate(true);
    let mut callers = JoinSet::new();
    for token in tokens {
        let verifier = verifier.clone();
        callers.spawn(async move { outcome(&verifier, &token).await });
    }
    // One thread runs them all in turn: after this each of them has got as far as it can.
    tokio::task::yield_now().await;
    issuer.shut_gate(false);
    callers.join_all().await
}

/// Waits for a fetch that runs in the background, if there is one.
async fn settle(verifier: &RemoteVerifier) {
    let _outcome = verifier.fetch_keys().await;
}

#[actix_web::test]
async fn the_first_token_fetches_the_keys_and_the_next_do_not() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    assert_eq!(issuer.key_fetches(), 0, "nothing is fetched before it is needed");
    let token = FIRST.token(&issuer.claims());
    for _ in 0..10 {
        assert_eq!(outcome(&verifier, &token).await, Ok(()));
    }
    assert_eq!(issuer.key_fetches(), 1);
    assert_eq!(verifier.problem(), None);
}

#[actix_web::test]
async fn callers_that_arrive_together_share_one_fetch() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    let token = FIRST.token(&issuer.claims());
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let (verifier, token) = (verifier.clone(), token.clone());
        callers.spawn(async move { outcome(&verifier, &token).await });
    }
    assert!(
        callers
            .join_all()
            .await
            .into_iter()
            .all(|outcome| outcome.is_ok())
    );
    assert_eq!(issuer.key_fetches(), 1);
}

/// T-07.
#[actix_web::test]
async fn a_hundred_unknown_kids_at_once_cost_one_fetch() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    verifier.fetch_keys().await.unwrap();
    let stranger = |n| FIRST.sign(&header(&format!("unknown-{n}")), issuer.claims().to_string());
    let unknown = Err(Rejection::KeyUnknown);
    let outcomes = together(&issuer, &verifier, (0..100).map(stranger).collect()).await;
    assert!(outcomes.into_iter().all(|outcome| outcome == unknown));
    assert_eq!(issuer.key_fetches(), 2);
    // For the next half minute they cost nothing at all, and then one more.
    clock.advance(29);
    assert_eq!(outcome(&verifier, &stranger(100)).await, unknown);
    assert_eq!(issuer.key_fetches(), 2);
    clock.advance(1);
    assert_eq!(outcome(&verifier, &stranger(101)).await, unknown);
    assert_eq!(issuer.key_fetches(), 3);
}

#[actix_web::test]
async fn good_tokens_do_not_wait_for_the_fetch_that_a_stranger_causes() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    let good = FIRST.token(&issuer.claims());
    assert_eq!(outcome(&verifier, &good).await, Ok(()));
    issuer.shut_gate(true);
    let stranger = FIRST.sign(&header("unknown"), issuer.claims().to_string());
    let waiting = tokio::time::timeout(Duration::ZERO, outcome(&verifier, &stranger)).await;
    assert!(waiting.is_err());
    assert_eq!(outcome(&verifier, &good).await, Ok(()));
    issuer.shut_gate(false);
}

#[actix_web::test]
async fn a_new_key_is_found_by_the_first_token_that_names_it() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    let old = FIRST.token(&issuer.claims());
    assert_eq!(outcome(&verifier, &old).await, Ok(()));
    issuer.publish(&[&SECOND, &FIRST]);
    assert_eq!(outcome(&verifier, &SECOND.token(&issuer.claims())).await, Ok(()));
    assert_eq!(outcome(&verifier, &old).await, Ok(()));
    assert_eq!(issuer.key_fetches(), 2);
}

#[actix_web::test]
async fn a_key_that_is_withdrawn_falls_with_the_next_fetch() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    let token = FIRST.token(&issuer.claims());
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
    issuer.publish(&[&SECOND]);
    clock.advance(300);
    assert_eq!(outcome(&verifier, &token).await, Err(Rejection::KeyUnknown));
    assert_eq!(outcome(&verifier, &SECOND.token(&issuer.claims())).await, Ok(()));
}

#[actix_web::test]
async fn keys_live_as_long_as_the_issuer_says_within_reason() {
    let cases = [
        (None, 299, 300),
        (Some("public, max-age=600"), 599, 600),
        (Some("max-age=1"), 59, 60),
        (Some("no-store"), 59, 60),
        (Some("max-age=1000000"), 3599, 3600),
    ];
    for (line, fresh, stale) in cases {
        let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
        *issuer.script.cache_control.lock().unwrap() = line.map(str::to_owned);
        let verifier = issuer.verifier(&clock);
        let token = FIRST.token(&issuer.claims());
        assert_eq!(outcome(&verifier, &token).await, Ok(()));
        issuer.publish(&[&SECOND]);
        clock.advance(fresh);
        // Near the end of their life the keys are renewed in the background, and this caller does not wait.
        assert_eq!(outcome(&verifier, &token).await, Ok(()), "{line:?}");
        settle(&verifier).await;
        assert_eq!(issuer.key_fetches(), 2, "{line:?}");
        assert_eq!(
            outcome(&verifier, &token).await,
            Err(Rejection::KeyUnknown),
            "{line:?}"
        );
        clock.advance(stale);
        issuer.publish(&[&FIRST]);
        // After it the caller waits for the new ones.
        assert_eq!(outcome(&verifier, &token).await, Ok(()), "{line:?}");
    }
}

#[actix_web::test]
async fn the_last_good_keys_carry_through_an_outage_but_not_for_ever() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    let token = FIRST.token(&issuer.claims());
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
    issuer.set_down(true);
    for _ in 0..11 {
        clock.advance(300);
        assert_eq!(outcome(&verifier, &token).await, Ok(()));
        settle(&verifier).await;
    }
    assert_eq!(verifier.problem(), Some(FetchProblem::Status(503)));
    clock.advance(300);
    assert_eq!(outcome(&verifier, &token).await, Err(Rejection::KeysUnavailable));
    issuer.set_down(false);
    clock.advance(120);
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
    assert_eq!(verifier.problem(), None);
}

#[actix_web::test]
async fn a_bad_key_set_does_not_replace_a_good_one() {
    for text in ["not json", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":""}]}"#] {
        let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
        let verifier = issuer.verifier(&clock);
        let token = FIRST.token(&issuer.claims());
        assert_eq!(outcome(&verifier, &token).await, Ok(()));
        issuer.publish_text(text);
        clock.advance(300);
        assert_eq!(outcome(&verifier, &token).await, Ok(()), "{text}");
        assert!(verifier.problem().is_some());
    }
}

#[actix_web::test]
async fn a_key_set_larger_than_the_limit_is_not_read() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    issuer.publish_text(&format!("{}{}", key_set(&[&FIRST]), " ".repeat(300_000)));
    assert_eq!(
        issuer.verifier(&clock).fetch_keys().await,
        Err(FetchProblem::TooLarge)
    );
}

#[actix_web::test]
async fn a_redirect_is_not_followed() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    issuer.script.redirects.store(true, Ordering::SeqCst);
    assert_eq!(
        issuer.verifier(&clock).fetch_keys().await,
        Err(FetchProblem::Status(302))
    );
    assert_eq!(issuer.key_fetches(), 1);
}

/// The service starts before its issuer does.
#[actix_web::test]
async fn an_issuer_that_is_not_there_yet_makes_503_and_not_401() {
    let clock = FakeClock::new();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let issuer_url = format!("http://{address}");
    let verifier = RemoteVerifier::builder(Verifier::new(&issuer_url, AUDIENCE))
        .clock(Arc::<FakeClock>::clone(&clock))
        .build()
        .unwrap();
    let token = FIRST.token(&crate::support::claims_with(json!({ "iss": issuer_url })));
    assert_eq!(outcome(&verifier, &token).await, Err(Rejection::KeysUnavailable));
    assert_eq!(verifier.problem(), Some(FetchProblem::Unreachable));
    let issuer = HttpIssuer::start_at(TcpListener::bind(address).unwrap());
    assert_eq!(
        outcome(&verifier, &token).await,
        Err(Rejection::KeysUnavailable),
        "not asked again at once"
    );
    clock.advance(2);
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
    issuer.stop().await;
}

/// T-09.
#[actix_web::test]
async fn metadata_of_another_issuer_is_refused() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    issuer.script.name.lock().unwrap().push('/');
    let problem = verifier.fetch_keys().await.unwrap_err();
    assert_eq!(problem, FetchProblem::IssuerMismatch);
    assert!(problem.is_misconfiguration());
    let token = FIRST.token(&issuer.claims());
    assert_eq!(outcome(&verifier, &token).await, Err(Rejection::KeysUnavailable));
    assert_eq!(issuer.key_fetches(), 0);
}

#[actix_web::test]
async fn keys_at_another_origin_are_refused_unless_configured() {
    let (issuer, elsewhere, clock) = (HttpIssuer::start(), HttpIssuer::start(), FakeClock::new());
    let address = format!("{}/jwks", elsewhere.url());
    address.clone_into(&mut issuer.script.jwks_uri.lock().unwrap());
    assert_eq!(
        issuer.verifier(&clock).fetch_keys().await,
        Err(FetchProblem::JwksUriRefused)
    );
    assert_eq!(elsewhere.key_fetches(), 0);
    let verifier = RemoteVerifier::builder(Verifier::new(&issuer.url(), AUDIENCE))
        .jwks_uri(address)
        .clock(Arc::<FakeClock>::clone(&clock))
        .build()
        .unwrap();
    assert_eq!(outcome(&verifier, &FIRST.token(&issuer.claims())).await, Ok(()));
    assert_eq!(elsewhere.key_fetches(), 1);
}

#[actix_web::test]
async fn an_oauth_server_without_openid_is_found_too() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    issuer.script.oauth_only.store(true, Ordering::SeqCst);
    assert_eq!(issuer.verifier(&clock).fetch_keys().await, Ok(()));
}

#[actix_web::test]
async fn discovery_is_repeated_when_the_keys_moved() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    verifier.fetch_keys().await.unwrap();
    clock.advance(300);
    verifier.fetch_keys().await.unwrap();
    assert_eq!(issuer.script.discoveries.load(Ordering::SeqCst), 1);
    clock.advance(3600);
    verifier.fetch_keys().await.unwrap();
    assert_eq!(issuer.script.discoveries.load(Ordering::SeqCst), 2);
}

#[actix_web::test]
async fn a_caller_that_hangs_up_does_not_take_the_fetch_along() {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = issuer.verifier(&clock);
    let token = FIRST.token(&issuer.claims());
    issuer.shut_gate(true);
    let hung_up = tokio::time::timeout(Duration::ZERO, verifier.verify(&token)).await;
    assert!(hung_up.is_err());
    issuer.shut_gate(false);
    assert_eq!(outcome(&verifier, &token).await, Ok(()));
    assert_eq!(issuer.key_fetches(), 1);
}

#[test]
fn an_address_that_is_not_https_is_refused_at_setup() {
    let setup = |issuer: &str| RemoteVerifier::new(issuer, AUDIENCE).map(drop);
    assert_eq!(setup("http://id.example"), Err(SetupProblem::UrlNotHttps));
    assert_eq!(setup("id.example"), Err(SetupProblem::UrlMalformed));
    assert_eq!(
        setup("https://id.example?tenant=a"),
        Err(SetupProblem::UrlMalformed)
    );
    assert_eq!(setup("http://localhost:7300"), Ok(()));
    let builder = || RemoteVerifier::builder(Verifier::new("https://id.example", AUDIENCE));
    let keys = builder().jwks_uri("http://keys.example/jwks").build().map(drop);
    assert_eq!(keys, Err(SetupProblem::UrlNotHttps));
    let ca = builder().trust_ca("not a certificate").build().map(drop);
    assert_eq!(ca, Err(SetupProblem::CertificateMalformed));
}

#[test]
fn without_a_runtime_there_is_an_answer_too() {
    let verifier = RemoteVerifier::new("http://localhost:1", AUDIENCE).unwrap();
    let mut call = Box::pin(verifier.verify("a.b.c"));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(outcome) = call.as_mut().poll(&mut context) else {
        panic!("there is nothing to wait for");
    };
    assert_eq!(outcome.map(drop), Err(Rejection::KeysUnavailable));
}
