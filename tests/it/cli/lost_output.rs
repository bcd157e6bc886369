//! What could not be written is not called done, and least of all a secret that is shown once.

use super::program::Place;
use std::fs::File;
use std::process::Stdio;

const CREATE: [&str; 6] = ["client", "create", "--name", "Jobs", "--type", "service"];

fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

/// A pipe that nobody reads.
fn unread() -> Stdio {
    let (_, writer) = std::io::pipe().unwrap();
    writer.into()
}

#[test]
fn a_secret_that_nobody_can_have_seen_is_told_as_lost() {
    for place in Place::both() {
        let id = place.create_client("web").id;
        place.run(&[
            "user",
            "invite",
            "--username",
            "ada",
            "--email",
            "ada@example.com",
        ]);
        let again = format!("vouchsafe client rotate-secret {id}");
        let site = "[[clients]]\nclient_id = \"CLIENT\"\nclient_name = \"C\"\ntype = \"service\"\n";
        place.file("site.toml", site);
        for (arguments, instead) in [
            (&CREATE[..], "vouchsafe client rotate-secret "),
            (&["client", "rotate-secret", &id], &*again),
            (
                &["client", "initial-token"],
                "vouchsafe client revoke-initial-token ",
            ),
            (
                &["user", "invite", "--again", "ada"],
                "vouchsafe user invite --again ada",
            ),
            (&["admin", "invite"], "vouchsafe admin invite"),
            (&["client", "new-secret"], "make another"),
            (&["apply", "-f", "site.toml"], "vouchsafe client rotate-secret "),
        ] {
            for way in ["full", "unread", "closed"] {
                place.file("site.toml", &site.replace("CLIENT", &format!("jobs-{way}")));
                let ended = match way {
                    "full" => place.run_into(arguments, full()),
                    "unread" => place.run_into(&[arguments, &["--json"]].concat(), unread()),
                    _ => place.run_closed(arguments),
                };
                ended.failed(1, "is lost: ");
                assert!(ended.stderr.contains(instead), "{instead:?} is not in {ended:?}");
            }
        }
        // Whoever throws it away does not want it.
        assert_eq!(place.run_into(&CREATE, Stdio::null()).status, 0);
    }
}

#[test]
fn what_cannot_be_written_to_its_end_has_failed() {
    for place in Place::both() {
        place.create_user("ada");
        for arguments in [
            &["client", "list", "--json"][..],
            &["user", "show", "ada", "--json"],
            &["user", "list", "--json"],
            &["audit", "export"],
            &["audit", "tail"],
            &["audit", "verify", "--json"],
            &["config", "show", "--json"],
            &["completions", "bash"],
            &["--help"],
        ] {
            let ended = place.run_into(arguments, full());
            assert_eq!(ended.status, 1, "{arguments:?} {ended:?}");
            if arguments != ["--help"] {
                ended.failed(1, "cannot write to standard output");
            }
            // A reader that went away wanted no more.
            let ended = place.run_into(arguments, unread());
            assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{arguments:?}");
        }
    }
}
