//! The server's own calls, to a site on this machine whose certificates nobody else trusts.

use crate::support::tls_site::TlsSite;
use vouchsafe::config::Config;
use vouchsafe::ports::fetch::{FetchProblem, Fetched, Wanted};
use vouchsafe::ports::{Fetch as _, Outbound};
use vouchsafe_core::model::{Span, UnixTime};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

fn trusting(site: &TlsSite) -> Config {
    let mut config = Config::defaults();
    site.allow(&mut config);
    config
}

fn fetch(config: &Config, url: &str) -> Result<Fetched, FetchProblem> {
    fetch_all(config, &[url]).remove(0)
}

fn fetch_all(config: &Config, urls: &[&str]) -> Vec<Result<Fetched, FetchProblem>> {
    actix_web::rt::System::new().block_on(async {
        let outbound = Outbound::new(&config.outbound);
        let mut answers = Vec::new();
        for url in urls {
            answers.push(outbound.fetch(Wanted::json(url, NOW)).await);
        }
        answers
    })
}

#[test]
fn a_document_of_an_allowed_host_comes_as_it_is_and_says_little_about_us() {
    let site = TlsSite::start();
    site.serve("/a", "application/json; charset=utf-8", "{\"a\":1}");
    site.serve_raw(
        "/kept",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=90\r\nContent-Length: 2\r\n\r\n{}",
    );
    let config = trusting(&site);
    let answers = fetch_all(&config, &[&site.url("/a"), &site.url("/kept")]);
    let plain = answers[0].as_ref().unwrap();
    assert_eq!((plain.body.as_slice(), plain.max_age), (&b"{\"a\":1}"[..], None));
    assert_eq!(answers[1].as_ref().unwrap().max_age, Some(Span::from_seconds(90)));
    let head = site.asked()[0].to_ascii_lowercase();
    let agent = concat!("user-agent: vouchsafe/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(
        head.contains(agent) && head.contains("accept: application/json\r\n"),
        "{head}"
    );
    for other in ["cookie", "authorization", "referer", "accept-encoding"] {
        assert!(!head.contains(other), "{head}");
    }
}

#[test]
fn nothing_is_believed_that_is_not_a_plain_small_answer_of_the_wanted_kind() {
    let site = TlsSite::start();
    let json = "Content-Type: application/json\r\n";
    for (path, answer) in [
        (
            "/redirect",
            "HTTP/1.1 302 Found\r\nLocation: /good\r\nContent-Length: 0\r\n\r\n".to_owned(),
        ),
        (
            "/created",
            format!("HTTP/1.1 201 Created\r\n{json}Content-Length: 2\r\n\r\n{{}}"),
        ),
        (
            "/error",
            "HTTP/1.1 500 Oh\r\nContent-Length: 6\r\n\r\nsecret".to_owned(),
        ),
        (
            "/html",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
        ),
        (
            "/untyped",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
        ),
        (
            "/packed",
            format!("HTTP/1.1 200 OK\r\n{json}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{{}}"),
        ),
        (
            "/announced",
            format!("HTTP/1.1 200 OK\r\n{json}Content-Length: 99999999\r\n\r\n{{}}"),
        ),
        (
            "/endless",
            format!(
                "HTTP/1.1 200 OK\r\n{json}Connection: close\r\n\r\n{}",
                " ".repeat(70_000)
            ),
        ),
        (
            "/cut",
            format!("HTTP/1.1 200 OK\r\n{json}Content-Length: 20\r\n\r\n{{}}"),
        ),
        ("/garbage", "\u{7f}\u{7f}\u{7f}\r\n\r\n".to_owned()),
    ] {
        site.serve_raw(path, answer);
    }
    site.serve("/good", "application/json", "{}");
    let config = trusting(&site);
    for (path, expected) in [
        ("/redirect", FetchProblem::Status),
        ("/created", FetchProblem::Status),
        ("/error", FetchProblem::Away),
        ("/missing", FetchProblem::Status),
        ("/html", FetchProblem::Kind),
        ("/untyped", FetchProblem::Kind),
        ("/packed", FetchProblem::Kind),
        ("/announced", FetchProblem::TooLarge),
        ("/endless", FetchProblem::TooLarge),
        ("/cut", FetchProblem::Unreachable),
        ("/garbage", FetchProblem::Unreachable),
    ] {
        let problem = fetch(&config, &site.url(path)).unwrap_err();
        assert_eq!(problem, expected, "{path}");
        assert!(!problem.to_string().contains("secret"));
    }
    assert_eq!(site.asked_for("/good"), 0, "redirects are not followed");
}

#[test]
fn a_host_is_called_only_when_it_is_allowed_and_trusted() {
    let site = TlsSite::start();
    site.serve("/a", "application/json", "{}");
    let url = site.url("/a");
    let mut config = Config::defaults();
    config.outbound.extra_ca_file = Some(site.ca_file());
    assert_eq!(fetch(&config, &url), Err(FetchProblem::Port));
    assert_eq!(
        fetch(&config, "https://localhost/a"),
        Err(FetchProblem::NotPublic)
    );
    let mut config = trusting(&site);
    config.outbound.extra_ca_file = None;
    assert_eq!(fetch(&config, &url), Err(FetchProblem::Unreachable));
    let mut other_name = trusting(&site);
    other_name.outbound.allow_private[0].host = "127.0.0.1".to_owned();
    let by_address = url.replace("localhost", "127.0.0.1");
    assert_eq!(fetch(&other_name, &by_address), Err(FetchProblem::Unreachable));
    assert!(site.asked().is_empty());
    assert!(fetch(&trusting(&site), &url).is_ok());
}

#[test]
fn one_host_cannot_be_called_without_end() {
    let site = TlsSite::start();
    let url = site.url("/none");
    let urls = vec![url.as_str(); 121];
    let answers = fetch_all(&trusting(&site), &urls);
    assert_eq!(answers[119], Err(FetchProblem::Status));
    assert_eq!(answers[120], Err(FetchProblem::TooMany));
    assert_eq!(site.asked_for("/none"), 120);
}
