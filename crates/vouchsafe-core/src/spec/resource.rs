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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_uris_are_kept_once() {
        // RFC 8707 §2.1.
        let values = [
            "https://cal.example.com/",
            "https://contacts.example.com/",
            "https://cal.example.com/",
        ];
        assert_eq!(
            parse(&values),
            Ok(vec![values[0].to_owned(), values[1].to_owned()])
        );
        for good in [
            "https://rs1.test",
            "http://localhost:7302",
            "urn:example:orders",
            "api://orders?v=1",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn relative_ones_fragments_and_crowds_are_refused() {
        for bad in [
            "",
            "orders",
            "/orders",
            "//rs1.test",
            "https:",
            "https://",
            "https://rs1.test#x",
            "https://rs1.test/a b",
            "1a:b",
            "https://\u{e9}",
            "https://a/%zz",
            "-a:b",
            ":a",
        ] {
            assert_eq!(check(bad), Err(Reason::ResourceMalformed), "{bad}");
        }
        assert_eq!(parse(&["https://rs1.test"; 17]), Err(Reason::ResourceMalformed));
    }
}
