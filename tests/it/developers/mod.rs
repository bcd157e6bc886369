//! The pages for developers: what they show, to whom, and what they never do.

mod error_uri;
mod playground;
mod trial;

use crate::pages::contract::violations;
use crate::pages::html::elements;
use crate::support::on_both_databases;
use crate::support::world::{Answer, World};
use serde_json::Value;
use vouchsafe_core::refusal::{BearerReason, Reason};
use vouchsafe_core::spec::ErrorCode;

/// Every page that needs no attempt.
const PAGES: [&str; 6] = [
    "/developers",
    "/developers/errors",
    "/developers/token",
    "/developers/playground",
    "/developers/playground/client-credentials",
    "/developers/callback",
];

/// What the contract of pages says against a page for developers. Its forms go to the protocol endpoints, which take them
/// from anybody, or ask for another page: they have fields of their own, and no token of forms.
pub(crate) fn broken(html: &str) -> Vec<String> {
    let of_forms = [
        "a form without its token",
        "a form that is not posted to us",
        "an input that the contract does not know",
    ];
    let mut broken = violations(html);
    broken.retain(|rule| !of_forms.iter().any(|known| rule.starts_with(known)));
    for element in elements(html).unwrap() {
        let is_form = element.name == "form";
        let ours = ["/token", "/userinfo", "/revoke", "/developers/playground/request"];
        if is_form
            && !element
                .attribute("action")
                .is_some_and(|action| ours.contains(&action))
        {
            broken.push(format!("a form that goes elsewhere: {:?}", element.attributes));
        }
        let typed = element.name == "input" && !element.is("type", "hidden");
        if typed && !element.is("autocomplete", "off") {
            broken.push(format!("an input that is remembered: {:?}", element.attributes));
        }
    }
    broken
}

fn page(world: &World, path: &str) -> Answer {
    let answer = Answer::to(world.get(path));
    assert_eq!(answer.status, 200, "{path}");
    answer
}

/// The text of the element with this id.
fn text_of(html: &str, id: &str) -> String {
    let found = elements(html)
        .unwrap()
        .into_iter()
        .find(|element| element.is("id", id));
    found.unwrap_or_else(|| panic!("no {id} in {html}")).text
}

on_both_databases! {
    fn every_page_keeps_the_contract_and_its_headers(world: World) {
        for path in PAGES {
            let answer = page(world, path);
            assert_eq!(broken(&answer.body), Vec::<String>::new(), "{path}");
            let csp = answer.header("content-security-policy");
            for needed in ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "form-action 'self'", "require-trusted-types-for 'script'"] {
                assert!(csp.contains(needed), "{path}: {csp}");
            }
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("x-robots-tag"), "noindex", "{path}");
            assert_eq!(answer.header("set-cookie"), "", "{path}");
            assert_eq!(Answer::to(world.request("HEAD", path)).status, 200, "{path}");
            let refused = Answer::to(world.post(path));
            assert_eq!((refused.status, refused.header("allow")), (405, "GET, HEAD"), "{path}");
        }
    }

    fn the_first_page_shows_what_discovery_serves(world: World) {
        let shown = page(world, "/developers").body;
        let facts = Answer::to(world.get("/.well-known/openid-configuration")).json();
        assert_eq!(text_of(&shown, "issuer"), world.issuer);
        for (name, value) in facts.as_object().unwrap() {
            if name.ends_with("_endpoint") || name.ends_with("_uri") {
                assert_eq!(text_of(&shown, name), value.as_str().unwrap(), "{name}");
            } else if name != "issuer" {
                assert!(text_of(&shown, "metadata-facts").contains(name), "{name}");
            }
        }
        let json: Value = serde_json::from_str(&text_of(&shown, "metadata-json")).unwrap();
        assert_eq!(json, facts);
        assert!(text_of(&shown, "status-words").starts_with("Ready"));
    }

    fn the_first_page_shows_the_key_set_of_now(world: World) {
        let keys = |shown: &str| text_of(shown, "key-set");
        let published = Answer::to(world.get("/jwks")).json();
        let shown = page(world, "/developers").body;
        for key in published["keys"].as_array().unwrap() {
            assert!(keys(&shown).contains(key["kid"].as_str().unwrap()));
        }
        let json: Value = serde_json::from_str(&text_of(&shown, "key-set-json")).unwrap();
        assert_eq!(json, published);
        assert!(!shown.contains("active") && !shown.contains("retiring"), "the key set says no more than that");
    }

    fn the_catalogue_has_every_code_every_reason_and_every_challenge(world: World) {
        let shown = page(world, "/developers/errors").body;
        let all = elements(&shown).unwrap();
        let of = |id: &str| all.iter().find(|element| element.is("id", id)).unwrap_or_else(|| panic!("{id}"));
        for code in ErrorCode::ALL {
            let entry = of(code.as_str());
            for text in [code.description(), code.meaning(), code.fix()] {
                assert!(entry.text.contains(text), "{}: {text}", code.as_str());
            }
            for reason in Reason::of_code(*code) {
                assert!(entry.text.contains(reason.id()), "{}", reason.id());
            }
        }
        for reason in Reason::ALL {
            assert!(of(reason.id()).text.contains(reason.explanation().trim()), "{}", reason.id());
        }
        for row in BearerReason::all() {
            let entry = of(&row.anchor());
            assert!(entry.text.contains(row.description) && entry.text.contains(row.remedy), "{row:?}");
        }
    }

    fn the_inspector_has_no_form_and_asks_only_for_the_key_set(world: World) {
        let shown = page(world, "/developers/token").body;
        let all = elements(&shown).unwrap();
        assert!(!all.iter().any(|element| element.name == "form"));
        let field = all.iter().find(|element| element.name == "textarea").unwrap();
        assert!(field.attribute("name").is_none() && field.is("autocomplete", "off"));
        let scripts: Vec<_> = all.iter().filter(|element| element.name == "script").collect();
        assert_eq!(scripts.len(), 1);
        let script = Answer::to(world.get(scripts[0].attribute("src").unwrap())).body;
        assert_eq!(script.matches("fetch(").count(), 1);
        for forbidden in ["localStorage", "sessionStorage", "indexedDB", "sendBeacon", "XMLHttpRequest", "WebSocket", "innerHTML"] {
            assert!(!script.contains(forbidden), "{forbidden}");
        }
        assert!(shown.contains("<noscript>"));
    }
}

/// The pages for developers are off.
fn world_without(name: &str) -> World {
    World::with(name, None, |config| config.developers.enabled = false)
}

#[test]
fn off_means_that_nothing_is_there_and_nothing_leads_there() {
    let world = world_without("off_means_that_nothing_is_there");
    for path in PAGES
        .iter()
        .chain(&["/developers/playground/request?client_id=x"])
    {
        assert_eq!(Answer::to(world.get(path)).status, 404, "{path}");
    }
    let refused = Answer::to(world.post("/token").form(&[("grant_type", "password")]));
    assert!(refused.json().get("error_uri").is_none(), "{}", refused.body);
    let refused = Answer::to(world.get("/userinfo").bearer_auth("x"));
    assert!(!refused.header("www-authenticate").contains("error_uri"));
    assert!(refused.json().get("error_uri").is_none());
    let told = Answer::to(world.get("/authorize?client_id=nobody")).body;
    assert!(
        told.contains("client_id is unknown") && !told.contains("/developers"),
        "{told}"
    );
    world.administrator("grace");
    let browser = world.admin_browser("grace");
    for path in ["/admin", "/admin/api"] {
        assert!(!browser.get(path).body.contains("/developers"), "{path}");
    }
}
