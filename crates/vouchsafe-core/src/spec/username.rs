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
fn fold(text: &str) -> String {
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
    let named = matches!(url::Host::parse(domain), Ok(url::Host::Domain(_)))
        && domain
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
    if dotted && named && local.len() <= LONGEST {
        Ok(())
    } else {
        Err(NameProblem::NotAnAddress)
    }
}
