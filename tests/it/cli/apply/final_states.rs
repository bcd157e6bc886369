//! What a lawful document asks for is reached in one step, whatever stands in the way between, or nothing happens.

use super::*;
use crate::support::databases::{amid, execute};
use vouchsafe::config::DatabaseUrl;

/// A person of a document.
fn person(username: &str, email: &str, more: &str) -> String {
    format!("[[users]]\nusername = \"{username}\"\nemail = \"{email}@example.com\"\n{more}\n")
}

/// An administrator of a document, who has a password.
fn administrator(username: &str, email: &str) -> String {
    person(
        username,
        email,
        "admin = true\npassword_file = \"first.password\"",
    )
}

/// Two places in which this was applied.
fn places_with(site: &str) -> [Place; 2] {
    let places = Place::both();
    for place in &places {
        place.file("first.password", PASS_PHRASE);
        place.file("site.toml", site);
        apply(place, &[]).document();
    }
    places
}

/// Applies another document: what the dry run says is what happens, and a second time nothing does.
fn becomes(place: &Place, site: &str, flags: &[&str]) {
    place.file("site.toml", site);
    let planned = apply(place, &[flags, &["--dry-run"]].concat()).document();
    let done = apply(place, flags).document();
    assert_eq!(done["plan"], planned["plan"]);
    let again = apply(place, flags).document();
    assert!(
        actions(&again)
            .iter()
            .all(|action| action.starts_with("unchanged ")),
        "{again}"
    );
}

fn email(place: &Place, username: &str) -> Value {
    place.run(&["user", "show", username, "--json"]).document()["email"].clone()
}

#[test]
fn people_exchange_their_addresses() {
    for place in places_with(&[person("ann", "one", ""), person("bob", "two", "")].concat()) {
        let told = events(&place).len();
        becomes(
            &place,
            &[person("ann", "two", ""), person("bob", "one", "")].concat(),
            &[],
        );
        assert_eq!(
            (email(&place, "ann"), email(&place, "bob")),
            ("two@example.com".into(), "one@example.com".into())
        );
        assert_eq!(events(&place).split_off(told), ["user.updated", "user.updated"]);
        // The address is how they sign in.
        assert_eq!(
            place
                .run(&["user", "show", "one@example.com", "--json"])
                .document()["username"],
            "bob"
        );
        becomes(
            &place,
            &[
                person("ann", "three", ""),
                person("bob", "two", ""),
                person("cleo", "one", ""),
            ]
            .concat(),
            &[],
        );
    }
}

#[test]
fn an_address_goes_from_an_administrator_who_leaves_to_the_one_who_follows() {
    for place in places_with(&administrator("adm", "root")) {
        let site = [
            person("adm", "adm", "admin = false"),
            administrator("adm2", "root"),
        ];
        becomes(&place, &site.concat(), &[]);
        assert_eq!(email(&place, "adm2"), "root@example.com");
    }
    for place in places_with(&administrator("dora", "root")) {
        becomes(&place, &administrator("dora2", "root"), &["--prune", "--yes"]);
        assert_eq!(email(&place, "dora2"), "root@example.com");
    }
    let site = [administrator("dora", "root"), administrator("emil", "emil")].concat();
    for place in places_with(&site) {
        becomes(&place, &administrator("emil", "root"), &["--prune", "--yes"]);
        assert_eq!(email(&place, "emil"), "root@example.com");
    }
}

#[test]
fn what_fails_leaves_no_key_and_no_event() {
    let site = [
        "[[apis]]\nidentifier = \"https://api.example.com\"\nname = \"A\"\nsigning_alg = \"EdDSA\"\n",
        &person("ann", "one", ""),
    ]
    .concat();
    for place in Place::both() {
        place.run(&["migrate", "--json"]).document();
        place.file("site.toml", &site);
        // What only the last step writes is not there.
        place.sql("ALTER TABLE search_terms RENAME TO away");
        assert_ne!(apply(&place, &[]).status, 0);
        place.sql("ALTER TABLE away RENAME TO search_terms");
        assert_eq!(events(&place), Vec::<String>::new());
        assert_eq!(place.run(&["keys", "list", "--json"]).document(), json!([]));
        apply(&place, &[]).document();
        let keys = place.run(&["keys", "list", "--json"]).document();
        assert!(
            keys.as_array()
                .unwrap()
                .iter()
                .any(|key| key["alg"] == "EdDSA" && key["state"] == "active"),
            "{keys}"
        );
        assert!(events(&place).contains(&"key.created".to_owned()));
    }
}

#[test]
fn what_somebody_changes_at_the_same_time_is_not_overwritten() {
    for place in places_with(&[SITE, &person("ann", "one", "")].concat()) {
        let site = [
            SITE.replace("name = \"Orders\"", "name = \"Stock\""),
            SITE.replace("client_name = \"Till\"", "client_name = \"Desk\""),
            SITE.replace("roles = [\"support\", \"billing\"]", "roles = [\"support\"]"),
        ];
        let others = [
            "UPDATE apis SET name = 'Sales' WHERE identifier = 'https://api.example.com'",
            "UPDATE clients SET metadata = replace(metadata, 'Till', 'Shelf') WHERE id = 'till'",
            "UPDATE users SET roles = '[\"other\"]' WHERE username = 'ada'",
        ];
        for (site, other) in site.iter().zip(others) {
            place.file("site.toml", &format!("{site}{}", person("ann", "one", "")));
            let ended = amid(&place.database(), other, 1, || apply(&place, &[]));
            if matches!(place.database(), DatabaseUrl::Postgres(_)) {
                ended.failed(75, "run it again");
            }
            let again = apply(&place, &[]).document();
            assert!(again["dry_run"] == false, "{again}");
        }
    }
}

#[test]
fn what_somebody_takes_at_the_same_time_is_told_as_such() {
    let [_, place] = places_with("");
    place.create_user("eve");
    place.file("site.toml", &person("ann", "one", ""));
    let url = place.database();
    // Whoever comes first holds the address until the end of the transaction.
    let ended = amid(
        &url,
        "UPDATE users SET email = 'one@example.com', email_key = 'one@example.com' WHERE username = 'eve'",
        1,
        || apply(&place, &[]),
    );
    ended.failed(75, "run it again");
    execute(&url, "DELETE FROM users WHERE username = 'eve'");
    apply(&place, &[]).document();
}

#[test]
fn of_several_runs_at_once_each_does_all_of_it_or_is_told_to_try_again() {
    for place in places_with(&person("zoe", "zoe", "")) {
        place.file("site.toml", SITE);
        let ended = std::thread::scope(|scope| {
            let runs = [(); 4].map(|()| scope.spawn(|| apply(&place, &[])));
            runs.map(|run| run.join().unwrap())
        });
        assert!(ended.iter().any(|ended| ended.status == 0), "{ended:?}");
        assert!(
            ended.iter().all(|ended| [0, 75].contains(&ended.status)),
            "{ended:?}"
        );
        assert_eq!(
            events(&place)
                .iter()
                .filter(|event| *event == "client.created")
                .count(),
            2
        );
    }
}
