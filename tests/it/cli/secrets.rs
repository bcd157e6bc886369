//! No secret is written where it does not belong: recognisable ones are put in, and everything is searched for them.

use super::program::Place;
use std::fmt::Write as _;

const PASSWORD: &str = "canary copper lantern 42";

#[test]
fn passwords_and_secrets_are_in_no_output_and_not_in_the_database() {
    let place = Place::sqlite();
    let create = [
        "user",
        "create",
        "--username",
        "ada",
        "--email",
        "ada@example.com",
        "--password-stdin",
    ];
    let weak = [
        "user",
        "create",
        "--username",
        "canary",
        "--email",
        "b@example.com",
        "--password-stdin",
    ];
    let mut said = String::new();
    for ended in [
        place.run_with_input(&create, PASSWORD),
        place.run_with_input(&weak, "canary"),
        place.run_with_input(
            &["user", "set-password", "ada", "--password-stdin"],
            "canary silver lantern",
        ),
        place.run_with_input(&["user", "set-password", "nobody", "--password-stdin"], PASSWORD),
    ] {
        write!(said, "{ended:?}").unwrap();
    }
    assert!(!said.contains("canary"), "{said}");

    let client = place
        .run(&[
            "client", "create", "--name", "Jobs", "--type", "service", "--json",
        ])
        .document();
    let secret = client["client_secret"].as_str().unwrap();
    for entry in std::fs::read_dir(place.path("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for canary in [PASSWORD, "canary silver lantern", secret] {
            assert!(
                !bytes
                    .windows(canary.len())
                    .any(|window| window == canary.as_bytes()),
                "{canary} is stored"
            );
        }
    }
}
