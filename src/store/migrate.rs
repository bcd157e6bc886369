//! Migrations: equal numbers for both databases, part of the program, applied by one node at a time.

use super::postgres::Target;
use super::{Store, StoreError, postgres, sqlite};
use crate::config::DatabaseUrl;
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::migration::{Migration as _, MigrationSource, MigrationVersion};
use diesel::sql_types::Bool;
use diesel::{Connection as _, RunQueryDsl as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// A migration that this program has, and whether the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationState {
    /// Its number and name, the same for both databases.
    pub name: String,
    /// Whether it was applied.
    pub applied: bool,
}

/// What to do with the migrations of a database whose lock we hold.
#[derive(Clone, Copy)]
enum Task {
    Apply,
    RevertLast,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Store {
    /// Applies what the database does not have yet and returns the names. All of it is applied, or nothing; nodes
    /// that do so at once wait for the first and find nothing left. Blocks the thread.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses a migration.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.perform(Task::Apply)
    }

    /// Takes back the newest migration and all data in the tables it made. For tests of the migrations.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub fn revert_last_migration(&self) -> Result<Vec<String>, StoreError> {
        self.perform(Task::RevertLast)
    }

    /// Whether the database is one of this program, of whatever release. Makes nothing, unlike [`Store::migrations`].
    /// Blocks the thread.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn has_schema(&self) -> Result<bool, StoreError> {
        let found = match &self.0.url {
            DatabaseUrl::Sqlite(path) => diesel::select(sql::<Bool>(
                "EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'issuer_state')",
            ))
            .get_result(&mut sqlite::connect(path)?),
            DatabaseUrl::Postgres(url) => {
                let conn = &mut Target::new(url.expose(), &self.0.options).connect_patiently()?;
                diesel::select(sql::<Bool>("to_regclass('issuer_state') IS NOT NULL")).get_result(conn)
            }
        };
        Ok(found?)
    }

    /// Every migration of this program, oldest first. Blocks the thread.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn migrations(&self) -> Result<Vec<MigrationState>, StoreError> {
        match &self.0.url {
            DatabaseUrl::Sqlite(path) => {
                states::<diesel::sqlite::Sqlite>(&mut sqlite::connect(path)?, &SQLITE)
            }
            DatabaseUrl::Postgres(url) => {
                let conn = &mut Target::new(url.expose(), &self.0.options).connect_patiently()?;
                prepare(conn)?;
                states::<diesel::pg::Pg>(conn, &POSTGRES)
            }
        }
    }

    fn perform(&self, task: Task) -> Result<Vec<String>, StoreError> {
        match &self.0.url {
            DatabaseUrl::Sqlite(path) => {
                let mut conn = sqlite::connect(path)?;
                conn.exclusive_transaction(|conn| run::<diesel::sqlite::Sqlite>(conn, SQLITE, task))
            }
            DatabaseUrl::Postgres(url) => {
                let mut conn = Target::new(url.expose(), &self.0.options).connect_patiently()?;
                prepare(&mut conn)?;
                conn.transaction(|conn| {
                    // A row lock, not an advisory one: it ends with the transaction, through any pooler.
                    conn.batch_execute("SELECT id FROM migration_lock WHERE id = 1 FOR UPDATE")?;
                    run::<diesel::pg::Pg>(conn, POSTGRES, task)
                })
            }
        }
    }
}

/// Makes the row that is locked. Two nodes that make the table at once can meet in the catalogue, where
/// `IF NOT EXISTS` does not help; the second attempt finds it made.
fn prepare(conn: &mut postgres::Conn) -> Result<(), StoreError> {
    const LOCK: &str = "CREATE TABLE IF NOT EXISTS migration_lock (id BIGINT PRIMARY KEY); \
        INSERT INTO migration_lock (id) VALUES (1) ON CONFLICT DO NOTHING";
    let mut made = Ok(());
    for _ in 0..3 {
        made = conn.batch_execute(LOCK);
        if made.is_ok() {
            break;
        }
    }
    Ok(made?)
}

fn run<DB: diesel::backend::Backend>(
    harness: &mut impl MigrationHarness<DB>,
    source: EmbeddedMigrations,
    task: Task,
) -> Result<Vec<String>, StoreError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let states_before = states(harness, &source)?;
    let touched = match task {
        Task::Apply => harness.run_pending_migrations(source).map_err(refused)?,
        Task::RevertLast => vec![harness.revert_last_migration(source).map_err(refused)?],
    };
    let names = states_before.into_iter().map(|state| state.name);
    Ok(names
        .filter(|name| touched.iter().any(|version| is_of(name, version)))
        .collect())
}

/// A migration's name is its version, an underscore, and what it does.
fn is_of(name: &str, version: &MigrationVersion<'_>) -> bool {
    name.split('_').next() == Some(version.to_string().as_str())
}

fn states<DB: diesel::backend::Backend>(
    harness: &mut impl MigrationHarness<DB>,
    source: &EmbeddedMigrations,
) -> Result<Vec<MigrationState>, StoreError>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let applied: BTreeSet<MigrationVersion<'_>> = harness
        .applied_migrations()
        .map_err(refused)?
        .into_iter()
        .collect();
    let known = MigrationSource::<DB>::migrations(source).map_err(refused)?;
    let mut states: Vec<_> = known
        .iter()
        .map(|migration| MigrationState {
            name: migration.name().to_string(),
            applied: applied.contains(&migration.name().version()),
        })
        .collect();
    states.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(states)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn refused(cause: Cause) -> StoreError {
    match cause.downcast_ref::<diesel::result::Error>() {
        Some(error) => StoreError::Unavailable(error.to_string()),
        None => StoreError::Refused(cause.to_string()),
    }
}
