//! The plan for clients.

use super::{Action, Change, Draft, Kind, NewSecret, Work, difference};
use crate::cli::apply::declared::DeclaredClient;
use crate::clients::registration::{self, document};
use crate::clients::{own_client, standing};
use serde_json::Value;
use vouchsafe_core::model::{Api, Client, ClientId, ClientMetadata, Registrar};

impl Draft<'_> {
    /// Plans them, for when there are these APIs.
    pub(super) fn clients(&mut self, apis: &[Api]) {
        let declared = self.declared;
        self.refuse_twins(
            "client_id",
            declared
                .clients
                .iter()
                .map(|client| (&client.place, client.id.as_str().to_owned())),
        );
        for client in &declared.clients {
            match registration::check(client.wish.clone(), apis) {
                Ok(metadata) => self.client(client, metadata),
                Err(rule) => {
                    let problem = client.place.problem(rule.field.as_str(), rule.to_string());
                    self.problems.push(problem);
                }
            }
        }
        let is_declared = |id: &&ClientId| declared.clients.iter().any(|client| client.id == **id);
        if self.rules.prune {
            for id in self.current.made.clients.iter().filter(|id| !is_declared(id)) {
                let work = Work::DeleteClient(id.clone());
                self.step((Action::Delete, Kind::Client, id.as_str()), Vec::new(), work);
            }
        }
    }

    fn client(&mut self, declared: &DeclaredClient, metadata: ClientMetadata) {
        let id = &declared.id;
        if own_client::is_own(id) {
            let problem = declared.place.problem("client_id", standing::OWN);
            return self.problems.push(problem);
        }
        let before = self.current.clients.get(id);
        let after = Client {
            id: id.clone(),
            epoch: before.map_or(0, |client| client.epoch),
            disabled_at: before.and_then(|client| client.disabled_at),
            created_at: before.map_or(self.act.now, |client| client.created_at),
            registrar: before.map_or(Registrar::Administrator, |client| client.registrar.clone()),
            unused_until: before.and_then(|client| client.unused_until),
            metadata,
        };
        if declared.secret.is_some() && !after.has_secret() {
            let message = "is of no use: this client has no secret";
            self.problems.push(declared.place.problem("secret_file", message));
        }
        let secret = self.secret(declared, &after);
        let Some(before) = before else {
            let refused = registration::check_chosen_id(id).map_err(|message| message.to_string());
            // The tokens that such a client gets for itself would be taken for the person's (RFC 9068 §5).
            let is_person = self.current.subjects.contains(id);
            let refused = refused
                .err()
                .or_else(|| is_person.then(|| "is the sub of a person".to_owned()));
            if let Some(message) = refused {
                self.problems.push(declared.place.problem("client_id", message));
            }
            let work = Work::CreateClient(id.clone(), after.metadata, secret);
            return self.step((Action::Create, Kind::Client, id.as_str()), Vec::new(), work);
        };
        let mut changes = difference(&document(before), &document(&after));
        if changes.is_empty() && before.metadata != after.metadata {
            // The document tells the default as if it had been chosen.
            changes.push(Change {
                member: "token_endpoint_auth_method".to_owned(),
                before: pinned(&before.metadata),
                after: pinned(&after.metadata),
            });
        }
        if !matches!(secret, NewSecret::None) {
            changes.push(Change {
                member: "client_secret".to_owned(),
                before: Value::Null,
                after: Value::Null,
            });
        }
        let work = Work::UpdateClient(id.clone(), after.metadata, secret);
        self.update((Kind::Client, id.as_str()), changes, work);
    }

    /// Which secret the client must get so that it has the one that is declared, or any.
    fn secret(&self, declared: &DeclaredClient, client: &Client) -> NewSecret {
        if !client.has_secret() {
            return NewSecret::None;
        }
        let live = self
            .current
            .secrets
            .get(&client.id)
            .map_or(&[][..], Vec::as_slice);
        let Some(given) = &declared.secret else {
            return if live.is_empty() {
                NewSecret::Random
            } else {
                NewSecret::None
            };
        };
        // One that is about to end was replaced, and does not count as the client's secret any more.
        let known = live
            .iter()
            .filter(|stored| stored.expires_at.is_none())
            .any(|stored| {
                let pepper = self.rules.peppers.as_ref();
                pepper
                    .and_then(|peppers| peppers.pepper(stored.pepper_version))
                    .is_some_and(|pepper| given.digest_with(pepper) == stored.digest)
            });
        if known {
            NewSecret::None
        } else {
            NewSecret::Given(given.clone())
        }
    }
}

fn pinned(metadata: &ClientMetadata) -> Value {
    serde_json::to_value(metadata.token_endpoint_auth_method).unwrap_or_default()
}
