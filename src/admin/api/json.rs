//! Bodies of requests: JSON, read strictly, made the type of an operation, or merged into what is there.

use super::problem::{Code, Problem};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use vouchsafe_core::spec::json;

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Result<Value, Problem> {
    json::read(body).map_err(|why| Problem::new(Code::BodyMalformed).saying(why))
}

/// Makes the type of an operation out of a body.
pub(super) fn typed<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    // A derived struct would also take an array, as the values of its members in their order.
    if !body.is_object() {
        return Err(Problem::new(Code::BodyInvalid).saying("the body must be an object"));
    }
    serde_json::from_value(body).map_err(|error| Problem::new(Code::BodyInvalid).saying(error.to_string()))
}

/// RFC 7396 §2: what is null goes, objects are merged, all else is replaced.
pub(super) fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_merges_as_rfc_7396_appendix_a_has_it() {
        for (target, patch, after) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (
                json!({"a":{"b":"c"}}),
                json!({"a":{"b":"d","c":null}}),
                json!({"a":{"b":"d"}}),
            ),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (
                json!({}),
                json!({"a":{"bb":{"ccc":null}}}),
                json!({"a":{"bb":{}}}),
            ),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, patch.clone());
            assert_eq!(merged, after, "{target} {patch}");
        }
    }
}
