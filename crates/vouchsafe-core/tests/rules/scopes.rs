//! Which requested scopes a client gets.

use super::samples::{api, client, list};
use vouchsafe_core::decide::scopes::{at_authorization, at_client_credentials, registered};
use vouchsafe_core::model::{Api, ClientKind, GrantType};
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
        (
            "orders:read openid offline_access",
            "orders:read openid offline_access",
            false,
        ),
        ("openid phone", "openid", true),
        ("openid mail:read", "openid", true),
        ("openid nobody:knows", "openid", true),
    ] {
        let allowed = at_authorization(Some(&list(asked)), &client, &apis()).unwrap();
        assert_eq!(
            (allowed.scopes, allowed.dropped),
            (list(given), dropped),
            "{asked}"
        );
    }
    for nothing in ["nobody:knows", "mail:read phone", ""] {
        assert_eq!(
            at_authorization(Some(&list(nothing)), &client, &apis()),
            Err(Reason::ScopeNotAllowed)
        );
    }
    let gone = at_authorization(Some(&list("orders:read")), &client, &[]);
    assert_eq!(
        gone,
        Err(Reason::ScopeNotAllowed),
        "a scope whose API is gone is gone"
    );
}

#[test]
fn offline_access_must_be_asked_for_and_be_of_use() {
    let mut client = client(ClientKind::Web);
    let all = at_authorization(None, &client, &apis()).unwrap();
    assert_eq!(
        (all.scopes, all.dropped),
        (list("openid profile email orders:read orders:write"), true)
    );
    client
        .metadata
        .grant_types
        .retain(|grant| *grant != GrantType::RefreshToken);
    let asked = list("openid offline_access");
    assert_eq!(
        at_authorization(Some(&asked), &client, &apis()).unwrap().scopes,
        list("openid")
    );
}

#[test]
fn at_the_token_endpoint_what_nobody_registered_is_left_out_beside_others() {
    for (asked, given) in [
        ("openid", Ok("openid")),
        ("orders:read nobody:knows email", Ok("orders:read email")),
        ("nobody:knows", Err(Reason::ScopeNotAllowed)),
        ("", Err(Reason::ScopeNotAllowed)),
    ] {
        assert_eq!(registered(list(asked), &apis()), given.map(list), "{asked}");
    }
}

#[test]
fn a_service_gets_scopes_of_apis_only() {
    let client = client(ClientKind::Service);
    let given = |asked| at_client_credentials(Some(&list(asked)), &client, &apis());
    assert_eq!(given("orders:write"), Ok(list("orders:write")));
    assert_eq!(
        given("openid orders:read nobody:knows mail:read"),
        Ok(list("orders:read"))
    );
    for nothing in ["openid", "mail:read", "nobody:knows", ""] {
        assert_eq!(given(nothing), Err(Reason::ScopeNotAllowed), "{nothing}");
    }
    assert_eq!(
        at_client_credentials(None, &client, &apis()),
        Ok(list("orders:read orders:write"))
    );
    assert_eq!(at_client_credentials(None, &client, &[]), Ok(Vec::new()));
}
