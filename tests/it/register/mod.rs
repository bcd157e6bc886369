//! RFC 7591, RFC 7592, OpenID Connect Dynamic Client Registration: clients that register themselves.

mod administered;
mod documents;
mod keys;
mod lifetime;
mod manage;
mod metadata_documents;
mod off;
mod pages;
mod scopes;
mod tokens;

use crate::support::newcomer::{client, open, ordinary, with_registration};
use crate::support::relying_party::{claims, header};
use crate::support::world::Answer;
use serde_json::{Value, json};
use vouchsafe_core::model::EventKind;

/// The code and the description of a refusal.
pub(crate) fn refused(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("error"), text("error_description"))
}

with_registration! { open;
    fn a_client_registers_itself_and_signs_people_in(world: World, _site: TlsSite) {
        world.person("ada");
        let facts = Answer::to(world.get("/.well-known/openid-configuration")).json();
        let endpoint = facts["registration_endpoint"].as_str().unwrap();
        assert_eq!(endpoint, format!("{}/register", world.issuer));
        let answer = Answer::to(world.post(endpoint).json(&ordinary(json!({}))));
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("access-control-allow-origin"), "");
        let made = answer.json();
        assert_eq!(made["client_id_issued_at"], json!(world.clock_seconds()));
        assert_eq!(made["client_secret_expires_at"], json!(0));
        assert!(made["client_secret"].as_str().unwrap().starts_with("vcs_"));
        assert!(made["registration_access_token"].as_str().unwrap().starts_with("vrat_"));
        let id = made["client_id"].as_str().unwrap();
        assert_eq!(made["registration_client_uri"], json!(format!("{}/register/{id}", world.issuer)));
        assert_eq!(made["client_name"], "Tideline");
        assert_eq!(made["token_endpoint_auth_method"], "client_secret_basic");
        assert_eq!(made["response_types"], json!(["code"]));
        assert_eq!(made["scope"], "openid profile email address phone offline_access");
        for own in ["first_party", "require_consent", "pkce", "disabled", "type"] {
            assert!(made.get(own).is_none(), "{own} is no business of the client's");
        }
        // Without PKCE: many libraries of confidential clients know none.
        let client = client(&made);
        let browser = world.browser();
        let page = browser.ask(&client, &[("code_challenge", ""), ("code_challenge_method", "")]);
        let page = browser.fill(&page, &[("username", "ada"), ("password", crate::support::people::PASSWORD)]);
        assert_eq!(page.name(), "consent", "it is never first-party");
        let end = browser.fill(&page, &[("decision", "allow")]);
        let code = crate::support::steps::code(&end);
        let redeemed = client.token(world, &[
            ("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &client.redirect_uri),
        ]);
        assert_eq!(redeemed.status, 200, "{}", redeemed.body);
    }

    fn groups_and_roles_are_for_clients_that_an_operator_knows(world: World, _site: TlsSite) {
        let made = world.registered(json!({"scope": "openid groups roles"}));
        assert_eq!(made["scope"], "openid");
    }

    fn everything_that_is_accepted_comes_back_and_the_rest_is_ignored(world: World, _site: TlsSite) {
        let asked = json!({
            "client_name": "OIDF Conformance Test 7Qx",
            "grant_types": ["authorization_code", "implicit", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_post",
            "contacts": ["certification@example.org"],
            "policy_uri": "https://client.example/policy",
            "tos_uri": "https://other.example/terms",
            "client_uri": "https://client.example/",
            "initiate_login_uri": "https://client.example/login",
            "post_logout_redirect_uris": ["https://client.example/out"],
            "default_max_age": 3600,
            "require_auth_time": true,
            "subject_type": "public",
            "application_type": "web",
            "id_token_signed_response_alg": "ES256",
            "software_id": "4NRB1-0XZABZI9E6-5SM3R",
            "software_version": "2.1",
            "scope": "openid email",
            "request_uris": ["https://client.example/request"],
            "client_name#de": "Gezeiten",
            "made_up": {"x": [null]},
        });
        let made = world.registered(asked.clone());
        for (name, value) in asked.as_object().unwrap() {
            match name.as_str() {
                "request_uris" | "client_name#de" | "made_up" => assert!(made.get(name).is_none(), "{name}"),
                "grant_types" => assert_eq!(made[name], json!(["authorization_code", "refresh_token"])),
                _ => assert_eq!(made[name], *value, "{name}"),
            }
        }
        let shown = world.manage("GET", &made, None).json();
        for (name, value) in made.as_object().unwrap() {
            if !name.starts_with("client_secret") {
                assert_eq!(shown[name], *value, "{name}");
            }
        }
    }

    fn what_was_registered_is_what_happens(world: World, _site: TlsSite) {
        world.person("ada");
        for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
            let made = world.registered(json!({"id_token_signed_response_alg": alg, "default_max_age": 60}));
            world.follow();
            let client = client(&made);
            let browser = world.browser();
            let page = browser.ask(&client, &[]);
            let page = browser.fill(&page, &[("username", "ada"), ("password", crate::support::people::PASSWORD)]);
            let code = crate::support::steps::code(&browser.fill(&page, &[("decision", "allow")]));
            let tokens = client.redeem(world, &code);
            assert_eq!(tokens.status, 200, "{}", tokens.body);
            let id_token = tokens.json()["id_token"].as_str().unwrap().to_owned();
            assert_eq!(header(&id_token)["alg"], alg);
            assert!(claims(&id_token)["auth_time"].is_i64());
            world.wait(vouchsafe_core::model::Span::from_seconds(61));
            assert_eq!(browser.ask(&client, &[]).name(), "login", "default_max_age");
            crate::support::steps::code(&browser.ask(&client, &[("max_age", "600")]));
        }
    }

    fn kinds_of_clients_get_what_fits_them(world: World, _site: TlsSite) {
        let native = world.registered(json!({
            "token_endpoint_auth_method": "none", "redirect_uris": ["http://127.0.0.1/cb"],
        }));
        assert_eq!((native["application_type"].as_str(), native.get("client_secret")), (Some("native"), None));
        assert!(native.get("client_secret_expires_at").is_none());
        let spa = world.registered(json!({"token_endpoint_auth_method": "none"}));
        assert_eq!(spa["application_type"], "web");
        let unnamed = json!({"grant_types": ["authorization_code"], "token_endpoint_auth_method": "none", "redirect_uris": ["com.example.app:/cb"]});
        let native = json!({"application_type": "native", "redirect_uris": ["http://127.0.0.1/cb"]});
        for (over, method) in [(json!({}), "none"), (json!({"application_type": "native"}), "none"), (json!({"application_type": "web"}), "client_secret_post")] {
            let mut over = over;
            over["token_endpoint_auth_method"] = json!(method);
            let made = world.registered(over.clone());
            assert_eq!(made["application_type"], over.get("application_type").cloned().unwrap_or(json!("web")));
        }
        assert_eq!(world.registered(unnamed)["application_type"], "native");
        // One with a secret of its own (RFC 8252 §8.4) is refused, not made something else.
        for (method, redirect_uri) in [
            (None, "http://127.0.0.1/cb"), (None, "com.example.app:/cb"), (Some("client_secret_basic"), "http://127.0.0.1/cb"),
            (Some("client_secret_post"), "http://127.0.0.1/cb"), (Some("private_key_jwt"), "http://127.0.0.1/cb"),
        ] {
            let mut over = native.clone();
            over["redirect_uris"] = json!([redirect_uri]);
            if let Some(method) = method {
                over["token_endpoint_auth_method"] = json!(method);
            }
            let (status, error, told) = refused(&world.register(&ordinary(over)));
            assert_eq!((status, error.as_str()), (400, "invalid_client_metadata"), "{method:?}");
            assert!(told.starts_with("token_endpoint_auth_method: "), "{told}");
        }
        let refreshless = world.registered(json!({"grant_types": ["authorization_code"]}));
        assert_eq!(refreshless["scope"], "openid profile email address phone");
        // A public client proves itself by PKCE only.
        let page = world.browser().ask(&client(&spa), &[("code_challenge", ""), ("code_challenge_method", "")]);
        assert!(page.at.contains("error=invalid_request"), "{}", page.at);
    }

    fn a_refusal_has_the_code_of_the_specification_and_names_the_member(world: World, _site: TlsSite) {
        for (over, code, begins) in [
            (json!({"redirect_uris": ["https://client.example/cb#x"]}), "invalid_redirect_uri", "redirect_uris: "),
            (json!({"redirect_uris": ["http://client.example/cb"]}), "invalid_redirect_uri", "redirect_uris: "),
            (json!({"redirect_uris": []}), "invalid_redirect_uri", "redirect_uris: "),
            (json!({"redirect_uris": "https://client.example/cb"}), "invalid_client_metadata", "redirect_uris: "),
            (json!({"initiate_login_uri": "http://client.example/"}), "invalid_client_metadata", "initiate_login_uri: "),
            (json!({"subject_type": "pairwise"}), "invalid_client_metadata", "subject_type: "),
            (json!({"require_signed_request_object": true}), "invalid_client_metadata", "require_signed_request_object: "),
            (json!({"require_pushed_authorization_requests": true}), "invalid_client_metadata", "require_pushed_authorization_requests: "),
            (json!({"authorization_signed_response_alg": "RS256"}), "invalid_client_metadata", "authorization_signed_response_alg: "),
            (json!({"grant_types": ["client_credentials"], "redirect_uris": []}), "invalid_client_metadata", "grant_types: "),
            (json!({"scope": "admin:everything"}), "invalid_client_metadata", "scope: "),
            (json!({"jwks": {"keys": []}}), "invalid_client_metadata", "jwks: "),
            (json!({"software_statement": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"}), "unapproved_software_statement", "software_statement: "),
            (json!({"software_statement": "x"}), "invalid_software_statement", "software_statement: "),
        ] {
            let answer = world.register(&ordinary(over.clone()));
            let (status, error, told) = refused(&answer);
            assert_eq!((status, error.as_str()), (400, code), "{over}");
            assert!(told.starts_with(begins), "{told}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }

    /// Nobody makes keys by what is refused, and the log says by whom the others were made.
    fn keys_are_made_for_those_that_are_registered(world: World, _site: TlsSite) {
        let of_alg = |alg: &str| {
            let keys = Answer::to(world.get("/jwks")).json();
            keys["keys"].as_array().unwrap().iter().filter(|key| key["alg"] == alg).count()
        };
        let before = world.events_of(EventKind::KeyCreated).len();
        let refused = world.register(&ordinary(json!({"id_token_signed_response_alg": "EdDSA", "logo_uri": "https://127.0.0.1/x"})));
        assert_eq!(refused.status, 400);
        assert_eq!((of_alg("EdDSA"), world.events_of(EventKind::KeyCreated).len()), (0, before));
        world.registered(json!({"id_token_signed_response_alg": "EdDSA"}));
        assert!(of_alg("EdDSA") > 0);
        let made = world.events_of(EventKind::KeyCreated);
        let by_anybody = made.iter().filter(|event| event.actor == "anybody").count();
        assert!(by_anybody > 0 && made.len() == before + by_anybody);
    }

    fn codes_go_to_no_address_inside_of_somebody_s_network(world: World, _site: TlsSite) {
        for host in [
            "10.0.0.1", "127.0.0.1", "127.0.0.1:8443", "192.168.1.1", "172.16.0.1", "100.64.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1",
            "[::1]", "[::1]:8443", "[fd12:3456::1]", "[fc00::1]", "[2001:db8::1]", "[64:ff9b::a00:1]", "[2002:7f00:1::]",
        ] {
            for method in ["client_secret_basic", "none"] {
                let over = json!({"redirect_uris": ["https://client.example/cb", format!("https://{host}/cb")], "token_endpoint_auth_method": method});
                let (status, error, told) = refused(&world.register(&ordinary(over)));
                assert_eq!((status, error.as_str()), (400, "invalid_redirect_uri"), "{host} {method}");
                assert!(told.starts_with("redirect_uris: "), "{told}");
            }
            let after = json!({"post_logout_redirect_uris": [format!("https://{host}/bye")]});
            assert_eq!(refused(&world.register(&ordinary(after))).0, 400, "{host}");
        }
        for uri in ["https://1.1.1.1/cb", "https://[2606:4700::1]/cb", "https://10.0.0.1.example/cb"] {
            world.registered(json!({ "redirect_uris": [uri] }));
        }
        let native = json!({"token_endpoint_auth_method": "none", "redirect_uris": ["http://127.0.0.1/cb", "http://[::1]/cb"]});
        world.registered(native);
    }

    fn what_looks_the_same_is_kept_the_same(world: World, _site: TlsSite) {
        let made = world.registered(json!({
            "client_name": "Cafe\u{301}", "software_id": "A\u{30a}", "contacts": ["Zoe\u{308} zoe@client.example"],
        }));
        assert_eq!((&made["client_name"], &made["software_id"]), (&json!("Caf\u{e9}"), &json!("\u{c5}")));
        assert_eq!(made["contacts"], json!(["Zo\u{eb} zoe@client.example"]));
        let robot = world.service(crate::support::api_caller::ALL);
        let wish = json!({"client_name": "Cafe\u{301}", "type": "web", "redirect_uris": ["https://cafe.example/cb"]});
        assert_eq!(robot.make("/clients", &wish)["client_name"], "Caf\u{e9}");
        let wish = json!({
            "identifier": "https://api.example/cafe", "name": "Cafe\u{301}", "scopes": [{"name": "cafe", "description": "Ein Cafe\u{301}"}],
        });
        let api = robot.make("/apis", &wish);
        assert_eq!((&api["name"], &api["scopes"][0]["description"]), (&json!("Caf\u{e9}"), &json!("Ein Caf\u{e9}")));
    }

    fn a_body_that_is_no_json_object_is_refused(world: World, _site: TlsSite) {
        let send = |kind: &str, body: String| {
            Answer::to(world.post("/register").header("content-type", kind).body(body))
        };
        let (type_, object, twice) = (
            "Content-Type: it must be application/json",
            "client_metadata: it must be a JSON object",
            "client_metadata: a member is there twice",
        );
        let no_json = "client_metadata: it is not JSON";
        for (kind, body, told) in [
            ("application/json", "[]".to_owned(), object),
            ("application/json", "null".to_owned(), object),
            ("application/json", "{".to_owned(), no_json),
            ("application/json", String::new(), no_json),
            ("application/json", "{\"a\":\"\\u0000\"}".to_owned(), "client_metadata: a text holds NUL"),
            ("application/json", "[".repeat(10_000), "client_metadata: it is nested too deep"),
            ("application/json", r#"{"redirect_uris":["https://a.example/cb"],"client_name":"A","client_name":"B"}"#.to_owned(), twice),
            ("application/json", r#"{"redirect_uris":["https://a.example/cb"],"redirect_\u0075ris":["https://b.example/cb"]}"#.to_owned(), twice),
            ("application/json", r#"{"redirect_uris":["https://a.example/cb"],"x":{"y":1,"y":2}}"#.to_owned(), twice),
            ("text/plain", ordinary(json!({})).to_string(), type_),
            ("application/x-www-form-urlencoded", "client_name=x".to_owned(), type_),
        ] {
            let expected = (400, "invalid_client_metadata".to_owned(), told.to_owned());
            assert_eq!(refused(&send(kind, body)), expected);
        }
        let untyped = Answer::to(world.post("/register").body(ordinary(json!({})).to_string()));
        assert_eq!(refused(&untyped).2, type_);
        let long = send("application/json", " ".repeat(65 * 1024));
        assert_eq!(refused(&long), (413, "invalid_request".to_owned(), "The body is too long.".to_owned()));
        assert_eq!(send("application/json; charset=utf-8", ordinary(json!({})).to_string()).status, 201);
        let answer = Answer::to(world.get("/register"));
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
        let answer = Answer::to(world.post("/register/x"));
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, PUT, DELETE"));
    }

    fn a_hundred_and_fifty_clients_register_within_minutes(world: World, _site: TlsSite) {
        let mut ids: Vec<Value> = (0..150).map(|_| world.registered(json!({}))["client_id"].clone()).collect();
        ids.sort_by_key(ToString::to_string);
        ids.dedup();
        assert_eq!(ids.len(), 150);
    }

    fn every_registration_is_written_to_the_log(world: World, _site: TlsSite) {
        let made = world.registered(json!({}));
        let id = vouchsafe_core::model::ClientId::new(made["client_id"].as_str().unwrap());
        let kinds = world.write(move |tx| {
            let events = vouchsafe::db!(tx, events::unnumbered(50))?;
            let own = events.into_iter().filter(|event| event.client_id.as_ref() == Some(&id));
            let mut told: Vec<_> = own.map(|event| (event.kind.as_str(), event.actor)).collect();
            told.sort_unstable();
            Ok(told)
        });
        let anybody = "anybody".to_owned();
        assert_eq!(kinds, [("client.created", anybody.clone()), ("client.registered", anybody)]);
    }
}

mod full {
    use super::{Answer, EventKind, json, ordinary, with_registration};
    use vouchsafe::config::Config;

    fn for_one(config: &mut Config) {
        super::open(config);
        config.registration.most_clients = 1;
    }

    with_registration! { for_one;
        fn a_registration_that_finds_no_room_makes_no_keys(world: World, _site: TlsSite) {
            world.registered(json!({}));
            let before = world.events_of(EventKind::KeyCreated).len();
            let full: Answer = world.register(&ordinary(json!({"id_token_signed_response_alg": "PS256"})));
            assert!(full.status >= 400, "{}", full.body);
            assert_eq!(world.events_of(EventKind::KeyCreated).len(), before);
        }
    }
}
