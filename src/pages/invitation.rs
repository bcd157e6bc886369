//! Accepting an invitation: the code of the link, then the password, and that it is set.

mod samples;

use super::layout::{Account, Form, Frame, rendered};
use super::texts::Text;
use askama::Template;
use vouchsafe_core::decide::password_policy::PasswordProblem;
use vouchsafe_core::model::{InvitationCode, Plain, UnixTime};

/// The page on which somebody who was invited sets their first password. It holds their code, so that it has no `Debug`.
#[derive(Template)]
#[template(path = "pages/invitation.html")]
pub struct InvitationPage {
    /// The frame.
    pub frame: Frame,
    /// How far the person is.
    pub step: Step,
    /// What went wrong before, if anything.
    pub notice: Option<InvitationNotice>,
}

/// How far the person is.
pub enum Step {
    /// The link brings the code, or the person pastes it.
    Code {
        /// Where the form goes. Fields: `code`, `form_token`.
        form: Form,
    },
    /// The code is good: whose account it is can be told.
    Password {
        /// Where the form goes. Fields: `code`, `password`, `form_token`.
        form: Form,
        /// The code, to be sent once more.
        code: Plain<InvitationCode>,
        /// The account, for the person and for their password manager.
        account: Account,
        /// The least characters of a password.
        minimum: usize,
    },
    /// The password is set.
    Done,
}

/// What went wrong at the try before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationNotice {
    /// The code is unknown, used, ended or too old: one text for all. 422.
    Refused,
    /// The password may not be chosen. 422.
    Password(PasswordProblem),
    /// Too many codes that opened nothing. 429.
    Throttled {
        /// When the next one will be looked at.
        until: UnixTime,
    },
    /// The form's token is out of date, or the browser kept no cookie. 403.
    FormStale,
    /// The password queue is full. 503.
    Busy,
}

impl InvitationNotice {
    /// The HTTP status of a page with this notice.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Refused | Self::Password(_) => 422,
            Self::Throttled { .. } => 429,
            Self::FormStale => 403,
            Self::Busy => 503,
        }
    }

    const fn title(self) -> Text {
        match self {
            Self::Refused => Text::InvitationRefused,
            Self::Password(_) => Text::PasswordRefused,
            Self::Throttled { .. } => Text::Throttled,
            Self::FormStale => Text::FormStale,
            Self::Busy => Text::Busy,
        }
    }
}

impl InvitationPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        rendered(self)
    }

    fn heading(&self) -> String {
        self.frame.texts.text(match self.step {
            Step::Code { .. } => Text::Invitation,
            Step::Password { .. } => Text::ChoosePassword,
            Step::Done => Text::PasswordIsSet,
        })
    }

    fn title(&self) -> String {
        self.frame.title(&self.heading(), self.notice.is_some())
    }

    fn code_invalid(&self) -> bool {
        self.notice == Some(InvitationNotice::Refused)
    }

    fn password_invalid(&self) -> bool {
        matches!(self.notice, Some(InvitationNotice::Password(_)))
    }

    /// The rule that a password broke.
    fn rule(&self, problem: PasswordProblem, minimum: usize) -> String {
        let texts = self.frame.texts;
        match problem {
            PasswordProblem::TooShort => texts.with(Text::PasswordTooShort, "minimum", minimum),
            PasswordProblem::TooLong => texts.text(Text::PasswordTooLong),
            PasswordProblem::ControlCharacter => texts.text(Text::PasswordControlCharacter),
            PasswordProblem::TooCommon => texts.text(Text::PasswordTooCommon),
            PasswordProblem::OwnName => texts.text(Text::PasswordOwnName),
        }
    }
}
