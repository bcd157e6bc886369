//! The released server under measurement, its command line, and the database behind it.

use super::http::Connection;
use crate::step::root;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// Where the server keeps its state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A configured installation in a folder of its own, running or not.
pub(crate) struct Installation {
    program: PathBuf,
    folder: PathBuf,
    cluster: Option<Cluster>,
    address: SocketAddr,
    running: Option<Child>,
}

struct Cluster {
    script: Child,
    commands: Option<ChildStdin>,
    postmaster: u32,
}

impl Installation {
    /// A new installation. SQLite's folder lies on a disk, where a sync costs what it costs.
    pub(crate) fn new(database: Database, program: PathBuf) -> Result<Self, String> {
        let folder = PathBuf::from(format!("/var/tmp/vouchsafe-bench-{}", std::process::id()));
        let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(fail)?;
        }
        fs::create_dir_all(&folder).map_err(fail)?;
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let address = free.map_err(fail)?;
        let (cluster, url) = match database {
            Database::Sqlite => (None, format!("sqlite://{}/vouchsafe.db", folder.display())),
            Database::Postgres => {
                let (cluster, url) = Cluster::start()?;
                (Some(cluster), url)
            }
        };
        let place = folder.display();
        let config = format!(
            "issuer = \"http://localhost:{port}\"\nlisten = \"{address}\"\ndata_dir = \"{place}\"\n\
             keys.dir = \"{place}/keys\"\ndatabase.url = \"{url}\"\nrate_limits.enabled = false\n\
             log.filter = \"warn\"\nlog.format = \"json\"\n",
            port = address.port()
        );
        let installation = Self {
            program,
            folder,
            cluster,
            address,
            running: None,
        };
        fs::write(installation.config(), config).map_err(|error| error.to_string())?;
        Ok(installation)
    }

    fn config(&self) -> PathBuf {
        self.folder.join("vouchsafe.toml")
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts the server and answers how long it took until discovery was answered.
    pub(crate) fn start(&mut self) -> Result<Duration, String> {
        let log = fs::File::create(self.folder.join("server.log")).map_err(|error| error.to_string())?;
        let also = log.try_clone().map_err(|error| error.to_string())?;
        let begun = Instant::now();
        let child = self.serve().stdout(log).stderr(also).spawn();
        self.running = Some(child.map_err(|error| format!("{}: {error}", self.program.display()))?);
        while begun.elapsed() < Duration::from_secs(30) {
            let answer = Connection::open(self.address)
                .and_then(|mut server| server.fetch("/.well-known/openid-configuration"));
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(begun.elapsed());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        Err(format!("the server does not answer:\n{log}"))
    }

    /// The program, ready to serve as the configuration says.
    pub(crate) fn serve(&self) -> Command {
        let mut serve = Command::new(&self.program);
        serve.arg("serve").arg("--config").arg(self.config());
        serve.current_dir(&self.folder).stdin(Stdio::null());
        serve
    }

    /// Asks the server to stop, and waits for it.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = Command::new("kill")
                .args(["-TERM", &child.id().to_string()])
                .status();
            let _ = child.wait();
        }
    }

    /// The server's process.
    pub(crate) fn server(&self) -> u32 {
        self.running.as_ref().map_or(0, Child::id)
    }

    /// All processes whose work counts: the server and, with PostgreSQL, the cluster.
    pub(crate) fn processes(&self) -> Vec<u32> {
        self.cluster
            .iter()
            .map(|cluster| cluster.postmaster)
            .chain([self.server()])
            .collect()
    }

    /// Runs a verb with `--json` and answers what it prints.
    pub(crate) fn command_line(&self, words: &[&str], input: &str) -> Result<String, String> {
        let mut verb = Command::new(&self.program);
        verb.args(words).arg("--json").arg("--config").arg(self.config());
        verb.stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = verb.spawn().map_err(|error| error.to_string())?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin
                .write_all(input.as_bytes())
                .map_err(|error| error.to_string())?;
        }
        let answer = child.wait_with_output().map_err(|error| error.to_string())?;
        if answer.status.success() {
            Ok(String::from_utf8_lossy(&answer.stdout).into_owned())
        } else {
            Err(format!(
                "vouchsafe {}: {}",
                words.join(" "),
                String::from_utf8_lossy(&answer.stderr)
            ))
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        self.stop();
        if let Some(mut cluster) = self.cluster.take() {
            cluster.commands = None;
            let _ = cluster.script.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Cluster {
    /// A cluster that waits for the disk as in production, with one empty database.
    fn start() -> Result<(Self, String), String> {
        let mut start = Command::new(root().join("tests/postgres.sh"));
        let started = start
            .arg("durable")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut script = started.map_err(|error| format!("tests/postgres.sh: {error}"))?;
        let (Some(mut commands), Some(answers)) = (script.stdin.take(), script.stdout.take()) else {
            return Err("tests/postgres.sh has no pipes".to_owned());
        };
        let mut answers = BufReader::new(answers).lines().map_while(Result::ok);
        let ready = answers.next().unwrap_or_default();
        let [_, address, postmaster] = ready.split(' ').collect::<Vec<_>>()[..] else {
            return Err("PostgreSQL did not start".to_owned());
        };
        writeln!(commands, "create bench").map_err(|error| error.to_string())?;
        if answers.next().as_deref() != Some("done") {
            return Err("PostgreSQL made no database".to_owned());
        }
        let postmaster = postmaster.parse().map_err(|_| ready.clone())?;
        let url = format!("{address}/bench");
        Ok((
            Self {
                script,
                commands: Some(commands),
                postmaster,
            },
            url,
        ))
    }
}
