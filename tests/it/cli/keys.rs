//! `keys …`, with a database of its own and real keys.

use super::program::{Place, set_mode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;

fn list(place: &Place) -> Vec<(String, String)> {
    let keys = place.run(&["keys", "list", "--json"]).document();
    let word = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    let keys = keys.as_array().unwrap();
    keys.iter()
        .map(|key| (word(key, "kid"), word(key, "state")))
        .collect()
}

fn states(place: &Place) -> Vec<String> {
    list(place).into_iter().map(|(_, state)| state).collect()
}

#[test]
fn rotation_and_revocation_say_what_they_mean_ask_and_leave_a_key_that_signs() {
    for place in Place::both() {
        for flags in [&["--yes"][..], &["--yes", "--json"], &[]] {
            let hasty = [&["keys", "rotate", "--now"], flags].concat();
            place.run(&hasty).failed(1, "--force does it now");
        }
        place
            .run(&["keys", "rotate", "--now", "--force"])
            .failed(2, "--yes");
        let [(first, _), (second, _)] = list(&place).try_into().unwrap();
        assert_eq!(states(&place), ["active", "next"], "nothing was changed");

        let tried = place.run(&["keys", "rotate", "--dry-run", "--json"]).document();
        assert_eq!(
            (&tried["dry_run"], &tried["replaces"]),
            (&true.into(), &first.as_str().into())
        );
        assert!(tried.get("made").is_none(), "{tried}");
        let planned = place.run(&["keys", "rotate", "--yes", "--json"]).document();
        assert!(planned["activate_at"].as_i64() >= tried["activate_at"].as_i64());
        assert_eq!(planned["kid"], second.as_str());
        assert_eq!(planned["replaces"], first.as_str());
        assert_eq!(planned["impact"]["lead_seconds"], 7 * 24 * 3600);
        assert_eq!(
            planned["impact"]["old_key_published_for_seconds"],
            25 * 3600,
            "as the timetable has it"
        );
        assert_eq!(states(&place), ["active", "next"]);
        place
            .run(&["keys", "rotate", "--dry-run", "--yes"])
            .failed(2, "--dry-run");
        let again = place.run(&["keys", "rotate", "--yes", "--json"]).document();
        assert_eq!(
            again["activate_at"], planned["activate_at"],
            "it is on its way already"
        );

        let ended = place.run(&["keys", "rotate", "--now", "--force", "--yes"]);
        assert_eq!(ended.status, 0, "{ended:?}");
        for word in ["signs from", "nothing that is out is refused", "up to 20 minutes"] {
            assert!(ended.stderr.contains(word), "{word:?}: {ended:?}");
        }
        assert_eq!(states(&place), ["retiring", "active", "next"]);

        place.run(&["keys", "revoke", &second]).failed(2, "--yes");
        assert_eq!(states(&place), ["retiring", "active", "next"]);
        let ended = place.run(&["keys", "revoke", &second, "--yes"]);
        assert_eq!(ended.status, 0, "{ended:?}");
        for word in [
            "leaves the key set at once",
            "2 seconds",
            "5 minutes",
            "nobody signs in again",
        ] {
            assert!(ended.stderr.contains(word), "{word:?}: {ended:?}");
        }
        assert_eq!(states(&place), ["retiring", "revoked", "active", "next"]);
        place
            .run(&["keys", "revoke", &second, "--yes"])
            .failed(1, "was revoked at");
        place
            .run(&["keys", "revoke", "unknown", "--yes"])
            .failed(1, "there is no signing key unknown");
        let document = place
            .run(&["keys", "revoke", &first, "--yes", "--json"])
            .document();
        assert_eq!(document["was"], "retiring");
        assert_eq!(document["successor"], list(&place)[2].0.as_str());
        assert_eq!(document["impact"]["feed_seconds"], 2);
    }
}

#[test]
fn a_token_that_is_out_counts_as_long_as_it_was_made_for() {
    for place in Place::both() {
        // Makes the first keys, and is refused.
        assert_eq!(place.run(&["keys", "rotate", "--now", "--yes"]).status, 1);
        for (name, lifetime) in [("bills", "24h"), ("mails", "23h")] {
            let identifier = format!("https://api.example/{name}");
            let made = ["api", "create", "--identifier", &identifier, "--name", name];
            place
                .run(&[&made[..], &["--access-token-lifetime", lifetime, "--json"]].concat())
                .document();
        }
        let kid = list(&place).remove(0).0;
        let longest = || {
            let panic = place.run(&["panic", "--all", "--dry-run", "--json"]).document();
            let revoke = place
                .run(&["keys", "revoke", &kid, "--dry-run", "--json"])
                .document();
            [
                &panic["worst_case_seconds"],
                &revoke["impact"]["longest_token_seconds"],
            ]
            .map(|seconds| seconds.as_i64().unwrap())
        };
        assert_eq!(longest(), [86_400; 2]);
        let bills = "https://api.example/bills";
        let shorter = ["api", "update", bills, "--access-token-lifetime", "5m", "--json"];
        place.run(&shorter).document();
        assert!(
            longest()
                .iter()
                .all(|seconds| (86_300..=86_400).contains(seconds))
        );
        place.run(&["api", "delete", "https://api.example/mails", "--json"]);
        assert!(
            longest()
                .iter()
                .all(|seconds| (86_300..=86_400).contains(seconds))
        );
        place.sql("UPDATE events SET at = at - 7200000");
        assert!(
            longest()
                .iter()
                .all(|seconds| (79_100..=79_201).contains(seconds))
        );
        place.sql("UPDATE events SET at = at - 86400000");
        assert_eq!(longest(), [300, 3600], "those have expired");
    }
}

#[test]
fn a_next_key_that_was_published_for_a_day_signs_at_once_without_force() {
    for place in Place::both() {
        assert_eq!(place.run(&["keys", "rotate", "--now", "--yes"]).status, 1);
        let hours_pass = |hours: i64| {
            let millis = hours * 3_600_000;
            place.sql(&format!(
                "UPDATE signing_keys SET created_at = created_at - {millis}"
            ));
        };
        hours_pass(23);
        place
            .run(&["keys", "rotate", "--now", "--yes"])
            .failed(1, "--force");
        hours_pass(2);
        let done = place
            .run(&["keys", "rotate", "--now", "--yes", "--json"])
            .document();
        assert_eq!(done["impact"]["new_tokens_may_be_refused_for_seconds"], 0);
        assert_eq!(states(&place), ["retiring", "active", "next"]);
    }
}

#[test]
fn no_more_than_five_keys_of_an_algorithm_are_published() {
    let place = Place::sqlite();
    for _ in 0..3 {
        let ended = place.run(&["keys", "import", &ec_key(&place)]);
        assert_eq!(ended.status, 0, "{ended:?}");
    }
    // Two of its own beside the imported ones: the first signed at once.
    let published = states(&place).len();
    assert!(published >= 4, "{published}");
    let ended = place.run(&["keys", "import", &ec_key(&place)]);
    assert_eq!(ended.status, 0, "{ended:?}");
    place
        .run(&["keys", "rotate", "--now", "--alg", "ES256"])
        .failed(1, "published already");
}

fn ec_key(place: &Place) -> String {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let pem = String::from_utf8(key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    place.file("ec.pem", &pem).display().to_string()
}

#[test]
fn keys_made_elsewhere_are_published_and_sign_later() {
    for place in Place::both() {
        let rsa = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let pem = String::from_utf8(rsa.private_key_to_pem_pkcs8().unwrap()).unwrap();
        let file = place.file("key.pem", &pem).display().to_string();
        let imported = place.run(&["keys", "import", &file, "--json"]).document();
        assert_eq!(imported["alg"], "RS256");
        let kid = imported["kid"].as_str().unwrap().to_owned();
        assert!(list(&place).contains(&(kid, "next".to_owned())));
        place.run(&["keys", "import", &file]).failed(1, "there already");

        let jwk = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let file = place.file("key.jwk", jwk).display().to_string();
        let imported = place.run(&["keys", "import", &file, "--json"]).document();
        assert_eq!(imported["alg"], "EdDSA");
        assert_eq!(imported["kid"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let active = list(&place)
            .into_iter()
            .filter(|(_, state)| state == "active")
            .count();
        assert_eq!(active, 2, "the first key of an algorithm signs at once");
    }
}

#[test]
fn keys_of_another_algorithm_are_made_when_the_first_client_or_api_asks() {
    for place in Place::both() {
        let algs = || -> Vec<String> {
            let keys = place.run(&["keys", "list", "--json"]).document();
            let keys = keys.as_array().unwrap();
            keys.iter()
                .map(|key| key["alg"].as_str().unwrap().to_owned())
                .collect()
        };
        let client = |alg| {
            let spa = ["client", "create", "--json", "--name", "App", "--type", "spa"];
            let more = [
                "--redirect-uri",
                "https://app.example.com/cb",
                "--id-token-alg",
                alg,
            ];
            place.run(&[&spa[..], &more].concat()).document()
        };
        assert_eq!(client("RS256")["id_token_signed_response_alg"], "RS256");
        assert_eq!(algs(), [""; 0], "left to the server");
        assert_eq!(client("ES256")["id_token_signed_response_alg"], "ES256");
        assert_eq!(algs(), ["ES256", "ES256", "RS256", "RS256"]);
        client("ES256");
        let api = [
            "api",
            "create",
            "--json",
            "--identifier",
            "https://api.example.com",
            "--name",
            "Orders",
        ];
        let api = place
            .run(&[&api[..], &["--signing-alg", "EdDSA"]].concat())
            .document();
        assert_eq!(api["signing_alg"], "EdDSA");
        assert_eq!(algs().len(), 6);
        let unknown = [
            "client",
            "create",
            "--name",
            "App",
            "--type",
            "spa",
            "--id-token-alg",
            "HS256",
        ];
        place.run(&unknown).failed(2, "HS256");
    }
}

#[test]
fn what_is_no_good_private_key_is_not_imported() {
    let place = Place::sqlite();
    let short = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    let short = String::from_utf8(short.private_key_to_pem_pkcs8().unwrap()).unwrap();
    let public = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let public = String::from_utf8(public.public_key_to_pem().unwrap()).unwrap();
    let group = EcGroup::from_curve_name(Nid::SECP384R1).unwrap();
    let curve = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let curve = String::from_utf8(curve.private_key_to_pem_pkcs8().unwrap()).unwrap();
    for (text, why) in [
        (short.as_str(), "2048 bits"),
        (&public, "neither"),
        (&curve, "P-256"),
        ("", "neither"),
        ("{}", "not a private key as JWK"),
        (r#"{"kty":"oct","k":"AAAA"}"#, "none of RSA, EC"),
    ] {
        let file = place.file("key", text).display().to_string();
        place.run(&["keys", "import", &file]).failed(1, why);
    }
    let file = place.path("key");
    set_mode(&file, 0o644);
    let name = file.display().to_string();
    place
        .run(&["keys", "import", &name])
        .failed(78, "other users can read");
    place
        .run(&["keys", "import", "missing.pem"])
        .failed(78, "missing.pem");
}

#[test]
fn everything_is_wrapped_anew_and_the_old_file_can_go() {
    for place in Place::both() {
        let service = [
            "client", "create", "--json", "--name", "Jobs", "--type", "service",
        ];
        place.run(&service).document();
        assert_eq!(
            place.run(&["keys", "rotate", "--now"]).status,
            1,
            "this makes keys"
        );
        let before = list(&place);
        let made = place.run(&["keys", "new-kek", "--json"]).document();
        let file = std::path::PathBuf::from(made["file"].as_str().unwrap());
        let file = place.path(file.to_str().unwrap());
        assert!(file.ends_with("0002.kek"));
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        // It does nothing yet.
        let aside = place.path("aside.kek");
        std::fs::rename(&file, &aside).unwrap();
        place.run(&service).document();
        std::fs::rename(&aside, &file).unwrap();

        let old = place.path("keys/0001.kek");
        std::fs::rename(&old, &aside).unwrap();
        place.run(&["keys", "rewrap"]).failed(78, "key-encryption key");
        std::fs::rename(&aside, &old).unwrap();
        let done = place.run(&["keys", "rewrap", "--json"]).document();
        assert_eq!((&done["signing_keys"], &done["secrets"]), (&2.into(), &4.into()));
        assert_eq!(done["retired"].as_array().unwrap().len(), 1);
        std::fs::remove_file(&old).unwrap();
        place.run(&service).document();
        assert_eq!(list(&place), before, "no key has changed");
        assert_eq!(
            place.run(&["keys", "rotate", "--now", "--force", "--yes"]).status,
            0
        );

        let again = place.run(&["keys", "rewrap", "--new-kek", "--json"]).document();
        assert_eq!(again["signing_keys"], 3);
        std::fs::remove_file(&file).unwrap();
        place.run(&service).document();
        let done = place.run(&["keys", "rewrap", "--json"]).document();
        assert_eq!((&done["signing_keys"], &done["secrets"]), (&0.into(), &0.into()));
    }
}

#[test]
fn a_keys_dir_that_is_no_folder_is_a_matter_of_configuration() {
    let place = Place::sqlite();
    let file = place
        .file("file", &STANDARD.encode("no folder"))
        .display()
        .to_string();
    place
        .run(&["keys", "rotate", "--keys-dir", &file])
        .failed(78, "file");
}
