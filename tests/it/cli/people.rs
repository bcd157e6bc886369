//! People: creating, disabling, enabling, passwords and roles.

use super::program::Place;

const CREATE: [&str; 8] = [
    "user",
    "create",
    "--username",
    "ada",
    "--email",
    "ada@example.com",
    "--password-stdin",
    "--json",
];

#[test]
fn a_person_is_created_and_changed() {
    for place in Place::both() {
        let ada = place.create_user("ada");
        assert_eq!(ada["username"], "ada");
        assert_eq!(ada["email"], "ada@example.com");
        assert!(ada["sub"].as_str().unwrap().len() >= 22);
        assert_eq!(
            (&ada["disabled"], &ada["admin"], &ada["email_verified"]),
            (&false.into(), &false.into(), &false.into())
        );

        for named in ["ADA", "ada@example.com", ada["sub"].as_str().unwrap()] {
            let disabled = place.run(&["user", "disable", named, "--json"]).document();
            assert_eq!(
                (&disabled["sub"], &disabled["disabled"]),
                (&ada["sub"], &true.into())
            );
        }
        assert_eq!(
            place.run(&["user", "enable", "ada", "--json"]).document()["disabled"],
            false
        );

        let roles = place
            .run(&[
                "user", "set-role", "ada", "support", "billing", "support", "--json",
            ])
            .document();
        assert_eq!(roles["roles"], serde_json::json!(["support", "billing"]));
        assert_eq!(
            place
                .run(&["user", "set-role", "ada", "--none", "--json"])
                .document()["roles"],
            serde_json::json!([])
        );

        let groups = place
            .run(&[
                "user",
                "set-group",
                "ada",
                "staff",
                "night shift",
                "staff",
                "--json",
            ])
            .document();
        assert_eq!(groups["groups"], serde_json::json!(["staff", "night shift"]));
        let listed = place.run(&["user", "list", "--json"]).document();
        assert_eq!(listed[0]["groups"], groups["groups"]);
        let shown = place.run(&["user", "show", "ada", "--json"]).document();
        assert_eq!(shown["groups"], groups["groups"]);
        place
            .run(&["user", "set-group", "ada", "a,b"])
            .failed(1, "no comma");
        place.run(&["user", "set-group", "ada"]).failed(2, "<GROUPS>");
        assert_eq!(
            place
                .run(&["user", "set-group", "ada", "--none", "--json"])
                .document()["groups"],
            serde_json::json!([])
        );

        let set = place.run_with_input(
            &["user", "set-password", "ada", "--password-stdin", "--json"],
            "silver lantern 43",
        );
        assert_eq!(set.document()["sub"], ada["sub"]);
    }
}

#[test]
fn names_and_addresses_are_given_once_in_any_spelling() {
    for place in Place::both() {
        place.create_user("ada");
        let again = |username: &str, email: &str| {
            let arguments = [
                "user",
                "create",
                "--username",
                username,
                "--email",
                email,
                "--password-stdin",
            ];
            place.run_with_input(&arguments, "copper lantern 42")
        };
        again("ADA", "other@example.com").failed(1, "the user name is taken");
        again("other", "Ada@Example.com").failed(1, "the e-mail address is taken");
    }
}

#[test]
fn the_password_policy_holds() {
    let place = Place::sqlite().with("VOUCHSAFE__PASSWORDS__MINIMUM_LENGTH", "14");
    for (password, word) in [
        ("", "passwords.minimum_length is 14"),
        ("copper lanter", "passwords.minimum_length is 14"),
        ("aaaaaaaaaaaaaaaa", "tried first"),
        ("ada@example.com", "user name or e-mail address"),
        ("copper\nlantern 42", "control character"),
        (&"long ".repeat(40), "too long"),
    ] {
        place.run_with_input(&CREATE, password).failed(1, word);
    }
    assert_eq!(place.run_with_input(&CREATE, "copper lantern\r\n").status, 0);
    let set = ["user", "set-password", "ada", "--password-stdin"];
    place
        .run_with_input(&set, "short")
        .failed(1, "passwords.minimum_length is 14");
}

#[test]
fn standard_claims_come_from_a_file() {
    let place = Place::sqlite();
    place.file(
        "claims.json",
        r#"{"given_name": "Ada", "birthdate": "1915-12-10", "email_verified": true, "locale": null}"#,
    );
    let with_claims = [
        &CREATE[..],
        &[
            "--claims-file",
            "claims.json",
            "--name",
            "Ada Lovelace",
            "--admin",
        ],
    ]
    .concat();
    let ada = place.run_with_input(&with_claims, "copper lantern 42").document();
    assert_eq!(
        ada["claims"],
        serde_json::json!({"given_name": "Ada", "birthdate": "1915-12-10", "name": "Ada Lovelace"})
    );
    assert_eq!(
        (&ada["name"], &ada["email_verified"], &ada["admin"]),
        (&"Ada Lovelace".into(), &true.into(), &true.into())
    );
}

#[test]
fn claims_that_are_no_standard_claims_are_refused() {
    let place = Place::sqlite();
    let with_claims = [&CREATE[..], &["--claims-file", "claims.json"]].concat();
    for (claims, word) in [
        ("[]", "is not a JSON object"),
        (r#"{"sub": "me"}"#, "sub"),
        (r#"{"birthdate": "yesterday"}"#, "birthdate"),
        (r#"{"email": "other@example.com"}"#, "another email"),
    ] {
        place.file("claims.json", claims);
        place
            .run_with_input(&with_claims, "copper lantern 42")
            .failed(1, word);
    }
}

#[test]
fn names_that_could_be_mistaken_are_refused() {
    let place = Place::sqlite();
    for (username, email) in [
        ("", "a@example.com"),
        ("a b", "a@example.com"),
        ("eve@example.com", "a@example.com"),
        ("a", "nonsense"),
    ] {
        let arguments = [
            "user",
            "create",
            "--username",
            username,
            "--email",
            email,
            "--password-stdin",
        ];
        place
            .run_with_input(&arguments, "copper lantern 42")
            .failed(1, "");
    }
}

#[test]
fn a_profile_is_changed_by_the_flags_of_create_and_the_rest_stays() {
    for place in Place::both() {
        let ada = place.create_user("ada");
        place.create_user("bob");
        place.run(&["user", "set-admin", "bob", "true"]);
        place.file(
            "claims.json",
            r#"{"given_name": "Ada", "nickname": "Countess", "email_verified": true}"#,
        );
        let changed = place
            .run(&[
                "user",
                "update",
                "ada",
                "--claims-file",
                "claims.json",
                "--name",
                "Ada L",
                "--admin",
                "--json",
            ])
            .document();
        assert_eq!(
            (&changed["sub"], &changed["admin"], &changed["email_verified"]),
            (&ada["sub"], &true.into(), &true.into())
        );
        assert_eq!(
            changed["claims"],
            serde_json::json!({"given_name": "Ada", "nickname": "Countess", "name": "Ada L"})
        );
        place.file("claims.json", r#"{"nickname": null}"#);
        let update = ["user", "update", "ada", "--json", "--claims-file", "claims.json"];
        let changed = place
            .run(
                &[
                    &update[..],
                    &[
                        "--username",
                        "adele",
                        "--email",
                        "adele@example.org",
                        "--admin=false",
                    ],
                ]
                .concat(),
            )
            .document();
        assert_eq!(
            (&changed["username"], &changed["email"]),
            (&"adele".into(), &"adele@example.org".into())
        );
        assert_eq!(
            (&changed["admin"], &changed["email_verified"]),
            (&false.into(), &false.into())
        );
        assert_eq!(
            changed["claims"],
            serde_json::json!({"given_name": "Ada", "name": "Ada L"})
        );
        let told = place
            .run(&[
                "audit",
                "export",
                "--subject",
                "adele",
                "--event",
                "admin.granted",
                "--event",
                "admin.withdrawn",
            ])
            .stdout;
        assert_eq!(told.lines().count(), 2, "{told}");

        place
            .run(&["user", "update", "adele", "--username", "BOB"])
            .failed(1, "the user name is taken");
        place
            .run(&["user", "update", "adele", "--username", "a b"])
            .failed(1, "user name: ");
        place
            .run(&["user", "update", "ada", "--name", "x"])
            .failed(1, "there is no user \"ada\"");
        place.file("claims.json", r#"{"email_verified": "yes"}"#);
        place
            .run(&["user", "update", "adele", "--claims-file", "claims.json"])
            .failed(1, "true or false");
        place
            .run_with_input(
                &["user", "update", "adele", "--name", "x", "--password-stdin"],
                "short",
            )
            .failed(1, "passwords.minimum_length");
        let same = place.run(&["user", "show", "adele", "--json"]).document();
        assert_eq!(same["name"], "Ada L", "all of it or nothing");
        let again = place.run_with_input(
            &["user", "update", "adele", "--password-stdin", "--json"],
            "silver lantern 43",
        );
        assert_eq!(again.document()["name"], "Ada L");
    }
}
