//! Connections that break: what makes something is asked a second time, and makes it once.

use super::*;
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where the connection breaks.
#[derive(Clone, Copy)]
enum Breaks {
    /// Before the request is at the server.
    Before,
    /// When the server answers.
    After,
}

/// A way to the server on which the first request that begins like this is lost, or its answer.
struct Broken {
    origin: String,
    met: Arc<AtomicUsize>,
}

impl Broken {
    fn way(server: &str, request: &'static str, breaks: Breaks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let met = Arc::new(AtomicUsize::new(0));
        let (server, counter) = (server.to_owned(), Arc::clone(&met));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let there = TcpStream::connect(&server).unwrap();
                let counter = Arc::clone(&counter);
                std::thread::spawn(move || carry(&client, &there, (request, breaks), &counter));
            }
        });
        Self { origin, met }
    }

    /// How many such requests came.
    fn met(&self) -> usize {
        self.met.load(Ordering::SeqCst)
    }
}

/// Carries request and answer by turns, and breaks off once.
fn carry(
    mut client: &TcpStream,
    mut server: &TcpStream,
    (request, breaks): (&str, Breaks),
    met: &AtomicUsize,
) -> Option<()> {
    let mut answers = server.try_clone().ok()?;
    let mut told = client.try_clone().ok()?;
    let is_lost = Arc::new(AtomicUsize::new(0));
    let lost = Arc::clone(&is_lost);
    std::thread::spawn(move || {
        let mut part = [0; 16 * 1024];
        while let Ok(count @ 1..) = answers.read(&mut part) {
            if lost.load(Ordering::SeqCst) > 0 || told.write_all(&part[..count]).is_err() {
                break;
            }
        }
        let _ = told.shutdown(Shutdown::Both);
    });
    let mut part = [0; 16 * 1024];
    while let Ok(count @ 1..) = client.read(&mut part) {
        let is_it = part.starts_with(request.as_bytes());
        if is_it && met.fetch_add(1, Ordering::SeqCst) == 0 {
            match breaks {
                Breaks::Before => break,
                Breaks::After => is_lost.store(1, Ordering::SeqCst),
            }
        }
        server.write_all(&part[..count]).ok()?;
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    Some(())
}

/// Runs a verb by such a way, and asserts that the request came twice.
fn by_a_broken_way(both: &Both, request: &'static str, breaks: Breaks, words: &[&str]) -> Ended {
    let way = Broken::way(both.served.address(), request, breaks);
    let words = [words, &["--admin-origin", &way.origin]].concat();
    let ended = both.elsewhere.run_with_input(&words, PASS_PHRASE);
    assert!(way.met() > 1, "{ended:?}");
    ended
}

const SHOP: &[&str] = &[
    "client",
    "create",
    "--json",
    "--name",
    "Shop",
    "--redirect-uri",
    "https://shop.example.com/cb",
    "--type",
];

fn shops(both: &Both) -> usize {
    let listed = both.here.run(&["client", "list", "--json"]).document();
    let all = listed.as_array().unwrap().iter();
    all.filter(|client| client["client_name"] == "Shop").count()
}

#[test]
fn a_create_whose_answer_is_lost_is_made_once() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read vouchsafe:write");
        let run = |request, words: &[&str]| {
            by_a_broken_way(&both, request, Breaks::After, &[words, &strs(&service)].concat())
        };
        let ada = run(
            "POST /api/v1/users ",
            &[
                "user",
                "create",
                "--json",
                "--username",
                "ada",
                "--email",
                "ada@example.com",
                "--password-stdin",
            ],
        )
        .document();
        assert_eq!(ada, both.here.run(&["user", "list", "--json"]).document()[0]);
        let api = [
            "api",
            "create",
            "--json",
            "--identifier",
            "https://api.example.com",
            "--name",
            "Orders",
        ];
        run("POST /api/v1/apis ", &api).document();
        let spa = run("POST /api/v1/clients ", &[SHOP, &["spa"]].concat()).document();
        assert_eq!(
            (shops(&both), &spa["client_name"]),
            (1, &json!("Shop")),
            "it has no secret to lose"
        );
    }
}

#[test]
fn a_secret_whose_only_showing_is_lost_is_told() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read vouchsafe:write");
        let service = strs(&service);
        let web = [SHOP, &["web"], &service].concat();
        let ended = by_a_broken_way(&both, "POST /api/v1/clients ", Breaks::After, &web);
        let made: Value = serde_json::from_str(&ended.stdout).unwrap();
        let id = made["client_id"].as_str().unwrap();
        assert_eq!((ended.status, shops(&both)), (1, 1), "{ended:?}");
        assert!(made.get("client_secret").is_none());
        let way_out = format!(
            "lost on the way; make the client another secret with `vouchsafe client rotate-secret {id}`"
        );
        assert!(ended.stderr.contains(&way_out), "{ended:?}");
        let rotate = [&["client", "rotate-secret", id, "--json"], &service[..]].concat();
        let secret = both.elsewhere.run(&rotate).document()["client_secret"].clone();
        assert!(secret.as_str().unwrap().starts_with("vcs_"));

        // The one that is lost ends, another is shown, and the one before ends when it was to.
        let ended = by_a_broken_way(&both, "POST /api/v1/clients/", Breaks::After, &rotate).document();
        assert!(ended["client_secret"].as_str().unwrap().starts_with("vcs_"));
        let secrets = both.here.run(&["client", "show", id]).document_of_lines()["secrets"].clone();
        let mut ends: Vec<_> = secrets
            .as_array()
            .unwrap()
            .iter()
            .map(|secret| secret["expires_at"].clone())
            .collect();
        ends.sort_by_key(Value::is_null);
        assert_eq!(ends, [ended["old_secrets_expire_at"].clone(), Value::Null]);
    }
}

#[test]
fn a_link_whose_only_showing_is_lost_is_told() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read vouchsafe:write");
        let service = strs(&service);
        let invite = [
            "user",
            "invite",
            "--username",
            "ada",
            "--email",
            "ada@example.com",
        ];
        let words = [&invite[..], &service].concat();
        let ended = by_a_broken_way(&both, "POST /api/v1/users ", Breaks::After, &words);
        assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
        assert!(
            ended.stderr.contains("vouchsafe user invite --again ada"),
            "{ended:?}"
        );
        let again = [&["user", "invite", "--again", "ada"], &service[..]].concat();
        assert!(both.elsewhere.run(&again).stdout.contains("/invitation#vinv_"));
    }
}

#[test]
fn a_request_that_never_came_is_sent_again_and_shows_its_secret() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read vouchsafe:write");
        let web = [SHOP, &["web"], &strs(&service)].concat();
        let made = by_a_broken_way(&both, "POST /api/v1/clients ", Breaks::Before, &web).document();
        assert!(made["client_secret"].as_str().unwrap().starts_with("vcs_"));
        assert_eq!(shops(&both), 1);
    }
}

#[test]
fn a_secret_with_an_end_that_is_the_only_one_is_rotated() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read vouchsafe:write");
        let made = both.here.run(&[SHOP, &["web"]].concat()).document();
        let id = made["client_id"].as_str().unwrap();
        let soon = SystemClock.now().plus(Span::from_hours(1)).millis();
        both.here.sql(&format!(
            "UPDATE client_secrets SET expires_at = {soon} WHERE client_id = '{id}'"
        ));
        let rotate = [&["client", "rotate-secret", id, "--json"], &strs(&service)[..]].concat();
        both.elsewhere.run(&rotate).document();
        let secrets = both.here.run(&["client", "show", id]).document_of_lines()["secrets"].clone();
        let ends: Vec<_> = secrets
            .as_array()
            .unwrap()
            .iter()
            .map(|secret| &secret["expires_at"])
            .collect();
        assert_eq!(
            ends,
            [&Value::Null],
            "as on the database, what had an end ends now"
        );
    }
}

#[test]
fn an_initial_access_token_whose_only_showing_is_lost_is_made_once_and_told() {
    for both in Both::each() {
        let service = both.service("vouchsafe:read vouchsafe:write");
        let words = [
            &["client", "initial-token", "--name", "Portal", "--json"],
            &strs(&service)[..],
        ]
        .concat();
        let ended = by_a_broken_way(&both, "POST /api/v1/initial-tokens ", Breaks::After, &words);
        let made: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!((ended.status, &made["name"]), (1, &json!("Portal")), "{ended:?}");
        assert!(made.get("initial_access_token").is_none());
        let id = made["id"].as_str().unwrap();
        let way_out = format!(
            "lost on the way; revoke it with `vouchsafe client revoke-initial-token {id}` and make another"
        );
        assert!(ended.stderr.contains(&way_out), "{ended:?}");
        let listed = || both.here.run(&["client", "initial-tokens", "--json"]).document();
        assert_eq!(listed(), json!([made]), "made once");

        let made = by_a_broken_way(&both, "POST /api/v1/initial-tokens ", Breaks::Before, &words).document();
        assert!(
            made["initial_access_token"]
                .as_str()
                .unwrap()
                .starts_with("viat_")
        );
        assert_eq!(listed().as_array().unwrap().len(), 2);
    }
}
