//! Both halves together: what is ended here is refused by a resource server that asks nobody.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::claims;
use crate::support::resource_server::ResourceServer;
use serde_json::json;
use vouchsafe_core::model::ClientKind;
use vouchsafe_verify::Rejection;
use vouchsafe_verify::fetch::FeedMode;

const MODES: [FeedMode; 2] = [FeedMode::Poll, FeedMode::Stream];

on_both_databases! {
    fn the_tokens_of_a_person_who_was_disabled_are_refused_and_those_of_others_are_not(world: World) {
        world.person("ada");
        world.person("bob");
        world.publish();
        let client = world.client(metadata(ClientKind::Web));
        for mode in MODES {
            let server = ResourceServer::new(world, mode);
            let [ada, bob] = ["ada", "bob"].map(|name| {
                let tokens = client.sign_in(world, name, &[]);
                tokens["access_token"].as_str().unwrap().to_owned()
            });
            assert_eq!(server.accepts(&ada), Ok(()));
            assert_eq!(server.accepts(&bob), Ok(()));
            world.disable("ada");
            server.catches_up(world);
            assert_eq!(server.accepts(&ada), Err(Rejection::Revoked), "{mode:?}");
            assert_eq!(server.accepts(&bob), Ok(()), "{mode:?}");
            world.enable("ada");
            server.catches_up(world);
            assert_eq!(server.accepts(&ada), Err(Rejection::Revoked), "enabling revives nothing");
        }
    }

    fn a_changed_role_asks_for_a_refresh_and_signs_nobody_out(world: World) {
        world.person("ada");
        world.publish();
        let client = world.client(metadata(ClientKind::Spa));
        for (mode, role) in MODES.into_iter().zip(["support", "billing"]) {
            let server = ResourceServer::new(world, mode);
            let tokens = client.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
            let token = tokens["access_token"].as_str().unwrap();
            assert_eq!(server.accepts(token), Ok(()));
            world.set_roles("ada", &[role]);
            server.catches_up(world);
            assert_eq!(server.accepts(token), Err(Rejection::ClaimsChanged), "{mode:?}");
            let refreshed = client.refresh(world, tokens["refresh_token"].as_str().unwrap());
            assert_eq!(refreshed.status, 200, "{}", refreshed.body);
            let refreshed = refreshed.json();
            assert_eq!(server.accepts(refreshed["access_token"].as_str().unwrap()), Ok(()));
        }
    }

    fn a_person_who_leaves_a_group_is_asked_for_a_new_token_and_loses_what_it_gave(world: World) {
        world.person("ada");
        world.set_groups("ada", &["staff", "night shift"]);
        world.set_roles("ada", &["clerk"]);
        world.publish();
        let orders = world.api_with_groups("https://api.example/orders", &["orders:read"]);
        let client = world.client(metadata(ClientKind::Spa));
        let server = ResourceServer::of_api(world, &orders);
        let offline = [("scope", "openid offline_access orders:read"), ("prompt", "consent")];
        let tokens = client.sign_in(world, "ada", &offline);
        let token = tokens["access_token"].as_str().unwrap();
        assert_eq!(claims(token)["groups"], json!(["staff", "night shift"]));
        assert_eq!(claims(token)["roles"], json!(["clerk"]));
        assert_eq!(server.accepts(token), Ok(()));
        world.set_groups("ada", &["staff"]);
        server.catches_up(world);
        let refused = server.accepts(token).unwrap_err();
        assert_eq!((refused.status(), refused.reason()), (401, "claims_changed"));
        assert_eq!(refused, Rejection::ClaimsChanged);
        let refreshed = client.refresh(world, tokens["refresh_token"].as_str().unwrap()).json();
        let token = refreshed["access_token"].as_str().unwrap();
        assert_eq!(claims(token)["groups"], json!(["staff"]));
        assert_eq!(server.accepts(token), Ok(()));
        world.set_groups("ada", &[]);
        let refreshed = client.refresh(world, refreshed["refresh_token"].as_str().unwrap()).json();
        assert_eq!(claims(refreshed["access_token"].as_str().unwrap())["groups"], json!([]));
    }

    fn what_ended_before_a_resource_server_started_is_in_its_first_snapshot(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let tokens = client.sign_in(world, "ada", &[]);
        let token = tokens["access_token"].as_str().unwrap();
        world.disable("ada");
        for mode in MODES {
            let server = ResourceServer::new(world, mode);
            // The first token starts the feed; it may be judged before the feed has come.
            let _ = server.accepts(token);
            server.catches_up(world);
            assert_eq!(server.accepts(token), Err(Rejection::Revoked), "{mode:?}");
        }
    }
}
