//! Runs the built program in a folder of its own, with an environment of its own.

use crate::support::databases::execute;
use crate::support::people::Registered;
use crate::support::postgres;
use crate::support::world::{Site, World};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;
use vouchsafe::config::DatabaseUrl;
use vouchsafe::ports::{Clock as _, SystemClock};

/// The password of everybody.
pub(crate) const PASS_PHRASE: &str = "copper lantern 42";

const PROGRAM: &str = env!("CARGO_BIN_EXE_vouchsafe");

/// A folder with a database beside it, in which the program is run.
pub(crate) struct Place {
    folder: TempDir,
    environment: Vec<(String, String)>,
    open_files: Option<u32>,
}

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    /// With the embedded database.
    pub(crate) fn sqlite() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
            open_files: None,
        }
    }

    /// With a fresh PostgreSQL database.
    pub(crate) fn postgres() -> Self {
        Self::sqlite().with("VOUCHSAFE__DATABASE__URL", &postgres::fresh_database())
    }

    /// One of each.
    pub(crate) fn both() -> [Self; 2] {
        [Self::sqlite(), Self::postgres()]
    }

    /// Beside a server that runs in this process: on its database and keys, at the real time.
    pub(crate) fn beside(world: &World) -> Self {
        let now = SystemClock.now();
        world.wait(now.since(world.clock.now()));
        world.services.tend().unwrap();
        let config = &world.services.config;
        let database = match &config.database.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
            DatabaseUrl::Postgres(url) => url.expose().to_owned(),
        };
        Self::sqlite()
            .with("VOUCHSAFE__DATABASE__URL", &database)
            .with("VOUCHSAFE__KEYS__DIR", &config.keys.dir.display().to_string())
            .with("VOUCHSAFE__ISSUER", &config.issuer)
    }

    /// Sets an environment variable for all runs.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Lets all runs have so many files open and no more.
    pub(crate) fn with_open_files(mut self, most: u32) -> Self {
        self.open_files = Some(most);
        self
    }

    /// Writes a file into the folder, readable by its owner only.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        path
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with_input(arguments, "")
    }

    /// Runs the program with this on its standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        ended(self.command(arguments), input)
    }

    /// Runs the program with this as its standard output.
    pub(crate) fn run_into(&self, arguments: &[&str], stdout: impl Into<Stdio>) -> Ended {
        let mut command = self.command(arguments);
        command.stdout(stdout);
        ended(command, "")
    }

    /// Runs the program with its standard output closed.
    pub(crate) fn run_closed(&self, arguments: &[&str]) -> Ended {
        ended(self.in_shell("exec \"$0\" \"$@\" >&-", arguments), "")
    }

    /// Runs a statement on the database, which no verb does.
    pub(crate) fn sql(&self, statement: &str) {
        execute(&self.database(), statement);
    }

    /// The database of all runs.
    pub(crate) fn database(&self) -> DatabaseUrl {
        let of_environment = self
            .environment
            .iter()
            .find(|(name, _)| name == "VOUCHSAFE__DATABASE__URL");
        match of_environment {
            Some((_, url)) => DatabaseUrl::parse(url).unwrap(),
            None => DatabaseUrl::Sqlite(self.path("data/vouchsafe.db")),
        }
    }

    /// The program, ready to be started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        match self.open_files {
            None => self.ready(Command::new(PROGRAM), arguments),
            Some(most) => self.in_shell(&format!("ulimit -n {most} && exec \"$0\" \"$@\""), arguments),
        }
    }

    /// The same, started by a script.
    fn in_shell(&self, script: &str, arguments: &[&str]) -> Command {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", script, PROGRAM]);
        self.ready(shell, arguments)
    }

    fn ready(&self, mut command: Command, arguments: &[&str]) -> Command {
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Registers a client of this type that may have refresh tokens.
    pub(crate) fn create_client(&self, kind: &str) -> Registered {
        let redirect_uri = "https://client.example/cb";
        let arguments = [
            "client",
            "create",
            "--json",
            "--name",
            "Shop",
            "--type",
            kind,
            "--redirect-uri",
            redirect_uri,
            "--scope",
            "openid profile offline_access",
        ];
        let made = self.run(&arguments).document();
        Registered {
            id: made["client_id"].as_str().unwrap().to_owned(),
            secret: made["client_secret"].as_str().map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
        }
    }

    /// Creates a person with [`PASS_PHRASE`].
    pub(crate) fn create_user(&self, username: &str) -> Value {
        let email = format!("{username}@example.com");
        let arguments = [
            "user",
            "create",
            "--username",
            username,
            "--email",
            &email,
            "--password-stdin",
            "--json",
        ];
        self.run_with_input(&arguments, &format!("{PASS_PHRASE}\n"))
            .document()
    }
}

fn ended(mut command: Command, input: &str) -> Ended {
    let mut child = command.spawn().unwrap();
    // A program that needs no input may be gone before it comes.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ended {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ended {
    /// The one JSON document on standard output of a run that was done.
    pub(crate) fn document(&self) -> Value {
        assert_eq!(self.status, 0, "{self:?}");
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The one JSON document on standard output, on however many lines.
    pub(crate) fn document_of_lines(&self) -> Value {
        assert_eq!(self.status, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Asserts how the run ended and what it said to people, and that it said nothing to programs.
    pub(crate) fn failed(&self, status: i32, word: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.stderr.contains(word), "{word:?} is not in {self:?}");
        assert!(self.stdout.is_empty(), "{self:?}");
    }
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// The program while it runs. Ends with the test.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// Read all the time: a program whose log nobody takes stands still when the pipe is full.
    stderr: Option<JoinHandle<String>>,
}

impl Running {
    pub(crate) fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut child = place.command(arguments).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut log = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            log.read_to_string(&mut text).unwrap();
            text
        });
        Self {
            child,
            stdout,
            stderr: Some(stderr),
        }
    }

    /// The JSON document that it writes when it is ready.
    pub(crate) fn first_line(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "it did not start: {}", self.log());
        serde_json::from_str(&line).unwrap()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        let asked = Command::new("kill")
            .args([&format!("-{signal}"), &process])
            .status()
            .unwrap();
        assert!(asked.success());
    }

    /// Sends it a signal and waits until it has ended. One that does not end is killed, and the test fails.
    pub(crate) fn stop(mut self, signal: &str) -> Ended {
        self.signal(signal);
        let (_over, ends) = mpsc::channel::<()>();
        let process = self.child.id().to_string();
        std::thread::spawn(move || {
            if ends.recv_timeout(Duration::from_mins(1)) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = Command::new("kill").args(["-KILL", &process]).status();
            }
        });
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        Ended {
            status: self.child.wait().unwrap().code().unwrap_or(-1),
            stdout,
            stderr: self.log(),
        }
    }

    /// All that it said to people, once it has ended.
    fn log(&mut self) -> String {
        self.stderr.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed leaves no server behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running server.
pub(crate) struct Served {
    running: Running,
    address: String,
    pub(crate) issuer: String,
}

impl Served {
    /// Starts the server and returns when it says that it listens.
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_at(place, free_address())
    }

    /// As [`Served::start`], at this address: after a stop, the same again.
    pub(crate) fn start_at(place: &Place, address: String) -> Self {
        let issuer = format!("http://{address}");
        let mut running = Running::start(
            place,
            &["serve", "--json", "--listen", &address, "--issuer", &issuer],
        );
        assert_eq!(running.first_line()["issuer"], issuer.as_str());
        Self {
            running,
            address,
            issuer,
        }
    }

    /// Sends a request, such as `GET /livez`, and returns the whole answer.
    pub(crate) fn request(&self, what: &str) -> String {
        request(&self.address, what)
    }

    /// Sends a form and returns the whole answer.
    pub(crate) fn post(&self, path: &str, form: &str) -> String {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n",
            self.address
        );
        send(
            &self.address,
            &format!("{head}Content-Length: {}\r\n\r\n{form}", form.len()),
        )
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// For browsers and clients.
    pub(crate) fn site(&self) -> Site {
        Site::at(&self.issuer)
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        self.running.signal(signal);
    }

    /// Asks the server to stop and waits until it has.
    pub(crate) fn stop(self) -> Ended {
        self.running.stop("TERM")
    }
}

/// A loopback address that nobody listens on.
pub(crate) fn free_address() -> String {
    let [address] = free_addresses();
    address
}

/// Loopback addresses that nobody listens on, no two of them the same.
pub(crate) fn free_addresses<const N: usize>() -> [String; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().to_string())
}

/// Sends a request without body and returns the whole answer.
pub(crate) fn request(address: &str, what: &str) -> String {
    send(
        address,
        &format!("{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"),
    )
}

fn send(address: &str, request: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}
