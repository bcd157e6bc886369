//! `db!`: calls one query on whichever database a transaction belongs to.

/// `db!(tx, grants::by_id(&id))` calls the query of that name, stamped for the database behind `tx`.
#[macro_export]
macro_rules! db {
    ($tx:expr, $table:ident :: $query:ident ( $($argument:expr),* $(,)? )) => {
        match $tx {
            $crate::store::Tx::Sqlite(c) => $crate::store::sqlite::sql::$table::$query(c, $($argument),*),
            $crate::store::Tx::Postgres(c) => $crate::store::postgres::sql::$table::$query(c, $($argument),*),
        }
    };
}
