//! RFC 8265 §3 (in spirit) — the names that people sign in with: which may be given, and when two are the same.
//!
//! Every counter, look-up and uniqueness check uses [`key`], never the text as it was typed: otherwise one account
//! has several throttles, or two accounts one name.

use icu_normalizer::ComposingNormalizerBorrowed;

const LONGEST: usize = 64;
const LONGEST_EMAIL: usize = 254;

/// Why a name or address may not be given to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameProblem {
    /// Empty.
    Missing,
    /// Too long.
    TooLong,
    /// A character that names do not have.
    Character,
    /// A user name that is an e-mail address, but not the person's own.
    OtherAddress,
    /// Not the form of an e-mail address.
    NotAnAddress,
}

impl NameProblem {
    /// The rule as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "it must not be empty",
            Self::TooLong => "it is too long: a user name has at most 64 characters, an e-mail address 254",
            Self::Character => "a user name has letters, digits and the characters . _ - + only",
            Self::OtherAddress => "a user name with @ must be the person's own e-mail address",
            Self::NotAnAddress => "it is not an e-mail address",
        }
    }
}

impl std::fmt::Display for NameProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for NameProblem {}

/// What two spellings of one name or address have in common: compatibility characters, case and surrounding space
/// are evened out, and the domain of an address is in its ASCII form. Meant for comparing, not for showing.
#[must_use]
pub fn key(identifier: &str) -> String {
    let folded = fold(identifier.trim());
    match folded.rsplit_once('@') {
        Some((local, domain)) => match url::Host::parse(domain) {
            Ok(url::Host::Domain(ascii)) => format!("{local}@{ascii}"),
            Ok(_) | Err(_) => folded,
        },
        None => folded,
    }
}

/// NFKC with case folded. Going up before going down also folds what has no lower case of its own (ß, ς).
#[must_use]
pub fn fold(text: &str) -> String {
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let folded: String = nfkc
        .normalize(text)
        .chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect();
    nfkc.normalize(&folded).trim().to_owned()
}

/// Whether an account may have this user name. It may be the account's own e-mail address; any other name with `@`
/// could be mistaken for somebody else's address.
///
/// # Errors
/// The rule it breaks.
pub fn check(username: &str, email: &str) -> Result<(), NameProblem> {
    if username.is_empty() {
        return Err(NameProblem::Missing);
    }
    if username.contains('@') {
        let own = key(username) == key(email);
        return if own {
            check_email(username)
        } else {
            Err(NameProblem::OtherAddress)
        };
    }
    if username.chars().count() > LONGEST {
        return Err(NameProblem::TooLong);
    }
    let lawful = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    if username.chars().all(lawful) {
        Ok(())
    } else {
        Err(NameProblem::Character)
    }
}

/// Whether a text has the form of an e-mail address (RFC 5321 §4.1.2), without quoted local parts.
///
/// # Errors
/// The rule it breaks.
pub fn check_email(email: &str) -> Result<(), NameProblem> {
    if email.is_empty() {
        return Err(NameProblem::Missing);
    }
    if email.len() > LONGEST_EMAIL {
        return Err(NameProblem::TooLong);
    }
    let (local, domain) = email.split_once('@').ok_or(NameProblem::NotAnAddress)?;
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    let dotted = local
        .split('.')
        .all(|part| !part.is_empty() && part.chars().all(atom));
    let label = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
    let named = domain.split('.').all(label) && matches!(url::Host::parse(domain), Ok(url::Host::Domain(_)));
    if dotted && named && local.len() <= LONGEST {
        Ok(())
    } else {
        Err(NameProblem::NotAnAddress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for (one, other) in [
            ("Ada", " ada "),
            ("ADA@Example.COM", "ada@example.com"),
            ("stra\u{df}e", "STRASSE"),
            ("\u{212a}arl", "karl"),
            ("\u{fb01}n", "FIN"),
            ("\u{ff41}da", "ada"),
            ("e\u{301}va", "\u{c9}VA"),
            ("\u{3c2}", "\u{3a3}"),
            ("ada@b\u{fc}cher.example", "ada@XN--BCHER-KVA.example"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
        assert_ne!(
            key("ada"),
            key("ad\u{430}"),
            "a Cyrillic letter is another letter"
        );
    }

    #[test]
    fn a_user_name_cannot_be_mistaken_for_somebody_elses_address() {
        let email = "ada@example.com";
        for good in ["ada", "Ada.L-1_x+y", "\u{e9}va", "ADA@example.com"] {
            assert_eq!(check(good, email), Ok(()), "{good}");
        }
        for (bad, problem) in [
            ("", NameProblem::Missing),
            ("eve@example.com", NameProblem::OtherAddress),
            ("a b", NameProblem::Character),
            ("a\nb", NameProblem::Character),
            ("a\u{202e}b", NameProblem::Character),
            ("a\u{200b}b", NameProblem::Character),
            ("<b>", NameProblem::Character),
            (&"a".repeat(65), NameProblem::TooLong),
        ] {
            assert_eq!(check(bad, email), Err(problem), "{bad:?}");
        }
    }

    #[test]
    fn an_address_has_a_local_part_and_a_host_name() {
        for good in [
            "ada@example.com",
            "a.b+c@localhost",
            "o'hara@b\u{fc}cher.example",
            "u@a-b.test",
        ] {
            assert_eq!(check_email(good), Ok(()), "{good}");
        }
        for bad in [
            "ada",
            "@example.com",
            "ada@",
            "a@b@c",
            "a b@c.d",
            ".a@b.c",
            "a..b@c.d",
            "a@b..c",
            "a@b_c",
            "a@[::1]",
            "a@1.2.3.4",
            "a\r\nBcc: x@y",
            "\"a b\"@c.d",
            "a@b.c\n",
        ] {
            assert_eq!(check_email(bad), Err(NameProblem::NotAnAddress), "{bad:?}");
        }
        assert_eq!(check_email(""), Err(NameProblem::Missing));
        assert_eq!(
            check_email(&format!("a@{}", "b".repeat(260))),
            Err(NameProblem::TooLong)
        );
    }
}
