//! The page on which a person allows an app to use the account.

mod permission;
mod samples;

pub use permission::{Known, Memberships, Permission, permissions};

use super::layout::{Account, App, Form, Frame, rendered};
use super::texts::{FluentArgs, Text};
use askama::Template;
use permission::Icon;

/// The consent page.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/consent.html")]
pub struct ConsentPage {
    /// The frame.
    pub frame: Frame,
    /// Where the form goes. Fields: `decision` (`allow` or `deny`), `form_token`.
    pub form: Form,
    /// Who asks.
    pub app: App,
    /// Who is asked.
    pub account: Account,
    /// The path on which somebody else signs in.
    pub switch: Option<String>,
    /// What is asked for and was not allowed before.
    pub new: Vec<Permission>,
    /// What was allowed before.
    pub already: Vec<Permission>,
    /// Whether the app changed its name or address since it was last allowed.
    pub app_changed: bool,
    /// How long the answer is remembered.
    pub memory: Memory,
}

/// How long the answer is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Until the person takes it back.
    Kept,
    /// For this session: the client is public (RFC 6749 §10.2).
    UntilSignOut,
}

/// Permissions at one place: the account itself, or an API.
struct Group<'a> {
    /// The API's name.
    api: Option<&'a str>,
    permissions: Vec<&'a Permission>,
}

impl Group<'_> {
    fn is_lasting(&self) -> bool {
        matches!(self.permissions.as_slice(), [Permission::Offline { .. }])
    }
}

impl ConsentPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        rendered(self)
    }

    fn title(&self) -> String {
        self.frame.title(
            &self.frame.texts.with(Text::AllowTitle, "app", &self.app.name),
            false,
        )
    }

    fn question(&self) -> String {
        let mut args = FluentArgs::new();
        args.set("app", self.app.name.as_str());
        args.set("site", self.frame.site.as_str());
        self.frame.texts.say(Text::AllowQuestion, &args)
    }

    /// The heading over what is asked for.
    fn lead(&self) -> String {
        let text = if self.already.is_empty() {
            Text::AppWill
        } else {
            Text::AppWillAlso
        };
        self.frame.texts.with(text, "app", &self.app.name)
    }

    /// Whether nothing but the fact of having an account is asked for.
    fn asks_only_who(&self) -> bool {
        self.already.is_empty() && self.new.iter().all(|asked| matches!(asked, Permission::Openid))
    }

    /// What is asked for: the account, then each API in order of its first scope, then for how long.
    fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for permission in &self.new {
            let api = permission.api();
            let lasts = matches!(permission, Permission::Offline { .. });
            match groups
                .iter_mut()
                .find(|group| group.api == api && group.is_lasting() == lasts)
            {
                Some(group) => group.permissions.push(permission),
                None => groups.push(Group {
                    api,
                    permissions: vec![permission],
                }),
            }
        }
        groups.sort_by_key(|group| (group.is_lasting(), group.api.is_some()));
        groups
    }
}
