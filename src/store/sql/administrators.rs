//! Who administers the server: people with the right, and links by which somebody gets it.

use super::super::Conn;
use crate::store::schema::{administration, setup_links, users};
use crate::store::{StoreError, Unique};
use diesel::prelude::*;
use vouchsafe_core::model::{Digest, SetupCode, UnixTime, UserId};

/// The one row that is locked by whoever changes who administers.
const ROW: i64 = 1;

/// Lets no other transaction change who administers until this one ends.
pub fn lock(c: &mut Conn) -> Result<(), StoreError> {
    let row = for_update!(administration::table.find(ROW).select(administration::dsl::id));
    Ok(row.get_result::<i64>(c).map(drop)?)
}

/// Refuses with [`Unique::LastAdministrator`] when nobody but this person could sign in and administer at `now`. Others who change
/// that wait until this transaction ends.
pub fn check_others(c: &mut Conn, leaving: &UserId, now: UnixTime) -> Result<(), StoreError> {
    lock(c)?;
    if able(c, Some(leaving), now, 1)? == 0 {
        return Err(StoreError::Conflict(Unique::LastAdministrator));
    }
    Ok(())
}

/// How many people, but for one, could sign in and administer at `now`, counted to `most`.
pub fn able(c: &mut Conn, but: Option<&UserId>, now: UnixTime, most: i64) -> Result<usize, StoreError> {
    Ok(who_is_able(c, but, now, most)?.len())
}

/// The same people, `most` of them.
pub fn who_is_able(
    c: &mut Conn,
    but: Option<&UserId>,
    now: UnixTime,
    most: i64,
) -> Result<Vec<UserId>, StoreError> {
    use users::dsl;
    let unbanned = dsl::banned_at.is_null().or(dsl::banned_until
        .is_not_null()
        .and(dsl::banned_until.assume_not_null().le(now.millis())));
    // No id is empty.
    let but = but.map_or("", UserId::as_str);
    let able = users::table
        .filter(dsl::is_admin)
        .filter(dsl::id.ne(but))
        .filter(dsl::password_hash.is_not_null())
        .filter(dsl::disabled_at.is_null())
        .filter(unbanned)
        .select(dsl::id)
        .limit(most);
    let ids: Vec<String> = able.load(c)?;
    Ok(ids.into_iter().map(UserId::new).collect())
}

/// Whether anybody administers the server, whatever their standing.
pub fn exist(c: &mut Conn) -> Result<bool, StoreError> {
    let any = users::table
        .filter(users::dsl::is_admin)
        .select(users::dsl::id)
        .limit(1);
    Ok(any.get_result::<String>(c).optional()?.is_some())
}

/// Makes a person an administrator, or takes the right away; `false` when there is no such person.
pub fn set(c: &mut Conn, id: &UserId, is_admin: bool) -> Result<bool, StoreError> {
    let change = users::dsl::is_admin.eq(is_admin);
    Ok(diesel::update(users::table.find(id.as_str()))
        .set(change)
        .execute(c)?
        == 1)
}

/// Adds a link. Of those that live, the newest `most` stay.
pub fn add_link(
    c: &mut Conn,
    code: &Digest<SetupCode>,
    for_first: bool,
    (now, expires_at): (UnixTime, UnixTime),
    most: i64,
) -> Result<(), StoreError> {
    use setup_links::dsl;
    let surplus: Vec<Vec<u8>> = setup_links::table
        .order(dsl::created_at.desc())
        .offset(most - 1)
        .select(dsl::digest)
        .load(c)?;
    diesel::delete(setup_links::table.filter(dsl::digest.eq_any(surplus))).execute(c)?;
    let row = (
        dsl::digest.eq(&code.as_bytes()[..]),
        dsl::for_first.eq(for_first),
        dsl::created_at.eq(now.millis()),
        dsl::expires_at.eq(expires_at.millis()),
    );
    diesel::insert_into(setup_links::table).values(row).execute(c)?;
    Ok(())
}

/// Whether this link can be used at `now`, and whether it is for the first administrator.
pub fn link(c: &mut Conn, code: &Digest<SetupCode>, now: UnixTime) -> Result<Option<bool>, StoreError> {
    use setup_links::dsl;
    let live = setup_links::table
        .find(&code.as_bytes()[..])
        .filter(dsl::spent_at.is_null())
        .filter(dsl::expires_at.gt(now.millis()));
    Ok(live.select(dsl::for_first).get_result(c).optional()?)
}

/// Whether any link for a further administrator can be used at `now`.
pub fn has_invitation(c: &mut Conn, now: UnixTime) -> Result<bool, StoreError> {
    use setup_links::dsl;
    let live = setup_links::table
        .filter(dsl::spent_at.is_null())
        .filter(dsl::expires_at.gt(now.millis()))
        .filter(dsl::for_first.eq(false))
        .select(dsl::digest)
        .limit(1);
    Ok(live.get_result::<Vec<u8>>(c).optional()?.is_some())
}

/// Uses a link up, and says whether it was for the first administrator. `None` when it cannot be used.
pub fn spend_link(c: &mut Conn, code: &Digest<SetupCode>, now: UnixTime) -> Result<Option<bool>, StoreError> {
    use setup_links::dsl;
    let live = setup_links::table
        .find(&code.as_bytes()[..])
        .filter(dsl::spent_at.is_null())
        .filter(dsl::expires_at.gt(now.millis()));
    Ok(diesel::update(live)
        .set(dsl::spent_at.eq(now.millis()))
        .returning(dsl::for_first)
        .get_result(c)
        .optional()?)
}
