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
        Parameter::once(
            "client_id",
            &[
                Endpoint::Authorization,
                Endpoint::Token,
                Endpoint::Revocation,
                Endpoint::Introspection,
                Endpoint::EndSession,
            ],
        ),
        Parameter::once(
            "client_secret",
            &[Endpoint::Token, Endpoint::Revocation, Endpoint::Introspection],
        ),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(header: &str) -> Option<(String, String)> {
        parse(header)
            .ok()
            .map(|credentials| (credentials.client_id, credentials.secret.to_string()))
    }

    fn header(inside: &[u8]) -> String {
        format!("Basic {}", STANDARD.encode(inside))
    }

    #[test]
    fn the_examples_of_the_rfcs_read_back() {
        for (given, id, secret) in [
            // RFC 6749 §2.3.1; RFC 7617 §2 and §2.1.
            ("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW", "s6BhdRkqt3", "gX1fBat3bV"),
            ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("Basic dGVzdDoxMjPCow==", "test", "123\u{a3}"),
            ("bASIC czZCaGRSa3F0MzpnWDFmQmF0M2JW", "s6BhdRkqt3", "gX1fBat3bV"),
        ] {
            assert_eq!(
                read_back(given),
                Some((id.to_owned(), secret.to_owned())),
                "{given}"
            );
        }
    }

    #[test]
    fn both_halves_are_form_encoded() {
        assert_eq!(
            read_back(&header(b"a%3Ab:%25%2B+%C3%A9%3A")),
            Some(("a:b".to_owned(), "%+ \u{e9}:".to_owned()))
        );
        assert_eq!(read_back(&header(b"id:")), Some(("id".to_owned(), String::new())));
    }

    #[test]
    fn loose_forms_are_refused() {
        for inside in [
            &b"no colon"[..],
            b":secret",
            b"",
            b"id:a:b",
            b"id:%",
            b"id:%zz",
            b"id:%00",
            b"id:a%0Ab",
            b"id:a\nb",
            b"id:\xff",
        ] {
            assert!(parse(&header(inside)).is_err(), "{inside:?}");
        }
        for header in [
            "",
            "Basic",
            "Basic ",
            "Basic  czZCaGRSa3F0MzpnWDFmQmF0M2JW",
            "Basic\tczZCaGRSa3F0MzpnWDFmQmF0M2JW",
            "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW ",
            "Basic czZCaGRSa3F0MzpnWDFmQmF0M2J",
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ",
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZR==",
            "Basic dGVzdDoxMjPC_w==",
            "Bearer czZCaGRSa3F0MzpnWDFmQmF0M2JW",
            "czZCaGRSa3F0MzpnWDFmQmF0M2JW",
        ] {
            assert_eq!(
                parse(header).err(),
                Some(Reason::ClientAuthenticationMalformed),
                "{header}"
            );
        }
        assert!(parse(&format!("Basic {}", "QUFB".repeat(2000))).is_err());
    }
}
