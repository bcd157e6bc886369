//! RFC 6749 §4.1.3, RFC 7636 §4.5, OpenID Connect Core §3.1.3.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::{VERIFIER, claims, header, param};
use crate::support::world::Answer;
use vouchsafe_core::model::{ClientKind, Span};

on_both_databases! {
    fn a_code_gives_an_access_token_and_an_id_token(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let answer = app.redeem(world, &app.code(world, "ada", &[]));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        let response = answer.json();
        assert_eq!(response["token_type"], "Bearer");
        assert_eq!(response["scope"], "openid");
        assert!(response.get("refresh_token").is_none(), "offline_access was not asked for");

        let access_token = response["access_token"].as_str().unwrap();
        let access = claims(access_token);
        assert_eq!(header(access_token)["typ"], "at+jwt");
        for name in ["iss", "sub", "aud", "client_id", "exp", "iat", "jti", "scope", "ep", "gid", "gver", "sid"] {
            assert!(access.get(name).is_some(), "{name}");
        }
        assert_eq!(access["aud"], world.issuer, "only OpenID scopes: the issuer itself");

        let id_token = response["id_token"].as_str().unwrap();
        let id = claims(id_token);
        assert_eq!(header(id_token)["alg"], "RS256");
        assert_eq!(id["iss"], world.issuer);
        assert_eq!(id["aud"], app.id);
        assert_eq!(id["nonce"], "n-1");
        assert_eq!(id["sub"], access["sub"]);
        assert_eq!(id["sid"], access["sid"]);
        assert_eq!(id["acr"], "urn:vouchsafe:acr:pwd");
        assert_eq!(id["amr"], serde_json::json!(["pwd"]));
        assert!(id["auth_time"].as_i64().unwrap() <= id["iat"].as_i64().unwrap());
        assert_eq!(id["at_hash"], vouchsafe_verify::id_token::at_hash(access_token));
        assert!(id.get("name").is_none() && id.get("email").is_none(), "claims are at UserInfo");
    }

    fn a_replayed_code_ends_the_grant_and_userinfo_refuses_its_token(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let code = app.code(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        let first = app.redeem(world, &code).json();
        let userinfo = |token: &str| Answer::to(world.get("/userinfo").bearer_auth(token)).status;
        let access_token = first["access_token"].as_str().unwrap();
        assert_eq!(userinfo(access_token), 200);
        world.wait(Span::from_seconds(30));
        assert_eq!(app.redeem(world, &code).error(), (400, "invalid_grant".to_owned()));
        assert_eq!(userinfo(access_token), 401);
        let refresh_token = first["refresh_token"].as_str().unwrap();
        assert_eq!(app.refresh(world, refresh_token).error(), (400, "invalid_grant".to_owned()));
        assert_eq!(app.redeem(world, &code).error(), (400, "invalid_grant".to_owned()), "and a third time");
    }

    fn a_replay_long_after_the_code_has_expired_still_ends_the_grant(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let code = app.code(world, "ada", &[]);
        let token = app.redeem(world, &code).json()["access_token"].as_str().unwrap().to_owned();
        world.wait(Span::from_seconds(200));
        assert_eq!(app.redeem(world, &code).error(), (400, "invalid_grant".to_owned()));
        assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(token)).status, 401);
    }

    fn a_wrong_client_or_verifier_burns_nothing(world: World) {
        world.person("ada");
        let (mine, other) = (world.client(metadata(ClientKind::Spa)), world.client(metadata(ClientKind::Web)));
        let code = mine.code(world, "ada", &[]);
        let invalid = (400, "invalid_grant".to_owned());
        assert_eq!(other.redeem(world, &code).error(), invalid);
        let with = |verifier: &str, uri: &str| {
            let mut form = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
            form.extend([("code_verifier", verifier), ("redirect_uri", uri)].iter().filter(|(_, v)| !v.is_empty()));
            mine.token(world, &form)
        };
        let uri = mine.redirect_uri.as_str();
        let short = &VERIFIER[..42];
        let long = "a".repeat(129);
        for wrong in ["", short, &long, &VERIFIER.replace('d', "e"), &format!("{VERIFIER}+")] {
            assert_eq!(with(wrong, uri).error(), invalid, "{wrong}");
        }
        for wrong in ["https://client.example/cb/", "https://CLIENT.example/cb", "https://client.example/%63b"] {
            assert_eq!(with(VERIFIER, wrong).error(), invalid, "{wrong}");
        }
        assert_eq!(mine.redeem(world, &code).status, 200, "nothing was burnt");
    }

    fn a_code_ends_after_a_minute(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let code = app.code(world, "ada", &[]);
        world.wait(Span::from_seconds(62));
        assert_eq!(app.redeem(world, &code).error(), (400, "invalid_grant".to_owned()));
    }

    fn two_flows_of_one_client_in_one_session_do_not_disturb_each_other(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let browser = world.browser();
        let code = || param(&browser.authorize(&app.authorization(&[]), "ada"), "code").unwrap();
        let (one, two) = (code(), code());
        let first = app.redeem(world, &one).json();
        assert_eq!(app.redeem(world, &one).status, 400, "the first is replayed and ends");
        let second = app.redeem(world, &two);
        assert_eq!(second.status, 200);
        let userinfo = |response: &serde_json::Value| {
            Answer::to(world.get("/userinfo").bearer_auth(response["access_token"].as_str().unwrap())).status
        };
        assert_eq!(userinfo(&first), 401);
        assert_eq!(userinfo(&second.json()), 200);
        let sid = |response: &serde_json::Value| claims(response["access_token"].as_str().unwrap())["sid"].clone();
        assert_eq!(sid(&first), sid(&second.json()), "one session, one client, one sid");
    }

    fn fifty_redemptions_at_once_give_one_token_which_then_ends(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let code = app.code(world, "ada", &[]);
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..50).map(|_| scope.spawn(|| app.redeem(world, &code))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1);
        for answer in lost {
            assert_eq!(answer.error(), (400, "invalid_grant".to_owned()));
        }
        let token = won[0].json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(token)).status, 401);
    }

    fn what_is_not_a_code_never_is(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let code = app.code(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        let cut = &code[..code.len() - 1];
        for wrong in [cut, &format!("{code}="), &format!("{code} "), &code.to_uppercase(), "vac_x", "x"] {
            assert_eq!(app.redeem(world, wrong).error(), (400, "invalid_grant".to_owned()), "{wrong}");
        }
        let tokens = app.redeem(world, &code).json();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        assert_eq!(app.redeem(world, &text("refresh_token")).error(), (400, "invalid_grant".to_owned()));
        assert_eq!(app.redeem(world, &text("access_token")).error(), (400, "invalid_grant".to_owned()));
        assert_eq!(app.refresh(world, &code).error(), (400, "invalid_grant".to_owned()));
        assert_eq!(app.refresh(world, &text("access_token")).error(), (400, "invalid_grant".to_owned()));
    }
}
