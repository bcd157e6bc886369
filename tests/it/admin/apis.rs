//! APIs and scopes in the administration.

use crate::support::browser::{Browser, filled, hidden};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vouchsafe::db;
use vouchsafe_core::model::{
    Api, ApiClaim, ApiScope, ClientKind, ClientMetadata, EventKind, KeyAlgorithm, Span, TokenTyp, UnixTime,
};

fn stored(world: &World, identifier: &str) -> Option<Api> {
    let identifier = identifier.to_owned();
    world.write(move |tx| db!(tx, apis::by_identifier(&identifier)))
}

fn page(identifier: &str, part: &str) -> String {
    format!("/admin/apis/~{}{part}", URL_SAFE_NO_PAD.encode(identifier))
}

/// Sends a form; that of an API as one that was opened just now, unless it says which one it is.
fn send(browser: &Browser<'_>, action: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = fields.to_vec();
    let edits = action.starts_with("/admin/apis/~") && !action.ends_with("/delete");
    let opened = edits && !fields.iter().any(|(name, _)| *name == "shown");
    let shown = opened.then(|| hidden(&browser.get(action).body, "shown"));
    form.extend(shown.as_deref().map(|shown| ("shown", shown)));
    browser.admin_post("/admin", action, &form)
}

const ORDERS: &str = "https://api.example/orders";

fn typed<'a>(over: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("identifier", ORDERS),
        ("name", "Orders"),
        (
            "scopes",
            "orders:read = Read your orders\r\norders:write = Change your orders",
        ),
        ("lifetime", ""),
        ("token_typ", "at+jwt"),
        ("signing_alg", "RS256"),
    ];
    fields.retain(|(name, _)| !over.iter().any(|(other, _)| other == name));
    fields.extend(over.iter().filter(|(_, value)| !value.is_empty()));
    fields
}

on_both_databases! {
    fn an_api_is_made_listed_and_changed(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        assert!(browser.get("/admin/apis").body.contains("id=\"apis-none\""));
        let made = send(&browser, "/admin/apis/new", &typed(&[("lifetime", "2m"), ("roles", "yes")]));
        assert_eq!((made.status, made.header("location")), (303, page(ORDERS, "").as_str()), "{}", made.body);
        let api = stored(world, ORDERS).unwrap();
        assert_eq!((api.name.as_str(), api.access_token_lifetime, api.token_typ), ("Orders", Some(Span::from_minutes(2)), TokenTyp::AtJwt));
        assert_eq!(api.claims, [ApiClaim::Roles]);
        let scopes: Vec<_> = api.scopes.iter().map(|scope| (scope.name.as_str(), scope.description.as_str())).collect();
        assert_eq!(scopes, [("orders:read", "Read your orders"), ("orders:write", "Change your orders")]);
        let listed = browser.get("/admin/apis");
        assert!(listed.body.contains("<bdi>Orders</bdi>") && listed.body.contains("<code>orders:write</code>"), "{}", listed.body);

        let shown = browser.get(&page(ORDERS, ""));
        assert!(shown.body.contains("orders:read = Read your orders") && shown.body.contains("value=\"2m\""), "{}", shown.body);
        let over = [
            ("identifier", "https://evil.test"),
            ("name", "Orders and bills"),
            ("scopes", "orders:read = Read your orders\norders:write = Change them\nbills:read"),
            ("token_typ", "JWT"),
            ("signing_alg", "ES256"),
        ];
        let saved = send(&browser, &page(ORDERS, ""), &typed(&over));
        assert_eq!((saved.status, saved.header("location")), (303, page(ORDERS, "").as_str()), "{}", saved.body);
        let changed = stored(world, ORDERS).unwrap();
        assert_eq!((changed.name.as_str(), changed.token_typ, changed.signing_alg), ("Orders and bills", TokenTyp::Jwt, KeyAlgorithm::Es256));
        assert_eq!((changed.access_token_lifetime, changed.claims.len(), changed.scopes.len()), (None, 0, 3));
        assert_eq!(changed.created_at, api.created_at);
        assert_eq!(stored(world, "https://evil.test"), None);
        assert_eq!((world.events_of(EventKind::ApiCreated).len(), world.events_of(EventKind::ApiUpdated).len()), (1, 1));
    }

    fn an_api_that_somebody_changed_meanwhile_is_not_overwritten_unread(world: World) {
        world.administrator("grace");
        world.orders_api();
        let browser = world.admin_browser("grace");
        let old = hidden(&browser.get(&page(ORDERS, "")).body, "shown");
        assert_eq!(send(&browser, &page(ORDERS, ""), &typed(&[("lifetime", "2m")])).status, 303);
        let late = send(&browser, &page(ORDERS, ""), &typed(&[("name", "Bills"), ("shown", &old)]));
        assert_eq!(late.status, 409, "{}", late.body);
        assert!(late.body.contains("Somebody changed this") && late.body.contains("value=\"Bills\""), "{}", late.body);
        let kept = stored(world, ORDERS).unwrap();
        assert_eq!((kept.name.as_str(), kept.access_token_lifetime), ("Orders", Some(Span::from_minutes(2))));
        let again = send(&browser, &page(ORDERS, ""), &typed(&[("name", "Bills"), ("shown", &hidden(&late.body, "shown"))]));
        assert_eq!(again.status, 303, "who has read it may save it");
    }

    fn an_api_that_is_saved_as_it_was_shown_stays_as_it_was(world: World) {
        use ApiClaim::{Groups, Roles};
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let scopes = [("x=y", "D"), ("=", "= ="), ("plain", ""), ("a==", "an = in it"), ("loose", "  with spaces around  "), ("b", "b")];
        let scopes = scopes.map(|(name, description)| ApiScope { name: name.to_owned(), description: description.to_owned() });
        for (claims, count) in [(vec![Groups, Roles], 6), (vec![Groups], 3), (vec![Roles], 0), (vec![], 1)] {
            let api = Api {
                identifier: format!("https://api.example/{count}"),
                name: " Orders ".to_owned(),
                token_typ: TokenTyp::Jwt,
                signing_alg: KeyAlgorithm::Es256,
                access_token_lifetime: Some(Span::from_seconds(90)),
                claims,
                created_at: UnixTime::from_seconds(1),
                scopes: scopes[..count].iter().map(|scope| ApiScope { name: format!("{}{count}", scope.name), ..scope.clone() }).collect(),
            };
            let added = api.clone();
            world.write(move |tx| db!(tx, apis::add(&added)));
            let at = page(&api.identifier, "");
            let fields = filled(&browser.get(&at).body, "api-form");
            let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let saved = send(&browser, &at, &fields);
            assert_eq!((saved.status, saved.header("location")), (303, page(&api.identifier, "").as_str()), "{}", saved.body);
            assert_eq!(stored(world, &api.identifier), Some(api));
        }
        assert!(world.events_of(EventKind::ApiUpdated).is_empty(), "and nothing is told");
    }

    fn roles_and_groups_are_ticked_and_a_scope_may_have_equals_signs(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let typed_scopes = [("scopes", "x=y = The permission\r\nplain\r\nwide   =   Much room"), ("groups", "yes")];
        assert_eq!(send(&browser, "/admin/apis/new", &typed(&typed_scopes)).status, 303);
        let api = stored(world, ORDERS).unwrap();
        let scopes: Vec<_> = api.scopes.iter().map(|scope| (scope.name.as_str(), scope.description.as_str())).collect();
        assert_eq!(scopes, [("x=y", "The permission"), ("plain", ""), ("wide", "Much room")]);
        assert_eq!(api.claims, [ApiClaim::Groups]);
        assert_eq!(send(&browser, &page(ORDERS, ""), &typed(&[("roles", "yes"), ("groups", "yes")])).status, 303);
        assert_eq!(stored(world, ORDERS).unwrap().claims, ApiClaim::ALL);
    }

    fn no_form_sets_what_it_does_not_show(world: World) {
        world.administrator("grace");
        world.orders_api();
        let browser = world.admin_browser("grace");
        let before = stored(world, ORDERS);
        for smuggled in ["created_at", "claims", "api"] {
            for action in [page(ORDERS, ""), "/admin/apis/new".to_owned()] {
                assert_eq!(send(&browser, &action, &typed(&[(smuggled, "1")])).status, 400, "{action} {smuggled}");
            }
        }
        assert_eq!(stored(world, ORDERS), before);
    }

    fn what_is_wrong_is_said_at_its_field(world: World) {
        world.administrator("grace");
        world.api("https://api.example/bills", &["bills:read"]);
        let browser = world.admin_browser("grace");
        for (name, value, field) in [
            ("identifier", "orders", "identifier"),
            ("identifier", "", "identifier"),
            ("identifier", world.issuer.as_str(), "identifier"),
            ("identifier", "https://api.example/bills", "identifier"),
            ("name", "", "name"),
            ("scopes", "orders read = x", "scopes"),
            ("scopes", "openid = x", "scopes"),
            ("scopes", "a = x\na = y", "scopes"),
            ("scopes", "bills:read = x", "scopes"),
            ("lifetime", "25h", "lifetime"),
            ("lifetime", "soon", "lifetime"),
            ("token_typ", "none", "token_typ"),
            ("signing_alg", "none", "signing_alg"),
            ("signing_alg", "HS256", "signing_alg"),
        ] {
            let answer = send(&browser, "/admin/apis/new", &typed(&[(name, value)]));
            assert_eq!(answer.status, 422, "{name}={value}: {}", answer.body);
            assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{name}={value}: {}", answer.body);
        }
        assert_eq!(stored(world, ORDERS), None);
    }

    fn a_scope_in_use_is_removed_only_when_that_was_ticked(world: World) {
        world.administrator("grace");
        world.orders_api();
        world.client(metadata(ClientKind::Web));
        let browser = world.admin_browser("grace");
        let shown = browser.get(&page(ORDERS, ""));
        assert!(shown.body.contains("Used by 1 application<") && shown.body.contains("<bdi>Storefront</bdi>"), "{}", shown.body);
        let fewer = [("scopes", "orders:read = Read your orders")];
        let refused = send(&browser, &page(ORDERS, ""), &typed(&fewer));
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("id=\"api-losing\"") && refused.body.contains("name=\"force\""), "{}", refused.body);
        assert_eq!(stored(world, ORDERS).unwrap().scopes.len(), 2);
        let forced = [fewer[0], ("force", "yes")];
        assert_eq!(send(&browser, &page(ORDERS, ""), &typed(&forced)).status, 303);
        let clients = world.write(|tx| db!(tx, clients::list()));
        assert!(!clients[0].metadata.scopes.contains(&"orders:write".to_owned()));
        assert!(clients[0].metadata.scopes.contains(&"orders:read".to_owned()));
    }

    fn deleting_an_api_names_who_uses_it_and_wants_its_name(world: World) {
        world.administrator("grace");
        world.orders_api();
        world.client(metadata(ClientKind::Web));
        world.client(ClientMetadata { client_name: "Reader".to_owned(), scopes: vec!["orders:read".to_owned()], ..metadata(ClientKind::Service) });
        let browser = world.admin_browser("grace");
        let asked = browser.get(&page(ORDERS, "/delete"));
        assert!(asked.body.contains("Used by 2 applications"), "{}", asked.body);
        assert_eq!(send(&browser, &page(ORDERS, "/delete"), &[("name", "Order"), ("force", "yes")]).status, 422);
        let in_use = send(&browser, &page(ORDERS, "/delete"), &[("name", "Orders")]);
        assert_eq!(in_use.status, 422);
        assert!(in_use.body.contains("href=\"#force\""));
        assert!(stored(world, ORDERS).is_some());
        let deleted = send(&browser, &page(ORDERS, "/delete"), &[("name", "Orders"), ("force", "yes")]);
        assert_eq!((deleted.status, deleted.header("location")), (303, "/admin/apis"));
        assert_eq!(stored(world, ORDERS), None);
        assert_eq!((world.events_of(EventKind::ApiDeleted).len(), world.events_of(EventKind::ClientUpdated).len()), (1, 2));
        assert_eq!(browser.get(&page(ORDERS, "")).status, 404);
        assert_eq!(send(&browser, &page(ORDERS, "/delete"), &[("name", "Orders")]).status, 404);
    }

    fn sentences_full_of_markup_are_text(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let evil = "<script>alert(1)</script>";
        let scopes = format!("orders:read = {evil}");
        assert_eq!(send(&browser, "/admin/apis/new", &typed(&[("name", evil), ("scopes", &scopes)])).status, 303);
        for path in [page(ORDERS, ""), page(ORDERS, "/delete"), "/admin/apis".to_owned(), "/admin/applications/new/addresses?preset=service".to_owned()] {
            let shown = browser.get(&path);
            assert_eq!(shown.status, 200, "{path}");
            assert!(!shown.body.contains("<script>") && shown.body.contains("&#60;script&#62;"), "{path}: {}", shown.body);
        }
    }

    fn more_scopes_than_a_form_has_fields_are_typed(world: World) {
        world.administrator("grace");
        let names: Vec<String> = (0..60).map(|number| format!("many:{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        world.api("https://api.example/many", &names);
        let browser = world.admin_browser("grace");
        let form = browser.get("/admin/applications/new/addresses?preset=service");
        assert!(form.body.contains("<textarea id=\"scope\" name=\"scope\"") && !form.body.contains("type=\"checkbox\" id=\"scope-1\""));
        let all = names.join("\r\n");
        let answer = send(&browser, "/admin/applications/new/review", &[("preset", "service"), ("name", "Export"), ("scope", &all)]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.body.contains("many:59"));
    }
}
