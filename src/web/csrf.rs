//! Proof that a form was sent from our own page, by the browser that the page was made for.
//!
//! A form token is a MAC over the interaction or request, the browser's cookie and the page: no other browser, interaction
//! or page can use it, and nothing is stored. Besides, a browser that says where the form came from must name us.

use actix_web::http::header::{HeaderMap, HeaderName, ORIGIN};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// The field of every form that carries its token.
pub const FIELD: &str = "form_token";

/// A form of our own page, sent by the browser that we made it for.
#[derive(Debug)]
pub struct GenuineForm(());

/// Why a form is not one of ours: 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forged {
    /// The browser says that another site sent it.
    ForeignOrigin,
    /// Its token is missing or not the one of this interaction, browser and page.
    Stale,
}

/// What a form token is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// What the form belongs to: the digest of an interaction's handle, or of the request that it answers.
    pub of: [u8; 32],
    /// The browser that the page was made for: the digest of its cookie, or of its session's.
    pub browser: [u8; 32],
    /// The page: the last part of its path.
    pub page: &'a str,
}

impl Binding<'_> {
    /// The token for the form's hidden field.
    #[must_use]
    pub fn token(&self, key: &[u8; 32]) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(key).finalize().into_bytes())
    }

    /// Checks a form that came in: its token, and what its headers say about where it came from.
    ///
    /// # Errors
    /// [`Forged`].
    pub fn check(
        &self,
        key: &[u8; 32],
        presented: Option<&str>,
        headers: &HeaderMap,
        issuer: &str,
    ) -> Result<GenuineForm, Forged> {
        came_from_us(headers, issuer)?;
        if presented.is_some_and(|token| self.is_of(key, token)) {
            Ok(GenuineForm(()))
        } else {
            Err(Forged::Stale)
        }
    }

    /// Whether this is the token of this binding.
    #[must_use]
    pub fn is_of(&self, key: &[u8; 32], token: &str) -> bool {
        let decoded = URL_SAFE_NO_PAD.decode(token);
        decoded.is_ok_and(|token| self.mac(key).verify_slice(&token).is_ok())
    }

    fn mac(&self, key: &[u8; 32]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
        // Fixed lengths first, so that no two bindings make the same text.
        mac.update(b"form\0");
        mac.update(&self.of);
        mac.update(&self.browser);
        mac.update(self.page.as_bytes());
        mac
    }
}

/// `Origin` and `Sec-Fetch-Site` must name us where they are present; old browsers send neither. The issuer has no
/// path and one spelling, so it is our origin as browsers write it.
fn came_from_us(headers: &HeaderMap, issuer: &str) -> Result<(), Forged> {
    let all = |name: HeaderName, ours: &dyn Fn(&str) -> bool| {
        headers.get_all(name).all(|value| value.to_str().is_ok_and(ours))
    };
    let site = HeaderName::from_static("sec-fetch-site");
    if all(ORIGIN, &|origin| origin == issuer) && all(site, &|site| matches!(site, "same-origin" | "none")) {
        Ok(())
    } else {
        Err(Forged::ForeignOrigin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    const KEY: [u8; 32] = [7; 32];
    const ISSUER: &str = "https://id.example.com";

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_token_is_good_for_one_interaction_browser_and_page_only() {
        let binding = Binding {
            of: [1; 32],
            browser: [2; 32],
            page: "login",
        };
        let token = binding.token(&KEY);
        let check = |binding: Binding<'_>, key: &[u8; 32], token: Option<&str>| {
            binding.check(key, token, &HeaderMap::new(), ISSUER).is_ok()
        };
        assert!(check(binding, &KEY, Some(&token)));
        assert!(!check(
            Binding {
                of: [3; 32],
                ..binding
            },
            &KEY,
            Some(&token)
        ));
        assert!(!check(
            Binding {
                browser: [3; 32],
                ..binding
            },
            &KEY,
            Some(&token)
        ));
        assert!(!check(
            Binding {
                page: "consent",
                ..binding
            },
            &KEY,
            Some(&token)
        ));
        assert!(!check(binding, &[8; 32], Some(&token)));
        for forged in [None, Some(""), Some("AAAA"), Some("!"), token.get(1..)] {
            assert!(!check(binding, &KEY, forged), "{forged:?}");
        }
    }

    #[test]
    fn a_header_that_names_another_site_is_refused_and_an_absent_one_is_not() {
        let came = |pairs: &[_]| came_from_us(&headers(pairs), ISSUER).is_ok();
        assert!(came(&[]));
        assert!(came(&[("origin", "https://id.example.com")]));
        assert!(came(&[
            ("origin", "https://id.example.com"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(came(&[("sec-fetch-site", "none")]));
        for (name, value) in [
            ("origin", "null"),
            ("origin", "https://evil.test"),
            ("origin", "https://id.example.com.evil.test"),
            ("origin", "http://id.example.com"),
            ("origin", "https://id.example.com:444"),
            ("origin", ""),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "anything"),
        ] {
            assert!(!came(&[(name, value)]), "{name}: {value}");
        }
        assert!(!came(&[
            ("origin", "https://id.example.com"),
            ("origin", "https://evil.test")
        ]));
    }
}
