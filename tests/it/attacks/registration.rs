//! Dynamic registration (G), and its share of sign-in pages (L-11, L-13) and of simultaneity. Tokens and
//! replacements are tried in `it/register`, logos in `it/register/documents.rs`.

use crate::support::newcomer::{by_token, client, open, ordinary, with_registration};
use crate::support::people::PASSWORD;
use crate::support::world::Answer;
use serde_json::{Value, json};
use vouchsafe_core::model::Span;

const INSIDE: [&str; 15] = [
    "https://127.0.0.1/x",
    "https://127.0.0.1:8443/x",
    "https://[::1]/x",
    "https://169.254.169.254/latest/meta-data",
    "https://0x7f.1/x",
    "https://2130706433/x",
    "https://[::ffff:10.0.0.1]/x",
    "https://10.0.0.1/x",
    "https://[64:ff9b::7f00:1]/x",
    "https://localhost/x",
    "https://localhost.:443/x",
    "https://hr.inside.test/x",
    "http://client.example/x",
    "https://user@client.example/x",
    "https://0/x",
];

with_registration! { open;
    /// G-03.
    fn the_server_is_led_to_no_inner_address(world: World, site: TlsSite) {
        site.serve("/x", "application/json", "[]");
        for member in ["jwks_uri", "logo_uri", "sector_identifier_uri"] {
            for url in INSIDE {
                let answer = world.register(&ordinary(json!({ member: url })));
                assert_eq!(answer.error(), (400, "invalid_client_metadata".to_owned()), "{member} {url}");
                let told = answer.json()["error_description"].as_str().unwrap().to_owned();
                assert!(told.starts_with(member) && !told.contains(url), "{told}");
            }
        }
        assert!(site.asked().is_empty());
    }

    /// G-03: whoever registers learns of no name whether there is an inner host of it. The log says which it was.
    fn a_name_that_leads_inside_looks_like_one_that_leads_nowhere(world: World, _site: TlsSite) {
        let told = |answer: Answer| {
            let headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            (answer.status, headers, answer.body)
        };
        let hosts = ["hr.inside.test", "hr.nowhere.test"];
        for member in ["jwks_uri", "logo_uri", "sector_identifier_uri"] {
            let over = |host: &str| json!({ member: format!("https://{host}/x") });
            let [inside, nowhere] = hosts.map(|host| told(world.register(&ordinary(over(host)))));
            assert_eq!(inside, nowhere, "{member}");
            assert_eq!(inside.0, 400, "{member}");
            let made = world.registered(json!({}));
            let replaced = hosts.map(|host| {
                let mut document = ordinary(over(host));
                document["client_id"] = made["client_id"].clone();
                told(world.manage("PUT", &made, Some(&document)))
            });
            assert_eq!(replaced, [inside, nowhere], "{member}");
        }
    }

    /// G-05, L-11.
    fn names_that_deceive_or_flood_are_refused(world: World, _site: TlsSite) {
        for (name, value) in [
            ("client_name", json!("x".repeat(60_000))),
            ("client_name", json!("<b>Bank</b>")),
            ("client_name", json!("\"><svg onload=alert(1)>")),
            ("client_name", json!("knaB\u{202e}")),
            ("client_name", json!("Ba\u{200b}nk")),
            ("contacts", json!(vec!["a@b.example"; 10_000 / 16])),
            ("contacts", json!(["<script>"])),
            ("redirect_uris", json!(vec!["https://client.example/cb"; 33])),
            ("tos_uri", json!("javascript:alert(1)")),
            ("policy_uri", json!("data:text/html,<script>alert(1)</script>")),
            ("software_id", json!("\u{0}")),
        ] {
            let answer = world.register(&ordinary(json!({ name: value })));
            assert_eq!(answer.status, 400, "{name}");
        }
        let huge = json!({"client_name": "x".repeat(1_000_000)});
        assert_eq!(world.register(&ordinary(huge)).status, 413);
    }

    /// L-11: what is lawful text is shown as text.
    fn odd_names_are_inert(world: World, _site: TlsSite) {
        world.person("ada");
        for name in ["{{7*7}}", "' onerror='x", "\" autofocus onfocus=\"x", "&lt;b&gt;", "{ $site }", "%{7*7}"] {
            let made = world.registered(json!({"client_name": name}));
            let browser = world.browser();
            let page = browser.ask(&client(&made), &[]);
            let page = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
            assert_eq!(page.name(), "consent");
            let elements = crate::pages::html::elements(&page.answer.body).unwrap();
            let shown = elements.iter().any(|element| element.name == "bdi" && element.text == name);
            assert!(shown, "{name}: {}", page.answer.body);
        }
    }

    /// G-07.
    fn a_client_with_a_secret_cannot_be_used_without(world: World, _site: TlsSite) {
        let made = world.registered(json!({}));
        let mut without = client(&made);
        without.secret = None;
        let answer = without.token(world, &[("grant_type", "authorization_code"), ("code", "x")]);
        assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
    }

    /// G-11.
    fn keys_are_named_one_way_and_are_public(world: World, _site: TlsSite) {
        let rsa = crate::support::assertions::Signer::of_each_kind()[0].jwk();
        let mut private = rsa.clone();
        private["d"] = json!("AQAB");
        for over in [
            json!({"jwks": {"keys": [rsa]}, "jwks_uri": "https://client.example/jwks"}),
            json!({"jwks": {"keys": [private]}}),
            json!({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}),
            json!({"jwks": {"keys": [rsa, rsa]}}),
            json!({"jwks": {"keys": vec![rsa.clone(); 17]}}),
            json!({"jwks": [rsa]}),
        ] {
            assert_eq!(world.register(&ordinary(over)).error(), (400, "invalid_client_metadata".to_owned()));
        }
    }

    /// G-15.
    fn placeholders_are_no_addresses(world: World, site: TlsSite) {
        for text in ["https://${env.HOME}/x", "https://{host}/x", "https://client.example/${env.X}", "https://client.example/{host}"] {
            for member in ["jwks_uri", "logo_uri", "sector_identifier_uri", "initiate_login_uri", "tos_uri", "client_uri"] {
                assert_eq!(world.register(&ordinary(json!({ member: text }))).status, 400, "{member} {text}");
            }
            assert_eq!(world.register(&ordinary(json!({"redirect_uris": [text]}))).status, 400, "{text}");
        }
        assert!(site.asked().is_empty());
    }

    /// Nobody registers more than there is for anybody.
    fn a_client_cannot_make_itself_more_than_a_client(world: World, _site: TlsSite) {
        world.orders_api();
        let made = world.registered(json!({
            "first_party": true, "require_consent": false, "introspects": ["https://api.example/orders"],
            "web_origins": ["https://evil.example"], "online_refresh": true, "client_id": "chosen", "epoch": 7,
            "client_secret": "chosen", "scope": "openid orders:read vouchsafe:write", "kind": "service",
        }));
        assert_eq!(made["scope"], "openid");
        assert!(made["client_id"] != "chosen" && made["client_secret"] != "chosen");
        let id = vouchsafe_core::model::ClientId::new(made["client_id"].as_str().unwrap());
        let stored = world.write(move |tx| vouchsafe::db!(tx, clients::by_id(&id))).unwrap().metadata;
        assert!(!stored.first_party && stored.require_consent && !stored.online_refresh);
        assert!(stored.introspects.is_empty() && stored.web_origins.is_empty());
    }

    /// Secrets are shown to whom they belong and stored for nobody.
    fn nothing_that_opens_anything_is_stored(world: World, _site: TlsSite) {
        let made = world.registered(json!({}));
        let initial = world.initial_token(1, Span::from_days(1), &[]);
        for secret in [&made["client_secret"], &made["registration_access_token"], &json!(initial)] {
            let text = secret.as_str().unwrap();
            let query = format!("SELECT count(*) FROM clients WHERE metadata LIKE '%{text}%' OR declared LIKE '%{text}%'");
            assert_eq!(crate::support::databases::number(world.database(), &query), 0);
            let query = format!("SELECT count(*) FROM events WHERE detail LIKE '%{text}%' OR target LIKE '%{text}%'");
            assert_eq!(crate::support::databases::number(world.database(), &query), 0);
        }
    }
}

mod with_a_token {
    use super::{Answer, Span, Value, by_token, json, ordinary, with_registration};

    with_registration! { by_token;
        ///
        fn a_token_for_one_client_that_comes_twenty_times_at_once_makes_one(world: World, _site: TlsSite) {
            let token = world.initial_token(1, Span::from_days(1), &[]);
            let document: Value = ordinary(json!({}));
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let send = || Answer::to(world.post("/register").bearer_auth(&token).json(&document)).status;
                let threads: Vec<_> = (0..20).map(|_| scope.spawn(send)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
            assert!(statuses.iter().all(|status| matches!(status, 201 | 401 | 503)), "{statuses:?}");
            let count = crate::support::databases::number(world.database(), "SELECT count(*) FROM clients");
            assert_eq!(count, 1);
        }
    }
}
