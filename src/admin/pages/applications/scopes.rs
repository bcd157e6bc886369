//! The scopes that an application may have, as boxes to tick, with what each of them means.

use crate::clients::own_api;
use vouchsafe_core::model::{Api, ClientKind};
use vouchsafe_core::spec::scope;

/// More boxes than this are a list to type: a form has 64 fields at most.
const MOST_BOXES: usize = 40;

/// The scopes of OpenID Connect or of one API.
#[derive(Clone, Debug)]
pub(in crate::admin::pages) struct Group {
    pub(in crate::admin::pages) title: String,
    pub(in crate::admin::pages) scopes: Vec<Choice>,
}

/// A scope.
#[derive(Clone, Debug)]
pub(in crate::admin::pages) struct Choice {
    /// The id of its box.
    pub(in crate::admin::pages) id: String,
    pub(in crate::admin::pages) name: String,
    pub(in crate::admin::pages) sentence: String,
    pub(in crate::admin::pages) ticked: bool,
}

/// The part of a form that asks for scopes.
#[derive(Clone, Debug)]
pub(in crate::admin::pages) struct Scopes {
    pub(in crate::admin::pages) groups: Vec<Group>,
    /// Those that were chosen, when there are too many for boxes.
    pub(in crate::admin::pages) typed: Option<String>,
    /// Whether it is for a service, and there is no API that it could call.
    pub(in crate::admin::pages) lacks_api: bool,
}

impl Scopes {
    pub(in crate::admin::pages) fn of(kind: ClientKind, apis: &[Api], chosen: &[String]) -> Self {
        let mut number = 0;
        let mut choice = |name: &str, sentence: String| {
            number += 1;
            Choice {
                id: format!("scope-{number}"),
                name: name.to_owned(),
                sentence,
                ticked: chosen.iter().any(|one| one == name),
            }
        };
        let mut groups = Vec::new();
        if kind != ClientKind::Service {
            let scopes = scope::STANDARD.iter().map(|name| choice(name, meaning(name)));
            groups.push(Group {
                title: "About the person".to_owned(),
                scopes: scopes.collect(),
            });
        }
        for api in apis.iter().filter(|api| !api.scopes.is_empty()) {
            let scopes = api
                .scopes
                .iter()
                .map(|scope| choice(&scope.name, scope.description.clone()));
            groups.push(Group {
                title: api.name.clone(),
                scopes: scopes.collect(),
            });
        }
        let boxes: usize = groups.iter().map(|group| group.scopes.len()).sum();
        let is_callable = |api: &Api| !own_api::is_own(api) && !api.scopes.is_empty();
        Self {
            groups,
            lacks_api: kind == ClientKind::Service && !apis.iter().any(is_callable),
            typed: (boxes > MOST_BOXES).then(|| chosen.join("\n")),
        }
    }
}

/// What a scope of OpenID Connect gives.
pub(super) fn meaning(name: &str) -> String {
    match name {
        scope::OPENID => "who the person is: an identifier that never changes",
        scope::PROFILE => "name, user name and what else a profile holds",
        scope::EMAIL => "the e-mail address, and whether it was verified",
        scope::ADDRESS => "the postal address",
        scope::PHONE => "the telephone number",
        scope::GROUPS => "the groups that the person is in",
        scope::ROLES => "the person's roles",
        scope::OFFLINE_ACCESS => "access while the person is away: a refresh token that outlives the session",
        _ => "",
    }
    .to_owned()
}
