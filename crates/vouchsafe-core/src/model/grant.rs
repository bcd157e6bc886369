//! Grants: one authorization, one code, one row; the refresh chain lives in it.

use super::{ClientId, GrantId, SessionId, Sid, StatusPlace, UnixTime, UserId};
use serde::{Deserialize, Serialize};

/// Facts about the sign-in that a grant rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSignedIn {
    /// The claim `auth_time`.
    pub auth_time: UnixTime,
    /// The claim `acr`.
    pub acr: String,
    /// The claim `amr` (RFC 8176).
    pub amr: Vec<String>,
}

/// Why a grant ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The code came a second time (RFC 6749 §4.1.2).
    CodeReplayed,
    /// An old refresh token came back (RFC 9700 §4.14.2).
    RefreshTokenReused,
    /// An administrator disabled the person.
    UserDisabled,
    /// An administrator banned the person.
    UserBanned,
    /// An administrator signed the person out everywhere.
    UserSignedOut,
    /// The person's account was deleted.
    UserDeleted,
    /// The person's password was set by somebody else.
    PasswordChanged,
    /// Its session was ended.
    SessionEnded,
    /// The client or the person took it back.
    Revoked,
    /// The person withdrew the consent.
    ConsentWithdrawn,
    /// The client was deleted.
    ClientDeleted,
    /// Everything that the issuer gave was revoked.
    EverythingRevoked,
    /// The person had as many as one may have, and a newer one took its place.
    Displaced,
}

/// One authorization of one client by one person, made together with its code.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The claim `gid`.
    pub id: GrantId,
    /// The person.
    pub user_id: UserId,
    /// The client.
    pub client_id: ClientId,
    /// The session that it was given in.
    pub session_id: SessionId,
    /// The claim `sid`.
    pub sid: Sid,
    /// Granted scopes in request order.
    pub scopes: Vec<String>,
    /// The `resource` values of the authorization request (RFC 8707).
    pub resources: Vec<String>,
    /// Whether it outlives the session (`offline_access`).
    pub offline: bool,
    /// The sign-in behind it.
    pub signed_in: PersonSignedIn,
    /// `nonce` of the authorization request.
    pub nonce: Option<String>,
    /// The redirect URI that the code was sent to.
    pub redirect_uri: String,
    /// The S256 challenge, if one was sent.
    pub code_challenge: Option<String>,
    /// When the code ends.
    pub code_expires_at: UnixTime,
    /// When the code was exchanged.
    pub code_used_at: Option<UnixTime>,
    /// Whether a refresh token was ever issued: the chain exists.
    pub refreshable: bool,
    /// The generation of the refresh token that stands.
    pub generation: i64,
    /// The generation whose holder may be given the current one again.
    pub parent: Option<i64>,
    /// When the current generation was made: starts the retry window.
    pub rotated_at: Option<UnixTime>,
    /// When the parent was first spent: bounds the displacement window.
    pub parent_at: Option<UnixTime>,
    /// How many times a lost answer was repaired by displacement since the last ordinary rotation.
    pub recovered: i64,
    /// The refresh chain ends unless used before.
    pub idle_expires_at: UnixTime,
    /// The grant ends in any case.
    pub expires_at: UnixTime,
    /// The claim `gver`: raised when the person's claims change.
    pub gver: i64,
    /// When it was made.
    pub created_at: UnixTime,
    /// The epochs of issuer and client that it was made in, as in the claim `ep`: raising either ends it.
    pub ep: [i64; 2],
    /// The end of the last access token that it can have given; not known of grants of earlier releases.
    pub access_until: Option<UnixTime>,
    /// Its places in status lists, the newest first.
    pub status: Vec<StatusPlace>,
    /// When and why it ended.
    pub ended: Option<(UnixTime, EndReason)>,
}
