//! RFC 9068 §4 — what an access token must be to be taken.

use serde_json::{Value, json};
use vouchsafe_verify::{AccessToken, Rejection, Verifier};

use crate::support::{AUDIENCE, FIRST, ISSUER, NOW, claims, claims_with, keys, verifier};

fn outcome(token: &str) -> Result<(), Rejection> {
    verifier().verify_at(&keys(), token, NOW).map(drop)
}

/// Claims of a good token, changed.
fn with(changes: Value) -> Result<(), Rejection> {
    outcome(&FIRST.token(&claims_with(changes)))
}

/// The payload of a good token, with one member written as it stands here.
fn with_raw(member: &str) -> Result<(), Rejection> {
    let name = member.split(':').next().unwrap().trim_matches('"');
    let rest = claims_with(json!({ name: null })).to_string();
    let payload = format!("{{{member},{}", rest.strip_prefix('{').unwrap());
    outcome(&FIRST.sign(&crate::support::header("first"), payload))
}

#[test]
fn a_good_token_gives_its_claims() {
    let token = verifier()
        .verify_at(&keys(), &FIRST.token(&claims()), NOW)
        .unwrap();
    assert_eq!(
        (&*token.iss, &*token.sub, &*token.client_id),
        (ISSUER, "u_1", "c_1")
    );
    assert_eq!((&*token.jti, &*token.aud), ("t_1", &[AUDIENCE.to_owned()][..]));
    assert_eq!((token.ep, token.gver), (Some([1, 1]), Some(1)));
    assert_eq!(
        (token.gid.as_deref(), token.sid.as_deref()),
        (Some("g_1"), Some("s_1"))
    );
    assert_eq!(
        (token.iat, token.exp, token.auth_time),
        (NOW, NOW + 300, Some(NOW - 60))
    );
    assert!(token.scope.contains("orders:read"));
    assert_eq!(token.verified_at(), NOW);
}

#[test]
fn claims_beyond_the_standard_can_be_read_too() {
    #[derive(serde::Deserialize)]
    struct Roles {
        roles: Vec<String>,
    }
    let token = FIRST.token(&claims_with(json!({ "roles": ["editor"] })));
    let token = verifier().verify_at(&keys(), &token, NOW).unwrap();
    assert_eq!(token.claims_as::<Roles>().unwrap().roles, ["editor"]);
}

#[test]
fn a_token_of_client_credentials_has_no_grant() {
    let nothing = json!({ "gid": null, "gver": null, "sid": null, "auth_time": null, "acr": null });
    let token = FIRST.token(&claims_with(nothing));
    let token = verifier().verify_at(&keys(), &token, NOW).unwrap();
    assert_eq!((&token.gid, token.gver, &token.sid), (&None, None, &None));
}

#[test]
fn every_required_claim_is_required() {
    for name in ["iss", "sub", "aud", "client_id", "exp", "iat", "jti"] {
        assert_eq!(
            with(json!({ name: null })),
            Err(Rejection::ClaimsMalformed),
            "{name} absent"
        );
        assert_eq!(
            with_raw(&format!("\"{name}\":null")),
            Err(Rejection::ClaimsMalformed),
            "{name}"
        );
        assert_eq!(
            with_raw(&format!("\"{name}\":{{}}")),
            Err(Rejection::ClaimsMalformed),
            "{name}"
        );
        assert!(with_raw(&format!("\"{name}\":\"\"")).is_err(), "{name} empty");
    }
}

/// T-03, JW6: never taken for absent.
#[test]
fn a_time_that_is_not_a_whole_second_in_range_makes_the_token_malformed() {
    let wrong = [
        "null",
        "\"1800000300\"",
        "1.5",
        "-1",
        "1e300",
        "18446744073709551615",
        "18446744073709551616",
        "253402300800",
        "true",
        "[]",
        "{}",
    ];
    for name in ["exp", "iat", "nbf", "auth_time"] {
        for value in wrong {
            let member = format!("\"{name}\":{value}");
            assert_eq!(with_raw(&member), Err(Rejection::ClaimsMalformed), "{member}");
        }
    }
    assert_eq!(with_raw("\"exp\":1800000300.0"), Ok(()));
}

#[test]
fn an_optional_claim_of_the_wrong_type_is_not_taken_for_absent() {
    for member in [
        "\"ep\":null",
        "\"ep\":[1]",
        "\"ep\":[1,2,3]",
        "\"ep\":[\"1\",\"2\"]",
        "\"ep\":[1.0,1]",
        "\"gver\":1.5",
        "\"gver\":\"1\"",
        "\"gid\":null",
        "\"gid\":1",
        "\"sid\":[]",
        "\"acr\":null",
        "\"scope\":null",
        "\"scope\":[\"orders:read\"]",
        "\"scope\":\"a\\tb\"",
        "\"nbf\":\"later\"",
    ] {
        assert_eq!(with_raw(member), Err(Rejection::ClaimsMalformed), "{member}");
    }
}

#[test]
fn a_claim_that_comes_twice_makes_the_token_malformed() {
    for member in [
        r#""exp":1800000300,"exp":9999999999"#,
        r#""x":1,"x":1"#,
        r#""x":{"y":[{"z":1,"z":2}]}"#,
    ] {
        assert_eq!(with_raw(member), Err(Rejection::ClaimsMalformed), "{member}");
    }
}

#[test]
fn a_payload_that_is_no_object_is_malformed() {
    for payload in ["", "null", "[]", "\"x\"", "{", "{}x", "{}"] {
        let token = FIRST.sign(&crate::support::header("first"), payload);
        let expected = if payload.is_empty() {
            Rejection::TokenMalformed
        } else {
            Rejection::ClaimsMalformed
        };
        assert_eq!(outcome(&token), Err(expected), "{payload}");
    }
    let token = FIRST.sign(&crate::support::header("first"), b"{\"a\":\"\xff\"}");
    assert_eq!(outcome(&token), Err(Rejection::TokenMalformed));
}

/// Claims in the order of the struct, as an array: a reader of structs might take it.
#[test]
fn an_array_of_good_values_is_no_set_of_claims() {
    let values = json!([
        ISSUER,
        "u_1",
        AUDIENCE,
        "c_1",
        NOW + 300,
        NOW,
        NOW,
        "t_1",
        "openid",
        [1, 1],
        "g",
        1,
        "s",
        NOW,
        "a"
    ]);
    let token = FIRST.sign(&crate::support::header("first"), values.to_string());
    assert_eq!(outcome(&token), Err(Rejection::ClaimsMalformed));
}

#[test]
fn the_issuer_is_compared_byte_by_byte() {
    for issuer in [
        "https://id.example/",
        "https://ID.example",
        "https://id.example:443",
        "https://evil.example",
    ] {
        assert_eq!(
            with(json!({ "iss": issuer })),
            Err(Rejection::IssuerWrong),
            "{issuer}"
        );
    }
}

#[test]
fn the_audience_must_name_this_api() {
    for audience in [
        json!("https://other.example"),
        json!(ISSUER),
        json!("https://orders.example/"),
        json!(["a", "b"]),
    ] {
        assert_eq!(
            with(json!({ "aud": audience })),
            Err(Rejection::AudienceWrong),
            "{audience}"
        );
    }
    assert_eq!(
        with(json!({ "aud": ["https://other.example", AUDIENCE] })),
        Ok(())
    );
    for member in [
        "\"aud\":[]",
        "\"aud\":[1]",
        "\"aud\":[[\"https://orders.example\"]]",
        "\"aud\":1",
    ] {
        assert_eq!(with_raw(member), Err(Rejection::ClaimsMalformed), "{member}");
    }
}

#[test]
fn the_issuers_own_verifier_takes_any_audience_and_nothing_else_more() {
    let verifier = Verifier::for_issuer(ISSUER);
    let judge = |changes| {
        verifier
            .verify_at(&keys(), &FIRST.token(&claims_with(changes)), NOW)
            .map(drop)
    };
    assert_eq!(judge(json!({ "aud": "https://other.example" })), Ok(()));
    assert_eq!(
        judge(json!({ "iss": "https://other.example" })),
        Err(Rejection::IssuerWrong)
    );
    assert_eq!(judge(json!({ "aud": null })), Err(Rejection::ClaimsMalformed));
    assert_eq!(judge(json!({ "exp": NOW - 31 })), Err(Rejection::Expired));
}

#[test]
fn a_token_ends_at_exp_give_or_take_the_leeway() {
    assert_eq!(with(json!({ "exp": NOW - 29 })), Ok(()));
    assert_eq!(with(json!({ "exp": NOW - 30 })), Err(Rejection::Expired));
    let token = FIRST.token(&claims_with(json!({ "exp": NOW, "iat": NOW - 9 })));
    let strict = verifier().leeway(0);
    assert!(strict.verify_at(&keys(), &token, NOW - 1).is_ok());
    assert_eq!(
        strict.verify_at(&keys(), &token, NOW).map(drop),
        Err(Rejection::Expired)
    );
}

#[test]
fn nobody_gets_more_than_a_minute_of_leeway() {
    let lax = verifier().leeway(u32::MAX);
    let token = FIRST.token(&claims_with(json!({ "exp": NOW })));
    assert!(lax.verify_at(&keys(), &token, NOW + 59).is_ok());
    assert_eq!(
        lax.verify_at(&keys(), &token, NOW + 60).map(drop),
        Err(Rejection::Expired)
    );
}

#[test]
fn a_token_of_the_future_is_refused() {
    assert_eq!(with(json!({ "iat": NOW + 30 })), Ok(()));
    assert_eq!(with(json!({ "iat": NOW + 31 })), Err(Rejection::IssuedInFuture));
    assert_eq!(
        with(json!({ "iat": NOW + 3600, "exp": NOW + 7200 })),
        Err(Rejection::IssuedInFuture)
    );
    assert_eq!(with(json!({ "nbf": NOW + 30 })), Ok(()));
    assert_eq!(with(json!({ "nbf": NOW + 31 })), Err(Rejection::NotYetValid));
}

#[test]
fn no_moment_is_too_strange_to_be_judged() {
    let token = FIRST.token(&claims());
    for now in [i64::MIN, -1, 0, i64::MAX] {
        assert!(verifier().verify_at(&keys(), &token, now).is_err(), "{now}");
    }
}

/// T-11: until proofs can be checked, a bound token is refused.
#[test]
fn a_token_that_is_bound_to_a_key_is_refused_without_its_proof() {
    for cnf in [
        json!({ "jkt": "x" }),
        json!({ "x5t#S256": "x" }),
        json!({}),
        json!("x"),
    ] {
        assert_eq!(with(json!({ "cnf": cnf })), Err(Rejection::ProofRequired));
    }
    assert_eq!(with_raw("\"cnf\":null"), Err(Rejection::ProofRequired));
}

#[test]
fn a_scope_is_asked_for_by_its_exact_name() {
    let token = verifier()
        .verify_at(&keys(), &FIRST.token(&claims()), NOW)
        .unwrap();
    assert!(token.require_scope("orders:read").is_ok());
    for scope in ["orders", "orders:write", "orders:read openid", ""] {
        assert_eq!(
            token.require_scope(scope).unwrap_err().code(),
            "insufficient_scope",
            "{scope}"
        );
    }
    let bare = FIRST.token(&claims_with(json!({ "scope": null })));
    let bare = verifier().verify_at(&keys(), &bare, NOW).unwrap();
    assert!(bare.require_scope("orders:read").is_err());
}

#[test]
fn a_route_can_ask_for_a_recent_token() {
    let at = |now| {
        verifier()
            .verify_at(&keys(), &FIRST.token(&claims()), now)
            .unwrap()
    };
    assert!(at(NOW + 60).no_older_than(60).is_ok());
    assert_eq!(at(NOW + 61).no_older_than(60).map(drop), Err(Rejection::TooOld));
    assert!(at(NOW - 30).no_older_than(0).is_ok());
}

#[test]
fn reading_claims_alone_is_possible_and_proves_nothing() {
    let claims = AccessToken::from_claims_json(&claims().to_string()).unwrap();
    assert_eq!(claims.sub, "u_1");
    assert!(!format!("{claims:?}").contains("https://id.example"));
}
