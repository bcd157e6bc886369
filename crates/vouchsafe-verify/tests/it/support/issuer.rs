//! An issuer that answers over HTTP on this machine, and counts how often it is asked.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use tokio::sync::watch;
use vouchsafe_verify::fetch::Clock;
use vouchsafe_verify::{RemoteVerifier, Verifier};

use super::feed::FakeFeed;
use super::feed_routes::{FeedScript, pages, stream};
use super::{AUDIENCE, FIRST, NOW, SigningKey, key_set};

/// What the issuer says, and how often it was asked.
#[derive(Default)]
pub(crate) struct Script {
    keys: Mutex<String>,
    pub(crate) name: Mutex<String>,
    pub(crate) jwks_uri: Mutex<String>,
    pub(crate) cache_control: Mutex<Option<String>>,
    pub(crate) down: AtomicBool,
    pub(crate) oauth_only: AtomicBool,
    pub(crate) redirects: AtomicBool,
    pub(crate) discoveries: AtomicU32,
    pub(crate) key_fetches: AtomicU32,
    /// Members of the metadata beside those that every issuer has.
    pub(crate) announces: Mutex<Vec<(&'static str, Value)>>,
    pub(crate) feed: FeedScript,
    /// What is answered about any token: status, and body.
    pub(crate) introspection: Mutex<(u16, String)>,
    /// The status list, and how often it was fetched.
    pub(crate) status_list: Mutex<(u16, String)>,
    pub(crate) list_fetches: AtomicU32,
    /// What came with the questions: credentials, and form.
    pub(crate) questions: Mutex<Vec<(String, String)>>,
    /// While it is shut, requests for the keys are not answered.
    gate: watch::Sender<bool>,
}

pub(crate) struct HttpIssuer {
    pub(crate) script: Arc<Script>,
    pub(crate) address: SocketAddr,
    server: ServerHandle,
}

impl HttpIssuer {
    pub(crate) fn start() -> Self {
        Self::start_at(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the server ends with the runtime of its test"
    )]
    pub(crate) fn start_at(listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Script::default());
        *script.name.lock().unwrap() = format!("http://{address}");
        *script.jwks_uri.lock().unwrap() = format!("http://{address}/jwks");
        let data = web::Data::from(Arc::clone(&script));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .route(
                    "/.well-known/openid-configuration",
                    web::get().to(openid_configuration),
                )
                .route(
                    "/.well-known/oauth-authorization-server",
                    web::get().to(oauth_metadata),
                )
                .route("/jwks", web::get().to(jwks))
                .route("/status-lists/{id}", web::get().to(status_list))
                .route("/introspect", web::post().to(introspect))
                .route("/revocations", web::get().to(pages))
                .route("/revocations/stream", web::get().to(stream))
        });
        let server = server
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        let issuer = Self {
            script,
            address,
            server: handle,
        };
        issuer.publish(&[&FIRST]);
        issuer
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn publish(&self, keys: &[&SigningKey]) {
        self.publish_text(&key_set(keys));
    }

    pub(crate) fn publish_text(&self, keys: &str) {
        keys.clone_into(&mut self.script.keys.lock().unwrap());
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.script.down.store(down, Ordering::SeqCst);
    }

    /// Lets requests for the keys wait, or go on.
    pub(crate) fn shut_gate(&self, shut: bool) {
        self.script.gate.send_replace(shut);
    }

    pub(crate) fn key_fetches(&self) -> u32 {
        self.script.key_fetches.load(Ordering::SeqCst)
    }

    /// Claims of a good token of this issuer.
    pub(crate) fn claims(&self) -> Value {
        super::claims_with(json!({ "iss": self.url() }))
    }

    pub(crate) fn verifier(&self, clock: &Arc<FakeClock>) -> RemoteVerifier {
        let verifier = Verifier::new(&self.url(), AUDIENCE);
        RemoteVerifier::builder(verifier)
            .clock(Arc::<FakeClock>::clone(clock))
            .build()
            .unwrap()
    }

    /// Says in the metadata where the feed is, and publishes an empty one.
    pub(crate) fn with_feed(self) -> Self {
        let pages = format!("{}/revocations", self.url());
        let stream = format!("{pages}/stream");
        *self.script.announces.lock().unwrap() = vec![
            ("vouchsafe_revocations_uri", json!(pages)),
            ("vouchsafe_revocations_stream_uri", json!(stream)),
        ];
        self.script.feed.publish(FakeFeed::new(&self.url()));
        self
    }

    pub(crate) async fn stop(self) {
        self.server.stop(false).await;
    }
}

async fn openid_configuration(script: web::Data<Script>) -> HttpResponse {
    if script.oauth_only.load(Ordering::SeqCst) {
        return HttpResponse::NotFound().finish();
    }
    oauth_metadata(script).await
}

async fn oauth_metadata(script: web::Data<Script>) -> HttpResponse {
    script.discoveries.fetch_add(1, Ordering::SeqCst);
    if script.down.load(Ordering::SeqCst) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let issuer = script.name.lock().unwrap().clone();
    let jwks_uri = script.jwks_uri.lock().unwrap().clone();
    let mut metadata = json!({ "issuer": issuer, "jwks_uri": jwks_uri, "more": [1] });
    for (name, value) in script.announces.lock().unwrap().iter() {
        metadata[name] = value.clone();
    }
    HttpResponse::Ok().json(metadata)
}

async fn status_list(script: web::Data<Script>, request: HttpRequest) -> HttpResponse {
    let accepted = request.headers().get("accept").unwrap();
    assert_eq!(accepted, "application/statuslist+jwt");
    script.list_fetches.fetch_add(1, Ordering::SeqCst);
    let (status, body) = script.status_list.lock().unwrap().clone();
    HttpResponse::build(status.try_into().unwrap()).body(body)
}

async fn introspect(script: web::Data<Script>, request: HttpRequest, form: String) -> HttpResponse {
    let credentials = request.headers().get("authorization").unwrap();
    let question = (credentials.to_str().unwrap().to_owned(), form);
    script.questions.lock().unwrap().push(question);
    let (status, body) = script.introspection.lock().unwrap().clone();
    HttpResponse::build(status.try_into().unwrap())
        .content_type("application/json")
        .body(body)
}

async fn jwks(script: web::Data<Script>) -> HttpResponse {
    script.key_fetches.fetch_add(1, Ordering::SeqCst);
    let mut gate = script.gate.subscribe();
    drop(gate.wait_for(|shut| !shut).await);
    if script.down.load(Ordering::SeqCst) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    if script.redirects.load(Ordering::SeqCst) {
        return HttpResponse::Found()
            .insert_header(("Location", "/jwks"))
            .finish();
    }
    let mut answer = HttpResponse::Ok();
    if let Some(line) = script.cache_control.lock().unwrap().clone() {
        answer.insert_header(("Cache-Control", line));
    }
    answer
        .content_type("application/json")
        .body(script.keys.lock().unwrap().clone())
}

/// A clock that stands until it is moved.
#[derive(Debug)]
pub(crate) struct FakeClock {
    unix: AtomicI64,
    monotonic: AtomicU64,
}

impl FakeClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            unix: AtomicI64::new(NOW),
            monotonic: AtomicU64::new(1_000_000),
        })
    }

    /// Lets time pass, by both clocks.
    pub(crate) fn pass(&self, seconds: u32) {
        self.unix.fetch_add(i64::from(seconds), Ordering::SeqCst);
        self.monotonic.fetch_add(u64::from(seconds), Ordering::SeqCst);
    }

    /// Moves on the age of things, but not the time of day, so that tokens stay valid.
    pub(crate) fn advance(&self, seconds: u64) {
        self.monotonic.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn unix_seconds(&self) -> i64 {
        self.unix.load(Ordering::SeqCst)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.monotonic.load(Ordering::SeqCst))
    }
}
