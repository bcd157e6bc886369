//! Signing out: the question, and what became of it.

use super::layout::{Account, Form, Frame, rendered};
use super::samples::{self, Sample};
use super::texts::{Locale, Text};
use askama::Template;

/// The page on which a person signs out.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/logout.html")]
pub struct LogoutPage {
    /// The frame.
    pub frame: Frame,
    /// Question or answer.
    pub state: LogoutState,
}

/// What the page says.
#[derive(Clone, Debug)]
pub enum LogoutState {
    /// Whether the person wants to sign out.
    Ask {
        /// Where the form goes. Fields: `decision` (`confirm` or `cancel`), `form_token`.
        form: Form,
        /// Who is signed in.
        account: Account,
    },
    /// The person is signed out.
    Done,
    /// The person wanted to stay.
    Kept,
}

impl LogoutPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        rendered(self)
    }

    fn heading(&self) -> String {
        self.frame.texts.text(match self.state {
            LogoutState::Ask { .. } => Text::LogoutQuestion,
            LogoutState::Done => Text::SignedOut,
            LogoutState::Kept => Text::StillSignedIn,
        })
    }

    fn title(&self) -> String {
        self.frame.title(&self.heading(), false)
    }
}

impl Sample for LogoutPage {
    const PAGE: &'static str = "logout";

    fn samples(locale: Locale) -> Vec<(&'static str, Self)> {
        let page = |state| Self {
            frame: Frame::of_answer(locale, "id.northwind.example"),
            state,
        };
        let ask = LogoutState::Ask {
            form: Form {
                action: "/logout?state=a%26b&client_id=tideline".to_owned(),
                ..samples::form("logout")
            },
            account: samples::account(),
        };
        vec![
            ("ask", page(ask)),
            ("done", page(LogoutState::Done)),
            ("kept", page(LogoutState::Kept)),
        ]
    }

    fn html(&self) -> String {
        self.render()
    }
}
