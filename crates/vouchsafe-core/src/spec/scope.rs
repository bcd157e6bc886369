//! RFC 6749 §3.3; OpenID Connect Core §5.4, §11 — `scope`.

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;
use std::collections::HashSet;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6749 section 3.3",
    parameters: &[Parameter::once(
        "scope",
        &[Endpoint::Authorization, Endpoint::Token],
    )],
};

/// Asks for an ID token: makes the request an OpenID Connect one.
pub const OPENID: &str = "openid";
/// Asks for a refresh token that outlives the session.
pub const OFFLINE_ACCESS: &str = "offline_access";
/// Asks for the person's profile.
pub const PROFILE: &str = "profile";
/// Asks for the e-mail address.
pub const EMAIL: &str = "email";
/// Asks for the postal address.
pub const ADDRESS: &str = "address";
/// Asks for the telephone number.
pub const PHONE: &str = "phone";

/// The scopes that OpenID Connect defines; no API may own them.
pub const STANDARD: [&str; 6] = [OPENID, PROFILE, EMAIL, ADDRESS, PHONE, OFFLINE_ACCESS];

/// More scopes than any request of ours has.
const MOST: usize = 256;

/// The scope tokens in the order they came, each once. Only spaces separate.
///
/// # Errors
/// [`Reason::ScopeMalformed`] on a character that §3.3 does not allow, or too many tokens.
pub fn parse(text: &str) -> Result<Vec<String>, Reason> {
    let mut seen = HashSet::new();
    let mut scopes = Vec::new();
    for token in text.split(' ').filter(|token| !token.is_empty()) {
        if !is_token(token) || scopes.len() == MOST {
            return Err(Reason::ScopeMalformed);
        }
        if seen.insert(token) {
            scopes.push(token.to_owned());
        }
    }
    Ok(scopes)
}

/// Whether `text` is one scope token.
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// The tokens as one value.
#[must_use]
pub fn join(scopes: &[String]) -> String {
    scopes.join(" ")
}

/// Whether every token of `part` is in `whole`.
#[must_use]
pub fn is_subset(part: &[String], whole: &[String]) -> bool {
    part.iter().all(|token| whole.contains(token))
}

/// Whether OpenID Connect defines this scope.
#[must_use]
pub fn standard(scope: &str) -> bool {
    STANDARD.contains(&scope)
}

/// Takes any text; for the fuzzer.
///
/// # Panics
/// When the parser breaks its own promises.
pub fn fuzz(text: &str) {
    if let Ok(scopes) = parse(text) {
        let joined = join(&scopes);
        assert!(is_subset(&scopes, &scopes));
        assert!(parse(&joined).is_ok_and(|again| again == scopes));
    }
}
