//! RFC 7636 — Proof Key for Code Exchange, S256 only (RFC 9700 §2.1.1).

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 7636",
    parameters: &[
        Parameter::once("code_challenge", &[Endpoint::Authorization]),
        Parameter::once("code_challenge_method", &[Endpoint::Authorization]),
        Parameter::once("code_verifier", &[Endpoint::Token]),
    ],
};

/// The only challenge method.
pub const METHOD: &str = "S256";

/// An S256 challenge: 43 characters of base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

/// Proof that the code's challenge was answered, or that there was none to answer.
#[derive(Clone, Copy, Debug)]
pub struct PkceSatisfied(());

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`. A missing method means `plain` and is refused (§4.3).
    ///
    /// # Errors
    /// [`Reason::PkceMissing`] on a method without challenge, [`Reason::PkceMethodUnsupported`],
    /// [`Reason::PkceChallengeMalformed`].
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, Reason> {
        match (challenge, method) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Reason::PkceMissing),
            (Some(text), Some(METHOD)) if is_challenge(text) => Ok(Some(Self(text.to_owned()))),
            (Some(_), Some(METHOD)) => Err(Reason::PkceChallengeMalformed),
            (Some(_), _) => Err(Reason::PkceMethodUnsupported),
        }
    }

    /// The text, as it is stored with the grant.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Compares a presented verifier with the stored challenge. Each without the other is refused: a challenge without
/// verifier proves nothing, a verifier without challenge is a downgrade (RFC 9700 §4.8.2).
///
/// # Errors
/// [`Reason::PkceVerifierMissing`], [`Reason::PkceDowngrade`], [`Reason::PkceVerifierMalformed`],
/// [`Reason::PkceVerifierWrong`].
pub fn verify(stored: Option<&str>, verifier: Option<&str>) -> Result<PkceSatisfied, Reason> {
    match (stored, verifier) {
        (None, None) => Ok(PkceSatisfied(())),
        (None, Some(_)) => Err(Reason::PkceDowngrade),
        (Some(_), None) => Err(Reason::PkceVerifierMissing),
        (Some(stored), Some(verifier)) => {
            let derived = derive(verifier)?;
            if bool::from(derived.0.as_bytes().ct_eq(stored.as_bytes())) {
                Ok(PkceSatisfied(()))
            } else {
                Err(Reason::PkceVerifierWrong)
            }
        }
    }
}

/// The challenge of a verifier (§4.2).
///
/// # Errors
/// [`Reason::PkceVerifierMalformed`] unless it is 43 to 128 unreserved characters (§4.1).
pub fn derive(verifier: &str) -> Result<Challenge, Reason> {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if (43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved) {
        Ok(Challenge(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))))
    } else {
        Err(Reason::PkceVerifierMalformed)
    }
}

fn is_challenge(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_appendix_b_matches() {
        assert_eq!(derive(VERIFIER).unwrap().as_str(), CHALLENGE);
        assert!(verify(Some(CHALLENGE), Some(VERIFIER)).is_ok());
        let parsed = Challenge::parse(Some(CHALLENGE), Some("S256")).unwrap().unwrap();
        assert_eq!(parsed.as_str(), CHALLENGE);
    }

    #[test]
    fn only_s256_is_taken_and_no_method_means_plain() {
        for method in [None, Some("plain"), Some("s256"), Some("S512"), Some("S256 ")] {
            assert_eq!(
                Challenge::parse(Some(CHALLENGE), method),
                Err(Reason::PkceMethodUnsupported),
                "{method:?}"
            );
        }
        assert_eq!(Challenge::parse(None, Some("S256")), Err(Reason::PkceMissing));
        assert_eq!(Challenge::parse(None, None), Ok(None));
    }

    #[test]
    fn a_challenge_is_43_characters_of_base64url() {
        let short = "a".repeat(42);
        let long = "a".repeat(44);
        for bad in [
            &short,
            &long,
            &"a+".repeat(22)[..43],
            &"a/".repeat(22)[..43],
            &"a=".repeat(22)[..43],
            "\u{e9}",
        ] {
            assert_eq!(
                Challenge::parse(Some(bad), Some("S256")),
                Err(Reason::PkceChallengeMalformed),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_verifier_is_43_to_128_unreserved_characters() {
        let alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
        let longest = format!("{alphabet}{}", &alphabet[..62]);
        for good in [VERIFIER, &alphabet[..43], &longest] {
            assert!(derive(good).is_ok(), "{good}");
        }
        let too_long = format!("{longest}a");
        let plus = format!("{}+", &VERIFIER[..42]);
        let space = format!("{} ", &VERIFIER[..42]);
        for bad in [&VERIFIER[..42], &too_long, &plus, &space, "", &"a".repeat(10_000)] {
            assert_eq!(derive(bad).err(), Some(Reason::PkceVerifierMalformed), "{bad}");
        }
    }

    #[test]
    fn one_without_the_other_proves_nothing() {
        assert_eq!(
            verify(Some(CHALLENGE), None).err(),
            Some(Reason::PkceVerifierMissing)
        );
        assert_eq!(verify(None, Some(VERIFIER)).err(), Some(Reason::PkceDowngrade));
        assert!(verify(None, None).is_ok());
        let other = "a".repeat(43);
        assert_eq!(
            verify(Some(CHALLENGE), Some(&other)).err(),
            Some(Reason::PkceVerifierWrong)
        );
        assert_eq!(
            verify(Some(CHALLENGE), Some(CHALLENGE)).err(),
            Some(Reason::PkceVerifierWrong)
        );
    }
}
