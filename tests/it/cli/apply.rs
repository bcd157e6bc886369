//! `apply`: documents become APIs, clients and people, all of it or nothing, and a second time nothing.

mod final_states;
mod problems;
mod rules;

use super::program::{Ended, PASS_PHRASE, Place, Served, set_mode};
use crate::support::patience::until;
use serde_json::{Value, json};

const SITE: &str = r#"
[[apis]]
identifier = "https://api.example.com"
name = "Orders"
access_token_lifetime = "10m"
claims = ["roles"]
scopes = [
  { name = "orders:read", description = "Read your orders" },
  "orders:write=Change your orders",
]

[[clients]]
client_id = "shop"
client_name = "Shop"
type = "web"
redirect_uris = ["https://shop.example.com/cb"]
scope = "openid offline_access orders:read"
pkce = "allowed"

[[clients]]
client_id = "till"
client_name = "Till"
type = "native"
redirect_uris = ["com.example.till:/cb"]

[[users]]
username = "ada"
email = "ada@example.com"
email_verified = true
name = "Ada Lovelace"
roles = ["support", "billing"]
admin = true
claims = { birthdate = "1915-12-10" }
"#;

fn place_with_site() -> [Place; 2] {
    let places = Place::both();
    for place in &places {
        place.run(&["migrate", "--json"]).document();
        place.file("site.toml", SITE);
    }
    places
}

fn apply(place: &Place, flags: &[&str]) -> Ended {
    place.run(&[&["apply", "-f", "site.toml", "--json"], flags].concat())
}

/// What is done to what, in the order of the plan.
fn actions(answer: &Value) -> Vec<String> {
    let steps = answer["plan"].as_array().unwrap().iter();
    let word = |step: &Value, name: &str| step[name].as_str().unwrap().to_owned();
    steps
        .map(|step| format!("{} {}", word(step, "action"), word(step, "id")))
        .collect()
}

fn events(place: &Place) -> Vec<String> {
    let ended = place.run(&["audit", "export"]);
    let kind = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        record["event"].as_str().unwrap().to_owned()
    };
    ended.stdout.lines().map(kind).collect()
}

#[test]
fn documents_become_what_they_declare_and_a_second_time_nothing_happens() {
    for place in place_with_site() {
        let planned = apply(&place, &["--dry-run"]).document();
        let all = [
            "create https://api.example.com",
            "create shop",
            "create till",
            "create ada",
        ];
        assert_eq!(
            (actions(&planned), &planned["dry_run"]),
            (all.map(str::to_owned).to_vec(), &true.into())
        );
        assert_eq!(events(&place), Vec::<String>::new());
        let done = apply(&place, &[]).document();
        assert_eq!(
            (&done["plan"], &done["dry_run"]),
            (&planned["plan"], &false.into())
        );
        assert_eq!(done["secrets"].as_array().unwrap().len(), 1, "{done}");
        assert_eq!(done["secrets"][0]["client_id"], "shop");
        assert!(
            done["secrets"][0]["client_secret"]
                .as_str()
                .unwrap()
                .starts_with("vcs_")
        );

        let shop = place.run(&["client", "show", "shop"]);
        let shop: Value = serde_json::from_str(&shop.stdout).unwrap();
        assert_eq!(
            (&shop["scope"], &shop["pkce"]),
            (&"openid offline_access orders:read".into(), &"allowed".into())
        );
        assert_eq!(
            shop["grant_types"],
            json!(["authorization_code", "refresh_token"])
        );
        let ada = place.run(&["user", "show", "ada", "--json"]).document();
        assert_eq!(
            (&ada["roles"], &ada["admin"]),
            (&json!(["support", "billing"]), &true.into())
        );
        assert_eq!(
            ada["claims"],
            json!({"name": "Ada Lovelace", "birthdate": "1915-12-10"})
        );

        let told = events(&place);
        assert_eq!(told.len(), 5, "{told:?}");
        let again = apply(&place, &[]).document();
        assert!(
            actions(&again)
                .iter()
                .all(|action| action.starts_with("unchanged ")),
            "{again}"
        );
        assert_eq!(again["secrets"], Value::Null);
        assert_eq!(events(&place), told, "nothing was done, so nothing is told");
    }
}

#[test]
fn what_differs_is_named_and_only_that_changes() {
    for place in place_with_site() {
        apply(&place, &[]).document();
        let told = events(&place).len();
        let changed = SITE
            .replace(
                "\"https://shop.example.com/cb\"",
                "\"https://shop.example.com/callback\"",
            )
            .replace("roles = [\"support\", \"billing\"]", "roles = [\"support\"]")
            .replace("\"10m\"", "\"5m\"")
            .replace("1915-12-10", "1915-12-11");
        place.file("site.toml", &changed);
        let done = apply(&place, &[]).document();
        assert_eq!(
            actions(&done),
            [
                "update https://api.example.com",
                "update shop",
                "unchanged till",
                "update ada"
            ]
        );
        let change = |at: usize| done["plan"][at]["changes"].clone();
        assert_eq!(
            change(0),
            json!({"access_token_lifetime": {"before": 600, "after": 300}})
        );
        assert_eq!(
            change(1),
            json!({"redirect_uris": {"before": ["https://shop.example.com/cb"], "after": ["https://shop.example.com/callback"]}})
        );
        assert_eq!(
            change(3),
            json!({
                "birthdate": {"before": "1915-12-10", "after": "1915-12-11"},
                "roles": {"before": ["support", "billing"], "after": ["support"]},
            })
        );
        let mut since = events(&place).split_off(told);
        // Events of one act have one time, and no order among them.
        since.sort();
        assert_eq!(
            since.join(" "),
            "api.updated client.updated user.roles_changed user.updated"
        );
        // What a document does not say of a person stays; what it does not say of a client is its default.
        place.file(
            "site.toml",
            &changed
                .replace("roles = [\"support\"]", "")
                .replace("pkce = \"allowed\"", ""),
        );
        assert_eq!(
            actions(&apply(&place, &[]).document()),
            [
                "unchanged https://api.example.com",
                "update shop",
                "unchanged till",
                "unchanged ada"
            ]
        );
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let place = Place::sqlite();
    place.file(
        "site.toml",
        r#"[[clients]]
client_id = "shop"
client_name = "Shop"
type = "webb"
redirect_urls = ["https://shop.example.com/cb"]

[[clients]]
client_id = "Till 2"
client_name = "Till"
type = "native"
redirect_uris = ["http://till.example.com/cb"]
first_party = "yes"

[[users]]
username = "ada"
roles = ["a b"]

[[users]]
username = "bob"
email = "bob@example.com"
roles = ["a b"]
claims = { birthdate = "yesterday" }

[[users]]
username = "BOB"
email = "bob@example.org"
password = "copper lantern 42"

[[apps]]
"#,
    );
    place.file(
        "other.json",
        "{\n  \"clients\": [\n    {\"client_id\": \"shop\",\n     \"client_name\": 5, \"type\": \"web\"}]\n}",
    );
    let ended = place.run(&["apply", "-f", "other.json", "-f", "site.toml"]);
    for told in [
        "other.json:4: clients.shop.client_name is a number, not a string",
        "site.toml:4: clients.shop.type is \"webb\", not one of web, spa, native, service; did you mean \"web\"?",
        "site.toml:5: clients.shop.redirect_urls is not a key; did you mean redirect_uris?",
        "site.toml:11: clients.Till 2.redirect_uris redirect URI",
        "site.toml:12: clients.Till 2.first_party is a string, not true or false (without quotes)",
        "site.toml:14: users.ada.email is missing",
        "site.toml:22: users.bob.claims has birthdate",
        "site.toml:25: users.BOB.username is declared at site.toml:18 already",
        "site.toml:27: users.BOB.password is not a key; did you mean password_file?",
        "site.toml:29: apps is not a key; did you mean apis?",
    ] {
        assert!(ended.stderr.contains(told), "{told:?} is not in {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("copper"), "a password is never repeated");
    assert_eq!((ended.status, ended.stdout.as_str()), (78, ""));
    assert_eq!(events(&place), Vec::<String>::new());
    let answer = place.run(&["apply", "-f", "other.json", "--json"]);
    let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(
        (&answer["valid"], &answer["problems"][1]["line"]),
        (&false.into(), &4.into())
    );

    place.file("site.toml", "[[clients]\n");
    place
        .run(&["apply", "-f", "site.toml"])
        .failed(78, "site.toml:1: is not valid TOML");
    place
        .run(&["apply", "-f", "nowhere.toml"])
        .failed(78, "nowhere.toml: cannot be read");
    place.run(&["apply"]).failed(2, "--file");
}

#[test]
fn a_client_may_have_only_scopes_that_an_api_will_own() {
    for place in place_with_site() {
        place.file(
            "site.toml",
            &SITE
                .replace("\"orders:write=Change your orders\",", "")
                .replace("openid offline_access orders:read", "openid orders:write"),
        );
        apply_fails(
            &place,
            &[],
            "clients.shop.scope scope \"orders:write\": no API owns it",
        );
        place.file(
            "site.toml",
            &SITE.replace("client_id = \"till\"", "client_id = \"vouchsafe-till\""),
        );
        apply_fails(&place, &[], "site.toml:21: clients.vouchsafe-till.client_id");
        assert_eq!(events(&place), Vec::<String>::new());
    }
}

#[test]
fn no_client_is_called_as_a_person_is() {
    for place in place_with_site() {
        place.create_user("eve");
        place.sql("UPDATE users SET id = 'till' WHERE username = 'eve'");
        let before = events(&place);
        let told = "site.toml:21: clients.till.client_id is the sub of a person";
        apply_fails(&place, &[], told);
        assert_eq!(events(&place), before);
    }
}

fn apply_fails(place: &Place, flags: &[&str], word: &str) {
    place
        .run(&[&["apply", "-f", "site.toml"], flags].concat())
        .failed(78, word);
}

#[test]
fn an_address_has_one_person() {
    for place in Place::both() {
        let people = |ada: &str, bob: &str| {
            format!(
                "[[users]]\nusername = \"ada\"\nemail = \"{ada}@example.com\"\n[[users]]\nusername = \"bob\"\nemail = \"{bob}@example.com\"\n"
            )
        };
        place.file("site.toml", &people("two", "three"));
        apply(&place, &[]).document();
        place.file("site.toml", &people("two", "two"));
        apply_fails(&place, &[], "users.bob.email is declared at site.toml:1 already");
        place.create_user("eve");
        place.file("site.toml", &people("two", "eve"));
        apply_fails(&place, &[], "users.bob.email is the address of \"eve\"");
    }
}

#[test]
fn apis_may_exchange_their_scopes_while_clients_have_them() {
    for place in Place::both() {
        let site = |one: &str, two: &str| {
            format!(
                "[[apis]]\nidentifier = \"https://one.example\"\nname = \"One\"\nscopes = [{one}]\n\
                 [[apis]]\nidentifier = \"https://two.example\"\nname = \"Two\"\nscopes = [{two}]\n"
            )
        };
        place.file("site.toml", &site("\"a\", \"b\"", "\"c\""));
        apply(&place, &[]).document();
        let arguments = [
            "client",
            "create",
            "--json",
            "--name",
            "Shop",
            "--type",
            "web",
            "--redirect-uri",
            "https://s.example/cb",
            "--scope",
            "openid a c",
        ];
        let shop = place.run(&arguments).document();
        let id = shop["client_id"].as_str().unwrap();
        place.file("site.toml", &site("\"b\", \"c\"", "\"a\""));
        apply(&place, &[]).document();
        let shown: Value = serde_json::from_str(&place.run(&["client", "show", id]).stdout).unwrap();
        assert_eq!(shown["scope"], "openid a c", "the client kept what it has");
        place.file("site.toml", &site("\"b\"", "\"a\""));
        apply_fails(
            &place,
            &[],
            &format!("apis.\"https://one.example\".scopes cannot lose what the client {id} uses (c)"),
        );
        place.file("site.toml", &site("\"b\", \"c\"", "\"a\", \"b\""));
        apply_fails(&place, &[], "has \"b\", which belongs to https://one.example");
    }
}

#[test]
fn only_what_an_earlier_run_made_is_pruned_and_only_after_a_yes() {
    for place in place_with_site() {
        place.create_user("bob");
        place.run(&["user", "set-admin", "bob", "true"]);
        let bob = "[[users]]\nusername = \"bob\"\nemail = \"bob@example.com\"\nroles = [\"x\"]\n";
        place.file("site.toml", &format!("{SITE}{bob}"));
        apply(&place, &[]).document();
        place.file("site.toml", "");
        assert_eq!(
            actions(&apply(&place, &[]).document()),
            Vec::<String>::new(),
            "nothing goes without --prune"
        );
        assert_eq!(
            actions(&apply(&place, &["--prune", "--set", "other", "--yes"]).document()),
            Vec::<String>::new(),
            "another set made nothing"
        );
        let gone = [
            "delete https://api.example.com",
            "delete shop",
            "delete till",
            "delete ada",
        ];
        assert_eq!(
            actions(&apply(&place, &["--prune", "--dry-run"]).document()),
            gone
        );
        let told = events(&place).len();
        apply(&place, &["--prune"]).failed(2, "add --yes");
        assert_eq!(events(&place).len(), told);
        assert_eq!(actions(&apply(&place, &["--prune", "--yes"]).document()), gone);
        let people = place.run(&["user", "list", "--json"]).document();
        assert_eq!(
            (people.as_array().unwrap().len(), &people[0]["username"]),
            (1, &"bob".into()),
            "bob was there before"
        );
        assert_eq!(place.run(&["client", "list", "--json"]).document(), json!([]));
        place.file("site.toml", SITE);
        assert_eq!(apply(&place, &[]).document()["plan"][0]["action"], "create");
        // Only an administrator who can sign in counts as one who is left.
        let set = ["user", "set-password", "ada", "--password-stdin", "--json"];
        place.run_with_input(&set, PASS_PHRASE).document();
        place
            .run(&["user", "set-admin", "bob", "false", "--json"])
            .document();
        place.file("site.toml", "");
        apply(&place, &["--prune", "--dry-run"]).failed(1, "the last administrator");
        apply(&place, &["--prune", "--yes"]).failed(1, "the last administrator");
        assert_eq!(
            place
                .run(&["client", "list", "--json"])
                .document()
                .as_array()
                .unwrap()
                .len(),
            2
        );
        place.file(
            "site.toml",
            "[[users]]\nusername = \"ada\"\nemail = \"ada@example.com\"\nadmin = false\n",
        );
        apply(&place, &["--dry-run"]).failed(1, "the last administrator");
        // Whoever takes over comes before the one who leaves.
        place.file("eve.password", "silver lantern 43\n");
        set_mode(&place.path("eve.password"), 0o600);
        place.file(
            "site.toml",
            "[[users]]\nusername = \"eve\"\nemail = \"eve@example.com\"\nadmin = true\npassword_file = \"eve.password\"\n",
        );
        apply(&place, &["--prune", "--yes"]).document();
    }
}

#[test]
fn a_secret_comes_from_a_file_and_is_replaced_with_it() {
    let place = Place::sqlite();
    let served = Served::start(&place);
    let secret = |name: &str| {
        let made = place.run(&["client", "new-secret"]).stdout;
        place.file(name, &made);
        made.trim().to_owned()
    };
    let site = |file: &str| {
        format!(
            "[[clients]]\nclient_id = \"jobs\"\nclient_name = \"Jobs\"\ntype = \"service\"\nsecret_file = \"{file}\"\n"
        )
    };
    let works = |secret: &str| {
        let form = format!("grant_type=client_credentials&client_id=jobs&client_secret={secret}");
        let answer = served.post("/token", &form);
        // Without a scope there is nothing to give, but only the client that it is gets to hear that.
        !answer.contains("invalid_client")
    };
    let first = secret("first.secret");
    place.file("site.toml", &site("first.secret"));
    let run = |flags: &[&str]| {
        let ended = place.run(&[&["apply", "-f", "site.toml", "--json"], flags].concat());
        for secret in ["first.secret", "second.secret"] {
            let text = std::fs::read_to_string(place.path(secret)).unwrap_or_else(|_| "nothing".to_owned());
            assert!(!ended.stdout.contains(text.trim()) && !ended.stderr.contains(text.trim()));
        }
        ended.document()
    };
    assert_eq!(run(&[])["secrets"], json!([]));
    assert!(works(&first));
    assert_eq!(actions(&run(&[])), ["unchanged jobs"]);
    let second = secret("second.secret");
    assert!(!works(&second));
    place.file("site.toml", &site("second.secret"));
    assert_eq!(
        run(&["--dry-run"])["plan"][0]["changes"],
        json!({"client_secret": {}})
    );
    run(&[]);
    assert_eq!(actions(&run(&[])), ["unchanged jobs"]);
    until("the server to learn of the other secret", || {
        works(&second).then_some(())
    });
    assert!(works(&first), "the old one counts for a day");
    place.file("site.toml", &site("first.secret"));
    for flags in [&["--dry-run"][..], &[]] {
        apply_fails(
            &place,
            flags,
            "site.toml:5: clients.jobs.secret_file holds a secret that was replaced",
        );
    }

    set_mode(&place.path("second.secret"), 0o644);
    place.file("site.toml", &site("second.secret"));
    place
        .run(&["apply", "-f", "site.toml"])
        .failed(78, "run chmod 600");
    place.file("short.secret", "hunter2");
    place.file("site.toml", &site("short.secret"));
    let refused = place.run(&["apply", "-f", "site.toml"]);
    assert!(refused.stderr.contains("vouchsafe client new-secret") && !refused.stderr.contains("hunter2"));
    served.stop();
}

#[test]
fn a_password_file_is_for_those_who_have_none() {
    let place = Place::sqlite();
    let ada = "[[users]]\nusername = \"ada\"\nemail = \"ada@example.com\"\n";
    place.file("site.toml", ada);
    apply(&place, &[]).document();
    place.file("ada.password", PASS_PHRASE);
    place.file("site.toml", &format!("{ada}password_file = \"ada.password\"\n"));
    assert_eq!(
        apply(&place, &[]).document()["plan"][0]["changes"],
        json!({"password": {}})
    );
    assert_eq!(events(&place), ["user.created", "user.password_changed"]);
    place.file("ada.password", "another lantern 43");
    assert_eq!(
        actions(&apply(&place, &[]).document()),
        ["unchanged ada"],
        "her own password is hers"
    );
    place.file(
        "site.toml",
        &format!("{}password_file = \"ada.password\"\n", ada.replace("ada", "bob")),
    );
    place.file("ada.password", "short");
    apply_fails(&place, &[], "passwords.minimum_length is 12");
}

#[test]
fn a_folder_is_read_whole_and_json_says_the_same_as_toml() {
    for place in Place::both() {
        let folder = place.path("site");
        std::fs::create_dir(&folder).unwrap();
        place.run(&["apply", "-f", "site"]).failed(78, "has no document");
        std::fs::write(folder.join("b.toml"), "[[clients]]\nclient_id = \"jobs\"\nclient_name = \"Jobs\"\ntype = \"service\"\nscope = \"stock\"\n").unwrap();
        let api = json!({"apis": [{"identifier": "https://api.example.com", "name": "Stock", "access_token_lifetime": 60, "scopes": [{"name": "stock", "description": "Count things"}]}]});
        std::fs::write(folder.join("a.json"), api.to_string()).unwrap();
        std::fs::write(folder.join("notes.txt"), "not a document").unwrap();
        std::fs::write(folder.join(".hidden.toml"), "not a document").unwrap();
        let done = place.run(&["apply", "-f", "site"]);
        assert_eq!(done.status, 0, "{done:?}");
        assert!(
            done.stderr
                .contains("+ api https://api.example.com\n+ client jobs\n2 to create, 0 to update"),
            "{done:?}"
        );
        let secrets: Value = serde_json::from_str(&done.stdout).unwrap();
        assert!(
            !done.stderr.contains("vcs_")
                && secrets["secrets"][0]["client_secret"]
                    .as_str()
                    .unwrap()
                    .starts_with("vcs_")
        );
        place.file(
            "toml.toml",
            "[[apis]]\nidentifier = \"https://api.example.com\"\nname = \"Stock\"\naccess_token_lifetime = \"1m\"\nscopes = [\"stock=Count things\"]\n",
        );
        let again = place
            .run(&["apply", "-f", "toml.toml", "-f", "site/b.toml", "--json"])
            .document();
        assert_eq!(
            actions(&again),
            ["unchanged https://api.example.com", "unchanged jobs"]
        );
    }
}
