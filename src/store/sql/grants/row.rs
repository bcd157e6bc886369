//! The row of a grant, without the digest of its code.

use crate::store::StoreError;
use crate::store::convert::{Column, instant, json, millis, word};
use crate::store::schema::grants;
use diesel::prelude::*;
use vouchsafe_core::model::{ClientId, Grant, GrantId, PersonSignedIn, SessionId, Sid, UnixTime, UserId};

/// The epochs of issuer and client before either was ever raised.
const FIRST_EPOCHS: [i64; 2] = [1, 0];

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grants, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    user_id: String,
    client_id: String,
    session_id: String,
    sid: String,
    scopes: String,
    resources: String,
    offline: bool,
    auth_time: i64,
    acr: String,
    amr: String,
    nonce: Option<String>,
    redirect_uri: String,
    code_challenge: Option<String>,
    code_expires_at: i64,
    code_used_at: Option<i64>,
    refreshable: bool,
    generation: i64,
    parent: Option<i64>,
    rotated_at: Option<i64>,
    parent_at: Option<i64>,
    recovered: i64,
    idle_expires_at: i64,
    expires_at: i64,
    gver: i64,
    created_at: i64,
    ended_at: Option<i64>,
    end_reason: Option<String>,
    issuer_epoch: Option<i64>,
    client_epoch: Option<i64>,
    access_until: Option<i64>,
    status: String,
}

impl TryFrom<&Grant> for Row {
    type Error = StoreError;

    fn try_from(grant: &Grant) -> Result<Self, StoreError> {
        let (ended_at, end_reason) = match grant.ended {
            Some((at, reason)) => (Some(at.millis()), Some(word(&reason)?)),
            None => (None, None),
        };
        let [issuer_epoch, client_epoch] = grant.ep;
        Ok(Self {
            id: grant.id.as_str().to_owned(),
            user_id: grant.user_id.as_str().to_owned(),
            client_id: grant.client_id.as_str().to_owned(),
            session_id: grant.session_id.as_str().to_owned(),
            sid: grant.sid.as_str().to_owned(),
            scopes: json(&grant.scopes)?,
            resources: json(&grant.resources)?,
            offline: grant.offline,
            auth_time: grant.signed_in.auth_time.millis(),
            acr: grant.signed_in.acr.clone(),
            amr: json(&grant.signed_in.amr)?,
            nonce: grant.nonce.clone(),
            redirect_uri: grant.redirect_uri.clone(),
            code_challenge: grant.code_challenge.clone(),
            code_expires_at: grant.code_expires_at.millis(),
            code_used_at: millis(grant.code_used_at),
            refreshable: grant.refreshable,
            generation: grant.generation,
            parent: grant.parent,
            rotated_at: millis(grant.rotated_at),
            parent_at: millis(grant.parent_at),
            recovered: grant.recovered,
            idle_expires_at: grant.idle_expires_at.millis(),
            expires_at: grant.expires_at.millis(),
            gver: grant.gver,
            created_at: grant.created_at.millis(),
            ended_at,
            end_reason,
            issuer_epoch: Some(issuer_epoch),
            client_epoch: Some(client_epoch),
            access_until: millis(grant.access_until),
            status: json(&grant.status)?,
        })
    }
}

impl TryFrom<Row> for Grant {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let reason = Column("grants", "end_reason");
        let ended = match (row.ended_at, row.end_reason) {
            (Some(at), Some(text)) => Some((UnixTime::from_millis(at), reason.word(&text)?)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(reason.corrupt()),
        };
        Ok(Self {
            id: GrantId::new(row.id),
            user_id: UserId::new(row.user_id),
            client_id: ClientId::new(row.client_id),
            session_id: SessionId::new(row.session_id),
            sid: Sid::new(row.sid),
            scopes: Column("grants", "scopes").json(&row.scopes)?,
            resources: Column("grants", "resources").json(&row.resources)?,
            offline: row.offline,
            signed_in: PersonSignedIn {
                auth_time: UnixTime::from_millis(row.auth_time),
                acr: row.acr,
                amr: Column("grants", "amr").json(&row.amr)?,
            },
            nonce: row.nonce,
            redirect_uri: row.redirect_uri,
            code_challenge: row.code_challenge,
            code_expires_at: UnixTime::from_millis(row.code_expires_at),
            code_used_at: instant(row.code_used_at),
            refreshable: row.refreshable,
            generation: row.generation,
            parent: row.parent,
            rotated_at: instant(row.rotated_at),
            parent_at: instant(row.parent_at),
            recovered: row.recovered,
            idle_expires_at: UnixTime::from_millis(row.idle_expires_at),
            expires_at: UnixTime::from_millis(row.expires_at),
            gver: row.gver,
            created_at: UnixTime::from_millis(row.created_at),
            ep: [
                row.issuer_epoch.unwrap_or(FIRST_EPOCHS[0]),
                row.client_epoch.unwrap_or(FIRST_EPOCHS[1]),
            ],
            access_until: instant(row.access_until),
            status: Column("grants", "status").json(&row.status)?,
            ended,
        })
    }
}
