//! Every page in every state with made-up data, for the snapshots, the linter and the designer's gallery.

use super::consent::ConsentPage;
use super::error::ErrorPage;
use super::invitation::InvitationPage;
use super::layout::{Account, Acquaintance, App, Form, Frame};
use super::login::LoginPage;
use super::logout::LogoutPage;
use super::select_account::SelectAccountPage;
use super::suspended::SuspendedPage;
use super::texts::Locale;
use vouchsafe_core::model::UnixTime;

/// A page that can show itself in each of its states.
pub(super) trait Sample: Sized {
    /// The page's name: its file's stem.
    const PAGE: &'static str;

    /// The states with their names.
    fn samples(locale: Locale) -> Vec<(&'static str, Self)>;

    /// The page as HTML.
    fn html(&self) -> String;
}

/// All pages in all states and languages: a name like `login.throttled.de`, and the HTML.
#[must_use]
pub fn gallery() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for locale in Locale::ALL {
        hang::<LoginPage>(&mut pages, locale);
        hang::<SelectAccountPage>(&mut pages, locale);
        hang::<ConsentPage>(&mut pages, locale);
        hang::<SuspendedPage>(&mut pages, locale);
        hang::<InvitationPage>(&mut pages, locale);
        hang::<LogoutPage>(&mut pages, locale);
        hang::<ErrorPage>(&mut pages, locale);
    }
    pages
}

fn hang<S: Sample>(pages: &mut Vec<(String, String)>, locale: Locale) {
    for (state, page) in S::samples(locale) {
        pages.push((format!("{}.{state}.{}", S::PAGE, locale.tag()), page.html()));
    }
}

pub(super) fn frame(locale: Locale) -> Frame {
    Frame::new(locale, "id.northwind.example")
}

pub(super) fn form(step: &str) -> Form {
    Form {
        action: format!("/interaction/9fQ2/{step}"),
        token: "kD0w".to_owned(),
    }
}

pub(super) fn app() -> App {
    App::new("Tideline", "tideline.example")
}

/// A client that registered itself with everything that it can show.
pub(super) fn unknown_app() -> App {
    App {
        logo: Some("/static/logos/4d9a.png".to_owned()),
        policy: Some("https://tideline.example/privacy".to_owned()),
        terms: Some("https://tideline.example/terms".to_owned()),
        known: Acquaintance::ByItself(AT),
        ..app()
    }
}

pub(super) fn account() -> Account {
    Account {
        name: "Mara Lindqvist".to_owned(),
        email: "mara@example.com".to_owned(),
        username: "mara".to_owned(),
    }
}

/// 21 November 2026, 23:14 UTC.
pub(super) const AT: UnixTime = UnixTime::from_seconds(1_795_302_840);
pub(super) const REFERENCE: &str = "7F3K92QDXM4A";

/// A client whose name and host try to break the page.
pub(super) fn hostile_app() -> App {
    App::new(
        "<script>alert(1)</script> & \"Donaudampfschifffahrtsgesellschaftskapitän\" \u{202E}",
        "a-very-long-host-name-that-wants-to-break-out-of-its-card.tideline.example",
    )
}
