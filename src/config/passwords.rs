//! The password policy.

use super::key::section;

section! {
    /// Passwords.
    Passwords in "passwords." {
        /// The least number of characters. There are no rules about kinds of characters; common passwords and
        /// the person's own name are refused.
        minimum_length: usize = 12, from 8 => 64;
    }
}
