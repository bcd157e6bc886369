//! Migrations: equal on both databases, all or nothing, once however many nodes start.

use super::samples::{add_ann_and_shop, client};
use crate::support::databases::{Database, Kind, number};
use crate::support::people::metadata;
use vouchsafe::db;
use vouchsafe::store::listing::UsersWanted;
use vouchsafe::store::{MigrationState, StoreError, StoreOptions};
use vouchsafe_core::model::{Client, ClientId, ClientKind, ClientMetadata};

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

#[test]
fn clients_that_were_there_before_are_found_by_what_they_use() {
    for kind in BOTH {
        let database = Database::migrated(kind);
        let client = Client {
            metadata: ClientMetadata {
                scopes: vec!["orders:read".to_owned(), "a\"b".to_owned()],
                introspects: vec!["https://bills.example".to_owned()],
                ..metadata(ClientKind::Service)
            },
            ..client("reports")
        };
        database
            .write_blocking("client", move |tx| db!(tx, clients::add(&client)))
            .unwrap();
        let using = |name: &str| {
            let named = [name.to_owned()];
            let found = database.read_blocking("using", move |tx| db!(tx, clients::using(&named)));
            found.unwrap().len()
        };
        let names = ["orders:read", "a\"b", "https://bills.example"];
        assert_eq!(names.map(using), [1; 3]);
        while is_applied(&database, "0026_uses_of_apis") {
            database.revert_last_migration().unwrap();
        }
        assert_eq!(names.map(using), [0; 3]);
        database.migrate().unwrap();
        assert_eq!(names.map(using), [1; 3]);
        assert_eq!(using("orders"), 0);
        let id = ClientId::new("reports");
        let gone = database.write_blocking("gone", move |tx| db!(tx, clients::remove(&id)));
        assert_eq!((gone, names.map(using)), (Ok(true), [0; 3]));
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
