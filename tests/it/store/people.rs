//! People: kept as they were given, found by either name, never two of one name.

use super::samples::{at, user};
use crate::support::databases::{Database, on_both_stores};
use vouchsafe::db;
use vouchsafe::store::listing::{Part, UsersWanted};
use vouchsafe::store::{StoreError, Unique};
use vouchsafe_core::model::{PasswordHash, User, UserId};

on_both_stores! {
    a_person_is_kept_as_given,
    a_person_is_found_by_name_and_by_address_in_any_spelling,
    an_address_means_its_owner_even_if_it_is_somebodys_name,
    no_two_people_share_a_name_or_an_address,
    a_changed_person_is_read_changed,
    a_better_hash_never_undoes_a_new_password,
    people_are_listed_page_by_page,
}

fn add(store: &Database, user: User) -> Result<(), StoreError> {
    store.write_blocking("add", move |tx| db!(tx, users::add(&user)))
}

fn by_id(store: &Database, id: &str) -> Option<User> {
    let id = UserId::new(id);
    store
        .read_blocking("read", move |tx| db!(tx, users::by_id(&id)))
        .unwrap()
}

fn by_login(store: &Database, typed: &str) -> Option<String> {
    let key = vouchsafe_core::spec::username::key(typed);
    let found = store
        .read_blocking("read", move |tx| db!(tx, users::by_login(&key)))
        .unwrap();
    found.map(|user| user.username)
}

fn a_person_is_kept_as_given(store: &Database) {
    let ann = user("ann");
    add(store, ann.clone()).unwrap();
    assert_eq!(by_id(store, "sub-ann"), Some(ann.clone()));
    assert_eq!(by_id(store, "sub-bob"), None);
    let bare = User {
        id: UserId::new("bare"),
        username: "bare".to_owned(),
        email: "bare@example.org".to_owned(),
        email_verified: false,
        password_hash: None,
        invited_until: None,
        is_admin: true,
        roles: vec![],
        groups: vec![],
        disabled_at: Some(at(9)),
        banned_at: None,
        banned_until: None,
        ban_reason: None,
        ..ann
    };
    add(store, bare.clone()).unwrap();
    assert_eq!(by_id(store, "bare"), Some(bare));
}

fn a_person_is_found_by_name_and_by_address_in_any_spelling(store: &Database) {
    add(store, user("Ann")).unwrap();
    for typed in ["ann", "ANN", " ann ", "ann@example.org", "Ann@EXAMPLE.org"] {
        assert_eq!(by_login(store, typed).as_deref(), Some("Ann"), "{typed}");
    }
    assert_eq!(by_login(store, "an"), None);
}

fn an_address_means_its_owner_even_if_it_is_somebodys_name(store: &Database) {
    add(store, user("ann")).unwrap();
    add(
        store,
        User {
            username: "ann@example.org".to_owned(),
            ..user("eve")
        },
    )
    .unwrap();
    assert_eq!(by_login(store, "ann@example.org").as_deref(), Some("ann"));
}

fn no_two_people_share_a_name_or_an_address(store: &Database) {
    add(store, user("ann")).unwrap();
    let same_name = User {
        username: "ANN".to_owned(),
        ..user("bob")
    };
    assert_eq!(add(store, same_name), Err(StoreError::Conflict(Unique::Username)));
    let same_address = User {
        email: "Ann@Example.org".to_owned(),
        ..user("bob")
    };
    assert_eq!(add(store, same_address), Err(StoreError::Conflict(Unique::Email)));
    let same_sub = User {
        id: UserId::new("sub-ann"),
        ..user("bob")
    };
    assert_eq!(add(store, same_sub), Err(StoreError::Conflict(Unique::Other)));
    assert_eq!(store.read_blocking("count", |tx| db!(tx, users::count())), Ok(1));
}

fn a_changed_person_is_read_changed(store: &Database) {
    add(store, user("ann")).unwrap();
    let id = UserId::new("sub-ann");
    store
        .write_blocking("change", move |tx| {
            assert!(db!(tx, users::lock(&id))?.is_some());
            assert!(db!(tx, users::set_standing(&id, Some(at(7))))?);
            assert!(db!(tx, users::set_roles(&id, &["chief".to_owned()], at(8)))?);
            assert!(db!(tx, users::set_password_hash(&id, &PasswordHash::new("new")))?);
            db!(tx, users::set_standing(&UserId::new("nobody"), None)).map(|found| assert!(!found))
        })
        .unwrap();
    let changed = by_id(store, "sub-ann").unwrap();
    assert_eq!(changed.disabled_at, Some(at(7)));
    assert_eq!(
        (changed.roles, changed.updated_at),
        (vec!["chief".to_owned()], at(8))
    );
    assert_eq!(changed.password_hash, Some(PasswordHash::new("new")));
}

fn a_better_hash_never_undoes_a_new_password(store: &Database) {
    add(store, user("ann")).unwrap();
    let upgrade = |old: &'static str, new: &'static str| {
        let id = UserId::new("sub-ann");
        let (old, new) = (PasswordHash::new(old), PasswordHash::new(new));
        store
            .write_blocking("upgrade", move |tx| {
                db!(tx, users::upgrade_password_hash(&id, &old, &new))
            })
            .unwrap()
    };
    assert!(upgrade("$argon2id$…", "better"));
    assert!(!upgrade("$argon2id$…", "late"));
    assert_eq!(
        by_id(store, "sub-ann").unwrap().password_hash,
        Some(PasswordHash::new("better"))
    );
}

fn people_are_listed_page_by_page(store: &Database) {
    for name in ["cid", "ann", "bob"] {
        add(store, user(name)).unwrap();
    }
    let page = |cursor: Option<&str>| {
        let mut wanted = UsersWanted {
            part: Part::first(2),
            ..UsersWanted::default()
        };
        if let Some(cursor) = cursor {
            wanted.resume(cursor).unwrap();
        }
        let page = store.read_blocking("list", move |tx| db!(tx, users::page(&wanted)));
        page.unwrap().map(|user| user.username)
    };
    let first = page(None);
    assert_eq!(first.items, ["ann", "bob"]);
    let last = page(first.next.as_deref());
    assert_eq!((last.items, last.next), (vec!["cid".to_owned()], None));
}
