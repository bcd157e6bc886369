//! `client initial-token`, `initial-tokens` and `revoke-initial-token` through a server.

use super::{Both, strs};
use serde_json::json;

#[test]
fn initial_access_tokens_are_made_listed_and_revoked_as_on_the_database() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read vouchsafe:write");
        let run = |words: &[&str]| {
            both.elsewhere
                .run(&[words, &strs(&service), &["--json"]].concat())
        };
        let make = [
            "client",
            "initial-token",
            "--name",
            "Portal",
            "--uses",
            "2",
            "--expires-in",
            "7d",
            "--scope",
            "openid",
            "--scope",
            "email",
        ];
        let mut answer = run(&make).document();
        let token = answer.as_object_mut().unwrap().remove("initial_access_token");
        assert!(token.unwrap().as_str().unwrap().starts_with("viat_"));
        assert_eq!(
            (&answer["uses_left"], &answer["scope"]),
            (&2.into(), &"openid email".into())
        );
        let lasts = answer["expires_at"].as_i64().unwrap() - answer["created_at"].as_i64().unwrap();
        assert_eq!(lasts, 7 * 86_400);
        let listed = run(&["client", "initial-tokens"]).document();
        assert_eq!(listed, json!([answer]));
        assert_eq!(
            listed,
            both.here.run(&["client", "initial-tokens", "--json"]).document()
        );
        let revoke = ["client", "revoke-initial-token", answer["id"].as_str().unwrap()];
        assert_eq!(run(&revoke).document()["revoked"], true);
        run(&revoke).failed(1, "there is no initial access token");
        run(&[&make[..], &["--scope", "nobody:owns"]].concat()).failed(1, "no API owns it");
    }
}
