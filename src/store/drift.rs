//! Compares a database with the tables that the queries are written for.

use super::postgres::Target;
use super::schema::SHAPE;
use super::{Store, StoreError, postgres, sqlite};
use crate::config::DatabaseUrl;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use std::collections::BTreeSet;

/// A column as a database describes it.
#[derive(QueryableByName)]
pub(super) struct Found {
    #[diesel(sql_type = Text)]
    in_table: String,
    #[diesel(sql_type = Text)]
    called: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

/// Tables that are not ours to describe: the bookkeeping of migrations.
const BOOKKEEPING: [&str; 2] = ["__diesel_schema_migrations", "migration_lock"];

impl Store {
    /// What differs between the database and the tables that the queries are written for, as sentences; nothing
    /// when all migrations were applied and nobody changed a table by hand. Blocks the thread.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn schema_drift(&self) -> Result<Vec<String>, StoreError> {
        let (found, kind): (_, fn(&str) -> &str) = match &self.0.url {
            DatabaseUrl::Sqlite(path) => (sqlite::columns(&mut sqlite::connect(path)?)?, sqlite::column_type),
            DatabaseUrl::Postgres(url) => {
                let target = Target::new(url.expose(), &self.0.options);
                (
                    postgres::columns(&mut target.connect_patiently()?)?,
                    postgres::column_type,
                )
            }
        };
        let there: BTreeSet<String> = found
            .iter()
            .filter(|column| !BOOKKEEPING.contains(&column.in_table.as_str()))
            .map(|column| line(&column.in_table, &column.called, &column.kind, column.nullable))
            .collect();
        let wanted = wanted(kind);
        let missing = wanted
            .difference(&there)
            .map(|column| format!("missing: {column}"));
        let surplus = there
            .difference(&wanted)
            .map(|column| format!("unexpected: {column}"));
        Ok(missing.chain(surplus).collect())
    }
}

fn wanted(kind_of: fn(&str) -> &str) -> BTreeSet<String> {
    let columns = SHAPE
        .iter()
        .flat_map(|(table, columns)| columns.iter().map(move |column| (table, column)));
    columns
        .map(|(table, (column, declared))| {
            let declared: String = declared.split_whitespace().collect();
            let inner = declared
                .strip_prefix("Nullable<")
                .and_then(|rest| rest.strip_suffix('>'));
            line(
                table,
                column,
                kind_of(inner.unwrap_or(&declared)),
                inner.is_some(),
            )
        })
        .collect()
}

fn line(table: &str, column: &str, kind: &str, nullable: bool) -> String {
    let null = if nullable { "" } else { " not null" };
    format!("{table}.{column} {kind}{null}")
}
