//! The one row of settings that administrators change while the server runs.

use super::super::Conn;
use crate::store::StoreError;
use crate::store::convert::{Column, json};
use crate::store::schema::site_settings::{self, dsl};
use diesel::prelude::*;
use vouchsafe_core::model::SiteSettings;

const ROW: i64 = 1;

/// The settings and their version.
pub fn read(c: &mut Conn) -> Result<(i64, SiteSettings), StoreError> {
    let row = site_settings::table
        .find(ROW)
        .select((dsl::version, dsl::document));
    let (version, document): (i64, String) = row.get_result(c)?;
    Ok((version, Column("site_settings", "document").json(&document)?))
}

/// Replaces the settings of one version, and returns the next one. `None` when they have another version.
pub fn replace(c: &mut Conn, version: i64, settings: &SiteSettings) -> Result<Option<i64>, StoreError> {
    let unchanged = site_settings::table.find(ROW).filter(dsl::version.eq(version));
    Ok(diesel::update(unchanged)
        .set((
            dsl::version.eq(dsl::version + 1),
            dsl::document.eq(json(settings)?),
        ))
        .returning(dsl::version)
        .get_result(c)
        .optional()?)
}
