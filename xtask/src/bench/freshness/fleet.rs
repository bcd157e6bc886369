//! Several servers behind a proxy that stands where their issuer says.

#[path = "../../../../tests/it/support/proxy.rs"]
mod proxy;

use crate::bench::http::Connection;
use crate::bench::server::Installation;
use proxy::Proxy;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The running servers.
pub(super) struct Fleet {
    nodes: Vec<Node>,
    proxy: Proxy,
}

struct Node {
    process: Child,
    address: SocketAddr,
    metrics: SocketAddr,
}

impl Fleet {
    pub(super) fn start(installation: &Installation, nodes: usize) -> Result<Self, String> {
        let listener = TcpListener::bind(installation.address()).and_then(Proxy::start);
        let proxy = listener.map_err(|error| format!("the proxy: {error}"))?;
        let nodes = (0..nodes).map(|_| Node::start(installation));
        let fleet = Self {
            nodes: nodes.collect::<Result<_, _>>()?,
            proxy,
        };
        fleet.route();
        Ok(fleet)
    }

    /// Kills the node that numbers events, and says which it was.
    pub(super) fn kill_publisher(&mut self) -> Result<usize, String> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if let Some(at) = self.nodes.iter().position(Node::publishes) {
                if let Some(node) = self.nodes.get_mut(at) {
                    node.end();
                }
                return Ok(at);
            }
            sleep(Duration::from_millis(50));
        }
        Err("no node numbers events".to_owned())
    }

    /// Starts a node in the place of one that was killed.
    pub(super) fn start_again(&mut self, installation: &Installation, at: usize) -> Result<(), String> {
        if let Some(node) = self.nodes.get_mut(at) {
            *node = Node::start(installation)?;
        }
        self.route();
        Ok(())
    }

    fn route(&self) {
        let servers = self.nodes.iter().map(|node| node.address);
        self.proxy.send_to(servers.collect());
    }
}

impl Node {
    fn start(installation: &Installation) -> Result<Self, String> {
        let (address, metrics) = (free()?, free()?);
        let mut serve = installation.serve();
        serve.arg("--listen").arg(address.to_string());
        serve.env("VOUCHSAFE__METRICS__LISTEN", metrics.to_string());
        let process = serve.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let node = Self {
            process: process.map_err(|error| error.to_string())?,
            address,
            metrics,
        };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            let answer = Connection::open(address).and_then(|mut node| node.fetch("/revocations"));
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(node);
            }
            sleep(Duration::from_millis(20));
        }
        Err("a node does not answer".to_owned())
    }

    fn publishes(&self) -> bool {
        let page = Connection::open(self.metrics).and_then(|mut node| node.fetch("/metrics"));
        page.is_ok_and(|page| page.body.lines().any(|line| line == "vouchsafe_publisher 1"))
    }

    fn end(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.end();
    }
}

/// An address that nobody listens on.
fn free() -> Result<SocketAddr, String> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    free.map_err(|error| error.to_string())
}
