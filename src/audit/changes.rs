//! What an act changed of a thing, member by member, for its event.

use super::with;
use serde::Serialize;
use serde_json::{Map, Value, json};
use vouchsafe_core::model::Event;

/// The member of an event's detail that tells what changed.
pub const CHANGES: &str = "changes";

/// The event of an act with what is different in the document of a thing after it. A list tells what was added to it and
/// removed from it, another member what it was and what it is; a scope counts as the list that it is (RFC 6749 §3.3). A
/// member that is not there and one that says nothing are the same.
///
/// Only for documents that whoever may read the audit log may read too. Of a person's profile the log has names alone.
#[must_use]
pub fn with_changes(before: &impl Serialize, after: &impl Serialize, event: Event) -> Event {
    match changes(before, after) {
        none if none.is_empty() => event,
        changes => with(CHANGES, Value::Object(changes), event),
    }
}

fn changes(before: &impl Serialize, after: &impl Serialize) -> Map<String, Value> {
    let differing = difference(&members(before), &members(after)).into_iter();
    let told = differing.filter(|(_, before, after)| !says_nothing(before) || !says_nothing(after));
    told.map(|(name, before, after)| (name, change(before, after)))
        .collect()
}

/// The members of two documents that are not the same: name, value before, value after. `null` stands for none.
#[must_use]
pub fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<(String, Value, Value)> {
    let of = |members: &Map<String, Value>, name: &str| members.get(name).cloned().unwrap_or_default();
    let new = after.keys().filter(|name| !before.contains_key(*name));
    let sides = before
        .keys()
        .chain(new)
        .map(|name| (name.clone(), of(before, name), of(after, name)));
    sides.filter(|(_, before, after)| before != after).collect()
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::String(_) | Value::Object(_) => false,
    }
}

fn change(before: Value, after: Value) -> Value {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => json!({
            "added": without(&after, &before),
            "removed": without(&before, &after),
        }),
        (before, after) => json!({ "before": before, "after": after }),
    }
}

fn without<'a>(items: &'a [Value], others: &[Value]) -> Vec<&'a Value> {
    items.iter().filter(|item| !others.contains(item)).collect()
}

/// The members of a document, which is an object by its type.
fn members(document: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(mut members)) = serde_json::to_value(document) else {
        return Map::new();
    };
    if let Some(Value::String(scope)) = members.get("scope") {
        let words: Vec<Value> = scope.split_whitespace().map(Value::from).collect();
        members.insert("scope".to_owned(), Value::Array(words));
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &Value, after: &Value) -> Value {
        Value::Object(changes(before, after))
    }

    #[test]
    fn lists_tell_what_came_and_went_and_others_what_was_and_is() {
        let before = json!({ "name": "A", "redirect_uris": ["https://a", "https://b"], "scope": "openid a", "pkce": "required" });
        let after = json!({ "name": "B", "redirect_uris": ["https://b", "https://c"], "scope": "openid b", "pkce": "required", "tos_uri": "https://t" });
        let expected = json!({
            "name": { "before": "A", "after": "B" },
            "redirect_uris": { "added": ["https://c"], "removed": ["https://a"] },
            "scope": { "added": ["b"], "removed": ["a"] },
            "tos_uri": { "before": null, "after": "https://t" },
        });
        assert_eq!(told(&before, &after), expected);
    }

    #[test]
    fn another_order_is_a_change_in_which_nothing_came_or_went() {
        let changed = told(&json!({ "roles": ["a", "b"] }), &json!({ "roles": ["b", "a"] }));
        assert_eq!(changed, json!({ "roles": { "added": [], "removed": [] } }));
    }

    #[test]
    fn what_is_the_same_is_not_told() {
        assert_eq!(told(&json!({ "a": [1] }), &json!({ "a": [1] })), json!({}));
        let nothing = json!({ "a": [], "b": false, "c": null });
        assert_eq!(told(&json!({}), &nothing), json!({}));
    }
}
