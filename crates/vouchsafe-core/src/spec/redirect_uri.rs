//! RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1 — `redirect_uri`: what may be registered, and what matches it.
//!
//! Nothing here normalises. What is registered is already in one plain form, and matching compares bytes; the one
//! exception is the port of a native application's loopback URI.

use super::addresses::is_public;
use super::registry::{Endpoint, Parameter, Spec};
use super::uri::{self, Authority};
use crate::model::ClientKind;

mod problem;
pub use problem::RedirectUriProblem;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6749 section 3.1.2",
    parameters: &[Parameter::once(
        "redirect_uri",
        &[Endpoint::Authorization, Endpoint::Token],
    )],
};

const LONGEST: usize = 2000;

/// URIs of a client at most, in each of its lists.
pub const MOST: usize = 32;

/// Names that our own answers use; a registered query must not have them.
const RESERVED: [&str; 13] = [
    "access_token",
    "code",
    "error",
    "error_description",
    "error_uri",
    "expires_in",
    "id_token",
    "iss",
    "response",
    "scope",
    "session_state",
    "state",
    "token_type",
];

/// Whether a URI may be registered for a client of this kind.
///
/// # Errors
/// The first rule that it breaks, with a sentence for the one who registers it.
pub fn registrable(text: &str, kind: ClientKind) -> Result<(), RedirectUriProblem> {
    use RedirectUriProblem as Problem;
    // RFC 9700 §2.1: a plain character to us, but people mean something by it.
    if text.contains('*') {
        return Err(Problem::Wildcard);
    }
    uri::plain(text, LONGEST)?;
    let (scheme, rest) = text.split_once(':').ok_or(Problem::NotAbsolute)?;
    let path_and_query = match (scheme, rest.strip_prefix("//")) {
        ("https" | "http", Some(after)) => {
            let (authority, tail) = uri::split_authority(after);
            let authority = Authority::parse(authority)?;
            if scheme == "http" && !authority.is_loopback() {
                return Err(Problem::InsecureScheme);
            }
            tail
        }
        ("https" | "http", None) => return Err(Problem::HostMissing),
        (private, after) => {
            private_use(private, kind)?;
            match after {
                Some(after) => uri::split_authority(after).1,
                None if rest.starts_with('/') => rest,
                None => return Err(Problem::PathMissing),
            }
        }
    };
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    uri::without_dot_segments(path)?;
    if uri::query_names(query).any(|name| RESERVED.contains(&name.as_str())) {
        return Err(Problem::ReservedParameter);
    }
    Ok(())
}

/// Whether a stranger may register a URI that is [`registrable`]: its host is no address of a network of somebody's, where
/// the browser of whoever signs in would carry the answer.
///
/// # Errors
/// [`RedirectUriProblem::HostNotPublic`].
pub fn registrable_by_strangers(text: &str, kind: ClientKind) -> Result<(), RedirectUriProblem> {
    registrable(text, kind)?;
    let Some(("https", authority)) = uri::scheme_and_authority(text) else {
        return Ok(());
    };
    match Authority::parse(authority)?.address() {
        Some(address) if !is_public(address) => Err(RedirectUriProblem::HostNotPublic),
        Some(_) | None => Ok(()),
    }
}

fn private_use(scheme: &str, kind: ClientKind) -> Result<(), RedirectUriProblem> {
    let lawful = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'));
    match kind {
        // RFC 8252 §7.1: a domain name of the developer's, in reverse, so it has a dot.
        ClientKind::Native if lawful && scheme.contains('.') && !scheme.ends_with('.') => Ok(()),
        ClientKind::Native | ClientKind::Web | ClientKind::Spa | ClientKind::Service => {
            Err(RedirectUriProblem::SchemeNotAllowed)
        }
    }
}

/// The presented URI, if it is one of the registered: byte for byte, or, for a native client's loopback URI, in
/// all but the port (RFC 8252 §7.3).
#[must_use]
pub fn find<'a>(registered: &'a [String], kind: ClientKind, presented: &'a str) -> Option<&'a str> {
    if registered.iter().any(|one| one == presented) {
        return Some(presented);
    }
    match kind {
        ClientKind::Native => {
            let wanted = loopback(presented)?;
            registered
                .iter()
                .any(|one| loopback(one) == Some(wanted))
                .then_some(presented)
        }
        ClientKind::Web | ClientKind::Spa | ClientKind::Service => None,
    }
}

/// Host and everything after the port, if `text` is an `http` URI of a loopback host with a lawful port or none.
fn loopback(text: &str) -> Option<(&str, &str)> {
    let after = text.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]", "localhost"]
        .into_iter()
        .find(|host| after.starts_with(host))?;
    let (host, after) = after.split_at_checked(host.len())?;
    let tail = match after.strip_prefix(':') {
        None => after,
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (port, tail) = rest.split_at_checked(digits)?;
            uri::port(port)?;
            tail
        }
    };
    (tail.is_empty() || tail.starts_with(['/', '?'])).then_some((host, tail))
}

/// The URI with these parameters after its own query, which is kept as it is.
#[must_use]
pub fn with_params(uri: &str, params: &[(&str, &str)]) -> String {
    let mut text = uri.to_owned();
    for (name, value) in params {
        if !text.contains('?') {
            text.push('?');
        } else if !text.ends_with(['?', '&']) {
            text.push('&');
        }
        uri::push_pair(&mut text, name, value);
    }
    text
}

/// What a person is shown as the place the answer goes to: the host, or the scheme of a private-use URI.
#[must_use]
pub fn host(uri: &str) -> String {
    match uri::scheme_and_authority(uri) {
        Some(("http" | "https", authority)) => uri::split_port(authority).0.to_owned(),
        _ => uri.split(':').next().unwrap_or_default().to_owned(),
    }
}

/// The web origin (RFC 6454 §6.2) of an `http` or `https` URI, as browsers send it.
#[must_use]
pub fn origin(uri: &str) -> Option<String> {
    let (scheme, authority) = uri::scheme_and_authority(uri)?;
    let default = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let (host, port) = uri::split_port(authority);
    match port {
        Some(port) if port != default => Some(format!("{scheme}://{host}:{port}")),
        _ => Some(format!("{scheme}://{host}")),
    }
}

/// Takes any two texts; for the fuzzer.
///
/// # Panics
/// When the parser breaks its own promises.
pub fn fuzz(registered: &str, presented: &str) {
    let list = [registered.to_owned()];
    for kind in [
        ClientKind::Web,
        ClientKind::Spa,
        ClientKind::Native,
        ClientKind::Service,
    ] {
        let good = registrable(registered, kind).is_ok();
        let _ = (host(registered), origin(registered));
        if find(&list, kind, presented).is_some() && registered != presented {
            assert_eq!(kind, ClientKind::Native);
            assert!(presented.starts_with("http://"));
        }
        if good {
            assert!(find(&list, kind, registered) == Some(registered));
            assert!(with_params(registered, &[("code", presented)]).starts_with(registered));
        }
    }
}

#[cfg(test)]
mod tests;
