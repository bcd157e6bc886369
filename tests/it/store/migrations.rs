//! Migrations: equal on both databases, all or nothing, once however many nodes start.

use super::samples::add_ann_and_shop;
use crate::support::databases::{Database, Kind, number};
use vouchsafe::db;
use vouchsafe::store::listing::UsersWanted;
use vouchsafe::store::{MigrationState, StoreError, StoreOptions};

fn every_name(database: &Database) -> Vec<String> {
    let all = database.migrations().unwrap();
    all.into_iter().map(|migration| migration.name).collect()
}

const BOTH: [Kind; 2] = [Kind::Sqlite, Kind::Postgres];

#[test]
fn up_down_and_up_again_gives_the_tables_that_the_queries_want() {
    for kind in BOTH {
        let database = Database::empty(kind);
        assert!(
            database
                .migrations()
                .unwrap()
                .iter()
                .all(|migration| !migration.applied)
        );
        let applied = database.migrate().unwrap();
        assert_eq!(applied, every_name(&database));
        assert_eq!(database.schema_drift(), Ok(vec![]));
        assert_eq!(database.migrate(), Ok(vec![]), "nothing is left to do");
        for _ in &applied {
            database.revert_last_migration().unwrap();
        }
        assert!(
            database
                .schema_drift()
                .unwrap()
                .iter()
                .all(|line| line.starts_with("missing: "))
        );
        assert!(
            database
                .migrations()
                .unwrap()
                .iter()
                .all(|migration| !migration.applied)
        );
        database.migrate().unwrap();
        assert_eq!(database.schema_drift(), Ok(vec![]));
        add_ann_and_shop(&database);
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let [one, other] = BOTH.map(|kind| Database::migrated(kind).migrations().unwrap());
    assert_eq!(one, other);
    assert_eq!(
        one.first(),
        Some(&MigrationState {
            name: "0001_initial".to_owned(),
            applied: true
        })
    );
}

#[test]
fn people_who_were_there_before_are_found_by_their_groups() {
    for kind in BOTH {
        let database = Database::migrated(kind);
        add_ann_and_shop(&database);
        while is_applied(&database, "0020_groups_are_found") {
            database.revert_last_migration().unwrap();
        }
        // Queries of today know columns that came later.
        let terms = "SELECT count(*) FROM search_terms WHERE kind = 'group' AND term = 'staff'";
        assert_eq!(number(database.url(), terms), 0);
        database.migrate().unwrap();
        let staff = {
            let wanted = UsersWanted {
                group: Some("staff".to_owned()),
                ..UsersWanted::default()
            };
            let page = database.read_blocking("users", move |tx| db!(tx, users::page(&wanted)));
            page.unwrap().items.len()
        };
        assert_eq!(staff, 1);
    }
}

/// Whether this migration is applied.
fn is_applied(database: &Database, name: &str) -> bool {
    let all = database.migrations().unwrap();
    all.iter()
        .any(|migration| migration.name == name && migration.applied)
}

#[test]
fn a_change_by_hand_is_told() {
    let database = Database::migrated(Kind::Sqlite);
    let other = Database::empty(Kind::Postgres);
    assert_eq!(database.schema_drift(), Ok(vec![]));
    let missing = other.schema_drift().unwrap();
    assert!(
        missing.contains(&"missing: users.id text not null".to_owned()),
        "{missing:?}"
    );
    assert!(
        missing.contains(&"missing: grants.parent bigint".to_owned()),
        "{missing:?}"
    );
}

#[test]
fn of_many_nodes_that_start_at_once_one_migrates() {
    for kind in BOTH {
        let database = Database::empty(kind);
        let applied: Vec<_> = std::thread::scope(|scope| {
            let nodes: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| database.another(StoreOptions::default()).migrate().unwrap()))
                .collect();
            nodes.into_iter().flat_map(|node| node.join().unwrap()).collect()
        });
        assert_eq!(applied, every_name(&database));
    }
}

#[test]
fn a_query_before_the_migration_is_a_failure_not_an_empty_answer() {
    for kind in BOTH {
        let database = Database::empty(kind);
        let count = database.read_blocking("count", |tx| db!(tx, users::count()));
        assert!(matches!(count, Err(StoreError::Unavailable(_))), "{count:?}");
        database.migrate().unwrap();
        assert_eq!(
            database.read_blocking("count", |tx| db!(tx, users::count())),
            Ok(0)
        );
    }
}
