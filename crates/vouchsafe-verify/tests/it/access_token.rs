//! RFC 9068 §4 — what an access token must be to be taken.

use serde_json::{Value, json};
use vouchsafe_verify::{Jwks, Rejection, Verifier};

use crate::support::{
    AUDIENCE, FIRST, ISSUER, NOW, SECOND, claims, claims_with, header, key_set, keys, verifier,
};

fn outcome(token: &str) -> Result<(), Rejection> {
    verifier().verify_at(&keys(), token, NOW).map(drop)
}

fn outcome_with(changes: Value) -> Result<(), Rejection> {
    outcome(&FIRST.token(&claims_with(changes)))
}

#[test]
fn a_good_token_gives_its_claims() {
    let token = verifier()
        .verify_at(&keys(), &FIRST.token(&claims()), NOW)
        .unwrap();
    assert_eq!(token.sub, "u_1");
    assert_eq!(token.client_id, "c_1");
    assert_eq!(token.aud, [AUDIENCE]);
    assert_eq!(token.ep, Some([1, 1]));
    assert_eq!(
        (token.gid.as_deref(), token.gver, token.sid.as_deref()),
        (Some("g_1"), Some(1), Some("s_1"))
    );
    assert_eq!(
        (token.iat, token.exp, token.auth_time),
        (NOW, NOW + 300, Some(NOW - 60))
    );
    assert!(token.scope.contains("orders:read"));
    assert_eq!(token.verified_at(), NOW);
}
