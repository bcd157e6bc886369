//! The settings of an application: everything that `client update` can change, with errors at their fields.

use super::facts::Head;
use super::plan::{capital, field};
use super::scopes::Scopes;
use super::show::known;
use super::trial;
use super::typed;
use super::{apis, ensure_keys, find_to_change, stays};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::clients::registration::{self, Field, Wish};
use crate::clients::standing::{self, Changed};
use crate::db;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use vouchsafe_core::model::{
    Api, AuthMethod, Client, ClientKind, ClientMetadata, GrantType, IdTokenClaims, KeyAlgorithm, PkceRule,
};
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::scope;

#[derive(Template)]
#[template(path = "admin/applications/settings.html")]
struct SettingsPage {
    shell: Shell,
    head: Head,
    tab: &'static str,
    kind: ClientKind,
    typed: Typed,
    scopes: Scopes,
    errors: Errors,
}

impl SettingsPage {
    fn has_people(&self) -> bool {
        self.kind != ClientKind::Service
    }

    fn is_confidential(&self) -> bool {
        matches!(self.kind, ClientKind::Web | ClientKind::Service)
    }

    fn is_web(&self) -> bool {
        self.kind == ClientKind::Web
    }
}

/// The fields of the form that come once.
const FIELDS: [&str; 13] = [
    "shown",
    "name",
    "redirect_uris",
    "post_logout_redirect_uris",
    "web_origins",
    "introspects",
    "auth_method",
    "pkce",
    "id_token_claims",
    "id_token_alg",
    "online_refresh",
    "first_party",
    "require_consent",
];

const ADDS_PLAYGROUND: &str = "The redirect URI of the playground stands last among the others. Save to register it, and \
                               take it out again when you are done.";

/// The settings as they were typed.
struct Typed {
    /// The [version](form::version) of the metadata that the page was made of.
    shown: String,
    name: String,
    redirect_uris: String,
    post_logout_redirect_uris: String,
    web_origins: String,
    introspects: String,
    scopes: Vec<String>,
    grants: Vec<String>,
    auth_method: String,
    pkce: String,
    id_token_claims: String,
    id_token_alg: String,
    online_refresh: bool,
    first_party: bool,
    require_consent: bool,
    /// What is said above the form.
    notice: Option<&'static str>,
}

impl From<&ClientMetadata> for Typed {
    fn from(metadata: &ClientMetadata) -> Self {
        Self {
            shown: form::version(metadata),
            name: metadata.client_name.clone(),
            redirect_uris: metadata.redirect_uris.join("\n"),
            post_logout_redirect_uris: metadata.post_logout_redirect_uris.join("\n"),
            web_origins: metadata.web_origins.join("\n"),
            introspects: metadata.introspects.join("\n"),
            scopes: metadata.scopes.clone(),
            grants: metadata.grant_types.iter().map(word).collect(),
            auth_method: metadata
                .token_endpoint_auth_method
                .as_ref()
                .map(word)
                .unwrap_or_default(),
            pkce: word(&metadata.pkce),
            id_token_claims: word(&metadata.id_token_claims),
            id_token_alg: word(&metadata.id_token_signed_response_alg),
            online_refresh: metadata.online_refresh,
            first_party: metadata.first_party,
            require_consent: metadata.require_consent,
            notice: None,
        }
    }
}

impl Typed {
    fn of(fields: &Params) -> Self {
        let text = |name| typed::text(fields, name);
        let ticked = |name| fields.one(name).is_some();
        Self {
            shown: text("shown"),
            name: text("name"),
            redirect_uris: text("redirect_uris"),
            post_logout_redirect_uris: text("post_logout_redirect_uris"),
            web_origins: text("web_origins"),
            introspects: text("introspects"),
            scopes: typed::scopes(fields),
            grants: fields.all("grant").into_iter().map(str::to_owned).collect(),
            auth_method: text("auth_method"),
            pkce: text("pkce"),
            id_token_claims: text("id_token_claims"),
            id_token_alg: text("id_token_alg"),
            online_refresh: ticked("online_refresh"),
            first_party: ticked("first_party"),
            require_consent: ticked("require_consent"),
            notice: None,
        }
    }

    /// The same with the redirect URI of the playground among the others, for whoever wants to try the application.
    fn adding(mut self, redirect_uri: String) -> Self {
        let mut uris = typed::lines(&self.redirect_uris);
        if !uris.contains(&redirect_uri) {
            uris.push(redirect_uri);
            self.redirect_uris = uris.join("\n");
            self.notice = Some(ADDS_PLAYGROUND);
        }
        self
    }

    fn has_grant(&self, grant: &str) -> bool {
        self.grants.iter().any(|one| one == grant)
    }

    /// Puts what was typed into what the client is; its type and its keys stay.
    fn apply(&self, wish: &mut Wish, errors: &mut Errors) {
        wish.name.clone_from(&self.name);
        wish.scopes = Some(self.scopes.clone());
        wish.introspects = typed::lines(&self.introspects);
        if wish.kind != ClientKind::Service {
            wish.redirect_uris = typed::lines(&self.redirect_uris);
            wish.post_logout_redirect_uris = typed::lines(&self.post_logout_redirect_uris);
            wish.web_origins = typed::lines(&self.web_origins);
            wish.first_party = self.first_party;
            wish.require_consent = self.require_consent;
            wish.online_refresh = self.online_refresh;
            let grants: Option<Vec<GrantType>> = self.grants.iter().map(|word| of_word(word)).collect();
            take(&mut wish.grants, grants, errors, "grant_types");
            take(
                &mut wish.id_token_claims,
                of_word::<IdTokenClaims>(&self.id_token_claims),
                errors,
                "id_token_claims",
            );
            take(
                &mut wish.id_token_alg,
                of_word::<KeyAlgorithm>(&self.id_token_alg),
                errors,
                "id_token_alg",
            );
        }
        if wish.kind == ClientKind::Web {
            take(
                &mut wish.pkce,
                of_word::<PkceRule>(&self.pkce).map(Some),
                errors,
                "pkce",
            );
        }
        if matches!(wish.kind, ClientKind::Web | ClientKind::Service) {
            let method = Some(self.auth_method.as_str()).filter(|word| !word.is_empty());
            let method = method.map(of_word::<AuthMethod>);
            take(
                &mut wish.auth_method,
                method.map_or(Some(None), |found| found.map(Some)),
                errors,
                "auth_method",
            );
        }
        typed::check_name(errors, &self.name);
        typed::check_uris(errors, "redirect_uris", &wish.redirect_uris, wish.kind);
        typed::check_uris(
            errors,
            "post_logout_redirect_uris",
            &wish.post_logout_redirect_uris,
            wish.kind,
        );
    }
}

/// Takes a value that was chosen; what no page offers is an error at its field.
fn take<T>(place: &mut T, chosen: Option<T>, errors: &mut Errors, field: &str) {
    match chosen {
        Some(value) => *place = value,
        None => errors.add(field, "Choose one of the values of the list"),
    }
}

/// `GET /admin/applications/{client}/settings`. The password is asked for before anything is typed that would be lost.
/// With `?add=playground` its redirect URI stands among the others, and is saved like anything else that is typed.
pub(super) async fn get(admin: Admin, slug: web::Path<String>, http: HttpRequest) -> HttpResponse {
    let shown = async {
        let query = form::query(&admin, http.query_string(), &["add"])?;
        let client = find_to_change(&admin, &slug).await?;
        let mut typed = Typed::from(&client.metadata);
        let mut here = page_of(&client);
        if query.one("add") == Some(trial::PLAYGROUND) && admin.cx.config().developers.enabled {
            here = form::with_query(&here, &[("add", trial::PLAYGROUND)]);
            typed = typed.adding(trial::redirect_uri(&admin));
        }
        admin.proven_recently(&here)?;
        let apis = apis(&admin).await?;
        show(&admin, &client, (typed, Errors::default()), &apis).await
    };
    match shown.await {
        Ok(response) | Err(response) => response,
    }
}

/// `POST /admin/applications/{client}/settings`.
pub(super) async fn post(form: AdminForm, slug: web::Path<String>) -> HttpResponse {
    if let Err(response) = form::only_repeating(&form, &FIELDS, &["scope", "grant"]) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let saved = async {
        let client = find_to_change(&admin, &slug).await?;
        let apis = apis(&admin).await?;
        let typed = Typed::of(&fields);
        if typed.shown != form::version(&client.metadata) {
            return stale(&admin, &client, typed, &apis).await;
        }
        match check(&client, &typed, &apis) {
            Ok(metadata) => {
                if is_grave(&client.metadata, &metadata) {
                    admin.proven_recently(&page_of(&client))?;
                }
                save(&admin, &client, (typed, metadata), &apis).await
            }
            Err(errors) => show(&admin, &client, (typed, errors), &apis).await,
        }
    };
    match saved.await {
        Ok(response) | Err(response) => response,
    }
}

fn page_of(client: &Client) -> String {
    format!("{}/settings", super::path_of(&client.id))
}

/// Whether a change could hand people's sign-ins, or the server itself, to somebody else: where codes are sent, who is
/// trusted without asking, how the client proves itself, and anything about a client that administers the server.
fn is_grave(before: &ClientMetadata, after: &ClientMetadata) -> bool {
    scope::any_administers(&before.scopes)
        || scope::any_administers(&after.scopes)
        || before.redirect_uris != after.redirect_uris
        || before.first_party != after.first_party
        || before.require_consent != after.require_consent
        || before.token_endpoint_auth_method != after.token_endpoint_auth_method
}

fn check(client: &Client, typed: &Typed, apis: &[Api]) -> Result<ClientMetadata, Errors> {
    let mut errors = Errors::default();
    let mut wish = Wish::from(client.metadata.clone());
    typed.apply(&mut wish, &mut errors);
    if typed.scopes.is_empty() && client.metadata.kind != ClientKind::Service {
        errors.add(
            "scopes",
            "Tick at least openid: without any scope nobody can sign in",
        );
    }
    if typed.grants.is_empty() && client.metadata.kind != ClientKind::Service {
        errors.add(
            "grant_types",
            "Without any grant the application gets no tokens; disable it instead",
        );
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    registration::check(wish, apis).map_err(|rule| {
        if rule.field == Field::Jwks {
            let advice = "Add the application's public keys under Secrets and keys before it signs with them";
            Errors::one("auth_method", advice)
        } else {
            Errors::one(field(rule.field), capital(&rule.to_string()))
        }
    })
}

/// What became of settings.
enum Saved {
    Done,
    /// It is this by now.
    Stale(Box<Client>),
    OwnClient,
    Unknown,
}

async fn save(
    admin: &Admin,
    client: &Client,
    (typed, metadata): (Typed, ClientMetadata),
    apis: &[Api],
) -> Result<HttpResponse, HttpResponse> {
    let alg = metadata.id_token_signed_response_alg;
    ensure_keys(admin, alg)
        .await
        .map_err(|failure| admin.failed(failure))?;
    let (act, id, shown) = (admin.act(), client.id.clone(), typed.shown.clone());
    let saved = admin
        .cx
        .store()
        .write("update-client", move |tx| match db!(tx, clients::lock(&id))? {
            None => Ok(Saved::Unknown),
            Some(now) if form::version(&now.metadata) != shown => Ok(Saved::Stale(Box::new(now))),
            Some(_) => Ok(match standing::update(tx, &act, &id, &metadata)? {
                Changed::Done(_) => Saved::Done,
                Changed::OwnClient => Saved::OwnClient,
                Changed::Unknown => Saved::Unknown,
            }),
        });
    let saved = saved.await;
    admin.cx.services.clients.forget(&client.id);
    match saved {
        Ok(Saved::Stale(now)) => stale(admin, &now, typed, apis).await,
        Ok(Saved::Done) => Ok(admin.done(&super::path_of(&client.id), "The settings are saved.")),
        Ok(Saved::OwnClient) => Err(stays(admin)),
        Ok(Saved::Unknown) => Err(admin.not_found()),
        Err(error) => Err(admin.failed(error)),
    }
}

/// 409, with what was typed: who reads what it says may save it all the same.
async fn stale(
    admin: &Admin,
    client: &Client,
    typed: Typed,
    apis: &[Api],
) -> Result<HttpResponse, HttpResponse> {
    let typed = Typed {
        shown: form::version(&client.metadata),
        ..typed
    };
    let errors = Errors::one("settings-form", form::CHANGED_SINCE);
    let mut response = show(admin, client, (typed, errors), apis).await?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

async fn show(
    admin: &Admin,
    client: &Client,
    (typed, errors): (Typed, Errors),
    apis: &[Api],
) -> Result<HttpResponse, HttpResponse> {
    let (secrets, _) = known(admin, client).await.map_err(|error| admin.failed(error))?;
    let shell = admin.shell(Section::Applications, &client.metadata.client_name);
    let page = SettingsPage {
        shell: shell.noting(typed.notice.map(str::to_owned)),
        head: Head::of(client, &secrets, admin.cx.now),
        tab: "settings",
        kind: client.metadata.kind,
        scopes: Scopes::of(client.metadata.kind, apis, &typed.scopes),
        typed,
        errors,
    };
    Ok(answer(admin, page.errors.status(), &page))
}

/// An enum's value by the name that specifications give it.
pub(crate) fn of_word<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// The name that specifications give an enum's value.
pub(crate) fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}
