//! What a remembered consent covers.

use super::samples::{client, consent, list, request, session};
use vouchsafe_core::decide::consent::{covers, scopes_to_ask, shown};
use vouchsafe_core::model::{ClientId, ClientKind, SessionId, UserId};

#[test]
fn what_was_shown_changes_with_the_name_and_the_host_only() {
    let mut one = client(ClientKind::Web);
    let before = shown(&one, "https://c1.test/cb");
    assert_eq!(before, shown(&one, "https://c1.test:8443/other?x=1"));
    assert_ne!(before, shown(&one, "https://evil.test/cb"));
    one.metadata.client_name.push('!');
    assert_ne!(before, shown(&one, "https://c1.test/cb"));
}

#[test]
fn fewer_scopes_are_covered_and_more_are_not() {
    let (client, session, consent) = (client(ClientKind::Web), session(), consent("x"));
    let mut request = request();
    for (scopes, covered) in [
        ("openid", true),
        ("profile openid", true),
        ("", true),
        ("openid email", false),
    ] {
        request.scopes = list(scopes);
        assert_eq!(
            covers(&consent, &request, &client, &session, "x"),
            covered,
            "{scopes}"
        );
    }
}

#[test]
fn a_consent_is_good_for_its_person_client_look_and_for_public_clients_its_session() {
    let request = request();
    for (kind, survives_session) in [
        (ClientKind::Web, true),
        (ClientKind::Spa, false),
        (ClientKind::Native, false),
    ] {
        let (client, session) = (client(kind), session());
        let good = consent("x");
        assert!(covers(&good, &request, &client, &session, "x"));
        assert!(!covers(&good, &request, &client, &session, "y"));
        let mut other = good.clone();
        other.session_id = SessionId::new("s0");
        assert_eq!(covers(&other, &request, &client, &session, "x"), survives_session);
        let mut other = good.clone();
        other.user_id = UserId::new("u2");
        assert!(!covers(&other, &request, &client, &session, "x"));
        let mut other = good;
        other.client_id = ClientId::new("c2");
        assert!(!covers(&other, &request, &client, &session, "x"));
    }
}

#[test]
fn the_page_tells_new_scopes_from_old_ones() {
    let mut request = request();
    request.scopes = list("email openid orders:read");
    let asked = scopes_to_ask(&request, Some(&consent("x")), "x");
    assert_eq!(
        (asked.new, asked.already),
        (list("email orders:read"), list("openid"))
    );
    let asked = scopes_to_ask(&request, Some(&consent("x")), "y");
    assert_eq!(
        (asked.new, asked.already),
        (list("email openid orders:read"), Vec::new())
    );
    assert!(scopes_to_ask(&request, None, "x").already.is_empty());
}
