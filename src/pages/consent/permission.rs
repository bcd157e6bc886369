//! Scopes as permissions in words, with the value that the app will see.

use crate::pages::texts::{Text, Texts};
use serde_json::Value;
use vouchsafe_core::model::{Api, Span, User};

/// One permission on the consent page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// `openid`: the person's identifier.
    Openid,
    /// `profile`.
    Profile {
        /// The person's name, if it is known.
        name: Option<String>,
    },
    /// `email`.
    Email {
        /// The address.
        address: String,
        /// Whether it was verified.
        verified: bool,
    },
    /// `address`.
    Address {
        /// The postal address in one line, if it is known.
        address: Option<String>,
    },
    /// `phone`.
    Phone {
        /// The number, if it is known.
        number: Option<String>,
    },
    /// `groups` or `roles`.
    Memberships {
        /// Which of the two.
        which: Memberships,
        /// Their names.
        names: Vec<String>,
    },
    /// `offline_access`: a refresh token that outlives the session.
    Offline {
        /// After how many days without use it ends.
        idle_days: i64,
    },
    /// A scope of an API.
    Api {
        /// The API's name.
        api: String,
        /// The permission in the operator's words.
        sentence: String,
        /// The scope itself.
        scope: String,
    },
}

/// What a person can belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memberships {
    /// Groups.
    Groups,
    /// Roles.
    Roles,
}

/// What is known where permissions are put into words.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The person who is asked.
    pub user: &'a User,
    /// The registered APIs.
    pub apis: &'a [Api],
    /// After how much time without use offline access ends.
    pub refresh_idle: Span,
}

/// The permissions that stand for `scopes`, in their order. A scope that nobody registered says nothing.
#[must_use]
pub fn permissions(scopes: &[String], known: &Known<'_>) -> Vec<Permission> {
    scopes
        .iter()
        .filter_map(|scope| permission(scope, known))
        .collect()
}

fn permission(scope: &str, known: &Known<'_>) -> Option<Permission> {
    let claim = |name: &str| {
        known
            .user
            .claims
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    Some(match scope {
        "openid" => Permission::Openid,
        "profile" => Permission::Profile { name: claim("name") },
        "email" => Permission::Email {
            address: known.user.email.clone(),
            verified: known.user.email_verified,
        },
        "address" => Permission::Address {
            address: known.user.claims.get("address").and_then(one_line),
        },
        "phone" => Permission::Phone {
            number: claim("phone_number"),
        },
        "groups" => Permission::Memberships {
            which: Memberships::Groups,
            names: known.user.groups.clone(),
        },
        "roles" => Permission::Memberships {
            which: Memberships::Roles,
            names: known.user.roles.clone(),
        },
        "offline_access" => Permission::Offline {
            idle_days: whole_days(known.refresh_idle),
        },
        _ => {
            let (api, registered) = known.apis.iter().find_map(|api| {
                let registered = api.scopes.iter().find(|registered| registered.name == scope)?;
                Some((api, registered))
            })?;
            Permission::Api {
                api: api.name.clone(),
                sentence: registered.description.clone(),
                scope: scope.to_owned(),
            }
        }
    })
}

/// OpenID Connect Core §5.1.1: the formatted address, else its parts.
fn one_line(address: &Value) -> Option<String> {
    let part = |name: &str| address.get(name).and_then(Value::as_str);
    if let Some(formatted) = part("formatted") {
        return Some(
            formatted
                .split(['\r', '\n'])
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
        );
    }
    let names = ["street_address", "postal_code", "locality", "region", "country"];
    let parts: Vec<&str> = names.into_iter().filter_map(part).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn whole_days(span: Span) -> i64 {
    (span.seconds() / 86_400).max(1)
}

/// The drawing beside a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    Person,
    Mail,
    Home,
    Phone,
    Again,
    Box,
}

impl Permission {
    pub(super) fn api(&self) -> Option<&str> {
        match self {
            Self::Api { api, .. } => Some(api),
            Self::Openid
            | Self::Profile { .. }
            | Self::Email { .. }
            | Self::Address { .. }
            | Self::Phone { .. }
            | Self::Memberships { .. }
            | Self::Offline { .. } => None,
        }
    }

    pub(super) const fn icon(&self) -> Icon {
        match self {
            Self::Openid | Self::Profile { .. } | Self::Memberships { .. } => Icon::Person,
            Self::Email { .. } => Icon::Mail,
            Self::Address { .. } => Icon::Home,
            Self::Phone { .. } => Icon::Phone,
            Self::Offline { .. } => Icon::Again,
            Self::Api { .. } => Icon::Box,
        }
    }

    /// What the app may do.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hold references")]
    pub(super) fn sentence(&self, texts: &Texts) -> String {
        match self {
            Self::Openid => texts.text(Text::ScopeOpenid),
            Self::Profile { .. } => texts.text(Text::ScopeProfile),
            Self::Email { .. } => texts.text(Text::ScopeEmail),
            Self::Address { .. } => texts.text(Text::ScopeAddress),
            Self::Phone { .. } => texts.text(Text::ScopePhone),
            Self::Memberships {
                which: Memberships::Groups,
                ..
            } => texts.text(Text::ScopeGroups),
            Self::Memberships {
                which: Memberships::Roles,
                ..
            } => texts.text(Text::ScopeRoles),
            Self::Offline { .. } => texts.text(Text::ScopeOffline),
            Self::Api { sentence, scope, .. } if sentence.is_empty() => scope.clone(),
            Self::Api { sentence, .. } => sentence.clone(),
        }
    }

    /// What that means for this person.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hold references")]
    pub(super) fn detail(&self, texts: &Texts) -> String {
        let or_missing = |value: &Option<String>| {
            value
                .clone()
                .unwrap_or_else(|| texts.text(Text::ScopeValueMissing))
        };
        match self {
            Self::Openid => texts.text(Text::ScopeOpenidDetail),
            Self::Profile { name } => or_missing(name),
            Self::Email {
                address,
                verified: true,
            } => texts.with(Text::ScopeEmailVerified, "address", address),
            Self::Email {
                address,
                verified: false,
            } => address.clone(),
            Self::Address { address } => or_missing(address),
            Self::Phone { number } => or_missing(number),
            Self::Memberships { names, .. } => or_missing(&(!names.is_empty()).then(|| names.join(", "))),
            Self::Offline { idle_days } => texts.with(Text::ScopeOfflineDetail, "days", *idle_days),
            Self::Api { sentence, .. } if sentence.is_empty() => texts.text(Text::ScopeNoDescription),
            Self::Api { .. } => String::new(),
        }
    }
}
