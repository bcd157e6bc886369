//! OpenID Connect Core §5.1, §5.1.1 — the values that standard claims may have.

use crate::spec::human_readable::turns_or_breaks;
use serde_json::{Map, Value};

/// Claims that somebody wants to give to a person, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClaimsFile {
    /// For `User::claims`.
    pub claims: Map<String, Value>,
    /// An `email` that came with them; the account's own field decides, so the caller compares.
    pub email: Option<String>,
    /// An `email_verified` that came with them, for the account's own field.
    pub email_verified: Option<bool>,
}

/// A claim that may not be set so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimProblem {
    /// Its name.
    pub claim: String,
    /// The rule that it breaks.
    pub rule: ClaimRule,
}

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimRule {
    /// Not a claim of OpenID Connect Core §5.1, or one that only the server sets.
    Unknown,
    /// A text.
    Text,
    /// True or false.
    Boolean,
    /// Seconds.
    Number,
    /// A web address.
    Url,
    /// A date.
    Birthdate,
    /// An address object.
    Address,
    /// A time zone.
    Zoneinfo,
    /// A language tag.
    Locale,
}

impl ClaimRule {
    /// The rule as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unknown => "it is not a claim of OpenID Connect Core section 5.1 that can be set",
            Self::Text => {
                "it must be a text that is not empty, of at most 1024 characters, without control characters"
            }
            Self::Boolean => "it must be true or false",
            Self::Number => "it must be a number of seconds since 1970",
            Self::Url => "it must be an http or https URL",
            Self::Birthdate => "it must be a date YYYY-MM-DD, 0000-MM-DD or YYYY, not before 1850",
            Self::Address => {
                "it must be an object with some of the texts formatted, street_address, locality, region, postal_code and country"
            }
            Self::Zoneinfo => "it must be a name of the time zone database, such as Europe/Paris",
            Self::Locale => "it must be a language tag, such as en-US",
        }
    }
}

impl std::fmt::Display for ClaimProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.claim.escape_debug(), self.rule.sentence())
    }
}

impl std::error::Error for ClaimProblem {}

const LONGEST: usize = 1024;

/// Checks claims that somebody wants to give to a person. Nulls are left out, `updated_at` is checked and left out:
/// the server keeps it.
///
/// # Errors
/// The first claim that breaks a rule.
pub fn validate(claims: Map<String, Value>) -> Result<ClaimsFile, ClaimProblem> {
    let mut file = ClaimsFile::default();
    for (claim, value) in claims {
        if value.is_null() {
            continue;
        }
        if let Err(rule) = check(&claim, &value) {
            return Err(ClaimProblem { claim, rule });
        }
        match (claim.as_str(), &value) {
            ("email", Value::String(email)) => file.email = Some(email.clone()),
            ("email_verified", Value::Bool(verified)) => file.email_verified = Some(*verified),
            ("updated_at", _) => {}
            _ => {
                file.claims.insert(claim, value);
            }
        }
    }
    Ok(file)
}

fn check(claim: &str, value: &Value) -> Result<(), ClaimRule> {
    use ClaimRule as Rule;
    let require = |holds: bool, rule: Rule| if holds { Ok(()) } else { Err(rule) };
    let text = value.as_str();
    match claim {
        "name" | "given_name" | "family_name" | "middle_name" | "nickname" | "preferred_username"
        | "gender" | "phone_number" | "email" => require(text.is_some_and(is_line), Rule::Text),
        "profile" | "picture" | "website" => require(text.is_some_and(is_web_url), Rule::Url),
        "birthdate" => require(text.is_some_and(is_birthdate), Rule::Birthdate),
        "zoneinfo" => require(text.is_some_and(is_zone), Rule::Zoneinfo),
        "locale" => require(text.is_some_and(is_locale), Rule::Locale),
        "address" => require(value.as_object().is_some_and(is_address), Rule::Address),
        "email_verified" | "phone_number_verified" => require(value.is_boolean(), Rule::Boolean),
        "updated_at" => require(value.as_i64().is_some_and(|seconds| seconds >= 0), Rule::Number),
        _ => Err(Rule::Unknown),
    }
}

fn is_line(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(turns_or_breaks)
}

fn is_web_url(text: &str) -> bool {
    is_line(text) && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn is_zone(text: &str) -> bool {
    is_line(text)
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.split('/').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
        })
}

/// RFC 5646, or the underscore that §5.1 warns of.
fn is_locale(text: &str) -> bool {
    let mut subtags = text.split(['-', '_']);
    let language = subtags.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// The members of §5.1.1; the first two may have several lines.
fn is_address(members: &Map<String, Value>) -> bool {
    let lawful = |(name, value): (&String, &Value)| {
        let Some(text) = value.as_str() else { return false };
        match name.as_str() {
            "formatted" | "street_address" => is_line(&text.replace(['\r', '\n'], " ")),
            "locality" | "region" | "postal_code" | "country" => is_line(text),
            _ => false,
        }
    };
    !members.is_empty() && members.iter().all(lawful)
}

/// `YYYY-MM-DD`, `0000-MM-DD` when the year is nobody's business, or `YYYY`.
fn is_birthdate(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize| {
        let lawful = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        lawful.then(|| part.parse::<u32>().ok()).flatten()
    };
    let is_year = |year: u32| (1850..=2199).contains(&year);
    match parts.as_slice() {
        [year] => number(year, 4).is_some_and(is_year),
        [year, month, day] => match (number(year, 4), number(month, 2), number(day, 2)) {
            (Some(year), Some(month), Some(day)) => {
                (year == 0 || is_year(year)) && (1..=days_of(month, year)).contains(&day)
            }
            _ => false,
        },
        _ => false,
    }
}

/// How many days a month has; none when there is no such month. The year 0 stands for any year.
fn days_of(month: u32, year: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(claim: &str, value: &Value) -> Option<ClaimRule> {
        let mut claims = Map::new();
        claims.insert(claim.to_owned(), value.clone());
        validate(claims).err().map(|problem| problem.rule)
    }

    #[test]
    fn each_claim_takes_its_kind_of_value_only() {
        assert_eq!(
            rule("name", &json!("\u{645}\u{6cc}\u{200c}\u{62e}\u{648}")),
            None,
            "a joiner"
        );
        let lawful = json!({
            "name": "\u{e9}va", "profile": "https://a.example", "picture": "http://a.example/p.png", "locale": "zh-Hans",
            "zoneinfo": "America/Argentina/Buenos_Aires", "email_verified": true, "phone_number_verified": false,
            "birthdate": "2000-02-29", "updated_at": 0, "address": {"locality": "Paris"}, "email": "a@b.c",
            "nickname": null
        });
        for (claim, value) in lawful.as_object().unwrap() {
            assert_eq!(rule(claim, value), None, "{claim}");
        }
        let unlawful = [
            ("name", json!(""), ClaimRule::Text),
            ("name", json!(1), ClaimRule::Text),
            ("name", json!("a\nb"), ClaimRule::Text),
            ("name", json!("a\u{202e}b"), ClaimRule::Text),
            ("nickname", json!("a\u{2067}b"), ClaimRule::Text),
            ("given_name", json!("a\u{2028}b"), ClaimRule::Text),
            ("name", json!("a".repeat(1025)), ClaimRule::Text),
            ("profile", json!("javascript:alert(1)"), ClaimRule::Url),
            ("picture", json!("/p.png"), ClaimRule::Url),
            ("website", json!("data:text/html,x"), ClaimRule::Url),
            ("email_verified", json!("true"), ClaimRule::Boolean),
            ("phone_number_verified", json!(1), ClaimRule::Boolean),
            ("updated_at", json!("2020-01-01"), ClaimRule::Number),
            ("updated_at", json!(-1), ClaimRule::Number),
            ("locale", json!("e"), ClaimRule::Locale),
            ("locale", json!("en--US"), ClaimRule::Locale),
            ("zoneinfo", json!("../etc/passwd"), ClaimRule::Zoneinfo),
            ("zoneinfo", json!("Europe/"), ClaimRule::Zoneinfo),
            ("address", json!("Paris"), ClaimRule::Address),
            ("address", json!({}), ClaimRule::Address),
            ("address", json!({"planet": "Earth"}), ClaimRule::Address),
            ("address", json!({"locality": ""}), ClaimRule::Address),
            ("address", json!({"locality": "a\nb"}), ClaimRule::Address),
            ("sub", json!("u2"), ClaimRule::Unknown),
            ("roles", json!(["admin"]), ClaimRule::Unknown),
            ("Name", json!("Ada"), ClaimRule::Unknown),
        ];
        for (claim, value, broken) in unlawful {
            assert_eq!(rule(claim, &value), Some(broken), "{claim} {value}");
        }
    }

    #[test]
    fn birthdates_have_three_forms() {
        for good in [
            "1850",
            "1990",
            "1990-12-31",
            "0000-12-31",
            "0000-02-29",
            "2024-02-29",
            "2000-02-29",
        ] {
            assert!(is_birthdate(good), "{good}");
        }
        for bad in [
            "",
            "0000",
            "1849",
            "2200",
            "90",
            "1990-1-1",
            "1990-13-01",
            "1990-00-01",
            "1990-04-31",
            "1990-02-29",
            "1900-02-29",
            "1990-12-32",
            "1990-12",
            "1990-12-31-",
            "+990-12-31",
            "1990/12/31",
            "31-12-1990",
            "\u{661}990",
        ] {
            assert!(!is_birthdate(bad), "{bad}");
        }
    }

    #[test]
    fn what_belongs_to_the_account_is_handed_over_apart() {
        let claims =
            json!({"email": "a@b.c", "email_verified": true, "updated_at": 1, "name": "A", "gender": null});
        let file = validate(claims.as_object().cloned().unwrap()).unwrap();
        assert_eq!(Value::Object(file.claims), json!({"name": "A"}));
        assert_eq!(
            (file.email.as_deref(), file.email_verified),
            (Some("a@b.c"), Some(true))
        );
    }

    #[test]
    fn a_problem_names_its_claim() {
        let problem = validate(json!({"a\u{1b}b": 1}).as_object().cloned().unwrap()).unwrap_err();
        assert!(problem.to_string().starts_with("a\\u{1b}b: it is not a claim"));
    }
}
