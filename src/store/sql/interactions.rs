//! Authorization requests that wait for a person. One is read only with both its handle and its browser's cookie;
//! what the person does is noted by the handle alone, after that read.

use super::super::Conn;
use crate::store::convert::{Column, instant, json, millis, word};
use crate::store::schema::interactions::{self, dsl};
use crate::store::{Spent, StoreError};
use diesel::prelude::*;
use vouchsafe_core::model::{
    BrowserCookie, Declined, Digest, Interaction, InteractionHandle, SessionId, UnixTime,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = interactions)]
struct Row {
    request: String,
    created_at: i64,
    expires_at: i64,
    signed_in: Option<String>,
    account_chosen: bool,
    consented: Option<String>,
    declined: Option<String>,
    completed_at: Option<i64>,
}

type Handle = Digest<InteractionHandle>;
type Browser = Digest<BrowserCookie>;

/// Adds an interaction.
pub fn add(
    c: &mut Conn,
    interaction: &Interaction,
    handle: &Handle,
    browser: &Browser,
) -> Result<(), StoreError> {
    let row = (
        dsl::handle_digest.eq(&handle.as_bytes()[..]),
        dsl::browser_digest.eq(&browser.as_bytes()[..]),
        dsl::request.eq(json(&interaction.request)?),
        dsl::created_at.eq(interaction.created_at.millis()),
        dsl::expires_at.eq(interaction.expires_at.millis()),
        dsl::signed_in.eq(interaction.signed_in.as_ref().map(SessionId::as_str)),
        dsl::account_chosen.eq(interaction.account_chosen),
        dsl::consented.eq(interaction.consented.as_ref().map(SessionId::as_str)),
        dsl::declined.eq(interaction.declined.as_ref().map(word).transpose()?),
        dsl::completed_at.eq(millis(interaction.completed_at)),
    );
    diesel::insert_into(interactions::table).values(row).execute(c)?;
    Ok(())
}

/// The interaction with this handle in this browser, also when it is over or has expired.
pub fn by_handle(
    c: &mut Conn,
    handle: &Handle,
    browser: &Browser,
) -> Result<Option<Interaction>, StoreError> {
    let of_browser = interactions::table
        .find(&handle.as_bytes()[..])
        .filter(dsl::browser_digest.eq(&browser.as_bytes()[..]));
    of_browser
        .select(Row::as_select())
        .get_result(c)
        .optional()?
        .map(read)
        .transpose()
}

/// Notes the session that the person signed in with; `false` when the interaction is over. A sign-in that is not
/// the one before takes back what the other person decided.
pub fn set_signed_in(c: &mut Conn, handle: &Handle, session: &SessionId) -> Result<bool, StoreError> {
    let change = (
        dsl::signed_in.eq(session.as_str()),
        dsl::consented.eq(None::<String>),
        dsl::declined.eq(None::<String>),
    );
    Ok(diesel::update(open(handle)).set(change).execute(c)? == 1)
}

/// Notes that the person chose to go on with the account that is signed in; `false` when the interaction is over.
pub fn set_account_chosen(c: &mut Conn, handle: &Handle) -> Result<bool, StoreError> {
    Ok(diesel::update(open(handle))
        .set(dsl::account_chosen.eq(true))
        .execute(c)?
        == 1)
}

/// Notes the session in which the person allowed the client; `false` when the interaction is over.
pub fn set_consented(c: &mut Conn, handle: &Handle, session: &SessionId) -> Result<bool, StoreError> {
    Ok(diesel::update(open(handle))
        .set(dsl::consented.eq(session.as_str()))
        .execute(c)?
        == 1)
}

/// Notes that the person wants no code; `false` when the interaction is over.
pub fn set_declined(c: &mut Conn, handle: &Handle, declined: Declined) -> Result<bool, StoreError> {
    Ok(diesel::update(open(handle))
        .set(dsl::declined.eq(word(&declined)?))
        .execute(c)?
        == 1)
}

/// Ends an interaction because its answer goes to the client: of two attempts one wins, so that one request gives
/// one code. An expired interaction cannot be finished.
pub fn complete(c: &mut Conn, handle: &Handle, now: UnixTime) -> Result<Spent<()>, StoreError> {
    let live = open(handle).filter(dsl::expires_at.gt(now.millis()));
    if diesel::update(live)
        .set(dsl::completed_at.eq(now.millis()))
        .execute(c)?
        == 1
    {
        return Ok(Spent::Now(()));
    }
    let known = interactions::table
        .find(&handle.as_bytes()[..])
        .select(dsl::completed_at);
    let completed_at: Option<Option<i64>> = known.get_result(c).optional()?;
    Ok(if completed_at.flatten().is_some() {
        Spent::Before(())
    } else {
        Spent::Unknown
    })
}

/// Whether a browser has an interaction that has not expired.
pub fn are_of_browser(c: &mut Conn, browser: &Browser, now: UnixTime) -> Result<bool, StoreError> {
    let live = interactions::table
        .filter(dsl::browser_digest.eq(&browser.as_bytes()[..]))
        .filter(dsl::expires_at.gt(now.millis()));
    Ok(diesel::select(diesel::dsl::exists(live)).get_result(c)?)
}

/// Removes the oldest interactions of a browser until `most` are left.
pub fn keep_newest(c: &mut Conn, browser: &Browser, most: i64) -> Result<usize, StoreError> {
    let surplus: Vec<Vec<u8>> = interactions::table
        .filter(dsl::browser_digest.eq(&browser.as_bytes()[..]))
        .order((dsl::created_at.desc(), dsl::handle_digest.desc()))
        .offset(most)
        .limit(100)
        .select(dsl::handle_digest)
        .load(c)?;
    let mut removed = 0;
    for handle in surplus {
        removed += diesel::delete(interactions::table.find(handle)).execute(c)?;
    }
    Ok(removed)
}

/// An interaction that nobody has answered yet.
#[diesel::dsl::auto_type(no_type_alias)]
fn open(handle: &Handle) -> _ {
    let digest: &[u8] = handle.as_bytes();
    interactions::table
        .find(digest)
        .filter(dsl::completed_at.is_null())
}

fn read(row: Row) -> Result<Interaction, StoreError> {
    let declined = row
        .declined
        .map(|text| Column("interactions", "declined").word(&text))
        .transpose()?;
    Ok(Interaction {
        request: Column("interactions", "request").json(&row.request)?,
        created_at: UnixTime::from_millis(row.created_at),
        expires_at: UnixTime::from_millis(row.expires_at),
        signed_in: row.signed_in.map(SessionId::new),
        account_chosen: row.account_chosen,
        consented: row.consented.map(SessionId::new),
        declined,
        completed_at: instant(row.completed_at),
    })
}
