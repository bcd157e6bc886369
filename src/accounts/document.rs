//! People, and what they hold, as the command line and the admin API show them.

use crate::accounts::invitations::Invitation;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use vouchsafe_core::model::{AdminSession, Consent, Grant, Session, UnixTime, User};
use vouchsafe_core::spec::scope;

/// A person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
#[expect(clippy::struct_excessive_bools, reason = "each is a member of the document")]
pub struct UserDocument {
    /// The claim `sub`.
    pub sub: String,
    /// The name to sign in with.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// Whether the address was verified.
    pub email_verified: bool,
    /// The full name.
    #[schema(value_type = Option<String>)]
    pub name: Option<Value>,
    /// Whether the person has a password; without one nobody can sign in to the account.
    pub password_set: bool,
    /// Until when the link works by which the person sets their first password, in seconds since 1970.
    pub invited_until: Option<i64>,
    /// Whether the person administers this server.
    pub admin: bool,
    /// Roles.
    pub roles: Vec<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// Whether the account is disabled.
    pub disabled: bool,
    /// Whether the person is banned; a ban whose end has come counts no more.
    pub banned: bool,
    /// When the ban ends by itself, in seconds since 1970.
    pub banned_until: Option<i64>,
    /// What the person is told about the ban.
    pub ban_reason: Option<String>,
    /// Standard claims (OpenID Connect Core §5.1).
    #[schema(value_type = Object)]
    pub claims: Map<String, Value>,
    /// When the account was made, in seconds since 1970.
    pub created_at: i64,
}

impl UserDocument {
    /// A person as they are at `now`: of a ban whose end has come nothing is told.
    #[must_use]
    pub fn of(user: &User, now: UnixTime) -> Self {
        let is_banned = user.is_banned(now);
        Self {
            sub: user.id.as_str().to_owned(),
            username: user.username.clone(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            name: user.claims.get("name").cloned(),
            password_set: user.password_hash.is_some(),
            invited_until: user.invited_until.map(UnixTime::seconds),
            admin: user.is_admin,
            roles: user.roles.clone(),
            groups: user.groups.clone(),
            disabled: user.disabled_at.is_some(),
            banned: is_banned,
            banned_until: user.banned_until.filter(|_| is_banned).map(UnixTime::seconds),
            ban_reason: user.ban_reason.clone().filter(|_| is_banned),
            claims: user.claims.clone(),
            created_at: user.created_at.seconds(),
        }
    }
}

/// A link that was made just now, by which a person sets their first password.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationDocument {
    /// Where the person sets it, once. Whoever has the link can, so that nobody else may see it; it is shown this once.
    pub link: String,
    /// When it stops to work, in seconds since 1970.
    pub expires_at: i64,
}

impl InvitationDocument {
    /// A link of this issuer.
    #[must_use]
    pub fn of(invitation: &Invitation, issuer: &str) -> Self {
        Self {
            link: invitation.link(issuer),
            expires_at: invitation.expires_at.seconds(),
        }
    }
}

/// A sign-in session.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionDocument {
    /// Its identifier.
    pub session_id: String,
    /// Who signed in.
    pub sub: String,
    /// Their name.
    pub username: String,
    /// When they last proved who they are, in seconds since 1970.
    pub auth_time: i64,
    /// How well.
    pub acr: String,
    /// By what (RFC 8176).
    pub amr: Vec<String>,
    /// Ends unless used before, in seconds since 1970.
    pub idle_expires_at: i64,
    /// Ends in any case, in seconds since 1970.
    pub expires_at: i64,
    /// Whether it is kept after the browser closes.
    pub remember: bool,
}

impl SessionDocument {
    /// A session and the name of its person.
    #[must_use]
    pub fn of(session: &Session, username: &str) -> Self {
        Self {
            session_id: session.id.as_str().to_owned(),
            sub: session.user_id.as_str().to_owned(),
            username: username.to_owned(),
            auth_time: session.auth_time.seconds(),
            acr: session.acr.clone(),
            amr: session.amr.clone(),
            idle_expires_at: session.idle_expires_at.seconds(),
            expires_at: session.expires_at.seconds(),
            remember: session.remember,
        }
    }
}

/// A session of an administrator in the pages of the administration.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AdminSession)]
pub struct AdminSessionDocument {
    /// Its identifier.
    pub session_id: String,
    /// Who signed in.
    pub sub: String,
    /// Their name.
    pub username: String,
    /// When they signed in, in seconds since 1970.
    pub created_at: i64,
    /// When it was last used, to within a minute, in seconds since 1970.
    pub last_used_at: i64,
    /// When they last proved who they are, in seconds since 1970.
    pub auth_time: i64,
    /// Ends unless used before, in seconds since 1970.
    pub idle_expires_at: i64,
    /// Ends in any case, in seconds since 1970.
    pub expires_at: i64,
}

impl AdminSessionDocument {
    /// A session and the name of its person.
    #[must_use]
    pub fn of(session: &AdminSession, username: &str) -> Self {
        Self {
            session_id: session.id.as_str().to_owned(),
            sub: session.user_id.as_str().to_owned(),
            username: username.to_owned(),
            created_at: session.started_at.seconds(),
            last_used_at: session.used_at().seconds(),
            auth_time: session.proven_at.seconds(),
            idle_expires_at: session.idle_expires_at.seconds(),
            expires_at: session.expires_at.seconds(),
        }
    }
}

/// What a person allowed a client, as tokens know it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Grant)]
pub struct GrantDocument {
    /// The claim `gid` of its tokens.
    pub gid: String,
    /// Who allowed.
    pub sub: String,
    /// Their name.
    pub username: String,
    /// Whom.
    pub client_id: String,
    /// What.
    pub scope: String,
    /// Whether it outlives the session.
    pub offline: bool,
    /// The session that it was given in.
    pub session_id: String,
    /// The claim `sid`.
    pub sid: String,
    /// The claim `gver`.
    pub gver: i64,
    /// When it was made, in seconds since 1970.
    pub created_at: i64,
    /// Ends in any case, in seconds since 1970.
    pub expires_at: i64,
}

impl GrantDocument {
    /// A grant and the name of its person.
    #[must_use]
    pub fn of(grant: &Grant, username: &str) -> Self {
        Self {
            gid: grant.id.as_str().to_owned(),
            sub: grant.user_id.as_str().to_owned(),
            username: username.to_owned(),
            client_id: grant.client_id.as_str().to_owned(),
            scope: scope::join(&grant.scopes),
            offline: grant.offline,
            session_id: grant.session_id.as_str().to_owned(),
            sid: grant.sid.as_str().to_owned(),
            gver: grant.gver,
            created_at: grant.created_at.seconds(),
            expires_at: grant.expires_at.seconds(),
        }
    }
}

/// A consent that is remembered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentDocument {
    /// Whom the person allowed it.
    pub client_id: String,
    /// What.
    pub scope: String,
    /// When, in seconds since 1970.
    pub granted_at: i64,
}

impl From<&Consent> for ConsentDocument {
    fn from(consent: &Consent) -> Self {
        Self {
            client_id: consent.client_id.as_str().to_owned(),
            scope: scope::join(&consent.scopes),
            granted_at: consent.granted_at.seconds(),
        }
    }
}
