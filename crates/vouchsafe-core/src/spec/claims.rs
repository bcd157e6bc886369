//! OpenID Connect Core §5.1–5.4 — the standard claims, and which scope gives which.

use super::scope;
use crate::model::User;
use serde_json::{Map, Value};

mod file;
pub use file::{ClaimProblem, ClaimRule, ClaimsFile, validate};

/// Claims of the scope `profile`.
pub const PROFILE: &[&str] = &[
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

/// Claims of the scope `email`.
pub const EMAIL: &[&str] = &["email", "email_verified"];

/// Claims of the scope `address`.
pub const ADDRESS: &[&str] = &["address"];

/// Claims of the scope `phone`.
pub const PHONE: &[&str] = &["phone_number", "phone_number_verified"];

/// Claims that every ID token may have.
const OF_THE_TOKEN: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "sid",
    "at_hash",
];

/// `claims_supported`.
#[must_use]
pub fn supported() -> Vec<&'static str> {
    [OF_THE_TOKEN, PROFILE, EMAIL, ADDRESS, PHONE].concat()
}

/// The claims that a scope asks for; none for scopes that are not about the person.
#[must_use]
pub fn of_scope(scope: &str) -> &'static [&'static str] {
    match scope {
        scope::PROFILE => PROFILE,
        scope::EMAIL => EMAIL,
        scope::ADDRESS => ADDRESS,
        scope::PHONE => PHONE,
        _ => &[],
    }
}

/// `sub` and the claims of the granted scopes that the person has: never null, never empty (§5.3.2).
#[must_use]
pub fn userinfo(user: &User, scopes: &[String]) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), user.id.as_str().into());
    for name in scopes.iter().flat_map(|scope| of_scope(scope)) {
        if let Some(value) = claim(user, name).filter(|value| !is_empty(value)) {
            claims.insert((*name).to_owned(), value);
        }
    }
    claims
}

fn claim(user: &User, name: &str) -> Option<Value> {
    match name {
        "updated_at" => Some(user.updated_at.seconds().into()),
        "email" => Some(user.email.as_str().into()),
        "email_verified" => (!user.email.is_empty()).then(|| user.email_verified.into()),
        "preferred_username" => Some(
            user.claims
                .get(name)
                .cloned()
                .unwrap_or_else(|| user.username.as_str().into()),
        ),
        // "Verified" says something about a number, so it does not come alone.
        "phone_number_verified" => {
            user.claims.get("phone_number")?;
            user.claims.get(name).cloned()
        }
        _ => user.claims.get(name).cloned(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
