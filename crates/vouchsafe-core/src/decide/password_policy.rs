//! Which passwords may be chosen: long enough, and not one that everybody tries first. No rules of composition.

/// The most characters that a password may have.
pub const MOST_CHARACTERS: usize = 128;
/// How many figures and marks around a well-known word still leave it well-known.
const MOST_DECORATION: usize = 6;
/// The most bytes.
pub const MOST_BYTES: usize = 512;

/// Why a password may not be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PasswordProblem {
    /// Fewer characters than the minimum.
    TooShort,
    /// More than 128 characters or 512 bytes.
    TooLong,
    /// Has a control character.
    ControlCharacter,
    /// Among those that are tried first, or only decorates such a one.
    TooCommon,
    /// The user name or e-mail address, or only decorates it.
    OwnName,
}

impl PasswordProblem {
    /// The rule for those who administer: with the configuration key that it comes from.
    #[must_use]
    pub fn for_administrators(self, minimum: usize) -> String {
        match self {
            Self::TooShort => format!("{}: passwords.minimum_length is {minimum}", self.sentence()),
            Self::TooLong | Self::ControlCharacter | Self::TooCommon | Self::OwnName => {
                self.sentence().to_owned()
            }
        }
    }

    /// The rule as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TooShort => "the password is too short",
            Self::TooLong => "the password is too long: at most 128 characters or 512 bytes",
            Self::ControlCharacter => "the password has a control character",
            Self::TooCommon => "the password is one of those that are tried first",
            Self::OwnName => "the password is the user name or e-mail address",
        }
    }
}

impl std::fmt::Display for PasswordProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for PasswordProblem {}

/// Proof that a password was checked.
#[derive(Clone, Copy, Debug)]
pub struct PolicyMet(());

/// Checks a password that somebody wants to have. Length first: an overlong one is not looked at any further.
///
/// # Errors
/// The rule it breaks.
pub fn check(
    password: &str,
    minimum_length: usize,
    username: &str,
    email: &str,
) -> Result<PolicyMet, PasswordProblem> {
    refuse_overlong(password)?;
    if password.chars().count() < minimum_length {
        return Err(PasswordProblem::TooShort);
    }
    if password.chars().any(char::is_control) {
        return Err(PasswordProblem::ControlCharacter);
    }
    let core = core_of(password);
    let decorates = |word: &str| {
        !word.is_empty()
            && word == core.as_str()
            && password.chars().filter(|c| !c.is_alphabetic()).count() <= MOST_DECORATION
    };
    let local = email.split('@').next().unwrap_or_default();
    if [username, email, local]
        .iter()
        .any(|name| decorates(&core_of(name)) || fold(name) == fold(password))
    {
        return Err(PasswordProblem::OwnName);
    }
    if TRIED_FIRST.lines().any(decorates) || is_pattern(password) {
        return Err(PasswordProblem::TooCommon);
    }
    Ok(PolicyMet(()))
}

/// Refuses what is too long to be anybody's password, before any hashing: at sign-in too.
///
/// # Errors
/// [`PasswordProblem::TooLong`].
pub fn refuse_overlong(password: &str) -> Result<(), PasswordProblem> {
    if password.len() > MOST_BYTES || password.chars().count() > MOST_CHARACTERS {
        return Err(PasswordProblem::TooLong);
    }
    Ok(())
}

/// A password without its decoration: case, the usual replacements (`p@ssw0rd`), figures and marks before and after,
/// and repetition. What is left of `Password123!` is `password`.
fn core_of(password: &str) -> String {
    let plain: String = password
        .trim_matches(|c: char| !c.is_alphabetic() && c != '@' && c != '$')
        .to_lowercase();
    let letters: String = plain
        .chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '0' => 'o',
            '3' => 'e',
            '1' | '!' => 'i',
            '$' | '5' => 's',
            '7' => 't',
            other => other,
        })
        .filter(|c| c.is_alphabetic())
        .collect();
    unrepeated(&letters).to_owned()
}

/// `abab` is `ab`.
fn unrepeated(text: &str) -> &str {
    let lengths = text.char_indices().map(|(at, _)| at).skip(1);
    lengths
        .filter(|length| text.len().is_multiple_of(*length))
        .find_map(|length| {
            let (unit, _) = text.split_at_checked(length)?;
            (unit.repeat(text.len() / length) == text).then_some(unit)
        })
        .unwrap_or(text)
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Keys in an order that hands know, or one after the other in the alphabet, also several times over.
fn is_pattern(password: &str) -> bool {
    let folded = fold(password);
    let unit = unrepeated(&folded);
    TRIED_FIRST.lines().any(|walk| walk == unit) || is_sequence(unit)
}

/// Whether each character follows from the one before: one key held down, or keys in their order.
fn is_sequence(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    // After 9 comes 0.
    let step = |from: i64, to: i64| if (from, to) == (57, 48) { 1 } else { to - from };
    let steps: Vec<i64> = codes
        .iter()
        .zip(codes.iter().skip(1))
        .map(|(from, to)| step(*from, *to))
        .collect();
    [0, 1, -1]
        .iter()
        .any(|same| steps.iter().all(|step| step == same))
}

/// Words at the head of every list of leaked passwords, in the form that [`core_of`] leaves, and walks over the
/// keyboard; one a line.
const TRIED_FIRST: &str = include_str!("password_policy/tried_first.txt");
