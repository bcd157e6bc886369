//! How long access tokens that are out may last still. A token lives as long as its API said when it was made, so that an
//! API which gives shorter ones now, or is gone, counts for a day with what it gave before: the log remembers it.

use crate::audit::with;
use crate::db;
use crate::store::listing::{EventsWanted, MOST, Part};
use crate::store::{StoreError, Tx};
use serde_json::{Value, json};
use vouchsafe_core::decide::issue::LONGEST_TOKEN;
use vouchsafe_core::model::{Api, Event, EventKind, Span, UnixTime};

/// The fact of an event that keeps the lifetime of before in seconds; null when the API had the server's.
const WAS: &str = "access_token_lifetime_was";
/// So long after a change a node may still give tokens by what it knew before.
const NOTICED: Span = Span::from_seconds(1);

/// An API that was changed or deleted lately, with the rest of the longest life that a token of before may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Former {
    /// The API's identifier.
    pub identifier: String,
    /// How long such a token may last still.
    pub left: Span,
}

/// The event of a change or deletion of an API, with the lifetime that it had before.
pub(super) fn remembering(before: &Api, event: Event) -> Event {
    let was = before.access_token_lifetime.map(Span::seconds);
    with(WAS, json!(was), event)
}

/// The longest that an access token which is out at `now` may last, where tokens live as long as `usual` unless an API
/// says or said otherwise. A token of an API that is as it was counts with its whole life.
///
/// # Errors
/// When the store fails.
pub fn longest(tx: &mut Tx<'_>, (now, usual): (UnixTime, Span)) -> Result<Span, StoreError> {
    let apis = db!(tx, apis::all())?;
    let present = apis.iter().filter_map(|api| api.access_token_lifetime);
    let former = former(tx, now)?;
    let former = former.iter().map(|former| former.left);
    Ok(present.chain(former).fold(usual, Span::max))
}

/// The APIs that gave tokens of another life than the server's before they were changed or deleted, while one of those
/// may last.
///
/// # Errors
/// When the store fails.
pub fn former(tx: &mut Tx<'_>, now: UnixTime) -> Result<Vec<Former>, StoreError> {
    let mut found = Vec::new();
    for kind in [EventKind::ApiUpdated, EventKind::ApiDeleted] {
        let wanted = EventsWanted {
            kind: Some(kind),
            since: Some(now.minus(LONGEST_TOKEN).minus(NOTICED)),
            part: Part::first(MOST),
            ..EventsWanted::default()
        };
        let page = db!(tx, events::page(&wanted))?;
        found.extend(
            page.items
                .iter()
                .filter_map(|listed| of_event(&listed.event, now)),
        );
        if page.next.is_some() {
            // More changes than are looked at: any of the others may have been of the longest.
            found.push(Former {
                identifier: String::new(),
                left: LONGEST_TOKEN,
            });
        }
    }
    Ok(found)
}

fn of_event(event: &Event, now: UnixTime) -> Option<Former> {
    let was = match event.detail.get(WAS) {
        Some(Value::Null) => return None,
        Some(seconds) => Span::from_seconds(seconds.as_i64()?),
        // Written before there was this fact.
        None => LONGEST_TOKEN,
    };
    let left = event.at.plus(NOTICED).plus(was).since(now).min(was);
    (left > Span::ZERO).then(|| Former {
        identifier: event.target.clone().unwrap_or_default(),
        left,
    })
}
