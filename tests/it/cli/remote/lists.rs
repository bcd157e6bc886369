//! The same words find the same people and clients, in the same order: on the database, through a server by its API, and
//! on the pages.

use super::Both;
use crate::cli::program::{PASS_PHRASE, Place};
use crate::support::browser::Browser;
use serde_json::{Value, json};

/// What a page lists, by the names or ids that stand under the links of its table.
fn on_the_page(browser: &Browser<'_>, path: &str, before: &str) -> Vec<String> {
    let page = browser.get(path);
    assert_eq!(page.status, 200, "{path}: {}", page.body);
    let mut parts = page.body.split(before);
    parts.next();
    let until = |part: &str| part.split('<').next().unwrap().to_owned();
    parts.map(until).collect()
}

fn listed(place: &Place, words: &[&str], member: &str) -> Vec<String> {
    let all = place.run(&[words, &["--json"]].concat()).document();
    let each = all.as_array().unwrap().iter();
    each.map(|item| item[member].as_str().unwrap().to_owned())
        .collect()
}

fn add_people(here: &Place) {
    here.file("people.json", &json!({"users": [
        {"username": "ada", "email": "countess@example.com", "name": "Ada Lovelace", "roles": ["clerk"], "groups": ["night shift"]},
        {"username": "Adam", "email": "adam@example.com", "name": "Adam B", "groups": ["night shift", "board"]},
        {"username": "berta", "email": "berta@example.com", "name": "Berta Adams", "roles": ["clerk", "boss"]},
        {"username": "carl", "email": "carl@example.com", "name": "100% Carl_"},
    ]}).to_string());
    here.run(&["apply", "-f", "people.json", "--json"]).document();
    here.run(&["user", "disable", "berta"]);
    here.run(&["user", "ban", "carl"]);
}

#[test]
fn the_same_words_find_the_same_people_everywhere() {
    for both in Both::each() {
        both.administrator("root");
        both.login("root").0.document();
        add_people(&both.here);
        let site = both.served.site();
        let browser = site.browser();
        assert_eq!(browser.admin_sign_in("root", PASS_PHRASE).status, 303);
        for (flags, query, mut expected) in [
            (&[][..], "", vec!["ada", "Adam", "berta", "carl", "root"]),
            (&["--search", "ada"], "q=ada", vec!["ada", "Adam", "berta"]),
            (&["--search", "ADAM"], "q=ADAM", vec!["Adam", "berta"]),
            (&["--search", "countess@"], "q=countess@", vec!["ada"]),
            (&["--search", "lovelace"], "q=lovelace", vec!["ada"]),
            (&["--search", "ovelace"], "q=ovelace", vec![]),
            (&["--search", "100%"], "q=100%25", vec!["carl"]),
            (&["--search", "%"], "q=%25", vec![]),
            (
                &["--search", "ada", "--state", "active"],
                "q=ada&state=active",
                vec!["ada", "Adam"],
            ),
            (&["--state", "disabled"], "state=disabled", vec!["berta"]),
            (&["--state", "banned"], "state=banned", vec!["carl"]),
            (&["--role", "clerk"], "role=clerk", vec!["ada", "berta"]),
            (
                &["--group", "night shift"],
                "group=night+shift",
                vec!["ada", "Adam"],
            ),
            (&["--group", "night"], "group=night", vec![]),
            (
                &["--group", "night shift", "--role", "clerk"],
                "group=night+shift&role=clerk",
                vec!["ada"],
            ),
            (&["--admin"], "admin=true", vec!["root"]),
            (
                &["--admin=false", "--search", "root"],
                "admin=false&q=root",
                vec![],
            ),
        ] {
            let words = [&["user", "list"], flags].concat();
            let here = listed(&both.here, &words, "username");
            assert_eq!(listed(&both.elsewhere, &words, "username"), here, "{flags:?}");
            let path = format!("/admin/users?{query}");
            assert_eq!(
                on_the_page(&browser, &path, "<span class=\"under\"><bdi>"),
                here,
                "{flags:?}"
            );
            // Of one role or group they are in the order of their `sub`.
            let mut found: Vec<_> = here.iter().map(String::as_str).collect();
            if flags.contains(&"--role") || flags.contains(&"--group") {
                found.sort_unstable();
                expected.sort_unstable();
            }
            assert_eq!(found, expected, "{flags:?}");
        }
        let words = ["user", "list", "--group", "board", "--json"];
        assert_eq!(
            both.here.run(&words).document(),
            both.elsewhere.run(&words).document()
        );
        let words = &words[..4];
        assert_eq!(both.here.run(words).stderr, both.elsewhere.run(words).stderr);
        both.here
            .run(&["user", "list", "--state", "gone"])
            .failed(2, "--state");
    }
}

#[test]
fn the_same_words_find_the_same_clients_everywhere() {
    for both in Both::each() {
        both.administrator("root");
        both.login("root").0.document();
        both.here.file("clients.json", &json!({"clients": [
            {"client_id": "shop", "client_name": "Store front", "type": "web", "scope": "openid", "redirect_uris": ["https://shop.example.com/cb"]},
            {"client_id": "tablet", "client_name": "Field tablet", "type": "native", "scope": "openid", "redirect_uris": ["com.example.tablet:/cb"]},
            {"client_id": "export", "client_name": "Nightly export", "type": "service"},
        ]}).to_string());
        both.here
            .run(&["apply", "-f", "clients.json", "--json"])
            .document();
        both.here.run(&["client", "disable", "tablet"]);
        let site = both.served.site();
        let browser = site.browser();
        assert_eq!(browser.admin_sign_in("root", PASS_PHRASE).status, 303);
        let own = "vouchsafe-cli";
        for (flags, query, expected) in [
            (&["--search", "front"][..], "q=front", vec!["shop"]),
            (&["--search", "SHOP.example"], "q=SHOP.example", vec!["shop"]),
            (&["--search", "https://shop"], "q=https://shop", vec!["shop"]),
            (&["--search", "hop"], "q=hop", vec![]),
            (&["--type", "service"], "type=service", vec!["export"]),
            (&["--disabled"], "disabled=true", vec!["tablet"]),
            (
                &["--disabled=false", "--type", "web"],
                "disabled=false&type=web",
                vec!["shop"],
            ),
            (
                &["--search", "field", "--disabled=false"],
                "q=field&disabled=false",
                vec![],
            ),
            (
                &["--registered-by", "administrator", "--type", "web"],
                "registered_by=administrator&type=web",
                vec!["shop"],
            ),
            (&["--registered-by", "anybody"], "registered_by=anybody", vec![]),
            (&[], "", vec!["tablet", "export", "shop", own]),
        ] {
            let words = [&["client", "list"], flags].concat();
            let here = listed(&both.here, &words, "client_id");
            assert_eq!(listed(&both.elsewhere, &words, "client_id"), here, "{flags:?}");
            let path = format!("/admin/applications?{query}");
            assert_eq!(
                on_the_page(&browser, &path, "<span class=\"under mono\">"),
                here,
                "{flags:?}"
            );
            assert_eq!(here, expected, "{flags:?}");
        }
        let all = ["client", "delete", "--self-registered", "--unused", "--yes"];
        both.elsewhere.run(&all).failed(2, "on the database only");
    }
}

#[test]
fn a_list_of_more_than_one_page_has_everybody_once() {
    for here in Place::both() {
        let person = |n: usize| json!({"username": format!("person-{n:03}"), "email": format!("mail-{n}@example.com")});
        let people: Vec<Value> = (0..401).map(person).collect();
        here.file("people.json", &json!({ "users": people }).to_string());
        here.run(&["apply", "-f", "people.json", "--json"]).document();
        let all = listed(&here, &["user", "list"], "username");
        let expected: Vec<_> = (0..401).map(|n| format!("person-{n:03}")).collect();
        assert_eq!(all, expected);
        assert_eq!(
            listed(&here, &["user", "list", "--search", "person-0"], "username").len(),
            100
        );
    }
}
