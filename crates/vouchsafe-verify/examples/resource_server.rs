//! A small orders API that checks access tokens with nothing but the issuer's address and its own name.
//!
//! ```text
//! cargo run --release -p vouchsafe-verify --example resource_server -- \
//!     --issuer http://localhost:7300 --audience https://orders.example --listen 127.0.0.1:7310
//! ```

use std::process::ExitCode;

use actix_web::{App, HttpResponse, HttpServer, get, post, web};
use vouchsafe_verify::fetch::FeedMode;
use vouchsafe_verify::{AccessToken, Bearer, RemoteVerifier, Rule, Verifier};

struct ReadOrders;

impl Rule for ReadOrders {
    const SCOPE: &str = "orders:read";
}

/// Whoever changes something shows a token that was issued in the last minute.
struct WriteOrders;

impl Rule for WriteOrders {
    const SCOPE: &str = "orders:write";
    const MAX_AGE: Option<u32> = Some(60);
}

#[get("/orders")]
async fn list_orders(token: Bearer<ReadOrders>) -> HttpResponse {
    answer(&token)
}

#[post("/orders")]
async fn place_order(token: Bearer<WriteOrders>) -> HttpResponse {
    answer(&token)
}

/// For a scraper of the operator's own network; it is there only when asked for.
async fn metrics(verifier: web::Data<RemoteVerifier>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(verifier.figures().prometheus())
}

fn answer(token: &AccessToken) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "sub": token.sub, "scope": token.scope.as_str() }))
}

const USAGE: &str = "usage: resource_server --issuer URL --audience URI --listen ADDRESS:PORT \
                     [--feed off|poll|stream] [--trust-ca FILE] [--metrics]";

#[derive(Default)]
struct Arguments {
    issuer: String,
    audience: String,
    listen: String,
    feed: FeedMode,
    trust_ca: Option<String>,
    metrics: bool,
}

impl Arguments {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self::default();
        while let Some(flag) = arguments.next() {
            if flag == "--metrics" {
                parsed.metrics = true;
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{flag} needs a value"))?;
            match flag.as_str() {
                "--issuer" => parsed.issuer = value,
                "--audience" => parsed.audience = value,
                "--listen" => parsed.listen = value,
                "--trust-ca" => parsed.trust_ca = Some(value),
                "--feed" => parsed.feed = feed_mode(&value)?,
                _ => return Err(format!("unknown flag {flag}")),
            }
        }
        for (flag, value) in [
            ("--issuer", &parsed.issuer),
            ("--audience", &parsed.audience),
            ("--listen", &parsed.listen),
        ] {
            if value.is_empty() {
                return Err(format!("{flag} is missing"));
            }
        }
        Ok(parsed)
    }
}

fn feed_mode(word: &str) -> Result<FeedMode, String> {
    match word {
        "off" => Ok(FeedMode::Off),
        "poll" => Ok(FeedMode::Poll),
        "stream" => Ok(FeedMode::Stream),
        _ => Err(format!("--feed is off, poll or stream, not {word}")),
    }
}

fn verifier(arguments: &Arguments) -> Result<RemoteVerifier, String> {
    let verifier = Verifier::new(&arguments.issuer, &arguments.audience);
    let mut builder = RemoteVerifier::builder(verifier).feed(arguments.feed);
    if let Some(file) = &arguments.trust_ca {
        builder = builder.trust_ca(std::fs::read(file).map_err(|error| format!("{file}: {error}"))?);
    }
    builder
        .build()
        .map_err(|problem| format!("--issuer {}: {problem}", arguments.issuer))
}

async fn serve(arguments: &Arguments, verifier: RemoteVerifier) -> Result<(), String> {
    if let Err(problem) = verifier.fetch_keys().await {
        if problem.is_misconfiguration() {
            return Err(problem.to_string());
        }
        eprintln!("{problem}; starting all the same");
    }
    let (listen, shows_metrics) = (&arguments.listen, arguments.metrics);
    let server = HttpServer::new(move || {
        let app = App::new()
            .app_data(verifier.clone())
            .service(list_orders)
            .service(place_order);
        if shows_metrics {
            let verifier = web::Data::new(verifier.clone());
            app.service(web::resource("/metrics").app_data(verifier).get(metrics))
        } else {
            app
        }
    });
    let server = server
        .bind(listen)
        .map_err(|error| format!("{listen}: {error}"))?;
    eprintln!("listening on http://{listen}");
    server.run().await.map_err(|error| error.to_string())
}

#[actix_web::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let outcome = match verifier(&arguments) {
        Ok(verifier) => serve(&arguments, verifier).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
