//! RFC 6750 §2.1 — the bearer token of a request.

use std::marker::PhantomData;
use std::ops::Deref;

use crate::access_token::AccessToken;
use crate::error::Rejection;
use crate::fetch::RemoteVerifier;
use crate::rule::{AnyScope, Rule};
use crate::verified::Verified;

/// The verified access token of a request, good enough for `R`. Take it as an argument of a handler.
pub struct Bearer<R: Rule = AnyScope> {
    token: Verified<AccessToken>,
    rule: PhantomData<fn() -> R>,
}

impl<R: Rule> Bearer<R> {
    /// The token itself.
    #[must_use]
    pub fn into_inner(self) -> Verified<AccessToken> {
        self.token
    }

    pub(crate) async fn check(verifier: &RemoteVerifier, token: &str) -> Result<Self, Rejection> {
        Ok(Self {
            token: verifier.verify_for::<R>(token).await?,
            rule: PhantomData,
        })
    }
}

impl<R: Rule> Deref for Bearer<R> {
    type Target = Verified<AccessToken>;

    fn deref(&self) -> &Self::Target {
        &self.token
    }
}

impl<R: Rule> std::fmt::Debug for Bearer<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.token.fmt(f)
    }
}

/// Finds the one bearer token of a request in its `Authorization` headers and the query of its URL.
///
/// # Errors
/// [`Rejection::TokenMissing`] when there is none, and others when there is one too many or in the wrong place.
pub fn bearer_token<'r>(
    authorization: impl IntoIterator<Item = &'r [u8]>,
    query: &str,
) -> Result<&'r str, Rejection> {
    let in_query = |pair: &str| pair.split('=').next() == Some("access_token");
    if query.split('&').any(in_query) {
        return Err(Rejection::TokenInQuery);
    }
    let mut headers = authorization.into_iter();
    let header = headers.next().ok_or(Rejection::TokenMissing)?;
    if headers.next().is_some() {
        return Err(Rejection::AuthorizationTwice);
    }
    let (scheme, rest) = header
        .split_at_checked("Bearer".len())
        .ok_or(Rejection::TokenMissing)?;
    if !scheme.eq_ignore_ascii_case(b"Bearer") {
        return Err(Rejection::TokenMissing);
    }
    // RFC 9110 §11.4: one or more spaces, and nothing else, part the scheme from the token.
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    let Some((_, token)) = rest.split_at_checked(spaces).filter(|_| spaces > 0) else {
        return Err(other_scheme(rest));
    };
    match std::str::from_utf8(token) {
        Ok("") => Err(Rejection::AuthorizationMalformed),
        Ok(token) => Ok(token),
        Err(_) => Err(Rejection::TokenMalformed),
    }
}

/// What follows "Bearer" without a space: the rest of another scheme's name, or nothing that makes sense.
fn other_scheme(rest: &[u8]) -> Rejection {
    match rest.first() {
        Some(byte) if byte.is_ascii_alphanumeric() || *byte == b'-' => Rejection::TokenMissing,
        Some(_) | None => Rejection::AuthorizationMalformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'h>(headers: &[&'h str]) -> Result<&'h str, Rejection> {
        bearer_token(headers.iter().map(|header| header.as_bytes()), "")
    }

    #[test]
    fn the_scheme_has_no_case_and_one_or_more_spaces_after_it() {
        for header in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "bEaReR   a.b.c"] {
            assert_eq!(found(&[header]), Ok("a.b.c"), "{header}");
        }
    }

    #[test]
    fn a_header_that_only_looks_like_bearer_is_malformed() {
        for header in [
            "Bearer",
            "Bearer ",
            "Bearer   ",
            "Bearer\ta.b.c",
            "Bearer,a",
            "Bearer=a",
        ] {
            assert_eq!(
                found(&[header]),
                Err(Rejection::AuthorizationMalformed),
                "{header:?}"
            );
        }
        assert_eq!(
            found(&["Bearer \ta.b.c"]),
            Ok("\ta.b.c"),
            "the verifier refuses the tab"
        );
    }

    #[test]
    fn other_schemes_bring_no_bearer_token() {
        for header in [
            "",
            "Basic YTpi",
            "DPoP a.b.c",
            "Bearerx a.b.c",
            "Bearer2",
            "a.b.c",
            "Bear",
        ] {
            assert_eq!(found(&[header]), Err(Rejection::TokenMissing), "{header:?}");
        }
        assert_eq!(found(&[]), Err(Rejection::TokenMissing));
    }

    #[test]
    fn two_authorization_headers_are_one_too_many() {
        for headers in [
            ["Bearer a.b.c", "Bearer a.b.c"],
            ["Basic YTpi", "Bearer a.b.c"],
            ["Bearer a.b.c", ""],
        ] {
            assert_eq!(found(&headers), Err(Rejection::AuthorizationTwice));
        }
    }

    #[test]
    fn a_token_in_the_query_is_refused_whatever_else_there_is() {
        for query in ["access_token=a.b.c", "x=1&access_token=", "access_token"] {
            assert_eq!(bearer_token([], query), Err(Rejection::TokenInQuery));
            assert_eq!(
                bearer_token([&b"Bearer a.b.c"[..]], query),
                Err(Rejection::TokenInQuery)
            );
        }
        assert_eq!(
            bearer_token([&b"Bearer a.b.c"[..]], "access_tokens=1&my_access_token=2"),
            Ok("a.b.c")
        );
    }

    #[test]
    fn bytes_that_are_no_text_make_no_token() {
        assert_eq!(
            bearer_token([&b"Bearer \xff\xfe"[..]], ""),
            Err(Rejection::TokenMalformed)
        );
    }
}
