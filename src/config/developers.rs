//! The pages for developers.

use super::Config;
use super::key::section;

/// The catalogue of errors, where the pages for developers are on.
pub const ERRORS_PAGE: &str = "/developers/errors";

section! {
    /// The pages for those who build applications, below `/developers`: docs/developers.md. They are public, and show
    /// nothing that the metadata and the key set do not.
    Developers in "developers." {
        /// Whether there are such pages. Without them every address below `/developers` is 404, and no error names one
        /// in `error_uri`.
        enabled: bool = true;
    }
}

impl Config {
    /// The address of the catalogue of errors, where there is one.
    #[must_use]
    pub fn errors_page(&self) -> Option<String> {
        self.developers
            .enabled
            .then(|| format!("{}{ERRORS_PAGE}", self.issuer))
    }
}
