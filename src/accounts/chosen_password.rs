//! A password that somebody chooses for themselves: held to the policy, then hashed where all passwords are.

use crate::accounts::passwords::Password;
use crate::cx::Cx;
use vouchsafe_core::decide::password_policy::{self, PasswordProblem};
use vouchsafe_core::model::PasswordHash;

/// Why it is not taken.
pub(super) enum NotTaken {
    /// It breaks a rule.
    Problem(PasswordProblem),
    /// There is no room to hash it now.
    Busy,
}

/// The hash of a password for whoever has this user name and e-mail address; the password is none when it is longer than
/// the server takes.
pub(super) async fn hashed(
    cx: &Cx,
    password: Option<Password>,
    (username, email): (&str, &str),
) -> Result<PasswordHash, NotTaken> {
    let password = password.ok_or(NotTaken::Problem(PasswordProblem::TooLong))?;
    let minimum = cx.config().passwords.minimum_length;
    password_policy::check(password.expose(), minimum, username, email).map_err(NotTaken::Problem)?;
    let salt = cx.services.ports.entropy.bytes();
    let hashed = cx.services.passwords.hash(password, salt).await;
    hashed.map_err(|_| NotTaken::Busy)
}
