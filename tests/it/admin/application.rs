//! One application in the administration: settings, secrets, keys, activity, standing, deletion.

use crate::support::browser::{Browser, hidden};
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::world::{Answer, World};
use vouchsafe::clients::own_client;
use vouchsafe::db;
use vouchsafe_core::model::{
    AuthMethod, Client, ClientId, ClientKind, ClientMetadata, EventKind, GrantType, IdTokenClaims,
    KeyAlgorithm, PkceRule, Span,
};

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn find(world: &World, id: &str) -> Option<Client> {
    let id = ClientId::new(id);
    world.write(move |tx| db!(tx, clients::by_id(&id)))
}

fn page(client: &Registered, part: &str) -> String {
    format!("/admin/applications/{}{part}", client.id)
}

/// Sends a form; that of the settings or keys as one that was opened just now, unless it says which one it is.
fn send(browser: &Browser<'_>, action: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = fields.to_vec();
    let page = action.replace("/keys", "/secrets");
    let versioned = action.ends_with("/settings") || action.ends_with("/keys");
    let opened = versioned && !fields.iter().any(|(name, _)| *name == "shown");
    let shown = opened.then(|| hidden(&browser.get(&page).body, "shown"));
    form.extend(shown.as_deref().map(|shown| ("shown", shown)));
    browser.admin_post("/admin", action, &form)
}

/// The settings of [`metadata`] as its form has them.
fn settings<'a>(over: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "Storefront"),
        ("redirect_uris", "https://client.example/cb"),
        ("scope", "openid"),
        ("grant", "authorization_code"),
        ("auth_method", ""),
        ("pkce", "required"),
        ("id_token_claims", "userinfo"),
        ("id_token_alg", "RS256"),
        ("first_party", "yes"),
    ];
    fields.retain(|(name, _)| !over.iter().any(|(other, _)| other == name));
    fields.extend(over.iter().filter(|(_, value)| !value.is_empty()));
    fields
}

fn shown_secret(answer: &Answer) -> String {
    let (_, rest) = answer
        .body
        .split_once("<code id=\"made-secret\" translate=\"no\">")
        .unwrap_or_else(|| panic!("{}", answer.body));
    rest.split('<').next().unwrap().to_owned()
}

fn with_secret(client: &Registered, secret: String) -> Registered {
    Registered {
        id: client.id.clone(),
        secret: Some(secret),
        redirect_uri: client.redirect_uri.clone(),
    }
}

/// The names of the secrets that a page offers to end.
fn secret_ids(browser: &Browser<'_>, client: &Registered) -> Vec<String> {
    let shown = browser.get(&page(client, "/secrets"));
    assert_eq!(shown.status, 200, "{}", shown.header("location"));
    let pieces = shown.body.split("<span class=\"under mono\">").skip(1);
    pieces
        .map(|piece| piece.split('<').next().unwrap().to_owned())
        .collect()
}

on_both_databases! {
    fn the_server_s_own_application_is_disabled_and_enabled_and_nothing_else(world: World) {
        own_client::register(&world.services.store, &world.act()).unwrap();
        world.administrator("grace");
        let before = find(world, own_client::ID).unwrap();
        let browser = world.admin_browser("grace");
        let page = |part: &str| format!("/admin/applications/{}{part}", own_client::ID);
        let shown = browser.get(&page(""));
        assert!(shown.status == 200 && shown.body.contains("id=\"application-own\""), "{}", shown.body);
        for part in ["/settings", "/secrets", "/delete"] {
            assert!(!shown.body.contains(&page(part)), "{part}");
            assert_eq!(browser.get(&page(part)).status, 403, "{part}");
        }
        for (part, form) in [
            ("/settings", settings(&[("name", "Mine"), ("redirect_uris", "https://thief.example/cb")])),
            ("/secrets/add", vec![("lasts", "for-ever")]),
            ("/secrets/end", vec![("secret", "x"), ("when", "now")]),
            ("/keys", vec![("jwks", "")]),
            ("/delete", vec![("name", before.metadata.client_name.as_str())]),
        ] {
            assert_eq!(browser.admin_post("/admin", &page(part), &form).status, 403, "{part}");
        }
        assert_eq!(find(world, own_client::ID), Some(before));
        assert_eq!(browser.admin_post("/admin", &page("/disable"), &[]).status, 303);
        assert!(find(world, own_client::ID).unwrap().disabled_at.is_some());
        assert_eq!(browser.admin_post("/admin", &page("/enable"), &[]).status, 303);
        assert!(find(world, own_client::ID).unwrap().disabled_at.is_none());
    }

    fn a_start_makes_the_server_s_own_application_what_it_was(world: World) {
        let store = &world.services.store;
        own_client::register(store, &world.act()).unwrap();
        let good = find(world, own_client::ID).unwrap();
        let mut bent = good.clone();
        bent.metadata.redirect_uris = vec!["https://thief.example/cb".to_owned()];
        bent.metadata.first_party = true;
        bent.metadata.kind = ClientKind::Web;
        bent.disabled_at = Some(good.created_at);
        let row = bent.clone();
        world.write(move |tx| db!(tx, clients::update(&row)));
        own_client::register(store, &world.act()).unwrap();
        let mended = find(world, own_client::ID).unwrap();
        assert_eq!(mended.metadata, good.metadata);
        assert_eq!(mended.disabled_at, bent.disabled_at, "what an administrator may do stays done");
        assert_eq!(world.events_of(EventKind::ClientUpdated).len(), 1);
        own_client::register(store, &world.act()).unwrap();
        assert_eq!(world.events_of(EventKind::ClientUpdated).len(), 1, "once");
    }

    fn everything_that_can_be_set_is_saved_and_nothing_else(world: World) {
        world.administrator("grace");
        let orders = world.orders_api();
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.admin_browser("grace");
        let before = find(world, &client.id).unwrap();
        let fields = [
            ("name", "Shop"),
            ("redirect_uris", "https://shop.example/a\r\n\r\n https://shop.example/b "),
            ("post_logout_redirect_uris", "https://shop.example/"),
            ("web_origins", "https://www.shop.example"),
            ("scope", "openid"),
            ("scope", "orders:read"),
            ("scope", "offline_access"),
            ("grant", "authorization_code"),
            ("grant", "refresh_token"),
            ("grant", "client_credentials"),
            ("auth_method", "client_secret_post"),
            ("pkce", "allowed"),
            ("id_token_claims", "id_token"),
            ("id_token_alg", "ES256"),
            ("introspects", orders.as_str()),
            ("require_consent", "yes"),
            ("online_refresh", "yes"),
        ];
        for smuggled in ["kind", "jwks", "disabled_at", "epoch", "client_id", "client_secret", "registrar", "created_at"] {
            let mut more = fields.to_vec();
            more.push((smuggled, "1"));
            assert_eq!(send(&browser, &page(&client, "/settings"), &more).status, 400, "{smuggled}");
        }
        assert_eq!(find(world, &client.id).as_ref(), Some(&before));
        let saved = send(&browser, &page(&client, "/settings"), &fields);
        assert_eq!((saved.status, saved.header("location")), (303, page(&client, "").as_str()), "{}", saved.body);
        let after = find(world, &client.id).unwrap();
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let expected = ClientMetadata {
            client_name: "Shop".to_owned(),
            redirect_uris: texts(&["https://shop.example/a", "https://shop.example/b"]),
            post_logout_redirect_uris: texts(&["https://shop.example/"]),
            web_origins: texts(&["https://www.shop.example"]),
            scopes: texts(&["openid", "orders:read", "offline_access"]),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials],
            token_endpoint_auth_method: Some(AuthMethod::ClientSecretPost),
            pkce: PkceRule::Allowed,
            introspects: vec![orders.clone()],
            online_refresh: true,
            first_party: false,
            require_consent: true,
            id_token_claims: IdTokenClaims::IdToken,
            id_token_signed_response_alg: KeyAlgorithm::Es256,
            ..before.metadata.clone()
        };
        assert_eq!(after.metadata, expected);
        assert_eq!((after.epoch, after.disabled_at, after.created_at), (before.epoch, None, before.created_at));
        assert_eq!(world.events_of(EventKind::ClientUpdated).len(), 1);
        let shown = browser.get(&page(&client, ""));
        assert!(shown.body.contains("The settings are saved."));
        assert!(!browser.get(&page(&client, "")).body.contains("The settings are saved."), "told once");
    }

    fn settings_that_somebody_changed_meanwhile_are_not_overwritten_unread(world: World) {
        world.administrator("grace");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.admin_browser("grace");
        let old = hidden(&browser.get(&page(&client, "/settings")).body, "shown");
        let mended = settings(&[("redirect_uris", "https://client.example/new")]);
        assert_eq!(send(&browser, &page(&client, "/settings"), &mended).status, 303);
        let before = find(world, &client.id);
        for shown in [old.as_str(), ""] {
            let late = send(&browser, &page(&client, "/settings"), &[settings(&[("name", "Shop")]), vec![("shown", shown)]].concat());
            assert_eq!(late.status, 409, "{}", late.body);
            assert!(late.body.contains("Somebody changed this") && late.body.contains("value=\"Shop\""), "{}", late.body);
            assert_eq!(find(world, &client.id), before);
            assert_ne!(hidden(&late.body, "shown"), old, "who has read it may save it");
        }
    }

    fn a_setting_that_breaks_a_rule_is_refused_at_its_field(world: World) {
        world.administrator("grace");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.admin_browser("grace");
        let before = find(world, &client.id);
        for (name, value, field) in [
            ("name", "", "name"),
            ("redirect_uris", "http://client.example/cb", "redirect_uris"),
            ("redirect_uris", "", "redirect_uris"),
            ("post_logout_redirect_uris", "javascript:alert(1)", "post_logout_redirect_uris"),
            ("web_origins", "https://client.example/path", "web_origins"),
            ("introspects", "orders", "introspects"),
            ("scope", "nobody:owns", "scopes"),
            ("scope", "", "scopes"),
            ("grant", "", "grant_types"),
            ("grant", "password", "grant_types"),
            ("auth_method", "none", "auth_method"),
            ("auth_method", "private_key_jwt", "auth_method"),
            ("auth_method", "tls", "auth_method"),
            ("pkce", "plain", "pkce"),
            ("id_token_claims", "everywhere", "id_token_claims"),
            ("id_token_alg", "none", "id_token_alg"),
            ("id_token_alg", "HS256", "id_token_alg"),
        ] {
            let answer = send(&browser, &page(&client, "/settings"), &settings(&[(name, value)]));
            assert_eq!(answer.status, 422, "{name}={value}: {}", answer.body);
            assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{name}={value}: {}", answer.body);
        }
        assert_eq!(find(world, &client.id), before);
        assert_eq!(send(&browser, &page(&client, "/settings"), &settings(&[])).status, 303);
    }

    fn a_public_client_stays_one_and_a_service_has_no_people(world: World) {
        world.administrator("grace");
        world.orders_api();
        let browser = world.admin_browser("grace");
        let spa = world.client(metadata(ClientKind::Spa));
        let over = [("pkce", "allowed"), ("auth_method", "client_secret_basic")];
        assert_eq!(send(&browser, &page(&spa, "/settings"), &settings(&over)).status, 303);
        let spa = find(world, &spa.id).unwrap();
        assert_eq!((spa.metadata.pkce, spa.metadata.token_endpoint_auth_method), (PkceRule::Required, None));
        let service = ClientMetadata { redirect_uris: Vec::new(), scopes: vec!["orders:read".to_owned()], first_party: false, ..metadata(ClientKind::Service) };
        let service = world.client(service);
        let fields = [("name", "Export"), ("scope", "orders:write"), ("auth_method", ""), ("redirect_uris", "https://evil.test/"), ("grant", "authorization_code"), ("first_party", "yes")];
        assert_eq!(send(&browser, &page(&service, "/settings"), &fields).status, 303);
        let service = find(world, &service.id).unwrap().metadata;
        assert_eq!((service.redirect_uris.len(), service.first_party), (0, false));
        assert_eq!((service.grant_types, service.scopes), (vec![GrantType::ClientCredentials], vec!["orders:write".to_owned()]));
    }

    fn a_secret_is_added_shown_once_used_and_the_old_one_ended(world: World) {
        world.administrator("grace");
        world.orders_api();
        let client = world.client(metadata(ClientKind::Service));
        let browser = world.admin_browser("grace");
        assert_eq!(client.token(world, &GRANT).status, 200);
        world.services.record_activity().unwrap();
        let [old] = secret_ids(&browser, &client).try_into().unwrap();
        world.wait(Span::from_seconds(2));

        let added = send(&browser, &page(&client, "/secrets/add"), &[("lasts", "for-ever")]);
        assert_eq!((added.status, added.header("cache-control")), (200, "no-store"));
        let renewed = with_secret(&client, shown_secret(&added));
        world.follow();
        assert_eq!((client.token(world, &GRANT).status, renewed.token(world, &GRANT).status), (200, 200));
        let too_many = send(&browser, &page(&client, "/secrets/add"), &[("lasts", "for-ever")]);
        assert_eq!(too_many.status, 422);
        assert!(too_many.body.contains("Two secrets count already"));

        let shown = browser.get(&page(&client, "/secrets"));
        assert!(!shown.body.contains(renewed.secret.as_deref().unwrap()));
        assert_eq!(secret_ids(&browser, &client).len(), 2);
        let ended = send(&browser, &page(&client, "/secrets/end"), &[("secret", &old), ("when", "now")]);
        assert_eq!((ended.status, ended.header("location")), (303, page(&client, "/secrets").as_str()));
        world.follow();
        assert_eq!((client.token(world, &GRANT).status, renewed.token(world, &GRANT).status), (401, 200));
        let [last] = secret_ids(&browser, &client).try_into().unwrap();
        let refused = send(&browser, &page(&client, "/secrets/end"), &[("secret", &last), ("when", "now")]);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("No other secret counts longer"));
        assert_eq!((world.events_of(EventKind::ClientSecretAdded).len(), world.events_of(EventKind::ClientSecretEnded).len()), (1, 1));
    }

    fn a_secret_can_end_later_and_a_choice_that_is_none_is_refused(world: World) {
        world.administrator("grace");
        world.orders_api();
        let client = world.client(metadata(ClientKind::Service));
        let browser = world.admin_browser("grace");
        let [old] = secret_ids(&browser, &client).try_into().unwrap();
        for (action, fields) in [
            ("/secrets/add", vec![("lasts", "9999d")]),
            ("/secrets/add", vec![]),
            ("/secrets/end", vec![("secret", old.as_str()), ("when", "later")]),
            ("/secrets/end", vec![("when", "now")]),
            ("/secrets/end", vec![("secret", "ffffffffffff"), ("when", "now")]),
            ("/secrets/end", vec![("secret", old.as_str()), ("when", "for-ever")]),
        ] {
            assert_eq!(send(&browser, &page(&client, action), &fields).status, 422, "{action} {fields:?}");
        }
        world.wait(Span::from_seconds(2));
        let brief = send(&browser, &page(&client, "/secrets/add"), &[("lasts", "90d")]);
        let brief = with_secret(&client, shown_secret(&brief));
        let later = send(&browser, &page(&client, "/secrets/end"), &[("secret", &old), ("when", "1d")]);
        assert_eq!(later.header("location"), page(&client, "/secrets"));
        world.follow();
        assert_eq!((client.token(world, &GRANT).status, brief.token(world, &GRANT).status), (200, 200));
        world.wait(Span::from_days(1));
        assert_eq!((client.token(world, &GRANT).status, brief.token(world, &GRANT).status), (401, 200));
        world.wait(Span::from_days(89));
        assert_eq!(brief.token(world, &GRANT).status, 401);
    }

    fn secrets_keys_and_deletion_ask_for_the_password_again_after_five_minutes(world: World) {
        world.administrator("grace");
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.admin_browser("grace");
        world.wait(Span::from_minutes(6));
        let asks = |answer: &Answer| answer.status == 303 && answer.header("location").starts_with("/admin/confirm?back=");
        for part in ["/settings", "/secrets", "/delete"] {
            assert!(asks(&browser.get(&page(&client, part))), "{part}");
        }
        for (part, fields) in [
            ("/secrets/add", vec![("lasts", "for-ever")]),
            ("/secrets/end", vec![("secret", "x"), ("when", "now")]),
            ("/keys", vec![("jwks", "")]),
            ("/delete", vec![("name", "Storefront")]),
        ] {
            assert!(asks(&send(&browser, &page(&client, part), &fields)), "{part}");
        }
        assert!(find(world, &client.id).is_some());
        assert_eq!(world.events_of(EventKind::ClientSecretAdded).len(), 0);
    }

    fn settings_that_could_hand_over_sign_ins_ask_for_the_password_again(world: World) {
        world.administrator("grace");
        world.api("https://server.example/api", &["vouchsafe:admin"]);
        let plain = world.client(metadata(ClientKind::Web));
        let browser = world.admin_browser("grace");
        let version = hidden(&browser.get(&page(&plain, "/settings")).body, "shown");
        let sent = |over| {
            let mut fields = settings(&[over]);
            fields.push(("shown", &version));
            send(&browser, &page(&plain, "/settings"), &fields)
        };
        world.wait(Span::from_minutes(6));
        let before = find(world, &plain.id);
        for over in [
            ("redirect_uris", "https://evil.test/cb"),
            ("first_party", ""),
            ("require_consent", "yes"),
            ("auth_method", "client_secret_post"),
            ("scope", "vouchsafe:admin"),
        ] {
            let asked = sent(over);
            assert_eq!((asked.status, asked.header("location").starts_with("/admin/confirm?back=")), (303, true), "{over:?}: {}", asked.body);
        }
        assert_eq!(find(world, &plain.id), before);
        let renamed = sent(("name", "Shop"));
        assert_eq!(renamed.header("location"), page(&plain, ""), "a name is no such thing: {}", renamed.body);
    }

    fn public_keys_are_saved_and_bad_ones_are_refused(world: World) {
        world.administrator("grace");
        world.orders_api();
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.admin_browser("grace");
        let good = r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "alg": "EdDSA", "use": "sig", "kid": "k"}]}"#;
        let private = r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "alg": "EdDSA"}]}"#;
        for bad in ["{", "[]", "{\"keys\": 1}", private] {
            let answer = send(&browser, &page(&client, "/keys"), &[("jwks", bad)]);
            assert_eq!(answer.status, 422, "{bad}");
            assert!(answer.body.contains("href=\"#jwks\""));
        }
        let stale = send(&browser, &page(&client, "/keys"), &[("jwks", good), ("shown", "x")]);
        assert_eq!(stale.status, 409);
        assert!(stale.body.contains("Somebody changed this since") && stale.body.contains("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
        assert_eq!(send(&browser, &page(&client, "/keys"), &[("jwks", good)]).status, 303);
        assert!(find(world, &client.id).unwrap().metadata.jwks.is_some());
        let signs = settings(&[("auth_method", "private_key_jwt")]);
        assert_eq!(send(&browser, &page(&client, "/settings"), &signs).status, 303);
        let emptied = send(&browser, &page(&client, "/keys"), &[("jwks", "")]);
        assert_eq!(emptied.status, 422, "an application that signs needs its keys");
        let spa = world.client(metadata(ClientKind::Spa));
        assert_eq!(send(&browser, &page(&spa, "/keys"), &[("jwks", good)]).status, 422);
    }

    fn disabling_ends_everything_and_enabling_lets_people_sign_in_anew(world: World) {
        world.person("ada");
        world.administrator("grace");
        let client = world.client(ClientMetadata { scopes: vec!["openid".to_owned(), "offline_access".to_owned()], ..metadata(ClientKind::Web) });
        let browser = world.admin_browser("grace");
        let tokens = client.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        let disabled = send(&browser, &page(&client, "/disable"), &[]);
        assert_eq!((disabled.status, disabled.header("location")), (303, page(&client, "").as_str()));
        world.follow();
        assert!(browser.get(&page(&client, "")).body.contains("id=\"application-enable\""));
        assert_ne!(client.refresh(world, tokens["refresh_token"].as_str().unwrap()).status, 200);
        assert_eq!(send(&browser, &page(&client, "/enable"), &[]).status, 303);
        world.follow();
        assert_ne!(client.refresh(world, tokens["refresh_token"].as_str().unwrap()).status, 200, "nothing is revived");
        client.sign_in(world, "ada", &[("scope", "openid")]);
        assert_eq!((world.events_of(EventKind::ClientDisabled).len(), world.events_of(EventKind::ClientEnabled).len()), (1, 1));
        let robot = ClientMetadata { scopes: vec!["vouchsafe:write".to_owned()], ..metadata(ClientKind::Service) };
        let robot = world.client(robot);
        world.wait(Span::from_minutes(6));
        for (client, way_on) in [(&client, page(&client, "")), (&robot, format!("/admin/confirm?back=%2Fadmin%2Fapplications%2F{}", robot.id))] {
            assert_eq!(send(&browser, &page(client, "/disable"), &[]).status, 303);
            let enabled = send(&browser, &page(client, "/enable"), &[]);
            assert_eq!((enabled.status, enabled.header("location")), (303, way_on.as_str()), "one that administers asks again");
        }
    }

    fn deleting_counts_what_goes_with_it_and_wants_the_name(world: World) {
        world.person("ada");
        world.administrator("grace");
        let shop = ClientMetadata { first_party: false, scopes: vec!["openid".to_owned(), "offline_access".to_owned()], ..metadata(ClientKind::Web) };
        let client = world.client(shop);
        let browser = world.admin_browser("grace");
        client.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        client.sign_in(world, "ada", &[("scope", "openid")]);
        let asked = browser.get(&page(&client, "/delete"));
        let counts = asked.body.split("id=\"delete-counts\"").nth(1).unwrap().split("</dl>").next().unwrap();
        assert!(counts.contains("<dd>2</dd>") && counts.contains("<dd>1</dd>"), "{counts}");
        for name in ["", "storefront", "Storefront2"] {
            assert_eq!(send(&browser, &page(&client, "/delete"), &[("name", name)]).status, 422, "{name}");
        }
        let deleted = send(&browser, &page(&client, "/delete"), &[("name", " Storefront ")]);
        assert_eq!((deleted.status, deleted.header("location")), (303, "/admin/applications"));
        assert!(browser.get("/admin/applications").body.contains("The application is deleted."));
        assert_eq!(find(world, &client.id), None);
        assert_eq!((world.events_of(EventKind::ClientDeleted).len(), world.events_of(EventKind::GrantEnded).len()), (1, 2));
        for part in ["", "/settings", "/secrets", "/activity", "/delete"] {
            assert_eq!(browser.get(&page(&client, part)).status, 404, "{part}");
        }
        for part in ["/settings", "/secrets/add", "/keys", "/disable", "/enable", "/delete"] {
            assert_eq!(send(&browser, &page(&client, part), &[]).status, 404, "{part}");
        }
    }

    fn refusals_stand_under_activity_in_words_with_what_helps(world: World) {
        world.administrator("grace");
        world.orders_api();
        let app = world.client(metadata(ClientKind::Web));
        let browser = world.admin_browser("grace");
        assert!(browser.get(&page(&app, "/activity")).body.contains("id=\"refusals-none\""));
        let elsewhere = app.authorization(&[("redirect_uri", "https://client.example/<b>other?code=hidden")]);
        assert_eq!(world.browser().get(&elsewhere).status, 400);
        let wrong = with_secret(&app, world.client(metadata(ClientKind::Web)).secret.unwrap());
        wrong.token(world, &GRANT);
        wrong.token(world, &GRANT);
        world.services.record_activity().unwrap();
        let shown = browser.get(&page(&app, "/activity"));
        assert_eq!(shown.status, 200);
        for text in [
            "The redirect_uri is not registered for the client; matching is exact.",
            "https://client.example/&#60;b&#62;other</code>",
            "add it under Settings",
            "The client secret is wrong.",
            "VS-CLIENT-SECRET-WRONG",
            "class=\"num\">2</td>",
        ] {
            assert!(shown.body.contains(text), "{text}: {}", shown.body);
        }
        assert!(!shown.body.contains("hidden?") && !shown.body.contains("code=hidden") && !shown.body.contains(wrong.secret.as_deref().unwrap()));
        assert_eq!(send(&browser, &page(&app, "/disable"), &[]).status, 303);
        assert!(browser.get(&page(&app, "/activity")).body.contains("client.disabled"));
    }

    fn the_overview_has_the_values_and_settings_of_this_application(world: World) {
        world.administrator("grace");
        world.orders_api();
        let browser = world.admin_browser("grace");
        for kind in [ClientKind::Web, ClientKind::Spa, ClientKind::Native, ClientKind::Service] {
            let mut data = metadata(kind);
            if kind == ClientKind::Service {
                data.redirect_uris = Vec::new();
            }
            let client = world.client(data);
            let shown = browser.get(&page(&client, ""));
            assert_eq!(shown.status, 200, "{kind:?}");
            assert!(shown.body.contains(&format!("<code id=\"client-id\" translate=\"no\">{}</code>", client.id)));
            assert!(shown.body.contains(&format!("<code id=\"issuer\" translate=\"no\">{}</code>", world.issuer)));
            assert!(shown.body.matches("class=\"snippets\"").count() >= 3, "{kind:?}");
            assert!(!shown.body.contains("@client_id@"));
            let has_secret = matches!(kind, ClientKind::Web | ClientKind::Service);
            assert_eq!(shown.body.contains("YOUR-CLIENT-SECRET"), has_secret, "{kind:?}");
        }
    }

    fn an_address_that_names_no_application_is_nowhere(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        for slug in ["nobody", "~", "~AA", "~!", "~aHR0cHM6Ly94", "%00"] {
            let status = browser.get(&format!("/admin/applications/{slug}")).status;
            assert!(matches!(status, 404 | 400), "{slug}: {status}");
        }
        let url = world.client(metadata(ClientKind::Web));
        world.sql(&format!("DELETE FROM client_secrets WHERE client_id = '{}'", url.id));
        world.sql(&format!("UPDATE clients SET id = 'https://app.example/client' WHERE id = '{}'", url.id));
        let listed = browser.get("/admin/applications");
        let path = listed.body.split("<th scope=\"row\"><a href=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(path.starts_with("/admin/applications/~"), "{path}");
        for part in ["", "/settings", "/secrets", "/activity", "/delete"] {
            assert_eq!(browser.get(&format!("{path}{part}")).status, 200, "{part}");
        }
        let _ = hidden(&listed.body, "form_token");
    }
}
