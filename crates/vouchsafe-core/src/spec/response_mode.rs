//! OAuth 2.0 Multiple Response Types §2.1 — `response_mode`.

use super::registry::{Endpoint, Parameter, Spec};
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OAuth 2.0 Multiple Response Type Encoding Practices section 2.1",
    parameters: &[Parameter::once("response_mode", &[Endpoint::Authorization])],
};

/// `response_modes_supported`.
pub const SUPPORTED: &[&str] = &["query"];

/// How the answer reaches the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
}

/// Reads the parameter; without it the answer comes in the query.
///
/// # Errors
/// [`Reason::ResponseModeUnsupported`].
pub fn parse(value: Option<&str>) -> Result<ResponseMode, Reason> {
    match value {
        None | Some("query") => Ok(ResponseMode::Query),
        Some(_) => Err(Reason::ResponseModeUnsupported),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_comes_in_the_query() {
        assert_eq!(parse(None), Ok(ResponseMode::Query));
        assert_eq!(parse(Some("query")), Ok(ResponseMode::Query));
        for other in ["fragment", "form_post", "jwt", "QUERY", "query "] {
            assert_eq!(
                parse(Some(other)),
                Err(Reason::ResponseModeUnsupported),
                "{other}"
            );
        }
    }
}
