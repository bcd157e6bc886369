//! What forms of the administration say: each field known and sent once, and what is wrong with them shown beside them.

use super::access::{Admin, AdminForm};
use super::pages::problem;
use crate::web::csrf;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use vouchsafe_core::model::EventId;
use vouchsafe_core::spec::params::Params;

/// Refuses a form with a field that the page does not have, or with one field twice: nothing is set by the way.
///
/// # Errors
/// The answer to give instead: 400.
pub(super) fn only(form: &AdminForm, names: &[&str]) -> Result<(), HttpResponse> {
    only_repeating(form, names, &[])
}

/// As [`only`], of a form that has boxes to tick: those names may come more than once.
///
/// # Errors
/// The answer to give instead: 400.
pub(super) fn only_repeating(
    form: &AdminForm,
    names: &[&str],
    repeatable: &[&str],
) -> Result<(), HttpResponse> {
    let known = |name: &str| name == csrf::FIELD || names.contains(&name) || repeatable.contains(&name);
    let all_known = form.fields.iter().all(|(name, _)| known(name));
    if all_known && form.fields.refuse_repeats(repeatable).is_ok() {
        return Ok(());
    }
    Err(problem::say(
        &form.admin,
        StatusCode::BAD_REQUEST,
        "This form could not be read",
        "It had a field that this page does not have, or one field twice. Nothing was changed.",
    ))
}

/// The query of a page, when it has known names only, each once.
///
/// # Errors
/// The answer to give instead: 400.
pub(super) fn query(admin: &Admin, text: &str, names: &[&str]) -> Result<Params, HttpResponse> {
    let parsed = Params::parse(text.as_bytes()).ok();
    parsed
        .filter(|query| query.refuse_repeats(&[]).is_ok())
        .filter(|query| query.iter().all(|(name, _)| names.contains(&name)))
        .ok_or_else(|| bad_address(admin))
}

/// 400 for an address that no page of ours has.
pub(super) fn bad_address(admin: &Admin) -> HttpResponse {
    problem::say(
        admin,
        StatusCode::BAD_REQUEST,
        "This address could not be read",
        "A part of it was changed or is missing. Begin again from the menu.",
    )
}

/// A path with a query of these fields, without those that are empty.
pub(super) fn with_query(path: &str, fields: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// The name of what a form was filled from: a form that comes back with another one was made of something that somebody
/// has changed since.
pub(super) fn version(shown: &impl serde::Serialize) -> String {
    let text = serde_json::to_vec(shown).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// What stands above a form that somebody else was quicker than.
pub(super) const CHANGED_SINCE: &str = "Somebody changed this since your page was made, and nothing of yours was saved. \
     Open the page again to see what it is now, or save once more to put what stands here in its place";

/// What makes a form count once: it is drawn when the page is made, and comes back with the form.
pub(super) fn new_once(admin: &Admin) -> String {
    EventId::from_entropy(admin.cx.services.ports.entropy.bytes()).into_string()
}

/// What makes this form count once.
///
/// # Errors
/// The answer to give instead: 400.
pub(super) fn once(admin: &Admin, fields: &Params) -> Result<String, HttpResponse> {
    // What is drawn has 22 characters.
    let once = fields.one("once").filter(|once| (16..=64).contains(&once.len()));
    once.map(str::to_owned).ok_or_else(|| {
        problem::say(
            admin,
            StatusCode::BAD_REQUEST,
            "This form could not be read",
            "A part of it is missing. Nothing was done; begin again from the menu.",
        )
    })
}

/// What is wrong with the fields of a form, in the order of the page.
#[derive(Clone, Debug, Default)]
pub(super) struct Errors(Vec<(String, String)>);

impl Errors {
    /// One error.
    pub(super) fn one(field: &str, rule: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, rule);
        errors
    }

    pub(super) fn add(&mut self, field: &str, rule: impl Into<String>) {
        self.0.push((field.to_owned(), rule.into()));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn all(&self) -> &[(String, String)] {
        &self.0
    }

    /// What is wrong with a field.
    pub(super) fn of(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == field);
        found.map(|(_, rule)| rule.as_str())
    }

    /// The ids of what describes a field: its hint, if it has one, and its error.
    pub(super) fn describing(&self, field: &str, hint: &str) -> Option<String> {
        let hint = (!hint.is_empty()).then(|| format!("{field}-hint"));
        let error = self.of(field).map(|_| format!("{field}-error"));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// The status of the page: 422 when something is wrong.
    pub(super) const fn status(&self) -> StatusCode {
        if self.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}
