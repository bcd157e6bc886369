//! OpenID Connect Discovery, RFC 8414, and CORS.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe_core::model::ClientKind;

const PLACES: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

fn preflight(world: &World, path: &str, origin: &str) -> Answer {
    let request = world.request("OPTIONS", path).header("origin", origin);
    Answer::to(request.header("access-control-request-method", "POST"))
}

on_both_databases! {
    fn both_well_known_paths_serve_the_same_facts(world: World) {
        let [one, other] = PLACES.map(|place| Answer::to(world.get(place)));
        assert_eq!(one.status, 200);
        assert_eq!(one.body, other.body);
        assert_eq!(one.header("content-type"), "application/json");
        assert_eq!(one.header("cache-control"), "public, max-age=300");
        let facts = one.json();
        assert_eq!(facts["issuer"], world.issuer);
        assert!(facts.as_object().unwrap().values().all(|value| *value != Value::Null));
        assert_eq!(facts["response_types_supported"], json!(["code"]));
        assert_eq!(facts["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(facts["authorization_response_iss_parameter_supported"], json!(true));
        assert!(facts.get("registration_endpoint").is_none(), "only what is built is named");
    }

    fn every_endpoint_that_is_named_answers(world: World) {
        let facts = Answer::to(world.get(PLACES[0])).json();
        for (name, value) in facts.as_object().unwrap() {
            if name.ends_with("_endpoint") || name == "jwks_uri" {
                let status = Answer::to(world.get(value.as_str().unwrap())).status;
                assert!(status != 404 && status < 500, "{name} answers {status}");
            }
        }
    }

    fn the_key_set_has_two_public_signing_keys(world: World) {
        let answer = Answer::to(world.get("/jwks"));
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        let keys = answer.json()["keys"].as_array().unwrap().clone();
        assert_eq!(keys.len(), 2, "one active and one published next");
        for key in &keys {
            assert_eq!((&key["kty"], &key["use"], &key["alg"]), (&json!("RSA"), &json!("sig"), &json!("RS256")));
            assert!(key["kid"].is_string());
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
        }
        assert_ne!(keys[0]["kid"], keys[1]["kid"]);
    }

    fn an_unchanged_document_is_not_sent_again(world: World) {
        for path in ["/jwks", PLACES[0]] {
            let first = Answer::to(world.get(path));
            let etag = first.header("etag");
            let again = Answer::to(world.get(path).header("if-none-match", etag));
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
            let other = Answer::to(world.get(path).header("if-none-match", "\"other\""));
            assert_eq!(other.status, 200);
            assert_eq!(Answer::to(world.request("HEAD", path)).status, 200);
        }
    }

    fn public_documents_may_be_read_from_any_origin(world: World) {
        for path in ["/jwks", PLACES[0], PLACES[1]] {
            let answer = Answer::to(world.get(path).header("origin", "https://anywhere.example"));
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            let preflight = preflight(world, path, "https://anywhere.example");
            assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, "*"));
        }
    }

    fn token_and_userinfo_may_be_called_from_the_origins_of_clients(world: World) {
        let mut app = metadata(ClientKind::Spa);
        app.web_origins = vec!["https://web.example".to_owned()];
        let app = world.client(app);
        for path in ["/token", "/userinfo"] {
            for origin in ["https://client.example", "https://web.example"] {
                let answer = preflight(world, path, origin);
                assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, origin));
                assert!(answer.header("access-control-allow-headers").contains("Authorization"));
            }
            for origin in ["https://evil.example", "null", "https://client.example.evil.example"] {
                let answer = preflight(world, path, origin);
                assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, ""), "{origin}");
            }
        }
        let form = [("grant_type", "authorization_code"), ("client_id", app.id.as_str()), ("code", "x")];
        let from = |origin: &str| Answer::to(world.post("/token").header("origin", origin).form(&form));
        assert_eq!(from("https://web.example").header("access-control-allow-origin"), "https://web.example");
        assert_eq!(from("https://evil.example").header("access-control-allow-origin"), "");
        assert_eq!(from("https://web.example").header("access-control-allow-credentials"), "");
        let expired = world.get("/userinfo").header("origin", "https://web.example").bearer_auth("expired");
        let expired = Answer::to(expired);
        assert_eq!((expired.status, expired.header("access-control-allow-origin")), (401, "https://web.example"));
    }
}
