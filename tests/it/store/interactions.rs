//! Interactions: bound to a browser, answered once, at most so many of one browser.

use super::samples::{at, digest, interaction};
use crate::support::databases::{Database, on_both_stores};
use vouchsafe::db;
use vouchsafe::store::{Spent, StoreError};
use vouchsafe_core::model::{BrowserCookie, Declined, Digest, Interaction, InteractionHandle, SessionId};

on_both_stores! {
    an_interaction_is_kept_as_given_and_found_only_in_its_browser,
    what_the_person_does_is_noted,
    a_sign_in_takes_back_what_was_decided_before_it,
    an_interaction_is_answered_once,
    nothing_is_noted_after_the_answer,
    an_expired_interaction_is_not_answered,
    only_the_newest_of_a_browser_are_kept,
}

const HANDLE: u8 = 1;
const BROWSER: u8 = 2;

fn handle() -> Digest<InteractionHandle> {
    digest(HANDLE)
}

fn browser() -> Digest<BrowserCookie> {
    digest(BROWSER)
}

fn add(store: &Database, interaction: Interaction, handle: u8) {
    let handle = digest(handle);
    store
        .write_blocking("add", move |tx| {
            db!(tx, interactions::add(&interaction, &handle, &browser()))
        })
        .unwrap();
}

fn read(store: &Database) -> Interaction {
    store
        .read_blocking("read", |tx| {
            db!(tx, interactions::by_handle(&handle(), &browser()))
        })
        .unwrap()
        .unwrap()
}

fn complete(store: &Database, second: i64) -> Result<Spent<()>, StoreError> {
    store.write_blocking("complete", move |tx| {
        db!(tx, interactions::complete(&handle(), at(second)))
    })
}

fn an_interaction_is_kept_as_given_and_found_only_in_its_browser(store: &Database) {
    let given = Interaction {
        signed_in: Some(SessionId::new("s1")),
        account_chosen: true,
        consented: Some(SessionId::new("s1")),
        declined: Some(Declined::Consent),
        ..interaction(0)
    };
    add(store, given.clone(), HANDLE);
    assert_eq!(read(store), given);
    let elsewhere = store.read_blocking("read", |tx| {
        db!(tx, interactions::by_handle(&handle(), &digest(BROWSER + 1)))
    });
    assert_eq!(elsewhere, Ok(None));
}

fn what_the_person_does_is_noted(store: &Database) {
    add(store, interaction(0), HANDLE);
    let noted = store.write_blocking("note", |tx| {
        let session = SessionId::new("s1");
        Ok(db!(tx, interactions::set_signed_in(&handle(), &session))?
            && db!(tx, interactions::set_account_chosen(&handle()))?
            && db!(tx, interactions::set_consented(&handle(), &session))?
            && db!(tx, interactions::set_declined(&handle(), Declined::Suspended))?)
    });
    assert_eq!(noted, Ok(true));
    let expected = Interaction {
        signed_in: Some(SessionId::new("s1")),
        account_chosen: true,
        consented: Some(SessionId::new("s1")),
        declined: Some(Declined::Suspended),
        ..interaction(0)
    };
    assert_eq!(read(store), expected);
}

fn a_sign_in_takes_back_what_was_decided_before_it(store: &Database) {
    let decided = Interaction {
        signed_in: Some(SessionId::new("s1")),
        consented: Some(SessionId::new("s1")),
        declined: Some(Declined::Suspended),
        ..interaction(0)
    };
    add(store, decided, HANDLE);
    let session = SessionId::new("s2");
    let noted = store.write_blocking("note", move |tx| {
        db!(tx, interactions::set_signed_in(&handle(), &session))
    });
    assert_eq!(noted, Ok(true));
    assert_eq!(
        read(store),
        Interaction {
            signed_in: Some(SessionId::new("s2")),
            ..interaction(0)
        }
    );
}

fn an_interaction_is_answered_once(store: &Database) {
    add(store, interaction(0), HANDLE);
    assert_eq!(complete(store, 5), Ok(Spent::Now(())));
    assert_eq!(complete(store, 6), Ok(Spent::Before(())));
    assert_eq!(read(store).completed_at, Some(at(5)));
}

fn nothing_is_noted_after_the_answer(store: &Database) {
    add(store, interaction(0), HANDLE);
    assert_eq!(complete(store, 5), Ok(Spent::Now(())));
    let noted = store.write_blocking("note", |tx| {
        let session = SessionId::new("s1");
        Ok(db!(tx, interactions::set_signed_in(&handle(), &session))?
            || db!(tx, interactions::set_account_chosen(&handle()))?
            || db!(tx, interactions::set_consented(&handle(), &session))?
            || db!(tx, interactions::set_declined(&handle(), Declined::SignIn))?)
    });
    assert_eq!(noted, Ok(false));
}

fn an_expired_interaction_is_not_answered(store: &Database) {
    add(store, interaction(0), HANDLE);
    assert_eq!(complete(store, 600), Ok(Spent::Unknown));
    assert_eq!(read(store).completed_at, None);
}

fn only_the_newest_of_a_browser_are_kept(store: &Database) {
    for number in 0..20_u8 {
        add(store, interaction(i64::from(number)), number);
    }
    let removed = store.write_blocking("trim", |tx| db!(tx, interactions::keep_newest(&browser(), 16)));
    assert_eq!(removed, Ok(4));
    for number in 0..20_u8 {
        let found = store.read_blocking("read", move |tx| {
            db!(tx, interactions::by_handle(&digest(number), &browser()))
        });
        assert_eq!(found.unwrap().is_some(), number >= 4, "{number}");
    }
}
