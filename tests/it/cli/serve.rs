//! `serve`: the summary at the start, health, stopping, and what stops the start.

use super::program::{Place, Served};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

#[test]
fn it_answers_once_it_says_so_and_stops_when_asked() {
    for place in Place::both() {
        let served = Served::start(&place);
        assert!(served.request("GET /livez").starts_with("HTTP/1.1 200"));
        assert!(served.request("GET /readyz").starts_with("HTTP/1.1 200"));
        assert!(
            served
                .request("GET /.well-known/openid-configuration")
                .contains(&served.issuer)
        );
        let ended = served.stop();
        assert_eq!(ended.status, 0, "{ended:?}");
        assert_eq!(ended.stdout, "", "one document and no more");
    }
}

#[test]
fn the_summary_says_what_runs_where() {
    let place = Place::sqlite()
        .with("VOUCHSAFE__LOG__FORMAT", "pretty")
        .with("VOUCHSAFE__RATE_LIMITS__ENABLED", "false");
    let served = Served::start(&place);
    let issuer = served.issuer.clone();
    let ended = served.stop();
    for word in [
        concat!("vouchsafe ", env!("CARGO_PKG_VERSION")),
        &issuer,
        "sqlite://./data/vouchsafe.db",
        "./keys",
        "warning   rate_limits.enabled is false",
    ] {
        assert!(ended.stderr.contains(word), "{word:?} is not in {ended:?}");
    }
}

#[test]
fn json_logs_are_json_in_every_line_and_hold_no_query() {
    let place = Place::sqlite();
    let served = Served::start(&place);
    served.request("GET /authorize?client_id=canary&state=canary");
    served.request("GET /canary");
    let ended = served.stop();
    assert!(ended.stderr.lines().count() >= 3, "{ended:?}");
    for line in ended.stderr.lines() {
        let value: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(
            value["ts"].is_string() && value["level"].is_string() && value["msg"].is_string(),
            "{line}"
        );
    }
    assert!(!ended.stderr.contains("canary"), "{ended:?}");
}

#[test]
fn what_anybody_sends_that_is_no_http_is_no_error_of_ours() {
    for place in Place::both() {
        let served = Served::start(&place);
        for head in [
            "GET /livez HTTP/1.1\r\nHost: x\r\nbad header: 1\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
            "nonsense\r\n\r\n",
        ] {
            let mut connection = TcpStream::connect(served.address()).unwrap();
            connection.write_all(head.as_bytes()).unwrap();
            let mut answer = String::new();
            connection.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 400"), "{head:?}: {answer:?}");
        }
        let ended = served.stop();
        assert!(!ended.stderr.contains("\"level\":\"ERROR\""), "{ended:?}");
    }
}

#[test]
fn keys_are_there_after_the_first_start() {
    for place in Place::both() {
        let served = Served::start(&place);
        let keys = place.run(&["keys", "list", "--json"]).document();
        let states: Vec<_> = keys
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["state"].as_str().unwrap())
            .collect();
        assert_eq!(states, ["active", "next"], "{keys}");
        assert!(
            keys.as_array()
                .unwrap()
                .iter()
                .all(|key| key["alg"] == "RS256" && key.get("sealed").is_none())
        );
        let jwks = served.request("GET /jwks");
        assert!(
            keys.as_array()
                .unwrap()
                .iter()
                .all(|key| jwks.contains(key["kid"].as_str().unwrap())),
            "{jwks}"
        );
        served.stop();
    }
}

#[test]
fn an_address_in_use_stops_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    Place::sqlite()
        .run(&["serve", "--listen", &address])
        .failed(1, "cannot listen on");
}

#[test]
fn a_database_of_another_issuer_stops_the_start() {
    let place = Place::sqlite();
    Served::start(&place).stop();
    place
        .run(&["serve", "--issuer", "https://other.example.com"])
        .failed(78, "belongs to another issuer");
}

#[test]
fn metrics_have_a_listener_of_their_own() {
    let metrics = super::program::free_address();
    let place = Place::sqlite().with("VOUCHSAFE__METRICS__LISTEN", &metrics);
    let served = Served::start(&place);
    served.request("GET /jwks");
    let page = super::program::request(&metrics, "GET /metrics");
    assert!(
        page.contains("vouchsafe_http_requests_total{route=\"/jwks\",status=\"200\"} 1"),
        "{page}"
    );
    assert!(served.request("GET /metrics").starts_with("HTTP/1.1 404"));
    served.stop();
}

#[test]
fn a_key_that_a_command_revokes_leaves_the_key_set_of_a_running_server() {
    for place in Place::both() {
        let address = super::program::free_address();
        // Keys are sealed for their issuer: the command must be told of it as the server is.
        let place = place.with("VOUCHSAFE__ISSUER", &format!("http://{address}"));
        let served = Served::start_at(&place, address);
        let keys = place.run(&["keys", "list", "--json"]).document();
        let kid = keys[0]["kid"].as_str().unwrap();
        assert!(served.request("GET /jwks").contains(kid));
        place.run(&["keys", "revoke", kid, "--yes", "--json"]).document();
        // It looks twice a second; a test machine under load is given longer.
        let asked = (0..5_000).take_while(|_| served.request("GET /jwks").contains(kid));
        assert!(asked.count() < 5_000, "{kid} is still there");
        assert!(served.request("GET /readyz").starts_with("HTTP/1.1 200"));
        served.stop();
    }
}

#[test]
fn what_a_command_makes_is_served_at_once() {
    for place in Place::both() {
        let served = Served::start(&place);
        place.run(&[
            "api",
            "create",
            "--identifier",
            "https://api.example.com",
            "--name",
            "Orders",
            "--scope",
            "orders:read",
        ]);
        let jobs = place
            .run(&[
                "client",
                "create",
                "--json",
                "--name",
                "Jobs",
                "--type",
                "service",
                "--scope",
                "orders:read",
            ])
            .document();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            jobs["client_id"].as_str().unwrap(),
            jobs["client_secret"].as_str().unwrap()
        );
        let answer = served.post("/token", &form);
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains("\"access_token\""),
            "{answer}"
        );
        let ended = served.stop();
        let secret = jobs["client_secret"].as_str().unwrap();
        assert!(!format!("{ended:?}").contains(secret), "no log holds the secret");
    }
}

#[test]
fn a_request_that_was_accepted_is_finished_after_the_signal() {
    let place = Place::sqlite();
    let served = Served::start(&place);
    let mut slow = TcpStream::connect(served.address()).unwrap();
    let head = "POST /token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    // The head has been read when a request behind it on another connection is answered.
    assert!(served.request("GET /livez").starts_with("HTTP/1.1 200"));
    served.signal("TERM");
    while TcpStream::connect(served.address()).is_ok() {}
    slow.write_all(b"a=b").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert_eq!(served.stop().status, 0);
}

#[test]
fn while_it_drains_it_serves_but_is_not_ready_and_a_second_signal_ends_that() {
    let place = Place::sqlite().with("VOUCHSAFE__SHUTDOWN__DRAIN", "4m");
    let served = Served::start(&place);
    assert!(served.request("GET /readyz").starts_with("HTTP/1.1 200"));
    served.signal("TERM");
    while served.request("GET /readyz").starts_with("HTTP/1.1 200") {}
    assert!(served.request("GET /readyz").starts_with("HTTP/1.1 503"));
    for _ in 0..5 {
        assert!(served.request("GET /jwks").starts_with("HTTP/1.1 200"));
    }
    let ended = served.stop();
    assert_eq!(ended.status, 0, "{ended:?}");
}
