//! Serves an application on a listener as actix-web does, over connections that are watched ([`super::wire`]) and of
//! which nobody has all.

use super::limits::{Bounds, LINGER, UNSENT_BYTES};
use super::wire::Wire;
use crate::limits::connections::Connections;
use crate::ports::descriptors;
use actix_http::{HttpService, KeepAlive, Protocol, Request};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response, Server, fn_factory, fn_service};
use ipnet::IpNet;
use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::rc::Rc;
use tokio::net::TcpStream;

/// Requests that were accepted are finished within this many seconds after a stop was asked for.
const FINISH_SECONDS: u64 = 10;

/// Who may come in, and how long they may keep the server waiting.
#[derive(Clone, Debug)]
pub struct Door {
    bounds: Bounds,
    trusted_proxies: Vec<IpNet>,
    inside: Connections,
}

impl Door {
    /// A door that nobody has come through yet. A trusted proxy speaks for many: it may hold as many as there are.
    #[must_use]
    pub fn new(bounds: &Bounds, trusted_proxies: &[IpNet]) -> Self {
        Self {
            bounds: bounds.clone(),
            trusted_proxies: trusted_proxies.to_vec(),
            inside: Connections::default(),
        }
    }

    fn most(&self, peer: IpAddr) -> usize {
        if self.trusted_proxies.iter().any(|net| net.contains(&peer)) {
            usize::MAX
        } else {
            self.bounds.per_address
        }
    }

    /// Serves one connection by `http`, if its peer may have another one.
    async fn let_in<H>(self, socket: TcpStream, http: Rc<H>) -> Result<(), H::Error>
    where
        H: Service<(Wire, Protocol, Option<SocketAddr>), Response = ()>,
    {
        let Ok(peer) = socket.peer_addr() else {
            return Ok(());
        };
        let address = peer.ip().to_canonical();
        let Some(_place) = self.inside.hold(address, self.most(address)) else {
            tracing::debug!(%address, "hung up: this address holds as many connections as one may");
            return Ok(());
        };
        let wire = Wire::new(socket, &self.bounds);
        let progress = wire.progress();
        let serving = http.call((wire, Protocol::Http1, Some(peer)));
        progress.watch(serving).await.unwrap_or_else(|| {
            tracing::debug!(%address, "hung up: no request came, or nobody took the answer");
            Ok(())
        })
    }
}

/// Serves on `listener` what `app` makes. Must be called inside an actix system.
///
/// # Errors
/// When the operating system refuses.
pub fn listen<F, I, S, B>(listener: TcpListener, door: &Door, app: F) -> io::Result<Server>
where
    F: Fn() -> I + Clone + Send + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    descriptors::bound_unsent(&listener, UNSENT_BYTES)?;
    let door = door.clone();
    let builder = Server::build();
    let stopping = builder.graceful_shutdown_signal();
    Ok(builder
        .workers(door.bounds.workers)
        // Each worker counts for itself.
        .max_concurrent_connections(door.bounds.connections.div_ceil(door.bounds.workers))
        .shutdown_timeout(FINISH_SECONDS)
        .disable_signals()
        .listen("http", listener, move || {
            let (stopping, door) = (stopping.clone(), door.clone());
            let app = app()
                .into_factory()
                .map_err(|error: S::Error| error.into().error_response());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                // Connections are kept, and who watches them ends their rest.
                .keep_alive(KeepAlive::Os)
                .client_request_timeout(door.bounds.head)
                .client_disconnect_timeout(LINGER)
                .on_connect_ext(|wire: &Wire, data| {
                    data.insert(wire.progress());
                })
                .finish(map_config(app, |()| AppConfig::default()));
            fn_factory(move || {
                let (door, http) = (door.clone(), http.new_service(()));
                async move {
                    let http = Rc::new(http.await?);
                    Ok::<_, ()>(fn_service(move |socket: TcpStream| {
                        door.clone().let_in(socket, Rc::clone(&http))
                    }))
                }
            })
        })?
        .run())
}
