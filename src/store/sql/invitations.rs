//! Links by which people set their first password: one a person, as the digest of its code.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::schema::users::{self, dsl};
use diesel::prelude::*;
use vouchsafe_core::model::{Digest, InvitationCode, PasswordHash, UnixTime, UserId};

/// Gives a person a link in the place of any that they had; `false` when there is no such person, or one who has a
/// password.
pub fn set(
    c: &mut Conn,
    id: &UserId,
    code: &Digest<InvitationCode>,
    until: UnixTime,
) -> Result<bool, StoreError> {
    let without_password = users::table
        .find(id.as_str())
        .filter(dsl::password_hash.is_null());
    let link = (
        dsl::invitation_digest.eq(&code.as_bytes()[..]),
        dsl::invited_until.eq(until.millis()),
    );
    Ok(diesel::update(without_password).set(link).execute(c)? == 1)
}

/// The person whose link this is, while it can be used at `now`.
pub fn holder(
    c: &mut Conn,
    code: &Digest<InvitationCode>,
    now: UnixTime,
) -> Result<Option<UserId>, StoreError> {
    let live = users::table
        .filter(dsl::invitation_digest.eq(&code.as_bytes()[..]))
        .filter(dsl::invited_until.gt(now.millis()))
        .filter(dsl::password_hash.is_null());
    let found: Option<String> = live.select(dsl::id).get_result(c).optional()?;
    Ok(found.map(UserId::new))
}

/// Uses a person's link up for their first password; `false` when it cannot be used at `now`.
pub fn accept(
    c: &mut Conn,
    id: &UserId,
    (code, hash): (&Digest<InvitationCode>, &PasswordHash),
    now: UnixTime,
) -> Result<bool, StoreError> {
    let live = users::table
        .find(id.as_str())
        .filter(dsl::invitation_digest.eq(&code.as_bytes()[..]))
        .filter(dsl::invited_until.gt(now.millis()))
        .filter(dsl::password_hash.is_null());
    let accepted = (
        dsl::password_hash.eq(hash.expose()),
        dsl::invitation_digest.eq(None::<Vec<u8>>),
        dsl::invited_until.eq(None::<i64>),
    );
    Ok(diesel::update(live).set(accepted).execute(c)? == 1)
}

/// Ends a person's link.
pub fn end(c: &mut Conn, id: &UserId) -> Result<(), StoreError> {
    let nothing = (
        dsl::invitation_digest.eq(None::<Vec<u8>>),
        dsl::invited_until.eq(None::<i64>),
    );
    diesel::update(users::table.find(id.as_str()))
        .set(nothing)
        .execute(c)?;
    Ok(())
}
