//! What all pages share: the frame around them, the form they send, the app and the person they show.

use super::texts::{FluentArgs, Locale, Text, Texts};
use crate::web::{assets, urls};
use vouchsafe_core::model::{Client, Registrar, SiteSettings, UnixTime};
use vouchsafe_core::spec::human_readable::visible;
use vouchsafe_core::spec::redirect_uri;

/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 60;

/// The frame of a page: language, server name, assets.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The words.
    pub texts: Texts,
    /// The name of this server as people know it: the host of its issuer.
    pub site: String,
    /// Whether the page can be asked for again in another language: its address means the same without query.
    pub offers_languages: bool,
    /// Where else people find something: help, privacy policy, terms of use.
    pub links: Vec<(Text, String)>,
}

/// Where the form of a page goes, and its token (`form_token`) against forged forms.
#[derive(Clone, Debug)]
pub struct Form {
    /// The path that takes the POST.
    pub action: String,
    /// The value of the hidden field `form_token`.
    pub token: String,
}

/// The client as the pages show it.
#[derive(Clone, Debug)]
pub struct App {
    /// Its registered name, made safe to show.
    pub name: String,
    /// The host that it will be answered at.
    pub host: String,
    /// The path of its logo, as we drew it.
    pub logo: Option<String>,
    /// Its own page about how it treats what it learns.
    pub policy: Option<String>,
    /// Its own page with terms.
    pub terms: Option<String>,
    /// How it came to be known here.
    pub known: Acquaintance,
}

/// How a client came to be known here, and with that how far what it says can be believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Acquaintance {
    /// An administrator registered it.
    #[default]
    ByAdministrator,
    /// Somebody who was allowed to register clients did, then.
    ByToken(UnixTime),
    /// It registered itself, then.
    ByItself(UnixTime),
    /// It says at this host who it is.
    ByDocument(String),
}

/// A person as the pages show them.
#[derive(Clone, Debug)]
pub struct Account {
    /// Name, or the user name when the person has no other.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What the person signs in with.
    pub username: String,
}

impl Frame {
    /// The frame of a page that can be asked for again in another language.
    #[must_use]
    pub fn new(locale: Locale, site: impl Into<String>) -> Self {
        Self {
            texts: Texts::of(locale),
            site: site.into(),
            offers_languages: true,
            links: Vec::new(),
        }
    }

    /// The frame of a page that exists only once: an answer to this very request.
    #[must_use]
    pub fn of_answer(locale: Locale, site: impl Into<String>) -> Self {
        Self {
            offers_languages: false,
            ..Self::new(locale, site)
        }
    }

    /// The same with the links that this installation has.
    #[must_use]
    pub fn with_links_of(self, site: &SiteSettings) -> Self {
        let links = [
            (Text::Support, &site.support_url),
            (Text::Privacy, &site.privacy_url),
            (Text::Terms, &site.terms_url),
        ];
        let links = links
            .into_iter()
            .filter_map(|(text, url)| Some((text, url.clone()?)))
            .collect();
        Self { links, ..self }
    }

    /// The words between `<title>` and `</title>`.
    #[must_use]
    pub fn title(&self, page: &str, has_errors: bool) -> String {
        let mut args = FluentArgs::new();
        args.set("title", page);
        args.set("site", self.site.as_str());
        let title = self.texts.say(Text::TitleWithSite, &args);
        if has_errors {
            self.texts.with(Text::TitleWithError, "title", title)
        } else {
            title
        }
    }

    /// What stands in the tile in place of a logo.
    #[must_use]
    pub fn initial(&self) -> String {
        initial(&self.site)
    }

    /// The languages of the language switch.
    #[must_use]
    pub fn languages(&self) -> [Locale; 2] {
        Locale::ALL
    }

    /// The address of an embedded file.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }
}

impl App {
    /// A client by its registered name and the host of its redirect URI.
    #[must_use]
    pub fn new(name: &str, host: impl Into<String>) -> Self {
        Self {
            name: display_name(name),
            host: host.into(),
            logo: None,
            policy: None,
            terms: None,
            known: Acquaintance::default(),
        }
    }

    /// A registered client that is answered at this host, with its logo where logos are shown.
    #[must_use]
    pub fn of(client: &Client, host: impl Into<String>, shows_logos: bool) -> Self {
        let declared = &client.metadata.declared;
        let logo = declared.logo.as_deref().filter(|_| shows_logos);
        Self {
            logo: logo.map(urls::logo),
            policy: declared.policy_uri.clone(),
            terms: declared.tos_uri.clone(),
            known: match client.registrar {
                Registrar::Administrator => Acquaintance::ByAdministrator,
                Registrar::Token(_) => Acquaintance::ByToken(client.created_at),
                Registrar::Anybody => Acquaintance::ByItself(client.created_at),
                Registrar::Document => Acquaintance::ByDocument(redirect_uri::host(client.id.as_str())),
            },
            ..Self::new(&client.metadata.client_name, host)
        }
    }

    /// The words of the badge beside its name.
    #[must_use]
    pub fn badge(&self) -> Text {
        match self.known {
            Acquaintance::ByAdministrator => Text::RegisteredByAdmin,
            Acquaintance::ByToken(_) | Acquaintance::ByItself(_) | Acquaintance::ByDocument(_) => {
                Text::SelfRegistered
            }
        }
    }

    /// What a person should know before believing it, if there is something.
    #[must_use]
    pub fn warning(&self, frame: &Frame) -> Option<String> {
        let texts = frame.texts;
        let mut args = FluentArgs::new();
        args.set("site", frame.site.as_str());
        let text = match &self.known {
            Acquaintance::ByAdministrator => return None,
            Acquaintance::ByToken(at) => {
                args.set("time", texts.instant(at));
                args.set("host", self.host.as_str());
                Text::UnverifiedByToken
            }
            Acquaintance::ByItself(at) => {
                args.set("time", texts.instant(at));
                args.set("host", self.host.as_str());
                Text::UnverifiedByItself
            }
            Acquaintance::ByDocument(host) => {
                args.set("host", host.as_str());
                Text::UnverifiedByDocument
            }
        };
        Some(texts.say(text, &args))
    }

    /// What stands in the tile in place of a logo.
    #[must_use]
    pub fn initial(&self) -> String {
        initial(&self.name)
    }
}

impl Account {
    /// What stands in the tile in place of a picture.
    #[must_use]
    pub fn initial(&self) -> String {
        initial(&self.name)
    }
}

/// A self-declared name made safe to show: no control characters, none that turn or hide text, no endless ones.
#[must_use]
pub fn display_name(name: &str) -> String {
    let mut shown: String = visible(name).take(LONGEST_NAME + 1).collect();
    if shown.chars().count() > LONGEST_NAME {
        shown = shown.chars().take(LONGEST_NAME - 1).collect();
        shown.push('…');
    }
    shown.trim().to_owned()
}

fn initial(name: &str) -> String {
    name.chars()
        .find(|c| c.is_alphanumeric())
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default()
}

/// Renders a view. Nothing in our templates can fail while writing to a string; the samples prove that each page
/// renders.
pub(super) fn rendered(page: &impl askama::Template) -> String {
    page.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::display_name;

    #[test]
    fn a_name_cannot_turn_hide_or_flood_the_page() {
        assert_eq!(display_name(" Bank\u{202E}\u{200B} of\n You "), "Bank of You");
        assert_eq!(display_name(&"x".repeat(60)), "x".repeat(60));
        assert_eq!(display_name(&"x".repeat(500)), format!("{}…", "x".repeat(59)));
    }
}
