//! People, searched, filtered and sorted, page by page.

use super::super::super::Conn;
use super::super::search_terms::{GROUP, ROLE, USER};
use super::{Row, read};
use crate::store::StoreError;
use crate::store::listing::{Page, Place, Range, UserSort, UserState, UsersWanted};
use crate::store::schema::{search_terms, users};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use vouchsafe_core::model::User;

/// Keeps those of the standing that is wanted, as `User::standing` has it, and administrators or others. What a partial
/// index is about is written out: of a bound value nobody would know that the index serves.
macro_rules! of_standing {
    ($rows:ident, $wanted:ident) => {
        let now = $wanted.now.millis();
        $rows = match $wanted.state {
            None => $rows,
            Some(UserState::Disabled) => $rows.filter(users::disabled_at.is_not_null()),
            Some(UserState::Banned) => $rows
                .filter(users::disabled_at.is_null())
                .filter(users::banned_at.is_not_null())
                .filter(users::banned_until.is_null().or(users::banned_until.gt(now))),
            Some(UserState::Active) => $rows
                .filter(users::disabled_at.is_null())
                .filter(users::banned_at.is_null().or(users::banned_until.le(now))),
        };
        $rows = match $wanted.is_admin {
            None => $rows,
            Some(true) => $rows.filter(users::is_admin),
            Some(false) => $rows.filter(not(users::is_admin)),
        };
    };
}

/// Keeps those who have a role or group that is named, unless the list is made of it.
macro_rules! has_term {
    ($rows:ident, $named:expr, $of:ident, $kind:ident) => {
        if let (Some(named), true) = (&$named, $kind != $of) {
            let other = diesel::alias!(search_terms as other);
            $rows = $rows.filter(exists(
                other
                    .filter(other.field(search_terms::kind).eq($of))
                    .filter(other.field(search_terms::term).eq(named))
                    .filter(other.field(search_terms::id).eq(search_terms::id)),
            ));
        }
    };
}

/// A page of people.
pub fn page(c: &mut Conn, wanted: &UsersWanted) -> Result<Page<User>, StoreError> {
    let (kind, range) = match (wanted.searched(), &wanted.role, &wanted.group) {
        (Some(text), ..) => (USER, Range::of(&text)),
        (None, Some(role), _) => (ROLE, Range::only(role)),
        (None, None, Some(group)) => (GROUP, Range::only(group)),
        (None, None, None) => return sorted(c, wanted),
    };
    let mut named = wanted.role.iter().chain(&wanted.group);
    match range {
        Some(range) if named.all(|name| Range::only(name).is_some()) => found(c, wanted, kind, &range),
        Some(_) | None => Ok(Page::default()),
    }
}

/// In the order of the first term of each person that lies in the range: each appears once, whatever they were found by.
fn found(c: &mut Conn, wanted: &UsersWanted, kind: &str, range: &Range) -> Result<Page<User>, StoreError> {
    let lesser = diesel::alias!(search_terms as lesser);
    let lesser_found = lesser
        .filter(lesser.field(search_terms::kind).eq(kind))
        .filter(lesser.field(search_terms::id).eq(search_terms::id))
        .filter(lesser.field(search_terms::term).ge(&range.from))
        .filter(lesser.field(search_terms::term).lt(search_terms::term));
    let mut rows = search_terms::table
        .inner_join(users::table.on(users::id.eq(search_terms::id)))
        .filter(search_terms::kind.eq(kind))
        .filter(search_terms::term.ge(&range.from))
        .filter(search_terms::term.lt(&range.to))
        .filter(not(exists(lesser_found)))
        .into_boxed();
    of_standing!(rows, wanted);
    has_term!(rows, wanted.role, ROLE, kind);
    has_term!(rows, wanted.group, GROUP, kind);
    if let Some(place) = &wanted.part.after {
        let (term, id) = place.as_text();
        rows = rows
            .filter(search_terms::term.ge(term))
            .filter(search_terms::term.gt(term).or(search_terms::id.gt(id)));
    }
    let rows: Vec<(String, Row)> = rows
        .order((search_terms::term, search_terms::id))
        .limit(wanted.part.limit.saturating_add(1))
        .select((search_terms::term, Row::as_select()))
        .load(c)?;
    let page = Page::of(rows, wanted.part.limit, |(term, row)| {
        Place::text(wanted.order(), term, &row.id)
    });
    page.try_map(|(_, row)| read(row))
}

/// In the order that was asked for.
fn sorted(c: &mut Conn, wanted: &UsersWanted) -> Result<Page<User>, StoreError> {
    let mut rows = users::table.into_boxed();
    of_standing!(rows, wanted);
    rows = match (wanted.sort, wanted.descending) {
        (UserSort::Username, false) => rows.order(users::username_key.asc()),
        (UserSort::Username, true) => rows.order(users::username_key.desc()),
        (UserSort::Email, false) => rows.order(users::email_key.asc()),
        (UserSort::Email, true) => rows.order(users::email_key.desc()),
        (UserSort::CreatedAt, false) => rows.order((users::created_at.asc(), users::id.asc())),
        (UserSort::CreatedAt, true) => rows.order((users::created_at.desc(), users::id.desc())),
    };
    if let Some(place) = &wanted.part.after {
        let (text, (made, id)) = (place.as_text().0, place.as_number());
        rows = match (wanted.sort, wanted.descending) {
            (UserSort::Username, false) => rows.filter(users::username_key.gt(text)),
            (UserSort::Username, true) => rows.filter(users::username_key.lt(text)),
            (UserSort::Email, false) => rows.filter(users::email_key.gt(text)),
            (UserSort::Email, true) => rows.filter(users::email_key.lt(text)),
            (UserSort::CreatedAt, false) => rows
                .filter(users::created_at.ge(made))
                .filter(users::created_at.gt(made).or(users::id.gt(id))),
            (UserSort::CreatedAt, true) => rows
                .filter(users::created_at.le(made))
                .filter(users::created_at.lt(made).or(users::id.lt(id))),
        };
    }
    let rows: Vec<Row> = rows
        .limit(wanted.part.limit.saturating_add(1))
        .select(Row::as_select())
        .load(c)?;
    let page = Page::of(rows, wanted.part.limit, |row| match wanted.sort {
        UserSort::Username => Place::text(wanted.order(), &row.username_key, ""),
        UserSort::Email => Place::text(wanted.order(), &row.email_key, ""),
        UserSort::CreatedAt => Place::number(wanted.order(), row.created_at, &row.id),
    });
    page.try_map(read)
}
