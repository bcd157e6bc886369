//! Tests of the parts that need no server; the rest is in `tests/it/outbound.rs`.

use super::*;
use crate::config::Config;
use crate::ports::fetch::Share;
use std::net::TcpListener;
use std::task::Poll;

const NOW: UnixTime = UnixTime::from_seconds(1_000_000);

/// Says the same of every name.
struct Says(Vec<SocketAddr>);

impl Resolve for Says {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = self.0.clone();
        Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
    }
}

fn outbound(addresses: &[SocketAddr]) -> Outbound {
    Outbound {
        names: Arc::new(Answering(Arc::new(Says(addresses.to_vec())))),
        deadline: Duration::from_millis(300),
        ..Outbound::new(&Config::defaults().outbound)
    }
}

async fn fetch(outbound: &Outbound, url: &str) -> FetchProblem {
    outbound.fetch(Wanted::json(url, NOW)).await.unwrap_err()
}

/// Whether nobody has connected.
fn is_untouched(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).unwrap();
    listener.accept().is_err()
}

#[tokio::test]
async fn an_address_that_is_written_out_is_judged_in_every_spelling() {
    let outbound = outbound(&[]);
    for inside in [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://0/",
    ] {
        assert_eq!(
            fetch(&outbound, inside).await,
            FetchProblem::NotPublic,
            "{inside}"
        );
    }
}

#[tokio::test]
async fn only_https_is_called_and_only_at_its_own_port() {
    let outbound = outbound(&[]);
    for other in [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user@example.com/",
        "https://:secret@example.com/",
        "https://example.com/#fragment",
        "//example.com/",
        "example.com",
        "data:application/json,{}",
        "",
    ] {
        assert_eq!(fetch(&outbound, other).await, FetchProblem::NotHttps, "{other}");
    }
    assert_eq!(
        fetch(&outbound, "https://example.com:22/").await,
        FetchProblem::Port
    );
    assert_eq!(
        fetch(&outbound, "https://127.0.0.1:8443/").await,
        FetchProblem::Port
    );
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed_though_another_address_is_public() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let inside = listener.local_addr().unwrap();
    for addresses in [vec![inside], vec!["93.184.215.14:443".parse().unwrap(), inside]] {
        let outbound = outbound(&addresses);
        let inside = "https://app.example.com/";
        assert_eq!(fetch(&outbound, inside).await, FetchProblem::NotPublic);
    }
    assert!(is_untouched(&listener));
}

#[tokio::test]
async fn an_address_is_judged_without_a_call() {
    let app = "https://app.example.com/";
    let at = |address: &str| outbound(&[address.parse().unwrap()]);
    assert_eq!(at("93.184.215.14:0").judge(app, NOW).await, Ok(()));
    assert_eq!(
        at("10.0.0.1:0").judge(app, NOW).await,
        Err(FetchProblem::NotPublic)
    );
    assert_eq!(outbound(&[]).judge(app, NOW).await, Err(FetchProblem::NoAddress));
    // This machine, whatever anybody says of the name.
    for text in [
        "https://[::1]/",
        "https://localhost/",
        "https://a.localhost./",
        "https://LOCALHOST./",
    ] {
        let judged = at("93.184.215.14:0").judge(text, NOW).await;
        assert_eq!(judged, Err(FetchProblem::NotPublic), "{text}");
    }
}

#[tokio::test]
async fn the_log_can_tell_a_name_that_leads_inside_from_one_without_addresses() {
    let app = "https://app.example.com/";
    let inside = "10.0.0.1:443".parse().unwrap();
    assert_eq!(fetch(&outbound(&[inside]), app).await, FetchProblem::NotPublic);
    assert_eq!(fetch(&outbound(&[]), app).await, FetchProblem::NoAddress);
}

/// Strangers who hold all that they can, with calls that are never answered, hold up no known client.
#[tokio::test]
async fn strangers_cannot_take_the_places_of_known_clients() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let allowed = (0..64).map(|n| format!("h{n}.example.com"));
    let outbound = Outbound {
        allowed: allowed
            .chain(["known.example.com".to_owned()])
            .map(|host| config::Destination { host, port: None })
            .collect(),
        deadline: Duration::from_secs(5),
        ..outbound(&[SocketAddr::from(([127, 0, 0, 1], 0))])
    };
    let port = silent.local_addr().unwrap().port();
    let urls: Vec<String> = (0..64)
        .map(|n| format!("https://h{n}.example.com:{port}/"))
        .collect();
    let mut strangers: Vec<_> = urls
        .iter()
        .map(|url| outbound.fetch(Wanted::json(url, NOW)))
        .collect();
    let any_ends = std::future::poll_fn(|cx| {
        let mut polled = strangers.iter_mut().map(|call| call.as_mut().poll(cx));
        polled.find(Poll::is_ready).unwrap_or(Poll::Pending)
    });
    let known = format!("https://known.example.com:{}/", gone.port());
    let known = outbound.fetch(Wanted::jwks(&known, NOW, Share::Known));
    tokio::select! {
        biased;
        ended = any_ends => panic!("a stranger's call ended first: {ended:?}"),
        answer = known => assert_eq!(answer, Err(FetchProblem::Unreachable)),
    }
}

#[tokio::test]
async fn what_the_operator_allowed_is_called_although_private_and_nothing_beside_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let inside = listener.local_addr().unwrap();
    let allowing = |host: &str, port| Outbound {
        allowed: vec![config::Destination {
            host: host.to_owned(),
            port,
        }],
        ..outbound(&[inside])
    };
    let at = |host: &str| format!("https://{host}:{}/", inside.port());
    // It is called, and never says anything.
    let silent = fetch(&allowing("app.example.com", None), &at("app.example.com")).await;
    assert_eq!(silent, FetchProblem::TooSlow);
    let by_port = allowing("app.example.com", Some(inside.port()));
    assert_eq!(
        fetch(&by_port, &at("app.example.com")).await,
        FetchProblem::TooSlow
    );
    assert_eq!(
        fetch(&by_port, &at("APP.example.com")).await,
        FetchProblem::TooSlow
    );
    assert_eq!(
        fetch(&by_port, &at("www.app.example.com")).await,
        FetchProblem::Port
    );
    assert_eq!(
        fetch(&by_port, "https://app.example.com/").await,
        FetchProblem::NotPublic
    );
    let loopback = allowing("127.0.0.1", Some(1));
    assert_eq!(fetch(&loopback, &at("127.0.0.1")).await, FetchProblem::Port);
}

#[test]
fn how_long_a_document_may_be_kept_is_read_as_it_is_written() {
    let of = |line: &str| max_age(&HeaderMap::from_iter([(CACHE_CONTROL, line.parse().unwrap())]));
    assert_eq!(of("public, max-age=300"), Some(Span::from_minutes(5)));
    assert_eq!(of("Max-Age=\"60\""), Some(Span::from_minutes(1)));
    assert_eq!(of("no-store"), Some(Span::ZERO));
    assert_eq!(of("public"), None);
    assert_eq!(of("max-age=-1"), None);
}
