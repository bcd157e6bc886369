//! RFC 8725 §3.11 and §3.12 — other kinds of JWT are not access tokens (T-01).

use serde_json::{Value, json};
use vouchsafe_verify::Rejection;

use crate::support::{AUDIENCE, FIRST, ISSUER, NOW, claims, claims_with, keys, verifier};

fn typed(typ: &Value, claims: &Value) -> String {
    let mut header = json!({ "alg": "RS256", "kid": "first" });
    if !typ.is_null() {
        header["typ"] = typ.clone();
    }
    FIRST.sign(&header.to_string(), claims.to_string())
}

fn strictly(token: &str) -> Result<(), Rejection> {
    verifier().verify_at(&keys(), token, NOW).map(drop)
}

fn with_plain_jwt(token: &str) -> Result<(), Rejection> {
    verifier()
        .accept_typ_jwt()
        .verify_at(&keys(), token, NOW)
        .map(drop)
}

#[test]
fn the_type_has_no_case_and_its_prefix_is_optional() {
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert_eq!(strictly(&typed(&json!(typ), &claims())), Ok(()), "{typ}");
    }
}

#[test]
fn any_other_type_is_refused() {
    let types = [
        "",
        "at",
        "jwt",
        "JWT",
        "at+jwt ",
        "application/",
        "application/application/at+jwt",
        "text/at+jwt",
        "logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "oauth-authz-req+jwt",
        "token-introspection+jwt",
        "client-authentication+jwt",
        "statuslist+jwt",
    ];
    for typ in types {
        assert_eq!(
            strictly(&typed(&json!(typ), &claims())),
            Err(Rejection::TypeWrong),
            "{typ}"
        );
        if !typ.eq_ignore_ascii_case("jwt") {
            assert_eq!(
                with_plain_jwt(&typed(&json!(typ), &claims())),
                Err(Rejection::TypeWrong),
                "{typ}"
            );
        }
    }
    assert_eq!(
        strictly(&typed(&Value::Null, &claims())),
        Err(Rejection::TypeWrong)
    );
    assert_eq!(
        with_plain_jwt(&typed(&Value::Null, &claims())),
        Err(Rejection::TypeWrong)
    );
}

#[test]
fn plain_jwt_is_taken_only_by_a_verifier_that_was_told_so() {
    for typ in ["JWT", "jwt", "application/jwt"] {
        let token = typed(&json!(typ), &claims());
        assert_eq!(strictly(&token), Err(Rejection::TypeWrong));
        assert_eq!(with_plain_jwt(&token), Ok(()));
    }
    assert_eq!(with_plain_jwt(&FIRST.token(&claims())), Ok(()));
}

#[test]
fn an_id_token_is_not_an_access_token_even_where_plain_jwt_is_taken() {
    let id_token = json!({
        "iss": ISSUER, "sub": "u_1", "aud": AUDIENCE, "exp": NOW + 300, "iat": NOW, "nonce": "n", "at_hash": "x",
    });
    assert_eq!(
        with_plain_jwt(&typed(&json!("JWT"), &id_token)),
        Err(Rejection::ClaimsMalformed)
    );
    for name in ["nonce", "at_hash", "c_hash"] {
        // Even with every claim that an access token needs.
        let token = typed(&json!("JWT"), &claims_with(json!({ name: "x" })));
        assert_eq!(with_plain_jwt(&token), Err(Rejection::TypeWrong), "{name}");
    }
}

#[test]
fn a_logout_token_is_not_an_access_token_even_where_plain_jwt_is_taken() {
    let events = json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": {} } });
    let token = typed(&json!("JWT"), &claims_with(events));
    assert_eq!(with_plain_jwt(&token), Err(Rejection::TypeWrong));
}

#[test]
fn tokens_that_are_no_jwt_are_not_access_tokens() {
    for token in [
        "vrt1.k1.g_1.3.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "vac_abcdef",
        "c2VjcmV0",
        "null",
    ] {
        assert_eq!(strictly(token), Err(Rejection::TokenMalformed), "{token}");
    }
}
