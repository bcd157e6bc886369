//! The demo app: signs people in, shows what went over the wire, and has a button for each question.

use super::browsers::{Attempt, Browser, Browsers, Tokens};
use super::exchange::{Caller, Exchange, Outgoing};
use super::relying_party::{Problem, RelyingParty, lines_of};
use super::view::{self, HomePage};
use super::{APP_SCOPES, CALLBACK, DemoError, DemoOptions, Listeners, Terminal};
use crate::ports::Ports;
use crate::web::assets;
use actix_web::guard::{self, GuardContext};
use actix_web::http::header::{COOKIE, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, Url};
use std::sync::Arc;
use vouchsafe_core::spec::params::Params;

/// An old refresh token counts as stolen when it is this many generations old.
const OLD_ENOUGH: usize = 2;

/// The app.
pub struct DemoApp {
    pub(super) party: RelyingParty,
    pub(super) browsers: Browsers,
    pub(super) terminal: Arc<dyn Terminal>,
    pub(super) api_url: String,
    ports: Ports,
    home_url: String,
    cookie: String,
}

/// Mounts the app. Its [`DemoApp`] is app data.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(assets::routes)
        .route("/", web::get().to(home))
        .route(CALLBACK, web::get().to(callback))
        .service(
            web::scope("")
                .guard(guard::fn_guard(is_our_own_form))
                .route("/sign-in", web::post().to(sign_in))
                .route("/call-api", web::post().to(call_api))
                .route("/call-without-scope", web::post().to(call_without_scope))
                .route("/refresh", web::post().to(refresh))
                .route("/replay-refresh", web::post().to(replay_refresh))
                .route("/ban-me", web::post().to(ban_me))
                .route("/unban-me", web::post().to(unban_me))
                .route("/sign-out-everywhere", web::post().to(sign_out_everywhere))
                .route("/raise-level", web::post().to(raise_level))
                .route("/rotate-key", web::post().to(rotate_key))
                .route("/sign-out", web::post().to(sign_out)),
        );
}

/// Other programs on this machine are the same site, so the cookie alone proves nothing.
fn is_our_own_form(context: &GuardContext<'_>) -> bool {
    let site = context.head().headers().get("sec-fetch-site");
    site.is_none_or(|site| site == "same-origin" || site == "none")
}

impl DemoApp {
    pub(super) fn new(options: DemoOptions, listeners: &Listeners, ports: &Ports) -> Result<Self, DemoError> {
        Ok(Self {
            party: RelyingParty {
                issuer: options.issuer,
                client_id: options.client_id,
                client_secret: options.client_secret,
                redirect_uri: listeners.redirect_uri(),
                scope: APP_SCOPES.join(" "),
                caller: Caller::new()?,
                metadata: tokio::sync::OnceCell::new(),
            },
            browsers: Browsers::default(),
            terminal: options.terminal,
            ports: ports.clone(),
            api_url: listeners.api_url(),
            home_url: listeners.home_url(),
            cookie: format!("demo_{}", listeners.app.port),
        })
    }

    fn random(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.ports.entropy.bytes::<32>())
    }

    fn cookie(&self, request: &HttpRequest) -> String {
        let lines = request
            .headers()
            .get_all(COOKIE)
            .filter_map(|line| line.to_str().ok());
        let mut pairs = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(name, _)| *name == self.cookie)
            .map(|(_, value)| value.to_owned())
            .unwrap_or_default()
    }

    fn set_cookie(&self, value: &str) -> Option<HeaderValue> {
        let line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax", self.cookie);
        HeaderValue::try_from(line).ok()
    }

    /// The same for what ends with a sentence about what was seen.
    fn told(&self, cookie: &str, log: Vec<Exchange>, outcome: Result<String, Problem>) -> HttpResponse {
        let seen = outcome.as_ref().ok().cloned();
        let response = self.done(cookie, log, outcome.map(drop));
        self.browsers.change(cookie, |browser| browser.seen = seen);
        response
    }

    /// Writes down how it went, and goes home, where it is shown.
    fn done(&self, cookie: &str, log: Vec<Exchange>, outcome: Result<(), Problem>) -> HttpResponse {
        self.browsers.change(cookie, |browser| {
            for exchange in log {
                browser.log(exchange);
            }
            browser.seen = None;
            browser.problem = outcome.err().map(|problem| problem.to_string());
        });
        see_other("/")
    }

    /// Refreshes the tokens of a browser.
    pub(super) async fn refresh(&self, cookie: &str, log: &mut Vec<Exchange>) -> Result<Tokens, Problem> {
        let mut tokens = self.browsers.read(cookie).tokens.ok_or(Problem::NoRefreshToken)?;
        let old = tokens.refresh_token.clone().ok_or(Problem::NoRefreshToken)?;
        let answer = self
            .party
            .refresh("The app refreshes its tokens", &old, log)
            .await?;
        tokens.access_token = answer.access_token;
        tokens.id_token = answer.id_token.unwrap_or(tokens.id_token);
        if let Some(new) = answer.refresh_token.filter(|new| *new != old) {
            tokens.spent.push(old);
            tokens.refresh_token = Some(new);
        }
        let kept = tokens.clone();
        self.browsers
            .change(cookie, |browser| browser.tokens = Some(kept));
        Ok(tokens)
    }

    /// Presents a refresh token that was replaced long ago, as a thief would.
    async fn replay(&self, cookie: &str, log: &mut Vec<Exchange>) -> Result<(), Problem> {
        let mut tokens = self.browsers.read(cookie).tokens.ok_or(Problem::NoRefreshToken)?;
        // One generation back the server still believes in a lost answer and repeats itself.
        while tokens.spent.len() < OLD_ENOUGH {
            let before = tokens.spent.len();
            tokens = self.refresh(cookie, log).await?;
            if tokens.spent.len() == before {
                break;
            }
        }
        let oldest = tokens
            .spent
            .first()
            .or(tokens.refresh_token.as_ref())
            .ok_or(Problem::NoRefreshToken)?;
        self.party
            .refresh("Somebody replays an old refresh token", oldest, log)
            .await
            .map(drop)
    }

    async fn call(&self, title: &'static str, method: Method, request: &HttpRequest) -> HttpResponse {
        let cookie = self.cookie(request);
        let Some(tokens) = self.browsers.read(&cookie).tokens else {
            return see_other("/");
        };
        let Ok(url) = Url::parse(&format!("{}/orders", self.api_url)) else {
            return see_other("/");
        };
        let outgoing = Outgoing {
            method,
            ..Outgoing::get(title, url).with_token(&tokens.access_token)
        };
        let (exchange, _) = self.party.caller.send(outgoing).await;
        self.done(&cookie, vec![exchange], Ok(()))
    }
}

async fn home(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let Browser {
        tokens,
        problem,
        seen,
        ..
    } = &app.browsers.read(&app.cookie(&request));
    let page = HomePage {
        issuer: app.party.issuer.clone(),
        api: app.api_url.clone(),
        signed_in: tokens.as_ref().map(view::SignedIn::of),
        problem: problem.clone(),
        seen: seen.clone(),
        exchanges: app.browsers.read(&app.cookie(&request)).exchanges(),
    };
    view::answer(page.render())
}

async fn sign_in(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let attempt = Attempt {
        state: app.random(),
        nonce: app.random(),
        verifier: app.random(),
    };
    let mut cookie = app.cookie(&request);
    let is_known = app.browsers.change(&cookie, |_| ()).is_some();
    if !is_known {
        cookie = app.random();
        app.browsers.add(cookie.clone());
    }
    let mut response = match app.party.authorize(&attempt).await {
        Ok((url, exchange)) => {
            app.browsers.change(&cookie, |browser| {
                browser.log(exchange);
                browser.begin(attempt);
            });
            see_other(url.as_str())
        }
        Err(problem) => app.done(&cookie, Vec::new(), Err(problem)),
    };
    if let Some(line) = app.set_cookie(&cookie).filter(|_| !is_known) {
        response.headers_mut().insert(SET_COOKIE, line);
    }
    response
}

async fn callback(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let cookie = app.cookie(&request);
    let brought = Params::parse(request.query_string().as_bytes()).unwrap_or_default();
    let attempt = brought.one("state").and_then(|state| {
        app.browsers
            .change(&cookie, |browser| browser.take(state))
            .flatten()
    });
    let Some(attempt) = attempt else {
        let page = view::ProblemPage {
            problem: Problem::State.to_string(),
        };
        return view::refusal(page.render());
    };
    let mut log = vec![Exchange {
        title: "The browser comes back".to_owned(),
        request: lines_of(CALLBACK, request.query_string()),
        response: "The app checks state and iss, then uses the code.".to_owned(),
        succeeded: brought.one("code").is_some(),
    }];
    let outcome = match app.party.code(&brought) {
        Ok(code) => {
            app.party
                .exchange(code, &attempt, app.ports.clock.now().seconds(), &mut log)
                .await
        }
        Err(problem) => Err(problem),
    };
    let outcome = outcome.map(|tokens| {
        app.browsers
            .change(&cookie, |browser| browser.tokens = Some(tokens));
    });
    app.done(&cookie, log, outcome)
}

async fn call_api(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    app.call("The app calls the API", Method::GET, &request).await
}

async fn call_without_scope(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    app.call(
        "The app calls the API without the scope that it needs",
        Method::POST,
        &request,
    )
    .await
}

async fn refresh(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let (cookie, mut log) = (app.cookie(&request), Vec::new());
    let outcome = app.refresh(&cookie, &mut log).await.map(drop);
    app.done(&cookie, log, outcome)
}

async fn replay_refresh(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let (cookie, mut log) = (app.cookie(&request), Vec::new());
    let outcome = app.replay(&cookie, &mut log).await;
    app.done(&cookie, log, outcome)
}

async fn ban_me(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let (cookie, mut log) = (app.cookie(&request), Vec::new());
    let outcome = app.ban(&cookie, &mut log).await;
    app.told(&cookie, log, outcome)
}

async fn unban_me(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let (cookie, mut log) = (app.cookie(&request), Vec::new());
    let outcome = app.unban(&cookie, &mut log).await;
    app.told(&cookie, log, outcome)
}

async fn sign_out_everywhere(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let (cookie, mut log) = (app.cookie(&request), Vec::new());
    let outcome = app.sign_out_everywhere(&cookie, &mut log).await;
    app.told(&cookie, log, outcome)
}

async fn raise_level(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let (cookie, mut log) = (app.cookie(&request), Vec::new());
    let outcome = app.raise_level(&cookie, &mut log).await;
    app.told(&cookie, log, outcome)
}

async fn rotate_key(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let (cookie, mut log) = (app.cookie(&request), Vec::new());
    let outcome = app.rotate_key(&cookie, &mut log).await;
    app.told(&cookie, log, outcome)
}

/// Ends the app's own session, and goes to the server to end the one there.
async fn sign_out(app: web::Data<DemoApp>, request: HttpRequest) -> HttpResponse {
    let tokens = app
        .browsers
        .change(&app.cookie(&request), |browser| std::mem::take(browser).tokens);
    let Some(tokens) = tokens.flatten() else {
        return see_other("/");
    };
    match app.party.end_session(&tokens.id_token, &app.home_url).await {
        Ok(url) => see_other(url.as_str()),
        Err(problem) => app.done(&app.cookie(&request), Vec::new(), Err(problem)),
    }
}

fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .finish()
}
