//! Registered resource servers and the scopes they own.

use super::super::Conn;
use super::issuer_state::bump_config_version;
use crate::store::StoreError;
use crate::store::convert::{Column, json, word};
use crate::store::listing::{ApisWanted, Page, Place};
use crate::store::schema::{api_scopes, apis};
use diesel::prelude::*;
use vouchsafe_core::model::{Api, ApiScope, Span, UnixTime};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = apis, treat_none_as_default_value = false)]
struct Row {
    identifier: String,
    name: String,
    token_typ: String,
    access_token_lifetime: Option<i64>,
    created_at: i64,
    claims: String,
    signing_alg: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_scopes)]
struct ScopeRow {
    name: String,
    api: String,
    position: i64,
    description: String,
}

/// Adds an API with its scopes and raises the configuration version. A scope that another API owns is
/// [`Unique::Scope`](crate::store::Unique::Scope).
pub fn add(c: &mut Conn, api: &Api) -> Result<(), StoreError> {
    let row = Row {
        identifier: api.identifier.clone(),
        name: api.name.clone(),
        token_typ: word(&api.token_typ)?,
        access_token_lifetime: api.access_token_lifetime.map(Span::millis),
        created_at: api.created_at.millis(),
        claims: json(&api.claims)?,
        signing_alg: word(&api.signing_alg)?,
    };
    diesel::insert_into(apis::table).values(row).execute(c)?;
    add_scopes(c, api)?;
    bump_config_version(c)
}

fn add_scopes(c: &mut Conn, api: &Api) -> Result<(), StoreError> {
    for (position, scope) in (0_i64..).zip(&api.scopes) {
        let row = ScopeRow {
            name: scope.name.clone(),
            api: api.identifier.clone(),
            position,
            description: scope.description.clone(),
        };
        diesel::insert_into(api_scopes::table).values(row).execute(c)?;
    }
    Ok(())
}

/// The API with this identifier, before a change: nobody else changes it until the transaction ends.
pub fn lock(c: &mut Conn, identifier: &str) -> Result<Option<Api>, StoreError> {
    let row = for_update!(apis::table.find(identifier).select(Row::as_select()));
    let Some(row) = row.get_result(c).optional()? else {
        return Ok(None);
    };
    let own = scopes_of(c, identifier)?;
    read(row, own).map(Some)
}

/// Locks all APIs, before a change that judges what they and the clients are.
pub fn lock_all(c: &mut Conn) -> Result<(), StoreError> {
    let rows = apis::table.order(apis::identifier).select(apis::identifier);
    for_update!(rows).load::<String>(c)?;
    Ok(())
}

/// Those of these scopes that an API owns: none of these APIs changes until the transaction ends.
pub fn hold_scopes(c: &mut Conn, names: &[String]) -> Result<Vec<String>, StoreError> {
    let scopes = || api_scopes::table.filter(api_scopes::name.eq_any(names));
    let owners: Vec<String> = scopes().select(api_scopes::api).load(c)?;
    let rows = apis::table
        .filter(apis::identifier.eq_any(owners))
        .order(apis::identifier)
        .select(apis::identifier);
    let held: Vec<String> = for_share!(rows).load(c)?;
    // Read once more: an API that was waited for may have lost a scope.
    let owned = scopes().filter(api_scopes::api.eq_any(held));
    Ok(owned.select(api_scopes::name).load(c)?)
}

/// The identifier of the API that owns a scope.
pub fn owner_of(c: &mut Conn, scope: &str) -> Result<Option<String>, StoreError> {
    Ok(api_scopes::table
        .find(scope)
        .select(api_scopes::api)
        .get_result(c)
        .optional()?)
}

/// Writes an API that was changed, its scopes as a whole, and raises the configuration version. A scope that another
/// API owns is [`Unique::Scope`](crate::store::Unique::Scope).
pub fn update(c: &mut Conn, api: &Api) -> Result<(), StoreError> {
    let change = (
        apis::name.eq(&api.name),
        apis::token_typ.eq(word(&api.token_typ)?),
        apis::access_token_lifetime.eq(api.access_token_lifetime.map(Span::millis)),
        apis::claims.eq(json(&api.claims)?),
        apis::signing_alg.eq(word(&api.signing_alg)?),
    );
    diesel::update(apis::table.find(&api.identifier))
        .set(change)
        .execute(c)?;
    diesel::delete(api_scopes::table.filter(api_scopes::api.eq(&api.identifier))).execute(c)?;
    add_scopes(c, api)?;
    bump_config_version(c)
}

/// Removes an API with its scopes, and raises the configuration version.
pub fn remove(c: &mut Conn, identifier: &str) -> Result<(), StoreError> {
    diesel::delete(api_scopes::table.filter(api_scopes::api.eq(identifier))).execute(c)?;
    diesel::delete(apis::table.find(identifier)).execute(c)?;
    bump_config_version(c)
}

/// All APIs, in order of their identifiers.
pub fn all(c: &mut Conn) -> Result<Vec<Api>, StoreError> {
    let mut scopes: Vec<ScopeRow> = api_scopes::table
        .order((api_scopes::api, api_scopes::position))
        .select(ScopeRow::as_select())
        .load(c)?;
    let rows: Vec<Row> = apis::table
        .order(apis::identifier)
        .select(Row::as_select())
        .load(c)?;
    let with_scopes = rows.into_iter().map(|row| {
        let own = scopes
            .extract_if(.., |scope| scope.api == row.identifier)
            .collect();
        read(row, own)
    });
    with_scopes.collect()
}

/// A page of APIs, in order of their identifiers.
pub fn page(c: &mut Conn, wanted: &ApisWanted) -> Result<Page<Api>, StoreError> {
    let after = wanted.part.after.as_ref().map_or("", |place| place.as_text().0);
    let rows: Vec<Row> = apis::table
        .filter(apis::identifier.gt(after))
        .order(apis::identifier)
        .limit(wanted.part.limit.saturating_add(1))
        .select(Row::as_select())
        .load(c)?;
    let page = Page::of(rows, wanted.part.limit, |row| {
        Place::text("api", &row.identifier, "")
    });
    let named = page.items.iter().map(|row| row.identifier.as_str());
    let mut scopes: Vec<ScopeRow> = api_scopes::table
        .filter(api_scopes::api.eq_any(named))
        .order((api_scopes::api, api_scopes::position))
        .select(ScopeRow::as_select())
        .load(c)?;
    page.try_map(|row| {
        let own = scopes
            .extract_if(.., |scope| scope.api == row.identifier)
            .collect();
        read(row, own)
    })
}

/// The API with this identifier.
pub fn by_identifier(c: &mut Conn, identifier: &str) -> Result<Option<Api>, StoreError> {
    let found = apis::table
        .find(identifier)
        .select(Row::as_select())
        .get_result(c)
        .optional()?;
    let Some(row) = found else { return Ok(None) };
    let own = scopes_of(c, identifier)?;
    read(row, own).map(Some)
}

fn scopes_of(c: &mut Conn, identifier: &str) -> Result<Vec<ScopeRow>, StoreError> {
    Ok(api_scopes::table
        .filter(api_scopes::api.eq(identifier))
        .order(api_scopes::position)
        .select(ScopeRow::as_select())
        .load(c)?)
}

fn read(row: Row, scopes: Vec<ScopeRow>) -> Result<Api, StoreError> {
    Ok(Api {
        identifier: row.identifier,
        name: row.name,
        token_typ: Column("apis", "token_typ").word(&row.token_typ)?,
        signing_alg: Column("apis", "signing_alg").word(&row.signing_alg)?,
        access_token_lifetime: row.access_token_lifetime.map(Span::from_millis),
        created_at: UnixTime::from_millis(row.created_at),
        claims: Column("apis", "claims").json(&row.claims)?,
        scopes: scopes
            .into_iter()
            .map(|scope| ApiScope {
                name: scope.name,
                description: scope.description,
            })
            .collect(),
    })
}
