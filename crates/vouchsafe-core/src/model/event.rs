//! The one append-only log of security events. Each is written in the transaction of its cause.

use super::{ClientId, EventId, UnixTime};
use serde::{Deserialize, Serialize};

macro_rules! event_kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)+) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventKind {
            $($(#[doc = $doc])* #[serde(rename = $text)] $name,)+
        }

        impl EventKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name in the log.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What happened, as a sentence without its full stop.
            #[must_use]
            pub fn words(self) -> &'static str {
                let words = match self { $(Self::$name => concat!($($doc),*),)+ };
                let sentence = words.split(';').next().unwrap_or_default();
                sentence.trim().trim_end_matches('.')
            }

            /// Reads the name in the log.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

event_kinds! {
    /// A person signed in.
    SignedIn = "session.started";
    /// A sign-in failed.
    SignInFailed = "session.refused";
    /// A session ended.
    SessionEnded = "session.ended";
    /// A person allowed a client.
    ConsentGiven = "consent.given";
    /// A person refused a client.
    ConsentRefused = "consent.refused";
    /// A consent was taken back.
    ConsentWithdrawn = "consent.withdrawn";
    /// A grant ended; `target` is its `gid`.
    GrantEnded = "grant.ended";
    /// A grant's claims version was raised; `target` is its `gid`, `value` the least acceptable `gver`.
    GrantClaimsRaised = "grant.claims_raised";
    /// An access token without grant was revoked; `target` is its `jti`.
    TokenEnded = "token.ended";
    /// A client's epoch was raised; `target` is the `client_id`, `value` the least acceptable epoch.
    ClientEpochRaised = "client.epoch_raised";
    /// The issuer's epoch was raised; `value` is the least acceptable epoch.
    IssuerEpochRaised = "issuer.epoch_raised";
    /// A new timeline of the revocation feed began; `timeline` in the detail is its name, `was` that of the one before.
    TimelineBegun = "issuer.timeline_begun";
    /// A signing key was revoked; `target` is its `kid`.
    KeyRevoked = "key.revoked";
    /// A signing key was made; `target` is its `kid`.
    KeyCreated = "key.created";
    /// A signing key is to sign before its time; `target` is its `kid`.
    KeyRotated = "key.rotated";
    /// What is sealed was wrapped with another key-encryption key; `target` is its id.
    KeysRewrapped = "keys.rewrapped";
    /// A person's account was made.
    UserCreated = "user.created";
    /// A person's name, address or claims changed; `changed` in the detail names which.
    UserUpdated = "user.updated";
    /// A person's account was disabled.
    UserDisabled = "user.disabled";
    /// A person's account was enabled.
    UserEnabled = "user.enabled";
    /// A person was banned; `until` in the detail is the end of it, in seconds.
    UserBanned = "user.banned";
    /// A person's ban was lifted.
    UserUnbanned = "user.unbanned";
    /// A person was signed out everywhere.
    UserSignedOut = "user.signed_out";
    /// A person's account was deleted.
    UserDeleted = "user.deleted";
    /// A service told that something about a person changed.
    UserTouched = "user.touched";
    /// A person's roles changed.
    UserRolesChanged = "user.roles_changed";
    /// A person's groups changed.
    UserGroupsChanged = "user.groups_changed";
    /// A link was made by which a person sets their first password; `until` in the detail is its end, in seconds.
    UserInvited = "user.invited";
    /// A person set their first password by the link that they were given.
    InvitationAccepted = "user.invitation_accepted";
    /// A person's link for their first password was ended before it was used.
    InvitationEnded = "user.invitation_ended";
    /// A person's password was set.
    PasswordChanged = "user.password_changed";
    /// A person became an administrator.
    AdminGranted = "admin.granted";
    /// A person is no administrator any more.
    AdminWithdrawn = "admin.withdrawn";
    /// A link was made by which somebody becomes an administrator.
    AdminInvited = "admin.invited";
    /// An administrator's access was restored on the machine itself.
    AdminRecovered = "admin.recovered";
    /// An administrator signed in to the administration.
    AdminSignedIn = "admin.signed_in";
    /// Somebody who is no administrator gave the right password at the administration.
    AdminRefused = "admin.refused";
    /// An administrator proved again who they are.
    AdminConfirmed = "admin.confirmed";
    /// An administrator's session in the administration ended.
    AdminSessionEnded = "admin.session_ended";
    /// The settings that administrators change changed; `changed` in the detail names them.
    SettingsChanged = "settings.changed";
    /// A client was registered.
    ClientCreated = "client.created";
    /// A client's settings changed.
    ClientUpdated = "client.updated";
    /// A client was disabled.
    ClientDisabled = "client.disabled";
    /// A client was enabled.
    ClientEnabled = "client.enabled";
    /// A client was deleted.
    ClientDeleted = "client.deleted";
    /// A client got another secret.
    ClientSecretRotated = "client.secret_rotated";
    /// The audit log, or a part of it, was handed out as a file.
    AuditExported = "audit.exported";
    /// A client got a further secret.
    ClientSecretAdded = "client.secret_added";
    /// An end was set to a secret of a client; `until` in the detail is that end, in seconds.
    ClientSecretEnded = "client.secret_ended";
    /// A client registered itself; `registrar` in the detail says by what right.
    ClientRegistered = "client.registered";
    /// An initial access token was made; `target` is its id.
    InitialTokenCreated = "initial_token.created";
    /// An initial access token was revoked; `target` is its id.
    InitialTokenRevoked = "initial_token.revoked";
    /// An API was registered.
    ApiCreated = "api.created";
    /// An API changed; `target` is its identifier.
    ApiUpdated = "api.updated";
    /// An API was deleted; `target` is its identifier.
    ApiDeleted = "api.deleted";
}

impl EventKind {
    /// Whether resource servers must know of it, for as long as a token that it concerns may live: the kinds of the
    /// revocation feed.
    #[must_use]
    pub const fn is_for_verifiers(self) -> bool {
        matches!(
            self,
            Self::GrantEnded
                | Self::GrantClaimsRaised
                | Self::TokenEnded
                | Self::ClientEpochRaised
                | Self::IssuerEpochRaised
                | Self::KeyRevoked
        )
    }
}

/// An entry of the log, before the publisher numbers and chains it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Sorts the events of one instant as they were made; random otherwise, so that no two are alike.
    pub id: EventId,
    /// When.
    pub at: UnixTime,
    /// What.
    pub kind: EventKind,
    /// Who did it: a `sub`, `cli`, `client:<id>` or `server`.
    pub actor: String,
    /// To whom: a `sub`.
    pub subject: Option<String>,
    /// Through which client.
    pub client_id: Option<ClientId>,
    /// What a verifier must know: `gid`, `jti`, `client_id` or `kid`.
    pub target: Option<String>,
    /// The least acceptable version or epoch, where the kind has one.
    pub value: Option<i64>,
    /// The HTTP request it happened in.
    pub request_id: Option<String>,
    /// Further facts, without secrets.
    pub detail: serde_json::Map<String, serde_json::Value>,
    /// Until when verifiers must know it: the end of the last token it concerns.
    pub expires_at: UnixTime,
}
