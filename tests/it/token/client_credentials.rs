//! RFC 6749 §4.4.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::{claims, header};
use crate::support::world::Answer;
use vouchsafe_core::model::{ClientKind, ClientMetadata};

on_both_databases! {
    fn a_service_gets_a_token_for_all_its_scopes(world: World) {
        let audience = world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        let answer = service.token(world, &[("grant_type", "client_credentials")]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        let response = answer.json();
        assert_eq!(response["token_type"], "Bearer");
        assert_eq!(response["expires_in"], 300);
        assert_eq!(response["scope"], "orders:read orders:write");
        assert!(response.get("refresh_token").is_none() && response.get("id_token").is_none());
        let token = response["access_token"].as_str().unwrap();
        let claims = claims(token);
        assert_eq!(header(token)["typ"], "at+jwt");
        assert_eq!(claims["aud"], audience);
        assert_eq!(claims["sub"], service.id);
        assert_eq!(claims["client_id"], service.id);
        assert_eq!(claims["ep"], serde_json::json!([1, 0]));
        assert!(claims.get("gid").is_none() && claims.get("sid").is_none());
    }

    fn an_api_that_was_just_made_counts_at_once(world: World) {
        world.orders_api();
        let grant = ("grant_type", "client_credentials");
        let old = world.client(metadata(ClientKind::Service));
        assert_eq!(old.token(world, &[grant]).status, 200, "the APIs are remembered now");

        let bills = world.unnoticed_api("https://api.example/bills", &["bills:read"]);
        let made = ClientMetadata { scopes: vec!["bills:read".to_owned()], ..metadata(ClientKind::Service) };
        let made = world.unnoticed_client(made, None);
        let answer = made.token(world, &[grant]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(claims(answer.json()["access_token"].as_str().unwrap())["aud"], bills);
    }

    fn a_resource_that_was_just_made_counts_at_once_and_an_invented_one_reads_no_apis(world: World) {
        world.orders_api();
        let client = world.client(metadata(ClientKind::Service));
        let ask = |resource: &str| {
            let form = [("grant_type", "client_credentials"), ("scope", "orders:read"), ("resource", resource)];
            client.token(world, &form).error()
        };
        let read = |operation: &str| {
            let name = format!("vouchsafe_database_operation_duration_seconds_count{{operation=\"{operation}\"}} ");
            let metrics = world.services.metrics.render();
            let line = metrics.lines().find_map(|line| line.strip_prefix(&name).map(str::to_owned));
            line.map_or(0, |count| count.parse::<u32>().unwrap())
        };
        assert_eq!(ask("https://invented.example"), (400, "invalid_target".to_owned()));
        let before = read("apis");
        assert!(before > 0, "{}", world.services.metrics.render());
        for _ in 0..5 {
            assert_eq!(ask("https://invented.example"), (400, "invalid_target".to_owned()));
        }
        assert_eq!(read("apis"), before);
        // Without scopes of its own: to an API that has some, a resource alone gives nothing.
        world.unnoticed_api("https://api.example/bills", &[]);
        assert_eq!(ask("https://api.example/bills").0, 200);
        assert_eq!(read("apis"), before + 1);
    }

    fn a_scope_that_the_client_may_not_have_is_invalid_scope(world: World) {
        world.orders_api();
        let service = world.client(metadata(ClientKind::Service));
        let with = |scope: &str| service.token(world, &[("grant_type", "client_credentials"), ("scope", scope)]);
        assert_eq!(with("orders:delete").error(), (400, "invalid_scope".to_owned()));
        assert_eq!(with("openid").error(), (400, "invalid_scope".to_owned()));
        assert_eq!(with("orders:read orders:delete").json()["scope"], "orders:read");
        assert_eq!(with("orders:\"read").error(), (400, "invalid_scope".to_owned()));
    }

    fn scopes_of_two_apis_need_a_resource(world: World) {
        let orders = world.orders_api();
        world.api("https://api.example/stock", &["stock:read"]);
        let mut two = metadata(ClientKind::Service);
        two.scopes.push("stock:read".to_owned());
        let service = world.client(two);
        let grant = ("grant_type", "client_credentials");
        assert_eq!(service.token(world, &[grant]).error(), (400, "invalid_target".to_owned()));
        let named = service.token(world, &[grant, ("resource", &orders)]);
        assert_eq!(named.json()["scope"], "orders:read orders:write");
        for bad in ["https://api.example/none", "orders", "https://api.example/orders#x"] {
            let answer = service.token(world, &[grant, ("resource", bad)]);
            assert_eq!(answer.error(), (400, "invalid_target".to_owned()), "{bad}");
        }
    }

    fn to_name_an_api_is_no_permission_for_it(world: World) {
        let orders = world.orders_api();
        let payroll = world.api("https://payroll.example/", &["payroll:read"]);
        let service = world.client(metadata(ClientKind::Service));
        let grant = ("grant_type", "client_credentials");
        for over in [&[("resource", payroll.as_str())][..], &[("resource", &payroll), ("scope", "orders:read")]] {
            let form: Vec<_> = [grant].iter().chain(over).copied().collect();
            assert_eq!(service.token(world, &form).error(), (400, "invalid_target".to_owned()), "{over:?}");
        }
        let named = service.token(world, &[grant, ("resource", &orders), ("scope", "orders:read")]).json();
        assert_eq!(named["scope"], "orders:read");
    }

    fn an_empty_scope_is_none(world: World) {
        let bare = world.api("https://bare.example/", &[]);
        let nothing = ClientMetadata { scopes: Vec::new(), ..metadata(ClientKind::Service) };
        let service = world.client(nothing);
        for resource in ["", &bare] {
            let answer = service.token(world, &[("grant_type", "client_credentials"), ("resource", resource)]).json();
            assert!(answer.get("scope").is_none(), "{answer}");
            let token = answer["access_token"].as_str().unwrap();
            let claims = claims(token);
            assert_eq!(claims["aud"], if resource.is_empty() { world.issuer.as_str() } else { resource });
            assert!(claims.get("scope").is_none(), "{claims}");
            let seen = service.introspect(world, token).json();
            assert!(seen["active"] == true && seen.get("scope").is_none(), "{seen}");
        }
    }

    fn a_public_client_has_no_grant_of_its_own(world: World) {
        let app = world.client(metadata(ClientKind::Spa));
        let answer = app.token(world, &[("grant_type", "client_credentials")]);
        assert_eq!(answer.error(), (400, "unauthorized_client".to_owned()));
    }

    fn only_post_with_a_form_in_the_body_is_answered(world: World) {
        let service = world.client(metadata(ClientKind::Service));
        assert_eq!(Answer::to(world.get("/token?grant_type=client_credentials")).status, 405);
        let secret = service.secret.as_deref();
        let in_url = world.post("/token?grant_type=client_credentials").basic_auth(&service.id, secret).form(&[("a", "b")]);
        assert_eq!(Answer::to(in_url).error(), (400, "invalid_request".to_owned()));
        let json = world.post("/token").basic_auth(&service.id, secret).json(&serde_json::json!({}));
        assert_eq!(Answer::to(json).error(), (400, "invalid_request".to_owned()));
        let long = world.post("/token").basic_auth(&service.id, secret).form(&[("code", "x".repeat(70_000))]);
        assert_eq!(Answer::to(long).status, 413);
        for grant in ["password", "implicit", "AUTHORIZATION_CODE", &"x".repeat(10_000)] {
            let answer = service.token(world, &[("grant_type", grant)]);
            assert_eq!(answer.error(), (400, "unsupported_grant_type".to_owned()));
        }
        assert_eq!(service.token(world, &[]).error(), (400, "invalid_request".to_owned()));
        let twice = [("grant_type", "client_credentials"), ("grant_type", "client_credentials")];
        assert_eq!(service.token(world, &twice).error(), (400, "invalid_request".to_owned()));
    }
}
