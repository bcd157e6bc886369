//! RFC 6749 §6, RFC 9700 §4.14: one live branch, friendly to retries, deadly to copies.

use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::relying_party::{VERIFIER, claims};
use crate::support::world::{Answer, World};
use serde_json::Value;
use std::collections::BTreeSet;
use vouchsafe::audit::{Act, emergency};
use vouchsafe::clients::standing;
use vouchsafe::db;
use vouchsafe::store::{StoreError, Tx};
use vouchsafe_core::model::{ClientId, ClientKind, GrantId, Span};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

/// An act on the database that ends what a client was given.
type Ends = fn(&mut Tx<'_>, &Act, &ClientId) -> Result<(), StoreError>;

fn app(world: &World) -> (Registered, Value) {
    world.person("ada");
    let app = world.client(metadata(ClientKind::Spa));
    let tokens = app.sign_in(world, "ada", OFFLINE);
    (app, tokens)
}

fn refresh_token(response: &Value) -> String {
    response["refresh_token"].as_str().unwrap().to_owned()
}

fn successor(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    refresh_token(&answer.json())
}

fn all_at_once(world: &World, app: &Registered, token: &str) -> BTreeSet<String> {
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..48)
            .map(|_| scope.spawn(|| app.refresh(world, token)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 48);
    answers.iter().map(successor).collect()
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

on_both_databases! {
    fn a_public_client_gets_a_new_refresh_token_each_time(world: World) {
        let (app, tokens) = app(world);
        let first = refresh_token(&tokens);
        assert!(first.starts_with("vrt1."));
        world.wait(Span::from_minutes(1));
        let answer = app.refresh(world, &first);
        let second = successor(&answer);
        assert_ne!(first, second);
        let (before, after) = (claims(tokens["id_token"].as_str().unwrap()), claims(answer.json()["id_token"].as_str().unwrap()));
        for name in ["iss", "sub", "aud", "auth_time", "sid", "acr"] {
            assert_eq!(before[name], after[name], "{name}");
        }
        assert_ne!(before["iat"], after["iat"]);
        assert!(after.get("nonce").is_none());
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(successor(&app.refresh(world, &second)).split('.').nth(3), Some("2"));
    }

    fn a_confidential_client_keeps_its_refresh_token(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let token = refresh_token(&app.sign_in(world, "ada", OFFLINE));
        for _ in 0..3 {
            world.wait(Span::from_hours(1));
            assert_eq!(successor(&app.refresh(world, &token)), token);
        }
    }

    fn a_chain_that_is_used_goes_on_past_its_idle_lifetime(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let token = refresh_token(&app.sign_in(world, "ada", OFFLINE));
        for _ in 0..4 {
            world.wait(Span::from_days(20));
            assert_eq!(successor(&app.refresh(world, &token)), token);
        }
        world.wait(Span::from_days(31));
        assert_eq!(app.refresh(world, &token).error(), invalid_grant());
    }

    fn forty_eight_presentations_at_once_give_one_successor(world: World) {
        let (app, tokens) = app(world);
        let first = all_at_once(world, &app, &refresh_token(&tokens));
        assert_eq!(first.len(), 1, "one rotation, 48 identical successors");
        let again = all_at_once(world, &app, first.first().unwrap());
        assert_eq!(again.len(), 1);
        assert_eq!(again.first().unwrap().split('.').nth(3), Some("2"));
    }

    fn forty_eight_late_retries_give_one_successor_too(world: World) {
        let (app, tokens) = app(world);
        let first = refresh_token(&tokens);
        let lost = successor(&app.refresh(world, &first));
        world.wait(Span::from_seconds(30));
        let repaired = all_at_once(world, &app, &first);
        assert_eq!(repaired.len(), 1);
        assert!(!repaired.contains(&lost), "the lost successor was displaced");
        assert_eq!(app.refresh(world, &lost).error(), invalid_grant(), "and ends the grant when it reappears");
        assert_eq!(app.refresh(world, repaired.first().unwrap()).error(), invalid_grant());
    }

    fn a_lost_answer_is_repaired_three_times_and_no_more(world: World) {
        let (app, tokens) = app(world);
        let first = refresh_token(&tokens);
        successor(&app.refresh(world, &first));
        for _ in 0..3 {
            world.wait(Span::from_seconds(30));
            successor(&app.refresh(world, &first));
        }
        world.wait(Span::from_seconds(30));
        assert_eq!(app.refresh(world, &first).error(), invalid_grant());
    }

    fn reuse_of_any_age_ends_the_grant(world: World) {
        let (app, tokens) = app(world);
        let first = refresh_token(&tokens);
        let mut current = first.clone();
        for _ in 0..3 {
            world.wait(Span::from_days(5));
            current = successor(&app.refresh(world, &current));
        }
        assert_eq!(app.refresh(world, &first).error(), invalid_grant());
        assert_eq!(app.refresh(world, &current).error(), invalid_grant(), "the whole chain is dead");
        let access_token = tokens["access_token"].as_str().unwrap();
        assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(access_token)).status, 401);
    }

    fn the_parent_does_not_come_back_after_the_displacement_window(world: World) {
        let (app, tokens) = app(world);
        let first = refresh_token(&tokens);
        let second = successor(&app.refresh(world, &first));
        world.wait(Span::from_minutes(11));
        assert_eq!(app.refresh(world, &first).error(), invalid_grant());
        assert_eq!(app.refresh(world, &second).error(), invalid_grant());
    }

    fn another_client_and_garbage_change_nothing(world: World) {
        let (app, tokens) = app(world);
        let token = refresh_token(&tokens);
        let other = world.client(metadata(ClientKind::Web));
        assert_eq!(other.refresh(world, &token).error(), invalid_grant());
        let parts: Vec<&str> = token.split('.').collect();
        let forged = format!("vrt1.{}.{}.7.{}", parts[1], parts[2], parts[4]);
        let other_key = format!("vrt1.9.{}.{}.{}", parts[2], parts[3], parts[4]);
        let respelled = format!("vrt1.0{}.{}.{}.{}", parts[1], parts[2], parts[3], parts[4]);
        for garbage in [&forged, &respelled, &other_key, &token[..token.len() - 1], &format!("{token}A"), "vrt1....", "x"] {
            assert_eq!(app.refresh(world, garbage).error(), invalid_grant(), "{garbage}");
        }
        successor(&app.refresh(world, &token));
    }

    fn unregistered_scopes_beside_granted_ones_are_dropped(world: World) {
        world.person("ada");
        world.orders_api();
        let app = world.client(metadata(ClientKind::Web));
        let over = [("scope", "openid orders:read offline_access"), ("prompt", "consent")];
        let token = refresh_token(&app.sign_in(world, "ada", &over));
        let with = |scope: &str| {
            app.token(world, &[("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", scope)])
        };
        let answer = with("openid nobody:knows orders:read");
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["scope"], "openid orders:read");
        assert_eq!(with("nobody:knows").error(), (400, "invalid_scope".to_owned()));
    }

    fn scopes_may_be_narrowed_but_never_widened(world: World) {
        world.orders_api();
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let over = [("scope", "openid orders:read offline_access"), ("prompt", "consent")];
        let token = refresh_token(&app.sign_in(world, "ada", &over));
        let with = |scope: &str| {
            app.token(world, &[("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", scope)])
        };
        assert_eq!(with("openid orders:write").error(), (400, "invalid_scope".to_owned()));
        let narrow = with("orders:read").json();
        assert_eq!(narrow["scope"], "orders:read");
        assert!(narrow.get("id_token").is_none(), "openid was left out");
        let full = app.refresh(world, &token).json();
        assert_eq!(full["scope"], "openid orders:read offline_access");
    }

    fn the_response_names_the_scope_of_its_token(world: World) {
        let orders = world.orders_api();
        world.api("https://api.example/stock", &["stock:read"]);
        world.person("ada");
        let mut two = metadata(ClientKind::Web);
        two.scopes.push("stock:read".to_owned());
        let app = world.client(two);
        let over = [("scope", "openid orders:read stock:read offline_access"), ("resource", orders.as_str())];
        let response = app.sign_in(world, "ada", &over);
        let scope = |response: &Value| claims(response["access_token"].as_str().unwrap())["scope"].clone();
        assert_eq!(response["scope"], scope(&response));
        let refreshed = app.refresh(world, &refresh_token(&response)).json();
        assert_eq!(refreshed["scope"], scope(&refreshed));
        assert!(!refreshed["scope"].as_str().unwrap().contains("stock"));
    }

    fn to_name_an_api_gives_no_token_of_a_person_for_it(world: World) {
        let payroll = world.api("https://payroll.example/", &["payroll:read"]);
        let (app, tokens) = app(world);
        let resource = ("resource", payroll.as_str());
        let code = app.code(world, "ada", &[("scope", "openid")]);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", app.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let named: Vec<_> = form.iter().copied().chain([resource]).collect();
        let refused = (400, "invalid_target".to_owned());
        assert_eq!(app.token(world, &named).error(), refused);
        let token = refresh_token(&tokens);
        let named = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), resource];
        assert_eq!(app.token(world, &named).error(), refused);
        // Neither was spent by it.
        assert_eq!(app.token(world, &form).status, 200);
        successor(&app.refresh(world, &token));
    }

    fn an_unused_chain_ends_and_a_used_one_ends_too_at_last(world: World) {
        let (app, tokens) = app(world);
        let first = refresh_token(&tokens);
        world.wait(Span::from_days(31));
        assert_eq!(app.refresh(world, &first).error(), invalid_grant());
        let again = app.sign_in(world, "ada", OFFLINE);
        let mut current = refresh_token(&again);
        for _ in 0..14 {
            world.wait(Span::from_days(26));
            current = successor(&app.refresh(world, &current));
        }
        world.wait(Span::from_days(2));
        assert_eq!(app.refresh(world, &current).error(), invalid_grant());
    }

    fn a_token_that_comes_again_within_the_retry_window_writes_nothing(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let tokens = app.sign_in(world, "ada", OFFLINE);
        let gid = GrantId::new(claims(tokens["access_token"].as_str().unwrap())["gid"].as_str().unwrap());
        let row = || {
            let gid = gid.clone();
            world.write(move |tx| db!(tx, grants::by_id(&gid))).unwrap()
        };
        let first = refresh_token(&tokens);
        let next = successor(&app.refresh(world, &first));
        let rotated = row();
        for _ in 0..3 {
            world.wait(Span::from_seconds(3));
            assert_eq!(successor(&app.refresh(world, &first)), next);
            assert_eq!(row(), rotated);
        }
    }

    fn what_the_database_says_counts_before_this_node_has_heard_of_it(world: World) {
        world.person("ada");
        world.orders_api();
        let ends: [Ends; 3] = [
            |tx, act, id| standing::disable(tx, act, id).map(drop),
            |tx, act, id| emergency::revoke_client(tx, act, id).map(drop),
            |tx, act, _| emergency::revoke_everything(tx, act).map(drop),
        ];
        for end in ends {
            let app = world.client(metadata(ClientKind::Spa));
            let tokens = app.sign_in(world, "ada", OFFLINE);
            let code = app.code(world, "ada", &[]);
            // As the command line does it on the database: this node looks at its next tick only.
            let (act, id) = (world.act(), ClientId::new(app.id.clone()));
            world.write(move |tx| end(tx, &act, &id));
            assert_eq!(app.refresh(world, &refresh_token(&tokens)).error(), invalid_grant());
            assert_eq!(app.redeem(world, &code).error(), invalid_grant());
            world.follow();
        }
    }

    fn who_signs_in_after_an_emergency_goes_on_before_this_node_has_heard_of_it(world: World) {
        world.person("ada");
        world.orders_api();
        let ends: [Ends; 2] = [
            |tx, act, id| emergency::revoke_client(tx, act, id).map(drop),
            |tx, act, _| emergency::revoke_everything(tx, act).map(drop),
        ];
        for end in ends {
            let app = world.client(metadata(ClientKind::Spa));
            let (act, id) = (world.act(), ClientId::new(app.id.clone()));
            world.write(move |tx| end(tx, &act, &id));
            let tokens = app.sign_in(world, "ada", OFFLINE);
            let next = app.refresh(world, &refresh_token(&tokens)).json();
            let of = |tokens: &Value| claims(tokens["access_token"].as_str().unwrap())["ep"].clone();
            assert_eq!(of(&tokens), of(&next));
            world.follow();
            assert_eq!(app.refresh(world, next["refresh_token"].as_str().unwrap()).status, 200);
        }
    }

    fn an_online_chain_ends_with_its_session(world: World) {
        world.person("ada");
        let mut online = metadata(ClientKind::Web);
        online.online_refresh = true;
        let app = world.client(online);
        let token = refresh_token(&app.sign_in(world, "ada", &[]));
        world.wait(Span::from_hours(1));
        successor(&app.refresh(world, &token));
        world.wait(Span::from_hours(24));
        assert_eq!(app.refresh(world, &token).error(), invalid_grant());
    }
}
