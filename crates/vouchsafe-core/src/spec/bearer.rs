//! RFC 6750 §2.2 — an access token in the form of a request. The header is read by `vouchsafe-verify`, as resource servers
//! read it.

use super::registry::{Endpoint, Parameter, Spec};

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 6750 section 2",
    parameters: &[Parameter::once("access_token", &[Endpoint::UserInfo])],
};
