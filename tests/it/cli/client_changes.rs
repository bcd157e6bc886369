//! Registered clients: listed, changed, disabled, deleted, and given another secret, beside a running server.

use super::program::Place;
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::relying_party::header;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe::clients::own_client;
use vouchsafe::db;
use vouchsafe_core::model::{ClientKind, EventKind, Span};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

struct Shop {
    place: Place,
    app: Registered,
    tokens: Value,
}

fn shop(world: &World) -> Shop {
    let place = Place::beside(world);
    world.person("ada");
    world.orders_api();
    let app = world.client(metadata(ClientKind::Web));
    let tokens = app.sign_in(world, "ada", OFFLINE);
    Shop { place, app, tokens }
}

impl Shop {
    fn run(&self, world: &World, arguments: &[&str]) -> Value {
        let document = self.place.run(&[arguments, &["--json"]].concat()).document();
        world.follow();
        document
    }

    fn refresh(&self, world: &World) -> (u16, String) {
        self.app
            .refresh(world, self.tokens["refresh_token"].as_str().unwrap())
            .error()
    }

    fn reads(&self, world: &World) -> u16 {
        let token = self.tokens["access_token"].as_str().unwrap();
        Answer::to(world.get("/userinfo").bearer_auth(token)).status
    }
}

fn told(world: &World, kind: EventKind) -> Vec<Option<i64>> {
    let all = world.write(|tx| db!(tx, events::list(None, 1_000)));
    let of_kind = all.iter().filter(|event| event.kind == kind);
    of_kind.map(|event| event.value).collect()
}

on_both_databases! {
    fn a_client_is_changed_in_what_is_given_only(world: World) {
        let shop = shop(world);
        let id = shop.app.id.as_str();
        let before = shop.run(world, &["client", "show", id]);
        let after = shop.run(world, &[
            "client", "update", id, "--name", "Shop 2", "--redirect-uri", "https://new.example/cb", "--first-party=false",
            "--post-logout-redirect-uri", "https://new.example/bye",
        ]);
        assert_eq!((&after["client_name"], &after["first_party"]), (&json!("Shop 2"), &json!(false)));
        assert_eq!(after["redirect_uris"], json!(["https://new.example/cb"]));
        for kept in ["scope", "grant_types", "type", "pkce", "online_refresh", "introspects", "client_id_issued_at"] {
            assert_eq!(before[kept], after[kept], "{kept}");
        }
        assert!(after.get("client_secret").is_none());
        let page = Answer::to(world.get(&shop.app.authorization(&[])));
        assert!(page.body.contains("redirect_uri is not registered"), "a running server notices");
        assert_eq!(shop.reads(world), 200, "and what was given goes on");
        let emptied = shop.run(world, &["client", "update", id, "--post-logout-redirect-uri", ""]);
        assert_eq!(emptied["post_logout_redirect_uris"], json!([]));
        shop.run(world, &["client", "update", id]);
        assert_eq!(told(world, EventKind::ClientUpdated).len(), 2, "where nothing changes, nothing is told");
        shop.place.run(&["client", "update", id, "--redirect-uri", "http://new.example/cb"]).failed(1, "redirect URI");
        shop.place.run(&["client", "update", id, "--scope", "nobody:owns"]).failed(1, "no API owns it");
        shop.place.run(&["client", "update", "nobody", "--name", "x"]).failed(1, "there is no client");
    }

    fn the_server_s_own_client_is_disabled_and_enabled_and_nothing_else(world: World) {
        let place = Place::beside(world);
        own_client::register(&world.services.store, &world.act()).unwrap();
        let show = || place.run(&["client", "show", own_client::ID, "--json"]).document();
        let before = show();
        place.run(&["client", "update", own_client::ID, "--redirect-uri", "https://thief.example/cb"]).failed(1, "the server's own");
        place.run(&["client", "update", own_client::ID, "--first-party", "--name", "Mine"]).failed(1, "the server's own");
        place.run(&["client", "delete", own_client::ID]).failed(1, "the server's own");
        place.run(&["client", "rotate-secret", own_client::ID]).failed(1, "has no secret");
        let declared = "[[clients]]\nclient_id = 'vouchsafe-cli'\nclient_name = 'Mine'\ntype = 'web'\nredirect_uris = ['https://thief.example/cb']\n";
        place.file("own.toml", declared);
        place.run(&["apply", "-f", "own.toml", "--yes"]).failed(78, "the server's own");
        assert_eq!(show(), before);
        assert_eq!(place.run(&["client", "disable", own_client::ID, "--json"]).document()["disabled"], true);
        assert_eq!(place.run(&["client", "enable", own_client::ID, "--json"]).document()["disabled"], false);
    }

    fn a_scope_that_is_taken_from_a_client_is_in_no_new_token(world: World) {
        let shop = shop(world);
        let both = [("scope", "openid offline_access orders:read"), ("prompt", "consent")];
        let (tokens, code) = (shop.app.sign_in(world, "ada", &both), shop.app.code(world, "ada", &both));
        assert_eq!(tokens["scope"], "openid offline_access orders:read");
        shop.run(world, &["client", "update", &shop.app.id, "--scope", "openid offline_access"]);
        let refreshed = shop.app.refresh(world, tokens["refresh_token"].as_str().unwrap());
        assert_eq!(refreshed.json()["scope"], "openid offline_access");
        assert_eq!(shop.app.redeem(world, &code).json()["scope"], "openid offline_access");
    }

    fn disabling_ends_everything_and_enabling_revives_nothing(world: World) {
        let shop = shop(world);
        let id = shop.app.id.as_str();
        assert_eq!(shop.run(world, &["client", "disable", id])["disabled"], true);
        assert_eq!(shop.refresh(world), (401, "invalid_client".to_owned()));
        assert_eq!(shop.reads(world), 401);
        shop.run(world, &["client", "disable", id]);
        assert_eq!(shop.run(world, &["client", "enable", id])["disabled"], false);
        assert_eq!(shop.refresh(world), (400, "invalid_grant".to_owned()));
        assert_eq!(shop.reads(world), 401);
        assert_eq!(told(world, EventKind::ClientEpochRaised), [Some(1)], "once, with the least epoch that counts");
        assert_eq!((told(world, EventKind::ClientDisabled).len(), told(world, EventKind::ClientEnabled).len()), (1, 1));
        let again = shop.app.sign_in(world, "ada", OFFLINE);
        assert_eq!(shop.app.refresh(world, again["refresh_token"].as_str().unwrap()).status, 200);
        assert_eq!(shop.run(world, &["grant", "list"]).as_array().unwrap().len(), 1, "only what stands is listed");
    }

    fn a_token_of_a_service_ends_when_its_client_is_disabled(world: World) {
        let place = Place::beside(world);
        let audience = world.orders_api();
        let mut introspecting = metadata(ClientKind::Service);
        introspecting.introspects = vec![audience];
        let (api, service) = (world.client(introspecting), world.client(metadata(ClientKind::Service)));
        let token = service.token(world, &[("grant_type", "client_credentials"), ("scope", "orders:read")]).json();
        let token = token["access_token"].as_str().unwrap();
        assert_eq!(api.introspect(world, token).json()["active"], true);
        place.run(&["client", "disable", &service.id, "--json"]).document();
        assert_eq!(api.introspect(world, token).body, r#"{"active":false}"#, "at once, whatever this node remembers");
        place.run(&["client", "enable", &service.id, "--json"]).document();
        assert_eq!(api.introspect(world, token).body, r#"{"active":false}"#);
    }

    fn a_deleted_client_leaves_nothing(world: World) {
        let place = Place::beside(world);
        world.person("ada");
        let mut asking = metadata(ClientKind::Web);
        asking.first_party = false;
        let app = world.client(asking);
        let tokens = app.sign_in(world, "ada", OFFLINE);
        let other = world.client(metadata(ClientKind::Web));
        let shop = Shop { place, app, tokens };
        let id = shop.app.id.as_str();
        let deleted = shop.run(world, &["client", "delete", id]);
        assert_eq!((&deleted["grants_ended"], &deleted["consents_forgotten"]), (&json!(1), &json!(1)));
        assert_eq!(shop.refresh(world), (401, "invalid_client".to_owned()));
        assert_eq!(shop.reads(world), 401);
        let listed = shop.run(world, &["client", "list"]);
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert_eq!(listed[0]["client_id"], json!(other.id));
        assert_eq!((told(world, EventKind::ClientDeleted).len(), told(world, EventKind::GrantEnded).len()), (1, 1));
        shop.place.run(&["client", "delete", id]).failed(1, "there is no client");
        shop.place.run(&["client", "show", id]).failed(1, "there is no client");
    }

    fn two_secrets_live_for_a_while(world: World) {
        let mut shop = shop(world);
        let id = shop.app.id.clone();
        let first = shop.app.secret.clone().unwrap();
        let mut accepts = |secret: &str| {
            shop.app.secret = Some(secret.to_owned());
            shop.app.introspect(world, "x").status == 200
        };
        let rotate = |place: &Place, more: &[&str]| {
            let arguments = [&["client", "rotate-secret", id.as_str(), "--json"], more].concat();
            let secret = place.run(&arguments).document()["client_secret"].as_str().unwrap().to_owned();
            world.follow();
            secret
        };
        let place = Place::beside(world);
        let second = rotate(&place, &[]);
        assert!(second.starts_with("vcs_") && accepts(&first) && accepts(&second));
        let shown = place.run(&["client", "show", &id, "--json"]).document();
        assert_eq!(shown["secrets"].as_array().unwrap().len(), 2);
        assert!(shown["secrets"].as_array().unwrap().iter().any(|secret| secret["expires_at"].is_null()));
        assert!(!shown.to_string().contains(&second));
        let third = rotate(&place, &["--until", "1h"]);
        // The command looked at a clock that goes.
        world.wait(Span::from_minutes(1));
        assert!(!accepts(&first), "never three");
        assert!(accepts(&second) && accepts(&third));
        world.wait(Span::from_hours(2));
        assert!(!accepts(&second) && accepts(&third), "the old one ends by itself");
        let document = place.run(&["client", "rotate-secret", &id, "--json", "--until", "0s"]).document();
        assert_eq!(document["old_secrets_expire_at"], Value::Null, "none of them counts any more: {document}");
        world.follow();
        assert!(!accepts(&third));
        let fourth = rotate(&place, &["--until", "2001-01-01T00:00:00Z"]);
        assert!(accepts(&fourth));
        assert_eq!(told(world, EventKind::ClientSecretRotated).len(), 4);
        let public = world.client(metadata(ClientKind::Spa));
        place.run(&["client", "rotate-secret", &public.id]).failed(1, "has no secret");
    }

    fn everything_is_revoked_at_once(world: World) {
        let shop = shop(world);
        let code = shop.app.code(world, "ada", &[]);
        let browser = world.browser();
        browser.authorize(&shop.app.authorization(&[]), "ada");
        let preview = shop.run(world, &["panic", "--all", "--dry-run"]);
        assert_eq!((&preview["dry_run"], &preview["sessions"], &preview["worst_case_seconds"]), (&json!(true), &json!(3), &json!(300)));
        assert_eq!(shop.reads(world), 200, "a dry run changes nothing");
        let typed = shop.place.run_with_input(&["panic", "--all"], "yes\n");
        typed.failed(1, "nothing was changed");
        shop.place.run(&["panic", "--all"]).failed(1, "nothing was changed");
        shop.place.run(&["panic"]).failed(2, "--all");
        assert_eq!(shop.reads(world), 200);

        let done = shop.place.run_with_input(&["panic", "--all", "--json"], "everything\n").document();
        world.follow();
        assert_eq!((&done["epoch"], &done["sessions_ended"]), (&json!(2), &json!(3)));
        assert_eq!(shop.refresh(world), (400, "invalid_grant".to_owned()));
        assert_eq!(shop.reads(world), 401);
        assert_eq!(shop.app.redeem(world, &code).error(), (400, "invalid_grant".to_owned()));
        assert!(browser.get(&shop.app.authorization(&[("prompt", "none")])).header("location").contains("login_required"));
        assert_eq!(told(world, EventKind::IssuerEpochRaised), [Some(2)]);
        assert_eq!(told(world, EventKind::GrantEnded).len(), 0, "nothing is expanded");
        let again = shop.app.sign_in(world, "ada", OFFLINE);
        assert_eq!(shop.app.refresh(world, again["refresh_token"].as_str().unwrap()).status, 200, "life goes on");
    }

    fn what_one_client_was_given_is_revoked_at_once(world: World) {
        let shop = shop(world);
        let other = world.client(metadata(ClientKind::Web));
        let kept = other.sign_in(world, "ada", OFFLINE);
        let done = shop.run(world, &["panic", "--client", &shop.app.id, "--yes"]);
        assert_eq!((&done["epoch"], &done["grants"], &done["scope"]), (&json!(1), &json!(1), &json!("client")));
        assert_eq!(shop.refresh(world), (400, "invalid_grant".to_owned()));
        assert_eq!(shop.reads(world), 401);
        assert_eq!(other.refresh(world, kept["refresh_token"].as_str().unwrap()).status, 200);
        assert_eq!(told(world, EventKind::ClientEpochRaised), [Some(1)]);
        shop.app.sign_in(world, "ada", OFFLINE);
        shop.place.run(&["panic", "--client", "nobody", "--yes"]).failed(1, "there is no client");
    }

    fn a_key_is_revoked_with_all_that_it_signed_and_nobody_signs_in_again(world: World) {
        let shop = shop(world);
        let kid = header(shop.tokens["access_token"].as_str().unwrap())["kid"].as_str().unwrap().to_owned();
        let preview = shop.run(world, &["panic", "--kid", &kid, "--dry-run"]);
        assert_eq!(preview["dry_run"], true);
        assert_eq!(shop.reads(world), 200);
        let robot = world.client(metadata(ClientKind::Service));
        assert_ne!(robot.id, shop.app.id, "a service is given no ID tokens, and does not count");
        Answer::to(world.get("/jwks").header("user-agent", "curl/8.1"));
        world.services.tend().unwrap();
        let preview = shop.run(world, &["panic", "--kid", &kid, "--dry-run"]);
        assert_eq!(preview["impact"]["signed"], json!({
            "alg": "RS256",
            "clients": 1,
            "client_ids": [shop.app.id],
            "apis": 2,
            "api_identifiers": [format!("{}/api", world.issuer), "https://api.example/orders"],
            "grants": 1,
            "sessions": 1,
            "key_set_fetchers": 1,
        }), "{preview}");
        let sentences = [
            format!("RS256 keys sign the ID tokens of 1 application ({}) and the access tokens of 2 APIs ({}/api, https://api.example/orders).", shop.app.id, world.issuer),
            "1 grant and 1 session stand, and go on; tokens are not stored and cannot be counted.".to_owned(),
            "The key set was fetched from 1 place in the last 24 hours.".to_owned(),
        ];
        let told = shop.place.run(&["panic", "--kid", &kid, "--dry-run"]).stderr;
        world.administrator("grace");
        let page = world.admin_browser("grace").get(&format!("/admin/keys/{kid}/revoke")).body;
        for sentence in &sentences {
            assert!(told.contains(sentence), "{sentence}: {told}");
            assert!(page.contains(sentence), "{sentence}: {page}");
        }
        shop.run(world, &["panic", "--kid", &kid, "--yes"]);
        assert_eq!(shop.reads(world), 401);
        assert_eq!(shop.app.introspect(world, shop.tokens["access_token"].as_str().unwrap()).body, r#"{"active":false}"#);
        let refreshed = shop.app.refresh(world, shop.tokens["refresh_token"].as_str().unwrap());
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);
        assert_ne!(header(refreshed.json()["access_token"].as_str().unwrap())["kid"], json!(kid));
    }
}
