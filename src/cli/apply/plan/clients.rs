//! The plan for clients.

use super::{Action, Change, Draft, Kind, NewSecret, Work, difference};
use crate::cli::apply::declared::DeclaredClient;
use crate::cli::apply::section::Place;
use crate::clients::registration::{self, Field, Unregistrable, Wish, document};
use crate::clients::{own_client, standing};
use serde_json::Value;
use vouchsafe_core::model::{Api, Client, ClientId, ClientKind, ClientMetadata, Registrar};

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
            self.check_id(client);
            let problems = problems(client, apis);
            for problem in &problems {
                let member = member_of(problem.field, &client.place);
                self.tell(&client.place, member, problem.to_string());
            }
            if problems.is_empty()
                && let Ok(metadata) = registration::check(client.wish.clone(), apis)
            {
                self.client(client, metadata);
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

    fn check_id(&mut self, declared: &DeclaredClient) {
        let id = &declared.id;
        let message = if own_client::is_own(id) {
            standing::OWN.to_owned()
        } else if self.current.clients.contains_key(id) {
            return;
        } else if let Err(rule) = registration::check_chosen_id(id) {
            rule.to_string()
        } else if self.current.subjects.contains(id) {
            // The tokens that such a client gets for itself would be taken for the person's (RFC 9068 §5).
            "is the sub of a person".to_owned()
        } else {
            return;
        };
        self.tell(&declared.place, "client_id", message);
    }

    fn client(&mut self, declared: &DeclaredClient, metadata: ClientMetadata) {
        let id = &declared.id;
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
            self.tell(&declared.place, "secret_file", message);
        }
        let secret = self.secret(declared, &after);
        let Some(before) = before else {
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
    fn secret(&mut self, declared: &DeclaredClient, client: &Client) -> NewSecret {
        if !client.has_secret() {
            return NewSecret::None;
        }
        let stored = self
            .current
            .secrets
            .get(&client.id)
            .map_or(&[][..], Vec::as_slice);
        let Some(given) = &declared.secret else {
            return if stored.iter().any(|secret| secret.is_live(self.act.now)) {
                NewSecret::None
            } else {
                NewSecret::Random
            };
        };
        let known = stored.iter().find(|stored| {
            let peppers = self.rules.peppers.as_ref();
            peppers
                .and_then(|peppers| peppers.pepper(stored.pepper_version))
                .is_some_and(|pepper| given.digest_with(pepper) == stored.digest)
        });
        match known {
            None => NewSecret::Given(given.clone()),
            Some(stored) => {
                if stored.expires_at.is_some() {
                    let message = "holds a secret that was replaced, and such a one cannot come back; \
                                   `vouchsafe client new-secret` makes another";
                    self.tell(&declared.place, "secret_file", message);
                }
                NewSecret::None
            }
        }
    }
}

fn pinned(metadata: &ClientMetadata) -> Value {
    serde_json::to_value(metadata.token_endpoint_auth_method).unwrap_or_default()
}

/// What is wrong with a client. Of one whose type is not known, what is wrong with each type.
fn problems(declared: &DeclaredClient, apis: &[Api]) -> Vec<Unregistrable> {
    let of_kind = |kind: &ClientKind| {
        let wish = Wish {
            kind: *kind,
            ..declared.wish.clone()
        };
        registration::problems(&wish, apis)
    };
    let common = |some: Vec<Unregistrable>, others: Vec<Unregistrable>| -> Vec<Unregistrable> {
        some.into_iter()
            .filter(|problem| others.contains(problem))
            .collect()
    };
    let each = declared.kinds.iter().map(of_kind);
    each.reduce(common).unwrap_or_default()
}

/// The key of a document for a member of a client's metadata.
fn member_of(field: Field, place: &Place) -> &'static str {
    if field != Field::Jwks || place.has("jwks") {
        field.as_str()
    } else if place.has("jwks_file") {
        "jwks_file"
    } else {
        // The keys that the method needs are not there.
        Field::AuthMethod.as_str()
    }
}
