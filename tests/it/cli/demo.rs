//! `demo`: three programs in one, furnished once.

use super::program::{Ended, Place, Running, request};
use serde_json::Value;

/// Runs the demo and returns its facts.
fn start(place: &Place, port: u16) -> (Running, Value) {
    let mut running = Running::start(
        place,
        &["demo", "--json", "--port", &port.to_string(), "--dir", "d"],
    );
    let facts = running.first_line();
    (running, facts)
}

/// A port that is free together with the two after it.
fn three_free_ports() -> u16 {
    let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    (0..100)
        .map(|_| super::program::free_address())
        .filter_map(|address| address.rsplit_once(':')?.1.parse::<u16>().ok())
        .find(|port| *port < 65_000 && (0..3).all(|offset| free(port + offset)))
        .unwrap()
}

fn get(address: &Value, path: &str) -> String {
    let host = address
        .as_str()
        .unwrap()
        .strip_prefix("http://localhost")
        .unwrap();
    request(&format!("127.0.0.1{host}"), &format!("GET {path}"))
}

fn interrupted(running: Running) -> Ended {
    running.stop("INT")
}

#[test]
fn all_three_answer_and_the_second_run_finds_what_the_first_made() {
    // What lies here and in the environment is of another server.
    let place = Place::sqlite().with("VOUCHSAFE__DATABASE__URL", "postgres://ann:s3cret@127.0.0.1:1/vs");
    place.file("vouchsafe.toml", "isuer = 'https://id.example.com'");
    let port = three_free_ports();
    let (running, facts) = start(&place, port);
    assert_eq!(facts["issuer"], format!("http://localhost:{port}"));
    assert!(get(&facts["issuer"], "/readyz").starts_with("HTTP/1.1 200"));
    assert!(get(&facts["app"], "/").contains("id=\"sign-in\""));
    assert!(get(&facts["api"], "/orders").starts_with("HTTP/1.1 401"));
    let ended = interrupted(running);
    assert_eq!((ended.status, ended.stdout.as_str()), (0, ""), "{ended:?}");

    let (running, again) = start(&place, port);
    assert_eq!(again, facts);
    interrupted(running);
    let other = place.run(&["demo", "--port", &three_free_ports().to_string(), "--dir", "d"]);
    other.failed(1, "holds a demo on port");
}

#[test]
fn the_tour_shows_every_step_and_ends_by_itself_again_and_again() {
    let place = Place::sqlite();
    let port = three_free_ports();
    for _ in 0..2 {
        let ended = place.run(&[
            "demo",
            "tour",
            "--json",
            "--port",
            &port.to_string(),
            "--dir",
            "d",
        ]);
        assert_eq!(ended.status, 0, "{ended:?}");
        let told: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(told["issuer"], format!("http://localhost:{port}"));
        let steps = told["steps"].as_array().unwrap();
        let names: Vec<_> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
        assert_eq!(
            names,
            [
                "sign-in",
                "ban",
                "role-change",
                "replayed-refresh-token",
                "key-rotation",
                "sign-out-everywhere"
            ]
        );
        for step in steps {
            assert!(step["ok"] == true && step["ms"].is_u64(), "{step}");
        }
    }
}

#[test]
fn a_port_that_is_taken_leaves_nothing_behind() {
    let place = Place::sqlite();
    let port = three_free_ports();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port + 2)).unwrap();
    place
        .run(&["demo", "--port", &port.to_string(), "--dir", "d"])
        .failed(1, "cannot listen on");
    assert!(!place.path("d").exists());
}

#[test]
fn flags_that_the_demo_cannot_honour_are_wrong_usage() {
    let place = Place::sqlite();
    for (flag, value) in [
        ("--config", "vouchsafe.toml"),
        ("--database", "sqlite://other.db"),
        ("--data-dir", "other"),
        ("--keys-dir", "other"),
    ] {
        let ended = place.run(&["demo", "--dir", "d", flag, value]);
        ended.failed(2, &format!("the demo takes no {flag}"));
    }
    assert!(!place.path("d").exists() && !place.path("other").exists());
}
