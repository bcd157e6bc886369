//! `user invite` and `user end-invitation`: the link alone on standard output, or with everything as JSON.

use super::program::{PASS_PHRASE, Place, Served};

const ADA: [&str; 6] = [
    "user",
    "invite",
    "--username",
    "ada",
    "--email",
    "ada@example.com",
];

#[test]
fn a_link_stands_alone_on_standard_output() {
    for place in Place::both() {
        let ended = place.run(&ADA);
        assert_eq!(ended.status, 0, "{ended:?}");
        let link = ended.stdout.strip_suffix('\n').unwrap();
        assert!(
            link.starts_with("http://localhost:7300/invitation#vinv_") && !link.contains('\n'),
            "{link}"
        );
        assert!(
            ended.stderr.contains("ada") && !ended.stderr.contains("vinv_"),
            "{ended:?}"
        );
    }
}

#[test]
fn a_person_is_invited_again_and_sets_their_password() {
    for place in Place::both() {
        place.file("claims.json", r#"{"nickname": "Countess"}"#);
        let more = ["--name", "Ada Lovelace", "--claims-file", "claims.json", "--json"];
        let made = place.run(&[&ADA[..], &more].concat()).document();
        assert_eq!(
            made["claims"],
            serde_json::json!({"name": "Ada Lovelace", "nickname": "Countess"})
        );
        assert_eq!(
            (&made["password_set"], &made["invited_until"]),
            (&false.into(), &made["invitation"]["expires_at"])
        );
        let again = place
            .run(&["user", "invite", "--again", "ADA@example.com", "--json"])
            .document();
        assert_eq!(again["sub"], made["sub"]);
        assert_ne!(again["invitation"]["link"], made["invitation"]["link"]);
        let shown = place.run(&["user", "show", "ada", "--json"]).document();
        assert_eq!(shown["invited_until"], again["invited_until"]);
        let told = || place.run(&["user", "show", "ada"]).stderr;
        assert!(told().contains("\npassword: none, invited until 2"), "{}", told());
        assert!(shown.get("invitation").is_none());

        let served = Served::start(&place);
        let site = served.site();
        let code = again["invitation"]["link"]
            .as_str()
            .unwrap()
            .split_once('#')
            .unwrap()
            .1;
        let set = site.browser().choose_password(code, PASS_PHRASE);
        assert_eq!(set.status, 303, "{}", set.body);
        served.stop();
        place
            .run(&["user", "invite", "--again", "ada"])
            .failed(1, "set another one instead");
        let shown = place.run(&["user", "show", "ada", "--json"]).document();
        assert_eq!(
            (&shown["password_set"], &shown["invited_until"]),
            (&true.into(), &serde_json::Value::Null)
        );
        assert!(told().contains("\npassword: set\n"), "{}", told());
    }
}

#[test]
fn an_invitation_is_ended() {
    for place in Place::both() {
        place.run(&ADA);
        for _ in 0..2 {
            let ended = place.run(&["user", "end-invitation", "ada", "--json"]).document();
            assert_eq!(ended["invited_until"], serde_json::Value::Null);
        }
        let log = place.run(&["audit", "export", "--event", "user.invitation_ended"]);
        assert_eq!(log.stdout.lines().count(), 1, "{log:?}");
    }
}

#[test]
fn who_is_meant_is_said_in_one_way() {
    let place = Place::sqlite();
    for (words, says) in [
        (&["user", "invite"][..], "--username"),
        (&["user", "invite", "--username", "ada"], "--email"),
        (
            &["user", "invite", "--again", "ada", "--email", "ada@example.com"],
            "--again",
        ),
        (&["user", "invite", "--name", "Ada", "--again", "ada"], "--again"),
    ] {
        place.run(words).failed(2, says);
    }
    place
        .run(&["user", "invite", "--again", "nobody"])
        .failed(1, "there is no user");
    place
        .run(&["user", "end-invitation", "nobody"])
        .failed(1, "there is no user");
}
