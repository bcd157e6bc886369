//! Registration of clients by themselves.

use super::key::section;
use super::value::words;

words! {
    /// Who may register clients over the network (RFC 7591).
    DynamicRegistration {
        /// Nobody.
        Off = "off",
        /// Whoever has an initial access token.
        Token = "token",
        /// Anybody.
        Open = "open",
    }
}

section! {
    /// Dynamic client registration.
    Registration in "registration." {
        /// Who may register clients over the network. This release has no registration endpoint yet: values other
        /// than `off` are accepted with a warning.
        dynamic: DynamicRegistration = DynamicRegistration::Off;
    }
}
