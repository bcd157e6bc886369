//! PostgreSQL: a small pool of threads, each with a connection of its own, and the queries stamped for it.

mod connect;
mod numbering;
mod worker;

use super::drift::Found;
use super::job::serve;
use super::{Queues, StoreError, StoreOptions};
use crossbeam_channel::bounded;
use diesel::RunQueryDsl as _;
use std::thread::JoinHandle;

pub(super) use connect::Target;

/// The connection that the queries are compiled for.
pub type Conn = diesel::PgConnection;

/// A read whose row stays as it is until the transaction ends; others may share it.
macro_rules! for_share {
    ($query:expr) => {
        $query.for_share()
    };
}

/// A read that announces a change: waits for those who share the row, and keeps others out.
macro_rules! for_update {
    ($query:expr) => {
        $query.for_update()
    };
}

/// The queries.
#[path = "sql/mod.rs"]
pub mod sql;

pub(super) fn start(url: &str, options: &StoreOptions) -> Result<(Queues, Vec<JoinHandle<()>>), StoreError> {
    let target = Target::new(url, options);
    let (write, work) = bounded(options.queue);
    let mut threads = Vec::new();
    for number in 0..options.connections.max(1) {
        let mut worker = worker::Worker::new(target.clone(), options, number);
        let work = work.clone();
        let thread = std::thread::Builder::new().name("store".to_owned());
        let spawned = thread.spawn(move || serve(&work, |work| worker.serve(work)));
        threads.push(
            spawned.map_err(|error| StoreError::Unavailable(format!("cannot start a thread: {error}")))?,
        );
    }
    Ok((
        Queues {
            read: write.clone(),
            write,
        },
        threads,
    ))
}

/// The time of the server at this moment, also inside a transaction, in milliseconds.
pub(super) const TIME: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis";

/// Every column of the database.
pub(super) fn columns(conn: &mut Conn) -> Result<Vec<Found>, StoreError> {
    let described = "SELECT table_name::text AS in_table, column_name::text AS called, data_type::text AS kind, \
        is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_schema = current_schema()";
    Ok(diesel::sql_query(described).load(conn)?)
}

/// How a type of `schema.rs` is declared here.
pub(super) fn column_type(declared: &str) -> &str {
    match declared {
        "Text" => "text",
        "BigInt" => "bigint",
        "Bool" => "boolean",
        "Binary" => "bytea",
        other => other,
    }
}
