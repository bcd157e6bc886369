//! Applications in the administration: the list, the wizard, and what it makes.

use crate::support::browser::{Browser, hidden, with};
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, Registered, metadata};
use crate::support::relying_party::claims;
use crate::support::world::{Answer, World};
use serde_json::json;
use vouchsafe::clients::catalog;
use vouchsafe::db;
use vouchsafe_core::model::{Client, ClientKind, ClientMetadata, EventKind, PkceRule, Span};

const PUBLIC_KEYS: &str = r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "alg": "EdDSA", "use": "sig", "kid": "k"}]}"#;
const REVIEW: &str = "/admin/applications/new/review";
const CREATE: &str = "/admin/applications/new/create";

fn clients(world: &World) -> Vec<Client> {
    world.write(|tx| db!(tx, clients::list()))
}

fn token(browser: &Browser<'_>) -> String {
    hidden(&browser.get("/admin").body, "form_token")
}

fn send(browser: &Browser<'_>, action: &str, fields: &[(&str, &str)]) -> Answer {
    let token = token(browser);
    let mut form = vec![("form_token", token.as_str())];
    form.extend_from_slice(fields);
    browser.post(action, &form)
}

/// The review's form as a browser would send it.
fn reviewed(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let form = answer.body.split("id=\"wizard-create\"").nth(1).unwrap();
    let names = [
        "once",
        "preset",
        "app",
        "name",
        "url",
        "redirect_uris",
        "post_logout_redirect_uris",
        "web_origins",
        "scope",
        "jwks",
    ];
    let mut fields: Vec<(String, String)> = names
        .iter()
        .map(|name| ((*name).to_owned(), unescaped(&hidden(form, name))))
        .collect();
    if form.contains("name=\"first_party\"") {
        fields.push(("first_party".to_owned(), "yes".to_owned()));
    }
    fields
}

fn unescaped(html: &str) -> String {
    [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ]
    .iter()
    .fold(html.to_owned(), |text, (escape, plain)| {
        text.replace(escape, plain)
    })
}

fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn code_with_id(html: &str, id: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("<code id=\"{id}\" translate=\"no\">"))?;
    Some(rest.split('<').next()?.to_owned())
}

const WEB: &[(&str, &str)] = &[
    ("preset", "web"),
    ("app", ""),
    ("name", "Storefront"),
    (
        "redirect_uris",
        "https://shop.example.com/callback\r\nhttps://shop.example.com/other\r\n",
    ),
    ("post_logout_redirect_uris", "https://shop.example.com/"),
    ("scope", "openid"),
    ("scope", "email"),
];

on_both_databases! {
    fn the_wizard_registers_a_client_that_gets_through_its_flow_with_the_secret_it_showed(world: World) {
        world.person("ada");
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let kinds = browser.get("/admin/applications/new");
        assert_eq!(kinds.status, 200);
        for preset in ["spa", "web", "native", "service", "device", "catalogue"] {
            assert!(kinds.body.contains(&format!("value=\"{preset}\"")), "{preset}");
        }
        let chosen = browser.get("/admin/applications/new/addresses?preset=web&app=grafana");
        assert_eq!((chosen.status, chosen.header("location")), (303, "/admin/applications/new/addresses?preset=web"));
        assert_eq!(browser.get(chosen.header("location")).status, 200);
        assert_eq!(browser.get("/admin/applications/new/addresses?preset=catalogue&app=grafana").status, 200);
        for step in [REVIEW, CREATE] {
            let typed = browser.get(step);
            assert_eq!((typed.status, typed.header("location")), (303, "/admin/applications/new"), "an address that somebody kept");
        }
        let review = send(&browser, REVIEW, WEB);
        for sentence in ["Storefront may ask people to sign in here.", "It must use PKCE", "It proves itself by a secret"] {
            assert!(review.body.contains(sentence), "{sentence}: {}", review.body);
        }
        assert!(clients(world).is_empty(), "nothing is registered before the last step");

        let made = send(&browser, CREATE, &pairs(&reviewed(&review)));
        assert_eq!((made.status, made.header("cache-control")), (200, "no-store"), "{}", made.body);
        world.follow();
        let [client] = clients(world).try_into().unwrap();
        assert_eq!(client.metadata.redirect_uris, ["https://shop.example.com/callback", "https://shop.example.com/other"]);
        assert_eq!(client.metadata.post_logout_redirect_uris, ["https://shop.example.com/"]);
        assert_eq!((client.metadata.kind, client.metadata.pkce), (ClientKind::Web, PkceRule::Required));
        assert_eq!(client.metadata.scopes, ["openid", "email"]);
        assert_eq!(code_with_id(&made.body, "made-client-id").as_deref(), Some(client.id.as_str()));
        let secret = code_with_id(&made.body, "made-secret").unwrap();
        assert!(made.body.contains(&format!("OIDC_CLIENT_SECRET={secret}")), "the block for .env is filled in");
        assert!(made.body.contains("https://shop.example.com/callback"));
        let [event] = world.events_of(EventKind::ClientCreated).try_into().unwrap();
        assert_eq!(event.client_id.as_ref(), Some(&client.id));
        let told = &event.detail["changes"];
        assert_eq!(told["client_name"]["after"], "Storefront");
        assert_eq!(told["redirect_uris"]["after"], json!(client.metadata.redirect_uris));
        assert_eq!(told.get("jwks").or_else(|| told.get("first_party")), None, "what it has not is not told");

        let app = Registered {
            id: client.id.as_str().to_owned(),
            secret: Some(secret.clone()),
            redirect_uri: "https://shop.example.com/callback".to_owned(),
        };
        let tokens = app.sign_in(world, "ada", &[("scope", "openid email")]);
        assert_eq!(claims(tokens["id_token"].as_str().unwrap())["aud"], app.id.as_str());
        let page = browser.get(&format!("/admin/applications/{}", app.id));
        assert_eq!(page.status, 200);
        assert!(!page.body.contains(&secret), "the secret was shown once");
    }

    fn what_is_trusted_or_administers_needs_a_password_of_these_minutes(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let service: &[_] = &[("preset", "service"), ("name", "Robot"), ("jwks", PUBLIC_KEYS), ("scope", "vouchsafe:read")];
        let app: &[_] = &[("preset", "spa"), ("name", "App"), ("redirect_uris", "https://app.example/cb"), ("scope", "openid")];
        let trusted = [app, &[("first_party", "yes")]].concat();
        for (fields, needs) in [(service, true), (&trusted, true), (app, false)] {
            let review = reviewed(&send(&browser, REVIEW, fields));
            world.wait(Span::from_minutes(6));
            let made = send(&browser, CREATE, &pairs(&review));
            assert_eq!(made.status, if needs { 422 } else { 200 }, "{fields:?}: {}", made.body);
            assert_eq!(clients(world).is_empty(), needs);
            if needs {
                let again = [&pairs(&review)[..], &[("password", PASSWORD)]].concat();
                assert_eq!(send(&browser, CREATE, &again).status, 200);
                world.sql("DELETE FROM client_secrets");
                world.sql("DELETE FROM clients");
            }
        }
    }

    fn a_repeated_last_step_makes_no_second_client_and_tells_no_secret_again(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let fields = reviewed(&send(&browser, REVIEW, WEB));
        let first = send(&browser, CREATE, &pairs(&fields));
        assert_eq!(first.status, 200);
        for _ in 0..3 {
            let again = send(&browser, CREATE, &pairs(&fields));
            let id = clients(world)[0].id.clone();
            assert_eq!((again.status, again.header("location")), (303, format!("/admin/applications/{id}").as_str()));
            assert!(browser.get(again.header("location")).body.contains("was registered already"));
        }
        assert_eq!((clients(world).len(), world.events_of(EventKind::ClientCreated).len()), (1, 1));
        world.administrator("root");
        let other = world.admin_browser("root");
        assert_eq!(send(&other, CREATE, &pairs(&fields)).status, 200, "somebody else's form is another one");
        assert_eq!(clients(world).len(), 2);
    }

    fn what_is_wrong_is_said_at_its_field_and_everything_typed_is_kept(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let uris = [
            ("http://shop.example.com/cb", "http is only for 127.0.0.1"),
            ("https://shop.example.com/cb#x", "fragment"),
            ("https://shop.example.com/*", "wildcard matches nothing"),
            ("https://*.example.com/cb", "wildcard matches nothing"),
            ("com.example.shop:/cb", "scheme must be https"),
            ("https://shop.example.com/cb?code=1", "must not have a parameter"),
            ("/callback", "absolute URI"),
            ("javascript:alert(1)", "scheme must be https"),
        ];
        for (uri, rule) in uris {
            let fields = [("preset", "web"), ("name", "Shop <i>"), ("redirect_uris", uri), ("scope", "openid"), ("scope", "phone")];
            let answer = send(&browser, REVIEW, &fields);
            assert_eq!(answer.status, 422, "{uri}");
            assert!(answer.body.contains(rule), "{uri}: {}", answer.body);
            assert!(answer.body.contains("href=\"#redirect_uris\"") && answer.body.contains("aria-describedby=\"redirect_uris-hint redirect_uris-error\""), "{uri}");
            assert!(answer.body.contains("role=\"alert\"") && answer.body.contains("<title>Error: "));
            assert!(answer.body.contains("value=\"Shop &#60;i&#62;\""), "{}", answer.body);
            assert!(answer.body.contains("value=\"phone\" checked"));
        }
        for (fields, field) in [
            (&[("preset", "web"), ("redirect_uris", "https://a.example/"), ("scope", "openid")][..], "name"),
            (&[("preset", "web"), ("name", "A"), ("scope", "openid")], "redirect_uris"),
            (&[("preset", "web"), ("name", "A"), ("redirect_uris", "https://a.example/")], "scopes"),
            (&[("preset", "web"), ("name", "A"), ("redirect_uris", "https://a.example/"), ("scope", "openid orders:write")], "scopes"),
            (&[("preset", "web"), ("name", "A"), ("redirect_uris", "https://a.example/"), ("scope", "openid"), ("jwks", "{")], "jwks"),
            (&[("preset", "web"), ("name", "A"), ("redirect_uris", "https://a.example/"), ("scope", "openid"), ("web_origins", "https://a.example/x")], "web_origins"),
            (&[("preset", "service"), ("name", "A"), ("scope", "openid")], "scopes"),
            (&[("preset", "catalogue"), ("app", "grafana"), ("name", "A"), ("scope", "openid")], "url"),
            (&[("preset", "catalogue"), ("app", "grafana"), ("name", "A"), ("scope", "openid"), ("url", "http://g.example")], "url"),
        ] {
            let answer = send(&browser, REVIEW, fields);
            assert_eq!(answer.status, 422, "{field}");
            assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{field}: {}", answer.body);
        }
        assert!(clients(world).is_empty());
    }

    fn every_fault_is_told_and_none_hides_another(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let (long, hidden_name) = ("x".repeat(10_000), "Ba\u{202e}nk");
        let address = format!("http://{long}.example/cb");
        let fields = [("preset", "web"), ("name", hidden_name), ("redirect_uris", address.as_str()), ("scope", "openid")];
        let refused = send(&browser, REVIEW, &fields);
        assert_eq!(refused.status, 422);
        for told in ["href=\"#name\"", "href=\"#redirect_uris\"", "none of them invisible (it has U+202E)", "xxx…: "] {
            assert!(refused.body.contains(told), "{told}: {}", refused.body);
        }
        let spelt = "کتاب\u{200c}خانه 👩\u{200d}👧";
        let fields = [("preset", "web"), ("name", spelt), ("redirect_uris", "https://a.example/cb"), ("scope", "openid")];
        let review = send(&browser, REVIEW, &fields);
        assert_eq!(review.status, 200, "{}", review.body);
        assert_eq!(send(&browser, CREATE, &pairs(&reviewed(&review))).status, 200);
        assert_eq!(clients(world)[0].metadata.client_name, spelt);
    }

    fn a_service_is_told_that_it_needs_an_api_first(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let step = |preset: &str| browser.get(&format!("/admin/applications/new/addresses?preset={preset}")).body;
        let service = step("service");
        assert!(service.contains("id=\"scopes-no-api\"") && !service.contains("consent page"), "{service}");
        assert!(!step("web").contains("id=\"scopes-no-api\""));
        world.orders_api();
        assert!(!step("service").contains("id=\"scopes-no-api\""));
        world.wait(Span::from_minutes(6));
        let asked = browser.get("/admin/applications/new/addresses?preset=service");
        assert!(browser.get(asked.header("location")).body.contains("perhaps with a secret"), "the password is asked for with a reason");
    }

    fn an_address_on_this_machine_is_told_beside_the_status(world: World) {
        world.administrator("grace");
        world.client(ClientMetadata { redirect_uris: vec!["http://localhost:3000/cb".to_owned()], ..metadata(ClientKind::Web) });
        let list = world.admin_browser("grace").get("/admin/applications").body;
        let (enabled, address) = (list.find(">Enabled</span>").unwrap(), list.find(">Address on this machine</span>").unwrap());
        assert!(enabled < address, "{list}");
    }

    fn a_forged_last_step_is_checked_as_if_there_had_been_no_other(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let base = [("once", "0123456789abcdef0123"), ("preset", "spa"), ("name", "App"), ("scope", "openid")];
        for (name, value, status) in [
            ("redirect_uris", "http://evil.test/cb", 422),
            ("redirect_uris", "https://app.example.com/cb#x", 422),
            ("scope", "orders:write", 422),
            ("name", "", 422),
            ("preset", "superuser", 303),
            ("preset", "catalogue", 303),
            ("once", "short", 400),
            ("once", "", 400),
        ] {
            let mut fields = vec![("redirect_uris", "https://app.example.com/cb")];
            fields.extend(base);
            fields.retain(|(known, _)| *known != name);
            fields.push((name, value));
            let answer = send(&browser, CREATE, &fields);
            assert_eq!(answer.status, status, "{name}={value}: {}", answer.body);
        }
        assert!(clients(world).is_empty());
        // What no step asks for cannot be smuggled in.
        let mut good = vec![("redirect_uris", "https://app.example.com/cb")];
        good.extend(base);
        for smuggled in ["client_id", "pkce", "grant", "id_token_alg", "kind", "auth_method", "introspects", "online_refresh", "epoch"] {
            for step in [REVIEW, CREATE, "/admin/applications/new/addresses"] {
                let mut fields = good.clone();
                fields.push((smuggled, "1"));
                assert_eq!(send(&browser, step, &fields).status, 400, "{step} {smuggled}");
            }
        }
        assert!(clients(world).is_empty());
        // Keys are for those that can sign.
        good.push(("jwks", "{\"keys\": []}"));
        assert_eq!(send(&browser, CREATE, &good).status, 200);
        let [client] = clients(world).try_into().unwrap();
        let expected = ClientMetadata {
            client_name: "App".to_owned(),
            redirect_uris: vec!["https://app.example.com/cb".to_owned()],
            scopes: vec!["openid".to_owned()],
            grant_types: vec![vouchsafe_core::model::GrantType::AuthorizationCode],
            first_party: false,
            ..metadata(ClientKind::Spa)
        };
        assert_eq!(client.metadata, expected);
    }

    fn no_form_is_taken_without_its_token_or_from_elsewhere(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let client = world.client(metadata(ClientKind::Web));
        let page = format!("/admin/applications/{}", client.id);
        let actions = ["/settings", "/secrets/add", "/secrets/end", "/keys", "/disable", "/enable", "/delete"];
        let actions = actions.iter().map(|action| format!("{page}{action}"));
        let token = token(&browser);
        for action in actions.chain([REVIEW.to_owned(), CREATE.to_owned(), "/admin/apis/new".to_owned()]) {
            assert_eq!(browser.post(&action, &[("form_token", "AAAA")]).status, 403, "{action}");
            let foreign = world.post(&action).header("origin", "https://evil.test").form(&[("form_token", &token)]);
            assert_eq!(browser.send(foreign).status, 403, "{action}");
            assert_eq!(world.browser().post(&action, &[]).status, 303, "{action}: nobody is signed in");
        }
        assert_eq!(clients(world)[0].disabled_at, None);
    }

    fn every_kind_of_application_can_be_registered(world: World) {
        world.administrator("grace");
        world.orders_api();
        let browser = world.admin_browser("grace");
        for (fields, kind, secret) in [
            (&[("preset", "spa"), ("name", "A"), ("redirect_uris", "http://localhost:5173/cb"), ("scope", "openid")][..], ClientKind::Spa, false),
            (&[("preset", "native"), ("name", "B"), ("redirect_uris", "http://127.0.0.1/cb\ncom.example.app:/cb"), ("scope", "openid")], ClientKind::Native, false),
            (&[("preset", "device"), ("name", "C"), ("redirect_uris", "http://127.0.0.1/cb"), ("scope", "openid")], ClientKind::Native, false),
            (&[("preset", "service"), ("name", "D"), ("scope", "orders:read")], ClientKind::Service, true),
            (&[("preset", "service"), ("name", "E"), ("scope", "orders:read"), ("jwks", PUBLIC_KEYS)], ClientKind::Service, false),
            (&[("preset", "catalogue"), ("app", "grafana"), ("name", "F"), ("url", "https://grafana.example.com"), ("scope", "openid offline_access")], ClientKind::Web, true),
        ] {
            let review = send(&browser, REVIEW, fields);
            let made = send(&browser, CREATE, &pairs(&reviewed(&review)));
            assert_eq!(made.status, 200, "{fields:?}: {}", made.body);
            assert_eq!(code_with_id(&made.body, "made-secret").is_some(), secret, "{fields:?}");
            let name = fields.iter().find(|(name, _)| *name == "name").unwrap().1;
            let client = clients(world).into_iter().find(|client| client.metadata.client_name == name).unwrap();
            assert_eq!(client.metadata.kind, kind, "{fields:?}");
            assert_eq!(client.has_secret(), secret);
        }
    }

    fn every_application_of_the_catalogue_comes_through_the_wizard(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        for app in catalog::apps() {
            let form = browser.get(&format!("/admin/applications/new/addresses?preset=catalogue&app={}", app.id));
            assert_eq!(form.status, 200, "{}", app.id);
            let scopes = app.scopes.join(" ");
            let mut fields = vec![("preset", "catalogue"), ("app", app.id), ("name", app.name.as_str()), ("scope", scopes.as_str())];
            if app.url_example.is_some() {
                fields.push(("url", "https://apps.example.org/tool"));
            }
            let made = send(&browser, CREATE, &pairs(&reviewed(&send(&browser, REVIEW, &fields))));
            assert_eq!(made.status, 200, "{}: {}", app.id, made.body);
            let first = &app.settings[0];
            let line = first.text.lines().find(|line| !line.contains('@') && line.len() > 4).unwrap();
            assert!(unescaped(&made.body).contains(line), "{}: {line}", app.id);
        }
        assert_eq!(clients(world).len(), catalog::apps().len());
    }

    fn the_wizard_asks_for_the_password_before_anything_is_typed_and_after_half_an_hour(world: World) {
        const SPA: &[(&str, &str)] = &[("preset", "spa"), ("app", ""), ("name", "Board"), ("redirect_uris", "https://board.example.com/cb"), ("scope", "openid")];
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let (first, second) = (reviewed(&send(&browser, REVIEW, SPA)), reviewed(&send(&browser, REVIEW, SPA)));
        world.wait(Span::from_minutes(6));
        let asked = browser.get("/admin/applications/new/addresses?preset=catalogue&app=grafana");
        let back = "/admin/confirm?back=%2Fadmin%2Fapplications%2Fnew%2Faddresses%3Fpreset%3Dcatalogue%26app%3Dgrafana";
        assert_eq!((asked.status, asked.header("location")), (303, back));
        world.wait(Span::from_minutes(23));
        let made = send(&browser, CREATE, &pairs(&first));
        assert_eq!(made.status, 200, "an application without a secret: {}", made.body);
        world.wait(Span::from_minutes(2));
        let late = send(&browser, CREATE, &pairs(&second));
        assert_eq!((late.status, late.header("location").starts_with("/admin/confirm?back=")), (303, true), "{}", late.body);
        assert_eq!(clients(world).len(), 1);
    }

    fn the_wizard_hands_out_a_secret_only_after_a_recent_password_and_loses_nothing_by_asking(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let fresh = send(&browser, REVIEW, WEB);
        assert!(!fresh.body.contains("type=\"password\""), "given a moment ago: {}", fresh.body);
        let fields = reviewed(&fresh);
        world.wait(Span::from_minutes(6));
        let late = send(&browser, CREATE, &pairs(&fields));
        assert_eq!(late.status, 422, "{}", late.body);
        assert!(late.body.contains("id=\"wizard-password\"") && !late.body.contains("vcs_"), "{}", late.body);
        let again = reviewed(&Answer { status: 200, ..late });
        assert_eq!(again, fields, "everything is carried on");
        assert!(send(&browser, REVIEW, WEB).body.contains("id=\"wizard-password\""), "the review asks at once when it is late");
        let wrong = send(&browser, CREATE, &with(&fields, "password", "wrong horse battery"));
        assert_eq!(wrong.status, 422, "{}", wrong.body);
        assert!(wrong.body.contains("The password is wrong") && !wrong.body.contains("wrong horse"), "{}", wrong.body);
        assert!(clients(world).is_empty());
        let made = send(&browser, CREATE, &with(&fields, "password", PASSWORD));
        assert_eq!((made.status, clients(world).len()), (200, 1), "{}", made.body);
        assert!(made.body.contains("vcs_"), "{}", made.body);
        assert_eq!(world.events_of(EventKind::AdminConfirmed).len(), 1);
        assert_eq!(browser.get("/admin/panic/everything").status, 200, "the session goes on, proven");
        let keys: &[(&str, &str)] = &[("preset", "service"), ("app", ""), ("name", "Robot")];
        let review = send(&browser, REVIEW, keys);
        world.wait(Span::from_minutes(6));
        let secret = send(&browser, CREATE, &pairs(&reviewed(&review)));
        assert_eq!((secret.status, clients(world).len()), (422, 1), "a service has a secret too");
    }

    fn back_from_the_review_everything_is_as_it_was_typed(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let mut fields = WEB.to_vec();
        fields.push(("first_party", "yes"));
        let review = reviewed(&send(&browser, REVIEW, &fields));
        let form = send(&browser, "/admin/applications/new/addresses", &pairs(&review));
        assert_eq!(form.status, 200);
        for kept in ["value=\"Storefront\"", "https://shop.example.com/other", "name=\"first_party\" value=\"yes\" checked", "value=\"email\" checked"] {
            assert!(form.body.contains(kept), "{kept}: {}", form.body);
        }
        assert!(!form.body.contains("value=\"phone\" checked") && !form.body.contains("role=\"alert\""));
    }

    fn names_full_of_markup_are_text_wherever_they_stand(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let evil = "</code><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
        let fields = [("preset", "web"), ("name", evil), ("redirect_uris", "https://shop.example.com/cb"), ("scope", "openid")];
        let review = send(&browser, REVIEW, &fields);
        let made = send(&browser, CREATE, &pairs(&reviewed(&review)));
        assert_eq!(made.status, 200);
        let id = clients(world)[0].id.clone();
        assert_eq!(clients(world)[0].metadata.client_name, evil);
        let mut pages = vec![review.body, made.body];
        for path in ["", "/settings", "/secrets", "/activity", "/delete"] {
            let page = browser.get(&format!("/admin/applications/{id}{path}"));
            assert_eq!(page.status, 200, "{path}");
            pages.push(page.body);
        }
        pages.push(browser.get("/admin/applications").body);
        for page in pages {
            assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
            assert!(page.contains("&#60;script&#62;"), "{page}");
        }
    }

    fn an_application_that_registered_itself_is_told_apart(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let app = world.client(metadata(ClientKind::Web));
        let said = |text: &str| {
            let pages = ["/admin/applications".to_owned(), format!("/admin/applications/{}", app.id), format!("/admin/applications/{}/settings", app.id)];
            pages.iter().filter(|page| browser.get(page).body.contains(text)).count()
        };
        assert_eq!(said("registered itself"), 0);
        let id = vouchsafe_core::model::ClientId::new(app.id.as_str());
        world.write(move |tx| {
            let mut client = db!(tx, clients::by_id(&id))?.unwrap();
            db!(tx, clients::remove(&id))?;
            client.registrar = vouchsafe_core::model::Registrar::Anybody;
            db!(tx, clients::add(&client))
        });
        assert_eq!(said("registered itself"), 3);
        assert_eq!(said("id=\"settings-not-ours\""), 1);
    }

    fn the_list_finds_by_name_id_and_redirect_uri_and_goes_on_page_by_page(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let named = |name: &str, kind, uri: &str| ClientMetadata {
            client_name: name.to_owned(),
            redirect_uris: if kind == ClientKind::Service { Vec::new() } else { vec![uri.to_owned()] },
            ..metadata(kind)
        };
        let shop = world.client(named("Storefront", ClientKind::Web, "https://shop.example.com/cb"));
        world.client(named("Field tablet", ClientKind::Native, "com.example.tablet:/cb"));
        world.client(named("Nightly export", ClientKind::Service, ""));
        let listed = |query: &str| {
            let page = browser.get(&format!("/admin/applications{query}"));
            assert_eq!(page.status, 200, "{query}: {}", page.body);
            ["Storefront", "Field tablet", "Nightly export"].iter().filter(|name| page.body.contains(&format!("<bdi>{name}</bdi>"))).copied().collect::<Vec<_>>()
        };
        assert_eq!(listed("").len(), 3);
        assert_eq!(listed("?q=store"), ["Storefront"]);
        assert_eq!(listed("?q=tablet"), ["Field tablet"], "any word of the name");
        assert_eq!(listed(&format!("?q={}", shop.id)), ["Storefront"]);
        assert_eq!(listed("?q=shop.example.com"), ["Storefront"]);
        assert_eq!(listed("?q=https%3A%2F%2Fshop.example.com%2Fcb"), ["Storefront"]);
        assert_eq!(listed("?type=service"), ["Nightly export"]);
        assert_eq!(listed("?q=store&type=service"), [""; 0]);
        assert_eq!(listed("?disabled=true"), [""; 0]);
        assert_eq!(listed("?disabled=false").len(), 3);
        let id = vouchsafe_core::model::ClientId::new(shop.id.as_str());
        let act = world.act();
        world.write(move |tx| vouchsafe::clients::standing::disable(tx, &act, &id).map(drop));
        assert_eq!(listed("?disabled=true"), ["Storefront"]);
        assert_eq!(listed("?disabled=false&type=native"), ["Field tablet"]);
        assert_eq!(browser.get("/admin/applications?disabled=asleep").status, 400);
        assert_eq!(browser.get("/admin/applications?type=martian").status, 400);
        assert_eq!(browser.get("/admin/applications?cursor=garbage").status, 400);
        assert_eq!(browser.get("/admin/applications?sort=epoch").status, 400);

        for number in 0..50 {
            world.unnoticed_client(named(&format!("Zebra {number:02}"), ClientKind::Spa, "https://zebra.example/cb"), None);
        }
        let first = browser.get("/admin/applications");
        let next = first.body.split("id=\"applications-next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let second = browser.get(&unescaped(next));
        let rows = |page: &Answer| page.body.matches("<th scope=\"row\">").count();
        assert_eq!((rows(&first), rows(&second)), (50, 3));
        assert!(!second.body.contains("applications-next"));
    }
}
