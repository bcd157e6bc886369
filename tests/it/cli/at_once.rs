//! A change while another is under way: each keeps what the other did.

use super::program::Place;
use crate::support::patience::until;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::Command;

/// Opens a pipe only when somebody reads it (`O_NONBLOCK` of Linux).
const NOT_WAITING: i32 = 0o4000;

/// Runs a command that needs new keys, and `meanwhile` while it waits for the file that it opens its keys with: after it
/// has looked at the database, and before it writes there.
fn while_it_makes_keys(place: &Place, arguments: &[&str], meanwhile: impl FnOnce()) -> Value {
    let file = place.path("keys/0001.kek");
    let aside = place.path("keys/aside");
    let key = std::fs::read(&file).unwrap();
    std::fs::rename(&file, &aside).unwrap();
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(&file).status();
    assert!(made.unwrap().success());
    let child = place.command(arguments).spawn().unwrap();
    let mut pipe = until("the command to open its keys", || {
        OpenOptions::new()
            .write(true)
            .custom_flags(NOT_WAITING)
            .open(&file)
            .ok()
    });
    std::fs::rename(&aside, &file).unwrap();
    meanwhile();
    pipe.write_all(&key).unwrap();
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_client_keeps_what_another_changed_while_keys_are_made() {
    for place in Place::both() {
        let id = place.create_client("web").id;
        let update = [
            "client",
            "update",
            &id,
            "--json",
            "--name",
            "Store",
            "--id-token-alg",
            "ES256",
        ];
        let changed = while_it_makes_keys(&place, &update, || {
            place
                .run(&[
                    "client",
                    "update",
                    &id,
                    "--json",
                    "--scope",
                    "openid",
                    "--first-party",
                ])
                .document();
        });
        for seen in [changed, place.run(&["client", "show", &id, "--json"]).document()] {
            assert_eq!(
                (&seen["client_name"], &seen["id_token_signed_response_alg"]),
                (&json!("Store"), &json!("ES256"))
            );
            assert_eq!(
                (&seen["scope"], &seen["first_party"]),
                (&json!("openid"), &json!(true)),
                "{seen}"
            );
        }
    }
}

#[test]
fn an_api_keeps_what_another_changed_while_keys_are_made() {
    for place in Place::both() {
        // Brings the key-encryption key.
        place.create_client("web");
        let id = "https://api.example.com";
        place.run(&[
            "api",
            "create",
            "--identifier",
            id,
            "--name",
            "Orders",
            "--scope",
            "orders:read",
        ]);
        let update = [
            "api",
            "update",
            id,
            "--json",
            "--name",
            "Bills",
            "--signing-alg",
            "ES256",
        ];
        let changed = while_it_makes_keys(&place, &update, || {
            let more = [
                "--claim",
                "groups",
                "--access-token-lifetime",
                "2m",
                "--scope",
                "orders:write",
            ];
            place
                .run(&[&["api", "update", id, "--json"], &more[..]].concat())
                .document();
        });
        let shown = place.run(&["api", "show", id, "--json"]).document();
        for seen in [changed, shown] {
            assert_eq!(
                (&seen["name"], &seen["signing_alg"]),
                (&json!("Bills"), &json!("ES256"))
            );
            assert_eq!(
                (&seen["claims"], &seen["access_token_lifetime"]),
                (&json!(["groups"]), &json!(120)),
                "{seen}"
            );
            assert_eq!(seen["scopes"][0]["name"], "orders:write");
        }
    }
}
