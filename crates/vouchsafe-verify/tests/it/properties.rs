//! Whatever arrives, there is an answer and no panic (RL7, T-17). `fuzz/` goes further with the same entries.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};
use vouchsafe_verify::bearer::bearer_token;
use vouchsafe_verify::jwk::Jwk;
use vouchsafe_verify::jws::Compact;
use vouchsafe_verify::{AccessToken, Jwks, Rejection};

use crate::support::{FIRST, NOW, claims, header, keys, verifier};

/// JSON of any shape, small.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("RSA")),
        Just(json!("RS256")),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_refused_as_a_token(token in "\\PC*") {
        prop_assert!(verifier().verify_at(&keys(), &token, NOW).is_err());
    }

    #[test]
    fn any_three_parts_are_refused_as_a_token(parts in "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,400}") {
        prop_assert!(verifier().verify_at(&keys(), &parts, NOW).is_err());
    }

    #[test]
    fn any_header_has_an_answer(header in any_json(), signature in prop::collection::vec(any::<u8>(), 1..300)) {
        let token = format!(
            "{}.e30.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(signature),
        );
        prop_assert!(verifier().verify_at(&keys(), &token, NOW).is_err());
        prop_assert!(Compact::parse(&token).is_err());
    }

    #[test]
    fn any_claims_have_an_answer(text in "\\PC{0,200}", value in any_json()) {
        prop_assert!(AccessToken::from_claims_json(&text).is_err());
        prop_assert!(AccessToken::from_claims_json(&value.to_string()).is_err());
    }

    #[test]
    fn any_bytes_have_an_answer_as_a_key_set(bytes in prop::collection::vec(any::<u8>(), 0..300), value in any_json()) {
        let _ = Jwks::parse(&bytes);
        let _ = Jwk::parse(&value.to_string());
        let set = Jwks::parse(json!({ "keys": [value, FIRST.jwk()] }).to_string().as_bytes()).unwrap();
        prop_assert!(!set.keys().is_empty());
    }

    #[test]
    fn any_numbers_have_an_answer_as_a_key(n in prop::collection::vec(any::<u8>(), 0..1100), e in prop::collection::vec(any::<u8>(), 0..6)) {
        if let Ok(key) = Jwk::from_components(Some("first"), &n, &e) {
            // An odd number need not be a product of primes; using it must still be harmless.
            let keys = Jwks::from_iter([key]);
            let token = format!("{}.e30.{}", URL_SAFE_NO_PAD.encode(header("first")), "A".repeat(342));
            prop_assert!(verifier().verify_at(&keys, &token, NOW).is_err());
        }
    }

    #[test]
    fn any_header_lines_have_an_answer(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..3), query in "\\PC{0,40}") {
        if let Ok(token) = bearer_token(lines.iter().map(Vec::as_slice), &query) {
            prop_assert!(!token.is_empty());
        }
    }
}

proptest! {
    // Each case costs a signature.
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_signed_claims_have_an_answer(name in "(exp|iat|nbf|aud|scope|ep|gver|cnf|[a-z]{1,6})", value in any_json()) {
        let mut claims = claims();
        claims[&name] = value;
        let outcome = verifier().verify_at(&keys(), &FIRST.token(&claims), NOW);
        if let Ok(token) = outcome {
            prop_assert!(token.exp > NOW - 30 && token.iat <= NOW + 30);
        }
    }

    #[test]
    fn a_token_is_good_exactly_while_it_lives(age in -200_i64..600, life in 1_i64..400) {
        let mut claims = claims();
        claims["exp"] = json!(NOW + life);
        let outcome = verifier().verify_at(&keys(), &FIRST.token(&claims), NOW + age).map(drop);
        let expected = if age >= life + 30 {
            Err(Rejection::Expired)
        } else if age < -30 {
            Err(Rejection::IssuedInFuture)
        } else {
            Ok(())
        };
        prop_assert_eq!(outcome, expected);
    }
}
