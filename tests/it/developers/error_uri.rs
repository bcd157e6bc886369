//! RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3; RFC 7591 §3.2.2 — every error says where it is explained.

use super::broken;
use crate::support::newcomer::{open, ordinary, with_registration};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::param;
use crate::support::world::{Answer, World};
use serde_json::json;
use vouchsafe_core::model::ClientKind;

/// Where a code is explained.
fn explained(world: &World, code: &str) -> String {
    format!("{}/developers/errors#{code}", world.issuer)
}

/// An error in JSON, which must say where it is explained.
fn says(world: &World, answer: &Answer, code: &str) {
    let body = answer.json();
    assert_eq!(body["error"], code, "{}", answer.body);
    assert_eq!(body["error_uri"], explained(world, code), "{}", answer.body);
}

on_both_databases! {
    fn json_of_the_protocol_endpoints(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let form = |path: &str, form: &[(&str, &str)]| client.post(world, path, form);
        says(world, &form("/token", &[("grant_type", "authorization_code"), ("code", "x")]), "invalid_grant");
        says(world, &form("/token", &[("grant_type", "password")]), "unsupported_grant_type");
        says(world, &form("/token", &[]), "invalid_request");
        says(world, &form("/revoke", &[]), "invalid_request");
        says(world, &form("/introspect", &[]), "invalid_request");
        for path in ["/token", "/revoke", "/introspect"] {
            let stranger = [("client_id", "nobody"), ("grant_type", "refresh_token"), ("token", "x")];
            says(world, &Answer::to(world.post(path).form(&stranger)), "invalid_client");
            let long = world.post(path).header("content-type", "application/x-www-form-urlencoded");
            says(world, &Answer::to(long.body("a".repeat(20_000))), "invalid_request");
        }
    }

    fn redirects_of_the_authorization_endpoint(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        for (over, code) in [
            (("response_type", "token"), "unsupported_response_type"),
            (("prompt", "none"), "login_required"),
            (("code_challenge", ""), "invalid_request"),
        ] {
            let answer = Answer::to(world.get(&client.authorization(&[over])));
            let location = answer.header("location");
            assert_eq!(param(location, "error").as_deref(), Some(code), "{location}");
            assert_eq!(param(location, "error_uri"), Some(explained(world, code)), "{location}");
        }
    }

    fn the_page_of_the_authorization_endpoint(world: World) {
        let answer = Answer::to(world.get("/authorize?client_id=nobody"));
        assert_eq!(answer.status, 400);
        let link = "id=\"error-explained\" href=\"/developers/errors#VS-CLIENT-UNKNOWN\"";
        assert!(answer.body.contains(link), "{}", answer.body);
        let catalogue = Answer::to(world.get("/developers/errors")).body;
        assert!(catalogue.contains("id=\"VS-CLIENT-UNKNOWN\""));
        assert!(broken(&answer.body).is_empty());
    }

    fn challenges_of_userinfo(world: World) {
        let forged = Answer::to(world.get("/userinfo").bearer_auth("x"));
        says(world, &forged, "invalid_token");
        let uri = format!(", error_uri=\"{}\"", explained(world, "invalid_token"));
        let challenge = forged.header("www-authenticate");
        assert!(challenge.starts_with("Bearer error=\"invalid_token\", ") && challenge.ends_with(&uri), "{challenge}");
        let twice = [("access_token", "x"), ("a", "1"), ("a", "2")];
        let unreadable = Answer::to(world.post("/userinfo").form(&twice));
        says(world, &unreadable, "invalid_request");
        // RFC 6750 §3.1: who brought no token is told of no error.
        let nothing = Answer::to(world.get("/userinfo"));
        assert_eq!(nothing.header("www-authenticate"), "Bearer");
        assert!(nothing.json().get("error_uri").is_none());
    }
}

mod registration {
    use super::{Answer, json, open, ordinary, says, with_registration};

    with_registration! { open;
        fn refusals_of_registration(world: World, _site: TlsSite) {
            let refused = world.register(&ordinary(json!({"redirect_uris": ["http://client.example/cb"]})));
            says(world, &refused, "invalid_redirect_uri");
            let refused = world.register(&ordinary(json!({"grant_types": ["password"]})));
            says(world, &refused, "invalid_client_metadata");
            let refused = Answer::to(world.get("/register/nobody").bearer_auth("x"));
            says(world, &refused, "invalid_token");
        }
    }
}
