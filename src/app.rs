//! Puts the server together and runs it: the only place that knows every part.

use crate::accounts::passwords::{Cost, Passwords};
use crate::audit::Act;
use crate::clients::{own_api, own_client};
use crate::config::{Config, DatabaseUrl};
use crate::cx::RequestId;
use crate::db;
use crate::demo::{self, DemoError, DemoOptions, Listeners};
use crate::keys::{KeysError, NewKeys, OpenError};
use crate::metrics::{self, Metrics};
use crate::oauth::metadata::MetadataDocument;
use crate::pages::texts::Locale;
use crate::ports::{Outbound, Ports, SystemClock, SystemEntropy};
use crate::services::Services;
use crate::store::{Store, StoreError, StoreObserver, StoreOptions};
use crate::web::limits::{self, Bounds};
use crate::web::listen::{Door, listen};
use crate::web::{assets, health, methods, observe, urls, wire};
use crate::{admin, developers, jobs, oauth, pages};
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpResponse};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The administration's listener, where it has one, gets this part of the connections.
const ADMIN_PART: usize = 16;

/// Why the server did not start, or did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Keys and secrets.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A listener.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The operating system's words.
        cause: std::io::Error,
    },
    /// The metadata document cannot be made.
    #[error(transparent)]
    Metadata(#[from] serde_json::Error),
    /// The demo's app and API.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The operating system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<OpenError> for AppError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Store(error) => Self::Store(error),
            OpenError::Keys(error) => Self::Keys(error),
        }
    }
}

/// The real ports.
#[must_use]
pub fn ports(config: &Config) -> Ports {
    let entropy = Arc::new(SystemEntropy);
    Ports {
        clock: Arc::new(SystemClock),
        database_clock: None,
        entropy: entropy.clone(),
        keys: Arc::new(NewKeys(entropy)),
        fetch: Arc::new(Outbound::new(&config.outbound)),
    }
}

/// Opens and migrates the store and puts the services together.
///
/// # Errors
/// [`AppError::Store`], [`AppError::Keys`].
pub fn open(config: Config) -> Result<Arc<Services>, AppError> {
    let ports = ports(&config);
    let metrics = Arc::new(Metrics::new());
    let store = open_store(&config, &ports, Some(metrics.clone()))?;
    let act = Act::new("server", ports.clock.now(), &ports.entropy);
    own_client::register(&store, &act)?;
    let passwords = Passwords::start(&Cost::recommended(), workers())?;
    Ok(Services::open(config, store, ports, passwords, metrics)?)
}

/// Opens the store of a configuration, applies the migrations that it lacks, and gives a new one its state.
///
/// # Errors
/// [`AppError::Store`].
pub fn open_store(config: &Config, ports: &Ports, metrics: Option<Arc<Metrics>>) -> Result<Store, AppError> {
    let options = StoreOptions {
        connections: config.database.connections,
        transaction_pooler: config.database.transaction_pooler,
        jitter_seed: u64::from_le_bytes(ports.entropy.bytes()),
        observer: metrics.map(|metrics| metrics as Arc<dyn StoreObserver>),
        clock: ports.database_clock.clone(),
        ..StoreOptions::default()
    };
    if let DatabaseUrl::Sqlite(path) = &config.database.url
        && let Some(folder) = path.parent()
    {
        std::fs::create_dir_all(folder)?;
    }
    let store = Store::open(&config.database.url, options)?;
    store.migrate()?;
    let timeline = RequestId::from_entropy(ports.entropy.bytes());
    store.write_blocking("init", move |tx| {
        db!(tx, publisher::init())?;
        db!(tx, issuer_state::init(timeline.as_str())).map(drop)
    })?;
    own_api::register(&store, &config.issuer, ports.clock.now())?;
    Ok(store)
}

/// A running server.
pub struct Running {
    // Caught before anybody is told that the server is there: one that comes early is not lost.
    signals: Signals,
    /// Ends when the server has stopped.
    pub server: Server,
    /// Stops it.
    pub handle: ServerHandle,
    services: Arc<Services>,
    jobs: Vec<tokio::task::JoinHandle<()>>,
    admin: Option<ServerHandle>,
    metrics: Option<ServerHandle>,
}

/// Opens the listener of a configuration.
///
/// # Errors
/// [`AppError::Listen`].
pub fn bind(address: SocketAddr) -> Result<TcpListener, AppError> {
    TcpListener::bind(address).map_err(|cause| AppError::Listen { address, cause })
}

/// Serves on `listener`, without jobs and signals. Must be called inside an actix system.
///
/// # Errors
/// When the operating system refuses.
pub fn serve(services: &Arc<Services>, listener: TcpListener, bounds: &Bounds) -> Result<Server, AppError> {
    let has_admin = services.config.admin.listen.is_none();
    let has_developers = services.config.developers.enabled;
    serve_routes(services, listener, bounds, move |app| {
        app.configure(protocol);
        if has_developers {
            app.configure(developers::mount);
        }
        if has_admin {
            app.configure(administration);
        }
    })
}

/// Serves the administration alone on `listener`. Must be called inside an actix system.
///
/// # Errors
/// When the operating system refuses.
pub fn serve_admin(
    services: &Arc<Services>,
    listener: TcpListener,
    bounds: &Bounds,
) -> Result<Server, AppError> {
    serve_routes(services, listener, bounds, |app| {
        app.configure(administration)
            .service(web::redirect("/", urls::ADMIN).see_other());
    })
}

fn serve_routes(
    services: &Arc<Services>,
    listener: TcpListener,
    bounds: &Bounds,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> Result<Server, AppError> {
    let app = web::Data::new(Arc::clone(services));
    let locales = Locale::ALL.iter().map(|locale| locale.tag().to_owned()).collect();
    let document = web::Data::new(MetadataDocument::of(&services.config, locales)?);
    let published = web::Data::new(developers::Published(document.body()));
    let door = Door::new(bounds, &services.config.trusted_proxies);
    Ok(listen(listener, &door, move || {
        App::new()
            .app_data(app.clone())
            .app_data(document.clone())
            .app_data(published.clone())
            .wrap(from_fn(pages::in_words))
            .wrap(from_fn(observe::observe))
            .wrap(from_fn(wire::answering))
            .configure(everywhere)
            .configure(routes.clone())
            .default_service(web::to(pages::not_found))
    })?)
}

/// Serves on `listener` in an event loop of its own until a signal asks to stop; calls `ready` once requests are
/// accepted.
///
/// # Errors
/// What [`start`] and [`Running::until_stopped`] say.
pub fn run(services: Arc<Services>, listener: TcpListener, ready: impl FnOnce()) -> Result<(), AppError> {
    actix_web::rt::System::new().block_on(async {
        let running = start(services, listener)?;
        ready();
        running.until_stopped().await
    })
}

/// Serves the demo in an event loop of its own until a signal asks to stop, or until that is over what `ready` gives.
/// It is called once all three answer.
///
/// # Errors
/// What [`start`], [`demo::start`] and [`Running::until_stopped`] say.
pub fn run_demo<Shown: Future<Output = ()>>(
    services: Arc<Services>,
    listener: TcpListener,
    options: DemoOptions,
    listeners: Listeners,
    ready: impl FnOnce() -> Shown,
) -> Result<(), AppError> {
    actix_web::rt::System::new().block_on(async {
        let demo = demo::start(options, listeners, &services.ports)?;
        let running = start(services, listener)?;
        let handles = demo.handles();
        let shown = ready();
        let stop = async {
            let stopped = running.until(shown).await;
            for handle in handles {
                handle.stop(true).await;
            }
            stopped
        };
        let (outcome, stopped) = tokio::join!(demo.run(), stop);
        stopped.and(outcome.map_err(AppError::from))
    })
}

/// Serves on `listener` and starts the jobs and the listeners of the administration and the metrics. Must be called
/// inside an actix system.
///
/// # Errors
/// [`AppError::Listen`] for those listeners; [`AppError::Io`] when signals cannot be caught.
pub fn start(services: Arc<Services>, listener: TcpListener) -> Result<Running, AppError> {
    let metrics = services
        .config
        .metrics
        .listen
        .map(|address| serve_metrics(&services, address))
        .transpose()?;
    let bounds = Bounds::default();
    let mut connections = bounds.connections;
    if connections < limits::FEW_CONNECTIONS {
        tracing::warn!(
            connections,
            "there is room for few connections: the limit on open files (ulimit -n) is low"
        );
    }
    let admin = services
        .config
        .admin
        .listen
        .map(|address| {
            // Together the two have what the process may have.
            let few = connections.div_ceil(ADMIN_PART);
            connections = connections.saturating_sub(few).max(1);
            let bounds = bounds.clone().of_connections(few);
            let server = serve_admin(&services, bind(address)?, &bounds)?;
            Ok::<_, AppError>(beside(server))
        })
        .transpose()?;
    let signals = Signals::new()?;
    let server = serve(&services, listener, &bounds.of_connections(connections))?;
    let handle = server.handle();
    let jobs = jobs::start(&services);
    Ok(Running {
        signals,
        server,
        handle,
        services,
        jobs,
        admin,
        metrics,
    })
}

impl Running {
    /// Serves until SIGTERM or SIGINT, then says that it is not ready, waits as `shutdown.drain` says, accepts no
    /// more connections, finishes what it has accepted, and returns. Returns also when the server ends by itself.
    ///
    /// # Errors
    /// [`AppError::Io`].
    pub async fn until_stopped(self) -> Result<(), AppError> {
        self.until(std::future::pending()).await
    }

    /// As [`Running::until_stopped`], and stops also when `enough` is over: then nobody else is waited for.
    async fn until(self, enough: impl Future<Output = ()>) -> Result<(), AppError> {
        let Self {
            mut signals,
            mut server,
            handle,
            services,
            jobs,
            admin,
            metrics,
        } = self;
        let ended = tokio::select! {
            ended = &mut server => ended,
            () = enough => {
                services.drain();
                tokio::join!(&mut server, handle.stop(true)).0
            }
            () = signals.next() => {
                services.drain();
                let drain = services.config.shutdown.drain;
                tracing::info!(drain_ms = drain.millis(), "stopping: not ready any more");
                let waited = async {
                    tokio::select! {
                        () = signals.next() => {}
                        () = tokio::time::sleep(Duration::from_millis(drain.millis().unsigned_abs())) => {}
                    }
                    tracing::info!("stopping: finishing the requests that were accepted");
                    handle.stop(true).await;
                };
                tokio::join!(&mut server, waited).0
            }
        };
        if let Some(admin) = admin {
            admin.stop(true).await;
        }
        if let Some(metrics) = metrics {
            metrics.stop(false).await;
        }
        services.stop();
        for job in jobs {
            job.abort();
        }
        // Another node need not wait until this one is given up.
        let resigned = tokio::task::spawn_blocking(move || {
            // Nothing depends on what is lost here.
            let _ = services.record_activity();
            let _ = services.count();
            services.resign()
        })
        .await;
        if let Ok(Err(error)) = resigned {
            tracing::debug!(%error, "the numbering of events could not be left to others");
        }
        Ok(ended?)
    }
}

/// What asks the program to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Returns when one comes.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// What every listener answers.
fn everywhere(app: &mut ServiceConfig) {
    app.service(methods::read(urls::LIVEZ, health::livez))
        .service(methods::read(urls::READYZ, health::readyz))
        .configure(assets::routes);
}

/// What clients and the people who sign in to them need.
fn protocol(app: &mut ServiceConfig) {
    app.configure(oauth::mount).configure(pages::mount);
}

/// What administrators need: `/admin`, `/setup` and `/api/v1`.
fn administration(app: &mut ServiceConfig) {
    app.configure(admin::mount);
}

fn serve_metrics(services: &Arc<Services>, address: SocketAddr) -> Result<ServerHandle, AppError> {
    let listener = bind(address)?;
    let services = web::Data::new(Arc::clone(services));
    let bounds = Bounds {
        workers: 1,
        ..Bounds::default().of_connections(limits::METRICS_CONNECTIONS)
    };
    let door = Door::new(&bounds, &[]);
    let server = listen(listener, &door, move || {
        App::new()
            .app_data(services.clone())
            .wrap(from_fn(wire::answering))
            .route("/metrics", web::get().to(metrics_page))
    })?;
    Ok(beside(server))
}

/// Runs a server beside the main one, and returns the way to stop it.
fn beside(server: Server) -> ServerHandle {
    let handle = server.handle();
    #[expect(
        clippy::disallowed_methods,
        reason = "a listener of its own lives as long as the server"
    )]
    let _listening = actix_web::rt::spawn(server);
    handle
}

/// `GET /metrics`, on a listener of its own (Prometheus text format).
async fn metrics_page(services: web::Data<Arc<Services>>) -> HttpResponse {
    services
        .metrics
        .waiting("passwords", services.passwords.waiting());
    let (revocation, now) = (&services.metrics.revocation, services.ports.clock.now());
    revocation.feed(&services.feed.figures(), now);
    revocation.keys(services.keys.states(now).into_iter().map(|(_, state)| state));
    HttpResponse::Ok()
        .content_type(metrics::CONTENT_TYPE)
        .body(services.metrics.render())
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}
