//! Clients, their secrets, and APIs: each change raises the configuration version with it.

use super::samples::{api, at, client, digest};
use crate::support::databases::{Database, on_both_stores};
use vouchsafe::db;
use vouchsafe::store::{NewSecret, StoreError, StoredSecret, Unique};
use vouchsafe_core::model::{ClientId, UnixTime};

on_both_stores! {
    a_client_is_kept_as_given,
    a_secret_counts_until_it_expires,
    an_api_is_kept_with_its_scopes_in_order,
    a_scope_belongs_to_one_api,
    a_refused_api_leaves_nothing_behind,
    each_change_raises_the_configuration_version,
}

fn config_version(store: &Database) -> i64 {
    store
        .read_blocking("state", |tx| db!(tx, issuer_state::read()))
        .unwrap()
        .config_version
}

fn add_client(store: &Database, id: &'static str) -> Result<(), StoreError> {
    store.write_blocking("add", move |tx| db!(tx, clients::add(&client(id))))
}

fn add_api(
    store: &Database,
    identifier: &'static str,
    scopes: &'static [&'static str],
) -> Result<(), StoreError> {
    store.write_blocking("add", move |tx| db!(tx, apis::add(&api(identifier, scopes))))
}

fn add_secret(store: &Database, filling: u8, expires_at: Option<UnixTime>) -> Result<(), StoreError> {
    let secret = NewSecret {
        digest: digest(filling),
        pepper_version: i64::from(filling),
        now: at(0),
        expires_at,
    };
    store.write_blocking("add", move |tx| {
        db!(tx, clients::add_secret(&ClientId::new("shop"), &secret))
    })
}

fn a_client_is_kept_as_given(store: &Database) {
    add_client(store, "shop").unwrap();
    add_client(store, "blog").unwrap();
    let found = store
        .read_blocking("read", |tx| db!(tx, clients::by_id(&ClientId::new("shop"))))
        .unwrap();
    assert_eq!(found, Some(client("shop")));
    let list = store
        .read_blocking("list", |tx| db!(tx, clients::list()))
        .unwrap();
    assert_eq!(list, [client("blog"), client("shop")]);
    assert_eq!(
        add_client(store, "shop"),
        Err(StoreError::Conflict(Unique::Other))
    );
}

fn a_secret_counts_until_it_expires(store: &Database) {
    assert!(
        matches!(add_secret(store, 1, None), Err(StoreError::Refused(_))),
        "the client must exist"
    );
    add_client(store, "shop").unwrap();
    add_secret(store, 1, None).unwrap();
    add_secret(store, 2, Some(at(100))).unwrap();
    let live = |now| {
        let live = store.read_blocking("read", move |tx| {
            db!(tx, clients::live_secrets(&ClientId::new("shop"), now))
        });
        let mut live = live.unwrap();
        live.sort_by_key(|secret| secret.pepper_version);
        live
    };
    let stored = |number, expires_at| StoredSecret {
        pepper_version: i64::from(number),
        digest: digest(number),
        expires_at,
    };
    assert_eq!(live(at(99)), [stored(1, None), stored(2, Some(at(100)))]);
    assert_eq!(live(at(100)), [stored(1, None)]);
}

fn an_api_is_kept_with_its_scopes_in_order(store: &Database) {
    add_api(store, "https://b.example", &["b:write", "b:read"]).unwrap();
    add_api(store, "https://a.example", &[]).unwrap();
    let all = store.read_blocking("all", |tx| db!(tx, apis::all())).unwrap();
    assert_eq!(
        all,
        [
            api("https://a.example", &[]),
            api("https://b.example", &["b:write", "b:read"])
        ]
    );
    let one = store
        .read_blocking("one", |tx| db!(tx, apis::by_identifier("https://b.example")))
        .unwrap();
    assert_eq!(one, Some(api("https://b.example", &["b:write", "b:read"])));
    assert_eq!(
        store.read_blocking("one", |tx| db!(tx, apis::by_identifier("https://c.example"))),
        Ok(None)
    );
}

fn a_scope_belongs_to_one_api(store: &Database) {
    add_api(store, "https://a.example", &["read"]).unwrap();
    assert_eq!(
        add_api(store, "https://b.example", &["read"]),
        Err(StoreError::Conflict(Unique::Scope))
    );
    assert_eq!(
        add_api(store, "https://a.example", &["x"]),
        Err(StoreError::Conflict(Unique::ApiIdentifier))
    );
}

fn a_refused_api_leaves_nothing_behind(store: &Database) {
    add_api(store, "https://a.example", &["read"]).unwrap();
    let before = config_version(store);
    add_api(store, "https://b.example", &["write", "read"]).unwrap_err();
    assert_eq!(
        store.read_blocking("one", |tx| db!(tx, apis::by_identifier("https://b.example"))),
        Ok(None)
    );
    assert_eq!(config_version(store), before);
    add_api(store, "https://c.example", &["write"]).unwrap();
}

fn each_change_raises_the_configuration_version(store: &Database) {
    let mut before = config_version(store);
    let mut raised = |what: &str| {
        let now = config_version(store);
        assert!(now > before, "{what}");
        before = now;
    };
    add_client(store, "shop").unwrap();
    raised("client");
    add_secret(store, 1, None).unwrap();
    raised("secret");
    add_api(store, "https://a.example", &["read"]).unwrap();
    raised("api");
}
