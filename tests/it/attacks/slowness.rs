//! Connections as the weapon: heads that drip, answers that nobody reads, many from one address, few files to open.

use crate::cli::program::{Place, Served};
use crate::support::patience::until;
use crate::support::postgres;
use crate::support::world::World;
use reqwest::blocking::Client;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, TcpStream};
use std::time::Duration;
use vouchsafe::web::limits::Bounds;

const HEAD: &[u8] = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n";
const REQUEST: &[u8] = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
const SHORT: Duration = Duration::from_millis(700);
const LONG: Duration = Duration::from_mins(5);
/// How often a slow peer does something.
const STEP: Duration = Duration::from_millis(100);

/// On each database, a server that bears this much.
fn worlds(name: &str, bounds: &Bounds) -> [World; 2] {
    [None, Some(postgres::migrated_database())].map(|database| World::within(name, database, bounds, |_| {}))
}

fn patient() -> Bounds {
    Bounds {
        head: LONG,
        keep_alive: LONG,
        write: LONG,
        ..Bounds::default()
    }
}

fn connect(issuer: &str) -> TcpStream {
    let address = issuer
        .trim_start_matches("http://")
        .replace("localhost", "127.0.0.1");
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(STEP)).unwrap();
    stream.set_write_timeout(Some(STEP)).unwrap();
    stream
}

fn is_only_slow(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Reads the answer to one request without a body, or nothing when it was hung up on.
fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    until("an answer", || {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk) {
            Ok(0) => return Some(()),
            Ok(read) => text.push_str(&String::from_utf8_lossy(&chunk[..read])),
            Err(error) if is_only_slow(&error) => {}
            Err(_) => return Some(()),
        }
        text.ends_with("ok\n").then_some(())
    });
    text
}

/// Sends a little, again and again, until the server hangs up.
fn drip(stream: &mut TcpStream, little: &[u8]) {
    until("the server to hang up", || {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk) {
            Ok(0) => Some(()),
            Ok(_) => None,
            Err(error) if is_only_slow(&error) => stream.write_all(little).err().map(drop),
            Err(_) => Some(()),
        }
    });
}

#[test]
fn a_later_head_that_drips_is_given_up() {
    let bounds = Bounds {
        head: SHORT,
        ..patient()
    };
    for world in worlds("later head", &bounds) {
        let mut stream = connect(&world.issuer);
        stream.write_all(REQUEST).unwrap();
        assert!(answer(&mut stream).starts_with("HTTP/1.1 200"));
        stream.write_all(HEAD).unwrap();
        drip(&mut stream, b"X: y\r\n");
    }
}

#[test]
fn half_a_head_that_came_with_the_request_before_is_given_up_with_the_pause() {
    let bounds = Bounds {
        keep_alive: SHORT,
        ..patient()
    };
    for world in worlds("half a head", &bounds) {
        let mut stream = connect(&world.issuer);
        stream.write_all(&[REQUEST, HEAD].concat()).unwrap();
        assert!(answer(&mut stream).starts_with("HTTP/1.1 200"));
        drip(&mut stream, b"");
    }
}

#[test]
fn the_rest_of_a_body_that_was_answered_already_is_not_read_for_ever() {
    let bounds = Bounds {
        head: SHORT,
        ..patient()
    };
    for world in worlds("rest of a body", &bounds) {
        let mut stream = connect(&world.issuer);
        let head = "POST /nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        drip(&mut stream, b"1\r\nx\r\n");
    }
}

#[test]
fn who_never_reads_an_answer_is_hung_up_on() {
    let bounds = Bounds {
        write: SHORT,
        ..patient()
    };
    for world in worlds("never reads", &bounds) {
        let mut greedy = connect(&world.issuer);
        let request = b"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50);
        let mut sent = 0;
        until("the server to hang up", || {
            // As much as the other side takes, without reading a byte of what comes back.
            match greedy.write(&request[sent % request.len()..]) {
                Ok(written) => {
                    sent += written;
                    None
                }
                Err(error) if is_only_slow(&error) => None,
                Err(_) => Some(()),
            }
        });
        assert!(sent > 10 * 1024, "it was served first: {sent}");
    }
}

#[test]
fn who_reads_slowly_gets_everything() {
    let bounds = Bounds {
        keep_alive: SHORT,
        write: SHORT,
        ..patient()
    };
    for world in worlds("reads slowly", &bounds) {
        let mut slow = connect(&world.issuer);
        let asked = 2_000;
        let request = b"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let mut writer = slow.try_clone().unwrap();
        writer.set_write_timeout(Some(LONG)).unwrap();
        let writing = std::thread::spawn(move || writer.write_all(&request.repeat(asked)));
        let (mut text, mut chunk) = (Vec::new(), vec![0; 256 * 1024]);
        let seen = |text: &[u8]| text.windows(12).filter(|part| part == b"HTTP/1.1 200").count();
        until("all answers", || match slow.read(&mut chunk) {
            Ok(0) => Some(()),
            Ok(read) => {
                text.extend_from_slice(&chunk[..read]);
                crate::support::patience::pause(STEP / 4);
                None
            }
            Err(error) if is_only_slow(&error) => None,
            Err(_) => Some(()),
        });
        assert_eq!(seen(&text), asked);
        writing.join().unwrap().unwrap();
    }
}

#[test]
fn one_address_has_no_more_connections_than_it_may_and_others_have_theirs() {
    let bounds = Bounds {
        per_address: 3,
        ..patient()
    };
    for world in worlds("one address", &bounds) {
        let mut held: Vec<_> = (0..3).map(|_| connect(&world.issuer)).collect();
        for stream in &mut held {
            stream.write_all(REQUEST).unwrap();
            assert!(answer(stream).starts_with("HTTP/1.1 200"));
        }
        let mut next = connect(&world.issuer);
        let _ = next.write_all(REQUEST);
        assert_eq!(answer(&mut next), "");
        held.pop();
        until("a place", || {
            let mut next = connect(&world.issuer);
            let _ = next.write_all(REQUEST);
            answer(&mut next).starts_with("HTTP/1.1 200").then_some(())
        });
    }
}

#[test]
fn a_trusted_proxy_holds_connections_for_many() {
    let bounds = Bounds {
        per_address: 1,
        ..patient()
    };
    for database in [None, Some(postgres::migrated_database())] {
        let world = World::within("trusted proxy", database, &bounds, |config| {
            config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        });
        let mut held: Vec<_> = (0..5).map(|_| connect(&world.issuer)).collect();
        for stream in &mut held {
            stream.write_all(REQUEST).unwrap();
            assert!(answer(stream).starts_with("HTTP/1.1 200"));
        }
    }
}

/// The program itself: who holds all the connections that they may does not take the last file that may be open.
#[test]
fn few_open_files_are_left_for_others() {
    for place in Place::both() {
        let served = Served::start(&place.with_open_files(256));
        let mut held = Vec::new();
        for _ in 0..220 {
            let mut stream = connect(&served.issuer);
            if stream.write_all(REQUEST).is_ok() && !answer(&mut stream).is_empty() {
                let _ = stream.write_all(HEAD);
            }
            held.push(stream);
        }
        let another = Client::builder()
            .local_address(IpAddr::from([127, 0, 0, 2]))
            .build()
            .unwrap();
        for path in ["/readyz", "/jwks"] {
            let answer = another.get(format!("{}{path}", served.issuer)).send().unwrap();
            assert_eq!(answer.status(), 200, "{path}");
        }
        // Theirs are given up, and then they are served again.
        until("a place", || {
            let mut next = connect(&served.issuer);
            let _ = next.write_all(REQUEST);
            answer(&mut next).starts_with("HTTP/1.1 200").then_some(())
        });
        let ended = served.stop();
        assert!(!ended.stderr.contains("Too many open files"), "{ended:?}");
        assert!(ended.stderr.contains("room for few connections"), "{ended:?}");
    }
}
