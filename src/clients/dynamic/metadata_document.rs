//! Clients whose `client_id` is the URL of their own metadata (draft-ietf-oauth-client-id-metadata-document): read when
//! an authorization request names one, kept as a client like any other, and read again when what is kept is old.

use super::policy::{Place, kept, metadata};
use super::{count_newcomer, registration};
use crate::audit::Act;
use crate::clients::apis;
use crate::clients::registration::Made;
use crate::clients::standing::{self, Changed};
use crate::clients::turns::Turns;
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::keys;
use crate::ports::fetch::{Fetched, Wanted};
use crate::store::{StoreError, Tx};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use vouchsafe_core::model::{Api, ClientId, ClientMetadata, Declared, EventKind, Registrar, Span, UnixTime};
use vouchsafe_core::spec::client_metadata_document::{is_client_id, parse};
use vouchsafe_core::spec::json;

/// How long a document is kept when its server says nothing.
const KEPT: Span = Span::from_hours(1);
/// How long it is kept at least, and at most.
const SHORTEST: Span = Span::from_minutes(5);
const LONGEST: Span = Span::from_hours(24);
/// How long a document that is old is good enough while its server cannot be reached.
const STALE: Span = Span::from_hours(24);
/// A document that could not be had is not asked for again so soon.
const PAUSE: Span = Span::from_minutes(1);
/// Failures that are remembered at most.
const REMEMBERED: usize = 1024;

/// What this node reads now, and could not read lately.
#[derive(Default)]
pub struct Documents {
    failed: Mutex<HashMap<ClientId, UnixTime>>,
    turns: Turns,
}

/// What is known of a `client_id` that is a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The client is kept, and what is kept is good.
    Known,
    /// There is no such client for us.
    None,
}

/// Sees to it that the client behind such a `client_id` is known, as far as it can be.
///
/// # Errors
/// When the store fails.
pub async fn look_after(cx: &Cx, id: &ClientId) -> Result<Document, Failure> {
    if !cx.config().registration.client_id_metadata_documents || !is_client_id(id.as_str()) {
        return Ok(Document::None);
    }
    let documents = &cx.services.documents;
    if read_again_at(cx, id).await?.is_some_and(|at| at > cx.now) {
        return Ok(Document::Known);
    }
    // Whoever had to wait finds what the other has read, or that it could not.
    let _turn = documents.turns.of(id).await;
    let again_at = read_again_at(cx, id).await?;
    if again_at.is_some_and(|at| at > cx.now) {
        return Ok(Document::Known);
    }
    let good_enough = match again_at {
        Some(at) if at.plus(STALE) > cx.now => Document::Known,
        Some(_) | None => Document::None,
    };
    if documents.failed_lately(id, cx.now) || count_newcomer(cx).await?.is_some() {
        return Ok(good_enough);
    }
    let fetched = cx
        .services
        .ports
        .fetch
        .fetch(Wanted::json(id.as_str(), cx.now))
        .await;
    match fetched {
        Ok(fetched) => read(cx, id, fetched).await,
        Err(problem) => {
            tracing::info!(client_id = id.as_str(), %problem, "a client's metadata document could not be fetched");
            if !problem.is_of_the_way() {
                return refuse(cx, id).await;
            }
            documents.note_failure(id, cx.now);
            Ok(good_enough)
        }
    }
}

/// When the document behind a `client_id` is to be read again, if what is kept of it is good.
async fn read_again_at(cx: &Cx, id: &ClientId) -> Result<Option<UnixTime>, StoreError> {
    let wanted = id.clone();
    let read = cx.store().read("metadata-document", move |tx| {
        db!(tx, self_registered::read_again_at(&wanted))
    });
    read.await
}

/// Remembers for all nodes that what is there now makes no client: what was kept of it is good for nobody, until it can
/// be read again.
async fn refuse(cx: &Cx, id: &ClientId) -> Result<Document, Failure> {
    cx.services.documents.note_failure(id, cx.now);
    let refused = id.clone();
    cx.store()
        .write("refuse-document", move |tx| {
            db!(tx, self_registered::set_read_again(&refused, None))
        })
        .await?;
    Ok(Document::None)
}

async fn read(cx: &Cx, id: &ClientId, fetched: Fetched) -> Result<Document, Failure> {
    let lasts = fetched.max_age.unwrap_or(KEPT).max(SHORTEST).min(LONGEST);
    let apis = cx.services.clients.apis().await?;
    let place = Place::of_newcomer(&cx.config().registration, None);
    let metadata = match metadata_of(id, &fetched.body, (&place, &apis)) {
        Ok(metadata) => metadata,
        Err(problem) => {
            tracing::info!(
                client_id = id.as_str(),
                problem,
                "a client's metadata document was refused"
            );
            return refuse(cx, id).await;
        }
    };
    let (act, alg, read_again_at) = (
        Act::of(cx, "anybody"),
        metadata.id_token_signed_response_alg,
        cx.now.plus(lasts),
    );
    let keeping = Keeping {
        act: act.clone(),
        id: id.clone(),
        metadata,
        unused_until: cx.now.plus(cx.config().registration.unused_lifetime),
        most: i64::try_from(cx.config().registration.most_document_clients).unwrap_or(i64::MAX),
    };
    let kept = cx
        .store()
        .write("keep-document", move |tx| keeping.write(tx))
        .await?;
    cx.services.clients.forget(id);
    if kept == Kept::Full {
        return Ok(Document::None);
    }
    if kept == Kept::Client {
        // Only of what is kept: nobody makes keys by what is refused. And before it counts as read: should they fail,
        // the next request tries again.
        keys::ensure(cx, &act, alg).await?;
    }
    let read = id.clone();
    cx.store()
        .write("note-document", move |tx| {
            db!(tx, self_registered::set_read_again(&read, Some(read_again_at)))
        })
        .await?;
    Ok(match kept {
        Kept::Client => Document::Known,
        Kept::Adopted | Kept::Full => Document::None,
    })
}

/// What a document makes of its client, or why it makes none.
fn metadata_of(
    id: &ClientId,
    body: &[u8],
    (place, apis): (&Place, &[Api]),
) -> Result<ClientMetadata, String> {
    let document = json::object(body).ok_or("it is not one JSON object")?;
    let mut requested = parse(id.as_str(), &document).map_err(|problem| problem.to_string())?;
    // What would have to be fetched for a client without a secret is not kept.
    requested.jwks = None;
    requested.declared = Declared {
        jwks_uri: None,
        logo_uri: None,
        sector_identifier_uri: None,
        ..requested.declared
    };
    metadata(requested, place, apis).map_err(|problem| problem.to_string())
}

/// What became of a document that makes a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// There is this client.
    Client,
    /// An administrator answers for it now, and the document for nothing.
    Adopted,
    /// There are too many clients.
    Full,
}

/// The transaction, with all that it needs.
struct Keeping {
    act: Act,
    id: ClientId,
    metadata: ClientMetadata,
    unused_until: UnixTime,
    most: i64,
}

impl Keeping {
    fn write(&self, tx: &mut Tx<'_>) -> Result<Kept, StoreError> {
        match db!(tx, clients::lock(&self.id))? {
            Some(client) if client.registrar != Registrar::Document => return Ok(Kept::Adopted),
            Some(client) => {
                // What an administrator took does not come back.
                let had = &client.metadata.scopes;
                let scopes = self.metadata.scopes.iter().filter(|name| had.contains(name));
                let metadata = ClientMetadata {
                    scopes: scopes.cloned().collect(),
                    ..kept(self.metadata.clone(), &client.metadata)
                };
                let _: Changed = standing::update(tx, &self.act, &self.id, &metadata)?;
            }
            None if db!(tx, self_registered::count(&Registrar::Document))? >= self.most => {
                return Ok(Kept::Full);
            }
            None => {
                let mut made = Made::new(self.metadata.clone(), &self.act);
                made.client.id = self.id.clone();
                made.client.registrar = Registrar::Document;
                made.client.unused_until = Some(self.unused_until);
                apis::hold(tx, made.client.metadata.scopes.iter())?;
                db!(tx, clients::add(&made.client)).map_err(again)?;
                let told = self.act.about_client(EventKind::ClientRegistered, &self.id);
                let by = registration::registrar(&made.client.registrar);
                db!(tx, events::append(&crate::audit::with("registered_by", by, told)))?;
            }
        }
        Ok(Kept::Client)
    }
}

/// Another node kept it first: the next attempt finds it.
fn again(error: StoreError) -> StoreError {
    match error {
        StoreError::Conflict(_) => StoreError::Busy,
        StoreError::Busy
        | StoreError::Unavailable(_)
        | StoreError::Corrupt { .. }
        | StoreError::Refused(_) => error,
    }
}

impl Documents {
    fn failed_lately(&self, id: &ClientId, now: UnixTime) -> bool {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get(id).is_some_and(|at| at.plus(PAUSE) > now)
    }

    fn note_failure(&self, id: &ClientId, now: UnixTime) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= REMEMBERED {
            failed.clear();
        }
        failed.insert(id.clone(), now);
    }
}
