//! RFC 7515 — signatures, headers and the form of a token (T-05, T-15, JW2–JW5, JW8).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use vouchsafe_verify::{Jwks, Rejection, Verifier};

use crate::support::{FIRST, ISSUER, NOW, SECOND, claims, header, key_set, keys, verifier};

fn outcome(token: &str) -> Result<(), Rejection> {
    verifier().verify_at(&keys(), token, NOW).map(drop)
}

fn with_header(header: &str) -> Result<(), Rejection> {
    outcome(&FIRST.sign(header, claims().to_string()))
}

/// RFC 7515 A.2. It has no `typ`, so the last thing that it passes is its signature.
#[test]
fn the_example_of_the_rfc_has_a_good_signature() {
    let keys = Jwks::parse(include_bytes!("../vectors/rfc7515-a2.jwks.json")).unwrap();
    let token = include_str!("../vectors/rfc7515-a2.jws.txt").trim();
    let verifier = Verifier::new("joe", "anybody");
    assert_eq!(
        verifier.verify_at(&keys, token, 0).map(drop),
        Err(Rejection::TypeWrong)
    );
    let forged = token.replacen("Gbds9uJ", "Gbds9uK", 1);
    assert_eq!(
        verifier.verify_at(&keys, &forged, 0).map(drop),
        Err(Rejection::SignatureWrong)
    );
}

#[test]
fn a_changed_token_is_refused_wherever_it_was_changed() {
    let token = FIRST.token(&claims());
    for (at, byte) in token.bytes().enumerate().step_by(7) {
        let mut changed = token.clone().into_bytes();
        changed[at] = if byte == b'A' { b'B' } else { b'A' };
        assert!(outcome(&String::from_utf8(changed).unwrap()).is_err(), "at {at}");
    }
}

#[test]
fn the_algorithm_is_that_of_the_key_and_never_that_of_the_token() {
    let names = [
        "none", "None", "NONE", "", "rs256", "RS384", "RS512", "PS256", "ES256", "HS256", "EdDSA",
    ];
    for name in names {
        let header = json!({ "alg": name, "typ": "at+jwt", "kid": "first" }).to_string();
        assert_eq!(with_header(&header), Err(Rejection::AlgorithmWrong), "{name}");
    }
    for header in [
        r#"{"typ":"at+jwt","kid":"first"}"#,
        r#"{"alg":null,"typ":"at+jwt","kid":"first"}"#,
        r#"{"alg":["RS256"],"kid":"first"}"#,
    ] {
        assert_eq!(with_header(header), Err(Rejection::HeaderMalformed), "{header}");
    }
}

#[test]
fn a_token_without_signature_is_refused() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
    let payload = URL_SAFE_NO_PAD.encode(claims().to_string());
    assert_eq!(
        outcome(&format!("{header}.{payload}.")),
        Err(Rejection::TokenMalformed)
    );
    assert_eq!(
        outcome(&format!("{header}.{payload}")),
        Err(Rejection::TokenMalformed)
    );
    assert_eq!(
        outcome(&format!("{header}.{payload}.AA")),
        Err(Rejection::AlgorithmWrong)
    );
}

/// T-05: the public key, or nothing at all, taken for an HMAC secret.
#[test]
fn an_hmac_is_no_signature() {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
    let header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": "first" }).to_string();
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims().to_string())
    );
    for secret in [&[][..], &FIRST.n, FIRST.jwk().to_string().as_bytes()] {
        let mac = sign(&Key::new(HMAC_SHA256, secret), input.as_bytes());
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()));
        assert_eq!(outcome(&token), Err(Rejection::AlgorithmWrong));
    }
}

#[test]
fn members_that_could_lead_astray_are_refused() {
    let jwk = SECOND.jwk();
    let members = [
        json!({ "crit": ["exp"] }),
        json!({ "crit": [] }),
        json!({ "b64": false, "crit": ["b64"] }),
        json!({ "b64": true }),
        json!({ "jku": "https://evil.example/jwks" }),
        json!({ "x5u": "https://evil.example/x" }),
        json!({ "x5c": [] }),
        json!({ "x5t": "x" }),
        json!({ "x5t#S256": "x" }),
        json!({ "zip": "DEF" }),
        json!({ "jwk": jwk }),
        json!({ "cty": "JWT" }),
        json!({ "enc": "A256GCM" }),
        json!({ "iss": ISSUER }),
        json!({ "anything": 1 }),
    ];
    for member in members {
        let mut header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": "first" });
        header
            .as_object_mut()
            .unwrap()
            .extend(member.as_object().unwrap().clone());
        assert_eq!(
            with_header(&header.to_string()),
            Err(Rejection::HeaderMalformed),
            "{member}"
        );
    }
}

#[test]
fn a_header_that_can_be_read_in_two_ways_is_refused() {
    for header in [
        r#"{"alg":"RS256","alg":"none","typ":"at+jwt","kid":"first"}"#,
        r#"{"alg":"RS256","\u0061lg":"RS256","typ":"at+jwt","kid":"first"}"#,
        r#"{"alg":"RS256","typ":"at+jwt","kid":"first","kid":"second"}"#,
        r#"{"alg":"RS256","typ":null,"kid":"first"}"#,
        r#"{"alg":"RS256","typ":"at+jwt","kid":null}"#,
        r#"{"alg":"RS256","typ":"at+jwt","kid":1}"#,
        r#"{"alg":"RS256","typ":"at+jwt","kid":"first"} "x""#,
        r#"["RS256","at+jwt","first"]"#,
        "[]",
        "null",
        "{",
    ] {
        assert_eq!(with_header(header), Err(Rejection::HeaderMalformed), "{header}");
    }
}

#[test]
fn a_kid_is_only_ever_compared() {
    for kid in [
        "../../etc/passwd",
        "' OR 1=1 --",
        "a b",
        "é",
        "",
        "\u{0}",
        &"a".repeat(65),
    ] {
        assert_eq!(
            with_header(&header(kid)),
            Err(Rejection::HeaderMalformed),
            "{kid}"
        );
    }
    for kid in ["second", "First", "firs", "first_"] {
        assert_eq!(with_header(&header(kid)), Err(Rejection::KeyUnknown), "{kid}");
    }
}

#[test]
fn a_token_need_not_name_its_key_while_there_is_only_one() {
    let token = FIRST.sign(r#"{"alg":"RS256","typ":"at+jwt"}"#, claims().to_string());
    assert_eq!(outcome(&token), Ok(()));
    let two = Jwks::parse(key_set(&[&FIRST, &SECOND]).as_bytes()).unwrap();
    assert_eq!(
        verifier().verify_at(&two, &token, NOW).map(drop),
        Err(Rejection::KeyUnnamed)
    );
    assert_eq!(
        verifier().verify_at(&Jwks::default(), &token, NOW).map(drop),
        Err(Rejection::KeyUnnamed)
    );
}

#[test]
fn the_wrong_key_under_the_right_name_is_refused() {
    let token = SECOND.sign(&header("first"), claims().to_string());
    assert_eq!(outcome(&token), Err(Rejection::SignatureWrong));
}

#[test]
fn a_signature_of_the_wrong_length_is_refused() {
    let token = FIRST.token(&claims());
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    for signature in [
        &signature[..255],
        &[&[0][..], &signature].concat(),
        &[0; 256],
        &[0xff; 256],
        &[0; 1],
    ] {
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(outcome(&token), Err(Rejection::SignatureWrong));
    }
    let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode([1; 1025]));
    assert_eq!(outcome(&token), Err(Rejection::TokenMalformed));
}

/// T-15: nothing but three strict base64url parts is looked at.
#[test]
fn the_form_of_a_token_is_strict() {
    let token = FIRST.token(&claims());
    let (input, signature) = token.rsplit_once('.').unwrap();
    let padded = STANDARD.encode(URL_SAFE_NO_PAD.decode(signature).unwrap());
    let json = json!({ "payload": "e30", "signatures": [] }).to_string();
    let malformed = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        ".".repeat(1000),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.e30"),
        format!("{token}.e30.e30"),
        format!("{token}="),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{input}.{padded}"),
        format!("{token}\0"),
        json,
        token.replacen('.', "..", 1),
        token.replacen('.', "%2E", 1),
        format!("{token}é"),
    ];
    for token in malformed {
        assert_eq!(outcome(&token), Err(Rejection::TokenMalformed), "{token}");
    }
}

#[test]
fn bits_left_over_in_the_last_character_are_refused() {
    let token = FIRST.token(&claims());
    // 256 bytes leave 4 bits over in the last of 342 characters: 16 characters decode to the same bytes elsewhere.
    let (body, last) = token.split_at(token.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let twins = alphabet
        .chars()
        .filter(|twin| *twin != last.chars().next().unwrap());
    assert_eq!(
        twins
            .filter(|twin| outcome(&format!("{body}{twin}")).is_ok())
            .count(),
        0
    );
}

#[test]
fn size_is_judged_before_anything_else() {
    for token in [
        "a".repeat(8193),
        ".".repeat(1_000_000),
        format!("e30.e30.{}", "A".repeat(1_000_000)),
    ] {
        assert_eq!(outcome(&token), Err(Rejection::TokenTooLarge));
    }
    assert_eq!(outcome(&"a".repeat(8192)), Err(Rejection::TokenMalformed));
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(2500), "]".repeat(2500));
    assert_eq!(
        outcome(&FIRST.sign(&header("first"), &deep)),
        Err(Rejection::ClaimsMalformed)
    );
    assert_eq!(with_header(&deep), Err(Rejection::HeaderMalformed));
}
