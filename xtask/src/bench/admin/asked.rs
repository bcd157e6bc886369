//! What is asked: a name for the table, and an address.

use crate::bench::http::form;

/// Somewhere to ask.
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) path: String,
    /// Whether the token asks instead of the administrator's browser.
    pub(crate) by_token: bool,
    /// Whether so much is read on purpose that there is no target.
    pub(crate) reads_much: bool,
}

impl Asked {
    /// A page.
    pub(crate) fn page(name: &str, path: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            path: path.into(),
            by_token: false,
            reads_much: false,
        }
    }

    /// An address of the API.
    pub(crate) fn api(path: impl Into<String>) -> Self {
        let path = path.into();
        Self {
            name: format!("API {path}"),
            path: format!("/api/v1{path}"),
            by_token: true,
            reads_much: false,
        }
    }

    /// The same without a target.
    pub(crate) fn reading_much(self) -> Self {
        Self {
            reads_much: true,
            ..self
        }
    }
}

/// A path with a query.
pub(crate) fn with(path: &str, query: &[(&str, &str)]) -> String {
    format!("{path}?{}", form(query))
}
