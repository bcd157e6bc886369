//! Sessions and consents.

use super::samples::{add_ann_and_shop, at, consent, digest, session};
use crate::support::databases::{Database, on_both_stores};
use vouchsafe::db;
use vouchsafe::store::{Reauthentication, Spent};
use vouchsafe_core::model::{ClientId, Digest, PersonSignedIn, Session, SessionCookie, SessionId, UserId};

on_both_stores! {
    a_session_is_found_by_its_cookie_and_by_its_id,
    a_second_sign_in_gives_the_session_another_cookie,
    a_session_ends_once,
    an_ended_session_is_neither_touched_nor_renewed,
    all_sessions_of_a_person_end_together,
    a_consent_replaces_the_one_before,
    a_withdrawn_consent_is_forgotten,
}

fn add(store: &Database, id: &str, cookie: u8) {
    let session = session(id);
    store
        .write_blocking("add", move |tx| db!(tx, sessions::add(&session, &digest(cookie))))
        .unwrap();
}

fn by_cookie(store: &Database, cookie: u8) -> Option<Session> {
    let cookie: Digest<SessionCookie> = digest(cookie);
    let found = store
        .read_blocking("read", move |tx| db!(tx, sessions::by_digest(&cookie)))
        .unwrap();
    found.map(|(session, person)| {
        assert_eq!(person.id, session.user_id);
        session
    })
}

fn end(store: &Database, id: &'static str) -> Spent<Session> {
    store
        .write_blocking("end", move |tx| {
            db!(tx, sessions::end(&SessionId::new(id), at(50)))
        })
        .unwrap()
}

fn renewal() -> Reauthentication {
    Reauthentication {
        signed_in: PersonSignedIn {
            auth_time: at(40),
            acr: "acr".to_owned(),
            amr: vec![],
        },
        idle_expires_at: at(140),
        expires_at: at(1040),
        remember: false,
    }
}

fn a_session_is_found_by_its_cookie_and_by_its_id(store: &Database) {
    add_ann_and_shop(store);
    add(store, "s1", 1);
    assert_eq!(by_cookie(store, 1), Some(session("s1")));
    assert_eq!(by_cookie(store, 2), None);
    let by_id = store
        .read_blocking("read", |tx| db!(tx, sessions::by_id(&SessionId::new("s1"))))
        .unwrap();
    assert_eq!(by_id, Some(session("s1")));
}

fn a_second_sign_in_gives_the_session_another_cookie(store: &Database) {
    add_ann_and_shop(store);
    add(store, "s1", 1);
    let id = SessionId::new("s1");
    let renewed = store.write_blocking("renew", move |tx| {
        db!(tx, sessions::reauthenticate(&id, &digest(2), &renewal()))
    });
    let expected = Session {
        auth_time: at(40),
        acr: "acr".to_owned(),
        amr: vec![],
        idle_expires_at: at(140),
        expires_at: at(1040),
        remember: false,
        ..session("s1")
    };
    assert_eq!(renewed.unwrap(), Some(expected.clone()));
    assert_eq!(by_cookie(store, 1), None);
    assert_eq!(by_cookie(store, 2), Some(expected));
}

fn a_session_ends_once(store: &Database) {
    add_ann_and_shop(store);
    add(store, "s1", 1);
    let ended = Session {
        ended_at: Some(at(50)),
        ..session("s1")
    };
    assert_eq!(end(store, "s1"), Spent::Now(ended.clone()));
    assert_eq!(end(store, "s1"), Spent::Before(ended));
    assert_eq!(end(store, "s2"), Spent::Unknown);
}

fn an_ended_session_is_neither_touched_nor_renewed(store: &Database) {
    add_ann_and_shop(store);
    add(store, "s1", 1);
    let touch = || {
        store
            .write_blocking("touch", |tx| {
                db!(tx, sessions::touch(&SessionId::new("s1"), at(300)))
            })
            .unwrap()
    };
    assert!(touch());
    assert_eq!(by_cookie(store, 1).unwrap().idle_expires_at, at(300));
    assert!(matches!(end(store, "s1"), Spent::Now(_)));
    assert!(!touch());
    let renewed = store.write_blocking("renew", |tx| {
        db!(
            tx,
            sessions::reauthenticate(&SessionId::new("s1"), &digest(2), &renewal())
        )
    });
    assert_eq!(renewed, Ok(None));
    assert_eq!(by_cookie(store, 2), None);
}

fn all_sessions_of_a_person_end_together(store: &Database) {
    add_ann_and_shop(store);
    for number in 1..=3 {
        add(store, &format!("s{number}"), number);
    }
    assert!(matches!(end(store, "s2"), Spent::Now(_)));
    let ended = store.write_blocking("end", |tx| {
        db!(tx, sessions::end_of_user(&UserId::new("sub-ann"), at(60)))
    });
    let mut ended: Vec<_> = ended
        .unwrap()
        .into_iter()
        .map(|session| session.id.into_string())
        .collect();
    ended.sort();
    assert_eq!(ended, ["s1", "s3"]);
    assert_eq!(by_cookie(store, 2).unwrap().ended_at, Some(at(50)));
    assert_eq!(by_cookie(store, 3).unwrap().ended_at, Some(at(60)));
}

fn a_consent_replaces_the_one_before(store: &Database) {
    add_ann_and_shop(store);
    for scopes in [&["openid"][..], &["email", "openid"]] {
        store
            .write_blocking("save", move |tx| db!(tx, consents::save(&consent(scopes))))
            .unwrap();
        let found = store.read_blocking("find", |tx| {
            db!(
                tx,
                consents::find(&UserId::new("sub-ann"), &ClientId::new("shop"))
            )
        });
        assert_eq!(found, Ok(Some(consent(scopes))));
    }
}

fn a_withdrawn_consent_is_forgotten(store: &Database) {
    add_ann_and_shop(store);
    let withdraw = || {
        let (user, client) = (UserId::new("sub-ann"), ClientId::new("shop"));
        store
            .write_blocking("withdraw", move |tx| db!(tx, consents::withdraw(&user, &client)))
            .unwrap()
    };
    assert!(!withdraw());
    store
        .write_blocking("save", |tx| db!(tx, consents::save(&consent(&["openid"]))))
        .unwrap();
    assert!(withdraw());
    assert!(!withdraw());
}
