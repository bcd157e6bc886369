//! `admin …`, `user set-admin`, and the link that a server shows to whoever sits at its terminal.

use super::program::{PASS_PHRASE, Place, Served, free_address};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

fn create(place: &Place, username: &str) -> serde_json::Value {
    let email = format!("{username}@example.com");
    let arguments = [
        "admin",
        "create",
        "--username",
        username,
        "--email",
        &email,
        "--password-stdin",
        "--json",
    ];
    place.run_with_input(&arguments, PASS_PHRASE).document()
}

#[test]
fn an_invitation_is_a_link_with_the_code_in_its_fragment() {
    for place in Place::both() {
        let invited = place.run(&["admin", "invite", "--json"]).document();
        let link = invited["link"].as_str().unwrap();
        assert!(link.starts_with("http://localhost:7300/setup#vsu_"), "{link}");
        assert!(invited["expires_at"].is_i64());
    }
}

#[test]
fn an_administrator_is_created_kept_and_recovered() {
    for place in Place::both() {
        let made = create(&place, "grace");
        assert_eq!(
            (&made["username"], &made["admin"]),
            (&"grace".into(), &true.into())
        );
        for arguments in [
            &["user", "set-admin", "grace", "false"][..],
            &["user", "disable", "grace"],
            &["user", "ban", "grace"],
            &["user", "delete", "grace"],
        ] {
            let refused = place.run(arguments);
            assert_eq!(refused.status, 1, "{refused:?}");
            assert!(refused.stderr.contains("last administrator"), "{refused:?}");
        }
        create(&place, "root");
        assert_eq!(place.run(&["user", "disable", "grace"]).status, 0);
        let recovered = place.run_with_input(
            &[
                "admin",
                "recover",
                "grace",
                "--reinstate",
                "--password-stdin",
                "--json",
            ],
            "silver lantern 43",
        );
        let recovered = recovered.document();
        assert_eq!(
            (&recovered["admin"], &recovered["disabled"]),
            (&true.into(), &false.into())
        );
    }
}

#[test]
fn only_an_administrator_is_recovered_unless_one_is_made() {
    let place = Place::sqlite();
    create(&place, "root");
    place.create_user("ada");
    let recover = ["admin", "recover", "ada", "--password-stdin"];
    let refused = place.run_with_input(&recover, "silver lantern 43");
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains("--reinstate"), "{refused:?}");
    let weak = place.run_with_input(&["admin", "recover", "root", "--password-stdin"], "short");
    assert_eq!(weak.status, 1, "the password policy holds here too");
}

#[test]
fn a_server_without_a_terminal_shows_no_link_and_says_how_to_get_one() {
    let ended = Served::start(&Place::sqlite()).stop();
    assert!(!format!("{ended:?}").contains("vsu_"), "{ended:?}");
    assert!(ended.stderr.contains("vouchsafe admin invite"), "{ended:?}");
    let place = Place::sqlite();
    create(&place, "grace");
    let ended = Served::start(&place).stop();
    assert!(!ended.stderr.contains("admin invite"), "{ended:?}");
}

#[test]
fn a_server_at_a_terminal_shows_one_link_and_only_until_there_is_an_administrator() {
    let shown = at_a_terminal(&Place::sqlite());
    assert_eq!(shown.matches("/setup#vsu_").count(), 1, "{shown}");
    let place = Place::sqlite();
    create(&place, "grace");
    let shown = at_a_terminal(&place);
    assert!(shown.contains("/admin") && !shown.contains("vsu_"), "{shown}");
}

/// The summary that `serve` writes to a terminal when it starts.
fn at_a_terminal(place: &Place) -> String {
    let address = free_address();
    let program = place.command(&[]);
    let served = format!(
        "{} serve --listen {address} --issuer http://localhost:{}",
        program.get_program().to_string_lossy(),
        address.rsplit(':').next().unwrap()
    );
    let mut terminal = Command::new("script")
        .args(["--quiet", "--flush", "--command", &served, "/dev/null"])
        .current_dir(place.path(""))
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script, of util-linux");
    let mut lines = BufReader::new(terminal.stdout.take().unwrap()).lines();
    let mut shown = String::new();
    // The summary is written as a whole, and this is its last line but one.
    for line in lines.by_ref().map_while(Result::ok) {
        shown.push_str(&line);
        shown.push('\n');
        if line.contains("/admin") {
            break;
        }
    }
    let stopped = Command::new("kill").arg(terminal.id().to_string()).status();
    assert!(stopped.unwrap().success());
    shown.extend(lines.map_while(Result::ok).map(|line| line + "\n"));
    terminal.wait().unwrap();
    shown
}
