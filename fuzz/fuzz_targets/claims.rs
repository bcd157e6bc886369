//! RFC 7519 — any text as the claims of a token. What is taken keeps what the checks after it rely on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vouchsafe_verify::{AccessToken, IdToken};

const YEAR_9999: i64 = 253_402_300_799;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(claims) = AccessToken::from_claims_json(text) {
        for time in [Some(claims.exp), Some(claims.iat), claims.nbf, claims.auth_time].into_iter().flatten() {
            assert!((0..=YEAR_9999).contains(&time));
        }
        assert!(!claims.aud.is_empty());
        assert!(![&claims.iss, &claims.sub, &claims.client_id, &claims.jti].iter().any(|text| text.is_empty()));
        assert!(claims.scope.iter().all(|scope| claims.scope.contains(scope) && scope.is_ascii()));
        assert!(!claims.scope.contains(""));
    }
    if let Ok(claims) = IdToken::from_claims_json(text) {
        assert!((0..=YEAR_9999).contains(&claims.exp) && !claims.aud.is_empty());
    }
});
