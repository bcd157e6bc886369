//! Token Status List: the draft's vectors, lists that are refused, and how often a list is fetched.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use vouchsafe_verify::fetch::{FeedMode, FetchProblem};
use vouchsafe_verify::status_list::{StatusList, StatusListProblem};
use vouchsafe_verify::{Rejection, RemoteVerifier, Verifier};

use crate::support::issuer::{FakeClock, HttpIssuer};
use crate::support::{AUDIENCE, FIRST, ISSUER, NOW, SECOND, SigningKey, keys};

const URI: &str = "https://id.example/status-lists/1";

fn packed(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(bytes, 6))
}

fn claims(uri: &str, bits: u8, list: &str) -> Value {
    json!({
        "sub": uri, "iat": NOW, "exp": NOW + 600, "ttl": 30,
        "status_list": {"bits": bits, "lst": list},
    })
}

fn signed(key: &SigningKey, typ: &str, claims: &Value) -> String {
    let header = json!({"alg": "RS256", "typ": typ, "kid": key.kid}).to_string();
    key.sign(&header, claims.to_string())
}

fn list_token(claims: &Value) -> String {
    signed(&FIRST, "statuslist+jwt", claims)
}

fn open(token: &str) -> Result<StatusList, StatusListProblem> {
    StatusList::open(token, URI, ISSUER, &keys(), NOW)
}

fn statuses(bits: u8, list: &str) -> Vec<u8> {
    let list = open(&list_token(&claims(URI, bits, list))).unwrap();
    (0..).map_while(|idx| list.status(idx)).collect()
}

#[test]
fn lists_are_read_as_the_draft_writes_them() {
    assert_eq!(
        statuses(1, "eNrbuRgAAhcBXQ"),
        [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    );
    assert_eq!(
        statuses(2, "eNo76fITAAPfAgc"),
        [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    );
    assert_eq!(statuses(4, &packed(&[0x21, 0xf0])), [1, 2, 0, 15]);
    assert_eq!(statuses(8, &packed(&[0, 1, 200])), [0, 1, 200]);
}

#[test]
fn a_place_beyond_the_end_is_refused() {
    let list = open(&list_token(&claims(URI, 1, &packed(&[0, 0b100])))).unwrap();
    assert_eq!(list.check(9), Ok(()));
    assert_eq!(list.check(10), Err(Rejection::Revoked));
    for idx in [16, u64::MAX, 1 << 40] {
        assert_eq!(list.check(idx), Err(Rejection::StatusInvalid), "{idx}");
    }
}

#[test]
fn only_the_issuers_list_of_that_very_address_counts() {
    let good = claims(URI, 1, &packed(&[0]));
    assert!(open(&list_token(&good)).is_ok());
    let changed = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        list_token(&claims)
    };
    let token = StatusListProblem::Token;
    for (list, expected) in [
        (
            signed(&SECOND, "statuslist+jwt", &good),
            token(Rejection::KeyUnknown),
        ),
        (signed(&FIRST, "at+jwt", &good), token(Rejection::TypeWrong)),
        (signed(&FIRST, "JWT", &good), token(Rejection::TypeWrong)),
        (
            changed("sub", json!("https://id.example/status-lists/2")),
            StatusListProblem::WrongAddress,
        ),
        (
            changed("iss", json!("https://evil.example")),
            token(Rejection::IssuerWrong),
        ),
        (changed("exp", json!(NOW)), StatusListProblem::Expired),
        (changed("iat", json!(NOW + 31)), token(Rejection::IssuedInFuture)),
        (changed("ttl", json!(0)), token(Rejection::ClaimsMalformed)),
        (changed("ttl", json!(-1)), token(Rejection::ClaimsMalformed)),
        (
            changed("status_list", json!({"bits": 3, "lst": packed(&[0])})),
            token(Rejection::ClaimsMalformed),
        ),
        (
            changed("status_list", json!({"bits": 0, "lst": packed(&[0])})),
            token(Rejection::ClaimsMalformed),
        ),
        (
            changed("status_list", json!({"bits": 1})),
            token(Rejection::ClaimsMalformed),
        ),
        (
            changed("status_list", json!({"bits": 1, "lst": "eNrbuRgAAhcBXA"})),
            StatusListProblem::Compression,
        ),
        (
            changed("status_list", json!({"bits": 1, "lst": ""})),
            StatusListProblem::Compression,
        ),
        ("a.b.c".to_owned(), token(Rejection::TokenMalformed)),
    ] {
        assert_eq!(open(&list).map(drop), Err(expected));
    }
    assert!(open(&changed("iss", json!(ISSUER))).is_ok());
}

#[test]
fn a_list_that_unpacks_without_end_is_refused() {
    let largest = vec![0; 1024 * 1024];
    assert_eq!(
        open(&list_token(&claims(URI, 1, &packed(&largest)))).map(drop),
        Ok(())
    );
    let bomb = vec![0; 4 * 1024 * 1024];
    assert_eq!(
        open(&list_token(&claims(URI, 1, &packed(&bomb)))).map(drop),
        Err(StatusListProblem::Compression)
    );
}

struct Scene {
    issuer: HttpIssuer,
    clock: Arc<FakeClock>,
    verifier: RemoteVerifier,
}

fn scene() -> Scene {
    let (issuer, clock) = (HttpIssuer::start(), FakeClock::new());
    let verifier = RemoteVerifier::builder(Verifier::new(&issuer.url(), AUDIENCE))
        .feed(FeedMode::Off)
        .status_lists()
        .clock(Arc::<FakeClock>::clone(&clock))
        .build()
        .unwrap();
    let scene = Scene {
        issuer,
        clock,
        verifier,
    };
    scene.publish(&[0b10], &json!({}));
    scene
}

impl Scene {
    fn uri(&self) -> String {
        format!("{}/status-lists/1", self.issuer.url())
    }

    fn publish(&self, list: &[u8], changes: &Value) {
        let mut claims = claims(&self.uri(), 1, &packed(list));
        claims["exp"] = json!(NOW + 3600);
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.answer(200, list_token(&claims));
    }

    fn answer(&self, status: u16, body: String) {
        *self.issuer.script.status_list.lock().unwrap() = (status, body);
    }

    fn token(&self, idx: u64, uri: &str) -> String {
        let mut claims = self.issuer.claims();
        claims["status"] = json!({"status_list": {"idx": idx, "uri": uri}});
        claims["exp"] = json!(NOW + 7200);
        FIRST.token(&claims)
    }

    async fn outcome(&self, idx: u64) -> Result<(), Rejection> {
        let token = self.token(idx, &self.uri());
        self.verifier.verify(&token).await.map(drop)
    }

    fn fetches(&self) -> u32 {
        self.issuer.script.list_fetches.load(Ordering::SeqCst)
    }
}

#[actix_web::test]
async fn the_bit_of_a_token_decides() {
    let scene = scene();
    assert_eq!(scene.outcome(0).await, Ok(()));
    assert_eq!(scene.outcome(1).await, Err(Rejection::Revoked));
    assert_eq!(scene.outcome(8).await, Err(Rejection::StatusInvalid));
    assert_eq!(scene.fetches(), 1);
    assert_eq!(scene.verifier.figures().refusals["status_invalid"], 1);
}

#[actix_web::test]
async fn a_list_is_fetched_again_when_its_time_is_up() {
    let scene = scene();
    assert_eq!(scene.outcome(0).await, Ok(()));
    scene.publish(&[0b11], &json!({"ttl": 1_000_000}));
    scene.clock.pass(29);
    assert_eq!(scene.outcome(0).await, Ok(()));
    scene.clock.pass(1);
    assert_eq!(scene.outcome(0).await, Err(Rejection::Revoked));
    assert_eq!(scene.fetches(), 2);
    // No list is kept for longer than an hour, whatever it says.
    scene.publish(&[0], &json!({"exp": NOW + 100_000}));
    scene.clock.pass(3600);
    assert_eq!(scene.outcome(0).await, Ok(()));
}

#[actix_web::test]
async fn those_who_come_together_share_one_fetch() {
    let scene = scene();
    scene.verifier.fetch_keys().await.unwrap();
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let (verifier, token) = (scene.verifier.clone(), scene.token(0, &scene.uri()));
        callers.spawn(async move { verifier.verify(&token).await.map(drop) });
    }
    assert!(callers.join_all().await.iter().all(Result::is_ok));
    assert_eq!(scene.fetches(), 1);
}

#[actix_web::test]
async fn without_a_list_nothing_is_known_and_an_old_one_serves_until_it_expires() {
    let scene = scene();
    scene.answer(503, String::new());
    for _ in 0..3 {
        let refusal = scene.outcome(0).await.unwrap_err();
        assert_eq!((refusal.status(), refusal.reason()), (503, "status_unavailable"));
    }
    assert_eq!(scene.fetches(), 1, "not asked again within a second");
    assert_eq!(
        scene.verifier.status_list_problem(),
        Some(FetchProblem::Status(503))
    );
    scene.clock.pass(1);
    scene.publish(&[0], &json!({}));
    assert_eq!(scene.outcome(0).await, Ok(()));
    assert_eq!(scene.verifier.status_list_problem(), None);
    scene.answer(503, String::new());
    scene.clock.pass(3500);
    assert_eq!(scene.outcome(0).await, Ok(()));
    scene.clock.pass(99);
    assert_eq!(scene.outcome(0).await, Err(Rejection::StatusUnavailable));
}

#[actix_web::test]
async fn no_list_is_fetched_from_elsewhere() {
    let (scene, elsewhere) = (scene(), HttpIssuer::start());
    for uri in [
        format!("{}/status-lists/1", elsewhere.url()),
        format!("{}/status-lists/1?a=b", scene.issuer.url()),
        "https://id.example/1".to_owned(),
        "file:///etc/passwd".to_owned(),
        "/status-lists/1".to_owned(),
    ] {
        let refused = scene.verifier.verify(&scene.token(0, &uri)).await.map(drop);
        assert_eq!(refused, Err(Rejection::StatusInvalid), "{uri}");
    }
    assert_eq!(scene.fetches(), 0);
    assert_eq!(elsewhere.script.list_fetches.load(Ordering::SeqCst), 0);
}

#[actix_web::test]
async fn a_token_without_a_reference_is_good_until_it_expires() {
    let scene = scene();
    let mut claims = scene.issuer.claims();
    for status in [json!(null), json!({}), json!({"other_way": 1}), json!("x")] {
        claims["status"] = status.clone();
        let outcome = scene.verifier.verify(&FIRST.token(&claims)).await.map(drop);
        if status.as_object().is_some() {
            assert_eq!(outcome, Ok(()), "{status}");
        } else {
            assert_eq!(outcome, Err(Rejection::ClaimsMalformed), "{status}");
        }
    }
    assert_eq!(scene.fetches(), 0);
}
