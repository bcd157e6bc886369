//! The page for an account that may not sign in. It is shown only after the right password.

use super::layout::{App, Form, Frame, rendered};
use super::samples::{self, Sample};
use super::texts::{Locale, Text};
use askama::Template;
use vouchsafe_core::model::UnixTime;

/// The page for a suspended account. 403.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/suspended.html")]
pub struct SuspendedPage {
    /// The frame.
    pub frame: Frame,
    /// Where "Back to the app" goes. Fields: `cancel`, `form_token`.
    pub form: Form,
    /// Who asked for the sign-in.
    pub app: App,
    /// Why.
    pub suspension: Suspension,
    /// The request id.
    pub reference: String,
    /// When this was answered.
    pub at: UnixTime,
}

/// Why the account may not sign in.
#[derive(Clone, Debug)]
pub enum Suspension {
    /// Switched off by an administrator.
    Disabled,
    /// Banned.
    Banned {
        /// Until when, if the ban ends by itself.
        until: Option<UnixTime>,
        /// What the administrator wrote for the person.
        reason: Option<String>,
    },
}

impl SuspendedPage {
    /// The HTTP status of the page.
    pub const STATUS: u16 = 403;

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        rendered(self)
    }

    fn title(&self) -> String {
        self.frame
            .title(&self.frame.texts.text(Text::AccountSuspended), true)
    }
}

impl Sample for SuspendedPage {
    const PAGE: &'static str = "suspended";

    fn samples(locale: Locale) -> Vec<(&'static str, Self)> {
        let page = |suspension| Self {
            frame: samples::frame(locale),
            form: samples::form("login"),
            app: samples::app(),
            suspension,
            reference: samples::REFERENCE.to_owned(),
            at: samples::AT,
        };
        let reason = Some("Three payments came back.\nPlease call us: 0800 1234.".to_owned());
        vec![
            ("disabled", page(Suspension::Disabled)),
            (
                "banned",
                page(Suspension::Banned {
                    until: None,
                    reason: None,
                }),
            ),
            (
                "banned-until",
                page(Suspension::Banned {
                    until: Some(samples::AT),
                    reason,
                }),
            ),
        ]
    }

    fn html(&self) -> String {
        self.render()
    }
}
