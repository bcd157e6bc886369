//! The sign-in page in each of its states.

use super::{LoginNotice, LoginPage, Remember, Who};
use crate::pages::samples::{self, Sample};
use crate::pages::texts::Locale;

impl Sample for LoginPage {
    const PAGE: &'static str = "login";

    fn samples(locale: Locale) -> Vec<(&'static str, Self)> {
        let page = |who| page(locale, who);
        let after = |who, notice| Self {
            notice: Some(notice),
            ..page(who)
        };
        let other = Some("/interaction/9fQ2/login?other=1".to_owned());
        let both = LoginNotice::Incomplete {
            username: true,
            password: true,
        };
        let until = samples::AT;
        let hostile = Self {
            app: samples::hostile_app(),
            ..page(anybody("\"><b>x</b>"))
        };
        vec![
            ("first", page(anybody(""))),
            ("hinted", page(anybody("mara@example.com"))),
            (
                "again",
                Self {
                    remember: None,
                    ..page(again(None))
                },
            ),
            ("again-or-other", page(again(other))),
            ("again-wrong", after(again(None), LoginNotice::WrongCredentials)),
            (
                "wrong-credentials",
                after(anybody("mara"), LoginNotice::WrongCredentials),
            ),
            ("incomplete", after(anybody(""), both)),
            (
                "throttled",
                after(anybody("mara"), LoginNotice::Throttled { until }),
            ),
            ("form-stale", after(anybody("mara"), LoginNotice::FormStale)),
            (
                "cookie-missing",
                after(anybody("mara"), LoginNotice::CookieMissing),
            ),
            ("busy", after(anybody("mara"), LoginNotice::Busy)),
            (
                "self-registered",
                Self {
                    app: samples::unknown_app(),
                    ..page(anybody(""))
                },
            ),
            ("hostile", hostile),
        ]
    }

    fn html(&self) -> String {
        self.render()
    }
}

fn page(locale: Locale, who: Who) -> LoginPage {
    LoginPage {
        frame: samples::frame(locale),
        form: samples::form("login"),
        app: samples::app(),
        who,
        notice: None,
        remember: Some(Remember {
            days: 30,
            ticked: false,
        }),
    }
}

fn anybody(username: &str) -> Who {
    Who::Anybody {
        username: username.to_owned(),
    }
}

fn again(other: Option<String>) -> Who {
    Who::Again {
        account: samples::account(),
        other,
    }
}
