//! The extractors for actix-web and axum: one behaviour in two frameworks (F-25, RL3, RFC 6750 §2 and §3).

use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::{App, HttpResponse, test as actix_test, web};
use axum::extract::FromRequestParts as _;
use axum::http::Request;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use vouchsafe_verify::{Bearer, RemoteVerifier, Rule};

use crate::support::issuer::{FakeClock, HttpIssuer};
use crate::support::{FIRST, NOW, SigningKey, claims_with};

struct ReadOrders;

impl Rule for ReadOrders {
    const SCOPE: &str = "orders:read";
}

struct WriteOrders;

impl Rule for WriteOrders {
    const SCOPE: &str = "orders:write";
    const MAX_AGE: Option<u32> = Some(60);
}

async fn list(token: Bearer<ReadOrders>) -> HttpResponse {
    HttpResponse::Ok().body(token.sub.clone())
}

async fn place(token: Bearer<WriteOrders>) -> HttpResponse {
    HttpResponse::Ok().body(token.sub.clone())
}

async fn whoever(token: Bearer) -> String {
    token.into_inner().sub.clone()
}

/// What a caller sees.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    challenge: Option<String>,
    retry_after: Option<String>,
    body: String,
}

/// A request to both frameworks; they must answer alike.
struct Call<'c> {
    verifier: &'c RemoteVerifier,
    path: &'c str,
    headers: Vec<String>,
}

impl Call<'_> {
    async fn answer(&self) -> Answer {
        let (actix, axum) = (self.actix().await, self.axum().await);
        assert_eq!(actix, axum, "{:?}", self.headers);
        actix
    }

    async fn actix(&self) -> Answer {
        let app = App::new()
            .app_data(self.verifier.clone())
            .route("/orders", web::get().to(list))
            .route("/place", web::get().to(place))
            .route("/whoever", web::get().to(whoever));
        let app = actix_test::init_service(app).await;
        let mut request = actix_test::TestRequest::get().uri(self.path);
        for header in &self.headers {
            request = request.append_header(("Authorization", header.as_str()));
        }
        let answer: ServiceResponse = actix_test::call_service(&app, request.to_request()).await;
        let header = |name| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let (status, challenge, retry_after) = (
            answer.status().as_u16(),
            header("WWW-Authenticate"),
            header("Retry-After"),
        );
        let body = to_bytes(answer.into_body()).await.ok().unwrap();
        Answer {
            status,
            challenge,
            retry_after,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn axum(&self) -> Answer {
        let mut request = Request::get(self.path);
        for header in &self.headers {
            request = request.header("Authorization", header);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let answer = match self.path.split('?').next().unwrap() {
            "/orders" => sub(Bearer::<ReadOrders>::from_request_parts(&mut parts, self.verifier).await),
            "/place" => sub(Bearer::<WriteOrders>::from_request_parts(&mut parts, self.verifier).await),
            _ => {
                sub(Bearer::<vouchsafe_verify::AnyScope>::from_request_parts(&mut parts, self.verifier).await)
            }
        };
        let header = |name| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let (status, challenge, retry_after) = (
            answer.status().as_u16(),
            header("WWW-Authenticate"),
            header("Retry-After"),
        );
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        Answer {
            status,
            challenge,
            retry_after,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

fn sub<R: Rule>(outcome: Result<Bearer<R>, vouchsafe_verify::Rejection>) -> Response {
    match outcome {
        Ok(token) => token.sub.clone().into_response(),
        Err(rejection) => rejection.into_response(),
    }
}

/// An issuer, a verifier of its tokens, and tokens to show.
struct Scene {
    issuer: HttpIssuer,
    verifier: RemoteVerifier,
}

impl Scene {
    fn new() -> Self {
        let issuer = HttpIssuer::start();
        let verifier = issuer.verifier(&FakeClock::new());
        Self { issuer, verifier }
    }

    fn token(&self, key: &SigningKey, mut changes: Value) -> String {
        changes["iss"] = json!(self.issuer.url());
        key.token(&claims_with(changes))
    }

    async fn get(&self, path: &str, headers: &[&str]) -> Answer {
        let headers = headers.iter().map(|header| (*header).to_owned()).collect();
        Call {
            verifier: &self.verifier,
            path,
            headers,
        }
        .answer()
        .await
    }

    async fn get_with(&self, path: &str, changes: Value) -> Answer {
        self.get(path, &[&format!("Bearer {}", self.token(&FIRST, changes))])
            .await
    }
}

#[actix_web::test]
async fn a_good_token_reaches_the_handler() {
    let scene = Scene::new();
    for path in ["/orders", "/whoever", "/orders?page=2"] {
        let answer = scene.get_with(path, json!({})).await;
        assert_eq!((answer.status, &*answer.body), (200, "u_1"), "{path}");
    }
    let token = scene.token(&FIRST, json!({}));
    assert_eq!(
        scene.get("/orders", &[&format!("bEARER   {token}")]).await.status,
        200
    );
}

#[actix_web::test]
async fn no_token_is_answered_with_a_bare_challenge() {
    let scene = Scene::new();
    for headers in [&[][..], &["Basic YTpi"], &["DPoP a.b.c"]] {
        let answer = scene.get("/orders", headers).await;
        assert_eq!(
            (answer.status, answer.challenge.as_deref()),
            (401, Some("Bearer")),
            "{headers:?}"
        );
    }
}

#[actix_web::test]
async fn a_request_that_shows_its_token_wrongly_is_a_bad_request() {
    let scene = Scene::new();
    let token = scene.token(&FIRST, json!({}));
    let bearer = format!("Bearer {token}");
    let in_query = format!("/orders?access_token={token}");
    let cases: [(&str, &[&str], &str); 5] = [
        ("/orders", &[&bearer, &bearer], "authorization_twice"),
        ("/orders", &["Basic YTpi", &bearer], "authorization_twice"),
        ("/orders", &["Bearer"], "authorization_malformed"),
        (&in_query, &[], "token_in_query"),
        (&in_query, &[&bearer], "token_in_query"),
    ];
    for (path, headers, reason) in cases {
        let answer = scene.get(path, headers).await;
        assert_eq!(answer.status, 400, "{reason}");
        let challenge = answer.challenge.unwrap();
        assert!(
            challenge.starts_with(r#"Bearer error="invalid_request""#),
            "{challenge}"
        );
        assert!(
            challenge.contains(&format!(r#"vouchsafe_reason="{reason}""#)),
            "{challenge}"
        );
    }
    assert_eq!(
        scene.get("/orders", &[&format!("Bearer\t{token}")]).await.status,
        400
    );
    assert_eq!(
        scene.get("/orders", &[&format!("Bearer \t{token}")]).await.status,
        401
    );
}

#[actix_web::test]
async fn a_refused_token_is_answered_with_its_reason() {
    let scene = Scene::new();
    for (changes, reason) in [
        (json!({ "exp": NOW - 300 }), "expired"),
        (json!({ "aud": "https://other.example" }), "wrong_audience"),
        (json!({ "cnf": { "jkt": "x" } }), "proof_required"),
        (json!({ "iat": NOW + 3600 }), "issued_in_future"),
    ] {
        let answer = scene.get_with("/orders", changes).await;
        assert_eq!(answer.status, 401, "{reason}");
        let challenge = answer.challenge.unwrap();
        assert!(
            challenge.starts_with(r#"Bearer error="invalid_token", error_description=""#),
            "{challenge}"
        );
        assert!(
            challenge.contains(&format!(r#"vouchsafe_reason="{reason}""#)),
            "{challenge}"
        );
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            (&body["error"], &body["vouchsafe_reason"]),
            (&json!("invalid_token"), &json!(reason))
        );
    }
}

#[actix_web::test]
async fn nothing_of_a_forged_token_is_echoed() {
    let scene = Scene::new();
    for token in [
        "x",
        "a.b.c",
        r#"{"payload":"e30"}"#,
        "a\"b, error=\"x",
        &"a".repeat(20_000),
        &".".repeat(20_000),
    ] {
        let answer = scene.get("/orders", &[&format!("Bearer {token}")]).await;
        assert_eq!(answer.status, 401);
        let expected = r#"Bearer error="invalid_token", error_description="The access token cannot be verified", vouchsafe_reason="unverifiable""#;
        assert_eq!(answer.challenge.as_deref(), Some(expected));
    }
}

#[actix_web::test]
async fn a_missing_scope_is_named() {
    let scene = Scene::new();
    for scope in [
        json!("openid"),
        json!("orders"),
        json!("orders:readx"),
        json!(null),
    ] {
        let answer = scene.get_with("/orders", json!({ "scope": scope })).await;
        assert_eq!(answer.status, 403);
        let challenge = answer.challenge.unwrap();
        assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
        assert!(challenge.ends_with(r#"scope="orders:read""#), "{challenge}");
    }
}

#[actix_web::test]
async fn a_route_can_ask_for_a_token_of_the_last_minute() {
    let scene = Scene::new();
    let aged = |age| json!({ "scope": "orders:write", "iat": NOW - age });
    assert_eq!(scene.get_with("/place", aged(60)).await.status, 200);
    let answer = scene.get_with("/place", aged(61)).await;
    assert_eq!(answer.status, 401);
    assert!(
        answer
            .challenge
            .unwrap()
            .contains(r#"vouchsafe_reason="max_age""#)
    );
    // A refreshed token would not help one who lacks the scope.
    assert_eq!(
        scene.get_with("/place", json!({ "iat": NOW - 61 })).await.status,
        403
    );
}

#[actix_web::test]
async fn keys_that_cannot_be_fetched_are_our_fault() {
    let scene = Scene::new();
    scene.issuer.set_down(true);
    let answer = scene.get_with("/orders", json!({})).await;
    assert_eq!((answer.status, answer.challenge), (503, None));
    assert!(answer.retry_after.is_some());
}

#[actix_web::test]
async fn a_service_that_forgot_its_verifier_is_closed() {
    let app = actix_test::init_service(App::new().route("/orders", web::get().to(list))).await;
    let request = actix_test::TestRequest::get().uri("/orders").to_request();
    assert_eq!(
        actix_test::call_service(&app, request).await.status().as_u16(),
        503
    );
}

#[test]
fn an_axum_router_takes_the_verifier_as_its_state() {
    async fn handler(token: Bearer<ReadOrders>) -> String {
        token.sub.clone()
    }
    let verifier = RemoteVerifier::new("http://localhost:1", "https://orders.example").unwrap();
    let _router: axum::Router = axum::Router::new()
        .route("/orders", axum::routing::get(handler))
        .with_state(verifier);
}
