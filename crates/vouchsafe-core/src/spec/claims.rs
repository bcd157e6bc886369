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

/// Claims of the scope `groups`.
pub const GROUPS: &[&str] = &["groups"];

/// Claims of the scope `roles`.
pub const ROLES: &[&str] = &["roles"];

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
    [OF_THE_TOKEN, PROFILE, EMAIL, ADDRESS, PHONE, GROUPS, ROLES].concat()
}

/// The claims that a scope asks for; none for scopes that are not about the person.
#[must_use]
pub fn of_scope(scope: &str) -> &'static [&'static str] {
    match scope {
        scope::PROFILE => PROFILE,
        scope::EMAIL => EMAIL,
        scope::ADDRESS => ADDRESS,
        scope::PHONE => PHONE,
        scope::GROUPS => GROUPS,
        scope::ROLES => ROLES,
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
        "groups" => Some(user.groups.clone().into()),
        "roles" => Some(user.roles.clone().into()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{UnixTime, UserId};
    use serde_json::json;

    fn ada(claims: &Value) -> User {
        User {
            id: UserId::new("u1"),
            username: "ada".to_owned(),
            email: "ada@example.com".to_owned(),
            email_verified: true,
            claims: claims.as_object().cloned().unwrap_or_default(),
            password_hash: None,
            invited_until: None,
            is_admin: false,
            roles: vec!["clerk".to_owned()],
            groups: vec!["staff".to_owned(), "night shift".to_owned()],
            disabled_at: None,
            banned_at: None,
            banned_until: None,
            ban_reason: None,
            created_at: UnixTime::from_seconds(1),
            updated_at: UnixTime::from_millis(1_700_000_000_999),
        }
    }

    fn full() -> Value {
        json!({
            "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "middle_name": "King",
            "nickname": "Countess", "profile": "https://ada.example.com", "picture": "https://ada.example.com/p.png",
            "website": "https://ada.example.com/w", "gender": "female", "birthdate": "0000-12-10",
            "zoneinfo": "Europe/London", "locale": "en-GB", "phone_number": "+44 20 7946 0000",
            "phone_number_verified": false, "address": {"formatted": "12 St James's Square\nLondon", "country": "GB"}
        })
    }

    fn given(user: &User, scopes: &str) -> Value {
        let scopes: Vec<String> = scopes.split_whitespace().map(str::to_owned).collect();
        Value::Object(userinfo(user, &scopes))
    }

    #[test]
    fn each_scope_gives_all_its_claims_and_no_others() {
        let user = ada(&full());
        for (granted, names) in [
            ("openid", &[][..]),
            ("openid profile", PROFILE),
            ("openid email", EMAIL),
            ("openid address", ADDRESS),
            ("openid phone", PHONE),
            ("openid groups", GROUPS),
            ("openid roles", ROLES),
            ("openid offline_access orders:read", &[]),
        ] {
            let claims = given(&user, granted);
            let mut expected: Vec<&str> = [&["sub"], names].concat();
            expected.sort_unstable();
            let mut present: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
            present.sort_unstable();
            assert_eq!(present, expected, "{granted}");
        }
    }

    #[test]
    fn the_accounts_own_fields_decide() {
        let mut claims = full();
        claims["email"] = json!("eve@example.com");
        claims["email_verified"] = json!(false);
        claims["updated_at"] = json!(1);
        claims["sub"] = json!("u2");
        let claims = given(&ada(&claims), "openid profile email");
        assert_eq!(claims["sub"], "u1");
        assert_eq!(claims["email"], "ada@example.com");
        assert_eq!(claims["email_verified"], true);
        assert_eq!(claims["updated_at"], 1_700_000_000);
        assert_eq!(claims["preferred_username"], "ada");
    }

    #[test]
    fn groups_and_roles_are_lists_of_texts_and_only_the_account_has_them() {
        let mut ada = ada(&json!({"groups": ["admins"], "roles": "admin"}));
        assert_eq!(
            given(&ada, "openid groups roles"),
            json!({"sub": "u1", "groups": ["staff", "night shift"], "roles": ["clerk"]})
        );
        ada.groups.clear();
        assert_eq!(given(&ada, "groups"), json!({"sub": "u1"}));
    }

    #[test]
    fn nothing_is_null_empty_or_about_nothing() {
        let mut user =
            ada(&json!({"name": "", "nickname": null, "address": {}, "phone_number_verified": true}));
        user.email.clear();
        assert_eq!(
            given(&user, "openid profile email address phone"),
            json!({"sub": "u1", "preferred_username": "ada", "updated_at": 1_700_000_000})
        );
    }

    #[test]
    fn what_userinfo_can_give_may_be_set() {
        let file = validate(full().as_object().cloned().unwrap()).unwrap();
        assert_eq!(Value::Object(file.claims), full());
        assert!(supported().contains(&"birthdate"));
    }
}
