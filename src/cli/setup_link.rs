//! The link for the first administrator, which a server shows when it starts: to a person at a terminal, and to nobody
//! else. What is written to a log stays there.

use super::exit::Failure;
use crate::accounts::setup;
use crate::audit::Act;
use crate::services::Services;
use std::io::IsTerminal as _;
use vouchsafe_core::model::{Plain, SetupCode};

/// What a server without an administrator says of it when it starts.
pub(super) enum FirstAdministrator {
    /// There is one.
    Exists,
    /// The link, for the eyes of whoever sits at the terminal.
    Link(String),
    /// Nobody sits there.
    Invite,
}

/// Looks whether there is an administrator, and makes a link when there is none and somebody can see it.
pub(super) fn first_administrator(services: &Services) -> Result<FirstAdministrator, Failure> {
    let act = Act::new("server", services.ports.clock.now(), &services.ports.entropy);
    if !std::io::stderr().is_terminal() {
        let exists = services
            .store
            .read_blocking("administrators", |tx| crate::db!(tx, administrators::exist()))?;
        return Ok(if exists {
            FirstAdministrator::Exists
        } else {
            FirstAdministrator::Invite
        });
    }
    let code: Plain<SetupCode> = Plain::from_entropy(services.ports.entropy.bytes());
    let digest = code.digest();
    let made = services
        .store
        .write_blocking("invite-first", move |tx| setup::invite_first(tx, &act, &digest))?;
    Ok(match made {
        None => FirstAdministrator::Exists,
        Some(_) => FirstAdministrator::Link(setup::link(&services.config.admin_origin(), &code)),
    })
}

impl FirstAdministrator {
    /// A line for people, when there is something to do.
    pub(super) fn line(&self, invite: &str) -> Option<String> {
        match self {
            Self::Exists => None,
            Self::Link(link) => Some(format!("{link}   (works once, for 30 minutes)")),
            Self::Invite => Some(format!("nobody administers it yet; run: {invite}")),
        }
    }
}
