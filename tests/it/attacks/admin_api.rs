//! Attacks on the administration API: hostile search texts, and secrets in what it answers. Who may call what is in
//! `api/permissions.rs`, bodies in `api/bodies.rs`.

use crate::support::api_caller::ALL;
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use serde_json::Value;
use vouchsafe::admin::api::Verb;
use vouchsafe::admin::api::routes::ROUTES;
use vouchsafe_core::model::ClientKind;

on_both_databases! {
    /// M-11
    fn a_search_text_is_only_ever_a_text(world: World) {
        let robot = world.service(ALL);
        world.person("a_b");
        world.person("ada");
        for text in ["%", "_", "'", "\\", "a%", "' OR 1=1 --", "%00", "(a+)+$", "{\"$gt\":\"\"}", &"x".repeat(256)] {
            for (path, name) in [
                ("/users", "q"), ("/users", "role"), ("/users", "group"), ("/clients", "q"), ("/grants", "sub"), ("/grants", "client_id"),
                ("/sessions", "sub"), ("/admin-sessions", "sub"), ("/audit", "actor"), ("/audit", "subject"), ("/audit", "client_id"), ("/audit", "request_id"),
            ] {
                let query = reqwest::Url::parse_with_params("http://x/", [(name, text)]).unwrap();
                let answer = robot.get(&format!("{path}?{}", query.query().unwrap()));
                assert_eq!(answer.status, 200, "{path} {name} {text:.20}: {}", answer.body);
                assert_eq!(answer.json()["items"], Value::Array(Vec::new()), "{path} {name} {text:.20}");
            }
        }
        assert_eq!(robot.read("/users?q=a_")["items"].as_array().unwrap().len(), 1);
    }

    /// M-17
    fn no_answer_holds_a_secret(world: World) {
        let robot = world.service(ALL);
        let ada = world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        world.orders_api();
        let tokens = app.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        world.publish();
        let hash = ada.password_hash.as_ref().unwrap().expose().to_owned();
        let secrets = [
            hash.as_str(), "$argon2", PASSWORD, "PRIVATE KEY", "\"d\":", app.secret.as_deref().unwrap(), robot.client.secret.as_deref().unwrap(),
            tokens["refresh_token"].as_str().unwrap(), tokens["access_token"].as_str().unwrap(), tokens["id_token"].as_str().unwrap(), &robot.token,
        ];
        let first = |path: &str, member: &str| robot.read(path)["items"][0][member].as_str().unwrap().to_owned();
        let (session, grant) = (first("/sessions", "session_id"), first("/grants", "gid"));
        let identifier = first("/apis", "id");
        let wished_for = world.initial_token(1, vouchsafe_core::model::Span::from_days(1), &[]);
        let token = first("/initial-tokens", "id");
        world.administrator("grace");
        let cookies = world.admin_browser("grace").cookies();
        let (_, cookie) = cookies.iter().find(|(name, _)| name.starts_with("vs_admin")).unwrap();
        let admin_session = first("/admin-sessions", "session_id");
        let names = [
            ("{sub}", ada.id.as_str()), ("{client_id}", &app.id), ("{session_id}", &session), ("{gid}", &grant), ("{id}", &identifier),
        ];
        let mut asked = 0;
        for route in ROUTES.iter().filter(|route| route.method == Verb::Get) {
            let path = route.path.replace("/initial-tokens/{id}", &format!("/initial-tokens/{token}"));
            let path = path.replace("/admin-sessions/{session_id}", &format!("/admin-sessions/{admin_session}"));
            let path = names.iter().fold(path, |path, (name, value)| path.replace(name, value));
            let answer = robot.get(&path);
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            for secret in secrets.into_iter().chain([wished_for.as_str(), cookie]) {
                assert!(!answer.body.contains(secret), "{secret} at {path}: {}", answer.body);
            }
            asked += 1;
        }
        assert!(asked > 15, "{asked}");
    }
}
