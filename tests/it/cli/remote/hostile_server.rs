//! A server that means harm, or none at all: what it says does not command the terminal, and does not go on for ever.

use super::*;
use std::net::TcpListener;

/// A server that gives every request the same answer, and a place that has a token for it.
fn place_before(status: &str, body: &'static str) -> Place {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut part = [0; 16 * 1024];
            let _ = client.read(&mut part);
            let _ = client.write_all(answer.as_bytes());
        }
    });
    let place = Place::sqlite().with("VOUCHSAFE_SERVER", &address);
    let token = place.file("robot.token", "token").display().to_string();
    place.with("VOUCHSAFE_TOKEN_FILE", &token)
}

#[test]
fn what_it_says_commands_no_terminal() {
    let refused = place_before(
        "422 Unprocessable Content",
        "{\"code\": \"rule\", \"detail\": \"\\u001b]0;owned\\u0007 \\u009b2J \\u202e evil\"}",
    );
    let listed = place_before(
        "200 OK",
        "{\"items\": [{\"client_id\": \"\\u001b[2J\", \"client_name\": \"\\u009b2J\\u2067\", \"type\": \"web\"}]}",
    );
    let shown = place_before(
        "200 OK",
        "{\"identifier\": \"\\u009b2J\\u202e\", \"items\": [], \"scopes\": []}",
    );
    for (place, arguments, seen) in [
        (
            &refused,
            &["client", "list"][..],
            "\\u{1b}]0;owned\\u{7} \\u{9b}2J \\u{202e} evil",
        ),
        (&listed, &["client", "list"], "\\u{1b}[2J"),
        (
            &shown,
            &["api", "show", "https://api.example.com"],
            "\\u009b2J\\u202e",
        ),
    ] {
        let ended = place.run(arguments);
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(said.contains(seen), "{said:?}");
        let commands = |c: char| {
            c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        };
        assert!(!said.contains(commands), "{said:?}");
    }
    let shown = shown
        .run(&["api", "show", "https://api.example.com"])
        .document_of_lines();
    assert_eq!(
        shown["identifier"], "\u{9b}2J\u{202e}",
        "the document is the same"
    );
}

#[test]
fn a_list_that_leads_back_to_itself_has_an_end() {
    let place = place_before("200 OK", "{\"items\": [], \"next_cursor\": \"again\"}");
    let ended = place.run(&["client", "list"]);
    ended.failed(1, "leads back to a page");
}
