//! RFC 7662 — routes that ask the issuer when they know too little themselves.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use vouchsafe_verify::fetch::{FeedMode, FetchProblem};
use vouchsafe_verify::{Policy, Rejection, RemoteVerifier, Rule, Verifier};

use crate::support::issuer::{FakeClock, HttpIssuer};
use crate::support::{AUDIENCE, FIRST};

struct PayOut;

impl Rule for PayOut {
    const SCOPE: &str = "orders:read";
    const BUDGET: Option<u32> = Some(0);
    const POLICY: Policy = Policy::Introspect;
}

struct Other;

impl Rule for Other {
    const SCOPE: &str = "openid";
    const BUDGET: Option<u32> = Some(0);
    const POLICY: Policy = Policy::Introspect;
}

struct Scene {
    issuer: HttpIssuer,
    clock: Arc<FakeClock>,
    verifier: RemoteVerifier,
    token: String,
}

/// An issuer that announces a feed, of which nothing is heard, and a token that is five seconds old.
fn scene(login: bool) -> Scene {
    let issuer = HttpIssuer::start();
    let address = |path: &str| json!(format!("{}/{path}", issuer.url()));
    *issuer.script.announces.lock().unwrap() = vec![
        ("vouchsafe_revocations_uri", address("nothing-here")),
        ("introspection_endpoint", address("introspect")),
    ];
    let clock = FakeClock::new();
    let mut builder = RemoteVerifier::builder(Verifier::new(&issuer.url(), AUDIENCE))
        .feed(FeedMode::Poll)
        .clock(Arc::<FakeClock>::clone(&clock));
    if login {
        builder = builder.introspection("orders api", "s3:cr&t");
    }
    let token = FIRST.token(&issuer.claims());
    clock.pass(5);
    Scene {
        verifier: builder.build().unwrap(),
        issuer,
        clock,
        token,
    }
}

impl Scene {
    fn answers(&self, status: u16, body: &str) {
        *self.issuer.script.introspection.lock().unwrap() = (status, body.to_owned());
    }

    async fn pay_out(&self) -> Result<(), Rejection> {
        self.verifier.verify_for::<PayOut>(&self.token).await.map(drop)
    }

    fn questions(&self) -> Vec<(String, String)> {
        self.issuer.script.questions.lock().unwrap().clone()
    }
}

#[actix_web::test]
async fn the_issuer_is_asked_about_a_token_and_its_answer_counts_for_five_seconds() {
    let scene = scene(true);
    scene.answers(200, r#"{"active":true,"sub":"u_1"}"#);
    assert_eq!(scene.pay_out().await, Ok(()));
    let (credentials, form) = scene.questions().pop().unwrap();
    // RFC 6749 §2.3.1: each part form-encoded before the two are joined.
    assert_eq!(
        credentials,
        format!("Basic {}", STANDARD.encode("orders+api:s3%3Acr%26t"))
    );
    assert_eq!(
        form,
        format!("token={}&token_type_hint=access_token", scene.token)
    );
    scene.answers(200, r#"{"active":false}"#);
    scene.clock.pass(4);
    assert_eq!(scene.pay_out().await, Ok(()));
    assert_eq!(scene.questions().len(), 1);
    scene.clock.pass(1);
    assert_eq!(scene.pay_out().await, Err(Rejection::Revoked));
    assert_eq!(scene.questions().len(), 2);
}

#[actix_web::test]
async fn another_route_asks_for_itself() {
    let scene = scene(true);
    scene.answers(200, r#"{"active":true}"#);
    assert_eq!(scene.pay_out().await, Ok(()));
    scene.answers(200, r#"{"active":false}"#);
    let other = scene.verifier.verify_for::<Other>(&scene.token).await;
    assert_eq!(other.map(drop), Err(Rejection::Revoked));
}

#[actix_web::test]
async fn without_an_answer_the_route_is_closed() {
    let scene = scene(true);
    for (status, body, problem) in [
        (401, "{}", FetchProblem::Status(401)),
        (302, "", FetchProblem::Status(302)),
        (500, "", FetchProblem::Status(500)),
        (200, "{}", FetchProblem::IntrospectionMalformed),
        (200, r#"{"active":"true"}"#, FetchProblem::IntrospectionMalformed),
        (
            200,
            r#"{"active":false,"active":true}"#,
            FetchProblem::IntrospectionMalformed,
        ),
        (200, "[true]", FetchProblem::IntrospectionMalformed),
    ] {
        scene.answers(status, body);
        let refusal = scene.pay_out().await.unwrap_err();
        assert_eq!(
            (refusal.status(), refusal.reason()),
            (503, "introspection_unavailable")
        );
        assert_eq!(scene.verifier.introspection_problem(), Some(problem));
    }
    // No such answer is remembered.
    scene.answers(200, r#"{"active":true}"#);
    assert_eq!(scene.pay_out().await, Ok(()));
    assert_eq!(scene.verifier.introspection_problem(), None);
}

#[actix_web::test]
async fn who_has_no_client_of_his_own_cannot_ask() {
    let scene = scene(false);
    assert_eq!(scene.pay_out().await, Err(Rejection::IntrospectionUnavailable));
    assert_eq!(
        scene.verifier.introspection_problem(),
        Some(FetchProblem::NoIntrospection)
    );
    assert!(scene.questions().is_empty());
}

#[actix_web::test]
async fn nobody_elses_endpoint_is_given_a_token() {
    let scene = scene(true);
    scene
        .issuer
        .script
        .announces
        .lock()
        .unwrap()
        .push(("introspection_endpoint", json!("http://127.0.0.1:1/introspect")));
    assert_eq!(scene.pay_out().await, Err(Rejection::IntrospectionUnavailable));
    assert_eq!(
        scene.verifier.introspection_problem(),
        Some(FetchProblem::NoIntrospection)
    );
}
