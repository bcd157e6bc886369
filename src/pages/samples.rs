//! Every page in every state with made-up data, for the snapshots, the linter and the designer's gallery.

use super::texts::Locale;

/// A page in each of its states.
pub trait Sample: Sized {
    /// The states with their names.
    fn samples(locale: Locale) -> Vec<(&'static str, Self)>;

    /// The page as HTML.
    fn html(&self) -> String;
}

/// All pages in all states and languages: name and HTML.
#[must_use]
pub fn gallery() -> Vec<(String, String)> {
    Vec::new()
}
