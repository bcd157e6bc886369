//! RFC 7518 §3.1, RFC 8037 — a key is for one algorithm, and only a signature of that one holds.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vouchsafe_verify::jwk::{Jwk, JwkProblem};
use vouchsafe_verify::{Jwks, Rejection};

use crate::support::{NOW, claims, integers, verifier};

/// Makes a signature over a message.
type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A public key as it is published, and what signs with its private half.
struct Pair {
    alg: &'static str,
    jwk: Value,
    sign: Sign,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn rsa(alg: &'static str, padding: &'static dyn RsaEncoding) -> Pair {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let (n, e) = integers(pair.public_key().as_ref());
    Pair {
        alg,
        jwk: json!({"kty": "RSA", "alg": alg, "use": "sig", "kid": alg, "n": encode(&n), "e": encode(&e)}),
        sign: Box::new(move |message| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(padding, &SystemRandom::new(), message, &mut signature)
                .unwrap();
            signature
        }),
    }
}

fn es256() -> Pair {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref().to_vec();
    Pair {
        alg: "ES256",
        jwk: json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "ES256",
            "x": encode(&point[1..33]), "y": encode(&point[33..]),
        }),
        sign: Box::new(move |message| {
            let signature = pair.sign(&SystemRandom::new(), message).unwrap();
            signature.as_ref().to_vec()
        }),
    }
}

fn eddsa() -> Pair {
    let pair = Ed25519KeyPair::generate().unwrap();
    Pair {
        alg: "EdDSA",
        jwk: json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "EdDSA",
            "x": encode(pair.public_key().as_ref()),
        }),
        sign: Box::new(move |message| pair.sign(message).as_ref().to_vec()),
    }
}

fn all() -> [Pair; 4] {
    [
        rsa("RS256", &RSA_PKCS1_SHA256),
        rsa("PS256", &RSA_PSS_SHA256),
        es256(),
        eddsa(),
    ]
}

impl Pair {
    fn token(&self, alg: &str, kid: &str) -> String {
        let header = json!({"alg": alg, "typ": "at+jwt", "kid": kid}).to_string();
        let input = format!(
            "{}.{}",
            encode(header.as_bytes()),
            encode(claims().to_string().as_bytes())
        );
        format!("{input}.{}", encode(&(self.sign)(input.as_bytes())))
    }
}

fn keys(pairs: &[Pair]) -> Jwks {
    let members: Vec<_> = pairs.iter().map(|pair| pair.jwk.clone()).collect();
    Jwks::parse(json!({ "keys": members }).to_string().as_bytes()).unwrap()
}

#[test]
fn a_token_of_each_algorithm_is_accepted_with_its_key() {
    let pairs = all();
    let keys = keys(&pairs);
    assert_eq!(keys.keys().len(), 4);
    for pair in &pairs {
        let token = pair.token(pair.alg, pair.alg);
        assert!(verifier().verify_at(&keys, &token, NOW).is_ok(), "{}", pair.alg);
        let mut damaged = token.into_bytes();
        let at = damaged.len() - 10;
        damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
        let damaged = String::from_utf8(damaged).unwrap();
        let refused = verifier().verify_at(&keys, &damaged, NOW).unwrap_err();
        assert_eq!(refused, Rejection::SignatureWrong, "{}", pair.alg);
    }
}

#[test]
fn the_key_decides_the_algorithm_and_the_token_does_not() {
    let pairs = all();
    let keys = keys(&pairs);
    for signer in &pairs {
        for named in &pairs {
            for alg in ["RS256", "PS256", "ES256", "EdDSA", "none", "HS256"] {
                if signer.alg == named.alg && alg == named.alg {
                    continue;
                }
                let token = signer.token(alg, named.alg);
                assert!(
                    verifier().verify_at(&keys, &token, NOW).is_err(),
                    "{} signed for {} as {alg}",
                    signer.alg,
                    named.alg
                );
            }
        }
    }
}

#[test]
fn a_key_that_says_nothing_is_for_the_algorithm_of_its_type() {
    for (mut pair, implied) in all().into_iter().zip(["RS256", "RS256", "ES256", "EdDSA"]) {
        pair.jwk.as_object_mut().unwrap().remove("alg");
        let key = Jwk::parse(&pair.jwk.to_string()).unwrap();
        assert_eq!(key.algorithm().name(), implied);
    }
}

#[test]
fn keys_of_other_curves_forms_and_purposes_are_left_out() {
    let (curve, edwards) = (es256().jwk, eddsa().jwk);
    let with = |key: &Value, name: &str, value: Value| {
        let mut key = key.clone();
        key[name] = value;
        Jwk::parse(&key.to_string()).map(drop)
    };
    for (key, name, value, problem) in [
        (&curve, "crv", json!("P-384"), JwkProblem::OtherKeyType),
        (&curve, "crv", json!("secp256k1"), JwkProblem::OtherKeyType),
        (&curve, "alg", json!("RS256"), JwkProblem::OtherAlgorithm),
        (&curve, "alg", json!("ES384"), JwkProblem::OtherAlgorithm),
        (&curve, "use", json!("enc"), JwkProblem::OtherUse),
        (&curve, "d", json!("AQAB"), JwkProblem::Private),
        (&curve, "x", json!("AQAB"), JwkProblem::Malformed),
        (&curve, "y", json!(encode(&[7; 32])), JwkProblem::Malformed),
        (&edwards, "crv", json!("Ed448"), JwkProblem::OtherKeyType),
        (&edwards, "crv", json!("X25519"), JwkProblem::OtherKeyType),
        (&edwards, "alg", json!("ES256"), JwkProblem::OtherAlgorithm),
        (&edwards, "x", json!(encode(&[7; 31])), JwkProblem::Malformed),
        (&edwards, "d", json!("AQAB"), JwkProblem::Private),
    ] {
        assert_eq!(with(key, name, value.clone()), Err(problem), "{name} {value}");
    }
    let mut without = curve.clone();
    without.as_object_mut().unwrap().remove("y");
    assert_eq!(
        Jwk::parse(&without.to_string()).map(drop),
        Err(JwkProblem::Malformed)
    );
}

#[test]
fn thumbprints_follow_the_type_of_the_key() {
    // RFC 8037, appendix A.3.
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    assert_eq!(
        Jwk::parse(&key.to_string()).unwrap().thumbprint().to_string(),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}
