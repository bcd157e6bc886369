//! RFC 7517 and RFC 7638 — which published keys are used.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vouchsafe_verify::Jwks;
use vouchsafe_verify::jwk::{Jwk, JwkProblem};
use vouchsafe_verify::jwks::JwksProblem;

use crate::support::{FIRST, NOW, SECOND, claims, header, key_set, verifier};

fn with(changes: &Value) -> Result<(), JwkProblem> {
    let mut jwk = FIRST.jwk();
    jwk.as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    Jwk::parse(&jwk.to_string()).map(drop)
}

/// A number of so many bits, odd or even, as a JWK has it.
fn number(bits: usize, odd: bool) -> String {
    let mut bytes = vec![0; bits.div_ceil(8)];
    bytes[0] = 1 << ((bits - 1) % 8);
    *bytes.last_mut().unwrap() |= u8::from(odd);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// RFC 7638 §3.1.
#[test]
fn the_thumbprint_is_that_of_the_rfc() {
    let key = Jwk::parse(include_str!("../vectors/rfc7638.jwk.json")).unwrap();
    assert_eq!(
        key.thumbprint().to_string(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
    assert_eq!(key.kid(), Some("2011-04-29"));
}

#[test]
fn a_key_can_be_made_from_its_numbers() {
    let key = Jwk::from_components(Some("first"), &FIRST.n, &FIRST.e).unwrap();
    assert_eq!(
        key.thumbprint(),
        Jwk::parse(&FIRST.jwk().to_string()).unwrap().thumbprint()
    );
    let keys = Jwks::from_iter([key]);
    assert!(verifier().verify_at(&keys, &FIRST.token(&claims()), NOW).is_ok());
}

#[test]
fn only_public_rsa_signature_keys_are_taken() {
    assert_eq!(
        with(&json!({ "x5c": ["AA"], "x5t": "x", "anything": {} })),
        Ok(())
    );
    assert_eq!(with(&json!({ "key_ops": ["verify"] })), Ok(()));
    for (changes, problem) in [
        (json!({ "kty": "EC" }), JwkProblem::OtherKeyType),
        (json!({ "kty": "oct" }), JwkProblem::OtherKeyType),
        (json!({ "kty": "rsa" }), JwkProblem::OtherKeyType),
        (json!({ "alg": "RS512" }), JwkProblem::OtherAlgorithm),
        (json!({ "alg": "HS256" }), JwkProblem::OtherAlgorithm),
        (json!({ "use": "enc" }), JwkProblem::OtherUse),
        (json!({ "key_ops": ["encrypt", "sign"] }), JwkProblem::OtherUse),
        (json!({ "kid": "../x" }), JwkProblem::KeyIdMalformed),
        (json!({ "kid": "a".repeat(65) }), JwkProblem::KeyIdMalformed),
        (json!({ "kid": null }), JwkProblem::Malformed),
        (json!({ "n": null }), JwkProblem::Malformed),
        (json!({ "e": 65537 }), JwkProblem::Malformed),
        (json!({ "n": "" }), JwkProblem::Malformed),
        (json!({ "e": "AQAB=" }), JwkProblem::Malformed),
        (json!({ "e": "AAEAAQ" }), JwkProblem::Malformed),
    ] {
        assert_eq!(with(&changes), Err(problem), "{changes}");
    }
    for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert_eq!(
            with(&json!({ private: "AQAB" })),
            Err(JwkProblem::Private),
            "{private}"
        );
    }
}

#[test]
fn numbers_out_of_range_make_no_key() {
    for bits in [8, 512, 1024, 2047, 8193, 16384] {
        assert_eq!(
            with(&json!({ "n": number(bits, true) })),
            Err(JwkProblem::ModulusOutOfRange),
            "{bits}"
        );
    }
    assert_eq!(
        with(&json!({ "n": number(2048, false) })),
        Err(JwkProblem::ModulusOutOfRange)
    );
    for bits in [2048, 4096, 8192] {
        assert_eq!(with(&json!({ "n": number(bits, true) })), Ok(()), "{bits}");
    }
    for e in ["AQ", "Ag", "BA", "AQAA", "AQAAAAE"] {
        assert_eq!(
            with(&json!({ "e": e })),
            Err(JwkProblem::ExponentOutOfRange),
            "{e}"
        );
    }
    assert_eq!(with(&json!({ "e": "Aw" })), Ok(()));
}

#[test]
fn bad_keys_do_not_hide_the_good_one() {
    let mut keys = vec![
        json!({ "kty": "oct", "kid": "first", "k": "" }),
        json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
        json!(["RSA", "n", "e"]),
        json!(null),
        json!("x"),
        json!({}),
        json!({ "kty": "RSA", "kid": "first", "alg": "PS256", "n": "AA", "e": "AQAB" }),
    ];
    keys.push(FIRST.jwk());
    let set = Jwks::parse(json!({ "keys": keys, "more": 1 }).to_string().as_bytes()).unwrap();
    assert_eq!((set.keys().len(), set.skipped().len()), (1, 7));
    assert!(verifier().verify_at(&set, &FIRST.token(&claims()), NOW).is_ok());
}

#[test]
fn a_key_that_names_a_member_twice_is_left_out() {
    let twice = FIRST.jwk().to_string().replacen('{', r#"{"kid":"other","#, 1);
    let set = Jwks::parse(format!(r#"{{"keys":[{twice}]}}"#).as_bytes()).unwrap();
    assert_eq!(set.skipped(), [JwkProblem::Malformed]);
}

#[test]
fn of_two_keys_with_one_name_the_first_counts() {
    let mut twin = SECOND.jwk();
    twin["kid"] = json!("first");
    let set = json!({ "keys": [FIRST.jwk(), twin] }).to_string();
    let set = Jwks::parse(set.as_bytes()).unwrap();
    assert!(verifier().verify_at(&set, &FIRST.token(&claims()), NOW).is_ok());
    let forged = SECOND.sign(&header("first"), claims().to_string());
    assert!(verifier().verify_at(&set, &forged, NOW).is_err());
}

#[test]
fn a_document_that_is_no_key_set_is_refused() {
    for document in [
        "",
        "[]",
        "{}",
        "[[]]",
        r#"{"keys":{}}"#,
        r#"{"keys":[],"keys":[]}"#,
        r#"{"keys":[]"#,
        "\u{feff}{}",
    ] {
        assert_eq!(
            Jwks::parse(document.as_bytes()).map(drop),
            Err(JwksProblem::Malformed),
            "{document}"
        );
    }
    assert_eq!(
        Jwks::parse(b"{\"keys\":[\"\xff\"]}").map(drop),
        Err(JwksProblem::Malformed)
    );
    assert!(Jwks::parse(br#"{"keys":[]}"#).unwrap().keys().is_empty());
}

#[test]
fn a_key_set_has_a_limit_in_keys_and_in_bytes() {
    let of = |count| json!({ "keys": vec![json!({}); count] }).to_string();
    assert!(Jwks::parse(of(64).as_bytes()).is_ok());
    assert_eq!(
        Jwks::parse(of(65).as_bytes()).map(drop),
        Err(JwksProblem::TooManyKeys)
    );
    let large = format!("{}{}", key_set(&[&FIRST]), " ".repeat(256 * 1024));
    assert_eq!(
        Jwks::parse(large.as_bytes()).map(drop),
        Err(JwksProblem::TooLarge)
    );
}
