//! OpenID Connect Core §3.1.2.1 — `id_token_hint`: its name; the ID token itself is checked by `vouchsafe-verify`.

use super::registry::{Endpoint, Parameter, Spec};

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect Core 1.0 section 3.1.2.1",
    parameters: &[Parameter::once(
        "id_token_hint",
        &[Endpoint::Authorization, Endpoint::EndSession],
    )],
};
