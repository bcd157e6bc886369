//! A `client_id` that is the URL of the client's own metadata (draft-ietf-oauth-client-id-metadata-document).

use crate::support::databases::amid;
use crate::support::newcomer::with_registration;
use crate::support::people::{PASSWORD, Registered};
use crate::support::relying_party::header;
use crate::support::steps::{Page, code};
use crate::support::tls_site::TlsSite;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe::config::Config;
use vouchsafe_core::model::{EventKind, IdTokenClaims, Span};

fn on(config: &mut Config) {
    config.registration.client_id_metadata_documents = true;
}

/// A client with a document at `/app/client` of the site.
fn published(site: &TlsSite, over: Value) -> Registered {
    let id = site.url("/app/client");
    let mut document = json!({
        "client_id": id, "client_name": "Editor", "redirect_uris": [site.url("/cb"), "http://127.0.0.1/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let Value::Object(over) = over else { unreachable!() };
    document.as_object_mut().unwrap().extend(over);
    site.serve("/app/client", "application/json", document.to_string());
    Registered {
        id,
        secret: None,
        redirect_uri: site.url("/cb"),
    }
}

fn asked(world: &World, client: &Registered) -> Page {
    world.browser().ask(client, &[])
}

fn is_unknown(world: &World, client: &Registered) -> bool {
    asked(world, client).says("client_id is unknown")
}

with_registration! { on;
    fn a_client_is_known_by_its_document(world: World, site: TlsSite) {
        world.person("ada");
        let facts = Answer::to(world.get("/.well-known/openid-configuration")).json();
        assert_eq!(facts["client_id_metadata_document_supported"], json!(true));
        assert!(facts.get("registration_endpoint").is_none(), "the two ways are apart");
        let client = published(site, json!({}));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        assert_eq!(page.name(), "login", "{}", page.answer.body);
        let page = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
        assert_eq!(page.name(), "consent");
        assert!(page.says("Editor") && page.says("This app is unverified") && page.says("describes itself at localhost"));
        let code = code(&browser.fill(&page, &[("decision", "allow")]));
        let tokens = client.redeem(world, &code);
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        // Installed applications take any port on the person's own machine.
        let native = Registered { redirect_uri: "http://127.0.0.1:49152/cb".to_owned(), ..published(site, json!({})) };
        assert_eq!(asked(world, &native).name(), "login");
        assert_eq!(site.asked_for("/app/client"), 1, "it is kept for a while");
    }

    fn what_another_node_has_just_kept_is_known(world: World, site: TlsSite) {
        let first = published(site, json!({}));
        assert_eq!(asked(world, &first).name(), "login");
        let other = Registered { id: site.url("/app/other"), ..published(site, json!({})) };
        let document = json!({"client_id": other.id, "client_name": "Editor", "redirect_uris": [site.url("/cb")]});
        site.serve("/app/other", "application/json", document.to_string());
        let columns = "epoch, created_at, metadata, kind, name_key, registrar, unused_until";
        let kept = format!(
            "INSERT INTO clients (id, {columns}) SELECT '{}', {columns} FROM clients WHERE id = '{}'", other.id, first.id,
        );
        let page = amid(world.database(), &kept, 1, || asked(world, &other));
        assert_eq!(page.name(), "login", "{}", page.answer.body);
    }

    fn a_document_that_many_ask_for_at_once_is_fetched_once(world: World, site: TlsSite) {
        let client = published(site, json!({}));
        let at_once = |prepare: &dyn Fn(), names: &(dyn Fn(Page) -> bool + Sync)| {
            site.hold("/app/client");
            prepare();
            let before = site.asked_for("/app/client");
            std::thread::scope(|scope| {
                let asking: Vec<_> = (0..16).map(|_| scope.spawn(|| asked(world, &client))).collect();
                site.until_asked_for("/app/client");
                site.let_go("/app/client");
                assert!(asking.into_iter().all(|page| names(page.join().unwrap())));
            });
            site.asked_for("/app/client") - before
        };
        let once = at_once(&|| {}, &|page| page.name() == "login");
        assert_eq!(once, 1);
        let failed = at_once(
            &|| {
                site.serve_raw("/app/client", "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n");
                world.wait(Span::from_hours(2));
            },
            &|page| page.says("client_id is unknown"),
        );
        assert_eq!(failed, 1);
    }

    fn a_document_is_read_again_when_it_is_old(world: World, site: TlsSite) {
        let client = published(site, json!({}));
        assert_eq!(asked(world, &client).name(), "login");
        published(site, json!({"redirect_uris": [site.url("/new")], "client_name": "Writer"}));
        assert_eq!(asked(world, &client).name(), "login");
        world.wait(Span::from_minutes(61));
        let old = asked(world, &client);
        assert!(old.says("redirect_uri is not registered"), "{}", old.answer.body);
        let moved = Registered { redirect_uri: site.url("/new"), ..published(site, json!({"redirect_uris": [site.url("/new")]})) };
        assert_eq!(asked(world, &moved).name(), "login");
        assert_eq!(site.asked_for("/app/client"), 2);
    }

    fn one_that_was_taken_away_is_unknown_and_one_that_cannot_be_reached_is_known_for_a_day(world: World, site: TlsSite) {
        let client = published(site, json!({}));
        assert_eq!(asked(world, &client).name(), "login");
        site.serve_raw("/app/client", "");
        world.wait(Span::from_hours(2));
        assert_eq!(asked(world, &client).name(), "login");
        world.wait(Span::from_hours(24));
        assert!(is_unknown(world, &client));
        published(site, json!({}));
        assert!(is_unknown(world, &client), "it is not asked for again at once");
        world.wait(Span::from_minutes(1));
        assert_eq!(asked(world, &client).name(), "login");
        site.serve_raw("/app/client", "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n");
        world.wait(Span::from_hours(2));
        assert!(is_unknown(world, &client));
    }

    fn one_that_was_taken_away_stays_unknown_at_every_node_until_it_is_back(world: World, site: TlsSite) {
        let (kind, gone) = ("application/json", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
        let beside = World::on_with_own_clock(world);
        let client = published(site, json!({}));
        for take_away in [
            &(|| site.serve_raw("/app/client", gone)) as &dyn Fn(),
            &|| site.serve_raw("/app/client", gone.replace("410", "404")),
            &|| site.serve("/app/client", "text/html", "{}"),
            &|| site.serve("/app/client", kind, "{}"),
        ] {
            assert_eq!(asked(world, &client).name(), "login");
            assert!(!is_unknown(&beside, &client));
            take_away();
            world.wait(Span::from_hours(2));
            let before = site.asked_for("/app/client");
            for _ in 0..3 {
                assert!(is_unknown(world, &client));
            }
            assert_eq!(site.asked_for("/app/client"), before + 1, "once a minute");
            // The other node asks for itself. While the document's server is away, it does not hold what was refused for good.
            site.serve_raw("/app/client", "");
            assert!(is_unknown(&beside, &client) && is_unknown(&beside, &client));
            published(site, json!({}));
            assert!(is_unknown(world, &client), "not before a minute");
            world.wait(Span::from_minutes(1));
            assert_eq!(asked(world, &client).name(), "login", "it is back");
            assert!(!is_unknown(&beside, &client), "for all nodes");
        }
    }

    fn what_a_document_asks_its_id_tokens_to_be_signed_with_is_what_signs_them(world: World, site: TlsSite) {
        world.person("ada");
        let before = world.events_of(EventKind::KeyCreated).len();
        let refused = published(site, json!({"id_token_signed_response_alg": "ES256", "redirect_uris": []}));
        assert!(is_unknown(world, &refused));
        assert_eq!(world.events_of(EventKind::KeyCreated).len(), before, "what is refused makes no keys");
        world.wait(Span::from_minutes(1));
        let client = published(site, json!({"id_token_signed_response_alg": "ES256"}));
        let browser = world.browser();
        let page = browser.fill(&browser.ask(&client, &[]), &[("username", "ada"), ("password", PASSWORD)]);
        let code = code(&browser.fill(&page, &[("decision", "allow")]));
        let tokens = client.redeem(world, &code);
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        assert_eq!(header(tokens.json()["id_token"].as_str().unwrap())["alg"], "ES256");
        let made = world.events_of(EventKind::KeyCreated);
        let by_anybody = made.iter().filter(|event| event.actor == "anybody").count();
        assert!(by_anybody > 0 && made.len() == before + by_anybody);
    }

    fn a_document_that_says_something_else_makes_no_client(world: World, site: TlsSite) {
        for over in [
            json!({"client_id": site.url("/app/other")}),
            json!({"client_id": null}),
            json!({"client_secret": "x"}),
            json!({"token_endpoint_auth_method": "client_secret_basic"}),
            json!({"redirect_uris": ["https://evil.example/cb"]}),
            json!({"redirect_uris": []}),
            json!({"client_name": "Bank\u{202e}"}),
        ] {
            let client = published(site, over.clone());
            assert!(is_unknown(world, &client), "{over}");
            world.wait(Span::from_minutes(1));
        }
        let twice = published(site, json!({}));
        let body = format!(r#"{{"client_id":"https://other.example/c","redirect_uris":["http://127.0.0.1/cb"],"client_id":"{}"}}"#, twice.id);
        site.serve("/app/client", "application/json", body);
        assert!(is_unknown(world, &twice), "a member that comes twice");
        world.wait(Span::from_minutes(1));
        for (kind, body) in [("text/html", "{}"), ("application/json", "[]"), ("application/json", "{")] {
            let client = published(site, json!({}));
            site.serve("/app/client", kind, body);
            assert!(is_unknown(world, &client));
            world.wait(Span::from_minutes(1));
        }
        let asked = site.asked().len();
        for id in [
            "https://127.0.0.1/app/client".to_owned(),
            "https://[::1]/app/client".to_owned(),
            "https://169.254.169.254/latest".to_owned(),
            "https://localhost/app/client".to_owned(),
            "https://hr.inside.test/app/client".to_owned(),
            "https://hr.nowhere.test/app/client".to_owned(),
            site.url("/"),
            site.url("/app/../app/client"),
            site.url("/app/client?x=1"),
            site.url("/app/client").replace("https", "http"),
        ] {
            let client = Registered { id: id.clone(), secret: None, redirect_uri: site.url("/cb") };
            assert!(is_unknown(world, &client), "{id}");
        }
        assert_eq!(site.asked().len(), asked, "and nothing is asked for it");
    }

    fn it_cannot_be_disabled_by_anybody_but_an_administrator_and_then_stays_so(world: World, site: TlsSite) {
        let client = published(site, json!({}));
        assert_eq!(asked(world, &client).name(), "login");
        let ports = &world.services.ports;
        let act = vouchsafe::audit::Act::new("cli", ports.clock.now(), &ports.entropy);
        let id = vouchsafe_core::model::ClientId::new(client.id.clone());
        world.write(move |tx| vouchsafe::clients::standing::disable(tx, &act, &id).map(drop));
        world.follow();
        world.wait(Span::from_hours(2));
        assert!(asked(world, &client).answer.status == 400, "its document does not bring it back");
    }

    fn what_an_administrator_took_does_not_come_back_by_its_document(world: World, site: TlsSite) {
        let client = published(site, json!({}));
        assert_eq!(asked(world, &client).name(), "login");
        let ports = &world.services.ports;
        let act = vouchsafe::audit::Act::new("cli", ports.clock.now(), &ports.entropy);
        let id = vouchsafe_core::model::ClientId::new(client.id.clone());
        let limited = id.clone();
        world.write(move |tx| {
            let mut metadata = vouchsafe::db!(tx, clients::by_id(&limited))?.unwrap().metadata;
            metadata.scopes = vec!["openid".to_owned()];
            metadata.introspects = vec!["https://api.example/orders".to_owned()];
            metadata.web_origins = vec!["https://www.client.example".to_owned()];
            metadata.online_refresh = true;
            metadata.require_consent = false;
            metadata.id_token_claims = IdTokenClaims::IdToken;
            vouchsafe::clients::standing::update(tx, &act, &limited, &metadata).map(drop)
        });
        published(site, json!({"client_name": "Writer", "scope": "openid email"}));
        world.wait(Span::from_hours(2));
        asked(world, &client);
        let kept = world.write(move |tx| vouchsafe::db!(tx, clients::by_id(&id))).unwrap().metadata;
        assert_eq!((kept.client_name.as_str(), kept.scopes), ("Writer", vec!["openid".to_owned()]));
        assert_eq!(kept.introspects, ["https://api.example/orders"], "and what one gave stays");
        assert_eq!(kept.web_origins, ["https://www.client.example"]);
        assert_eq!((kept.online_refresh, kept.require_consent, kept.id_token_claims), (true, false, IdTokenClaims::IdToken));
    }

    fn one_that_nobody_uses_is_forgotten(world: World, site: TlsSite) {
        let client = published(site, json!({}));
        assert_eq!(asked(world, &client).name(), "login");
        world.wait(Span::from_days(31));
        world.services.tend().unwrap();
        let count = crate::support::databases::number(world.database(), "SELECT count(*) FROM clients");
        assert_eq!(count, 0);
    }
}
