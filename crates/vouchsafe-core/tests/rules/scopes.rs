//! Which requested scopes a client gets.

use super::samples::{api, client, list};
use vouchsafe_core::decide::scopes::{at_authorization, at_client_credentials, at_refresh};
use vouchsafe_core::model::{Api, ClientKind};
use vouchsafe_core::refusal::Reason;

fn apis() -> [Api; 2] {
    [
        api("https://orders.test", "orders:read orders:write"),
        api("https://mail.test", "mail:read"),
    ]
}

#[test]
fn at_authorization_the_unknown_and_the_forbidden_are_left_out() {
    let client = client(ClientKind::Web);
    for (asked, given, dropped) in [
        ("openid email", "openid email", false),
        ("orders:read openid", "orders:read openid", false),
        ("openid phone", "openid", true),
        ("openid mail:read", "openid", true),
        ("openid nobody:knows", "openid", true),
        ("nobody:knows", "", true),
        ("", "", false),
    ] {
        let allowed = at_authorization(&list(asked), &client, &apis());
        assert_eq!(
            (allowed.scopes, allowed.dropped),
            (list(given), dropped),
            "{asked}"
        );
    }
    let allowed = at_authorization(&list("orders:read"), &client, &[]);
    assert!(allowed.scopes.is_empty(), "a scope whose API is gone is gone");
}

#[test]
fn at_refresh_there_is_never_more_than_was_granted() {
    let granted = list("openid orders:read gone:read");
    for (asked, given) in [
        ("", Ok("openid orders:read gone:read")),
        ("openid", Ok("openid")),
        ("orders:read openid", Ok("orders:read openid")),
        ("openid nobody:knows", Ok("openid")),
        ("openid orders:write", Err(Reason::ScopeExceedsGrant)),
        ("openid mail:read", Err(Reason::ScopeExceedsGrant)),
        ("email", Err(Reason::ScopeExceedsGrant)),
        ("nobody:knows", Err(Reason::ScopeNotAllowed)),
    ] {
        assert_eq!(
            at_refresh(&list(asked), &granted, &apis()),
            given.map(list),
            "{asked}"
        );
    }
}

#[test]
fn a_service_gets_scopes_of_apis_only() {
    let client = client(ClientKind::Service);
    for (asked, given) in [
        ("", Ok("orders:read orders:write")),
        ("orders:write", Ok("orders:write")),
        ("openid orders:read nobody:knows mail:read", Ok("orders:read")),
        ("openid", Err(Reason::ScopeNotAllowed)),
        ("mail:read", Err(Reason::ScopeNotAllowed)),
        ("nobody:knows", Err(Reason::ScopeNotAllowed)),
    ] {
        assert_eq!(
            at_client_credentials(&list(asked), &client, &apis()),
            given.map(list),
            "{asked}"
        );
    }
    assert_eq!(at_client_credentials(&[], &client, &[]), Ok(Vec::new()));
}
