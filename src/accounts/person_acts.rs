//! What is done to people's accounts, and which of it asks whoever does it to prove again who they are: one rule for the
//! pages, which ask for the password, and for the API, which asks for a recent sign-in (RFC 9470).
//!
//! Whoever finds a browser open, or a token that is renewed for weeks, must not be able to take the power of
//! administrators, or to give it to themselves.

/// An act on somebody's account. Telling that their tokens must be exchanged is none: it takes nothing from anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonAct {
    /// To add the account.
    Create,
    /// To change names, address or claims.
    UpdateProfile,
    /// To set the password.
    SetPassword,
    /// To make a link by which the person sets their first password.
    Invite,
    /// To end such a link.
    EndInvitation,
    /// To replace roles or groups.
    SetRoles,
    /// To ban.
    Ban,
    /// To lift a ban.
    Unban,
    /// To disable.
    Disable,
    /// To enable.
    Enable,
    /// To delete.
    Delete,
    /// To end everything that the person holds.
    SignOut,
    /// To end one session, one grant, or what one consent gave.
    EndHeld,
    /// To end a session in the administration.
    EndAdminSession,
    /// To make somebody an administrator, or take that away.
    SetAdmin,
}

/// On whose accounts an act asks for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsksFor {
    /// On everybody's: the act is about power, whoever it is done to.
    Everybody,
    /// On those of administrators.
    Administrators,
}

impl PersonAct {
    /// On whose accounts the act asks for a proof.
    #[must_use]
    pub const fn asks_for(self) -> AsksFor {
        match self {
            Self::SetPassword | Self::Invite | Self::SetAdmin | Self::EndAdminSession => AsksFor::Everybody,
            Self::Create
            | Self::UpdateProfile
            | Self::EndInvitation
            | Self::SetRoles
            | Self::Ban
            | Self::Unban
            | Self::Disable
            | Self::Enable
            | Self::Delete
            | Self::SignOut
            | Self::EndHeld => AsksFor::Administrators,
        }
    }

    /// Whether it asks for a proof when it is done to somebody who administers, or to somebody who does not.
    #[must_use]
    pub const fn asks(self, is_admin: bool) -> bool {
        match self.asks_for() {
            AsksFor::Everybody => true,
            AsksFor::Administrators => is_admin,
        }
    }
}
