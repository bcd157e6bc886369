//! A limit on requests to the administration API, per caller: a program that runs wild must not take the database from
//! everybody else.

use super::counter::Counter;
use crate::config::Limit;

/// The counter of a caller, as events name them: a person's `sub`, or a service.
#[must_use]
pub fn of(caller: &str, limit: Limit) -> Counter {
    Counter::new(format!("api|caller|{caller}"), limit)
}
