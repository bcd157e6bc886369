//! Grants: each step is one guarded statement, and a guard that does not hold changes nothing.

use super::samples::{add_ann_and_shop, add_grant, at, digest, grant, read_grant};
use crate::support::databases::{Database, on_both_stores};
use vouchsafe::db;
use vouchsafe::store::{
    Advance, ExchangeGuard, RefreshStart, Slide, Spent, StoreError, TokenGiven, Tx, Unique,
};
use vouchsafe_core::model::{ClientId, EndReason, Grant, GrantId, SessionId, UserId};

on_both_stores! {
    a_grant_is_kept_as_given,
    a_code_is_exchanged_once,
    an_exchange_can_begin_a_refresh_chain,
    no_condition_of_an_exchange_can_be_missing,
    a_code_without_challenge_wants_no_verifier,
    a_refused_exchange_burns_nothing,
    a_step_needs_the_standing_generation,
    a_step_needs_a_grant_that_lives,
    a_chain_that_does_not_rotate_slides,
    a_grant_ends_once_and_keeps_its_reason,
    a_sign_out_ends_what_lives_in_the_session,
    a_ban_ends_everything_of_the_person,
    raised_claims_concern_live_grants_only,
    no_two_grants_share_a_code,
    a_token_with_a_place_needs_the_claims_version_that_was_read,
}

/// A role that changes in between gives a place of another version: whoever is late looks again.
fn a_token_with_a_place_needs_the_claims_version_that_was_read(store: &Database) {
    let token = |gver| TokenGiven {
        gver: Some(gver),
        ..TokenGiven::default()
    };
    add_grant(store, &grant("g"), digest(1));
    add_grant(store, &chain("c"), digest(2));
    let (of_code, of_chain) = (grant("g").gver, chain("c").gver);
    for (late, wins) in [(1, false), (0, true)] {
        let asked = ExchangeGuard {
            token: token(of_code + late),
            ..guard()
        };
        assert_eq!(exchange(store, 1, asked).is_some(), wins);
        let slid = Slide {
            token: token(of_chain + late),
            ..slide(200)
        };
        let slid = store.write_blocking("slide", move |tx| {
            db!(tx, grants::slide(&GrantId::new("c"), 4, &slid))
        });
        assert_eq!(slid.unwrap().is_some(), wins);
        let stepped = Advance {
            token: token(of_chain + late),
            ..step()
        };
        assert_eq!(advance(store, "c", 4, stepped).is_some(), wins);
    }
}

fn guard() -> ExchangeGuard {
    ExchangeGuard {
        client_id: ClientId::new("shop"),
        redirect_uri: "https://shop.example/cb".to_owned(),
        code_challenge: Some("challenge".to_owned()),
        now: at(30),
        refresh: None,
        token: TokenGiven::default(),
    }
}

fn exchange(store: &Database, code: u8, guard: ExchangeGuard) -> Option<Grant> {
    let code = digest(code);
    store
        .write_blocking("exchange", move |tx| db!(tx, grants::exchange(&code, &guard)))
        .unwrap()
}

/// A rotation at second 100 from generation 4.
fn step() -> Advance {
    Advance {
        to: 5,
        parent: Some(4),
        recovered: 0,
        rotated_at: at(100),
        parent_at: Some(at(100)),
        idle_expires_at: at(5000),
        token: TokenGiven::default(),
    }
}

fn advance(store: &Database, id: &'static str, from: i64, step: Advance) -> Option<Grant> {
    store
        .write_blocking("advance", move |tx| {
            db!(tx, grants::advance(&GrantId::new(id), from, &step))
        })
        .unwrap()
}

fn end(store: &Database, id: &'static str, reason: EndReason, second: i64) -> Spent<Grant> {
    let end = move |tx: &mut Tx<'_>| db!(tx, grants::end(&GrantId::new(id), reason, at(second)));
    store.write_blocking("end", end).unwrap()
}

/// A grant whose chain stands at generation 4.
fn chain(id: &str) -> Grant {
    Grant {
        code_used_at: Some(at(30)),
        refreshable: true,
        generation: 4,
        parent: Some(3),
        rotated_at: Some(at(50)),
        parent_at: Some(at(50)),
        recovered: 2,
        idle_expires_at: at(4000),
        ..grant(id)
    }
}

fn ids(grants: Vec<Grant>) -> Vec<String> {
    let mut ids: Vec<_> = grants.into_iter().map(|grant| grant.id.into_string()).collect();
    ids.sort();
    ids
}

fn a_grant_is_kept_as_given(store: &Database) {
    let bare = Grant {
        nonce: None,
        code_challenge: None,
        offline: false,
        resources: vec![],
        ..grant("bare")
    };
    let ended = Grant {
        ended: Some((at(9), EndReason::RefreshTokenReused)),
        ..chain("full")
    };
    for (given, code) in [(bare, 1), (ended, 2)] {
        add_grant(store, &given, digest(code));
        assert_eq!(read_grant(store, given.id.as_str()), given);
        let found = store
            .read_blocking("read", move |tx| db!(tx, grants::by_code(&digest(code))))
            .unwrap();
        assert_eq!(found, Some(given));
    }
    assert_eq!(
        store.read_blocking("read", |tx| db!(tx, grants::by_code(&digest(3)))),
        Ok(None)
    );
}

fn a_code_is_exchanged_once(store: &Database) {
    add_grant(store, &grant("g"), digest(1));
    let used = Grant {
        code_used_at: Some(at(30)),
        ..grant("g")
    };
    assert_eq!(exchange(store, 1, guard()), Some(used.clone()));
    assert_eq!(exchange(store, 1, guard()), None);
    assert_eq!(read_grant(store, "g"), used);
}

fn an_exchange_can_begin_a_refresh_chain(store: &Database) {
    add_grant(store, &grant("g"), digest(1));
    let refresh = Some(RefreshStart {
        idle_expires_at: at(4000),
    });
    let begun = exchange(store, 1, ExchangeGuard { refresh, ..guard() }).unwrap();
    assert_eq!(
        (begun.refreshable, begun.generation, begun.idle_expires_at),
        (true, 0, at(4000))
    );
}

fn no_condition_of_an_exchange_can_be_missing(store: &Database) {
    add_grant(store, &grant("g"), digest(1));
    add_grant(
        store,
        &Grant {
            expires_at: at(30),
            ..grant("over")
        },
        digest(2),
    );
    add_grant(
        store,
        &Grant {
            ended: Some((at(9), EndReason::UserDisabled)),
            ..grant("ended")
        },
        digest(3),
    );
    add_grant(
        store,
        &Grant {
            code_challenge: None,
            ..grant("open")
        },
        digest(4),
    );
    let wrong: [(&str, u8, ExchangeGuard); 9] = [
        ("code", 9, guard()),
        (
            "client",
            1,
            ExchangeGuard {
                client_id: ClientId::new("blog"),
                ..guard()
            },
        ),
        (
            "address",
            1,
            ExchangeGuard {
                redirect_uri: "https://shop.example/cb/".to_owned(),
                ..guard()
            },
        ),
        (
            "verifier",
            1,
            ExchangeGuard {
                code_challenge: Some("other".to_owned()),
                ..guard()
            },
        ),
        (
            "no verifier",
            1,
            ExchangeGuard {
                code_challenge: None,
                ..guard()
            },
        ),
        (
            "code expired",
            1,
            ExchangeGuard {
                now: at(60),
                ..guard()
            },
        ),
        ("grant expired", 2, guard()),
        ("grant ended", 3, guard()),
        ("verifier without challenge", 4, guard()),
    ];
    for (what, code, guard) in wrong {
        assert_eq!(exchange(store, code, guard), None, "{what}");
    }
}

fn a_code_without_challenge_wants_no_verifier(store: &Database) {
    add_grant(
        store,
        &Grant {
            code_challenge: None,
            ..grant("open")
        },
        digest(4),
    );
    assert!(
        exchange(
            store,
            4,
            ExchangeGuard {
                code_challenge: None,
                ..guard()
            }
        )
        .is_some()
    );
}

fn a_refused_exchange_burns_nothing(store: &Database) {
    add_grant(store, &grant("g"), digest(1));
    exchange(
        store,
        1,
        ExchangeGuard {
            client_id: ClientId::new("blog"),
            ..guard()
        },
    );
    exchange(
        store,
        1,
        ExchangeGuard {
            code_challenge: None,
            ..guard()
        },
    );
    assert_eq!(read_grant(store, "g"), grant("g"));
    assert!(exchange(store, 1, guard()).is_some());
}

fn a_step_needs_the_standing_generation(store: &Database) {
    add_grant(store, &chain("g"), digest(1));
    assert_eq!(advance(store, "g", 3, step()), None);
    assert_eq!(advance(store, "g", 5, step()), None);
    assert_eq!(read_grant(store, "g"), chain("g"));
    let stepped = Grant {
        generation: 5,
        parent: Some(4),
        recovered: 0,
        rotated_at: Some(at(100)),
        parent_at: Some(at(100)),
        idle_expires_at: at(5000),
        ..chain("g")
    };
    assert_eq!(advance(store, "g", 4, step()), Some(stepped.clone()));
    assert_eq!(advance(store, "g", 4, step()), None);
    assert_eq!(read_grant(store, "g"), stepped);
}

fn a_step_needs_a_grant_that_lives(store: &Database) {
    let dead = [
        Grant {
            ended: Some((at(9), EndReason::Revoked)),
            ..chain("ended")
        },
        Grant {
            idle_expires_at: at(100),
            ..chain("idle")
        },
        Grant {
            expires_at: at(100),
            ..chain("over")
        },
        Grant {
            refreshable: false,
            ..chain("unborn")
        },
    ];
    for (code, dead) in (1..).zip(dead) {
        add_grant(store, &dead, digest(code));
        let id = dead.id.clone();
        let step = store.write_blocking("advance", move |tx| db!(tx, grants::advance(&id, 4, &step())));
        assert_eq!(step, Ok(None), "{}", dead.id);
        let id = dead.id.clone();
        let slide = store.write_blocking("slide", move |tx| db!(tx, grants::slide(&id, 4, &slide(200))));
        assert_eq!(slide, Ok(None), "{}", dead.id);
        assert_eq!(read_grant(store, dead.id.as_str()), dead);
    }
}

/// A chain that does not rotate moves on at second 100.
fn slide(idle_expires_at: i64) -> Slide {
    Slide {
        now: at(100),
        idle_expires_at: at(idle_expires_at),
        token: TokenGiven::default(),
    }
}

fn a_chain_that_does_not_rotate_slides(store: &Database) {
    add_grant(store, &chain("g"), digest(1));
    let slid = |generation| {
        let slide =
            move |tx: &mut Tx<'_>| db!(tx, grants::slide(&GrantId::new("g"), generation, &slide(6000)));
        store.write_blocking("slide", slide).unwrap()
    };
    assert_eq!(slid(3), None);
    assert_eq!(
        slid(4),
        Some(Grant {
            idle_expires_at: at(6000),
            ..chain("g")
        })
    );
}

fn a_grant_ends_once_and_keeps_its_reason(store: &Database) {
    add_grant(store, &chain("g"), digest(1));
    let ended = Grant {
        ended: Some((at(70), EndReason::CodeReplayed)),
        ..chain("g")
    };
    assert_eq!(
        end(store, "g", EndReason::CodeReplayed, 70),
        Spent::Now(ended.clone())
    );
    assert_eq!(end(store, "g", EndReason::Revoked, 71), Spent::Before(ended));
    assert_eq!(end(store, "h", EndReason::Revoked, 71), Spent::Unknown);
}

/// Ann's grants: two in session s1, of which one outlives it, one in s2, one that has ended; and one of Bob.
fn add_several(store: &Database) {
    let online = |id, session| Grant {
        offline: false,
        session_id: SessionId::new(session),
        ..chain(id)
    };
    add_grant(store, &online("online", "s1"), digest(1));
    add_grant(store, &chain("offline"), digest(2));
    add_grant(store, &online("elsewhere", "s2"), digest(3));
    add_grant(
        store,
        &Grant {
            ended: Some((at(9), EndReason::Revoked)),
            ..online("ended", "s1")
        },
        digest(4),
    );
    add_grant(
        store,
        &Grant {
            user_id: UserId::new("sub-bob"),
            ..online("bobs", "s3")
        },
        digest(5),
    );
}

fn a_sign_out_ends_what_lives_in_the_session(store: &Database) {
    add_several(store);
    let ended = store.write_blocking("end", |tx| {
        db!(tx, grants::end_of_session(&SessionId::new("s1"), at(80)))
    });
    assert_eq!(ids(ended.unwrap()), ["online"]);
    assert_eq!(
        read_grant(store, "online").ended,
        Some((at(80), EndReason::SessionEnded))
    );
    assert_eq!(read_grant(store, "offline").ended, None);
    assert_eq!(
        read_grant(store, "ended").ended,
        Some((at(9), EndReason::Revoked))
    );
}

fn a_ban_ends_everything_of_the_person(store: &Database) {
    add_several(store);
    let end = |include_offline| {
        let ended = store.write_blocking("end", move |tx| {
            let ann = UserId::new("sub-ann");
            db!(
                tx,
                grants::end_of_user(&ann, EndReason::UserDisabled, at(80), include_offline)
            )
        });
        ids(ended.unwrap())
    };
    assert_eq!(end(false), ["elsewhere", "online"]);
    assert_eq!(end(true), ["offline"]);
    assert_eq!(end(true), [""; 0]);
    assert_eq!(read_grant(store, "bobs").ended, None);
}

fn raised_claims_concern_live_grants_only(store: &Database) {
    add_several(store);
    let raised = store
        .write_blocking("raise", |tx| {
            db!(tx, grants::raise_gver_of_user(&UserId::new("sub-ann")))
        })
        .unwrap();
    assert!(raised.iter().all(|grant| grant.gver == 2));
    assert_eq!(ids(raised), ["elsewhere", "offline", "online"]);
    assert_eq!(read_grant(store, "ended").gver, 1);
    assert_eq!(read_grant(store, "bobs").gver, 1);
}

fn no_two_grants_share_a_code(store: &Database) {
    add_ann_and_shop(store);
    add_grant(store, &grant("g"), digest(1));
    let again = store.write_blocking("add", |tx| db!(tx, grants::add(&grant("h"), &digest(1))));
    assert_eq!(again, Err(StoreError::Conflict(Unique::Other)));
}
