//! The security headers of pages and of the redirects that carry a code, as one table.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// Where the forms of a page may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forms {
    /// At a client. Chromium applies `form-action` to every redirect that follows a POST, also to those that the
    /// client's own callback makes, so there is no list of origins that would be right.
    MayLeave,
    /// With us.
    StayHere,
}

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                   font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
                   require-trusted-types-for 'script'";
const CSP_STAY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                        font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
                        require-trusted-types-for 'script'; form-action 'self'";

/// The headers of every page. There is no `Cross-Origin-Opener-Policy`: it would cut a popup off from the app that
/// opened it.
pub fn page(headers: &mut HeaderMap, forms: Forms, issuer: &str) {
    let csp = match forms {
        Forms::MayLeave => CSP,
        Forms::StayHere => CSP_STAY,
    };
    let table = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, csp),
        (X_FRAME_OPTIONS, "DENY"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // With `no-referrer` Chromium sends `Origin: null` on our own forms.
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("permissions-policy"),
            "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), \
             geolocation=(), microphone=()",
        ),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    for (name, value) in table {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if issuer.starts_with("https:") {
        let two_years = HeaderValue::from_static("max-age=63072000");
        headers.insert(STRICT_TRANSPORT_SECURITY, two_years);
    }
}

/// The headers of a page of the administration: as any page whose forms stay, and no window of another site keeps a
/// hand on it. No sign-in of an application passes here, so nothing is cut off.
pub fn admin_page(headers: &mut HeaderMap, origin: &str) {
    page(headers, Forms::StayHere, origin);
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    headers.insert(opener, HeaderValue::from_static("same-origin"));
}

/// The headers of a page for developers: as any page whose forms stay, and what it leads to does not learn the address,
/// which may hold a code. No form of such a page is one whose `Origin` would be looked at.
pub fn developer_page(headers: &mut HeaderMap, issuer: &str) {
    page(headers, Forms::StayHere, issuer);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// The headers of a redirect: nobody keeps it, and what it leads to does not learn where it came from.
pub fn redirect(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_stay_here_say_where_their_forms_may_end() {
        let csp = |forms| {
            let mut headers = HeaderMap::new();
            page(&mut headers, forms, "https://id.example.com");
            headers
                .get(CONTENT_SECURITY_POLICY)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            csp(Forms::StayHere),
            format!("{}; form-action 'self'", csp(Forms::MayLeave))
        );
        assert!(!csp(Forms::MayLeave).contains("form-action"));
    }

    #[test]
    fn pages_pin_https_only_where_there_is_https() {
        let pinned = |issuer| {
            let mut headers = HeaderMap::new();
            page(&mut headers, Forms::StayHere, issuer);
            headers.contains_key(STRICT_TRANSPORT_SECURITY)
        };
        assert!(pinned("https://id.example.com"));
        assert!(!pinned("http://localhost:7300"));
    }
}
