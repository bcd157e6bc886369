//! Signing keys and the key-encryption key.

use super::key::section;
use std::path::PathBuf;
use vouchsafe_core::model::Span;

section! {
    /// Keys at rest.
    Keys in "keys." {
        /// The directory of the key-encryption key. Keep it apart from the database and back it up: without it
        /// the stored keys cannot be opened.
        dir: PathBuf = PathBuf::from("./keys");
        section rotation: Rotation;
    }
}

section! {
    /// Rotation of the signing keys.
    Rotation in "keys.rotation." {
        /// How long a signing key signs. The next key is always published ahead, so the least value is the day
        /// for which validators may hold the key set.
        interval: Span = Span::from_days(90), from Span::from_days(1) => Span::from_days(3650);
    }
}
