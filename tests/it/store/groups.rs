//! People by group: alone, beside a role, and beside a search text.

use super::listings::{add_people, people};
use super::samples::at;
use crate::support::databases::{Database, on_both_stores};
use vouchsafe::db;
use vouchsafe::store::listing::UsersWanted;
use vouchsafe_core::model::UserId;

on_both_stores! {
    people_are_filtered_by_group,
    a_person_is_found_by_the_groups_that_they_are_in_now,
}

fn group(group: &str) -> UsersWanted {
    UsersWanted {
        group: Some(group.to_owned()),
        ..UsersWanted::default()
    }
}

fn people_are_filtered_by_group(store: &Database) {
    add_people(store);
    assert_eq!(
        people(store, &group("staff")),
        ["ada", "bob", "carl", "dora", "eve"]
    );
    assert_eq!(people(store, &group("night shift")), ["dora"]);
    for no_group in ["night", "staf", "s%", "clerk", "staff\0"] {
        assert_eq!(people(store, &group(no_group)), [] as [&str; 0], "{no_group:?}");
    }
    let both = |role_name: &str, group_name: &str| UsersWanted {
        group: Some(group_name.to_owned()),
        role: Some(role_name.to_owned()),
        ..UsersWanted::default()
    };
    assert_eq!(
        people(store, &both("clerk", "staff")),
        ["ada", "bob", "carl", "dora"]
    );
    assert_eq!(people(store, &both("clerk", "night shift")), ["dora"]);
    assert_eq!(people(store, &both("bossy", "night shift")), [] as [&str; 0]);
    assert_eq!(people(store, &both("clerk", "\0")), [] as [&str; 0]);
    let searched_in_group = UsersWanted {
        text: Some("d".to_owned()),
        ..group("night shift")
    };
    assert_eq!(people(store, &searched_in_group), ["dora"]);
}

fn a_person_is_found_by_the_groups_that_they_are_in_now(store: &Database) {
    add_people(store);
    store
        .write_blocking("change", |tx| {
            let ada = UserId::new("sub-ada");
            db!(tx, users::set_groups(&ada, &["board".to_owned()], at(1)))?;
            db!(tx, users::remove(&UserId::new("sub-eve")))
        })
        .unwrap();
    assert_eq!(people(store, &group("board")), ["ada"]);
    assert_eq!(people(store, &group("staff")), ["bob", "carl", "dora"]);
}
