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

/// Whether a password holds to the policy, for whoever has this user name and e-mail address; it is none when it is longer
/// than the server takes.
///
/// # Errors
/// The rule that it breaks.
pub(super) fn check(
    cx: &Cx,
    password: Option<&Password>,
    (username, email): (&str, &str),
) -> Result<(), PasswordProblem> {
    let password = password.ok_or(PasswordProblem::TooLong)?;
    let minimum = cx.config().passwords.minimum_length;
    password_policy::check(password.expose(), minimum, username, email).map(drop)
}

/// The hash of a password that holds to the policy.
pub(super) async fn hashed(
    cx: &Cx,
    password: Option<Password>,
    names: (&str, &str),
) -> Result<PasswordHash, NotTaken> {
    check(cx, password.as_ref(), names).map_err(NotTaken::Problem)?;
    let password = password.ok_or(NotTaken::Problem(PasswordProblem::TooLong))?;
    let salt = cx.services.ports.entropy.bytes();
    let hashed = cx.services.passwords.hash(password, salt).await;
    hashed.map_err(|_| NotTaken::Busy)
}
