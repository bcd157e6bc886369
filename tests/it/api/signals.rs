//! What services signal about people: soft, which they do not notice, and hard.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::Answer;
use serde_json::json;
use vouchsafe_core::model::{ClientKind, EventKind};

on_both_databases! {
    fn a_soft_signal_makes_access_tokens_stale_and_leaves_the_rest(world: World) {
        let billing = world.service(&["vouchsafe:signal"]);
        let ada = world.person("ada");
        let shop = world.client(metadata(ClientKind::Web));
        let tokens = shop.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        let userinfo = |token: &str| Answer::to(world.get("/userinfo").bearer_auth(token)).status;
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(userinfo(access), 200);
        let touched = billing.act("POST", &format!("/users/{}/touch", ada.id));
        assert_eq!(touched.status, 200, "{}", touched.body);
        assert_eq!(userinfo(access), 401);
        let renewed = shop.refresh(world, tokens["refresh_token"].as_str().unwrap());
        assert_eq!(renewed.status, 200, "{}", renewed.body);
        assert_eq!(userinfo(renewed.json()["access_token"].as_str().unwrap()), 200);
        let told = world.events_of(EventKind::UserTouched);
        assert_eq!(told[0].actor, format!("client:{}", billing.client.id));
        assert_eq!(world.events_of(EventKind::GrantClaimsRaised).len(), 1);
    }

    fn a_hard_signal_ends_everything(world: World) {
        let billing = world.service(&["vouchsafe:signal"]);
        let ada = world.person("ada");
        let shop = world.client(metadata(ClientKind::Web));
        let tokens = shop.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        let revoked = billing.act("POST", &format!("/users/{}/revoke", ada.id)).json();
        assert_eq!((&revoked["grants_ended"], &revoked["sessions_ended"]), (&json!(1), &json!(1)));
        let renewed = shop.refresh(world, tokens["refresh_token"].as_str().unwrap());
        assert_eq!(renewed.error(), (400, "invalid_grant".to_owned()));
    }

    fn a_signal_about_nobody_is_told(world: World) {
        let billing = world.service(&["vouchsafe:signal"]);
        for act in ["touch", "revoke"] {
            assert_eq!(billing.act("POST", &format!("/users/nobody/{act}")).problem(), problem(404, "not_found"));
        }
        assert_eq!(world.service(ALL).act("POST", "/users/nobody/touch").status, 404);
    }

    fn a_service_that_may_only_signal_learns_nothing_of_the_person(world: World) {
        let billing = world.service(&["vouchsafe:signal"]);
        let ada = world.person("ada");
        let touched = billing.act("POST", &format!("/users/{}/touch", ada.id));
        assert!(!touched.body.contains("ada@example.test"), "{}", touched.body);
    }

    fn whoever_may_change_may_change_who_signals(world: World) {
        let robot = world.service(&["vouchsafe:read", "vouchsafe:write"]);
        let billing = world.service(&["vouchsafe:signal"]);
        let path = format!("/clients/{}", billing.client.id);
        let renamed = robot.change("PATCH", &path, &json!({"client_name": "Billing"}));
        assert_eq!(renamed.status, 200, "{}", renamed.body);
        assert_eq!(robot.act("POST", &format!("{path}/disable")).status, 200);
        let only_changes = world.service(&["vouchsafe:write"]);
        let other = world.service(&["vouchsafe:read"]);
        let refused = only_changes.act("POST", &format!("/clients/{}/disable", other.client.id));
        assert_eq!(refused.problem(), problem(403, "not_allowed"), "who may not see may not give sight");
    }
}
