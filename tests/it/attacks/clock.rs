//! Clocks that are wrong: state decides, not time.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::Answer;
use vouchsafe_core::model::{ClientKind, Span};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

on_both_databases! {
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
