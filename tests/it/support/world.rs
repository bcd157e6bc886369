//! A whole server in the test's process, on a port and a database of its own, with the test's hand on its clock.

use super::databases::execute;
use super::ports::{ANOTHER_NODE, FakeClock, ports};
use super::postgres;
use actix_web::dev::ServerHandle;
use reqwest::blocking::{Client, ClientBuilder, RequestBuilder, Response};
use serde_json::Value;
use std::net::TcpListener;
use std::ops::Deref;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use vouchsafe::accounts::passwords::{Cost, Passwords};
use vouchsafe::app;
use vouchsafe::audit::Act;
use vouchsafe::config::{Config, DatabaseUrl};
use vouchsafe::metrics::Metrics;
use vouchsafe::services::Services;
use vouchsafe::web::limits::Bounds;
use vouchsafe_core::model::Span;

/// A running server.
pub(crate) struct World {
    /// Its services, for arranging what no endpoint arranges.
    pub(crate) services: Arc<Services>,
    /// Its clock.
    pub(crate) clock: FakeClock,
    site: Site,
    config: Config,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    // Removed last.
    folder: Arc<tempfile::TempDir>,
}

/// A server over HTTP, in this process or in another.
pub(crate) struct Site {
    /// Its issuer, for instance `http://localhost:40123`.
    pub(crate) issuer: String,
    base: String,
    http: Client,
}

impl Deref for World {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl World {
    /// A world on SQLite.
    pub(crate) fn sqlite(name: &str) -> Self {
        Self::with(name, None, |_| {})
    }

    /// A world on PostgreSQL.
    pub(crate) fn postgres(name: &str) -> Self {
        Self::with(name, Some(postgres::migrated_database()), |_| {})
    }

    /// A world whose configuration was changed; on PostgreSQL when a URL is given.
    pub(crate) fn with(name: &str, postgres: Option<String>, change: impl FnOnce(&mut Config)) -> Self {
        Self::within(name, postgres, &Bounds::default(), change)
    }

    /// The same with other bounds of what it bears of those who connect to it.
    pub(crate) fn within(
        name: &str,
        postgres: Option<String>,
        bounds: &Bounds,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut config = Config::defaults();
        config.issuer = format!("http://localhost:{port}");
        config.data_dir = folder.path().join("data");
        config.keys.dir = folder.path().join("keys");
        config.database.url = match postgres {
            None => DatabaseUrl::Sqlite(folder.path().join("vouchsafe.db")),
            Some(url) => DatabaseUrl::parse(&url).unwrap(),
        };
        change(&mut config);
        Self::start(name, config, FakeClock::new(), (listener, bounds), folder)
    }

    /// A second server on the database, keys and clock of `world`, as after a restart. It listens elsewhere and
    /// names the same issuer.
    pub(crate) fn on(world: &Self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut again = Self::start(
            "again",
            world.config.clone(),
            world.clock.clone(),
            (listener, &Bounds::default()),
            Arc::clone(&world.folder),
        );
        again.site.base = format!("http://localhost:{port}");
        again
    }

    /// A second server beside `world` on its database and keys, as another node with a clock of its own.
    pub(crate) fn on_with_own_clock(world: &Self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut beside = Self::start(
            ANOTHER_NODE,
            world.config.clone(),
            world.clock.another(),
            (listener, &Bounds::default()),
            Arc::clone(&world.folder),
        );
        beside.site.base = format!("http://localhost:{port}");
        beside
    }

    fn start(
        name: &str,
        config: Config,
        clock: FakeClock,
        door: (TcpListener, &Bounds),
        folder: Arc<tempfile::TempDir>,
    ) -> Self {
        let ports = ports(&clock, name, &config);
        let metrics = Arc::new(Metrics::new());
        let store = app::open_store(&config, &ports, Some(Arc::clone(&metrics))).unwrap();
        let passwords = Passwords::start(&Cost::of_memory(64), 2).unwrap();
        let issuer = config.issuer.clone();
        let services = Services::open(config.clone(), store, ports, passwords, metrics).unwrap();
        let (handle, thread) = serve(&services, door);
        Self {
            services,
            clock,
            site: Site::at(&issuer),
            config,
            handle,
            thread: Some(thread),
            folder,
        }
    }

    /// Moves the clock on.
    pub(crate) fn wait(&self, span: Span) {
        self.clock.advance(span);
    }

    /// Lets the server notice what was changed behind its back, as it does each half second.
    pub(crate) fn follow(&self) {
        self.services.follow().unwrap();
    }

    /// Lets the server number events and follow the feed, as it does five times a second.
    pub(crate) fn publish(&self) {
        self.services.publish().unwrap();
    }

    /// Its clock in seconds since 1970.
    pub(crate) fn clock_seconds(&self) -> i64 {
        self.services.ports.clock.now().seconds()
    }

    /// Runs a statement that no part of the program makes, on the database itself, and lets the server notice.
    pub(crate) fn sql(&self, statement: &str) {
        execute(self.database(), statement);
        execute(
            self.database(),
            "UPDATE issuer_state SET config_version = config_version + 1",
        );
        self.follow();
    }

    /// Where its database is.
    pub(crate) fn database(&self) -> &DatabaseUrl {
        &self.config.database.url
    }

    /// An act from the command line, now.
    pub(crate) fn act(&self) -> Act {
        let ports = &self.services.ports;
        Act::new("cli", ports.clock.now(), &ports.entropy)
    }

    /// Runs a write on the database.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut vouchsafe::store::Tx<'_>) -> Result<T, vouchsafe::store::StoreError>
        + Send
        + 'static,
    ) -> T {
        self.services.store.write_blocking("test", work).unwrap()
    }
}

impl Site {
    /// The server with this issuer.
    pub(crate) fn at(issuer: &str) -> Self {
        Self::with_client(issuer, http())
    }

    /// The same with a connection for each request, so that whatever stands in between chooses anew each time.
    pub(crate) fn anew_at(issuer: &str) -> Self {
        Self::with_client(issuer, http().pool_max_idle_per_host(0))
    }

    fn with_client(issuer: &str, http: ClientBuilder) -> Self {
        Self {
            issuer: issuer.to_owned(),
            base: issuer.to_owned(),
            http: http.build().unwrap(),
        }
    }

    /// Another server of the same issuer.
    pub(crate) fn another(&self, base: String) -> Self {
        Self {
            issuer: self.issuer.clone(),
            base,
            http: self.http.clone(),
        }
    }

    /// A GET.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    /// A POST.
    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(self.url(path))
    }

    /// Any method.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(method.parse().unwrap(), self.url(path))
    }

    /// The absolute URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        }
    }
}

fn http() -> ClientBuilder {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
}

fn serve(
    services: &Arc<Services>,
    (listener, bounds): (TcpListener, &Bounds),
) -> (ServerHandle, JoinHandle<()>) {
    let (started, starts) = mpsc::channel();
    let (services, bounds) = (Arc::clone(services), bounds.clone());
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = app::serve(&services, listener, &bounds).unwrap();
            started.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    (starts.recv().unwrap(), thread)
}

impl Drop for World {
    fn drop(&mut self) {
        // The handle's future only sends a message; polled once, it has.
        let stop = self.handle.stop(false);
        std::thread::spawn(move || actix_web::rt::System::new().block_on(stop))
            .join()
            .ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// What an answer says, in the parts that tests look at.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: reqwest::header::HeaderMap,
    /// The body.
    pub(crate) body: String,
}

impl Answer {
    /// Sends the request and reads the answer.
    pub(crate) fn to(request: RequestBuilder) -> Self {
        Self::of(request.send().unwrap())
    }

    /// Reads an answer.
    pub(crate) fn of(response: Response) -> Self {
        Self::read(response).unwrap()
    }

    /// Sends the request to a server that may die over it.
    pub(crate) fn if_any(request: RequestBuilder) -> Option<Self> {
        Self::read(request.send().ok()?).ok()
    }

    fn read(response: Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self {
            status,
            headers,
            body: response.text()?,
        })
    }

    /// A header, empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.body))
    }

    /// The OAuth error code in the body, with the status.
    pub(crate) fn error(&self) -> (u16, String) {
        (
            self.status,
            self.json()["error"].as_str().unwrap_or_default().to_owned(),
        )
    }
}
