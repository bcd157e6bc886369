//! RFC 7519 — any text as the claims of a token. What is taken keeps what the checks after it rely on.

use vouchsafe_verify::{AccessToken, IdToken};

const YEAR_9999: i64 = 253_402_300_799;

/// Runs the target; whether anything was taken.
///
/// # Panics
/// When a promise is broken.
#[must_use]
pub fn run(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let (access, id) = (
        AccessToken::from_claims_json(text),
        IdToken::from_claims_json(text),
    );
    if let Ok(claims) = &access {
        for time in [Some(claims.exp), Some(claims.iat), claims.nbf, claims.auth_time]
            .into_iter()
            .flatten()
        {
            assert!((0..=YEAR_9999).contains(&time));
        }
        assert!(!claims.aud.is_empty());
        assert!(
            ![&claims.iss, &claims.sub, &claims.client_id, &claims.jti]
                .iter()
                .any(|text| text.is_empty())
        );
        assert!(
            claims
                .scope
                .iter()
                .all(|scope| claims.scope.contains(scope) && scope.is_ascii())
        );
        assert!(!claims.scope.contains(""));
    }
    if let Ok(claims) = &id {
        assert!((0..=YEAR_9999).contains(&claims.exp) && !claims.aud.is_empty());
    }
    access.is_ok() || id.is_ok()
}
