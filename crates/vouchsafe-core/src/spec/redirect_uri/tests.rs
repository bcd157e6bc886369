//! RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1 — tests of `redirect_uri`.

use super::RedirectUriProblem as Problem;
use super::*;

#[test]
fn https_and_loopback_may_be_registered_by_every_kind() {
    for uri in [
        "https://c1.test/cb",
        "https://c1.test",
        "https://c1.test/?x=1&y",
        "https://c1.test:8443/cb",
        "https://xn--80ak6aa92e.com/cb",
        "https://10.0.0.5/cb",
        "https://[2001:db8::1]:8443/cb",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:4711/cb",
        "http://[::1]/cb",
        "http://localhost:3000/cb",
        "https://c1.test/a%20b/cb.html",
        "https://c1.test/...",
    ] {
        for kind in [ClientKind::Web, ClientKind::Spa, ClientKind::Native] {
            assert_eq!(registrable(uri, kind), Ok(()), "{uri}");
        }
    }
}

#[test]
fn a_private_use_scheme_is_for_native_clients_and_has_a_dot() {
    for uri in [
        "com.example.app:/cb",
        "com.example.app://cb/x",
        "com.example.app:/cb?x=1",
    ] {
        assert_eq!(registrable(uri, ClientKind::Native), Ok(()), "{uri}");
        assert_eq!(
            registrable(uri, ClientKind::Web),
            Err(Problem::SchemeNotAllowed),
            "{uri}"
        );
    }
    for uri in [
        "myapp:/cb",
        "javascript:/alert(1)",
        "data:/text/html,x",
        "file:///etc/passwd",
        "vbscript:/x",
        "blob:/x",
        "Com.Example:/cb",
        ".a:/cb",
        "a.:/cb",
        "1.a:/cb",
    ] {
        assert_eq!(
            registrable(uri, ClientKind::Native),
            Err(Problem::SchemeNotAllowed),
            "{uri}"
        );
    }
    assert_eq!(
        registrable("com.example.app:cb", ClientKind::Native),
        Err(Problem::PathMissing)
    );
}

#[test]
fn everything_that_could_be_read_in_two_ways_is_refused() {
    for (uri, problem) in [
        ("", Problem::NotAbsolute),
        ("/cb", Problem::NotAbsolute),
        ("//c1.test/cb", Problem::NotAbsolute),
        ("https:/c1.test/cb", Problem::HostMissing),
        ("https:c1.test/cb", Problem::HostMissing),
        ("https:///cb", Problem::HostMissing),
        ("https://:443/cb", Problem::HostMissing),
        ("http://c1.test/cb", Problem::InsecureScheme),
        ("http://127.0.0.2/cb", Problem::InsecureScheme),
        ("http://localhost.evil.test/cb", Problem::InsecureScheme),
        ("HTTPS://c1.test/cb", Problem::SchemeNotAllowed),
        ("https://C1.test/cb", Problem::HostMalformed),
        ("https://c1.test./cb", Problem::HostMalformed),
        ("https://c1..test/cb", Problem::HostMalformed),
        ("https://-c1.test/cb", Problem::HostMalformed),
        ("https://c1%2etest/cb", Problem::HostMalformed),
        ("https://127.1/cb", Problem::HostMalformed),
        ("https://0x7f.1/cb", Problem::HostMalformed),
        ("https://2130706433/cb", Problem::HostMalformed),
        ("https://127.0.0.01/cb", Problem::HostMalformed),
        ("https://[::1/cb", Problem::HostMalformed),
        ("https://[0:0:0:0:0:0:0:1]/cb", Problem::HostMalformed),
        ("https://[fe80::1%25eth0]/cb", Problem::HostMalformed),
        ("https://0.0.0.0/cb", Problem::HostNotUsable),
        ("https://169.254.169.254/cb", Problem::HostNotUsable),
        ("https://[::ffff:169.254.169.254]/cb", Problem::HostNotUsable),
        ("https://[::]/cb", Problem::HostNotUsable),
        ("https://u:p@c1.test/cb", Problem::UserInfo),
        ("https://c1.test@evil.test/cb", Problem::UserInfo),
        ("https://c1.test:0/cb", Problem::PortMalformed),
        ("https://c1.test:99999/cb", Problem::PortMalformed),
        ("https://c1.test:080/cb", Problem::PortMalformed),
        ("https://c1.test:/cb", Problem::PortMalformed),
        ("https://c1.test:8a/cb", Problem::PortMalformed),
        ("https://c1.test/cb#", Problem::Fragment),
        ("https://c1.test/cb#code", Problem::Fragment),
        ("https://evil.test\\@c1.test/cb", Problem::Character),
        ("https://\u{441}1.test/cb", Problem::Character),
        ("https://c1.test/a b", Problem::Character),
        ("https://c1.test/\n", Problem::Character),
        ("https://c1.test/<x>", Problem::Character),
        ("https://c1.test/%", Problem::Escape),
        ("https://c1.test/%4", Problem::Escape),
        ("https://c1.test/%00", Problem::Escape),
        ("https://c1.test/a/../cb", Problem::DotSegment),
        ("https://c1.test/./cb", Problem::DotSegment),
        ("https://c1.test/%2E%2e/cb", Problem::DotSegment),
        ("https://c1.test/a%2fb", Problem::DotSegment),
        ("https://c1.test/a%5Cb", Problem::DotSegment),
        ("https://c1.test/cb?code=1", Problem::ReservedParameter),
        ("https://c1.test/cb?x=1&st%61te=2", Problem::ReservedParameter),
        ("https://c1.test/cb?iss", Problem::ReservedParameter),
    ] {
        assert_eq!(registrable(uri, ClientKind::Native), Err(problem), "{uri}");
        assert!(registrable(uri, ClientKind::Web).is_err(), "{uri}");
    }
    let long = format!("https://c1.test/{}", "a".repeat(2000));
    assert_eq!(registrable(&long, ClientKind::Web), Err(Problem::TooLong));
}

#[test]
fn wildcards_are_refused_wherever_they_stand() {
    for uri in [
        "https://*.c1.test/cb",
        "https://c1.test/*",
        "https://c1.test/cb?to=*",
    ] {
        assert_eq!(
            registrable(uri, ClientKind::Native),
            Err(Problem::Wildcard),
            "{uri}"
        );
        assert_eq!(registrable(uri, ClientKind::Web), Err(Problem::Wildcard), "{uri}");
    }
}

#[test]
fn every_problem_has_its_sentence() {
    for problem in Problem::ALL {
        assert!(problem.to_string().len() > 10);
    }
}

#[test]
fn matching_compares_bytes() {
    let registered = [
        "https://c1.test/cb".to_owned(),
        "https://c1.test/cb?x=1".to_owned(),
    ];
    for kind in [ClientKind::Web, ClientKind::Spa, ClientKind::Native] {
        for uri in &registered {
            assert_eq!(find(&registered, kind, uri), Some(uri.as_str()));
        }
        for other in [
            "",
            "https://evil.test/cb",
            "https://c1.test/cb/",
            "https://C1.test/cb",
            "HTTPS://c1.test/cb",
            "https://c1.test:443/cb",
            "https://c1.test/cb?x=2",
            "https://c1.test/cb?x=1&y=2",
            "https://c1.test/cb?",
            "https://c1.test/c%62",
            "https://c1.test/cb#",
            "https://c1.test@evil.test/cb",
            "https://c1.test%40evil.test/cb",
            "https://c1.test.evil.test/cb",
            "https://evilc1.test/cb",
            "https://\u{441}1.test/cb",
            " https://c1.test/cb",
            "http://c1.test/cb",
        ] {
            assert_eq!(find(&registered, kind, other), None, "{other}");
        }
    }
}

#[test]
fn a_native_client_may_vary_the_port_of_its_loopback_uri_and_nothing_else() {
    let registered = [
        "http://127.0.0.1/cb".to_owned(),
        "http://[::1]:1/cb".to_owned(),
        "http://localhost:8/a?x=1".to_owned(),
    ];
    for good in [
        "http://127.0.0.1:51234/cb",
        "http://127.0.0.1:1/cb",
        "http://[::1]:65535/cb",
        "http://[::1]/cb",
        "http://localhost:51234/a?x=1",
    ] {
        assert_eq!(find(&registered, ClientKind::Native, good), Some(good));
        assert_eq!(find(&registered, ClientKind::Web, good), None);
        assert_eq!(find(&registered, ClientKind::Spa, good), None);
    }
    for bad in [
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:-1/cb",
        "http://127.0.0.1:080x/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8080/cb/",
        "http://127.0.0.1:8080/cb?x",
        "http://127.0.0.1:8080@evil.test/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1:80.evil.test/cb",
        "http://127.0.0.2:8080/cb",
        "http://localhost:8080/cb",
        "http://localhost:8080/a?x=2",
        "https://127.0.0.1:8080/cb",
        "HTTP://127.0.0.1:8080/cb",
        "http://[::1]:8080x/cb",
        "http://u@127.0.0.1:8080/cb",
    ] {
        assert_eq!(find(&registered, ClientKind::Native, bad), None, "{bad}");
    }
}

#[test]
fn a_port_ends_where_the_path_begins() {
    let registered = ["http://127.0.0.1.evil.test/cb".to_owned()];
    let presented = "http://127.0.0.1:80.evil.test/cb";
    assert_eq!(find(&registered, ClientKind::Native, presented), None);
}

#[test]
fn answers_keep_the_registered_query() {
    let params = [("code", "a&b=c"), ("iss", "https://id.example.com")];
    for (uri, answer) in [
        (
            "https://c1.test/cb",
            "https://c1.test/cb?code=a%26b%3Dc&iss=https%3A%2F%2Fid.example.com",
        ),
        (
            "https://c1.test/cb?",
            "https://c1.test/cb?code=a%26b%3Dc&iss=https%3A%2F%2Fid.example.com",
        ),
        (
            "https://c1.test/cb?x=1",
            "https://c1.test/cb?x=1&code=a%26b%3Dc&iss=https%3A%2F%2Fid.example.com",
        ),
        (
            "com.example.app:/cb",
            "com.example.app:/cb?code=a%26b%3Dc&iss=https%3A%2F%2Fid.example.com",
        ),
    ] {
        assert_eq!(with_params(uri, &params), answer);
    }
    assert_eq!(
        with_params("https://c1.test/cb", &[("state", "\u{e9} +%\r\n")]),
        "https://c1.test/cb?state=%C3%A9%20%2B%25%0D%0A"
    );
    assert_eq!(with_params("https://c1.test/cb", &[]), "https://c1.test/cb");
}

#[test]
fn hosts_and_origins_are_those_of_the_browser() {
    for (uri, shown, sent) in [
        ("https://c1.test/cb", "c1.test", Some("https://c1.test")),
        ("https://c1.test:443", "c1.test", Some("https://c1.test")),
        ("https://c1.test:8443/cb", "c1.test", Some("https://c1.test:8443")),
        (
            "http://localhost:3000/cb?x=://y",
            "localhost",
            Some("http://localhost:3000"),
        ),
        ("http://[::1]:80/cb", "[::1]", Some("http://[::1]")),
        ("http://[::1]", "[::1]", Some("http://[::1]")),
        ("com.example.app:/cb", "com.example.app", None),
        ("com.example.app://cb", "com.example.app", None),
    ] {
        assert_eq!(host(uri), shown);
        assert_eq!(origin(uri).as_deref(), sent);
    }
}
