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

/// Asks for the person's groups: no specification has it, and half of the applications that speak OpenID Connect want it.
pub const GROUPS: &str = "groups";
/// Asks for the person's roles.
pub const ROLES: &str = "roles";

/// The scopes that OpenID Connect defines, and those that are built in beside them; no API may own them.
pub const STANDARD: [&str; 8] = [
    OPENID,
    PROFILE,
    EMAIL,
    ADDRESS,
    PHONE,
    GROUPS,
    ROLES,
    OFFLINE_ACCESS,
];

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

/// Whether this scope is built in: one of [`STANDARD`].
#[must_use]
pub fn standard(scope: &str) -> bool {
    STANDARD.contains(&scope)
}

/// Whether this scope opens the server's own administration: its names begin with `vouchsafe:`.
#[must_use]
pub fn administers(scope: &str) -> bool {
    scope.starts_with("vouchsafe:")
}

/// Whether one of these scopes opens the server's own administration.
#[must_use]
pub fn any_administers(scopes: &[String]) -> bool {
    scopes.iter().any(|name| administers(name))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_keep_their_order_and_come_once() {
        assert_eq!(
            parse("openid  email openid a:b/c "),
            Ok(vec!["openid".into(), "email".into(), "a:b/c".into()])
        );
        assert_eq!(parse(""), Ok(vec![]));
        assert_eq!(parse("   "), Ok(vec![]));
        assert_eq!(join(&["a".into(), "b".into()]), "a b");
    }

    #[test]
    fn only_spaces_separate_and_only_the_characters_of_the_grammar_pass() {
        for bad in [
            "a\tb",
            "a\nb",
            "a\u{a0}b",
            "a\"b",
            "a\\b",
            "\"",
            "\\",
            "\u{7f}",
            "caf\u{e9}",
            "\0",
        ] {
            assert_eq!(parse(bad), Err(Reason::ScopeMalformed), "{bad:?}");
        }
        for good in [
            "!",
            "#",
            "[",
            "]",
            "~",
            "orders:read",
            "https://api.example.com/all",
        ] {
            assert!(
                is_token(good) && parse(good).is_ok_and(|scopes| scopes.len() == 1),
                "{good}"
            );
        }
        assert!(!is_token("") && !is_token("a b"));
    }

    #[test]
    fn there_is_a_most_of_scopes() {
        let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert!(parse(&many(256)).is_ok());
        assert_eq!(parse(&many(257)), Err(Reason::ScopeMalformed));
        assert!(parse(&"a ".repeat(10_000)).is_ok_and(|scopes| scopes.len() == 1));
    }

    #[test]
    fn a_part_is_in_the_whole() {
        let list = |text: &str| parse(text).unwrap();
        assert!(is_subset(&list("b a"), &list("a b c")));
        assert!(is_subset(&[], &[]));
        assert!(!is_subset(&list("a d"), &list("a b c")));
        assert!(standard("openid") && !standard("orders:read"));
        assert!(
            administers("vouchsafe:admin") && !administers("vouchsafe") && !administers("x:vouchsafe:admin")
        );
    }
}
