//! The page on which a person chooses the account to go on with (`prompt=select_account`).

use super::layout::{Account, App, Form, Frame, rendered};
use super::samples::{self, Sample};
use super::texts::{Locale, Text};
use askama::Template;
use vouchsafe_core::model::UnixTime;

/// The account chooser.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/select_account.html")]
pub struct SelectAccountPage {
    /// The frame.
    pub frame: Frame,
    /// Where the form goes. Fields: `account` (`current` or `other`), `cancel`, `form_token`.
    pub form: Form,
    /// Who asked.
    pub app: App,
    /// The person who is signed in.
    pub current: Account,
    /// Since when.
    pub since: UnixTime,
}

impl SelectAccountPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        rendered(self)
    }

    fn title(&self) -> String {
        self.frame
            .title(&self.frame.texts.text(Text::SelectAccount), false)
    }
}

impl Sample for SelectAccountPage {
    const PAGE: &'static str = "select_account";

    fn samples(locale: Locale) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: samples::frame(locale),
            form: samples::form("select-account"),
            app: samples::app(),
            current: samples::account(),
            since: samples::AT,
        };
        vec![("signed-in", page)]
    }

    fn html(&self) -> String {
        self.render()
    }
}
