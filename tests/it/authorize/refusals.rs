//! Which refusals are pages of ours and which go to the client.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::param;
use crate::support::world::Answer;
use vouchsafe_core::model::ClientKind;

on_both_databases! {
    fn what_no_client_may_be_told_is_a_page_that_names_the_cause(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        for (over, sentence) in [
            (&[("client_id", "nobody")][..], "client_id is unknown"),
            (&[("client_id", "")], "client_id is unknown"),
            (&[("redirect_uri", "")], "redirect_uri is missing"),
            (&[("redirect_uri", "https://client.example/cb/")], "redirect_uri is not registered"),
            (&[("redirect_uri", "https://client.example/cb?a=b")], "redirect_uri is not registered"),
            (&[("redirect_uri", ""), ("request_uri", "urn:x")], "request_uri is invalid or expired"),
        ] {
            let answer = Answer::to(world.get(&client.authorization(over)));
            assert_eq!((answer.status, answer.header("location")), (400, ""), "{over:?}");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            assert!(answer.body.contains(sentence), "{over:?}: {}", answer.body);
            assert!(answer.body.contains("id=\"error-title\""));
            assert!(answer.body.contains("id=\"error-reason\""));
            assert!(answer.body.contains(answer.header("x-request-id")));
            assert!(!answer.body.contains("client.example"), "{}", answer.body);
        }
    }

    fn the_client_is_told_the_rest_with_state_and_issuer(world: World) {
        let orders = world.orders_api();
        let client = world.client(metadata(ClientKind::Web));
        for (over, error) in [
            (&[("response_type", "")][..], "invalid_request"),
            (&[("response_type", "token")], "unsupported_response_type"),
            (&[("response_mode", "fragment")], "invalid_request"),
            (&[("scope", "nothing:known")], "invalid_scope"),
            (&[("code_challenge", "")], "invalid_request"),
            (&[("prompt", "none login")], "invalid_request"),
            (&[("max_age", "abc")], "invalid_request"),
            (&[("resource", "https://unknown.example")], "invalid_target"),
            (&[("resource", &orders), ("scope", "openid")], "invalid_target"),
            (&[("request", "x")], "request_not_supported"),
            (&[("request_uri", "https://client.example/r")], "request_uri_not_supported"),
            (&[("registration", "{}")], "registration_not_supported"),
            (&[("id_token_hint", "x.y.z")], "invalid_request"),
            (&[("prompt", "none")], "login_required"),
        ] {
            let answer = Answer::to(world.get(&client.authorization(over)));
            let location = answer.header("location").to_owned();
            assert_eq!(answer.status, 303, "{over:?}");
            assert!(location.starts_with("https://client.example/cb?"), "{location}");
            assert_eq!(param(&location, "error").as_deref(), Some(error), "{over:?}");
            assert_eq!(param(&location, "state").as_deref(), Some("s-1"));
            assert_eq!(param(&location, "iss").as_deref(), Some(world.issuer.as_str()));
            assert!(param(&location, "error_description").is_some());
            assert_eq!(param(&location, "code"), None);
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
        }
    }

    fn the_query_of_the_registered_address_is_kept(world: World) {
        let mut metadata = metadata(ClientKind::Web);
        metadata.redirect_uris = vec!["https://client.example/cb?foo=bar&x=1".to_owned()];
        let client = world.client(metadata);
        let answer = Answer::to(world.get(&client.authorization(&[("prompt", "none")])));
        let location = answer.header("location");
        assert!(location.starts_with("https://client.example/cb?foo=bar&x=1&error=login_required&"), "{location}");
    }

    fn a_request_without_state_gets_none(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let answer = Answer::to(world.get(&client.authorization(&[("state", ""), ("prompt", "none")])));
        assert_eq!(param(answer.header("location"), "state"), None);
    }
}
