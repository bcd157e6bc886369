//! The page for an account that may not sign in. It is shown only after the right password.

use super::layout::{App, Form, Frame, rendered};
use super::texts::Text;
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
