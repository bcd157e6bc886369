//! Which names and links an installation may show.

use crate::model::SiteSettings;
use crate::spec::human_readable::{composed, hidden_in_words, hides_nothing};
use std::borrow::Cow;
use url::Url;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 60;
const LONGEST_URL: usize = 1_000;

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteProblem {
    /// Its name.
    pub field: &'static str,
    /// The rule that it breaks, as a sentence.
    pub rule: Cow<'static, str>,
}

impl std::fmt::Display for SiteProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.rule)
    }
}

impl std::error::Error for SiteProblem {}

/// Checks settings and returns them as they are to be stored: trimmed, and none where nothing is said.
///
/// # Errors
/// The first that breaks a rule.
pub fn check(wish: SiteSettings) -> Result<SiteSettings, SiteProblem> {
    let settings = SiteSettings {
        site_name: said(wish.site_name),
        support_url: said(wish.support_url),
        privacy_url: said(wish.privacy_url),
        terms_url: said(wish.terms_url),
    };
    if let Some(name) = settings.site_name.as_deref().filter(|name| !is_name(name)) {
        let rule = format!(
            "it has at most 60 characters, none of them invisible{}",
            hidden_in_words(name)
        );
        return Err(SiteProblem {
            field: "site_name",
            rule: rule.into(),
        });
    }
    for (field, url) in settings.fields().into_iter().skip(1) {
        let Some(url) = url else { continue };
        let may_be_mail = field == "support_url";
        if !is_link(url, may_be_mail) {
            let rule = if may_be_mail {
                "it is an https URL, or mailto: and an address"
            } else {
                "it is an https URL"
            };
            return Err(SiteProblem {
                field,
                rule: rule.into(),
            });
        }
    }
    Ok(settings)
}

fn said(text: Option<String>) -> Option<String> {
    text.map(|text| composed(&text)).filter(|text| !text.is_empty())
}

fn is_name(name: &str) -> bool {
    name.chars().count() <= LONGEST_NAME && hides_nothing(name)
}

fn is_link(text: &str, may_be_mail: bool) -> bool {
    let plain = text.len() <= LONGEST_URL && text.bytes().all(|b| b.is_ascii_graphic());
    let Some(url) = Url::parse(text).ok().filter(|_| plain) else {
        return false;
    };
    match url.scheme() {
        "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
        "mailto" => may_be_mail && url.path().contains('@') && url.query().is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(field: &str, text: &str) -> Result<SiteSettings, &'static str> {
        let text = Some(text.to_owned());
        let wish = match field {
            "site_name" => SiteSettings {
                site_name: text,
                ..SiteSettings::default()
            },
            "support_url" => SiteSettings {
                support_url: text,
                ..SiteSettings::default()
            },
            _ => SiteSettings {
                privacy_url: text,
                ..SiteSettings::default()
            },
        };
        check(wish).map_err(|problem| problem.field)
    }

    #[test]
    fn what_says_nothing_is_nothing_and_the_rest_is_trimmed() {
        assert_eq!(judged("site_name", "  "), Ok(SiteSettings::default()));
        let named = judged("site_name", " Acme ").unwrap();
        assert_eq!(named.site_name.as_deref(), Some("Acme"));
    }

    #[test]
    fn a_name_hides_and_turns_nothing() {
        assert!(judged("site_name", &"x".repeat(60)).is_ok());
        for bad in [&"x".repeat(61), "a\u{202E}b", "a\u{200B}b", "a\nb"] {
            assert_eq!(judged("site_name", bad), Err("site_name"));
        }
    }

    #[test]
    fn links_lead_to_https_and_help_may_be_a_mailbox() {
        assert!(judged("privacy_url", "https://example.com/privacy").is_ok());
        assert!(judged("support_url", "mailto:help@example.com").is_ok());
        for bad in [
            "http://example.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "//example.com",
            "example.com",
            "https://",
            "https://user:pw@example.com",
            "mailto:help@example.com",
            "https://example.com/a b",
        ] {
            assert_eq!(judged("privacy_url", bad), Err("privacy_url"), "{bad}");
        }
        assert_eq!(judged("support_url", "mailto:nobody"), Err("support_url"));
    }
}
