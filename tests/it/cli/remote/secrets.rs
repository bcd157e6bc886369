//! Secrets of clients, replaced through a server.

use super::{Both, strs};
use crate::support::world::Answer;
use serde_json::{Value, json};

impl Both {
    /// Gives a client a further secret.
    fn add_secret(&self, service: &[String], id: &str) -> String {
        let secret = std::fs::read_to_string(&service[3]).unwrap();
        let site = self.served.site();
        let asked = [("grant_type", "client_credentials")];
        let token = Answer::to(
            site.post("/token")
                .basic_auth(&service[1], Some(secret))
                .form(&asked),
        )
        .json();
        let token = token["access_token"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/clients/{id}/secrets");
        let added = Answer::to(site.post(&path).bearer_auth(token).json(&json!({})));
        assert_eq!(added.status, 201, "{}", added.body);
        added.json()["client_secret"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_secret_is_replaced_from_elsewhere_as_on_the_database() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read vouchsafe:write");
        let elsewhere = |id: &str| {
            let words = ["client", "rotate-secret", id, "--until", "2h", "--json"];
            both.elsewhere
                .run(&[&words, &strs(&service)[..]].concat())
                .document()
        };
        let here = |id: &str| {
            both.here
                .run(&["client", "rotate-secret", id, "--until", "2h", "--json"])
                .document()
        };
        let api = both.served.site();
        let works = |id: &str, secret: &str| {
            let asked = api
                .post("/introspect")
                .basic_auth(id, Some(secret))
                .form(&[("token", "x")]);
            Answer::to(asked).status
        };
        let ends = |id: &str| {
            let shown = both.here.run(&["client", "show", id, "--json"]).document();
            let secrets = shown["secrets"].as_array().unwrap().clone();
            let mut ends: Vec<_> = secrets
                .iter()
                .map(|secret| secret["expires_at"].as_i64())
                .collect();
            ends.sort_unstable();
            ends
        };
        for rotate in [&elsewhere as &dyn Fn(&str) -> Value, &here] {
            // Two that last: both count for the grace.
            let two = both.here.create_client("web");
            let second = both.add_secret(&service, &two.id);
            let third = rotate(&two.id);
            let end = third["old_secrets_expire_at"].as_i64().unwrap();
            assert_eq!(ends(&two.id), [None, Some(end), Some(end)]);
            for secret in [
                two.secret.as_deref().unwrap(),
                &second,
                third["client_secret"].as_str().unwrap(),
            ] {
                assert_eq!(works(&two.id, secret), 200, "none is ended at once");
            }
            // One that has an end: it ends, and another comes.
            let one = both.here.create_client("web");
            both.here.sql(
                "UPDATE client_secrets SET expires_at = 4102444800000 WHERE client_id = '{}'"
                    .replace("{}", &one.id)
                    .as_str(),
            );
            rotate(&one.id);
            assert_eq!(ends(&one.id), [None]);
        }
    }
}
