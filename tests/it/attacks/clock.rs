//! Clocks that are wrong: state decides, not time.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::Answer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vouchsafe::ports::Clock as _;
use vouchsafe_core::model::{ClientKind, Span};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

/// What the signed token says about itself, unread otherwise.
fn iat(token: &str) -> i64 {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<serde_json::Value>(&payload).unwrap()["iat"]
        .as_i64()
        .unwrap()
}

on_both_databases! {
    fn a_node_that_is_off_by_less_than_the_bound_signs_by_the_databases_time(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let (database, mut latest) = (world.clock.another(), 0);
        for off_by in [0, 4_900, -4_900, 300] {
            world.clock.be_off_by(Span::from_millis(off_by));
            world.follow();
            world.wait(Span::from_seconds(6));
            let tokens = app.sign_in(world, "ada", &[]);
            let signed = iat(tokens["access_token"].as_str().unwrap());
            assert_eq!(signed, database.now().seconds(), "off by {off_by} ms");
            assert!(signed >= latest);
            latest = signed;
        }
    }

    fn iat_never_falls_when_a_clock_is_corrected_by_a_little(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        world.clock.be_off_by(Span::from_seconds(4));
        let ahead = app.sign_in(world, "ada", &[]);
        world.follow();
        let corrected = app.sign_in(world, "ada", &[]);
        let of = |tokens: &serde_json::Value| iat(tokens["access_token"].as_str().unwrap());
        assert_eq!(of(&ahead), of(&corrected));
    }

    fn a_node_that_is_off_by_more_signs_nothing_spends_nothing_and_heals_by_itself(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let tokens = app.sign_in(world, "ada", OFFLINE);
        let refresh_token = tokens["refresh_token"].as_str().unwrap();
        let code = app.code(world, "ada", OFFLINE);
        for off_by in [Span::from_seconds(5), Span::from_hours(1), Span::from_hours(-1)] {
            world.clock.be_off_by(off_by);
            world.follow();
            for refused in [app.redeem(world, &code), app.refresh(world, refresh_token)] {
                assert_eq!(refused.error(), (503, "temporarily_unavailable".to_owned()));
                assert_ne!(refused.header("retry-after"), "");
            }
            let readiness = Answer::to(world.get("/readyz"));
            assert_eq!(readiness.status, 503);
            assert!(readiness.body.contains("clock"), "{}", readiness.body);
            assert_eq!(Answer::to(world.get("/jwks")).status, 200, "what was signed can be checked");
            let offset = format!("vouchsafe_clock_offset_seconds {}.0", -off_by.seconds());
            assert!(world.services.metrics.render().contains(&offset), "{offset}");
        }
        world.clock.be_off_by(Span::ZERO);
        world.follow();
        assert_eq!(Answer::to(world.get("/readyz")).status, 200);
        assert_eq!(app.redeem(world, &code).status, 200, "the code was not spent");
        assert_eq!(app.refresh(world, refresh_token).status, 200);
    }

    fn a_step_back_of_an_hour_revives_nothing(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let code = app.code(world, "ada", OFFLINE);
        let tokens = app.redeem(world, &code).json();
        let used = tokens["refresh_token"].as_str().unwrap().to_owned();
        world.wait(Span::from_hours(2));
        let current = app.refresh(world, &used).json()["refresh_token"].as_str().unwrap().to_owned();
        let newest = app.refresh(world, &current).json()["refresh_token"].as_str().unwrap().to_owned();
        world.wait(Span::from_hours(-1));
        assert_eq!(app.redeem(world, &code).error(), (400, "invalid_grant".to_owned()), "a used code");
        assert_eq!(app.refresh(world, &newest).error(), (400, "invalid_grant".to_owned()), "its grant has ended");
        world.disable("ada");
        world.wait(Span::from_hours(-1));
        let access_token = tokens["access_token"].as_str().unwrap();
        assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(access_token)).status, 401);
    }

    fn half_a_minute_off_disturbs_nobody(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let code = app.code(world, "ada", OFFLINE);
        world.wait(Span::from_seconds(-30));
        let tokens = app.redeem(world, &code).json();
        let access_token = tokens["access_token"].as_str().unwrap();
        world.wait(Span::from_seconds(-20));
        assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(access_token)).status, 200);
        assert_eq!(app.refresh(world, tokens["refresh_token"].as_str().unwrap()).status, 200);
    }

    fn the_year_2100_is_a_time_like_others(world: World) {
        world.wait(Span::from_days(365 * 74));
        world.services.tend().unwrap();
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let tokens = app.sign_in(world, "ada", OFFLINE);
        let access_token = tokens["access_token"].as_str().unwrap();
        assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(access_token)).status, 200);
    }
}
