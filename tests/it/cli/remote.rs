//! Verbs through a server: the same words, documents and statuses as on the database, with a token of `login`, of a
//! client, or from a file.

mod admin_sessions;
mod administration;
mod audit;
mod both;
mod hostile_server;
mod initial_tokens;
mod lists;
mod lost_answers;
mod rate_limits;
mod secrets;
mod sign_in;
mod step_up;
mod strays;
mod words;

use super::program::{Ended, PASS_PHRASE, Place, free_address, set_mode};
use crate::support::patience::until;
use crate::support::relying_party::param;
use both::{Both, strs};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use vouchsafe::ports::{Clock as _, SystemClock};
use vouchsafe_core::model::Span;

#[test]
fn people_are_administered_as_on_the_database() {
    for both in Both::each() {
        both.administrator("root");
        both.login("root").0.document();
        let run = |words: &[&str]| both.elsewhere.run(&[words, &["--json"]].concat());
        let ada = both
            .elsewhere
            .run_with_input(
                &[
                    "user",
                    "create",
                    "--username",
                    "ada",
                    "--email",
                    "ada@example.com",
                    "--name",
                    "Ada L",
                    "--password-stdin",
                    "--json",
                ],
                PASS_PHRASE,
            )
            .document();
        let here = |verb: &str| both.here.run(&["user", verb, "ada", "--json"]).document();
        let shown = run(&["user", "show", "ADA@example.com"]).document();
        assert_eq!(shown, here("show"));
        assert_eq!((&shown["sub"], &shown["name"]), (&ada["sub"], &"Ada L".into()));
        let banned = run(&[
            "user",
            "ban",
            "ada",
            "--until",
            "7d",
            "--reason",
            "Three payments came back",
        ])
        .document();
        assert_eq!(
            (&banned["banned"], &banned["ban_reason"]),
            (&true.into(), &"Three payments came back".into())
        );
        assert_eq!(
            (&banned["grants_ended"], &banned["sessions_ended"]),
            (&0.into(), &0.into())
        );
        assert_eq!(
            run(&["user", "unban", ada["sub"].as_str().unwrap()]).document()["banned"],
            false
        );
        assert_eq!(run(&["user", "disable", "ada"]).document()["disabled"], true);
        assert_eq!(run(&["user", "enable", "ada"]).document()["disabled"], false);
        assert_eq!(
            run(&["user", "set-role", "ada", "support", "billing"]).document()["roles"],
            json!(["support", "billing"])
        );
        assert_eq!(
            run(&["user", "set-role", "ada", "--none"]).document()["roles"],
            json!([])
        );
        assert_eq!(
            run(&["user", "set-admin", "ada", "true"]).document()["admin"],
            true
        );
        both.elsewhere.file("claims.json", r#"{"nickname": "Countess"}"#);
        let changed = run(&[
            "user",
            "update",
            "ada",
            "--email",
            "ada@example.org",
            "--admin=false",
            "--claims-file",
            "claims.json",
        ]);
        let changed = changed.document();
        assert_eq!(
            (&changed["email"], &changed["admin"]),
            (&"ada@example.org".into(), &false.into())
        );
        assert_eq!(
            here("show")["claims"],
            json!({"name": "Ada L", "nickname": "Countess"})
        );
        run(&["user", "logout", "ada"]).document();
        both.elsewhere.run_with_input(
            &["user", "set-password", "ada", "--password-stdin"],
            "silver lantern 43",
        );

        let again = [
            "user",
            "create",
            "--username",
            "ADA",
            "--email",
            "x@example.com",
            "--password-stdin",
        ];
        both.elsewhere
            .run_with_input(&again, PASS_PHRASE)
            .failed(1, "error: the user name is taken");
        let short = [
            "user",
            "create",
            "--username",
            "bob",
            "--email",
            "x@example.com",
            "--password-stdin",
        ];
        both.elsewhere
            .run_with_input(&short, "short")
            .failed(1, "the password is too short");
        run(&["user", "show", "nobody"]).failed(1, "there is no user \"nobody\"");
        run(&["user", "set-role", "ada", "a b"]).failed(1, "role \"a b\"");
        run(&["user", "delete", "ada"]).document();
        assert_eq!(here_status(&both, "ada"), 1);

        // Events are numbered a moment after their commit.
        let told = until("all that was done to her", || {
            let told = run(&["audit", "export", "--subject", ada["sub"].as_str().unwrap()]);
            let is_all = told.stdout.contains("\"user.banned\"") && told.stdout.contains("\"user.deleted\"");
            is_all.then_some(told)
        });
        let root = both.here.run(&["user", "show", "root", "--json"]).document();
        for line in told.stdout.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            assert_eq!(
                record["actor"], root["sub"],
                "the person acts, not the command line"
            );
        }
    }
}

fn here_status(both: &Both, username: &str) -> i32 {
    both.here.run(&["user", "show", username]).status
}

#[test]
fn clients_and_apis_are_administered_as_on_the_database_by_a_service() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read vouchsafe:write");
        let run = |words: &[&str]| {
            both.elsewhere
                .run(&[words, &strs(&service), &["--json"]].concat())
        };
        let here = |words: &[&str]| {
            let ended = both.here.run(words);
            serde_json::from_str::<Value>(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"))
        };
        let api = [
            "api",
            "create",
            "--identifier",
            "https://api.example.com",
            "--name",
            "Orders",
            "--scope",
            "orders:read=Read your orders",
        ];
        run(&api).document();
        let identifier = "https://api.example.com";
        run(&api).failed(1, "an API with this identifier is registered");
        let shop = run(&[
            "client",
            "create",
            "--name",
            "Shop",
            "--type",
            "web",
            "--redirect-uri",
            "https://shop.example.com/cb",
            "--scope",
            "openid orders:read",
            "--pkce",
            "allowed",
        ])
        .document();
        let id = shop["client_id"].as_str().unwrap();
        assert!(shop["client_secret"].as_str().unwrap().starts_with("vcs_"));
        assert_eq!(
            (&shop["scope"], &shop["pkce"]),
            (&"openid orders:read".into(), &"allowed".into())
        );
        assert_eq!(
            run(&["api", "show", identifier]).document()["used_by"],
            here(&["api", "show", identifier])["used_by"]
        );
        let changed = run(&[
            "client",
            "update",
            id,
            "--scope",
            "openid offline_access orders:read",
            "--first-party",
        ])
        .document();
        assert_eq!(
            changed["grant_types"],
            json!(["authorization_code", "refresh_token"])
        );
        assert_eq!(changed, {
            let mut shown = here(&["client", "list", "--json"]);
            let found = shown
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .find(|client| client["client_id"] == id);
            found.unwrap().take()
        });
        run(&[
            "client",
            "update",
            id,
            "--redirect-uri",
            "http://shop.example.com/cb",
        ])
        .failed(1, "redirect URI");
        assert_eq!(run(&["client", "disable", id]).document()["disabled"], true);
        assert_eq!(run(&["client", "enable", id]).document()["disabled"], false);
        let rotated = run(&["client", "rotate-secret", id, "--until", "1h"]).document();
        assert_ne!(rotated["client_secret"], shop["client_secret"]);
        let secrets = here(&["client", "show", id])["secrets"].clone();
        let ends: Vec<_> = secrets
            .as_array()
            .unwrap()
            .iter()
            .map(|secret| secret["expires_at"].clone())
            .collect();
        assert!(
            ends.len() == 2
                && ends.contains(&Value::Null)
                && ends.contains(&rotated["old_secrets_expire_at"]),
            "{ends:?} {rotated}"
        );
        run(&["client", "show", "nobody"]).failed(1, "there is no client \"nobody\"");

        let update = [
            "api",
            "update",
            identifier,
            "--scope",
            "orders:write=Change your orders",
        ];
        let refused = run(&update);
        assert_eq!(refused.status, 1, "{refused:?}");
        let forced = run(&[&update[..], &["--force", "--access-token-lifetime", "10m"]].concat()).document();
        assert_eq!(
            (&forced["scopes"][0]["name"], &forced["access_token_lifetime"]),
            (&"orders:write".into(), &600.into())
        );
        assert_eq!(run(&["client", "delete", id]).document()["deleted"], true);
        assert_eq!(run(&["api", "delete", identifier]).document()["deleted"], true);
        run(&["api", "delete", identifier]).failed(1, "there is no API");

        let listed = run(&["keys", "list"]).document();
        assert_eq!(listed, here(&["keys", "list", "--json"]));
        run(&["keys", "rotate"]).failed(2, "add --yes");
        run(&["keys", "rotate", "--now", "--yes"]).failed(1, "--force does it now");
        let rotated = run(&["keys", "rotate", "--now", "--force", "--yes"]).document();
        assert!(rotated["kid"].as_str().is_some());
        run(&["keys", "new-kek"]).failed(2, "works on the database only");
        both.elsewhere.file("site.toml", "");
        run(&["apply", "-f", "site.toml"]).failed(2, "works on the database only");
        run(&["panic", "--all", "--dry-run"]).failed(2, "works on the database only");
        run(&["admin", "invite"]).failed(2, "works on the database only");
        run(&["migrate", "status"]).failed(2, "works on the database only");
        run(&["config", "show", "--server", "https://id.example.com"]).failed(2, "works through no server");
        assert!(
            !both.elsewhere.path("data").exists(),
            "no database was made for any of it"
        );
    }
}

#[test]
fn sessions_grants_and_the_log_are_seen_from_elsewhere() {
    for both in Both::each() {
        both.administrator("root");
        both.login("root").0.document();
        let run = |words: &[&str]| both.elsewhere.run(&[words, &["--json"]].concat());
        let sessions = run(&["session", "list", "--user", "root"]).document();
        assert_eq!(sessions, both.here.run(&["session", "list", "--json"]).document());
        let grants = run(&["grant", "list", "--client", "vouchsafe-cli"]).document();
        assert_eq!(grants, both.here.run(&["grant", "list", "--json"]).document());
        let person = both.elsewhere.run(&["session", "list"]);
        assert!(
            person.stdout.is_empty() && person.stderr.contains("USER NAME"),
            "{person:?}"
        );

        let tail = both.elsewhere.run(&["audit", "tail", "--lines", "2"]);
        assert_eq!(
            tail.stdout,
            both.here.run(&["audit", "tail", "--lines", "2"]).stdout
        );
        assert_eq!(tail.stdout.lines().count(), 2);
        // An export through the server is told of in the log that the next one reads.
        let export = |place: &Place, words: &[&str]| -> Vec<String> {
            let file = place.run(&[&["audit", "export"], words].concat()).stdout;
            let lines = file.lines().filter(|line| !line.contains("audit.exported"));
            lines.map(str::to_owned).collect()
        };
        for filters in [
            &["--event", "session.started"][..],
            &[
                "--event",
                "session.started",
                "--event",
                "user.created",
                "--format",
                "csv",
            ],
            &["--after", "2"],
            &["--since", "1h", "--client", "vouchsafe-cli"],
            &["--subject", "root", "--actor", "root"],
            &["--actor", "cli"],
        ] {
            assert_eq!(
                export(&both.elsewhere, filters),
                export(&both.here, filters),
                "{filters:?}"
            );
        }
        assert_eq!(run(&["audit", "verify"]).document()["whole"], true);

        run(&["grant", "revoke", "nothing"]).failed(1, "there is no grant \"nothing\"");
        // One id of sixty-four begins like a flag.
        run(&["grant", "revoke", "-Rq"]).failed(1, "there is no grant \"-Rq\"");
        run(&["session", "revoke", "nothing"]).failed(1, "there is no session \"nothing\"");
        run(&["session", "revoke", sessions[0]["session_id"].as_str().unwrap()]).document();
        assert_eq!(run(&["session", "list"]).document(), json!([]));
        run(&["grant", "revoke", grants[0]["gid"].as_str().unwrap()]).document();
        both.elsewhere
            .run(&["grant", "list"])
            .failed(77, "vouchsafe login");
    }
}

#[test]
fn the_log_is_read_up_to_what_has_just_happened() {
    for both in Both::each() {
        both.administrator("root");
        both.login("root").0.document();
        // Whoever numbered is gone, and its lease goes on for a second.
        let over = SystemClock.now().plus(Span::from_seconds(1)).millis();
        both.here.sql(&format!(
            "UPDATE publisher_lease SET owner = 'gone', expires_at = {over}"
        ));
        let ada = both.here.create_user("ada")["sub"].clone();
        let tail = both.elsewhere.run(&["audit", "tail", "--lines", "1"]);
        let last: Value = serde_json::from_str(&tail.stdout).unwrap();
        assert_eq!((&last["event"], &last["subject"]), (&json!("user.created"), &ada));
        let tail = both.here.run(&["audit", "tail", "--lines", "1"]);
        assert_eq!(last, serde_json::from_str::<Value>(&tail.stdout).unwrap());
    }
}

#[test]
fn a_token_goes_only_where_nobody_can_read_it_and_failures_have_the_usual_statuses() {
    let both = Both::on(Place::sqlite());
    let service = both.service("vouchsafe:read");
    let run = |words: &[&str]| both.elsewhere.run(&[words, &strs(&service)].concat());
    assert_eq!(run(&["user", "list", "--json"]).document(), json!([]));
    run(&["user", "ban", "nobody"]).failed(1, "there is no user");
    let create = [
        "api",
        "create",
        "--identifier",
        "https://api.example.com",
        "--name",
        "Orders",
    ];
    run(&create).failed(77, "error: ");
    assert_eq!(
        both.here
            .run(&["client", "list", "--json"])
            .document()
            .as_array()
            .unwrap()
            .len(),
        2
    );

    both.elsewhere.file("token", "not-a-token");
    let token = both.elsewhere.path("token").display().to_string();
    let by_file = Place::sqlite()
        .with("VOUCHSAFE_SERVER", &both.served.issuer)
        .with("VOUCHSAFE_TOKEN_FILE", &token);
    let refused = by_file.run(&["user", "list"]);
    refused.failed(77, "vouchsafe login");
    assert!(!refused.stderr.contains("not-a-token"));
    set_mode(&both.elsewhere.path("token"), 0o644);
    by_file.run(&["user", "list"]).failed(78, "chmod 600");

    both.elsewhere.file("robot.secret", "vcs_wrong");
    let wrong = run(&["user", "list"]);
    wrong.failed(77, "invalid_client");
    assert!(!wrong.stderr.contains("vcs_wrong"));
    both.elsewhere
        .run(&["user", "list", "--client-id", "x"])
        .failed(2, "--client-secret-file");

    let other = |server: &str| {
        both.elsewhere
            .run(&[&["user", "list", "--server", server], &strs(&service)[..]].concat())
    };
    other("http://id.example.com").failed(2, "http is for this machine only");
    other("id.example.com").failed(2, "--server");
    other(&format!("http://{}", free_address())).failed(69, "cannot be reached");
    other(&both.served.issuer.replace("127.0.0.1", "localhost")).failed(1, "names another");
}
