//! An administration with a listener and an address of its own (`admin.listen`).

use super::*;
use std::net::TcpListener;

/// A server whose administration answers there only.
fn apart() -> [(Both, String); 2] {
    Place::both().map(|place| {
        let address = free_address();
        let both = Both::on(place.with("VOUCHSAFE__ADMIN__LISTEN", &address));
        (both, format!("http://{address}"))
    })
}

#[test]
fn login_remembers_where_the_administration_answers() {
    for (both, origin) in apart() {
        both.administrator("root");
        let site = both.served.site();
        let login = |words: &[&str]| both.login_in(&site.browser(), "root", words).0;
        login(&[]).failed(1, "--admin-origin URL");
        assert!(!both.elsewhere.path("home/.config/vouchsafe").exists());
        assert_eq!(both.here.run(&["grant", "list", "--json"]).document(), json!([]));

        login(&["--admin-origin", &format!("{origin}/")]).document();
        let list = || both.elsewhere.run(&["user", "list", "--json"]);
        let people = list().document();
        assert_eq!(people, both.here.run(&["user", "list", "--json"]).document());
        both.let_the_token_expire();
        assert_eq!(list().document(), people, "a renewed token is used there too");
        login(&[]).document();
        assert_eq!(list().document(), people, "whoever signs in again means the same");
        let elsewhere = |words: &[&str]| both.elsewhere.run(&[&["user", "list"], words].concat());
        elsewhere(&["--admin-origin", &both.served.issuer]).failed(1, "--admin-origin URL");
        elsewhere(&["--admin-origin", "http://id.example.com"]).failed(2, "http is for this machine only");
        elsewhere(&["--admin-origin", &format!("http://{}", free_address())]).failed(69, "cannot be reached");

        // What is kept is read as strictly as what is typed.
        let kept = std::fs::read_to_string(both.kept()).unwrap();
        std::fs::write(both.kept(), kept.replace(&origin, "http://id.example.com")).unwrap();
        list().failed(78, "http is for this machine only");
        std::fs::write(both.kept(), kept).unwrap();

        both.elsewhere.run(&["logout", "--json"]).document();
        login(&[]).failed(1, "--admin-origin URL");
    }
}

#[test]
fn a_service_says_where_the_administration_answers() {
    for (both, origin) in apart() {
        let service = both.service("vouchsafe:read");
        let list = [&["user", "list", "--json"], &strs(&service)[..]].concat();
        both.elsewhere.run(&list).failed(1, "--admin-origin URL");
        let by_environment = Place::sqlite()
            .with("VOUCHSAFE_SERVER", &both.served.issuer)
            .with("VOUCHSAFE_ADMIN_ORIGIN", &origin);
        assert_eq!(by_environment.run(&list).document(), json!([]));
        let log = both
            .elsewhere
            .run(&[&["audit", "tail", "--admin-origin", &origin], &list[3..]].concat());
        assert!(
            log.status == 0 && log.stdout.contains("client.created"),
            "{log:?}"
        );
    }
}

#[test]
fn no_token_goes_to_the_administration_of_another_server() {
    let both = Both::on(Place::sqlite());
    both.administrator("root");
    both.login("root").0.document();
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let other = format!("http://{}", free_address());
    let elsewhere = Place::sqlite()
        .with("HOME", &both.elsewhere.path("home").display().to_string())
        .with("VOUCHSAFE_SERVER", &other)
        .with(
            "VOUCHSAFE_ADMIN_ORIGIN",
            &format!("http://{}", trap.local_addr().unwrap()),
        );
    let listed = elsewhere.run(&["user", "list", "--json", "--server", &both.served.issuer]);
    assert_eq!(listed.document()[0]["username"], "root");
    assert!(
        trap.accept().is_err(),
        "what the environment says is about the server that it names"
    );
}

#[test]
fn an_administration_without_a_server_is_wrong_usage() {
    let place = Place::sqlite();
    for words in [&["user", "list"][..], &["migrate", "status"], &["login"]] {
        place
            .run(&[words, &["--admin-origin", "https://admin.example.com"]].concat())
            .failed(2, "--server");
    }
    place
        .run(&["config", "show", "--admin-origin", "https://admin.example.com"])
        .failed(2, "works through no server");
    assert!(!place.path("data").exists(), "no database was touched");
}
