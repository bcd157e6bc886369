//! HTTP itself as the weapon: smuggling, slowness, size, methods, what logs and caches keep.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use vouchsafe_core::model::ClientKind;

/// Sends bytes and reads until the server closes or has answered.
fn raw(world: &World, bytes: &[u8]) -> String {
    let address = world
        .issuer
        .trim_start_matches("http://")
        .replace("localhost", "127.0.0.1");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // What is refused in the middle may be closed before all of it was sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(read) => answer.extend_from_slice(&chunk[..read]),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn request(head: &str, body: &str) -> Vec<u8> {
    format!("{head}\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n{body}")
        .into_bytes()
}

on_both_databases! {
    fn ambiguous_lengths_are_refused(world: World) {
        for lengths in [
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            "Content-Length: +3\r\n\r\nabc",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "Content-Length: 3\r\n folded: x\r\n\r\nabc",
            "Content-Length: 3,3\r\n\r\nabc",
            "Content-Length : 3\r\n\r\nabc",
        ] {
            let answer = raw(world, &request("POST /token HTTP/1.1", lengths));
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{lengths:?} {answer}");
        }
    }

    fn two_hosts_or_none_are_refused(world: World) {
        let two = b"GET /jwks HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n\r\n";
        assert!(raw(world, two).starts_with("HTTP/1.1 400"));
        assert!(raw(world, b"GET /jwks HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400"));
    }

    fn headers_are_bounded(world: World) {
        let many: String = (0..300).map(|at| format!("x-{at}: y\r\n")).collect();
        let answer = raw(world, format!("GET /jwks HTTP/1.1\r\nHost: localhost\r\n{many}\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }

    fn headers_with_odd_bytes_are_refused_or_without_effect(world: World) {
        for header in ["x-y: a\0b", "x y: z", "x-y: a\rb", ": z"] {
            let answer = raw(world, format!("GET /jwks HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n").as_bytes());
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{header:?} {answer}");
        }
        let smuggled = b"GET /jwks HTTP/1.1\r\nHost: localhost\r\nContent_Length: 5\r\nX_Forwarded_For: 1.2.3.4\r\n\r\n";
        assert!(raw(world, smuggled).starts_with("HTTP/1.1 200"), "a name with an underscore is another name");
        let long = "x".repeat(1024 * 1024);
        let answer = raw(world, format!("GET /jwks HTTP/1.1\r\nHost: localhost\r\nx-long: {long}\r\n\r\n").as_bytes());
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }

    fn who_never_reads_an_answer_disturbs_nobody(world: World) {
        let address = world.issuer.trim_start_matches("http://").replace("localhost", "127.0.0.1");
        let greedy: Vec<_> = (0..40).map(|_| {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream.set_nonblocking(true).unwrap();
            let request = b"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n";
            // As many as the other side takes without reading a byte of what comes back.
            for _ in 0..2_000 {
                if stream.write_all(request).is_err() {
                    break;
                }
            }
            stream
        }).collect();
        for _ in 0..20 {
            assert_eq!(Answer::to(world.get("/jwks")).status, 200);
        }
        drop(greedy);
    }

    fn a_forwarded_host_changes_no_link(world: World) {
        let request = world.get("/.well-known/openid-configuration");
        let spoofed = request.header("x-forwarded-host", "evil.test").header("forwarded", "host=evil.test;proto=gopher");
        let answer = Answer::to(spoofed);
        assert_eq!(answer.json()["issuer"], world.issuer);
        assert!(!answer.body.contains("evil"));
    }

    fn encoded_and_dotted_paths_reach_nothing(world: World) {
        for path in ["/%6Awks", "/x/../jwks", "//jwks", "/jwks/", "/jwks;x", "/jwks.json", "/userinfo/x.css"] {
            let line = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            let answer = raw(world, line.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
        }
    }

    fn unknown_methods_are_refused(world: World) {
        for method in ["TRACE", "PROPFIND", "post", "PUT", "DELETE"] {
            let line = format!("{method} /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
            let answer = raw(world, line.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 405"), "{method}: {answer}");
        }
    }

    fn parameters_are_counted(world: World) {
        let app = world.client(metadata(ClientKind::Spa));
        let many: Vec<(String, String)> = (0..1_000).map(|at| (format!("p{at}"), "x".to_owned())).collect();
        let answer = Answer::to(world.post("/token").form(&many));
        assert_eq!(answer.error(), (400, "invalid_request".to_owned()));
        let same: Vec<_> = std::iter::repeat_n(("client_id", app.id.as_str()), 60).collect();
        assert_eq!(Answer::to(world.post("/token").form(&same)).error(), (400, "invalid_request".to_owned()));
    }

    fn broken_forms_are_invalid_request(world: World) {
        for body in ["a=%zz", "a=%ff%fe", "a=%00", "a=%", "%=x"] {
            let request = world.post("/token").header("content-type", "application/x-www-form-urlencoded");
            assert_eq!(Answer::to(request.body(body)).error(), (400, "invalid_request".to_owned()), "{body}");
        }
    }

    fn what_is_too_long_is_told_with_its_own_status(world: World) {
        let app = world.client(metadata(ClientKind::Web));
        let long = "x".repeat(17 * 1024);
        let address = Answer::to(world.get(&app.authorization(&[("login_hint", &long)])));
        assert_eq!(address.status, 414);
        assert!(address.body.contains("id=\"error-title\"") && !address.body.contains("xxxx"));
        let form = [("client_id", app.id.as_str()), ("login_hint", &long)];
        assert_eq!(Answer::to(world.post("/authorize").form(&form)).status, 413);
        let browser = world.browser();
        let page = browser.ask(&app, &[]);
        let answer = browser.submit(&page, &[("username", "ada"), ("password", &long)]);
        assert_eq!((answer.status, answer.header("connection")), (413, "close"));
        let token = Answer::to(world.post("/token").form(&form));
        assert_eq!((token.status, token.header("connection")), (413, "close"));
        assert_eq!(browser.ask(&app, &[]).name(), "login", "the next request is not disturbed");
    }

    fn nothing_with_a_secret_is_cached(world: World) {
        for request in [world.post("/token").form(&[("a", "b")]), world.get("/userinfo"), world.get("/authorize")] {
            assert_eq!(Answer::to(request).header("cache-control"), "no-store");
        }
    }

    fn metrics_are_not_on_the_public_listener(world: World) {
        world.administrator("grace");
        for path in ["/metrics", "/debug/pprof", "/.env", "/setup"] {
            assert_eq!(Answer::to(world.get(path)).status, 404, "{path}");
        }
        // Strangers are not told what there is below the administration.
        assert_eq!(Answer::to(world.get("/admin/metrics")).status, 303);
    }
}

/// Takes as long as the deadline, so it runs once.
#[test]
fn a_body_that_does_not_come_is_given_up() {
    let world = World::sqlite("slow body");
    let app = world.client(metadata(ClientKind::Web));
    let browser = world.browser();
    let page = browser.ask(&app, &[]);
    let login = page.at.strip_prefix(&world.issuer).unwrap();
    let (name, value) = browser.cookies().pop_first().unwrap();
    let cookie = format!("Cookie: {name}={value}\r\n");
    std::thread::scope(|scope| {
        for (path, cookie) in [("/token", ""), ("/authorize", ""), (login, cookie.as_str())] {
            let world = &world;
            scope.spawn(move || {
                let body = format!("{cookie}Content-Length: 10000\r\n\r\na=b");
                let answer = raw(world, &request(&format!("POST {path} HTTP/1.1"), &body));
                assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
            });
        }
    });
}
