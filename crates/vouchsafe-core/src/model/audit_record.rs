//! The audit log: numbered events, each holding the digest of the one before, so that none can be changed or taken
//! out of the middle unnoticed.

use super::Event;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A numbered event with its place in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    /// Counts from 1 without gaps.
    pub seq: i64,
    /// The digest of the record before; empty before the first.
    pub previous: Vec<u8>,
    /// The digest of this record.
    pub hash: Vec<u8>,
    /// What happened.
    pub event: Event,
}

/// Where a chain does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenRecord {
    /// The number of the record that does not fit to what is before it.
    pub seq: i64,
    /// What does not fit.
    pub what: &'static str,
}

impl AuditRecord {
    /// Puts an event behind the record whose digest is `previous`.
    #[must_use]
    pub fn new(seq: i64, previous: Vec<u8>, event: Event) -> Self {
        let hash = digest(seq, &previous, &event);
        Self {
            seq,
            previous,
            hash,
            event,
        }
    }

    /// Checks that this record is whole and follows the one before, if that is known.
    ///
    /// # Errors
    /// [`BrokenRecord`].
    pub fn check(&self, before: Option<&Self>) -> Result<(), BrokenRecord> {
        if let Some(before) = before {
            self.check_place(before.seq, &before.hash)?;
        }
        if digest(self.seq, &self.previous, &self.event) != self.hash {
            return Err(self.broken("it was changed"));
        }
        Ok(())
    }

    /// Checks that this record follows the one with this number and digest.
    ///
    /// # Errors
    /// [`BrokenRecord`].
    pub fn check_place(&self, seq: i64, hash: &[u8]) -> Result<(), BrokenRecord> {
        if seq.checked_add(1) != Some(self.seq) {
            return Err(self.broken("a record before it is missing"));
        }
        if hash != self.previous {
            return Err(self.broken("it was made behind another record"));
        }
        Ok(())
    }

    fn broken(&self, what: &'static str) -> BrokenRecord {
        BrokenRecord { seq: self.seq, what }
    }
}

fn digest(seq: i64, previous: &[u8], event: &Event) -> Vec<u8> {
    // An array has one order of members; a name or text that holds a separator cannot shift them.
    let members: Value = json!([
        seq,
        event.id,
        event.at.millis(),
        event.kind.as_str(),
        event.actor,
        event.subject,
        event.client_id,
        event.target,
        event.value,
        event.request_id,
        sorted(&Value::Object(event.detail.clone())),
        event.expires_at.millis(),
    ]);
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(members.to_string());
    hash.finalize().to_vec()
}

/// The same value with the members of all objects in order of their names, however the map keeps them.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            members
                .into_iter()
                .map(|(name, value)| (name.clone(), sorted(value)))
                .collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EventId, EventKind, UnixTime};
    use serde_json::Map;

    fn event(id: &str) -> Event {
        Event {
            id: EventId::new(id),
            at: UnixTime::from_seconds(1_800_000_000),
            kind: EventKind::UserCreated,
            actor: "cli".to_owned(),
            subject: Some("ada".to_owned()),
            client_id: None,
            target: None,
            value: None,
            request_id: None,
            detail: Map::from_iter([("b".to_owned(), json!(1)), ("a".to_owned(), json!("x"))]),
            expires_at: UnixTime::from_seconds(1_800_000_000),
        }
    }

    #[test]
    fn a_change_a_gap_and_another_order_are_noticed() {
        let first = AuditRecord::new(1, Vec::new(), event("one"));
        let second = AuditRecord::new(2, first.hash.clone(), event("two"));
        let third = AuditRecord::new(3, second.hash.clone(), event("three"));
        assert_eq!(first.check(None), Ok(()));
        assert_eq!(second.check(Some(&first)), Ok(()));
        assert_eq!(third.check(Some(&second)), Ok(()));
        assert_eq!(
            third.check(Some(&first)).unwrap_err().what,
            "a record before it is missing"
        );
        let mut changed = second.clone();
        changed.event.actor = "nobody".to_owned();
        assert_eq!(changed.check(Some(&first)).unwrap_err().what, "it was changed");
        let moved = AuditRecord::new(2, third.hash.clone(), event("two"));
        assert_eq!(
            moved.check(Some(&first)).unwrap_err(),
            BrokenRecord {
                seq: 2,
                what: "it was made behind another record"
            }
        );
    }

    #[test]
    fn details_have_one_order() {
        let mut turned = event("one");
        turned.detail = Map::from_iter([("a".to_owned(), json!("x")), ("b".to_owned(), json!(1))]);
        assert_eq!(
            AuditRecord::new(1, Vec::new(), event("one")).hash,
            AuditRecord::new(1, Vec::new(), turned).hash
        );
    }
}
