//! RFC 8707 §2 — `resource`, and the identifiers of APIs that it names.

use super::registry::{Endpoint, Parameter, Spec};
use super::uri;
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 8707 section 2",
    parameters: &[Parameter::repeatable(
        "resource",
        &[Endpoint::Authorization, Endpoint::Token],
    )],
};

const MOST: usize = 16;
const LONGEST: usize = 2000;

/// Reads all values of the parameter: absolute URIs without fragment, each kept once.
///
/// # Errors
/// [`Reason::ResourceMalformed`], also for more than 16 values.
pub fn parse(values: &[&str]) -> Result<Vec<String>, Reason> {
    if values.len() > MOST {
        return Err(Reason::ResourceMalformed);
    }
    let mut resources: Vec<String> = Vec::new();
    for value in values {
        check(value)?;
        if !resources.iter().any(|known| known == value) {
            resources.push((*value).to_owned());
        }
    }
    Ok(resources)
}

/// Whether a text can identify an API: an absolute URI (RFC 3986 §4.3), so without fragment.
///
/// # Errors
/// [`Reason::ResourceMalformed`].
pub fn check(text: &str) -> Result<(), Reason> {
    let lawful_scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    let absolute = text
        .split_once(':')
        .is_some_and(|(scheme, rest)| lawful_scheme(scheme) && !rest.is_empty() && rest != "//");
    if absolute && uri::plain(text, LONGEST).is_ok() {
        Ok(())
    } else {
        Err(Reason::ResourceMalformed)
    }
}
