//! Who acts, when and in which request: what all events of one act share.

use crate::cx::{Cx, RequestId};
use crate::ports::Entropy;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use vouchsafe_core::decide::issue::LONGEST_TOKEN;
use vouchsafe_core::decide::token_end::{self, SKEW};
use vouchsafe_core::model::{
    ClientId, EndReason, EndedPlace, Event, EventId, EventKind, Grant, Session, TokenId, UnixTime, UserId,
};

/// How many events this process has made. It may begin again at zero: only within one instant does it say anything.
static MADE: AtomicU32 = AtomicU32::new(0);

/// An act that events tell of. Those of one instant stay in the order in which they are made, so a cause is made before its
/// effects.
#[derive(Clone)]
pub struct Act {
    /// A `sub`, `client:<id>`, `cli` or `server`.
    pub actor: String,
    /// When.
    pub now: UnixTime,
    /// For random identifiers.
    pub entropy: Arc<dyn Entropy>,
    request: Option<Origin>,
}

/// Where an act comes from.
#[derive(Clone)]
struct Origin {
    id: RequestId,
    ip_address: IpAddr,
}

impl Act {
    /// An act outside of any request.
    #[must_use]
    pub fn new(actor: impl Into<String>, now: UnixTime, entropy: &Arc<dyn Entropy>) -> Self {
        Self {
            actor: actor.into(),
            now,
            entropy: Arc::clone(entropy),
            request: None,
        }
    }

    /// An act in the request at hand.
    #[must_use]
    pub fn of(cx: &Cx, actor: impl Into<String>) -> Self {
        Self {
            request: Some(Origin {
                id: cx.request_id.clone(),
                ip_address: cx.peer,
            }),
            ..Self::new(actor, cx.now, &cx.services.ports.entropy)
        }
    }

    /// An act of a client in the request at hand.
    #[must_use]
    pub fn of_client(cx: &Cx, client: &ClientId) -> Self {
        Self::of(cx, format!("client:{client}"))
    }

    /// The bytes of an identifier that follow from who acts and from `once`, a text that a form carries: the same form sent
    /// again makes what is there already, and nobody else's form makes it.
    ///
    /// # Panics
    /// Never: HMAC takes a key of any length.
    #[must_use]
    pub fn bytes_of_once(&self, key: &[u8; 32], what: &str, once: &str) -> [u8; 16] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key length");
        mac.update(b"once\0");
        for part in [what, &self.actor, once] {
            mac.update(&part.len().to_be_bytes());
            mac.update(part.as_bytes());
        }
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
        bytes
    }

    /// The same occasion in the name of somebody else.
    #[must_use]
    pub fn by(&self, actor: impl Into<String>) -> Self {
        Self {
            actor: actor.into(),
            ..self.clone()
        }
    }

    /// An event about nobody in particular.
    #[must_use]
    pub fn event(&self, kind: EventKind) -> Event {
        let request = self.request.as_ref();
        let address = request.map(|request| ("ip_address".to_owned(), json!(request.ip_address)));
        Event {
            id: EventId::in_order(MADE.fetch_add(1, Ordering::Relaxed), self.entropy.bytes()),
            at: self.now,
            kind,
            actor: self.actor.clone(),
            subject: None,
            client_id: None,
            target: None,
            value: None,
            request_id: request.map(|request| request.id.as_str().to_owned()),
            detail: address.into_iter().collect(),
            expires_at: if kind.is_for_verifiers() {
                self.now.plus(LONGEST_TOKEN).plus(SKEW)
            } else {
                self.now
            },
        }
    }

    /// An event about a person.
    #[must_use]
    pub fn about(&self, kind: EventKind, subject: &UserId) -> Event {
        Event {
            subject: Some(subject.as_str().to_owned()),
            ..self.event(kind)
        }
    }

    /// An event about a client.
    #[must_use]
    pub fn about_client(&self, kind: EventKind, client: &ClientId) -> Event {
        Event {
            client_id: Some(client.clone()),
            target: Some(client.as_str().to_owned()),
            ..self.event(kind)
        }
    }

    /// The event of a grant that this act ended.
    #[must_use]
    pub fn grant_ended(&self, grant: &Grant, reason: EndReason) -> Event {
        with(
            "reason",
            json!(reason),
            self.about_grant(EventKind::GrantEnded, grant),
        )
    }

    /// The events of grants that this act ended. One whose code was never used has given nothing: there is nothing to
    /// tell of it, however many of that kind somebody makes.
    #[must_use]
    pub fn grants_ended(&self, grants: &[Grant], reason: EndReason) -> Vec<Event> {
        let used = grants.iter().filter(|grant| grant.code_used_at.is_some());
        used.map(|grant| self.grant_ended(grant, reason)).collect()
    }

    /// The event of a grant whose claims version this act raised, to what the grant now has.
    #[must_use]
    pub fn claims_raised(&self, grant: &Grant) -> Event {
        Event {
            value: Some(grant.gver),
            ..self.about_grant(EventKind::GrantClaimsRaised, grant)
        }
    }

    /// The events of grants whose claims version this act raised, without those that have given nothing.
    #[must_use]
    pub fn grants_raised(&self, grants: &[Grant]) -> Vec<Event> {
        let used = grants.iter().filter(|grant| grant.code_used_at.is_some());
        used.map(|grant| self.claims_raised(grant)).collect()
    }

    /// The event of an access token without a grant that this act ended; verifiers need it until the token expires.
    #[must_use]
    pub fn token_ended(&self, client: &ClientId, jti: &TokenId, expires_at: UnixTime) -> Event {
        Event {
            target: Some(jti.as_str().to_owned()),
            expires_at: expires_at.plus(SKEW),
            ..self.about_client(EventKind::TokenEnded, client)
        }
    }

    /// The event of a session that this act ended.
    #[must_use]
    pub fn session_ended(&self, session: &Session, reason: EndReason) -> Event {
        let event = self.about(EventKind::SessionEnded, &session.user_id);
        with("reason", json!(reason), event)
    }

    /// Verifiers need it until the last access token of the grant has expired everywhere. Its places in status lists
    /// end with it.
    fn about_grant(&self, kind: EventKind, grant: &Grant) -> Event {
        let event = Event {
            client_id: Some(grant.client_id.clone()),
            target: Some(grant.id.as_str().to_owned()),
            expires_at: token_end::last_of(grant, self.now).plus(SKEW),
            ..self.about(kind, &grant.user_id)
        };
        match EndedPlace::of(&grant.status, self.now) {
            none if none.is_empty() => event,
            places => with(EndedPlace::MEMBER, json!(places), event),
        }
    }
}

/// The event with one further fact.
#[must_use]
pub fn with(name: &str, fact: Value, mut event: Event) -> Event {
    event.detail.insert(name.to_owned(), fact);
    event
}
