//! OpenID Connect Core §3.1.2.1 — `login_hint`, written into the sign-in form and used for nothing else.

use super::registry::{Endpoint, Parameter, Spec};

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect Core 1.0 section 3.1.2.1",
    parameters: &[Parameter::once("login_hint", &[Endpoint::Authorization])],
};

const LONGEST: usize = 320;

/// The hint, unless it could not be a name or an e-mail address.
#[must_use]
pub fn parse(value: Option<&str>) -> Option<String> {
    value
        .filter(|text| text.len() <= LONGEST && !text.chars().any(char::is_control))
        .map(str::to_owned)
}
