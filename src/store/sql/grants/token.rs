//! What the row of a grant remembers of the access tokens that it gives.

use crate::store::convert::json;
use crate::store::schema::grants::dsl;
use crate::store::{StoreError, TokenGiven};
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};

/// The same as its columns have it.
pub(super) struct Remembered {
    pub(super) until: i64,
    /// The places from now on, if they change.
    pub(super) places: Option<String>,
    /// What must still be there if they do.
    before: String,
    /// The claims version that must still be there.
    gver: Option<i64>,
}

impl Remembered {
    pub(super) fn of(token: &TokenGiven) -> Result<Self, StoreError> {
        let mut remembered = Self {
            until: token.until.millis(),
            places: None,
            before: String::new(),
            gver: token.gver,
        };
        if let Some(given) = &token.status {
            remembered.places = Some(json(&given.after)?);
            remembered.before = json(&given.before)?;
        }
        Ok(remembered)
    }
}

/// Two requests that give places to one grant must not forget each other's, and a token refers to a place of its own
/// claims version: the places and the version are still those that were read.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn unmoved<'a>(token: &'a Remembered) -> _ {
    let (keeps_places, any_gver): (bool, bool) = (token.places.is_none(), token.gver.is_none());
    let gver: i64 = token.gver.unwrap_or(0);
    let before: &'a str = token.before.as_str();
    let same_places = keeps_places.into_sql::<Bool>().or(dsl::status.eq(before));
    let same_gver = any_gver.into_sql::<Bool>().or(dsl::gver.eq(gver));
    same_places.and(same_gver)
}

/// The later end of an access token. A row of the release before has none, and keeps none: nobody knows it.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn grown(until: i64) -> _ {
    let earlier = dsl::access_until.lt(until);
    case_when(earlier, until.into_sql::<Nullable<BigInt>>()).otherwise(dsl::access_until)
}
