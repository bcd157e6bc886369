//! `client …` through a server.

use super::change::{RotateArgs, UpdateArgs, what_became};
use super::show::HEADS;
use super::{ClientVerb, CreateArgs, another_secret, answer, delete, initial_token, unknown, wished};
use crate::cli::exit::Failure;
use crate::cli::instant::instant;
use crate::cli::output::Output;
use crate::cli::remote::{Document, Remote, part, word};
use crate::clients::registration::Wish;
use crate::ports::{Clock as _, SystemClock};
use serde_json::{Value, json};

pub(super) fn run(server: &Remote, verb: ClientVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        // This never comes here.
        ClientVerb::NewSecret => Ok(()),
        ClientVerb::InitialToken(args) => initial_token::create_at(server, &args, output),
        ClientVerb::InitialTokens => initial_token::all_at(server, output),
        ClientVerb::RevokeInitialToken(named) => initial_token::revoke_at(server, &named, output),
        ClientVerb::Create(args) => create(server, args, output),
        ClientVerb::List(args) => server.list(("/clients", &args.query()), output, HEADS, row),
        ClientVerb::Show(named) => show(server, &named.client_id, output),
        ClientVerb::Update(args) => update(server, args, output),
        ClientVerb::Disable(named) => act(
            (server, output),
            &named.client_id,
            "disable",
            "the client is disabled; everything that it was given has ended",
        ),
        ClientVerb::Enable(named) => act(
            (server, output),
            &named.client_id,
            "enable",
            "the client is enabled",
        ),
        ClientVerb::Delete(args) => delete::run_at(server, &args, output),
        ClientVerb::RotateSecret(args) => rotate_secret(server, &args, output),
    }
}

fn create(server: &Remote, args: CreateArgs, output: &Output) -> Result<(), Failure> {
    let wish = wished(&args.app, (args.name, args.kind), &args.settings)?;
    let made = server.create("/clients", &body(&wish))?;
    let lost = is_lost(&made) && !secrets(server, &word(&made.value, "client_id"))?.is_empty();
    let made = made.value;
    if lost {
        output.answer(&made);
        let id = word(&made, "client_id");
        return Err(Failure::failed(format!(
            "the client is registered, but the answer that shows its secret this once was lost on the way; {}",
            another_secret(&id)
        )));
    }
    let texts = |name: &str| -> Vec<String> {
        let texts = made.get(name).and_then(Value::as_array).into_iter().flatten();
        texts.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let scopes: Vec<_> = word(&made, "scope").split(' ').map(str::to_owned).collect();
    let secret = made.get("client_secret").and_then(Value::as_str);
    let settings = args.app.settings_of(
        server.address(),
        (&word(&made, "client_id"), secret),
        &texts("redirect_uris"),
        &scopes,
    );
    answer(made.as_object().cloned().unwrap_or_default(), &settings, output)
}

/// A wish by the names of RFC 7591, as the administration API takes it.
fn body(wish: &Wish) -> Value {
    let mut members = json!({
        "client_name": wish.name,
        "type": wish.kind,
        "redirect_uris": wish.redirect_uris,
        "post_logout_redirect_uris": wish.post_logout_redirect_uris,
        "grant_types": wish.grants,
        "pkce": wish.pkce.unwrap_or_default(),
        "web_origins": wish.web_origins,
        "introspects": wish.introspects,
        "online_refresh": wish.online_refresh,
        "first_party": wish.first_party,
        "require_consent": wish.require_consent,
        "id_token_claims": wish.id_token_claims,
        "id_token_signed_response_alg": wish.id_token_alg,
    });
    if let Some(members) = members.as_object_mut() {
        let scope = wish.scopes.as_ref().map(|scopes| json!(scopes.join(" ")));
        members.extend(scope.map(|scope| ("scope".to_owned(), scope)));
        let method = wish.auth_method.map(|method| json!(method));
        members.extend(method.map(|method| ("token_endpoint_auth_method".to_owned(), method)));
        members.extend(wish.jwks.clone().map(|jwks| ("jwks".to_owned(), jwks)));
    }
    members
}

fn update(server: &Remote, args: UpdateArgs, output: &Output) -> Result<(), Failure> {
    let client = find(server, &args.client_id)?;
    let mut members = args.settings.members()?;
    if let Some(name) = args.name {
        members.insert("client_name".to_owned(), json!(name));
    }
    let grants = client.value.get("grant_types").and_then(Value::as_array).cloned();
    let scope = word(&Value::Object(members.clone()), "scope");
    let offline = scope.split(' ').any(|name| name == "offline_access");
    // As on the database: whoever is given the scope is given the grant that it is for.
    if let Some(mut grants) = grants.filter(|_| offline && !members.contains_key("grant_types")) {
        let (code, refresh) = (json!("authorization_code"), json!("refresh_token"));
        if grants.contains(&code) && !grants.contains(&refresh) {
            grants.push(refresh);
            members.insert("grant_types".to_owned(), Value::Array(grants));
        }
    }
    let version = client.version.as_deref();
    let changed = server.patch(&path(&args.client_id, ""), &Value::Object(members), version)?;
    output.tell(what_became(changed.value != client.value));
    output.answer(&changed.value);
    Ok(())
}

fn act((server, output): (&Remote, &Output), id: &str, act: &str, text: &str) -> Result<(), Failure> {
    find(server, id)?;
    let changed = server.post(&path(id, &format!("/{act}")), None)?;
    output.report(&changed.value, text);
    Ok(())
}

fn show(server: &Remote, id: &str, output: &Output) -> Result<(), Failure> {
    let client = find(server, id)?;
    let mut members = client.value.as_object().cloned().unwrap_or_default();
    let epoch = members.remove("epoch");
    members.insert("secrets".to_owned(), Value::Array(secrets(server, id)?));
    members.extend(epoch.map(|epoch| ("epoch".to_owned(), epoch)));
    output.answer(&Value::Object(members));
    Ok(())
}

/// In one transaction of the server, as on the database.
fn rotate_secret(server: &Remote, args: &RotateArgs, output: &Output) -> Result<(), Failure> {
    let id = &args.client_id;
    find(server, id)?;
    let wish = json!({"until": instant(args.until.from(SystemClock.now()))});
    let mut made = server.create(&path(id, "/secrets/rotate"), &wish)?;
    let old = made.value.get("old_secrets_expire_at").cloned();
    if is_lost(&made) {
        // Nobody knows that one. Another takes its place, and the old ones end when they were to.
        server.delete(&path(id, &format!("/secrets/{}", part(&word(&made.value, "id")))))?;
        made = server.create(&path(id, "/secrets"), &json!({}))?;
    }
    if is_lost(&made) {
        return Err(Failure::failed(
            "a new secret was made twice, and each time the answer that shows it this once was lost on the way; the old one \
             counts until its end: make another on the application's page",
        ));
    }
    output.tell("the new secret is shown this once:");
    output.answer(&json!({
        "client_id": id,
        "client_secret": made.value.get("client_secret"),
        "client_secret_expires_at": 0,
        "old_secrets_expire_at": old,
    }));
    output.delivered(&another_secret(id))
}

/// Whether a secret that is shown once was in an answer that never came.
fn is_lost(made: &Document) -> bool {
    made.again && made.value.get("client_secret").is_none()
}

fn secrets(server: &Remote, id: &str) -> Result<Vec<Value>, Failure> {
    let listed = server.get(&path(id, "/secrets"))?.value;
    Ok(listed
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default())
}

/// The client with this id.
pub(super) fn find(server: &Remote, id: &str) -> Result<Document, Failure> {
    server.get(&path(id, "")).map_err(|failure| {
        if failure.message.starts_with("there is no such client") {
            unknown(id)
        } else {
            failure
        }
    })
}

pub(super) fn path(id: &str, rest: &str) -> String {
    format!("/clients/{}{rest}", part(id))
}

fn row(client: &Value) -> [String; 4] {
    let disabled = client
        .get("disabled")
        .and_then(Value::as_bool)
        .unwrap_or_default();
    [
        word(client, "client_id"),
        word(client, "client_name"),
        word(client, "type"),
        if disabled { "yes" } else { "" }.to_owned(),
    ]
}
