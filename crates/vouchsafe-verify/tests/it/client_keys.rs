//! Which key sets a client may register.

use std::slice::from_ref;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vouchsafe_verify::client_keys::{ClientKeys, ClientKeysProblem, MOST_KEYS};
use vouchsafe_verify::jwk::JwkProblem;

/// RFC 7517 appendix A.1.
fn p256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
    })
}

/// RFC 8037 appendix A.2.
fn ed25519() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
}

fn rsa(bytes: usize, exponent: &str) -> Value {
    json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(vec![0xff; bytes]), "e": exponent})
}

fn with(mut key: Value, member: &str, value: Value) -> Value {
    key[member] = value;
    key
}

fn parse(keys: &[Value]) -> Result<(), ClientKeysProblem> {
    ClientKeys::parse(&json!({ "keys": keys }).to_string()).map(drop)
}

#[test]
fn usable_public_keys_are_taken() {
    for key in [
        p256(),
        ed25519(),
        with(p256(), "alg", json!("ES256")),
        with(ed25519(), "alg", json!("EdDSA")),
        with(p256(), "use", json!("sig")),
        with(p256(), "key_ops", json!(["verify"])),
        with(p256(), "x5t", json!("ignored")),
    ] {
        assert_eq!(parse(from_ref(&key)), Ok(()), "{key}");
    }
    let named = |kid: &str| with(p256(), "kid", json!(kid));
    assert_eq!(parse(&[named("a"), named("b")]), Ok(()));
}

#[test]
fn a_set_needs_a_key_that_can_be_used_and_shows_no_secret() {
    use JwkProblem as P;
    for (key, problem) in [
        (json!("key"), P::Malformed),
        (json!({"kty": "oct", "k": "AAAA"}), P::Private),
        (json!({"kty": "oct"}), P::OtherKeyType),
        (with(p256(), "d", json!("AAAA")), P::Private),
        (with(p256(), "d", json!(null)), P::Private),
        (with(ed25519(), "d", json!("AAAA")), P::Private),
        (with(p256(), "crv", json!("P-384")), P::OtherKeyType),
        (with(p256(), "crv", json!("secp256k1")), P::OtherKeyType),
        (with(ed25519(), "crv", json!("X25519")), P::OtherKeyType),
        (with(p256(), "alg", json!("ES384")), P::OtherAlgorithm),
        (with(p256(), "alg", json!("HS256")), P::OtherAlgorithm),
        (with(p256(), "alg", json!("none")), P::OtherAlgorithm),
        (with(p256(), "use", json!("enc")), P::OtherUse),
        (with(p256(), "key_ops", json!(["sign"])), P::OtherUse),
        (with(p256(), "kid", json!("../key")), P::KeyIdMalformed),
        (with(p256(), "x", json!("AAAA")), P::Malformed),
        // Not on the curve.
        (
            with(p256(), "y", json!("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4")),
            P::Malformed,
        ),
        (with(p256(), "y", json!(null)), P::Malformed),
        (rsa(64, "AQAB"), P::ModulusOutOfRange),
        (rsa(1025, "AQAB"), P::ModulusOutOfRange),
        (rsa(256, "AQ"), P::ExponentOutOfRange),
        (rsa(256, "AQAA"), P::ExponentOutOfRange),
        (with(rsa(256, "AQAB"), "alg", json!("RS512")), P::OtherAlgorithm),
    ] {
        let parsed = parse(&[with_kid(&key)]);
        assert_eq!(parsed, Err(ClientKeysProblem::Key(problem)), "{key}");
        // Beside one that can be used it is left out (RFC 7517 §5), unless it shows something secret.
        let beside = if problem == P::Private {
            Err(ClientKeysProblem::Key(P::Private))
        } else {
            Ok(())
        };
        assert_eq!(parse(&[with_kid(&key), p256()]), beside, "{key}");
    }
}

fn with_kid(key: &Value) -> Value {
    let mut key = key.clone();
    if let Some(members) = key.as_object_mut() {
        members.entry("kid").or_insert(json!("k"));
    }
    key
}

#[test]
fn a_set_is_small_and_says_which_key_is_which() {
    let named = |kid: &str| with(p256(), "kid", json!(kid));
    assert_eq!(parse(&[]), Err(ClientKeysProblem::Empty));
    assert_eq!(
        parse(&[named("a"), named("a")]),
        Err(ClientKeysProblem::Ambiguous)
    );
    assert_eq!(parse(&[p256(), ed25519()]), Err(ClientKeysProblem::Ambiguous));
    let many = |count: usize| (0..count).map(|at| named(&at.to_string())).collect::<Vec<_>>();
    assert_eq!(parse(&many(MOST_KEYS)), Ok(()));
    assert_eq!(parse(&many(1000)), Err(ClientKeysProblem::TooMany));
    for text in [
        "",
        "[]",
        "{}",
        "{\"keys\":{}}",
        "{\"keys\":[],\"keys\":[]}",
        "{\"keys\":null}",
    ] {
        let parsed = ClientKeys::parse(text).map(drop);
        assert_eq!(parsed, Err(ClientKeysProblem::Malformed), "{text}");
    }
}

#[test]
fn of_a_published_set_what_cannot_be_used_is_left_out() {
    let published =
        |keys: &[Value]| ClientKeys::parse_published(&json!({ "keys": keys }).to_string()).map(drop);
    let encryption = with(p256(), "use", json!("enc"));
    assert_eq!(
        published(&[encryption.clone(), json!({"kty": "future"}), p256()]),
        Ok(())
    );
    assert_eq!(
        published(&[p256(), json!({"kty": "oct", "k": "AA"})]),
        Err(ClientKeysProblem::Key(JwkProblem::Private)),
        "what is symmetric is no secret any more"
    );
    assert_eq!(
        published(&[p256(), ed25519()]),
        Ok(()),
        "which is meant, the signature says by its kid"
    );
    assert_eq!(published(&[]), Err(ClientKeysProblem::Empty));
    assert_eq!(
        published(&[encryption]),
        Err(ClientKeysProblem::Key(JwkProblem::OtherUse))
    );
    assert_eq!(
        published(&vec![p256(); MOST_KEYS + 1]),
        Err(ClientKeysProblem::TooMany)
    );
    assert_eq!(
        ClientKeys::parse_published("[]").map(drop),
        Err(ClientKeysProblem::Malformed)
    );
}
