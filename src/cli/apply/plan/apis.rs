//! The plan for APIs, which come first: clients may have only scopes that an API owns.

use super::{Action, Draft, Kind, Work, difference};
use crate::cli::apply::declared::DeclaredApi;
use crate::cli::apply::section::Place;
use crate::clients::apis;
use crate::config::{Problem, Source};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use vouchsafe_core::model::{Api, ClientId};

impl Draft<'_> {
    /// Plans them, and returns the APIs as they will be.
    pub(super) fn apis(&mut self) -> Vec<Api> {
        let declared = self.declared;
        self.refuse_twins(
            "identifier",
            declared
                .apis
                .iter()
                .map(|api| (&api.place, api.api.identifier.clone())),
        );
        let is_declared = |identifier: &String| {
            declared
                .apis
                .iter()
                .any(|declared| declared.api.identifier == *identifier)
        };
        let gone = |api: &&Api| {
            self.rules.prune
                && self.current.made.apis.contains(&api.identifier)
                && !is_declared(&api.identifier)
        };
        let (gone, stays): (Vec<_>, Vec<_>) = self.current.apis.iter().partition(gone);
        let untouched = stays.into_iter().filter(|api| !is_declared(&api.identifier));
        let mut future: Vec<Api> = untouched.cloned().collect();
        self.refuse_shared_scopes(&future);
        future.extend(declared.apis.iter().map(|declared| declared.api.clone()));
        for api in gone {
            self.refuse_loss(api, &future, None);
            let work = Work::DeleteApi(api.identifier.clone());
            self.step((Action::Delete, Kind::Api, &api.identifier), Vec::new(), work);
        }
        for declared in &declared.apis {
            self.api(declared, &future);
        }
        future
    }

    fn api(&mut self, declared: &DeclaredApi, future: &[Api]) {
        let mut api = declared.api.clone();
        for problem in apis::problems(&api, &self.rules.issuer) {
            self.tell(&declared.place, problem.field.as_str(), problem.to_string());
        }
        let id = api.identifier.clone();
        let Some(before) = self.current.apis.iter().find(|known| known.identifier == id) else {
            api.created_at = self.act.now;
            return self.step((Action::Create, Kind::Api, &id), Vec::new(), Work::CreateApi(api));
        };
        self.refuse_loss(before, future, Some(&declared.place));
        api.created_at = before.created_at;
        let changes = difference(&members(before), &members(&api));
        self.update((Kind::Api, &id), changes, Work::UpdateApi(api));
    }

    /// A scope belongs to one API.
    fn refuse_shared_scopes(&mut self, untouched: &[Api]) {
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        for api in untouched {
            owners.extend(
                api.scopes
                    .iter()
                    .map(|scope| (scope.name.as_str(), api.identifier.as_str())),
            );
        }
        for declared in &self.declared.apis {
            for scope in &declared.api.scopes {
                let owner = owners.insert(&scope.name, &declared.api.identifier);
                if let Some(owner) = owner.filter(|owner| **owner != declared.api.identifier) {
                    let message = format!("has {:?}, which belongs to {owner}", scope.name);
                    self.tell(&declared.place, "scopes", message);
                }
            }
        }
    }

    /// What a client uses is not taken from it, unless the client is declared too, or deleted with the API. A scope
    /// that goes over to another API is not lost.
    fn refuse_loss(&mut self, before: &Api, future: &[Api], declared: Option<&Place>) {
        let uses = self.current.uses.get(&before.identifier);
        for used in uses.map_or(&[][..], Vec::as_slice) {
            let stays = |scope: &&String| {
                let mut scopes = future.iter().flat_map(|api| &api.scopes);
                scopes.any(|known| known.name == **scope)
            };
            let lost: Vec<&str> = used
                .scopes
                .iter()
                .filter(|scope| !stays(scope))
                .map(String::as_str)
                .collect();
            let loses = !lost.is_empty() || (declared.is_none() && used.introspects);
            if !loses || self.is_declared_or_pruned(&used.client_id) {
                continue;
            }
            let what = if lost.is_empty() {
                "introspection of its tokens".to_owned()
            } else {
                lost.join(" ")
            };
            let message = format!(
                "cannot lose what the client {} uses ({what}): change that client first, or declare it",
                used.client_id
            );
            let of_flag =
                |message: &str| Problem::new(Source::Flag("--prune"), before.identifier.clone(), message);
            self.problems.push(declared.map_or_else(
                || of_flag(&message),
                |place| place.problem("scopes", message.clone()),
            ));
        }
    }

    fn is_declared_or_pruned(&self, id: &ClientId) -> bool {
        let declared = self.declared.clients.iter().any(|client| client.id == *id);
        declared || (self.rules.prune && self.current.made.clients.contains(id))
    }
}

fn members(api: &Api) -> Map<String, Value> {
    match apis::document(api) {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}
