//! RFC 6749 §2.3.1, RFC 7617 — client credentials in the header `Authorization: Basic`, decoded strictly.

use super::params::form_decode;
use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6749 section 2.3.1",
    parameters: &[
        Parameter::once("client_id", &[Endpoint::Authorization, Endpoint::Token]),
        Parameter::once("client_secret", &[Endpoint::Token]),
    ],
};

/// The scheme's name; compared without case (RFC 9110 §11.1).
pub const SCHEME: &str = "Basic";

const LONGEST: usize = 4096;

/// What the header said. The secret has no `Debug` and is wiped when dropped.
pub struct BasicCredentials {
    /// The `client_id`.
    pub client_id: String,
    /// The secret in clear.
    pub secret: Zeroizing<String>,
}

/// Reads the value of the `Authorization` header.
///
/// Both halves are form-urlencoded inside the Basic encoding, so a colon in either comes as `%3A` and exactly one
/// bare colon is left.
///
/// # Errors
/// [`Reason::ClientAuthenticationMalformed`] on another scheme, base64 that is not canonical, bytes that are not
/// UTF-8, broken escapes, control characters, or any number of colons but one.
pub fn parse(header: &str) -> Result<BasicCredentials, Reason> {
    read(header).ok_or(Reason::ClientAuthenticationMalformed)
}

fn read(header: &str) -> Option<BasicCredentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case(SCHEME) || encoded.len() > LONGEST {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(encoded).ok()?);
    let text = std::str::from_utf8(&decoded).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    if secret.contains(':') || text.chars().any(char::is_control) {
        return None;
    }
    let client_id = form_decode(client_id.as_bytes()).ok()?;
    let secret = Zeroizing::new(form_decode(secret.as_bytes()).ok()?);
    let clean = |text: &str| !text.chars().any(char::is_control);
    (!client_id.is_empty() && clean(&client_id) && clean(&secret))
        .then_some(BasicCredentials { client_id, secret })
}

/// Takes any text; for the fuzzer.
///
/// # Panics
/// When the parser breaks its own promises.
pub fn fuzz(header: &str) {
    if let Ok(credentials) = parse(header) {
        assert!(!credentials.client_id.is_empty());
    }
}
