//! SQLite: one thread that writes, a few that read, and the queries stamped for its connection.

mod numbering;
mod reader;
mod writer;

use super::drift::Found;
use super::job::serve;
use super::{Queues, StoreError, StoreOptions};
use crossbeam_channel::bounded;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, RunQueryDsl as _};
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::thread::JoinHandle;

/// The connection that the queries are compiled for.
pub type Conn = diesel::SqliteConnection;

/// A read that others may share; writers are one after another here, so there is nothing to lock.
macro_rules! for_share {
    ($query:expr) => {
        $query
    };
}

/// A read that announces a change.
macro_rules! for_update {
    ($query:expr) => {
        $query
    };
}

/// The queries.
#[path = "sql/mod.rs"]
pub mod sql;

/// A commit is on the disk before it is answered. A write by another process is waited for.
const PRAGMAS: &str = "PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 67108864;";

pub(super) fn start(
    path: &Path,
    options: &StoreOptions,
) -> Result<(Queues, Vec<JoinHandle<()>>), StoreError> {
    create_private(path).map_err(|error| cannot_open(path, &error))?;
    // Opened here once, so that a file that is no database stops the start.
    let mut writer = writer::Writer::new(path, options);
    writer.open()?;
    let (write, to_write) = bounded(options.queue);
    let (read, to_read) = bounded(options.queue);
    let mut threads = vec![spawn("store-write", move || {
        serve(&to_write, |first| writer.batch(first, &to_write));
    })?];
    for number in 0..options.readers.max(1) {
        let mut reader = reader::Reader::new(path, options, number);
        let to_read = to_read.clone();
        threads.push(spawn("store-read", move || {
            serve(&to_read, |work| reader.serve(work));
        })?);
    }
    Ok((Queues { write, read }, threads))
}

/// The time of the machine, which is the node's own, in milliseconds.
pub(super) const TIME: &str = "SELECT CAST(round(unixepoch('now', 'subsec') * 1000) AS INTEGER) AS millis";

/// Every column of the database.
pub(super) fn columns(conn: &mut Conn) -> Result<Vec<Found>, StoreError> {
    let described = "SELECT t.name AS in_table, c.name AS called, c.type AS kind, c.\"notnull\" = 0 AS nullable \
        FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c \
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'";
    Ok(diesel::sql_query(described).load(conn)?)
}

/// How a type of `schema.rs` is declared here.
pub(super) fn column_type(declared: &str) -> &str {
    match declared {
        "Text" => "TEXT",
        "BigInt" | "Bool" => "INTEGER",
        "Binary" => "BLOB",
        other => other,
    }
}

/// Opens a connection that may write.
pub(super) fn connect(path: &Path) -> Result<Conn, StoreError> {
    let mut conn = establish(path)?;
    conn.batch_execute(PRAGMAS)?;
    Ok(conn)
}

/// Opens a connection that cannot write.
fn connect_read_only(path: &Path) -> Result<Conn, StoreError> {
    let mut conn = establish(path)?;
    conn.batch_execute("PRAGMA busy_timeout = 1000; PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")?;
    Ok(conn)
}

fn establish(path: &Path) -> Result<Conn, StoreError> {
    let text = path
        .to_str()
        .ok_or_else(|| cannot_open(path, &"the path is not UTF-8"))?;
    // "./" keeps a name that begins with "file:" from being read as a URI.
    let text = if path.is_absolute() {
        text.to_owned()
    } else {
        format!("./{text}")
    };
    Conn::establish(&text).map_err(|error| cannot_open(path, &error))
}

/// Makes folder and file so that nobody else can read them; the WAL inherits the file's mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map(drop)
}

fn cannot_open(path: &Path, why: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("cannot open {}: {why}", path.display()))
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread
        .spawn(body)
        .map_err(|error| StoreError::Unavailable(format!("cannot start a thread: {error}")))
}
