//! OpenID Connect Core §3.1.3.7 — ID tokens.

use serde_json::{Value, json};
use vouchsafe_verify::id_token::at_hash;
use vouchsafe_verify::{IdTokenVerifier, Rejection};

use crate::support::{FIRST, ISSUER, NOW, claims, keys};

fn id_claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "u_1", "aud": "c_1", "exp": NOW + 3600, "iat": NOW, "auth_time": NOW - 60,
        "nonce": "n-1", "acr": "urn:vouchsafe:acr:pwd", "amr": ["pwd"], "sid": "s_1", "at_hash": at_hash("token"),
    })
}

fn sign(typ: Option<&str>, claims: &Value) -> String {
    let mut header = json!({ "alg": "RS256", "kid": "first" });
    if let Some(typ) = typ {
        header["typ"] = json!(typ);
    }
    FIRST.sign(&header.to_string(), claims.to_string())
}

fn verifier() -> IdTokenVerifier {
    IdTokenVerifier::new(ISSUER, "c_1").nonce("n-1")
}

fn with(changes: &Value) -> Result<(), Rejection> {
    let mut claims = id_claims();
    claims
        .as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    verifier()
        .verify_at(&keys(), &sign(Some("JWT"), &claims), NOW)
        .map(drop)
}

#[test]
fn a_good_id_token_gives_its_claims() {
    for typ in [None, Some("JWT"), Some("jwt")] {
        let token = verifier()
            .verify_at(&keys(), &sign(typ, &id_claims()), NOW)
            .unwrap();
        assert_eq!((&*token.sub, token.nonce.as_deref()), ("u_1", Some("n-1")));
        assert_eq!(
            (token.sid.as_deref(), token.auth_time),
            (Some("s_1"), Some(NOW - 60))
        );
    }
}

#[test]
fn what_is_wrong_with_an_id_token_is_said() {
    for (changes, rejection) in [
        (json!({ "iss": "https://evil.example" }), Rejection::IssuerWrong),
        (json!({ "aud": "c_2" }), Rejection::AudienceWrong),
        (json!({ "aud": ["c_1", "c_2"] }), Rejection::PartyWrong),
        (
            json!({ "aud": ["c_1", "c_2"], "azp": "c_2" }),
            Rejection::PartyWrong,
        ),
        (json!({ "azp": "c_2" }), Rejection::PartyWrong),
        (json!({ "nonce": "n-2" }), Rejection::NonceWrong),
        (json!({ "exp": NOW - 30 }), Rejection::Expired),
        (json!({ "exp": "soon" }), Rejection::ClaimsMalformed),
        (json!({ "exp": null }), Rejection::ClaimsMalformed),
        (json!({ "iat": NOW + 31 }), Rejection::IssuedInFuture),
        (json!({ "nonce": null }), Rejection::ClaimsMalformed),
        (json!({ "events": {} }), Rejection::TypeWrong),
    ] {
        assert_eq!(with(&changes), Err(rejection), "{changes}");
    }
    assert_eq!(with(&json!({ "aud": ["c_1", "c_2"], "azp": "c_1" })), Ok(()));
}

#[test]
fn a_nonce_that_was_sent_must_come_back() {
    let mut claims = id_claims();
    claims.as_object_mut().unwrap().remove("nonce");
    let token = sign(None, &claims);
    assert_eq!(
        verifier().verify_at(&keys(), &token, NOW).map(drop),
        Err(Rejection::NonceWrong)
    );
    assert!(
        IdTokenVerifier::new(ISSUER, "c_1")
            .verify_at(&keys(), &token, NOW)
            .is_ok()
    );
}

#[test]
fn an_access_token_is_not_an_id_token() {
    let token = FIRST.token(&claims());
    assert_eq!(
        verifier().verify_at(&keys(), &token, NOW).map(drop),
        Err(Rejection::TypeWrong)
    );
    let token = sign(Some("logout+jwt"), &id_claims());
    assert_eq!(
        verifier().verify_at(&keys(), &token, NOW).map(drop),
        Err(Rejection::TypeWrong)
    );
}

#[test]
fn a_sign_in_that_is_too_old_is_refused_when_its_age_was_asked_for() {
    let judge = |seconds| {
        let verifier = verifier().max_auth_age(seconds);
        verifier
            .verify_at(&keys(), &sign(None, &id_claims()), NOW)
            .map(drop)
    };
    assert_eq!(judge(60), Ok(()));
    assert_eq!(judge(29), Err(Rejection::AuthenticationTooOld));
    let mut claims = id_claims();
    claims.as_object_mut().unwrap().remove("auth_time");
    let outcome = verifier()
        .max_auth_age(60)
        .verify_at(&keys(), &sign(None, &claims), NOW);
    assert_eq!(outcome.map(drop), Err(Rejection::AuthenticationTooOld));
}

#[test]
fn a_hint_may_have_expired_but_not_for_ever() {
    let token = sign(None, &id_claims());
    let hint = IdTokenVerifier::new(ISSUER, "c_1").accept_expired_for(86_400);
    let judge = |now| hint.verify_at(&keys(), &token, now).map(drop);
    assert_eq!(judge(NOW + 3600 + 86_400), Ok(()));
    assert_eq!(judge(NOW + 3600 + 86_400 + 30), Err(Rejection::Expired));
}

/// OIDC Core §3.1.3.6; the value is the example of Core §A.3, whose access token stands there.
#[test]
fn the_access_token_that_came_along_is_recognised() {
    assert_eq!(
        at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
        "77QmUPtjPfzWtF2AnpK9RQ"
    );
    let token = verifier()
        .verify_at(&keys(), &sign(None, &id_claims()), NOW)
        .unwrap();
    assert!(token.require_access_token("token").is_ok());
    assert_eq!(
        token.require_access_token("other").map(drop),
        Err(Rejection::AccessTokenHashWrong)
    );
}

#[test]
fn claims_of_the_person_can_be_read() {
    #[derive(serde::Deserialize)]
    struct Contact {
        email: String,
    }
    let mut claims = id_claims();
    claims["email"] = json!("ada@example.org");
    let token = verifier().verify_at(&keys(), &sign(None, &claims), NOW).unwrap();
    assert_eq!(token.claims_as::<Contact>().unwrap().email, "ada@example.org");
}
