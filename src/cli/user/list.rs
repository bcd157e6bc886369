//! Which people `user list` shows: the filters of the administration's pages and of its API.

use crate::store::listing::{MOST, Part, UserState, UsersWanted};
use clap::{Args, ValueEnum};
use vouchsafe_core::model::UnixTime;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// The beginning of a user name, an e-mail address, a word of the name, or the `sub`
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only those of this standing
    #[arg(long)]
    state: Option<State>,
    /// Only those who have this role
    #[arg(long)]
    role: Option<String>,
    /// Only those who are in this group
    #[arg(long)]
    group: Option<String>,
    /// Only administrators, or only those who are none
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    admin: Option<bool>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Active,
    Disabled,
    Banned,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Banned => "banned",
        }
    }
}

impl ListArgs {
    /// For the database.
    pub(super) fn wanted(self, now: UnixTime) -> UsersWanted {
        UsersWanted {
            text: self.search,
            state: self.state.map(State::word).and_then(UserState::parse),
            role: self.role,
            group: self.group,
            is_admin: self.admin,
            now,
            part: Part::first(MOST),
            ..UsersWanted::default()
        }
    }

    /// For the administration API.
    pub(super) fn query(&self) -> Vec<(&'static str, &str)> {
        let admin = self.admin.map(|admin| if admin { "true" } else { "false" });
        let fields = [
            ("q", self.search.as_deref()),
            ("state", self.state.map(State::word)),
            ("role", self.role.as_deref()),
            ("group", self.group.as_deref()),
            ("admin", admin),
        ];
        let given = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        given.collect()
    }
}
