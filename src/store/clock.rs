//! The database's time, which all nodes share: their own clocks are corrected by it, and what they must agree on is
//! decided by it.

use super::{Store, StoreError, StoreOptions, Tx, postgres, sqlite};
use crate::ports::Clock;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::sync::Arc;
use vouchsafe_core::decide::clock_offset::Reading;
use vouchsafe_core::model::UnixTime;

/// Tells the database's time. Cheap to clone, for closures that own what they use.
#[derive(Clone)]
pub struct DatabaseClock(Option<Arc<dyn Clock>>);

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = BigInt)]
    millis: i64,
}

impl DatabaseClock {
    pub(super) fn of(options: &StoreOptions) -> Self {
        Self(options.clock.clone())
    }

    /// The time at this moment, inside a transaction too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn now(&self, tx: &mut Tx<'_>) -> Result<UnixTime, StoreError> {
        if let Some(clock) = &self.0 {
            return Ok(clock.now());
        }
        let told: Told = match tx {
            Tx::Sqlite(c) => diesel::sql_query(sqlite::TIME).get_result(*c)?,
            Tx::Postgres(c) => diesel::sql_query(postgres::TIME).get_result(*c)?,
        };
        Ok(UnixTime::from_millis(told.millis))
    }

    /// Compares the database's time with that of a machine. What the question waited before does not count.
    ///
    /// # Errors
    /// As [`DatabaseClock::now`].
    pub fn compare(&self, tx: &mut Tx<'_>, machine: &dyn Clock) -> Result<Reading, StoreError> {
        let asked_at = machine.now();
        let database = self.now(tx)?;
        Ok(Reading {
            asked_at,
            database,
            answered_at: machine.now(),
        })
    }
}

impl Store {
    /// The database's clock.
    #[must_use]
    pub fn clock(&self) -> DatabaseClock {
        DatabaseClock::of(&self.0.options)
    }
}

impl std::fmt::Debug for DatabaseClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DatabaseClock")
    }
}
