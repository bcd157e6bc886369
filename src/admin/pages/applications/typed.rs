//! Lists that are typed one a line, and what is wrong with a line of them.

use super::plan::capital;
use crate::admin::form::Errors;
use crate::clients::registration;
use vouchsafe_core::model::ClientKind;
use vouchsafe_core::spec::human_readable::shortened;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::redirect_uri;

/// The lines of a text that are not empty.
pub(super) fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// The scopes that were ticked or typed.
pub(in crate::admin::pages) fn scopes(fields: &Params) -> Vec<String> {
    let all = fields.all("scope");
    let mut scopes: Vec<String> = Vec::new();
    for name in all.iter().flat_map(|text| text.split_whitespace()) {
        if !scopes.iter().any(|known| known == name) {
            scopes.push(name.to_owned());
        }
    }
    scopes
}

/// A text field as it was typed.
pub(super) fn text(fields: &Params, name: &str) -> String {
    fields.one(name).unwrap_or_default().trim().to_owned()
}

/// Looks at each address by itself, so that each bad one is named with its rule.
pub(super) fn check_uris(errors: &mut Errors, field: &str, uris: &[String], kind: ClientKind) {
    for uri in uris {
        if let Err(rule) = redirect_uri::registrable(uri, kind) {
            errors.add(field, format!("{}: {rule}", shortened(uri)));
        }
    }
}

/// Looks at the name by itself, so that nothing else that is wrong keeps it untold.
pub(super) fn check_name(errors: &mut Errors, name: &str) {
    if name.is_empty() {
        errors.add("name", "Give the application a name");
    } else if let Err(rule) = registration::check_name(name) {
        errors.add("name", capital(&rule.to_string()));
    }
}
