//! What people see of this installation: its name and its links.

use serde::{Deserialize, Serialize};

/// The settings that administrators change while the server runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteSettings {
    /// The name on the pages; the host of the issuer when there is none.
    pub site_name: Option<String>,
    /// Where people find help: an https URL or a `mailto:` address.
    pub support_url: Option<String>,
    /// The privacy policy.
    pub privacy_url: Option<String>,
    /// The terms of use.
    pub terms_url: Option<String>,
}

impl SiteSettings {
    /// Each setting with its name.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("site_name", self.site_name.as_deref()),
            ("support_url", self.support_url.as_deref()),
            ("privacy_url", self.privacy_url.as_deref()),
            ("terms_url", self.terms_url.as_deref()),
        ]
    }
}
