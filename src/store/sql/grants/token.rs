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
    gver: i64,
    before: String,
}

impl Remembered {
    pub(super) fn of(token: &TokenGiven) -> Result<Self, StoreError> {
        let mut remembered = Self {
            until: token.until.millis(),
            places: None,
            gver: 0,
            before: String::new(),
        };
        if let Some(given) = &token.status {
            remembered.places = Some(json(&given.after)?);
            remembered.gver = given.gver;
            remembered.before = json(&given.before)?;
        }
        Ok(remembered)
    }
}

/// Two requests that give places to one grant must not forget each other's: the places and the claims version are
/// still those that were read.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn unmoved<'a>(token: &'a Remembered) -> _ {
    let (changes_nothing, gver): (bool, i64) = (token.places.is_none(), token.gver);
    let before: &'a str = token.before.as_str();
    let same = dsl::gver.eq(gver).and(dsl::status.eq(before));
    changes_nothing.into_sql::<Bool>().or(same)
}

/// The later end of an access token. A row of the release before has none, and keeps none: nobody knows it.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn grown(until: i64) -> _ {
    let earlier = dsl::access_until.lt(until);
    case_when(earlier, until.into_sql::<Nullable<BigInt>>()).otherwise(dsl::access_until)
}
