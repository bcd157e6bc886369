//! When, and in which request, something happened: what all events of one request share.

use super::{GrantEnd, grant_ended};
use crate::cx::{Cx, RequestId};
use crate::ports::Entropy;
use serde_json::{Map, Value};
use std::sync::Arc;
use vouchsafe_core::model::{EndReason, Event, EventId, EventKind, Grant, UnixTime};

/// An occasion on which events happen.
#[derive(Clone)]
pub struct Occasion {
    /// When.
    pub at: UnixTime,
    request_id: RequestId,
    entropy: Arc<dyn Entropy>,
}

impl Occasion {
    /// The request at hand.
    #[must_use]
    pub fn of(cx: &Cx) -> Self {
        Self {
            at: cx.now,
            request_id: cx.request_id.clone(),
            entropy: Arc::clone(&cx.services.ports.entropy),
        }
    }

    /// An event of this request that `actor` caused; its subject is the actor unless set otherwise.
    #[must_use]
    pub fn event(&self, kind: EventKind, actor: &str) -> Event {
        Event {
            id: EventId::from_entropy(self.entropy.bytes()),
            at: self.at,
            kind,
            actor: actor.to_owned(),
            subject: Some(actor.to_owned()),
            client_id: None,
            target: None,
            value: None,
            request_id: Some(self.request_id.as_str().to_owned()),
            detail: Map::new(),
            expires_at: self.at,
        }
    }

    /// The same with one further fact.
    #[must_use]
    pub fn event_with(&self, kind: EventKind, actor: &str, name: &str, fact: impl Into<Value>) -> Event {
        let mut event = self.event(kind, actor);
        event.detail.insert(name.to_owned(), fact.into());
        event
    }

    /// The event of a grant that `actor` ended.
    #[must_use]
    pub fn grant_ended(&self, grant: &Grant, reason: EndReason, actor: &str) -> Event {
        let end = GrantEnd {
            reason,
            actor: actor.to_owned(),
            request_id: Some(&self.request_id),
            now: self.at,
        };
        grant_ended(&*self.entropy, grant, &end)
    }
}
