//! Whether somebody still administers the server when a plan is carried out.

use super::{Plan, Work};
use crate::cli::apply::current::Current;
use vouchsafe_core::model::{Standing, UnixTime};

impl Plan {
    /// Whether it takes the last administrator away: then it cannot be carried out, and nothing of it. Whoever becomes one
    /// does so before another is one no more.
    pub(in crate::cli::apply) fn ends_administration(&self, current: &Current, now: UnixTime) -> bool {
        let mut able = current.administrators.clone();
        let (mut loses, mut gains) = (false, false);
        for step in &self.0 {
            match &step.work {
                Work::DeleteUser(user) if user.is_admin => {
                    able.remove(&user.id);
                    // Who cannot administer now is no loss.
                    loses |= user.standing(now) == Standing::Good;
                }
                Work::UpdateUser(id, change) => {
                    let Some(before) = current.users.get(id) else {
                        continue;
                    };
                    let is_good = before.standing(now) == Standing::Good;
                    if change.admin.unwrap_or(before.is_admin) {
                        let has_password = before.password_hash.is_some() || change.password.is_some();
                        gains |= is_good && has_password;
                    } else if before.is_admin {
                        able.remove(id);
                        loses |= is_good;
                    }
                }
                Work::CreateUser(user, password) => gains |= user.is_admin && password.is_some(),
                Work::None
                | Work::CreateApi(_)
                | Work::UpdateApi(_)
                | Work::DeleteApi(_)
                | Work::CreateClient(..)
                | Work::UpdateClient(..)
                | Work::DeleteClient(_)
                | Work::DeleteUser(_) => {}
            }
        }
        loses && !gains && able.is_empty()
    }
}
