//! What people see of this installation: the settings that administrators change while the server runs. Every node
//! follows them within a second.

use crate::audit::{Act, with_changes};
use crate::db;
use crate::store::{Store, StoreError, Tx};
use arc_swap::ArcSwap;
use std::sync::Arc;
use vouchsafe_core::decide::site_settings::{self, SiteProblem};
use vouchsafe_core::model::{EventKind, SiteSettings};
use vouchsafe_core::spec::redirect_uri;

/// The settings as this node knows them.
pub struct Site(ArcSwap<SiteSettings>);

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated {
    /// It is done: the settings, and their new version.
    Done(i64, SiteSettings),
    /// It breaks a rule; nothing was changed.
    Refused(SiteProblem),
    /// Somebody changed them since the version that the change was made for: 412. This is the version now.
    Stale(i64),
}

impl Site {
    /// Reads the settings.
    ///
    /// # Errors
    /// When the store fails.
    pub fn open(store: &Store) -> Result<Self, StoreError> {
        let (_, settings) = store.read_blocking("site-settings", read)?;
        Ok(Self(ArcSwap::from_pointee(settings)))
    }

    /// Reads them again.
    ///
    /// # Errors
    /// When the store fails; what was known before stays.
    pub fn reload(&self, store: &Store) -> Result<(), StoreError> {
        let (_, settings) = store.read_blocking("site-settings", read)?;
        self.0.store(Arc::new(settings));
        Ok(())
    }

    /// The settings as last read.
    #[must_use]
    pub fn settings(&self) -> Arc<SiteSettings> {
        self.0.load_full()
    }

    /// The name on the pages.
    #[must_use]
    pub fn name(&self, issuer: &str) -> String {
        let settings = self.0.load();
        settings
            .site_name
            .clone()
            .unwrap_or_else(|| redirect_uri::host(issuer))
    }
}

/// The settings, and their version.
///
/// # Errors
/// When the store fails.
pub fn read(tx: &mut Tx<'_>) -> Result<(i64, SiteSettings), StoreError> {
    db!(tx, site_settings::read())
}

/// Replaces the settings, if nobody has since `version`. The same again changes nothing. The event tells what changed.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx<'_>, act: &Act, version: i64, wish: SiteSettings) -> Result<Updated, StoreError> {
    let settings = match site_settings::check(wish) {
        Ok(settings) => settings,
        Err(problem) => return Ok(Updated::Refused(problem)),
    };
    let (current, before) = read(tx)?;
    if current != version {
        return Ok(Updated::Stale(current));
    }
    if before == settings {
        return Ok(Updated::Done(current, before));
    }
    let Some(next) = db!(tx, site_settings::replace(version, &settings))? else {
        return Ok(Updated::Stale(read(tx)?.0));
    };
    db!(tx, issuer_state::bump_config_version())?;
    let told = with_changes(&before, &settings, act.event(EventKind::SettingsChanged));
    db!(tx, events::append(&told))?;
    Ok(Updated::Done(next, settings))
}
