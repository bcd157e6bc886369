//! `api list` and `api show`.

use super::find;
use crate::cli::exit::Failure;
use crate::cli::open::Workplace;
use crate::cli::output::{Output, table};
use crate::clients::apis::{self, Use, document};
use crate::config::show_duration;
use crate::db;
use serde_json::{Value, json};
use vouchsafe_core::model::Api;

pub(super) const HEADS: [&str; 4] = ["IDENTIFIER", "NAME", "SCOPES", "LIFETIME"];

/// All APIs. There are few of them: each is a program of somebody's.
pub(super) fn all(place: &Workplace, output: &Output) -> Result<(), Failure> {
    let known = place.store.read_blocking("apis", |tx| db!(tx, apis::all()))?;
    let documents: Vec<_> = known.iter().map(document).collect();
    let rows: Vec<_> = known.iter().map(row).collect();
    let text = if rows.is_empty() {
        "there are none".to_owned()
    } else {
        table(HEADS, &rows)
    };
    output.report(&Value::Array(documents), &text);
    Ok(())
}

fn row(api: &Api) -> [String; 4] {
    let scopes: Vec<_> = api.scopes.iter().map(|scope| scope.name.as_str()).collect();
    [
        api.identifier.clone(),
        api.name.clone(),
        scopes.join(" "),
        api.access_token_lifetime.map(show_duration).unwrap_or_default(),
    ]
}

/// One API, with the clients that use it.
pub(super) fn one(place: &Workplace, identifier: &str, output: &Output) -> Result<(), Failure> {
    let api = find(place, identifier)?;
    let known = api.clone();
    let uses = place
        .store
        .read_blocking("api-uses", move |tx| apis::uses(tx, &known))?;
    let mut answer = document(&api);
    if let Some(members) = answer.as_object_mut() {
        members.insert("used_by".to_owned(), uses_document(&uses));
    }
    output.answer(&answer);
    Ok(())
}

/// Who uses an API, and what of it.
pub(super) fn uses_document(uses: &[Use]) -> Value {
    uses.iter()
        .map(|used| {
            json!({
                "client_id": used.client_id,
                "client_name": used.client_name,
                "scopes": used.scopes,
                "introspects": used.introspects,
            })
        })
        .collect()
}
