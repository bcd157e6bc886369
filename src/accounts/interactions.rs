//! Interactions: authorization requests that wait for a person, and all that their pages and their hub look at.
//!
//! An interaction belongs to one browser. One that came by a cross-site POST, to which browsers attach no cookies,
//! belongs to nobody until a browser opens it; that browser gets a copy under a new handle, once.

use crate::accounts::sessions::{self, SignedIn};
use crate::clients::Known;
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::limits::newcomers::Newcomers;
use crate::store::{Spent, StoreError, Tx};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use vouchsafe_core::decide::consent;
use vouchsafe_core::decide::next_step::{NextStep, Situation, next_step};
use vouchsafe_core::model::{
    AuthorizationRequest, BrowserCookie, Consent, Digest, Interaction, InteractionHandle, Plain,
    SessionCookie, Span, UnixTime,
};

/// How long a person has time.
const LIFETIME: Span = Span::from_minutes(60);
/// Interactions that one browser can have open; the oldest are dropped.
const MOST_PER_BROWSER: i64 = 16;

/// Where a browser is: an interaction's handle and the browser's cookie, as the store knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The interaction.
    pub interaction: Digest<InteractionHandle>,
    /// The browser.
    pub browser: Digest<BrowserCookie>,
}

/// An interaction with all that the next step depends on.
pub struct Opened {
    /// The stored request and what the person has done so far.
    pub interaction: Interaction,
    /// Who asks.
    pub known: Arc<Known>,
    /// Who is signed in at this browser.
    pub signed_in: Option<SignedIn>,
    /// What that person allowed this client before.
    pub consent: Option<Consent>,
}

/// What is behind a handle.
pub enum Found {
    /// An interaction that goes on.
    Open(Box<Opened>),
    /// One that was finished.
    Done(Box<Opened>),
    /// Nothing for this browser: unknown, expired, or begun in another one.
    Nothing,
}

impl Opened {
    /// What comes next.
    #[must_use]
    pub fn next_step(&self, now: UnixTime) -> NextStep {
        next_step(&Situation {
            request: &self.interaction.request,
            client: &self.known.client,
            session: self.signed_in.as_ref().map(|signed_in| &signed_in.session),
            user: self.signed_in.as_ref().map(|signed_in| &signed_in.user),
            consent: self.consent.as_ref(),
            interaction: Some(&self.interaction),
            now,
            shown: &self.shown(),
        })
    }

    /// What of the client the consent page shows.
    #[must_use]
    pub fn shown(&self) -> String {
        consent::shown(&self.known.client, &self.interaction.request.redirect_uri)
    }
}

/// What became of an authorization request that needs a person.
pub enum Begun {
    /// It waits behind this handle.
    Waits(Plain<InteractionHandle>),
    /// Too many came from this address.
    TooMany {
        /// When the next one will be taken.
        until: UnixTime,
    },
}

/// Stores a checked request for this browser, or for the browser that opens it first.
///
/// # Errors
/// When the store fails.
pub async fn begin(
    cx: &Cx,
    request: AuthorizationRequest,
    browser: Option<&Digest<BrowserCookie>>,
) -> Result<Begun, Failure> {
    let handle = Plain::from_entropy(cx.services.ports.entropy.bytes());
    let browser = browser.cloned().unwrap_or_else(|| nobody(&handle));
    let place = Place {
        interaction: handle.digest(),
        browser,
    };
    let interaction = Interaction {
        request,
        created_at: cx.now,
        expires_at: cx.now.plus(LIFETIME),
        signed_in: None,
        account_chosen: false,
        consented: None,
        declined: None,
        completed_at: None,
    };
    let limits = &cx.config().rate_limits;
    let key = cx.services.keys.secrets().identifier_key();
    let newcomers = limits
        .enabled
        .then(|| Newcomers::at(key, cx.peer, limits.interactions.per_address));
    let now = cx.now;
    let begun = cx.store().write("begin-interaction", move |tx| {
        let until = match &newcomers {
            Some(newcomers) => newcomers.count(tx, &place.browser, now)?,
            None => None,
        };
        if until.is_none() {
            add(tx, &interaction, &place)?;
        }
        Ok(until)
    });
    Ok(match begun.await? {
        None => Begun::Waits(handle),
        Some(until) => Begun::TooMany { until },
    })
}

/// Gives an interaction that belongs to nobody to this browser, under a new handle. `None` when there is no such.
///
/// # Errors
/// When the store fails.
pub async fn claim(
    cx: &Cx,
    handle: &Plain<InteractionHandle>,
    browser: &Digest<BrowserCookie>,
) -> Result<Option<Plain<InteractionHandle>>, Failure> {
    let now = cx.now;
    let new = Plain::from_entropy(cx.services.ports.entropy.bytes());
    let from = Place {
        interaction: handle.digest(),
        browser: nobody(handle),
    };
    let to = Place {
        interaction: new.digest(),
        browser: browser.clone(),
    };
    let sought = from.clone();
    let waits = cx
        .store()
        .read("unclaimed-interaction", move |tx| find(tx, &sought, now))
        .await?;
    if waits.is_none() {
        return Ok(None);
    }
    let claimed = cx.store().write("claim-interaction", move |tx| {
        let Some(interaction) = find(tx, &from, now)? else {
            return Ok(false);
        };
        match db!(tx, interactions::complete(&from.interaction, now))? {
            Spent::Now(()) => add(tx, &interaction, &to).map(|()| true),
            Spent::Before(()) | Spent::Unknown => Ok(false),
        }
    });
    Ok(claimed.await?.then_some(new))
}

/// Opens an interaction for the browser that it belongs to.
///
/// # Errors
/// When the store fails.
pub async fn open(cx: &Cx, place: &Place, session: Option<&Digest<SessionCookie>>) -> Result<Found, Failure> {
    let (now, place, session) = (cx.now, place.clone(), session.cloned());
    let read = cx.store().read("interaction", move |tx| {
        let interaction = db!(tx, interactions::by_handle(&place.interaction, &place.browser))?;
        let Some(interaction) = interaction else {
            return Ok(None);
        };
        let (signed_in, consent) = who(tx, session.as_ref(), &interaction.request, now)?;
        Ok(Some((interaction, signed_in, consent)))
    });
    let Some((interaction, signed_in, consent)) = read.await? else {
        return Ok(Found::Nothing);
    };
    // A client that was deleted in between can be told nothing.
    let known = cx
        .services
        .clients
        .find(&interaction.request.client_id, now)
        .await?;
    let Some(known) = known else {
        return Ok(Found::Nothing);
    };
    let opened = Box::new(Opened {
        interaction,
        known,
        signed_in,
        consent,
    });
    Ok(match opened.interaction.completed_at {
        Some(_) => Found::Done(opened),
        None if opened.interaction.expires_at <= now => Found::Nothing,
        None => Found::Open(opened),
    })
}

/// Who is signed in at a browser, and what they allowed this request's client before.
///
/// # Errors
/// When the store fails.
pub fn who(
    tx: &mut Tx<'_>,
    session: Option<&Digest<SessionCookie>>,
    request: &AuthorizationRequest,
    now: UnixTime,
) -> Result<(Option<SignedIn>, Option<Consent>), StoreError> {
    let Some(session) = session else {
        return Ok((None, None));
    };
    let Some(signed_in) = sessions::find(tx, session, now)? else {
        return Ok((None, None));
    };
    let consent = db!(tx, consents::find(&signed_in.user.id, &request.client_id))?;
    Ok((Some(signed_in), consent))
}

fn add(tx: &mut Tx<'_>, interaction: &Interaction, place: &Place) -> Result<(), StoreError> {
    db!(
        tx,
        interactions::add(interaction, &place.interaction, &place.browser)
    )?;
    db!(tx, interactions::keep_newest(&place.browser, MOST_PER_BROWSER))?;
    Ok(())
}

/// An interaction that goes on at this place.
fn find(tx: &mut Tx<'_>, place: &Place, now: UnixTime) -> Result<Option<Interaction>, StoreError> {
    let found = db!(tx, interactions::by_handle(&place.interaction, &place.browser))?;
    Ok(found.filter(|found| found.completed_at.is_none() && found.expires_at > now))
}

/// Stands for the browser of an interaction that no browser has opened: what no cookie has as its digest, and
/// what only the one who knows the handle can name.
fn nobody(handle: &Plain<InteractionHandle>) -> Digest<BrowserCookie> {
    let mut hash = Sha256::new();
    hash.update(b"nobody's|");
    hash.update(handle.expose().as_bytes());
    Digest::from_bytes(hash.finalize().into())
}
