//! A TCP proxy that takes turns: each connection goes to the next server, past those that are down. `cargo xtask
//! bench freshness` has it too.

use std::io::copy;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, spawn};

/// A running proxy. Ends with the test.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    servers: Mutex<Vec<SocketAddr>>,
    turn: AtomicUsize,
    over: AtomicBool,
}

impl Proxy {
    /// A proxy without servers that listens here.
    pub(crate) fn start(listener: TcpListener) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let thread = spawn(move || {
            for client in listener.incoming() {
                if own.over.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&own);
                // A client that finds no server is sent away by the end of its connection.
                spawn(move || {
                    let (client, server) = (client.ok()?, shared.next()?);
                    relay(&client, &server).ok()
                });
            }
        });
        Ok(Self {
            address,
            shared,
            thread: Some(thread),
        })
    }

    /// Sends new connections to these servers from now on.
    pub(crate) fn send_to(&self, servers: Vec<SocketAddr>) {
        *self.shared.servers.lock().unwrap_or_else(PoisonError::into_inner) = servers;
    }
}

impl Shared {
    fn next(&self) -> Option<TcpStream> {
        let servers = self
            .servers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let from_there = servers.iter().cycle().skip(turn % servers.len().max(1));
        from_there
            .take(servers.len())
            .find_map(|server| TcpStream::connect(server).ok())
    }
}

/// Carries bytes both ways until the server's end is reached; the client may have nothing more to say before that.
fn relay(client: &TcpStream, server: &TcpStream) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asks, mut asked) = (client.try_clone()?, server.try_clone()?);
    spawn(move || {
        let _ = copy(&mut asks, &mut asked);
        let _ = asked.shutdown(Shutdown::Write);
    });
    let (mut answers, mut answered) = (server.try_clone()?, client.try_clone()?);
    let _ = copy(&mut answers, &mut answered);
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    Ok(())
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        // Wakes the one who waits for clients.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
