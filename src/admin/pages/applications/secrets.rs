//! The secrets and the public keys of an application. A secret is shown once, in the answer that makes it.

use super::facts::Head;
use super::plan::capital;
use super::show::known;
use super::{find_to_change, stays};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::clients::registration::{self, Pepper, Wish};
use crate::clients::standing::{self, Changed, LIVE_SECRETS, SecretAdded, SecretEnded};
use crate::db;
use crate::store::StoreError;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use std::sync::Arc;
use vouchsafe_core::model::{Client, ClientKind, ClientMetadata, Span, UnixTime};
use zeroize::Zeroizing;

#[derive(Template)]
#[template(path = "admin/applications/secrets.html")]
struct SecretsPage {
    shell: Shell,
    head: Head,
    tab: &'static str,
    by_secret: bool,
    is_public: bool,
    rows: Vec<Row>,
    may_add: bool,
    /// Where the application publishes its keys, when it does.
    jwks_uri: Option<String>,
    jwks: String,
    /// The [version](form::version) of the metadata that the page was made of.
    shown: String,
    errors: Errors,
}

struct Row {
    id: String,
    made: Moment,
    ends: Option<Moment>,
    used: Option<Moment>,
    may_end: bool,
}

#[derive(Template)]
#[template(path = "admin/applications/secret.html")]
struct SecretPage<'a> {
    shell: Shell,
    head: Head,
    tab: &'static str,
    name: &'a str,
    secret: &'a str,
    ends: Option<Moment>,
}

/// `GET /admin/applications/{client}/secrets`.
pub(super) async fn get(admin: Admin, slug: web::Path<String>, http: HttpRequest) -> HttpResponse {
    let shown = async {
        form::query(&admin, http.query_string(), &[])?;
        let client = find_to_change(&admin, &slug).await?;
        admin.proven_recently(&page_of(&client))?;
        let jwks = jwks_text(&client.metadata);
        show(&admin, &client, (jwks, Errors::default())).await
    };
    match shown.await {
        Ok(response) | Err(response) => response,
    }
}

/// `POST /admin/applications/{client}/secrets/add`.
pub(super) async fn add(form: AdminForm, slug: web::Path<String>) -> HttpResponse {
    if let Err(response) = form::only(&form, &["lasts"]) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let added = async {
        let client = find_to_change(&admin, &slug).await?;
        admin.proven_recently(&page_of(&client))?;
        let Some(lasts) = Lasts::of(fields.one("lasts").unwrap_or_default(), admin.cx.now) else {
            return problem(&admin, &client, "lasts", "Choose one of the values of the list").await;
        };
        let ends = lasts.end();
        match made(&admin, &client, ends).await {
            Ok(secret) => match &*secret {
                SecretAdded::Added(secret) => show_secret(&admin, &client, secret.expose(), ends).await,
                SecretAdded::TooMany => {
                    problem(
                        &admin,
                        &client,
                        "lasts",
                        "Two secrets count already: end one of them first",
                    )
                    .await
                }
                SecretAdded::NotByOne => {
                    problem(&admin, &client, "lasts", "This application does not use a secret").await
                }
                SecretAdded::Unknown => Err(admin.not_found()),
            },
            Err(error) => Err(admin.failed(error)),
        }
    };
    match added.await {
        Ok(response) | Err(response) => response,
    }
}

async fn made(
    admin: &Admin,
    client: &Client,
    ends: Option<UnixTime>,
) -> Result<Arc<SecretAdded>, StoreError> {
    let (version, pepper) = admin.cx.services.keys.secrets().newest_pepper();
    let pepper = Zeroizing::new(*pepper);
    let (act, id) = (admin.act(), client.id.clone());
    let made = admin.cx.store().write("add-secret", move |tx| {
        let pepper = Pepper {
            version,
            key: &pepper,
        };
        standing::add_secret(tx, &act, (&id, ends), pepper).map(Arc::new)
    });
    let made = made.await;
    admin.cx.services.clients.forget(&client.id);
    made
}

/// `POST /admin/applications/{client}/secrets/end`.
pub(super) async fn end(form: AdminForm, slug: web::Path<String>) -> HttpResponse {
    if let Err(response) = form::only(&form, &["secret", "when"]) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let ended = async {
        let client = find_to_change(&admin, &slug).await?;
        admin.proven_recently(&page_of(&client))?;
        let now = admin.cx.now;
        let end = match fields.one("when").unwrap_or_default() {
            "now" => Some(now),
            word => Lasts::of(word, now).and_then(|lasts| lasts.end()),
        };
        let (Some(end), Some(secret)) = (end, fields.one("secret")) else {
            return problem(&admin, &client, "secrets", "Choose one of the values of the list").await;
        };
        let (act, id, secret) = (admin.act(), client.id.clone(), secret.to_owned());
        let done = admin.cx.store().write("end-secret", move |tx| {
            standing::end_secret(tx, &act, (&id, &secret), end)
        });
        let words = if end == now {
            "The secret has ended."
        } else {
            "The secret has an end now."
        };
        let done = done.await;
        admin.cx.services.clients.forget(&client.id);
        match done {
            Ok(SecretEnded::Ended) => Ok(admin.done(&page_of(&client), words)),
            Ok(SecretEnded::Last) => {
                let rule = "No other secret counts longer: add another first, or disable the application";
                problem(&admin, &client, "secrets", rule).await
            }
            Ok(SecretEnded::Unknown) => {
                problem(&admin, &client, "secrets", "This secret counts no more").await
            }
            Err(error) => Err(admin.failed(error)),
        }
    };
    match ended.await {
        Ok(response) | Err(response) => response,
    }
}

/// `POST /admin/applications/{client}/keys`.
pub(super) async fn keys(form: AdminForm, slug: web::Path<String>) -> HttpResponse {
    if let Err(response) = form::only(&form, &["jwks", "shown"]) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let saved = async {
        let client = find_to_change(&admin, &slug).await?;
        admin.proven_recently(&page_of(&client))?;
        let typed = fields.one("jwks").unwrap_or_default().trim().to_owned();
        let wish = match with_keys(&client, &typed) {
            Ok(wish) => wish,
            Err(rule) => return show(&admin, &client, (typed, Errors::one("jwks", rule))).await,
        };
        let shown = fields.one("shown").unwrap_or_default();
        // What is written is made of what was read here: both must be what the page was made of.
        if shown != form::version(&client.metadata) {
            return stale(&admin, &client, typed).await;
        }
        let apis = super::apis(&admin).await?;
        match registration::check(wish, &apis) {
            Ok(metadata) => save(&admin, &client, metadata, (shown, typed)).await,
            Err(rule) => {
                let errors = Errors::one("jwks", capital(&rule.to_string()));
                show(&admin, &client, (typed, errors)).await
            }
        }
    };
    match saved.await {
        Ok(response) | Err(response) => response,
    }
}

fn with_keys(client: &Client, typed: &str) -> Result<Wish, String> {
    if client.is_public() {
        return Err("This kind of application has no keys".to_owned());
    }
    let mut wish = Wish::from(client.metadata.clone());
    wish.jwks = if typed.is_empty() {
        None
    } else {
        let parsed = serde_json::from_str(typed);
        Some(parsed.map_err(|_| "This is not JSON: paste a JWK set, {\"keys\": […]}".to_owned())?)
    };
    Ok(wish)
}

async fn save(
    admin: &Admin,
    client: &Client,
    metadata: ClientMetadata,
    (shown, typed): (&str, String),
) -> Result<HttpResponse, HttpResponse> {
    let (act, id, shown) = (admin.act(), client.id.clone(), shown.to_owned());
    let saved = admin
        .cx
        .store()
        .write("update-client", move |tx| match db!(tx, clients::lock(&id))? {
            Some(now) if form::version(&now.metadata) != shown => Ok(Err(Box::new(now))),
            Some(_) | None => standing::update(tx, &act, &id, &metadata).map(Ok),
        });
    let saved = saved.await;
    admin.cx.services.clients.forget(&client.id);
    match saved {
        Ok(Err(now)) => stale(admin, &now, typed).await,
        Ok(Ok(Changed::Done(changed))) => {
            let address = |client: &Client| client.metadata.declared.jwks_uri.is_some();
            let is_replaced = address(client) && !address(&changed);
            let words = if is_replaced {
                "The keys are saved. They take the place of the address where the application published its keys: \
                 nothing is fetched from there any more."
            } else {
                "The keys are saved."
            };
            Ok(admin.done(&page_of(client), words))
        }
        Ok(Ok(Changed::OwnClient)) => Err(stays(admin)),
        Ok(Ok(Changed::Unknown)) => Err(admin.not_found()),
        Err(error) => Err(admin.failed(error)),
    }
}

/// 409, with what was typed: who reads what the application is by now may save it all the same.
async fn stale(admin: &Admin, client: &Client, typed: String) -> Result<HttpResponse, HttpResponse> {
    let errors = Errors::one("jwks", form::CHANGED_SINCE);
    let mut response = show(admin, client, (typed, errors)).await?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

async fn problem(
    admin: &Admin,
    client: &Client,
    field: &str,
    rule: &str,
) -> Result<HttpResponse, HttpResponse> {
    let jwks = jwks_text(&client.metadata);
    show(admin, client, (jwks, Errors::one(field, rule))).await
}

async fn show(
    admin: &Admin,
    client: &Client,
    (jwks, errors): (String, Errors),
) -> Result<HttpResponse, HttpResponse> {
    let (secrets, _) = known(admin, client).await.map_err(|error| admin.failed(error))?;
    let may_end = secrets.len() > 1;
    let page = SecretsPage {
        shell: admin.shell(Section::Applications, &client.metadata.client_name),
        head: Head::of(client, &secrets, admin.cx.now),
        tab: "secrets",
        by_secret: client.has_secret(),
        is_public: matches!(client.metadata.kind, ClientKind::Spa | ClientKind::Native),
        may_add: secrets.len() < LIVE_SECRETS,
        rows: secrets
            .into_iter()
            .map(|secret| Row {
                id: secret.id,
                made: Moment(secret.created_at),
                ends: secret.expires_at.map(Moment),
                used: secret.last_used_at.map(Moment),
                may_end,
            })
            .collect(),
        jwks_uri: client.metadata.declared.jwks_uri.clone(),
        jwks,
        shown: form::version(&client.metadata),
        errors,
    };
    Ok(answer(admin, page.errors.status(), &page))
}

async fn show_secret(
    admin: &Admin,
    client: &Client,
    secret: &str,
    ends: Option<UnixTime>,
) -> Result<HttpResponse, HttpResponse> {
    let (secrets, _) = known(admin, client).await.map_err(|error| admin.failed(error))?;
    let page = SecretPage {
        shell: admin.shell(Section::Applications, "Another secret"),
        head: Head::of(client, &secrets, admin.cx.now),
        tab: "secrets",
        name: &client.metadata.client_name,
        secret,
        ends: ends.map(Moment),
    };
    Ok(answer(admin, StatusCode::OK, &page))
}

/// What a choice of the list means.
enum Lasts {
    ForEver,
    Until(UnixTime),
}

impl Lasts {
    /// `None` when it is no choice of the list.
    fn of(word: &str, now: UnixTime) -> Option<Self> {
        let days = match word {
            "for-ever" => return Some(Self::ForEver),
            "1d" => 1,
            "7d" => 7,
            "30d" => 30,
            "90d" => 90,
            "365d" => 365,
            _ => return None,
        };
        Some(Self::Until(now.plus(Span::from_days(days))))
    }

    const fn end(&self) -> Option<UnixTime> {
        match self {
            Self::ForEver => None,
            Self::Until(end) => Some(*end),
        }
    }
}

fn page_of(client: &Client) -> String {
    format!("{}/secrets", super::path_of(&client.id))
}

fn jwks_text(metadata: &ClientMetadata) -> String {
    let set = metadata.jwks.as_ref();
    set.map(|set| format!("{set:#}")).unwrap_or_default()
}
