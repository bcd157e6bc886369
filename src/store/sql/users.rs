//! People.

mod page;

pub use page::page;

use super::super::Conn;
use super::issuer_state::ROW as ISSUER;
use super::search_terms;
use crate::store::StoreError;
use crate::store::convert::{Column, instant, json, millis};
use crate::store::listing::user_terms;
use crate::store::schema::users::{self, dsl};
use crate::store::schema::{clients, issuer_state};
use diesel::prelude::*;
use vouchsafe_core::decide::grant_is_live::Footing;
use vouchsafe_core::model::{ClientId, PasswordHash, UnixTime, User, UserId};
use vouchsafe_core::spec::username;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    username: String,
    username_key: String,
    email: String,
    email_key: String,
    email_verified: bool,
    claims: String,
    password_hash: Option<String>,
    invited_until: Option<i64>,
    is_admin: bool,
    roles: String,
    groups: String,
    disabled_at: Option<i64>,
    banned_at: Option<i64>,
    banned_until: Option<i64>,
    ban_reason: Option<String>,
    created_at: i64,
    updated_at: i64,
}

/// Adds a person. A name or address that another has is [`Unique::Username`](crate::store::Unique::Username) or
/// [`Unique::Email`](crate::store::Unique::Email).
pub fn add(c: &mut Conn, user: &User) -> Result<(), StoreError> {
    diesel::insert_into(users::table)
        .values(Row::try_from(user)?)
        .execute(c)?;
    search_terms::replace(c, search_terms::USER, user.id.as_str(), &user_terms(user))?;
    search_terms::replace(c, search_terms::ROLE, user.id.as_str(), &user.roles)?;
    search_terms::replace(c, search_terms::GROUP, user.id.as_str(), &user.groups)
}

/// The person with this `sub`.
pub fn by_id(c: &mut Conn, id: &UserId) -> Result<Option<User>, StoreError> {
    users::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(c)
        .optional()?
        .map(read)
        .transpose()
}

/// The person of a grant, and what else it stands on, by the one statement that is made in any case. None when the person
/// or the client is gone.
pub fn of_grant(
    c: &mut Conn,
    user: &UserId,
    client: &ClientId,
) -> Result<Option<(User, Footing)>, StoreError> {
    let found = users::table
        .find(user.as_str())
        // A join owns what it is on.
        .inner_join(clients::table.on(clients::id.eq(client.as_str().to_owned())))
        .inner_join(issuer_state::table.on(issuer_state::id.eq(ISSUER)))
        .select((
            Row::as_select(),
            clients::disabled_at,
            issuer_state::epoch,
            clients::epoch,
        ))
        .get_result(c)
        .optional()?;
    let Some((row, disabled_at, of_issuer, of_client)) = found else {
        return Ok(None);
    };
    let footing = Footing {
        client_id: client.clone(),
        client_disabled_at: instant(disabled_at),
        epochs: [of_issuer, of_client],
    };
    Ok(Some((read(row)?, footing)))
}

/// The person who signs in with this name or address, given by its key ([`username::key`]). Should it be one
/// person's name and another's address, a text with `@` means the address.
pub fn by_login(c: &mut Conn, key: &str) -> Result<Option<User>, StoreError> {
    let named = dsl::username_key.eq(key).or(dsl::email_key.eq(key));
    let rows: Vec<Row> = users::table.filter(named).select(Row::as_select()).load(c)?;
    let is_address = key.contains('@');
    let meant = rows
        .into_iter()
        .max_by_key(|row| (row.email_key == key) == is_address);
    meant.map(read).transpose()
}

/// The person with this `sub`, whose row then stays as it is until the transaction ends.
///
/// What a person may hold, a session or a grant, is made only after this in the same transaction: a ban that came first is
/// then seen, and one that comes later waits, sees it and ends it.
pub fn lock_shared(c: &mut Conn, id: &UserId) -> Result<Option<User>, StoreError> {
    let row = for_share!(users::table.find(id.as_str()).select(Row::as_select()));
    row.get_result(c).optional()?.map(read).transpose()
}

/// The person with this `sub`, before a change: nobody else holds or takes the row until the transaction ends.
/// Ban, disabling, role and password changes begin with it, then change the person, then the grants.
pub fn lock(c: &mut Conn, id: &UserId) -> Result<Option<User>, StoreError> {
    let row = for_update!(users::table.find(id.as_str()).select(Row::as_select()));
    row.get_result(c).optional()?.map(read).transpose()
}

/// Sets the password; `false` when there is no such person.
pub fn set_password_hash(c: &mut Conn, id: &UserId, hash: &PasswordHash) -> Result<bool, StoreError> {
    let change = dsl::password_hash.eq(hash.expose());
    Ok(diesel::update(users::table.find(id.as_str()))
        .set(change)
        .execute(c)?
        == 1)
}

/// Replaces the hash of the same password by a better one, unless the password was changed in between.
pub fn upgrade_password_hash(
    c: &mut Conn,
    id: &UserId,
    old: &PasswordHash,
    new: &PasswordHash,
) -> Result<bool, StoreError> {
    let unchanged = users::table
        .find(id.as_str())
        .filter(dsl::password_hash.eq(old.expose()));
    Ok(diesel::update(unchanged)
        .set(dsl::password_hash.eq(new.expose()))
        .execute(c)?
        == 1)
}

/// Writes names, address and claims of a person; `false` when there is no such person. A name or address that another
/// has is [`Unique::Username`](crate::store::Unique::Username) or [`Unique::Email`](crate::store::Unique::Email).
pub fn set_profile(c: &mut Conn, user: &User) -> Result<bool, StoreError> {
    let change = (
        dsl::username.eq(&user.username),
        dsl::username_key.eq(username::key(&user.username)),
        dsl::email.eq(&user.email),
        dsl::email_key.eq(username::key(&user.email)),
        dsl::email_verified.eq(user.email_verified),
        dsl::claims.eq(json(&user.claims)?),
        dsl::updated_at.eq(user.updated_at.millis()),
    );
    search_terms::replace(c, search_terms::USER, user.id.as_str(), &user_terms(user))?;
    Ok(diesel::update(users::table.find(user.id.as_str()))
        .set(change)
        .execute(c)?
        == 1)
}

/// Gives up a person's address, which is free for others at once. Part of a transaction that gives them another one, or
/// removes them: what stands in its place is no address.
pub fn give_up_email(c: &mut Conn, id: &UserId) -> Result<(), StoreError> {
    diesel::update(users::table.find(id.as_str()))
        .set(dsl::email_key.eq(id.as_str()))
        .execute(c)?;
    Ok(())
}

/// Disables the account since an instant, or enables it; `false` when there is no such person.
pub fn set_standing(c: &mut Conn, id: &UserId, disabled_at: Option<UnixTime>) -> Result<bool, StoreError> {
    let change = dsl::disabled_at.eq(millis(disabled_at));
    Ok(diesel::update(users::table.find(id.as_str()))
        .set(change)
        .execute(c)?
        == 1)
}

/// Writes a person's ban, or that there is none; `false` when there is no such person.
pub fn set_ban(c: &mut Conn, user: &User) -> Result<bool, StoreError> {
    let change = (
        dsl::banned_at.eq(millis(user.banned_at)),
        dsl::banned_until.eq(millis(user.banned_until)),
        dsl::ban_reason.eq(user.ban_reason.as_deref()),
    );
    Ok(diesel::update(users::table.find(user.id.as_str()))
        .set(change)
        .execute(c)?
        == 1)
}

/// Removes a person of whom there are no sessions and consents any more; `false` when there is no such person.
pub fn remove(c: &mut Conn, id: &UserId) -> Result<bool, StoreError> {
    search_terms::remove(c, search_terms::USER, id.as_str())?;
    search_terms::remove(c, search_terms::ROLE, id.as_str())?;
    search_terms::remove(c, search_terms::GROUP, id.as_str())?;
    Ok(diesel::delete(users::table.find(id.as_str())).execute(c)? == 1)
}

/// Sets the roles; `false` when there is no such person.
pub fn set_roles(c: &mut Conn, id: &UserId, roles: &[String], now: UnixTime) -> Result<bool, StoreError> {
    let change = (dsl::roles.eq(json(roles)?), dsl::updated_at.eq(now.millis()));
    search_terms::replace(c, search_terms::ROLE, id.as_str(), roles)?;
    Ok(diesel::update(users::table.find(id.as_str()))
        .set(change)
        .execute(c)?
        == 1)
}

/// Sets the groups; `false` when there is no such person.
pub fn set_groups(c: &mut Conn, id: &UserId, groups: &[String], now: UnixTime) -> Result<bool, StoreError> {
    let change = (dsl::groups.eq(json(groups)?), dsl::updated_at.eq(now.millis()));
    search_terms::replace(c, search_terms::GROUP, id.as_str(), groups)?;
    Ok(diesel::update(users::table.find(id.as_str()))
        .set(change)
        .execute(c)?
        == 1)
}

/// How many people there are.
pub fn count(c: &mut Conn) -> Result<i64, StoreError> {
    Ok(users::table.count().get_result(c)?)
}

impl TryFrom<&User> for Row {
    type Error = StoreError;

    fn try_from(user: &User) -> Result<Self, StoreError> {
        Ok(Self {
            id: user.id.as_str().to_owned(),
            username: user.username.clone(),
            username_key: username::key(&user.username),
            email: user.email.clone(),
            email_key: username::key(&user.email),
            email_verified: user.email_verified,
            claims: json(&user.claims)?,
            password_hash: user.password_hash.as_ref().map(|hash| hash.expose().to_owned()),
            invited_until: millis(user.invited_until),
            is_admin: user.is_admin,
            roles: json(&user.roles)?,
            groups: json(&user.groups)?,
            disabled_at: millis(user.disabled_at),
            banned_at: millis(user.banned_at),
            banned_until: millis(user.banned_until),
            ban_reason: user.ban_reason.clone(),
            created_at: user.created_at.millis(),
            updated_at: user.updated_at.millis(),
        })
    }
}

pub(super) fn read(row: Row) -> Result<User, StoreError> {
    Ok(User {
        id: UserId::new(row.id),
        username: row.username,
        email: row.email,
        email_verified: row.email_verified,
        claims: Column("users", "claims").json(&row.claims)?,
        password_hash: row.password_hash.map(PasswordHash::new),
        invited_until: instant(row.invited_until),
        is_admin: row.is_admin,
        roles: Column("users", "roles").json(&row.roles)?,
        groups: Column("users", "groups").json(&row.groups)?,
        disabled_at: instant(row.disabled_at),
        banned_at: instant(row.banned_at),
        banned_until: instant(row.banned_until),
        ban_reason: row.ban_reason,
        created_at: UnixTime::from_millis(row.created_at),
        updated_at: UnixTime::from_millis(row.updated_at),
    })
}
