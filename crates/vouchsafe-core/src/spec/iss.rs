//! RFC 9207 — `iss` in every authorization response, against mix-up.

/// The parameter's name.
pub const NAME: &str = "iss";

/// `authorization_response_iss_parameter_supported`.
pub const SUPPORTED: bool = true;
