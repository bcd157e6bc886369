//! RFC 7009 §2.1, RFC 7662 §2.1 — `token` and `token_type_hint`: a token handed in. Nobody reads the hint: each kind of
//! token has a form of its own.

use super::registry::{Endpoint, Parameter, Spec};

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "RFC 7009 section 2.1",
    parameters: &[
        Parameter::once("token", &[Endpoint::Revocation, Endpoint::Introspection]),
        Parameter::once(
            "token_type_hint",
            &[Endpoint::Revocation, Endpoint::Introspection],
        ),
    ],
};
