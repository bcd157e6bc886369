//! Statements that a connection keeps prepared although Diesel would prepare them anew each time.

use diesel::QueryResult;
use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// An UPDATE that a connection keeps prepared, by its text. Diesel keeps none: what is set may be optional, so that one
/// statement has several texts. Only for statements of few texts; what is in a text is never from outside.
pub(super) struct Prepared<Q>(pub(super) Q);

impl<Q, DB> QueryFragment<DB> for Prepared<Q>
where
    DB: Backend,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    /// The text says which statement it is, not the type.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Prepared<Q> {}

#[cfg(test)]
mod tests {
    use super::Prepared;
    use crate::store::schema::sessions::dsl;
    use diesel::connection::{InstrumentationEvent, SimpleConnection as _};
    use diesel::prelude::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn an_update_is_prepared_once() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        conn.batch_execute(
            "CREATE TABLE sessions (id TEXT, idle_expires_at INTEGER); INSERT INTO sessions VALUES ('s', 0)",
        )
        .unwrap();
        let prepared = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&prepared);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        for end in 1..4_i64 {
            let moved = diesel::update(dsl::sessions.find("s")).set(dsl::idle_expires_at.eq(end));
            let returned = Prepared(moved.returning(dsl::idle_expires_at)).get_result(&mut conn);
            assert_eq!(returned, Ok(end));
        }
        assert_eq!(prepared.load(Ordering::Relaxed), 1);
    }
}
