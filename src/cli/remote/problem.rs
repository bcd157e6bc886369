//! What the administration API says when it does not do something (RFC 9457), as the failure of a verb.

use super::Address;
use crate::cli::exit::{Exit, Failure};
use serde_json::Value;

/// The failure with the same words and status as on the database, where there is such a one.
pub(super) fn failure(status: u16, body: &[u8], server: &Address) -> Failure {
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    let member = |name: &str| document.get(name).and_then(Value::as_str);
    let exit = match status {
        401 | 403 => Exit::NotPermitted,
        408 | 429 | 503 => Exit::TryAgain,
        _ => Exit::Failed,
    };
    let taken = (member("code") == Some("taken"))
        .then(|| taken(member("field")))
        .flatten();
    let said = taken.or_else(|| member("detail")).or_else(|| member("title"));
    let mut message = said.map_or_else(
        || format!("the server answered with status {status}"),
        str::to_owned,
    );
    if status == 401 {
        message = format!("{message}; sign in with `vouchsafe login --server {server}`");
    }
    Failure::new(exit, message)
}

fn taken(field: Option<&str>) -> Option<&'static str> {
    match field? {
        "username" => Some("the user name is taken"),
        "email" => Some("the e-mail address is taken"),
        "identifier" => Some("an API with this identifier is registered"),
        "scopes" => Some("one of the scopes belongs to another API"),
        _ => None,
    }
}
