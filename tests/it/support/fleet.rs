//! Several server processes on one database behind a proxy: a deployment, without containers.

use super::databases::number;
use super::patience::until;
use super::people::{PASSWORD, Registered};
use super::proxy::Proxy;
use super::world::Site;
use crate::cli::program::{Ended, Place, free_addresses, request};
use serde_json::Value;
use std::fs::{File, read_to_string};
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::ops::Deref;
use std::process::{Child, Command, Stdio};

/// Where the people's applications are.
const CALLBACK: &str = "https://client.example/cb";

/// The deployment. It is reached through the proxy, which chooses a node for every request.
pub(crate) struct Fleet {
    nodes: Vec<Node>,
    front: Site,
    proxy: Proxy,
    place: Place,
}

/// One server process.
struct Node {
    process: Child,
    address: SocketAddr,
    metrics: String,
}

impl Fleet {
    /// Starts so many nodes on a database.
    pub(crate) fn start(place: Place, nodes: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Proxy::start(listener).unwrap();
        let issuer = format!("http://localhost:{port}");
        // The command line opens what the nodes sealed for their issuer.
        let place = place
            .with("VOUCHSAFE__LOG__FILTER", "error")
            .with("VOUCHSAFE__ISSUER", &issuer);
        let mut fleet = Self {
            nodes: Vec::new(),
            front: Site::anew_at(&issuer),
            proxy,
            place,
        };
        for _ in 0..nodes {
            let node = fleet.start_node();
            fleet.nodes.push(node);
        }
        fleet.route();
        fleet
    }

    /// The way to one node alone.
    pub(crate) fn node(&self, at: usize) -> Site {
        self.front.another(format!("http://{}", self.nodes[at].address))
    }

    /// Ends a node as a crash does (`kill -9`).
    pub(crate) fn kill(&mut self, at: usize) {
        let process = &mut self.nodes[at].process;
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Starts a node that was killed. It listens elsewhere: meanwhile somebody may have taken its port.
    pub(crate) fn start_again(&mut self, at: usize) {
        self.nodes[at] = self.start_node();
        self.route();
    }

    /// Sends a node a signal.
    pub(crate) fn signal(&self, at: usize, signal: &str) {
        signal_process(self.nodes[at].process.id(), signal);
    }

    /// Waits for the one node that numbers events, and says which it is.
    pub(crate) fn publisher(&self) -> usize {
        until("a publisher", || {
            let found: Vec<usize> = (0..self.nodes.len()).filter(|at| self.publishes(*at)).collect();
            (found.len() == 1).then(|| found[0])
        })
    }

    /// Whether a node, which must be alive, says that it numbers events.
    pub(crate) fn publishes(&self, at: usize) -> bool {
        let page = request(&self.nodes[at].metrics, "GET /metrics");
        page.lines().any(|line| line == "vouchsafe_publisher 1")
    }

    /// Runs a verb of the command line.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.place.run(arguments)
    }

    /// A process of the command line, which may be killed like any other.
    pub(crate) fn command(&self, arguments: &[&str]) -> Child {
        let mut command = self.place.command(arguments);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// The number that a query answers, which no verb tells.
    pub(crate) fn number(&self, query: &str) -> i64 {
        number(&self.place.database(), query)
    }

    /// A person with the password of everybody.
    pub(crate) fn person(&self, username: &str) -> Value {
        let email = format!("{username}@example.test");
        let name = ["--username", username, "--email", &email];
        let create = [&["user", "create"], &name[..], &["--password-stdin", "--json"]].concat();
        self.place
            .run_with_input(&create, &format!("{PASSWORD}\n"))
            .document()
    }

    /// An application in which people sign in. `facts` are more flags of `client create`.
    pub(crate) fn client(&self, kind: &str, facts: &[&str]) -> Registered {
        let create = [
            "client",
            "create",
            "--json",
            "--name",
            "Storefront",
            "--type",
            kind,
        ];
        let signs_in = ["--grant", "authorization_code", "--grant", "refresh_token"];
        let scopes = ["--scope", "openid", "--scope", "offline_access"];
        let callback = ["--redirect-uri", CALLBACK];
        let made = self
            .run(&[&create[..], &signs_in, &scopes, &callback, facts].concat())
            .document();
        Registered {
            id: made["client_id"].as_str().unwrap().to_owned(),
            secret: made["client_secret"].as_str().map(str::to_owned),
            redirect_uri: CALLBACK.to_owned(),
        }
    }

    fn route(&self) {
        self.proxy
            .send_to(self.nodes.iter().map(|node| node.address).collect());
    }

    fn start_node(&self) -> Node {
        until("a free port", || {
            let [address, metrics] = free_addresses();
            let log = self.place.path(&format!("{address}.log"));
            let serve = ["serve", "--json", "--listen", &address, "--issuer", &self.issuer];
            let mut process = self
                .place
                .command(&serve)
                .env("VOUCHSAFE__METRICS__LISTEN", &metrics)
                .stderr(File::create(&log).unwrap())
                .spawn()
                .unwrap();
            let mut ready = String::new();
            let mut stdout = BufReader::new(process.stdout.take().unwrap());
            stdout.read_line(&mut ready).unwrap();
            if ready.is_empty() {
                process.wait().unwrap();
                let log = read_to_string(&log).unwrap();
                assert!(log.contains("cannot listen"), "a node did not start: {log}");
                return None;
            }
            Some(Node {
                process,
                address: address.parse().unwrap(),
                metrics,
            })
        })
    }
}

impl Deref for Fleet {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.front
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a process a signal.
pub(crate) fn signal_process(process: u32, signal: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{signal}"), &process.to_string()])
        .stderr(Stdio::null())
        .status();
    assert!(sent.unwrap().success(), "no process {process}");
}
