//! What the administration API says when it does not do something (RFC 9457), as the failure of a verb.

use super::Address;
use crate::cli::exit::{Exit, Failure, with_flags};
use serde_json::Value;
use vouchsafe_core::model::AdminSession;

/// The failure with the same words and status as on the database, where there is such a one. None when it is no answer of
/// the API at all, but of something that has no such path.
pub(super) fn failure(status: u16, body: &[u8], server: &Address) -> Option<Failure> {
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    let member = |name: &str| document.get(name).and_then(Value::as_str);
    let code = member("code");
    if status == 404 && code.is_none() {
        return None;
    }
    let exit = match status {
        401 | 403 => Exit::NotPermitted,
        408 | 429 | 503 => Exit::TryAgain,
        _ => Exit::Failed,
    };
    let said = match code {
        Some("sign_in_too_old") => Some(format!(
            "this needs a sign-in of the last {}",
            AdminSession::PROOF.in_words()
        )),
        Some("taken") => taken(member("field")).map(str::to_owned),
        Some(_) | None => None,
    };
    let said = said.or_else(|| member("detail").or_else(|| member("title")).map(with_flags));
    let mut message = said.unwrap_or_else(|| format!("the server answered with status {status}"));
    if status == 401 {
        message = format!("{message}; sign in with `vouchsafe login --server {server}`");
    }
    Some(Failure::new(exit, message))
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
