//! The sign-in page.

mod samples;

use super::layout::{Account, App, Form, Frame, rendered};
use super::texts::Text;
use askama::Template;
use vouchsafe_core::model::UnixTime;

/// The sign-in page.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/login.html")]
pub struct LoginPage {
    /// The frame.
    pub frame: Frame,
    /// Where the form goes. Fields: `username`, `password`, `remember`, `cancel`, `form_token`.
    pub form: Form,
    /// Who asked for the sign-in.
    pub app: App,
    /// Whose sign-in it is.
    pub who: Who,
    /// What went wrong before, if anything.
    pub notice: Option<LoginNotice>,
    /// "Keep me signed in", where it is offered.
    pub remember: Option<Remember>,
}

/// Whose sign-in it is.
#[derive(Clone, Debug)]
pub enum Who {
    /// Anybody's. The name is what was typed before, or a hint from the app; it may be empty.
    Anybody {
        /// What the field shows.
        username: String,
    },
    /// The person who is signed in already and has to prove it again.
    Again {
        /// The person.
        account: Account,
        /// The path for somebody else, if somebody else may go on.
        other: Option<String>,
    },
}

/// "Keep me signed in on this device".
#[derive(Clone, Copy, Debug)]
pub struct Remember {
    /// For how many days.
    pub days: i64,
    /// Whether the box is ticked.
    pub ticked: bool,
}

/// What went wrong at the try before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginNotice {
    /// Unknown person, wrong password, or no password sign-in: one text for all. 422.
    WrongCredentials,
    /// A field was empty. 422.
    Incomplete {
        /// The user name is missing.
        username: bool,
        /// The password is missing.
        password: bool,
    },
    /// Too many tries. 429.
    Throttled {
        /// When the next try will be looked at.
        until: UnixTime,
    },
    /// The form's token is out of date. 403.
    FormStale,
    /// The browser sent no cookie with the form. 403.
    CookieMissing,
    /// The password queue is full. 503.
    Busy,
}

impl LoginNotice {
    /// The HTTP status of a page with this notice.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::WrongCredentials | Self::Incomplete { .. } => 422,
            Self::Throttled { .. } => 429,
            Self::FormStale | Self::CookieMissing => 403,
            Self::Busy => 503,
        }
    }

    const fn title(self) -> Text {
        match self {
            Self::WrongCredentials | Self::Incomplete { .. } => Text::WrongCredentials,
            Self::Throttled { .. } => Text::Throttled,
            Self::FormStale => Text::FormStale,
            Self::CookieMissing => Text::CookieMissing,
            Self::Busy => Text::Busy,
        }
    }
}

impl LoginPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        rendered(self)
    }

    fn title(&self) -> String {
        self.frame
            .title(&self.frame.texts.text(Text::SignIn), self.notice.is_some())
    }

    fn username_missing(&self) -> bool {
        matches!(self.notice, Some(LoginNotice::Incomplete { username: true, .. }))
    }

    fn password_missing(&self) -> bool {
        matches!(self.notice, Some(LoginNotice::Incomplete { password: true, .. }))
    }

    fn username_invalid(&self) -> bool {
        self.username_missing() || self.notice == Some(LoginNotice::WrongCredentials)
    }

    fn password_invalid(&self) -> bool {
        self.password_missing() || self.notice == Some(LoginNotice::WrongCredentials)
    }

    /// The field that has the focus at first; the notice takes it when there is one.
    fn focus(&self) -> Focus {
        match (&self.notice, &self.who) {
            (Some(_), _) => Focus::Notice,
            (None, Who::Anybody { username }) if username.is_empty() => Focus::Username,
            (None, _) => Focus::Password,
        }
    }
}

#[derive(PartialEq)]
enum Focus {
    Notice,
    Username,
    Password,
}
