//! `client initial-token`, `initial-tokens` and `revoke-initial-token`.

use super::program::Place;
use serde_json::json;

#[test]
fn an_initial_access_token_is_shown_once_listed_and_revoked() {
    for place in Place::both() {
        let create = [
            "client",
            "initial-token",
            "--json",
            "--name",
            "Partner portal",
            "--uses",
            "5",
            "--expires-in",
            "7d",
        ];
        let made = place.run(&create).document();
        assert!(
            made["initial_access_token"]
                .as_str()
                .unwrap()
                .starts_with("viat_")
        );
        assert_eq!((&made["uses_left"], &made["scope"]), (&json!(5), &json!("")));
        assert_eq!(made["name"], "Partner portal");
        let lasts = made["expires_at"].as_i64().unwrap() - made["created_at"].as_i64().unwrap();
        assert_eq!(lasts, 7 * 86_400);
        let id = made["id"].as_str().unwrap();
        let listed = place.run(&["client", "initial-tokens", "--json"]).document();
        assert_eq!(
            (listed.as_array().unwrap().len(), &listed[0]["id"]),
            (1, &made["id"])
        );
        assert!(listed[0].get("initial_access_token").is_none(), "shown once");
        let revoke = ["client", "revoke-initial-token", id, "--json"];
        assert_eq!(place.run(&revoke).document()["revoked"], json!(true));
        assert_eq!(
            place.run(&["client", "initial-tokens", "--json"]).document(),
            json!([])
        );
        place.run(&revoke).failed(1, "there is no initial access token");
    }
}

#[test]
fn its_scopes_must_be_owned_and_its_numbers_make_sense() {
    let place = Place::sqlite();
    let make = |more: &[&str]| place.run(&[&["client", "initial-token", "--json"], more].concat());
    make(&["--scope", "orders:read"]).failed(1, "no API owns it");
    make(&["--scope", "vouchsafe:read"]).failed(1, "opens the administration");
    make(&["--name", &"x".repeat(101)]).failed(1, "at most 100 characters");
    for hidden in ["Ba\u{202e}nk", "Ba\u{2066}nk", "Ba\u{feff}nk"] {
        make(&["--name", hidden]).failed(1, "none of them invisible");
    }
    assert_eq!(
        make(&["--scope", "openid email"]).document()["scope"],
        "openid email"
    );
    for wrong in [
        ["--uses", "0"],
        ["--uses", "-1"],
        ["--expires-in", "0s"],
        ["--expires-in", "900d"],
    ] {
        assert_eq!(make(&wrong).status, 2, "{wrong:?}");
    }
}

#[test]
fn nobody_who_registers_a_client_may_give_it_the_administration() {
    for place in Place::both() {
        for scope in ["vouchsafe:read", "openid vouchsafe:write", "vouchsafe:signal"] {
            place
                .run(&["client", "initial-token", "--json", "--scope", scope])
                .failed(1, "only an administrator registers clients");
        }
        let listed = place.run(&["client", "initial-tokens", "--json"]).document();
        assert_eq!(listed, json!([]));
    }
}
