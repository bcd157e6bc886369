//! The memory of verified tokens: it saves work and never changes a verdict.

use serde_json::json;
use vouchsafe_verify::{Jwks, Rejection};

use crate::support::{FIRST, NOW, SECOND, claims, claims_with, header, key_set, keys, verifier};

#[test]
fn a_remembered_token_expires_all_the_same() {
    let (verifier, keys, token) = (verifier(), keys(), FIRST.token(&claims()));
    for _ in 0..3 {
        assert!(verifier.verify_at(&keys, &token, NOW).is_ok());
    }
    assert_eq!(
        verifier.verify_at(&keys, &token, NOW + 330).map(drop),
        Err(Rejection::Expired)
    );
    assert_eq!(
        verifier.verify_at(&keys, &token, NOW - 31).map(drop),
        Err(Rejection::IssuedInFuture)
    );
    assert!(verifier.verify_at(&keys, &token, NOW).is_ok());
}

#[test]
fn a_remembered_token_falls_with_its_key() {
    let (verifier, token) = (verifier(), FIRST.token(&claims()));
    assert!(verifier.verify_at(&keys(), &token, NOW).is_ok());
    let rotated = Jwks::parse(key_set(&[&SECOND]).as_bytes()).unwrap();
    assert_eq!(
        verifier.verify_at(&rotated, &token, NOW).map(drop),
        Err(Rejection::KeyUnknown)
    );
    // Another key under the old name does not bring it back.
    let mut twin = SECOND.jwk();
    twin["kid"] = json!("first");
    let twin = Jwks::parse(json!({ "keys": [twin] }).to_string().as_bytes()).unwrap();
    assert_eq!(
        verifier.verify_at(&twin, &token, NOW).map(drop),
        Err(Rejection::SignatureWrong)
    );
}

#[test]
fn what_resembles_a_remembered_token_is_judged_for_itself() {
    let (verifier, keys, token) = (verifier(), keys(), FIRST.token(&claims()));
    assert!(verifier.verify_at(&keys, &token, NOW).is_ok());
    // The same signature under another payload.
    let other = FIRST.sign(&header("first"), claims_with(json!({ "sub": "u_2" })).to_string());
    let (input, _) = other.rsplit_once('.').unwrap();
    let (_, signature) = token.rsplit_once('.').unwrap();
    let forged = format!("{input}.{signature}");
    assert_eq!(
        verifier.verify_at(&keys, &forged, NOW).map(drop),
        Err(Rejection::SignatureWrong)
    );
}

#[test]
fn a_refused_token_is_not_remembered() {
    let (verifier, keys) = (verifier(), keys());
    let token = FIRST.token(&claims_with(json!({ "nbf": NOW + 100 })));
    assert!(verifier.verify_at(&keys, &token, NOW).is_err());
    assert!(verifier.verify_at(&keys, &token, NOW + 100).is_ok());
    assert!(verifier.verify_at(&keys, &token, NOW).is_err());
}

#[test]
fn a_small_memory_and_none_at_all_give_the_same_verdicts() {
    let tokens: Vec<String> = (0..40)
        .map(|n| FIRST.token(&claims_with(json!({ "jti": format!("t_{n}") }))))
        .collect();
    for size in [0, 1, 16] {
        let verifier = verifier().cached_tokens(size);
        for _ in 0..3 {
            for (n, token) in tokens.iter().enumerate() {
                let accepted = verifier.verify_at(&keys(), token, NOW).unwrap();
                assert_eq!(accepted.jti, format!("t_{n}"));
            }
        }
    }
}

#[test]
fn many_threads_share_one_memory() {
    let (verifier, keys) = (verifier().cached_tokens(8), keys());
    let tokens: Vec<String> = (0..20)
        .map(|n| FIRST.token(&claims_with(json!({ "jti": format!("t_{n}") }))))
        .collect();
    std::thread::scope(|scope| {
        for start in 0..4 {
            let (verifier, keys, tokens) = (&verifier, &keys, &tokens);
            scope.spawn(move || {
                for n in (0..200).map(|round| (start + round) % tokens.len()) {
                    let accepted = verifier.verify_at(keys, &tokens[n], NOW).unwrap();
                    assert_eq!(accepted.jti, format!("t_{n}"));
                }
            });
        }
    });
}
