//! Outgoing mail.

use super::key::section;
use super::value::words;
use std::path::PathBuf;

words! {
    /// How mail leaves the server.
    MailTransport {
        /// Over SMTP.
        Smtp = "smtp",
        /// As files in a directory.
        File = "file",
        /// Not at all.
        Off = "off",
    }
}

section! {
    /// Mail. This release sends none yet: values other than `off` are accepted with a warning.
    Mail in "mail." {
        /// How mail leaves the server.
        transport: MailTransport = MailTransport::Off;
        /// The directory for the transport `file`.
        dir: Option<PathBuf> = None;
    }
}
