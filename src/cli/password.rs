//! Passwords on their way in: from standard input only, never from an argument that others can see.

use super::exit::Failure;
use super::open::Workplace;
use crate::accounts::passwords::{Cost, Password, hash_here};
use std::io::Read as _;
use vouchsafe_core::decide::password_policy;
use vouchsafe_core::model::PasswordHash;
use zeroize::Zeroizing;

/// Reads a password from standard input: everything up to the end, without the last line end.
pub(crate) fn read() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|error| Failure::io("the password cannot be read from standard input", &error))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Zeroizing::new(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

/// Reads a password, holds it to the policy, and hashes it.
pub(crate) fn hashed(place: &Workplace, username: &str, email: &str) -> Result<PasswordHash, Failure> {
    let text = read()?;
    let minimum = place.config.passwords.minimum_length;
    password_policy::check(&text, minimum, username, email)
        .map_err(|rule| Failure::failed(rule.for_administrators(minimum)))?;
    Password::parse(&text)
        .ok()
        .and_then(|password| hash_here(Cost::recommended(), &password, place.ports.entropy.bytes()))
        .ok_or_else(|| Failure::failed("the password cannot be hashed"))
}
