//! The pages of an invitation in each of their states.

use super::{InvitationNotice, InvitationPage, Step};
use crate::pages::layout::{Account, Form, Frame};
use crate::pages::samples::{self, Sample};
use crate::pages::texts::Locale;
use vouchsafe_core::decide::password_policy::PasswordProblem;
use vouchsafe_core::model::Plain;

impl Sample for InvitationPage {
    const PAGE: &'static str = "invitation";

    fn samples(locale: Locale) -> Vec<(&'static str, Self)> {
        let asked = |step| Self {
            frame: samples::frame(locale),
            step,
            notice: None,
        };
        let answered = |step, notice| Self {
            frame: Frame::of_answer(locale, "id.northwind.example"),
            step,
            notice,
        };
        let until = samples::AT;
        let refused = |problem| {
            let notice = InvitationNotice::Password(problem);
            answered(password(samples::account()), Some(notice))
        };
        let hostile = Account {
            name: "\"><b>x</b>".to_owned(),
            username: "\"><b>x</b>".to_owned(),
            ..samples::account()
        };
        vec![
            ("code", asked(code())),
            ("code-refused", answered(code(), Some(InvitationNotice::Refused))),
            (
                "throttled",
                answered(code(), Some(InvitationNotice::Throttled { until })),
            ),
            ("form-stale", answered(code(), Some(InvitationNotice::FormStale))),
            ("password", answered(password(samples::account()), None)),
            ("password-short", refused(PasswordProblem::TooShort)),
            ("password-long", refused(PasswordProblem::TooLong)),
            ("password-control", refused(PasswordProblem::ControlCharacter)),
            ("password-common", refused(PasswordProblem::TooCommon)),
            ("password-own-name", refused(PasswordProblem::OwnName)),
            (
                "busy",
                answered(password(samples::account()), Some(InvitationNotice::Busy)),
            ),
            ("hostile", answered(password(hostile), None)),
            ("done", asked(Step::Done)),
        ]
    }

    fn html(&self) -> String {
        self.render()
    }
}

fn form() -> Form {
    Form {
        action: "/invitation".to_owned(),
        ..samples::form("invitation")
    }
}

fn code() -> Step {
    Step::Code { form: form() }
}

fn password(account: Account) -> Step {
    Step::Password {
        form: form(),
        code: Plain::from_entropy([7; 32]),
        account,
        minimum: 12,
    }
}
