//! RFC 7592: a client reads, replaces and deletes its registration.

use super::refused;
use crate::support::newcomer::{client, open, ordinary, with_registration};
use crate::support::people::PASSWORD;
use crate::support::steps::code;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe::audit::Act;
use vouchsafe::clients::apis::{self, Force};
use vouchsafe::clients::standing::{self, Changed};
use vouchsafe::db;
use vouchsafe_core::model::{Client, ClientId, ClientMetadata, PkceRule, Span};

/// What a client sends to replace its registration: all of it, changed.
fn replacement(made: &Value, over: Value) -> Value {
    let mut document = ordinary(over);
    document["client_id"] = made["client_id"].clone();
    document
}

/// The client after an administrator changed its metadata.
fn changed_by_administrator(world: &World, made: &Value, change: fn(&mut ClientMetadata)) -> Client {
    let ports = &world.services.ports;
    let act = Act::new("cli", ports.clock.now(), &ports.entropy);
    let id = ClientId::new(made["client_id"].as_str().unwrap());
    world.write(move |tx| {
        let mut metadata = db!(tx, clients::by_id(&id))?.unwrap().metadata;
        change(&mut metadata);
        assert!(matches!(
            standing::update(tx, &act, &id, &metadata)?,
            Changed::Done(_)
        ));
        Ok(db!(tx, clients::by_id(&id))?.unwrap())
    })
}

fn tokens(world: &World, made: &Value) -> Value {
    let client = client(made);
    let browser = world.browser();
    let page = browser.ask(
        &client,
        &[("scope", "openid offline_access"), ("prompt", "consent")],
    );
    let page = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
    client
        .redeem(world, &code(&browser.fill(&page, &[("decision", "allow")])))
        .json()
}

with_registration! { open;
    fn a_client_reads_what_it_registered(world: World, _site: TlsSite) {
        let made = world.registered(json!({"contacts": ["a@client.example"]}));
        let answer = world.manage("GET", &made, None);
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
        assert_eq!(answer.header("content-type"), "application/json");
        let shown = answer.json();
        assert_eq!(shown["contacts"], json!(["a@client.example"]));
        assert_eq!(shown["registration_access_token"], made["registration_access_token"]);
        assert_eq!(shown["registration_client_uri"], made["registration_client_uri"]);
        assert!(shown.get("client_secret").is_none(), "a secret is shown once");
    }

    fn replacing_replaces_everything_and_the_token(world: World, _site: TlsSite) {
        let made = world.registered(json!({"contacts": ["a@client.example"], "tos_uri": "https://client.example/t"}));
        let new = replacement(&made, json!({
            "client_name": "Ebb", "redirect_uris": ["https://client.example/new"], "client_secret": made["client_secret"],
        }));
        let answer = world.manage("PUT", &made, Some(&new));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let changed = answer.json();
        assert_eq!((&changed["client_name"], &changed["client_id"]), (&json!("Ebb"), &made["client_id"]));
        assert_eq!(changed["redirect_uris"], json!(["https://client.example/new"]));
        assert!(changed.get("contacts").is_none() && changed.get("tos_uri").is_none());
        assert_ne!(changed["registration_access_token"], made["registration_access_token"]);
        assert_eq!(world.manage("GET", &made, None).status, 401, "the token before counts no more");
        assert_eq!(world.manage("GET", &changed, None).json()["client_name"], "Ebb");
        world.follow();
        let old = world.browser().ask(&client(&made), &[]);
        assert!(old.says("redirect_uri is not registered"));
    }

    fn a_replacement_is_judged_like_a_registration_and_raises_nothing(world: World, _site: TlsSite) {
        let made = world.registered(json!({}));
        let other = world.registered(json!({}));
        for (over, member) in [
            (json!({"redirect_uris": ["http://x.example/"]}), "redirect_uris"),
            (json!({"redirect_uris": ["https://client.example/*"]}), "redirect_uris"),
            (json!({"token_endpoint_auth_method": "none"}), "token_endpoint_auth_method"),
            (json!({"grant_types": ["client_credentials"], "redirect_uris": []}), "grant_types"),
            (json!({"client_id": other["client_id"]}), "client_id"),
            (json!({"client_id": null}), "client_id"),
            (json!({"client_secret": other["client_secret"]}), "client_secret"),
            (json!({"client_secret": "chosen by me"}), "client_secret"),
            (json!({"client_secret_expires_at": 0}), "client_secret_expires_at"),
            (json!({"client_id_issued_at": 0}), "client_id_issued_at"),
            (json!({"registration_access_token": "x"}), "registration_access_token"),
            (json!({"registration_client_uri": "x"}), "registration_client_uri"),
        ] {
            let mut new = replacement(&made, over.clone());
            for (name, value) in over.as_object().unwrap() {
                new[name] = value.clone();
            }
            let answer = world.manage("PUT", &made, Some(&new));
            let (status, _, told) = refused(&answer);
            assert!(status == 400 && told.starts_with(member), "{over}: {status} {told}");
        }
        let sly = json!({"first_party": true, "require_consent": false, "scope": "openid orders:write"});
        world.orders_api();
        let changed = world.manage("PUT", &made, Some(&replacement(&made, sly))).json();
        assert_eq!(changed["scope"], "openid");
        let id = ClientId::new(made["client_id"].as_str().unwrap());
        let stored = world.write(move |tx| vouchsafe::db!(tx, clients::by_id(&id))).unwrap();
        assert!(!stored.metadata.first_party && stored.metadata.require_consent && stored.is_self_registered());
    }

    fn who_gives_up_openid_needs_pkce_from_then_on(world: World, _site: TlsSite) {
        let rule = |made: &Value| {
            let id = ClientId::new(made["client_id"].as_str().unwrap());
            world.write(move |tx| db!(tx, clients::by_id(&id))).unwrap().metadata.pkce
        };
        let given_up = |made: &Value| world.manage("PUT", made, Some(&replacement(made, json!({"scope": "profile"})))).json();
        let made = world.registered(json!({"scope": "openid profile"}));
        assert_eq!(rule(&made), PkceRule::Allowed);
        let less = given_up(&made);
        assert_eq!((&less["scope"], rule(&less)), (&json!("profile"), PkceRule::Required));
        world.follow();
        let page = world.browser().ask(&client(&made), &[("scope", "profile"), ("code_challenge", ""), ("code_challenge_method", "")]);
        assert!(page.at.contains("error=invalid_request"), "{}", page.at);
        // What an administrator decided stays, whichever way.
        let made = world.registered(json!({"scope": "openid profile"}));
        changed_by_administrator(world, &made, |metadata| metadata.pkce = PkceRule::Required);
        let same = world.manage("PUT", &made, Some(&replacement(&made, json!({})))).json();
        assert_eq!(rule(&same), PkceRule::Required);
        let made = world.registered(json!({"scope": "profile"}));
        changed_by_administrator(world, &made, |metadata| metadata.pkce = PkceRule::Allowed);
        assert_eq!(rule(&given_up(&made)), PkceRule::Allowed);
    }

    fn what_an_administrator_took_does_not_come_back_by_a_replacement(world: World, _site: TlsSite) {
        let made = world.registered(json!({}));
        changed_by_administrator(world, &made, |metadata| metadata.scopes = vec!["openid".to_owned()]);
        let all = json!({"scope": "openid profile email offline_access"});
        let changed = world.manage("PUT", &made, Some(&replacement(&made, all))).json();
        assert_eq!(changed["scope"], "openid");
        let unnamed = world.manage("PUT", &changed, Some(&replacement(&changed, json!({})))).json();
        assert_eq!(unnamed["scope"], "openid");
    }

    fn what_an_administrator_took_while_a_list_was_fetched_does_not_come_back(world: World, site: TlsSite) {
        world.orders_api();
        let token = world.initial_token(1, Span::from_days(1), &["openid", "profile", "email", "orders:read"]);
        let made = Answer::to(world.post("/register").bearer_auth(token).json(&ordinary(json!({})))).json();
        assert_eq!(made["scope"], "openid profile email orders:read");
        site.serve("/list", "application/json", r#"["https://client.example/cb"]"#);
        site.hold("/list");
        let over = json!({"sector_identifier_uri": site.url("/list"), "client_name": "Ebb"});
        let changed = std::thread::scope(|scope| {
            let replaced = scope.spawn(|| world.manage("PUT", &made, Some(&replacement(&made, over))));
            site.until_asked_for("/list");
            changed_by_administrator(world, &made, |metadata| {
                metadata.scopes.retain(|scope| scope == "openid" || scope == "orders:read");
                metadata.pkce = PkceRule::Required;
                metadata.introspects = vec!["https://api.example/orders".to_owned()];
            });
            let act = world.act();
            world.write(move |tx| apis::delete(tx, &act, "https://api.example/orders", Force::Yes).map(drop));
            site.let_go("/list");
            replaced.join().unwrap()
        });
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!((&changed.json()["scope"], &changed.json()["client_name"]), (&json!("openid"), &json!("Ebb")));
        let id = ClientId::new(made["client_id"].as_str().unwrap());
        let stored = world.write(move |tx| db!(tx, clients::by_id(&id))).unwrap().metadata;
        assert_eq!((stored.scopes, stored.pkce, stored.introspects), (vec!["openid".to_owned()], PkceRule::Required, Vec::new()));
    }

    fn a_replacement_that_fits_no_more_when_its_list_has_come_changes_nothing(world: World, site: TlsSite) {
        let made = world.registered(json!({"scope": "openid email"}));
        site.serve("/list", "application/json", r#"["https://client.example/cb"]"#);
        site.hold("/list");
        let over = json!({"sector_identifier_uri": site.url("/list"), "scope": "email", "client_name": "Ebb"});
        let refusal = std::thread::scope(|scope| {
            let replaced = scope.spawn(|| world.manage("PUT", &made, Some(&replacement(&made, over))));
            site.until_asked_for("/list");
            changed_by_administrator(world, &made, |metadata| metadata.scopes = vec!["openid".to_owned()]);
            site.let_go("/list");
            replaced.join().unwrap()
        });
        let (status, _, told) = refused(&refusal);
        assert!(status == 400 && told.starts_with("scope"), "{status} {told}");
        let shown = world.manage("GET", &made, None);
        assert_eq!(shown.status, 200, "the token counts on");
        assert_eq!((&shown.json()["scope"], &shown.json()["client_name"]), (&json!("openid"), &json!("Tideline")));
    }

    fn a_client_that_an_administrator_trusts_is_no_more_its_own(world: World, _site: TlsSite) {
        for trusted in [
            |metadata: &mut ClientMetadata| metadata.first_party = true,
            |metadata: &mut ClientMetadata| metadata.scopes.push("vouchsafe:read".to_owned()),
        ] {
            let made = world.registered(json!({}));
            let client = changed_by_administrator(world, &made, trusted);
            assert!(!client.is_self_registered() && client.unused_until.is_none());
            for method in ["GET", "PUT", "DELETE"] {
                let body = (method == "PUT").then(|| replacement(&made, json!({})));
                assert_eq!(world.manage(method, &made, body.as_ref()).status, 401, "{method}");
            }
        }
        let other = world.registered(json!({}));
        changed_by_administrator(world, &other, |metadata| metadata.online_refresh = true);
        assert_eq!(world.manage("GET", &other, None).status, 200, "what is no trust changes nothing");
    }

    fn deleting_ends_everything_that_the_client_was_given(world: World, _site: TlsSite) {
        world.person("ada");
        let made = world.registered(json!({}));
        let given = tokens(world, &made);
        let answer = world.manage("DELETE", &made, None);
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        world.follow();
        for method in ["GET", "DELETE"] {
            assert_eq!(world.manage(method, &made, None).status, 401, "{method}");
        }
        let userinfo = world.get("/userinfo").bearer_auth(given["access_token"].as_str().unwrap());
        assert_eq!(Answer::to(userinfo).status, 401);
        let refreshed = client(&made).refresh(world, given["refresh_token"].as_str().unwrap());
        assert_eq!(refreshed.error(), (401, "invalid_client".to_owned()));
        assert!(world.browser().ask(&client(&made), &[]).says("client_id is unknown"));
    }

    fn a_token_opens_its_own_client_only(world: World, _site: TlsSite) {
        let [mine, other] = [world.registered(json!({})), world.registered(json!({}))];
        let mut crossed = other.clone();
        crossed["registration_access_token"] = mine["registration_access_token"].clone();
        let mut secret = mine.clone();
        secret["registration_access_token"] = mine["client_secret"].clone();
        let mut unknown = mine.clone();
        unknown["registration_client_uri"] = json!(format!("{}/register/nobody", world.issuer));
        for stranger in [&crossed, &secret, &unknown] {
            for method in ["GET", "PUT", "DELETE"] {
                let body = (method == "PUT").then(|| replacement(stranger, json!({})));
                let answer = world.manage(method, stranger, body.as_ref());
                assert_eq!(answer.error(), (401, "invalid_token".to_owned()), "{method}");
                assert!(answer.header("www-authenticate").starts_with("Bearer "));
            }
        }
        let at = mine["registration_client_uri"].as_str().unwrap();
        let without = Answer::to(world.get(at));
        assert_eq!((without.error(), without.header("www-authenticate")), ((401, "unauthorized".to_owned()), "Bearer"));
        let token = mine["registration_access_token"].as_str().unwrap();
        let twice = world.get(at).bearer_auth(token).header("authorization", format!("Bearer {token}"));
        for malformed in [twice, world.get(&format!("{at}?access_token={token}")), world.get(at).header("authorization", "Bearer")] {
            let answer = Answer::to(malformed);
            assert_eq!(answer.error(), (400, "invalid_request".to_owned()));
            assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_request\""));
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }

    fn of_two_replacements_at_once_one_holds(world: World, _site: TlsSite) {
        let made = world.registered(json!({}));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    let made = &made;
                    scope.spawn(move || {
                        let new = replacement(made, json!({"client_name": format!("Name {n}")}));
                        world.manage("PUT", made, Some(&new)).status
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 401)), "{statuses:?}");
    }

    fn of_a_replacement_and_a_removal_at_once_one_holds(world: World, _site: TlsSite) {
        let made = world.registered(json!({}));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    let made = &made;
                    scope.spawn(move || {
                        let new = (n % 2 == 0).then(|| replacement(made, json!({})));
                        let method = if new.is_some() { "PUT" } else { "DELETE" };
                        world.manage(method, made, new.as_ref()).status
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let held = statuses.iter().filter(|status| matches!(status, 200 | 204)).count();
        assert_eq!(held, 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 204 | 401)), "{statuses:?}");
    }

    fn a_client_that_an_administrator_disabled_manages_itself_no_more(world: World, _site: TlsSite) {
        let made = world.registered(json!({}));
        let ports = &world.services.ports;
        let act = Act::new("cli", ports.clock.now(), &ports.entropy);
        let id = ClientId::new(made["client_id"].as_str().unwrap());
        world.write(move |tx| standing::disable(tx, &act, &id).map(drop));
        for method in ["GET", "DELETE"] {
            assert_eq!(world.manage(method, &made, None).status, 401);
        }
    }
}
