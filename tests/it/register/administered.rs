//! Clients that registered themselves, as administrators find, change and remove them; and that a change holds at once.

use crate::cli::program::Place;
use crate::support::api_caller::ALL;
use crate::support::assertions::Signer;
use crate::support::newcomer::{client, open, ordinary, with_registration};
use crate::support::people::Registered;
use crate::support::tls_site::TlsSite;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe::config::Config;
use vouchsafe_core::model::Span;

fn both_ways(config: &mut Config) {
    open(config);
    config.registration.client_id_metadata_documents = true;
}

/// A client that describes itself, and is known.
fn described(world: &World, site: &TlsSite) -> Registered {
    let id = site.url("/app/client");
    let document = json!({"client_id": id, "client_name": "Editor", "redirect_uris": [site.url("/cb")]});
    site.serve("/app/client", "application/json", document.to_string());
    let client = Registered {
        id,
        secret: None,
        redirect_uri: site.url("/cb"),
    };
    assert_eq!(world.browser().ask(&client, &[]).name(), "login");
    client
}

/// A client that was registered with an initial access token.
fn vouched_for(world: &World, name: &str) -> Value {
    let token = world.initial_token(1, Span::from_days(1), &[]);
    let document = ordinary(json!({"client_name": name}));
    Answer::to(world.post("/register").bearer_auth(token).json(&document)).json()
}

fn is_unknown(world: &World, made: &Value) -> bool {
    world
        .browser()
        .ask(&client(made), &[])
        .says("client_id is unknown")
}

fn signing(world: &World, site: &TlsSite) -> Value {
    world.registered(json!({
        "client_name": "Signer", "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": site.url("/jwks"),
        "policy_uri": "https://client.example/privacy", "contacts": ["ops@client.example"], "software_id": "tideline-7",
    }))
}

with_registration! { both_ways;
    fn what_a_client_or_an_administrator_changes_holds_at_once(world: World, _site: TlsSite) {
        let robot = world.service(ALL);
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let at = |made: &Value, uri: &str| Registered { redirect_uri: uri.to_owned(), ..client(made) };
        let goes = |made: &Value, uri: &str| world.browser().ask(&at(made, uri), &[]).name() == "login";
        let made = world.registered(json!({}));
        assert!(goes(&made, "https://client.example/cb"));
        // By itself.
        let mut document = ordinary(json!({"redirect_uris": ["https://client.example/new"]}));
        document["client_id"] = made["client_id"].clone();
        let made = world.manage("PUT", &made, Some(&document)).json();
        assert!(goes(&made, "https://client.example/new") && !goes(&made, "https://client.example/cb"));
        // By the administration API.
        let path = format!("/clients/{}", made["client_id"].as_str().unwrap());
        let patched = robot.change("PATCH", &path, &json!({"redirect_uris": ["https://client.example/api"]}));
        assert_eq!(patched.status, 200, "{}", patched.body);
        assert!(goes(&made, "https://client.example/api") && !goes(&made, "https://client.example/new"));
        assert_eq!(robot.act("POST", &format!("{path}/disable")).status, 200);
        assert!(!goes(&made, "https://client.example/api"));
        assert_eq!(robot.act("POST", &format!("{path}/enable")).status, 200);
        assert!(goes(&made, "https://client.example/api"));
        // In the browser.
        let page = format!("/admin/applications/{}", made["client_id"].as_str().unwrap());
        assert_eq!(browser.admin_post("/admin", &format!("{page}/disable"), &[]).status, 303);
        assert!(!goes(&made, "https://client.example/api"));
        assert_eq!(browser.admin_post("/admin", &format!("{page}/enable"), &[]).status, 303);
        assert!(goes(&made, "https://client.example/api"));
        assert_eq!(browser.admin_post("/admin", &format!("{page}/delete"), &[("name", "Tideline")]).status, 303);
        assert!(is_unknown(world, &made));
        let made = world.registered(json!({}));
        assert!(!is_unknown(world, &made));
        assert_eq!(world.manage("DELETE", &made, None).status, 204);
        assert!(is_unknown(world, &made));
    }

    fn keys_that_are_given_take_the_place_of_their_address(world: World, site: TlsSite) {
        // The command line knows the real time only.
        let place = Place::beside(world);
        world.administrator("grace");
        let (robot, browser) = (world.service(ALL), world.admin_browser("grace"));
        let keys = json!({"keys": [Signer::es256().jwk()]});
        let has = |made: &Value, by_address: bool| {
            let shown = world.manage("GET", made, None).json();
            assert_eq!((shown.get("jwks_uri").is_some(), shown.get("jwks").is_some()), (by_address, !by_address), "{shown}");
            shown
        };
        // In the browser.
        let made = signing(world, site);
        let page = format!("/admin/applications/{}", made["client_id"].as_str().unwrap());
        let overview = browser.get(&page).body;
        for text in [site.url("/jwks").as_str(), "https://client.example/privacy", "ops@client.example", "tideline-7"] {
            assert!(overview.contains(text), "{text}");
        }
        let secrets = browser.get(&format!("{page}/secrets")).body;
        assert!(secrets.contains("id=\"jwks-uri\"") && secrets.contains(&site.url("/jwks")), "{secrets}");
        let shown = crate::support::browser::hidden(&secrets, "shown");
        let saved = browser.admin_post("/admin", &format!("{page}/keys"), &[("jwks", &keys.to_string()), ("shown", &shown)]);
        assert_eq!(saved.status, 303, "{}", saved.body);
        let after = browser.get(saved.header("location")).body;
        assert!(after.contains("take the place of the address") && !after.contains("id=\"jwks-uri\""), "{after}");
        // The client reads what it is now, and can send that back (RFC 7592).
        let mut document = has(&made, false);
        for ours in ["registration_access_token", "registration_client_uri", "client_id_issued_at", "client_secret_expires_at"] {
            document.as_object_mut().unwrap().remove(ours);
        }
        let made = world.manage("PUT", &made, Some(&document));
        assert_eq!(made.status, 200, "{}", made.body);
        has(&made.json(), false);
        // By the administration API.
        let made = signing(world, site);
        has(&made, true);
        let path = format!("/clients/{}", made["client_id"].as_str().unwrap());
        let patched = robot.change("PATCH", &path, &json!({"jwks": keys}));
        assert_eq!(patched.status, 200, "{}", patched.body);
        assert!(patched.json().get("jwks_uri").is_none_or(Value::is_null));
        has(&made, false);
        // On the command line.
        let made = signing(world, site);
        let file = place.file("keys.json", &keys.to_string());
        let id = made["client_id"].as_str().unwrap();
        place.run(&["client", "update", id, "--jwks-file", file.to_str().unwrap(), "--json"]).document();
        has(&made, false);
    }

    fn whoever_deletes_one_that_comes_back_is_told_so(world: World, site: TlsSite) {
        // The command line knows the real time only.
        let place = Place::beside(world);
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let app = described(world, site);
        let list = browser.get("/admin/applications?registered_by=document").body;
        let page = list.split("href=\"").find(|part| part.starts_with("/admin/applications/~")).unwrap();
        let page = page.split('"').next().unwrap();
        assert!(browser.get(&format!("{page}/delete")).body.contains("id=\"delete-comes-back\""));
        let made = world.registered(json!({}));
        let ordinary = format!("/admin/applications/{}/delete", made["client_id"].as_str().unwrap());
        assert!(!browser.get(&ordinary).body.contains("delete-comes-back"));
        let told = place.run(&["client", "delete", &app.id]);
        assert_eq!(told.status, 0, "{told:?}");
        assert!(told.stderr.contains("registers it again; disable it"), "{told:?}");
        world.follow();
        assert_eq!(world.browser().ask(&app, &[]).name(), "login", "as it says");
    }

    fn clients_are_found_by_who_registered_them(world: World, site: TlsSite) {
        // The command line knows the real time only.
        let place = Place::beside(world);
        world.administrator("grace");
        world.service(ALL);
        world.registered(json!({"client_name": "Stranger"}));
        vouched_for(world, "Partner");
        described(world, site);
        for (by, name) in [("administrator", "Robot"), ("token", "Partner"), ("anybody", "Stranger"), ("document", "Editor")] {
            let listed = place.run(&["client", "list", "--registered-by", by, "--json"]).document();
            let names: Vec<_> = listed.as_array().unwrap().iter().map(|client| client["client_name"].clone()).collect();
            assert_eq!(names, [json!(name)], "{by}");
        }
        place.run(&["client", "list", "--registered-by", "nobody"]).failed(2, "nobody");
        let (robot, browser) = (world.service(ALL), world.admin_browser("grace"));
        for (by, name) in [("token", "Partner"), ("anybody", "Stranger"), ("document", "Editor")] {
            for query in [format!("registered_by={by}"), format!("registered_by={by}&q={name}&type=web"), format!("registered_by={by}&q={name}&type=spa")] {
                let found = robot.read(&format!("/clients?{query}"))["items"].as_array().unwrap().len();
                let kind = if by == "document" { "spa" } else { "web" };
                let expected = usize::from(!query.contains("type=") || query.contains(kind));
                assert_eq!(found, expected, "{query}");
            }
            let shown = browser.get(&format!("/admin/applications?registered_by={by}")).body;
            for other in ["Partner", "Stranger", "Editor", "Robot"] {
                assert_eq!(shown.contains(&format!("<bdi>{other}</bdi>")), other == name, "{by}: {other}");
            }
        }
        assert_eq!(robot.get("/clients?registered_by=x").status, 400);
        assert_eq!(browser.get("/admin/applications?registered_by=x").status, 400);
    }

    fn those_that_were_never_used_are_removed_at_once(world: World, site: TlsSite) {
        // The command line knows the real time only.
        let place = Place::beside(world);
        world.person("ada");
        let used = world.registered(json!({"client_name": "Used"}));
        super::lifetime::used(world, &used);
        world.services.clients.activity.record(&world.services.store).unwrap();
        let unused: Vec<Value> = (0..60).map(|_| world.registered(json!({}))).collect();
        let app = described(world, site);
        let partner = vouched_for(world, "Partner");
        let delete = |more: &[&str]| place.run(&[&["client", "delete", "--self-registered", "--unused"], more].concat());
        world.sql(&format!("UPDATE clients SET created_at = {}", (world.clock_seconds() - 7_200) * 1_000));
        let young = world.registered(json!({}));
        assert_eq!(delete(&["--dry-run", "--json"]).document(), json!({"clients": 61, "dry_run": true}));
        delete(&[]).failed(2, "add --yes");
        place.run(&["client", "delete", "--self-registered"]).failed(2, "--unused");
        place.run(&["client", "delete", "x", "--self-registered", "--unused"]).failed(2, "cannot be used with");
        place.run(&["client", "delete"]).failed(2, "required");
        assert_eq!(delete(&["--yes", "--json"]).document(), json!({"clients": 61, "deleted": true}));
        assert_eq!(delete(&["--dry-run", "--json"]).document()["clients"], 0);
        for made in &unused {
            assert_eq!(world.manage("GET", made, None).status, 401);
        }
        for made in [&used, &partner, &young] {
            assert_eq!(world.manage("GET", made, None).status, 200, "{made}");
        }
        let id = vouchsafe_core::model::ClientId::new(app.id);
        assert!(world.write(move |tx| vouchsafe::db!(tx, clients::by_id(&id))).is_none());
    }
}

/// One of each at most.
fn narrow(config: &mut Config) {
    both_ways(config);
    config.registration.most_clients = 1;
    config.registration.most_document_clients = 1;
}

mod crowded {
    use super::{described, json, narrow, ordinary, with_registration};

    with_registration! { narrow;
        fn neither_way_of_registration_uses_up_the_room_of_the_other(world: World, site: TlsSite) {
            world.registered(json!({}));
            assert_eq!(world.register(&ordinary(json!({}))).status, 503);
            let mut other = described(world, site);
            let document = json!({"client_id": site.url("/app/other"), "redirect_uris": [site.url("/cb")], "client_name": "Other"});
            site.serve("/app/other", "application/json", document.to_string());
            other.id = site.url("/app/other");
            assert!(world.browser().ask(&other, &[]).says("client_id is unknown"));
        }
    }
}

fn without_logos(config: &mut Config) {
    both_ways(config);
    config.registration.logos = false;
}

mod logos {
    use super::{Answer, client, json, with_registration, without_logos};
    use crate::support::picture::png;

    with_registration! { without_logos;
        /// `registration.logos` was on when the client came.
        fn logos_of_before_are_neither_shown_nor_served(world: World, _site: TlsSite) {
            let made = world.registered(json!({}));
            let digest = "a".repeat(43);
            let id = vouchsafe_core::model::ClientId::new(made["client_id"].as_str().unwrap());
            let name = digest.clone();
            world.write(move |tx| {
                let mut before = vouchsafe::db!(tx, clients::by_id(&id))?.unwrap();
                before.metadata.declared.logo = Some(name.clone());
                vouchsafe::db!(tx, clients::update(&before))?;
                vouchsafe::db!(tx, client_logos::save(&id, &name, &png(8, 8, [0; 4])))
            });
            world.follow();
            let page = world.browser().ask(&client(&made), &[]);
            assert_eq!(page.name(), "login");
            assert!(!page.answer.body.contains("/static/logos/"), "{}", page.answer.body);
            assert_eq!(Answer::to(world.get(&format!("/static/logos/{digest}.png"))).status, 404);
        }
    }
}
