//! `/clients`: applications, registered, read, changed and removed.

use super::answer::{Answer, IfMatch};
use super::call::Call;
use super::caller::{Caller, ensure_not_own, own};
use super::client_settings::{ClientPatch, ClientSettings, NewClient, patched};
use super::operation::{CURSOR, Gives, Kind, LIMIT, Operation, PLAIN, Parameter, Takes, Version};
use super::problem::Problem;
use super::schemas::{one, page};
use crate::audit::Act;
use crate::clients::document::ClientDocument;
use crate::clients::registration::{self, Made, Pepper, Unregistrable, Wish};
use crate::clients::standing::{self, Changed};
use crate::db;
use crate::store::listing::{ClientSort, ClientsWanted, RegisteredBy};
use crate::store::{StoreError, Tx};
use actix_web::web::block;
use serde::{Serialize, Serializer};
use std::sync::Arc;
use utoipa::ToSchema;
use vouchsafe_core::model::{
    Client, ClientId, ClientKind, ClientMetadata, ClientSecret, KeyAlgorithm, Plain,
};
use zeroize::Zeroizing;

/// Rows that one transaction ends or removes at most.
const SLICE: i64 = 500;

/// A client that was registered just now, with its secret this one time.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisteredClient)]
struct RegisteredDocument {
    #[serde(flatten)]
    client: ClientDocument,
    /// The secret, shown this once; not for a client that has none, and not for a repeated request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    client_secret: Option<Shown>,
    /// When the secret stops to count; 0 for never (RFC 7591).
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<i64>,
}

/// A secret in clear, for this one answer.
#[derive(Clone)]
pub(super) struct Shown(pub(super) Arc<Plain<ClientSecret>>);

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.expose())
    }
}

const KINDS: fn() -> Vec<&'static str> = || vec!["web", "spa", "native", "service"];
const REGISTRARS: fn() -> Vec<&'static str> = || RegisteredBy::ALL.map(RegisteredBy::as_str).to_vec();
const SORTS: fn() -> Vec<&'static str> = || vec!["name", "-name", "created_at", "-created_at"];

pub(super) const LIST: Operation = Operation {
    id: "listClients",
    summary: "List clients",
    query: &[
        Parameter {
            name: "q",
            about: "The beginning of a word of the name, of the `client_id`, or of a redirect URI with or without its scheme; the list is then in the order of what was found",
            kind: Kind::Text,
        },
        Parameter {
            name: "type",
            about: "Those of this type",
            kind: Kind::Word(KINDS),
        },
        Parameter {
            name: "disabled",
            about: "Disabled ones, or those that are not",
            kind: Kind::Flag,
        },
        Parameter {
            name: "registered_by",
            about: "Those that an administrator registered, that registered themselves with an initial access token or without one, or that describe themselves by a document",
            kind: Kind::Word(REGISTRARS),
        },
        Parameter {
            name: "sort",
            about: "The order; `-` turns it round",
            kind: Kind::Word(SORTS),
        },
        LIMIT,
        CURSOR,
    ],
    gives: Gives::Document(page::<ClientDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let sort = call.query.text("sort").unwrap_or("name");
    let mut wanted = ClientsWanted {
        text: call.query.owned("q"),
        kind: match call.query.text("type") {
            Some("web") => Some(ClientKind::Web),
            Some("spa") => Some(ClientKind::Spa),
            Some("native") => Some(ClientKind::Native),
            Some("service") => Some(ClientKind::Service),
            Some(_) | None => None,
        },
        disabled: call.query.flag("disabled"),
        registered_by: call.query.text("registered_by").and_then(RegisteredBy::of_word),
        sort: if sort.ends_with("created_at") {
            ClientSort::CreatedAt
        } else {
            ClientSort::Name
        },
        descending: sort.starts_with('-'),
        part: call.part(),
    };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-clients", move |tx| db!(tx, clients::page_of(&wanted)))
        .await?;
    Ok(Answer::page(page, |client| ClientDocument::from(&client)))
}

pub(super) const READ: Operation = Operation {
    id: "readClient",
    summary: "Read a client",
    gives: Gives::Versioned(one::<ReadDocument>),
    ..PLAIN
};

/// A client, and how often everything that it was given was revoked at once. The version of a client is that of this.
#[derive(Serialize, ToSchema)]
#[schema(as = ClientRead)]
struct ReadDocument {
    #[serde(flatten)]
    client: ClientDocument,
    /// Tokens of the client carry this number, and lower ones count no more.
    epoch: i64,
}

impl From<&Client> for ReadDocument {
    fn from(client: &Client) -> Self {
        Self {
            client: ClientDocument::from(client),
            epoch: client.epoch,
        }
    }
}

/// The answer of what changed a client.
fn told(client: &Client) -> Answer {
    Answer::document(&ClientDocument::from(client)).with_version(&ReadDocument::from(client))
}

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    let client = find(&call).await?;
    Ok(Answer::versioned(&ReadDocument::from(&client)))
}

pub(super) const CREATE: Operation = Operation {
    id: "createClient",
    summary: "Register a client; its secret is shown this once",
    takes: Takes::Json(one::<NewClient>),
    gives: Gives::Created(one::<RegisteredDocument>),
    has_key: true,
    problems: &[409, 422],
    ..PLAIN
};

pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let new: NewClient = call.body()?;
    let mut wish = Wish::new(new.client_name.clone(), new.kind);
    new.put_into(&mut wish);
    let metadata = checked(&call, wish).await?;
    call.caller.may_shape(&metadata)?;
    if !call.is_repeated().await? {
        ensure_keys(&call, metadata.id_token_signed_response_alg).await?;
    }
    let (version, pepper) = call.cx.services.keys.secrets().newest_pepper();
    let pepper = Zeroizing::new(*pepper);
    let make = move |tx: &mut Tx<'_>, act: &Act| -> Result<_, StoreError> {
        let made = Made::new(metadata.clone(), act);
        let pepper = Pepper {
            version,
            key: &pepper,
        };
        registration::create(tx, act, &made, pepper)?;
        let name = made.client.id.as_str().to_owned();
        let Made { client, secret } = made;
        Ok(Ok(((client, secret.map(Arc::new).map(Shown)), name)))
    };
    let again = |tx: &mut Tx<'_>, made: &str| {
        let client = db!(tx, clients::by_id(&ClientId::new(made)))?;
        Ok(client.map(|client| (client, None)))
    };
    let (client, secret) = call.create("api-create-client", make, again).await?;
    let registered = RegisteredDocument {
        client: ClientDocument::from(&client),
        client_secret_expires_at: secret.as_ref().map(|_| 0),
        client_secret: secret,
    };
    let path = format!("/clients/{}", client.id);
    Ok(Answer::created(&registered, &path).with_version(&ReadDocument::from(&client)))
}

pub(super) const REPLACE: Operation = Operation {
    id: "replaceClient",
    summary: "Replace all settings of a client",
    takes: Takes::Json(one::<ClientSettings>),
    gives: Gives::Versioned(one::<ClientDocument>),
    version: Version::Required,
    problems: &[422],
    ..PLAIN
};

pub(super) async fn replace(call: Call) -> Result<Answer, Problem> {
    let settings: ClientSettings = call.body()?;
    change(call, move |_| Ok(settings.clone())).await
}

pub(super) const PATCH: Operation = Operation {
    id: "updateClient",
    summary: "Change settings of a client",
    takes: Takes::Patch(one::<ClientPatch>),
    gives: Gives::Versioned(one::<ClientDocument>),
    version: Version::Required,
    problems: &[422],
    ..PLAIN
};

pub(super) async fn patch(call: Call) -> Result<Answer, Problem> {
    // Read once as its own type, so that no other member and no other type gets in.
    let _: ClientPatch = call.body()?;
    let patch = call.body.clone();
    change(call, move |metadata| patched(metadata, patch.clone())).await
}

/// Changes a client as it is found under the lock of its row, if it is as the caller knows it. Keys of an algorithm are
/// made before the first client asks for them, outside of any transaction; so that nothing is made for a request that is
/// refused, it is judged before that too.
async fn change<F>(call: Call, settings: F) -> Result<Answer, Problem>
where
    F: Fn(&ClientMetadata) -> Result<ClientSettings, Problem> + Clone + Send + 'static,
{
    let id = client_id(&call);
    let judge = Judge {
        settings,
        if_match: call.if_match.clone(),
        caller: call.caller.clone(),
    };
    let (before, first) = (id.clone(), judge.clone());
    let metadata = call
        .read("api-client", move |tx| match db!(tx, clients::by_id(&before))? {
            Some(client) => first.judge(tx, &client),
            None => Ok(Err(unknown())),
        })
        .await??;
    ensure_keys(&call, metadata.id_token_signed_response_alg).await?;
    let client = call
        .write("api-update-client", move |tx, act| {
            let Some(client) = db!(tx, clients::lock(&id))? else {
                return Ok(Err(unknown()));
            };
            Ok(match judge.judge(tx, &client)? {
                Ok(metadata) => match standing::update(tx, act, &id, &metadata)? {
                    Changed::Done(client) => Ok(*client),
                    Changed::OwnClient => Err(own()),
                    Changed::Unknown => Err(unknown()),
                },
                Err(problem) => Err(problem),
            })
        })
        .await?;
    Ok(told(&client))
}

/// What a change of a client is judged by.
#[derive(Clone)]
struct Judge<F> {
    settings: F,
    if_match: Option<IfMatch>,
    caller: Caller,
}

impl<F: Fn(&ClientMetadata) -> Result<ClientSettings, Problem>> Judge<F> {
    /// What the client would be, if the caller may make it that.
    fn judge(&self, tx: &mut Tx<'_>, client: &Client) -> Result<Result<ClientMetadata, Problem>, StoreError> {
        let apis = db!(tx, apis::all())?;
        Ok(ensure_not_own(&client.id)
            .and_then(|()| Call::meets(self.if_match.as_ref(), &ReadDocument::from(client)))
            .and_then(|()| self.caller.may_shape(&client.metadata))
            .and_then(|()| wished(&self.settings, client))
            .and_then(|wish| registration::check(wish, &apis).map_err(|rule| broken(&rule)))
            .and_then(|metadata| self.caller.may_shape(&metadata).map(|()| metadata)))
    }
}

fn wished(
    settings: &impl Fn(&ClientMetadata) -> Result<ClientSettings, Problem>,
    client: &Client,
) -> Result<Wish, Problem> {
    let settings = settings(&client.metadata)?;
    let mut wish = Wish::from(client.metadata.clone());
    wish.name.clone_from(&settings.client_name);
    settings.put_into(&mut wish);
    Ok(wish)
}

/// An operation that gives back the client.
const ACT: Operation = Operation {
    gives: Gives::Versioned(one::<ClientDocument>),
    version: Version::Honoured,
    ..PLAIN
};

pub(super) const DISABLE: Operation = Operation {
    id: "disableClient",
    summary: "Disable a client, and end everything that it was given",
    ..ACT
};

pub(super) async fn disable(call: Call) -> Result<Answer, Problem> {
    let client = acted(&call, "api-disable-client", standing::disable).await?;
    Ok(told(&client))
}

pub(super) const ENABLE: Operation = Operation {
    id: "enableClient",
    summary: "Enable a client; what was ended stays ended",
    ..ACT
};

pub(super) async fn enable(call: Call) -> Result<Answer, Problem> {
    let client = acted(&call, "api-enable-client", standing::enable).await?;
    Ok(told(&client))
}

/// What went with a client.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = ClientDeleted)]
pub(super) struct DeletedDocument {
    /// Grants that were ended.
    grants_ended: usize,
    /// Consents of people that were forgotten.
    consents_forgotten: usize,
}

pub(super) const DELETE: Operation = Operation {
    id: "deleteClient",
    summary: "Delete a client with everything that it was given; one that describes itself by a document comes back with \
              its next authorization request, unless it is disabled instead",
    gives: Gives::Document(one::<DeletedDocument>),
    version: Version::Honoured,
    ..PLAIN
};

/// Disabled first, so that nothing new comes while the old is removed; whoever is interrupted can begin again.
pub(super) async fn delete(call: Call) -> Result<Answer, Problem> {
    ensure_not_own(&client_id(&call))?;
    let client = acted(&call, "api-disable-client", standing::disable).await?;
    let mut gone = DeletedDocument::default();
    loop {
        let id = client.id.clone();
        let ended = call
            .write("api-end-grants", move |tx, act| {
                standing::end_some_grants(tx, act, &id, SLICE).map(Ok)
            })
            .await?;
        if ended == 0 {
            break;
        }
        gone.grants_ended += ended;
    }
    loop {
        let id = client.id.clone();
        let forgotten = call
            .write("api-forget-consents", move |tx, _| {
                db!(tx, consents::remove_some_of_client(&id, SLICE)).map(Ok)
            })
            .await?;
        if forgotten == 0 {
            break;
        }
        gone.consents_forgotten += forgotten;
    }
    let id = client.id;
    call.write("api-delete-client", move |tx, act| {
        standing::remove(tx, act, &id).map(Ok)
    })
    .await?;
    Ok(Answer::document(&gone))
}

/// The client whom the path names.
pub(super) fn client_id(call: &Call) -> ClientId {
    ClientId::new(call.named("client_id"))
}

pub(super) fn unknown() -> Problem {
    Problem::unknown("client")
}

/// Reads the client whom the path names.
pub(super) async fn find(call: &Call) -> Result<Client, Problem> {
    let id = client_id(call);
    call.read("api-client", move |tx| db!(tx, clients::by_id(&id)))
        .await?
        .ok_or_else(unknown)
}

/// Does something to the client whom the path names, if it is as the caller knows it and is one that the caller may touch.
async fn acted<F>(call: &Call, name: &'static str, mut work: F) -> Result<Client, Problem>
where
    F: FnMut(&mut Tx<'_>, &Act, &ClientId) -> Result<Option<Client>, StoreError> + Send + 'static,
{
    let (id, if_match, caller) = (client_id(call), call.if_match.clone(), call.caller.clone());
    call.write(name, move |tx, act| {
        let Some(client) = db!(tx, clients::lock(&id))? else {
            return Ok(Err(unknown()));
        };
        let allowed = Call::meets(if_match.as_ref(), &ReadDocument::from(&client))
            .and_then(|()| caller.may_shape(&client.metadata));
        Ok(match allowed {
            Ok(()) => work(tx, act, &id)?.ok_or_else(unknown),
            Err(problem) => Err(problem),
        })
    })
    .await
}

async fn checked(call: &Call, wish: Wish) -> Result<ClientMetadata, Problem> {
    let apis = call.read("apis", |tx| db!(tx, apis::all())).await?;
    registration::check(wish, &apis).map_err(|rule| broken(&rule))
}

/// A rule of clients, as a problem.
fn broken(rule: &Unregistrable) -> Problem {
    Problem::rule(rule.to_string()).at(rule.field.as_str())
}

/// Makes sure that there are keys of this algorithm before anything is registered that needs them. Those of the
/// algorithm that is always there are left to the server.
pub(super) async fn ensure_keys(call: &Call, alg: KeyAlgorithm) -> Result<(), Problem> {
    if alg == KeyAlgorithm::default() {
        return Ok(());
    }
    let (services, act) = (Arc::clone(&call.cx.services), call.act());
    let made = block(move || services.keys.ensure_for(&services.store, &act, alg)).await;
    super::keys::finished(made)
}
