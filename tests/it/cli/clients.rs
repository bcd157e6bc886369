//! Clients, APIs and keys.

use super::program::Place;
use serde_json::json;

const WEB: [&str; 9] = [
    "client",
    "create",
    "--json",
    "--name",
    "Shop",
    "--type",
    "web",
    "--redirect-uri",
    "https://shop.example.com/cb",
];
const API: [&str; 9] = [
    "api",
    "create",
    "--json",
    "--identifier",
    "https://api.example.com",
    "--name",
    "Orders",
    "--scope",
    "orders:read=Read your orders",
];

#[test]
fn a_confidential_client_gets_its_secret_once() {
    for place in Place::both() {
        let shop = place.run(&WEB).document();
        assert!(shop["client_secret"].as_str().unwrap().starts_with("vcs_"));
        assert_eq!(shop["client_secret_expires_at"], 0);
        assert_eq!(shop["client_name"], "Shop");
        assert_eq!(shop["redirect_uris"], json!(["https://shop.example.com/cb"]));
        assert_eq!(shop["grant_types"], json!(["authorization_code"]));
        assert_eq!(shop["response_types"], json!(["code"]));
        assert_eq!(shop["token_endpoint_auth_method"], "client_secret_basic");
        assert_eq!(shop["scope"], "openid profile email");
        let again = place.run(&WEB).document();
        assert_ne!(again["client_id"], shop["client_id"]);
        assert_ne!(again["client_secret"], shop["client_secret"]);
    }
}

#[test]
fn a_public_client_gets_none() {
    let place = Place::sqlite();
    for (kind, uri) in [
        ("spa", "http://localhost:5173/cb"),
        ("native", "com.example.shop:/cb"),
    ] {
        let app = place
            .run(&[
                "client",
                "create",
                "--json",
                "--name",
                "App",
                "--type",
                kind,
                "--redirect-uri",
                uri,
                "--online-refresh",
            ])
            .document();
        assert_eq!(app.get("client_secret"), None);
        assert_eq!(app["token_endpoint_auth_method"], "none");
        assert_eq!(app["grant_types"], json!(["authorization_code", "refresh_token"]));
    }
}

#[test]
fn scopes_belong_to_apis_that_are_registered_first() {
    for place in Place::both() {
        let with_scope = [&WEB[..], &["--scope", "openid", "--scope", "orders:read"]].concat();
        place
            .run(&with_scope)
            .failed(1, "scope \"orders:read\": no API owns it");
        let api = place
            .run(
                &[
                    &API[..],
                    &["--access-token-lifetime", "10m", "--token-typ", "JWT"],
                ]
                .concat(),
            )
            .document();
        assert_eq!(api["identifier"], "https://api.example.com");
        assert_eq!(
            api["scopes"],
            json!([{"name": "orders:read", "description": "Read your orders"}])
        );
        assert_eq!(
            (&api["access_token_lifetime"], &api["token_typ"]),
            (&600.into(), &"JWT".into())
        );
        assert_eq!(place.run(&with_scope).document()["scope"], "openid orders:read");
        place
            .run(&API)
            .failed(1, "an API with this identifier is registered");
        let mut other = API;
        other[4] = "https://other.example.com";
        place
            .run(&other)
            .failed(1, "one of the scopes belongs to another API");
    }
}

#[test]
fn a_refused_client_leaves_nothing_behind() {
    let place = Place::sqlite();
    let mut insecure = WEB;
    insecure[8] = "http://shop.example.com/cb";
    place.run(&insecure).failed(1, "https");
    place
        .run(&[
            "client",
            "create",
            "--name",
            "Jobs",
            "--type",
            "service",
            "--grant",
            "authorization_code",
        ])
        .failed(1, "client_credentials");
    assert!(!place.path("keys").exists(), "no key was made for it");
}

#[test]
fn without_json_the_answer_is_json_and_the_words_are_elsewhere() {
    let place = Place::sqlite();
    let words: Vec<_> = WEB.iter().filter(|word| **word != "--json").copied().collect();
    let ended = place.run(&words);
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["client_name"], "Shop");
    assert!(ended.stderr.contains("shown this once"), "{ended:?}");
    assert!(!ended.stderr.contains("vcs_"), "{ended:?}");
}

#[test]
fn the_list_of_keys_is_empty_before_the_first_start() {
    for place in Place::both() {
        place.run(&WEB).document();
        assert_eq!(place.run(&["keys", "list", "--json"]).document(), json!([]));
    }
}

#[test]
fn a_client_that_signs_registers_its_public_keys_and_gets_no_secret() {
    let place = Place::sqlite();
    let key = json!({
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    });
    place.file("keys.json", &json!({"keys": [key]}).to_string());
    let signing: Vec<_> = [&WEB[..], &["--auth-method", "private_key_jwt"]].concat();
    place.run(&signing).failed(1, "--jwks-file");
    let complete = [&signing[..], &["--jwks-file", "keys.json"]].concat();
    let shop = place.run(&complete).document();
    assert_eq!(shop["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!(shop["jwks"]["keys"][0], key);
    assert_eq!(shop.get("client_secret"), None);
    for (keys, word) in [
        (json!({"keys": [{"kty": "oct", "k": "AAAA"}]}), "private"),
        (
            json!({"keys": [{"kty": "RSA", "n": "_w", "e": "AQAB"}]}),
            "2048 to 8192",
        ),
        (json!({"keys": []}), "no key"),
    ] {
        place.file("keys.json", &keys.to_string());
        place.run(&complete).failed(1, word);
    }
}

#[test]
fn claims_appear_where_the_client_was_told_to_find_them() {
    let place = Place::sqlite();
    assert_eq!(place.run(&WEB).document()["id_token_claims"], "userinfo");
    let both = [&WEB[..], &["--id-token-claims", "id_token"]].concat();
    assert_eq!(place.run(&both).document()["id_token_claims"], "id_token");
    let wrong = [&WEB[..], &["--id-token-claims", "both"]].concat();
    place.run(&wrong).failed(2, "userinfo");
}

#[test]
fn apis_are_listed_shown_changed_and_deleted() {
    for place in Place::both() {
        let api = place.run(&API).document();
        let client = place
            .run(&[&WEB[..], &["--scope", "openid orders:read"]].concat())
            .document();
        let listed = place.run(&["api", "list", "--json"]).document();
        assert!(listed.as_array().unwrap().contains(&api), "{listed}");
        let shown = place.run(&["api", "show", "https://api.example.com"]);
        let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        assert_eq!(
            shown["used_by"],
            json!([{"client_id": client["client_id"], "client_name": "Shop", "scopes": ["orders:read"], "introspects": false}])
        );

        let update = ["api", "update", "https://api.example.com", "--json"];
        let changed = place
            .run(
                &[
                    &update[..],
                    &[
                        "--name",
                        "All orders",
                        "--access-token-lifetime",
                        "10m",
                        "--claim",
                        "roles",
                    ],
                ]
                .concat(),
            )
            .document();
        assert_eq!(
            (&changed["name"], &changed["access_token_lifetime"]),
            (&"All orders".into(), &600.into())
        );
        assert_eq!(
            (&changed["claims"], &changed["scopes"]),
            (&json!(["roles"]), &api["scopes"])
        );
        let changed = place
            .run(
                &[
                    &update[..],
                    &[
                        "--access-token-lifetime",
                        "default",
                        "--claim",
                        "none",
                        "--token-typ",
                        "JWT",
                    ],
                ]
                .concat(),
            )
            .document();
        assert_eq!(
            (&changed["access_token_lifetime"], &changed["token_typ"]),
            (&json!(null), &"JWT".into())
        );
        assert_eq!(
            (&changed["claims"], &changed["name"]),
            (&json!([]), &"All orders".into())
        );

        let other = [&update[..], &["--scope", "orders:write=Change your orders"]].concat();
        let refused = place.run(&other);
        refused.failed(1, "--force takes it from them");
        assert!(refused.stderr.contains("(Shop): orders:read"), "{refused:?}");
        assert_eq!(
            place.run(&[&other[..], &["--force"]].concat()).document()["scopes"][0]["name"],
            "orders:write"
        );
        let shop = place.run(&["client", "list", "--json"]).document();
        assert_eq!(shop[0]["scope"], "openid");

        place
            .run(&[&update[..], &["--access-token-lifetime", "25h"]].concat())
            .failed(1, "between 1s and 24h");
        let deleted = place
            .run(&["api", "delete", "https://api.example.com", "--json"])
            .document();
        assert_eq!(
            (&deleted["deleted"], &deleted["taken_from"]),
            (&true.into(), &json!([]))
        );
        for verb in ["show", "update", "delete"] {
            place
                .run(&["api", verb, "https://api.example.com"])
                .failed(1, "there is no API");
        }
    }
}
