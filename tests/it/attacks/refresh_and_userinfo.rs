//! Attacks on refresh tokens and UserInfo. Foreign tokens, widened scopes, reuse and displaced successors are in
//! `token/refresh_token.rs`; the ways of presenting a token are in `userinfo/`.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use vouchsafe_core::model::ClientKind;

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

on_both_databases! {
    fn a_disabled_person_refreshes_nothing_and_enabling_brings_nothing_back(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let token = app.sign_in(world, "ada", OFFLINE)["refresh_token"].as_str().unwrap().to_owned();
        world.disable("ada");
        assert_eq!(app.refresh(world, &token).error(), (400, "invalid_grant".to_owned()));
        world.enable("ada");
        assert_eq!(app.refresh(world, &token).error(), (400, "invalid_grant".to_owned()));
    }

    fn reuse_is_known_after_a_restart_too(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let first = app.sign_in(world, "ada", OFFLINE)["refresh_token"].as_str().unwrap().to_owned();
        let second = app.refresh(world, &first).json()["refresh_token"].as_str().unwrap().to_owned();
        let third = app.refresh(world, &second).json()["refresh_token"].as_str().unwrap().to_owned();
        let again = World::on(world);
        assert_eq!(app.refresh(&again, &first).error(), (400, "invalid_grant".to_owned()));
        assert_eq!(app.refresh(&again, &third).error(), (400, "invalid_grant".to_owned()));
    }

    fn what_is_not_an_access_token_never_is(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let tokens = app.sign_in(world, "ada", OFFLINE);
        let foreign = format!("{}.{}.c2ln", "eyJhbGciOiJub25lIn0", "eyJzdWIiOiJhZGEifQ");
        for wrong in [tokens["id_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap(), &foreign, "x"] {
            assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(wrong)).status, 401, "{wrong}");
        }
    }
}
