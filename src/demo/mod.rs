//! `vouchsafe demo`: an ordinary OpenID Connect client and a resource server, to see what the server does.
//!
//! Both know the server by its issuer URL alone and have no private way into it. They listen on loopback only and
//! speak English only; what they show is for developers.

mod acts;
pub mod api;
pub mod app;
mod browsers;
mod exchange;
mod relying_party;
mod terminal;
mod tokens;
mod tour;
mod view;

pub use terminal::{Program, Terminal};
pub use tour::{Step, Tour};

use crate::ports::Ports;
use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, web};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use vouchsafe_verify::RemoteVerifier;
use vouchsafe_verify::fetch::SetupProblem;

/// The scopes that the demo app must be registered with.
pub const APP_SCOPES: [&str; 5] = ["openid", "profile", "email", "offline_access", api::READ];

/// The path of the demo app's redirect URI.
pub const CALLBACK: &str = "/callback";

/// Who the demo is.
#[derive(Clone)]
pub struct DemoOptions {
    /// The server.
    pub issuer: String,
    /// The app's `client_id`. Its redirect URI is [`Listeners::redirect_uri`], its scopes are [`APP_SCOPES`].
    pub client_id: String,
    /// The app's secret, if it is a confidential client.
    pub client_secret: Option<String>,
    /// The API's identifier. It owns the scopes of [`api::SCOPES`].
    pub audience: String,
    /// Who administers the server.
    pub terminal: Arc<dyn Terminal>,
}

/// Where the two listen.
pub struct Listeners {
    app: Listener,
    api: Listener,
}

/// Why the demo does not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The demo shows secrets, so it is for this machine only.
    #[error("the demo listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// A listener.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// The operating system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The HTTP client.
    #[error("cannot make an HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    /// The verifier of the API.
    #[error("the API cannot check tokens of {0}: {1}")]
    Verifier(String, SetupProblem),
}

/// The running app and API.
pub struct Demo {
    app: Server,
    api: Server,
}

/// A listener on this machine.
struct Listener {
    socket: TcpListener,
    port: u16,
}

impl Listeners {
    /// Opens both. A port of 0 is any port.
    ///
    /// # Errors
    /// [`DemoError::NotLoopback`], [`DemoError::Listen`].
    pub fn bind(app: SocketAddr, api: SocketAddr) -> Result<Self, DemoError> {
        Ok(Self {
            app: bind(app)?,
            api: bind(api)?,
        })
    }

    /// The address of the app.
    #[must_use]
    pub fn app_url(&self) -> String {
        format!("http://localhost:{}", self.app.port)
    }

    /// The address of the API.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://localhost:{}", self.api.port)
    }

    /// The redirect URI that the app must be registered with.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("{}{CALLBACK}", self.app_url())
    }

    /// The app's home, where signing out returns to: must be registered, too.
    #[must_use]
    pub fn home_url(&self) -> String {
        format!("{}/", self.app_url())
    }
}

fn bind(address: SocketAddr) -> Result<Listener, DemoError> {
    if !address.ip().is_loopback() {
        return Err(DemoError::NotLoopback(address));
    }
    let failed = |cause| DemoError::Listen(address, cause);
    let socket = TcpListener::bind(address).map_err(failed)?;
    let port = socket.local_addr().map_err(failed)?.port();
    Ok(Listener { socket, port })
}

/// Starts both. The server need not be there yet. Must be called inside an actix system.
///
/// # Errors
/// [`DemoError`].
pub fn start(options: DemoOptions, listeners: Listeners, ports: &Ports) -> Result<Demo, DemoError> {
    let verifier = RemoteVerifier::new(&options.issuer, &options.audience)
        .map_err(|problem| DemoError::Verifier(options.issuer.clone(), problem))?;
    let state = web::Data::new(app::DemoApp::new(options, &listeners, ports)?);
    let app = HttpServer::new(move || App::new().app_data(state.clone()).configure(app::routes))
        .workers(1)
        .disable_signals()
        .listen(listeners.app.socket)?
        .run();
    let api = HttpServer::new(move || App::new().app_data(verifier.clone()).configure(api::routes))
        .workers(1)
        .disable_signals()
        .listen(listeners.api.socket)?
        .run();
    Ok(Demo { app, api })
}

impl Demo {
    /// What stops the two.
    #[must_use]
    pub fn handles(&self) -> [ServerHandle; 2] {
        [self.app.handle(), self.api.handle()]
    }

    /// Serves until both were stopped.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn run(self) -> std::io::Result<()> {
        let (app, api) = tokio::join!(self.app, self.api);
        app.and(api)
    }
}
