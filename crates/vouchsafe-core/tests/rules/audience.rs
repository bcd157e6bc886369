//! Whom a token is for.

use super::samples::{api, client, list};
use vouchsafe_core::decide::audience::{Audience, choose, narrow};
use vouchsafe_core::model::{Api, Client, ClientKind, Registrar};
use vouchsafe_core::refusal::Reason;

const ISSUER: &str = "https://id.example.com";

fn apis() -> [Api; 3] {
    [
        api("https://orders.test", "orders:read orders:write"),
        api("https://mail.test", "mail:read openid"),
        api("https://bare.test", ""),
    ]
}

fn chosen(granted: &str, resources: &str) -> Result<(String, String), Reason> {
    chosen_by(Registrar::Administrator, granted, resources)
}

fn chosen_by(registrar: Registrar, granted: &str, resources: &str) -> Result<(String, String), Reason> {
    let client = Client {
        registrar,
        ..client(ClientKind::Service)
    };
    let apis = apis();
    let Audience { aud, api, scopes } = choose(&list(granted), &list(resources), &client, &apis, ISSUER)?;
    assert_eq!(api.map_or(ISSUER, |api| &api.identifier), aud);
    Ok((aud, scopes.join(" ")))
}

#[test]
fn the_resource_decides_else_the_one_owner_else_the_issuer() {
    for (granted, resources, aud, scopes) in [
        ("openid profile", "", ISSUER, "openid profile"),
        ("", "", ISSUER, ""),
        (
            "openid orders:read",
            "",
            "https://orders.test",
            "openid orders:read",
        ),
        (
            "openid orders:read",
            "https://orders.test",
            "https://orders.test",
            "openid orders:read",
        ),
        (
            "openid orders:read mail:read",
            "https://mail.test",
            "https://mail.test",
            "openid mail:read",
        ),
        (
            "openid orders:read",
            "https://bare.test",
            "https://bare.test",
            "openid",
        ),
        (
            "orders:read",
            "https://orders.test https://orders.test",
            "https://orders.test",
            "orders:read",
        ),
        (
            "orders:read",
            "https://orders.test https://mail.test",
            "https://orders.test",
            "orders:read",
        ),
        // Nobody owns this one any more, and an API cannot own what OpenID Connect defines.
        ("openid gone:read", "", ISSUER, "openid"),
    ] {
        assert_eq!(
            chosen(granted, resources),
            Ok((aud.to_owned(), scopes.to_owned())),
            "{granted} / {resources}"
        );
    }
}

#[test]
fn several_meant_or_an_unknown_one_is_an_invalid_target() {
    for (granted, resources, reason) in [
        ("orders:read mail:read", "", Reason::ResourceAmbiguous),
        (
            "orders:read mail:read",
            "https://orders.test https://mail.test",
            Reason::ResourceAmbiguous,
        ),
        (
            "openid",
            "https://orders.test https://mail.test",
            Reason::ResourceAmbiguous,
        ),
        ("openid", "https://nobody.test", Reason::ResourceUnknown),
        (
            "orders:read",
            "https://orders.test https://nobody.test",
            Reason::ResourceUnknown,
        ),
        ("orders:read", "https://orders.test/", Reason::ResourceUnknown),
        ("openid", ISSUER, Reason::ResourceUnknown),
    ] {
        assert_eq!(chosen(granted, resources), Err(reason), "{granted} / {resources}");
        assert_eq!(reason.code().as_str(), "invalid_target");
    }
}

#[test]
fn to_name_an_api_is_no_permission_for_it() {
    for granted in ["", "openid", "orders:read", "openid orders:read gone:read"] {
        let asked = chosen(granted, "https://mail.test");
        assert_eq!(asked, Err(Reason::ResourceWithoutScope), "{granted}");
    }
    assert_eq!(Reason::ResourceWithoutScope.code().as_str(), "invalid_target");
}

#[test]
fn an_api_without_scopes_takes_whom_an_administrator_let_in() {
    for granted in ["", "openid", "orders:read"] {
        let (aud, _) = chosen(granted, "https://bare.test").unwrap();
        assert_eq!(aud, "https://bare.test");
        for registrar in [
            Registrar::Token("t".to_owned()),
            Registrar::Anybody,
            Registrar::Document,
        ] {
            let asked = chosen_by(registrar.clone(), granted, "https://bare.test");
            assert_eq!(
                asked,
                Err(Reason::ResourceNotForClient),
                "{registrar:?} {granted}"
            );
            let orders = chosen_by(registrar, "orders:read", "https://orders.test");
            assert_eq!(orders.unwrap().0, "https://orders.test");
        }
    }
    assert_eq!(Reason::ResourceNotForClient.code().as_str(), "invalid_target");
}

#[test]
fn the_token_request_may_ask_for_fewer_resources_not_for_others() {
    let one = |authorized, asked| narrow(&list(authorized), &list(asked)).map(|left| left.join(" "));
    assert_eq!(one("a:1 a:2", ""), Ok("a:1 a:2".to_owned()));
    assert_eq!(one("", "a:1"), Ok("a:1".to_owned()));
    assert_eq!(one("a:1 a:2", "a:2"), Ok("a:2".to_owned()));
    assert_eq!(one("a:1", "a:2"), Err(Reason::ResourceUnknown));
}
