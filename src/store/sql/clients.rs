//! Clients and the digests of their secrets.

mod page;

pub use page::page_of;

use super::super::Conn;
use super::client_refusals;
use super::issuer_state::bump_config_version;
use super::search_terms;
use crate::store::convert::{Column, instant, json, millis, word};
use crate::store::listing::{client_terms, name_key, use_terms};
use crate::store::schema::{client_secrets, clients, search_terms as search_term};
use crate::store::{NewSecret, SecretFacts, StoreError, StoredSecret};
use diesel::prelude::*;
use vouchsafe_core::model::{Client, ClientId, ClientMetadata, Declared, KeyAlgorithm, Registrar, UnixTime};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clients, treat_none_as_default_value = false)]
struct Row {
    id: String,
    epoch: i64,
    disabled_at: Option<i64>,
    created_at: i64,
    metadata: String,
    kind: String,
    name_key: String,
    declared: Option<String>,
    registrar: Option<String>,
    unused_until: Option<i64>,
}

/// Adds a client and raises the configuration version.
pub fn add(c: &mut Conn, client: &Client) -> Result<(), StoreError> {
    let row = Row {
        id: client.id.as_str().to_owned(),
        epoch: client.epoch,
        disabled_at: millis(client.disabled_at),
        created_at: client.created_at.millis(),
        metadata: json(&client.metadata)?,
        kind: word(&client.metadata.kind)?,
        name_key: name_key(&client.metadata.client_name),
        declared: declared(client)?,
        registrar: registrar(&client.registrar),
        unused_until: millis(client.unused_until),
    };
    diesel::insert_into(clients::table).values(row).execute(c)?;
    index(c, client)?;
    bump_config_version(c)
}

/// The client with this `client_id`.
pub fn by_id(c: &mut Conn, id: &ClientId) -> Result<Option<Client>, StoreError> {
    clients::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(c)
        .optional()?
        .map(read)
        .transpose()
}

/// All clients, in order of their `client_id`.
pub fn list(c: &mut Conn) -> Result<Vec<Client>, StoreError> {
    let rows: Vec<Row> = clients::table
        .order(clients::id)
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(read).collect()
}

/// The clients that use one of these scopes, or of these APIs by introspecting their tokens, in order of their `client_id`.
/// It may find more than those: the caller looks closely.
pub fn using(c: &mut Conn, scopes_and_apis: &[String]) -> Result<Vec<Client>, StoreError> {
    let named = search_term::table
        .filter(search_term::kind.eq(search_terms::USES))
        .filter(search_term::term.eq_any(use_terms(scopes_and_apis)))
        .select(search_term::id);
    let rows: Vec<Row> = clients::table
        .filter(clients::id.eq_any(named))
        .order(clients::id)
        .select(Row::as_select())
        .load(c)?;
    rows.into_iter().map(read).collect()
}

/// How many clients in which people sign in have their ID tokens signed with an algorithm, and those of them that were
/// registered first. There is no index for it, so it is for what an administrator does once in a while.
pub fn with_id_tokens_by(
    c: &mut Conn,
    alg: KeyAlgorithm,
    first: usize,
) -> Result<(usize, Vec<ClientId>), StoreError> {
    let member = "\"id_token_signed_response_alg\":";
    let clients = || {
        let with_people = clients::table.filter(clients::kind.ne("service")).into_boxed();
        if alg.is_default() {
            // It is not written.
            with_people.filter(clients::metadata.not_like(format!("%{member}%")))
        } else {
            with_people.filter(clients::metadata.like(format!("%{member}\"{}\"%", alg.as_str())))
        }
    };
    let count: i64 = clients().count().get_result(c)?;
    let ids: Vec<String> = clients()
        .order((clients::created_at, clients::id))
        .limit(i64::try_from(first).unwrap_or(i64::MAX))
        .select(clients::id)
        .load(c)?;
    let count = usize::try_from(count).unwrap_or_default();
    Ok((count, ids.into_iter().map(ClientId::new).collect()))
}

/// Keeps by what a client is found, after each change of it.
fn index(c: &mut Conn, client: &Client) -> Result<(), StoreError> {
    let (id, metadata) = (client.id.as_str(), &client.metadata);
    search_terms::replace(c, search_terms::CLIENT, id, &client_terms(client))?;
    let uses = use_terms(metadata.scopes.iter().chain(&metadata.introspects));
    search_terms::replace(c, search_terms::USES, id, &uses)
}

/// The client with this `client_id`, before a change: nobody else changes it until the transaction ends.
pub fn lock(c: &mut Conn, id: &ClientId) -> Result<Option<Client>, StoreError> {
    let row = for_update!(clients::table.find(id.as_str()).select(Row::as_select()));
    row.get_result(c).optional()?.map(read).transpose()
}

/// Writes a client that was changed, and raises the configuration version. Its epoch never goes back.
pub fn update(c: &mut Conn, client: &Client) -> Result<(), StoreError> {
    let standing = clients::table
        .find(client.id.as_str())
        .filter(clients::epoch.le(client.epoch));
    let change = (
        clients::epoch.eq(client.epoch),
        clients::disabled_at.eq(millis(client.disabled_at)),
        clients::metadata.eq(json(&client.metadata)?),
        clients::kind.eq(word(&client.metadata.kind)?),
        clients::name_key.eq(name_key(&client.metadata.client_name)),
        clients::declared.eq(declared(client)?),
    );
    diesel::update(standing).set(change).execute(c)?;
    index(c, client)?;
    bump_config_version(c)
}

/// Removes a client of which there are no consents any more, with its secrets and logo, and raises the configuration version;
/// `false` when there is no such client.
pub fn remove(c: &mut Conn, id: &ClientId) -> Result<bool, StoreError> {
    search_terms::remove(c, search_terms::CLIENT, id.as_str())?;
    search_terms::remove(c, search_terms::USES, id.as_str())?;
    diesel::delete(client_secrets::table.filter(client_secrets::client_id.eq(id.as_str()))).execute(c)?;
    client_refusals::remove_of_client(c, id)?;
    super::client_logos::remove(c, id)?;
    let removed = diesel::delete(clients::table.find(id.as_str())).execute(c)?;
    bump_config_version(c)?;
    Ok(removed == 1)
}

/// Lets the secret that had no end stop to count at `end`, and those that had one at `now`: two live at most.
pub fn retire_secrets(c: &mut Conn, id: &ClientId, now: UnixTime, end: UnixTime) -> Result<(), StoreError> {
    let of_client = client_secrets::table.filter(client_secrets::client_id.eq(id.as_str()));
    diesel::update(of_client.filter(client_secrets::expires_at.gt(now.millis())))
        .set(client_secrets::expires_at.eq(now.millis()))
        .execute(c)?;
    diesel::update(of_client.filter(client_secrets::expires_at.is_null()))
        .set(client_secrets::expires_at.eq(end.millis()))
        .execute(c)?;
    Ok(())
}

/// Digest, when it was made, its end, and when it was last used.
type SecretRow = (Vec<u8>, i64, Option<i64>, Option<i64>);

/// What can be said of each live secret of a client, newest first.
pub fn secret_facts(c: &mut Conn, id: &ClientId, now: UnixTime) -> Result<Vec<SecretFacts>, StoreError> {
    let lasts = client_secrets::expires_at
        .is_null()
        .or(client_secrets::expires_at.gt(now.millis()));
    let rows: Vec<SecretRow> = client_secrets::table
        .filter(client_secrets::client_id.eq(id.as_str()))
        .filter(lasts)
        .order((client_secrets::created_at.desc(), client_secrets::digest))
        .select((
            client_secrets::digest,
            client_secrets::created_at,
            client_secrets::expires_at,
            client_secrets::last_used_at,
        ))
        .load(c)?;
    Ok(rows
        .into_iter()
        .map(|(digest, made, end, used)| SecretFacts {
            id: secret_id(&digest),
            created_at: UnixTime::from_millis(made),
            expires_at: instant(end),
            last_used_at: instant(used),
        })
        .collect())
}

/// Lets the live secret of this name stop to count at `end`; `false` when there is none.
pub fn end_secret(
    c: &mut Conn,
    (id, secret): (&ClientId, &str),
    now: UnixTime,
    end: UnixTime,
) -> Result<bool, StoreError> {
    let digests: Vec<Vec<u8>> = client_secrets::table
        .filter(client_secrets::client_id.eq(id.as_str()))
        .select(client_secrets::digest)
        .load(c)?;
    let Some(digest) = digests.into_iter().find(|digest| secret_id(digest) == secret) else {
        return Ok(false);
    };
    let lasts = client_secrets::expires_at
        .is_null()
        .or(client_secrets::expires_at.gt(now.millis()));
    let ended = diesel::update(client_secrets::table.find((id.as_str(), digest)).filter(lasts))
        .set(client_secrets::expires_at.eq(end.millis()))
        .execute(c)?;
    bump_config_version(c)?;
    Ok(ended == 1)
}

/// A name for a secret: the beginning of its digest, from which nothing can be found.
fn secret_id(digest: &[u8]) -> String {
    let start = digest.iter().take(6);
    let number = start.fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:012x}")
}

/// Adds a secret of a client and raises the configuration version.
pub fn add_secret(c: &mut Conn, client: &ClientId, secret: &NewSecret) -> Result<(), StoreError> {
    let row = (
        client_secrets::client_id.eq(client.as_str()),
        client_secrets::digest.eq(&secret.digest.as_bytes()[..]),
        client_secrets::pepper_version.eq(secret.pepper_version),
        client_secrets::created_at.eq(secret.now.millis()),
        client_secrets::expires_at.eq(millis(secret.expires_at)),
    );
    diesel::insert_into(client_secrets::table)
        .values(row)
        .execute(c)?;
    bump_config_version(c)
}

/// The secrets of a client that have not expired.
pub fn live_secrets(c: &mut Conn, client: &ClientId, now: UnixTime) -> Result<Vec<StoredSecret>, StoreError> {
    let mut secrets = secrets(c, client)?;
    secrets.retain(|secret| secret.is_live(now));
    Ok(secrets)
}

/// The secrets of a client, those too that have expired and are not swept yet.
pub fn secrets(c: &mut Conn, client: &ClientId) -> Result<Vec<StoredSecret>, StoreError> {
    let rows: Vec<(i64, Vec<u8>, Option<i64>)> = client_secrets::table
        .filter(client_secrets::client_id.eq(client.as_str()))
        .select((
            client_secrets::pepper_version,
            client_secrets::digest,
            client_secrets::expires_at,
        ))
        .load(c)?;
    let column = Column("client_secrets", "digest");
    rows.into_iter()
        .map(|(pepper_version, digest, expires_at)| {
            Ok(StoredSecret {
                pepper_version,
                digest: column.digest(&digest)?,
                expires_at: instant(expires_at),
            })
        })
        .collect()
}

/// What a client says about itself, if it says anything: the release before wrote none.
fn declared(client: &Client) -> Result<Option<String>, StoreError> {
    let declared = &client.metadata.declared;
    (*declared != Declared::default())
        .then(|| json(declared))
        .transpose()
}

const TOKEN: &str = "token:";

/// Who registered a client, as its row says it.
pub(super) fn registrar(registrar: &Registrar) -> Option<String> {
    match registrar {
        Registrar::Administrator => None,
        Registrar::Token(id) => Some(format!("{TOKEN}{id}")),
        Registrar::Anybody => Some("anybody".to_owned()),
        Registrar::Document => Some("document".to_owned()),
    }
}

fn read_registrar(text: Option<&str>) -> Result<Registrar, StoreError> {
    Ok(match text {
        None => Registrar::Administrator,
        Some("anybody") => Registrar::Anybody,
        Some("document") => Registrar::Document,
        Some(text) => {
            let id = text.strip_prefix(TOKEN);
            Registrar::Token(id.ok_or(Column("clients", "registrar").corrupt())?.to_owned())
        }
    })
}

fn read(row: Row) -> Result<Client, StoreError> {
    let mut metadata: ClientMetadata = Column("clients", "metadata").json(&row.metadata)?;
    if let Some(declared) = &row.declared {
        metadata.declared = Column("clients", "declared").json(declared)?;
    }
    Ok(Client {
        id: ClientId::new(row.id),
        epoch: row.epoch,
        disabled_at: instant(row.disabled_at),
        created_at: UnixTime::from_millis(row.created_at),
        registrar: read_registrar(row.registrar.as_deref())?,
        unused_until: instant(row.unused_until),
        metadata,
    })
}
