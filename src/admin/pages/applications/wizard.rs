//! The wizard that registers an application: what it is, its addresses, a review in sentences, and what it then needs.
//! Every step is a form that carries what was typed before, and the last one is checked as if there had been no other.

use super::connection::{self, Block};
use super::plan::{Plan, Preset};
use super::scopes::Scopes;
use super::trial::Trial;
use super::{apis, ensure_keys, path_of, review};
use crate::admin::access::{Admin, AdminForm, cookies};
use crate::admin::form::{self, Errors};
use crate::admin::pages::confirm;
use crate::admin::pages::layout::{Section, Shell, answer, see_other};
use crate::admin::pages::sign_in::Notice;
use crate::admin::path;
use crate::clients::catalog::{self, App};
use crate::clients::registration::{self, Made, Pepper};
use crate::db;
use crate::store::StoreError;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use std::sync::Arc;
use vouchsafe_core::model::{AdminCookie, Api, ClientId, ClientMetadata, Plain, UnixTime};
use vouchsafe_core::spec::scope;
use zeroize::Zeroizing;

#[derive(Template)]
#[template(path = "admin/applications/kind.html")]
struct KindPage {
    shell: Shell,
    cards: [Preset; 5],
    apps: &'static [App],
}

/// `GET /admin/applications/new`: what is being built.
pub(super) async fn kind(admin: Admin) -> HttpResponse {
    let page = KindPage {
        shell: admin.shell(Section::Applications, "What are you building?"),
        cards: Preset::CARDS,
        apps: catalog::apps(),
    };
    answer(&admin, StatusCode::OK, &page)
}

/// `GET` of a step that only a form leads to.
pub(super) async fn begin(_: Admin) -> HttpResponse {
    see_other(&path("applications/new"))
}

#[derive(Template)]
#[template(path = "admin/applications/addresses.html")]
struct AddressesPage {
    shell: Shell,
    plan: Plan,
    scopes: Scopes,
    errors: Errors,
}

/// `GET /admin/applications/new/addresses?preset=…`: the empty form. Nothing that is typed survives the page that asks for
/// the password, so it is asked for here; the last step asks again in its own form when a secret comes of it.
pub(super) async fn addresses(admin: Admin, http: HttpRequest) -> HttpResponse {
    let shown = async {
        let query = form::query(&admin, http.query_string(), &["preset", "app"])?;
        let Some(preset) = Preset::of(&query) else {
            return Err(see_other(&path("applications/new")));
        };
        // The list of applications sends its first one along with every other choice.
        if query.one("app").is_some_and(|app| app != preset.app()) {
            return Err(see_other(&first_step(preset)));
        }
        admin.proven_recently(&first_step(preset))?;
        let apis = apis(&admin).await?;
        Ok(typing(&admin, Plan::new(preset), &apis, Errors::default()))
    };
    match shown.await {
        Ok(response) | Err(response) => response,
    }
}

fn first_step(preset: Preset) -> String {
    form::with_query(
        &path("applications/new/addresses"),
        &[("preset", preset.word()), ("app", preset.app())],
    )
}

/// The fields that a plan is carried in, the one that makes the last step count once, and the password if it is asked for.
const FIELDS: [&str; 11] = [
    "preset",
    "app",
    "name",
    "url",
    "redirect_uris",
    "post_logout_redirect_uris",
    "web_origins",
    "jwks",
    "first_party",
    "once",
    "password",
];

/// `POST /admin/applications/new/addresses`: back from the review, with everything as it was typed.
pub(super) async fn back(form: AdminForm) -> HttpResponse {
    if let Err(response) = form::only_repeating(&form, &FIELDS, &["scope"]) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let (Some(plan), Ok(apis)) = (Plan::of(&fields), apis(&admin).await) else {
        return see_other(&path("applications/new"));
    };
    typing(&admin, plan, &apis, Errors::default())
}

fn typing(admin: &Admin, plan: Plan, apis: &[Api], errors: Errors) -> HttpResponse {
    let status = errors.status();
    let title = if plan.preset.has_people() {
        "Name and addresses"
    } else {
        "Name and permissions"
    };
    let page = AddressesPage {
        shell: admin.shell(Section::Applications, title),
        scopes: Scopes::of(plan.preset.kind(), apis, &plan.scopes),
        plan,
        errors,
    };
    answer(admin, status, &page)
}

#[derive(Template)]
#[template(path = "admin/applications/review.html")]
struct ReviewPage {
    shell: Shell,
    plan: Plan,
    sentences: Vec<String>,
    addresses: Vec<String>,
    once: String,
    /// Whether the password is asked for here: what was typed would be lost on the way to the page that asks.
    asks: bool,
    username: String,
    notice: Option<Notice>,
    now: UnixTime,
}

/// `POST /admin/applications/new/review`: what will be registered, in sentences; or what is wrong with it (422).
pub(super) async fn check(form: AdminForm) -> HttpResponse {
    if let Err(response) = form::only_repeating(&form, &FIELDS, &["scope"]) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    match judged(&admin, Plan::of(&fields)).await {
        Err(response) => response,
        Ok(judged) => {
            let once = form::new_once(&admin);
            review_page(&admin, judged, once, Shown::First)
        }
    }
}

/// Why the review is shown.
#[derive(Clone, Copy)]
enum Shown {
    /// The plan is to be read.
    First,
    /// The password is missing.
    Unproven,
    /// What was typed is not the password.
    Refused(Notice),
}

/// The review, with a field for the password when the client needs it and it was not given lately.
fn review_page(admin: &Admin, (plan, metadata, apis): Judged, once: String, shown: Shown) -> HttpResponse {
    let (status, notice, again) = match shown {
        Shown::First => (StatusCode::OK, None, false),
        Shown::Unproven => (StatusCode::UNPROCESSABLE_ENTITY, None, true),
        Shown::Refused(notice) => (notice.status(), Some(notice), true),
    };
    let asks = again || (needs_proof(&metadata) && !admin.is_proven());
    let page = ReviewPage {
        shell: admin.shell(Section::Applications, "Is this right?"),
        sentences: review::sentences(&metadata, &apis),
        addresses: metadata.redirect_uris,
        plan,
        once,
        asks,
        username: admin.user.username.clone(),
        notice,
        now: admin.cx.now,
    };
    let mut response = answer(admin, status, &page);
    if let Some(notice) = notice {
        notice.decorate(admin.cx.now, &mut response);
    }
    response
}

/// A plan with the client that it makes, and the APIs that it was judged by.
type Judged = (Plan, ClientMetadata, Vec<Api>);

/// Checks a plan by all rules, or answers with the form and what is wrong.
async fn judged(admin: &Admin, plan: Option<Plan>) -> Result<Judged, HttpResponse> {
    let plan = plan.ok_or_else(|| see_other(&path("applications/new")))?;
    let apis = apis(admin).await?;
    match plan.check(&apis) {
        Ok(metadata) => Ok((plan, metadata, apis)),
        Err(errors) => Err(typing(admin, plan, &apis, errors)),
    }
}

#[derive(Template)]
#[template(path = "admin/applications/made.html")]
struct MadePage<'a> {
    shell: Shell,
    path: String,
    client_id: &'a str,
    secret: Option<&'a str>,
    has_keys: bool,
    blocks: Vec<Block>,
    trial: Option<Trial>,
    notes: &'a [String],
}

/// `POST /admin/applications/new/create`: registers it and shows the secret this once.
pub(super) async fn create(form: AdminForm) -> HttpResponse {
    if let Err(response) = form::only_repeating(&form, &FIELDS, &["scope"]) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let judged = match judged(&admin, Plan::of(&fields)).await {
        Ok(judged) => judged,
        Err(response) => return response,
    };
    let once = match form::once(&admin, &fields) {
        Ok(once) => once,
        Err(response) => return response,
    };
    let ((plan, metadata, _), cookie) = match proven(&admin, judged, (&once, fields.one("password"))).await {
        Ok(proven) => proven,
        Err(response) => return response,
    };
    let made = made(&admin, (&plan, metadata), once).await;
    let mut response = made.unwrap_or_else(|failed| failed);
    if let Some(cookie) = cookie {
        let cookie = cookies(&admin.cx).set(&cookie, None);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Whether the password must have been given within five minutes: where a secret is handed out, where the client will
/// administer the server, or be trusted without asking people, and where it proves itself by keys that were typed.
fn needs_proof(metadata: &ClientMetadata) -> bool {
    metadata.has_secret()
        || metadata.first_party
        || metadata.jwks.is_some()
        || scope::any_administers(&metadata.scopes)
}

/// Goes on when the password was given lately: within five minutes where that is needed, or on the review itself, and the
/// session then goes on under another cookie; else within thirty.
async fn proven(
    admin: &Admin,
    judged: Judged,
    (once, password): (&str, Option<&str>),
) -> Result<(Judged, Option<Plain<AdminCookie>>), HttpResponse> {
    if !needs_proof(&judged.1) {
        admin.proven_for_long(&first_step(judged.0.preset))?;
        return Ok((judged, None));
    }
    if admin.is_proven() {
        return Ok((judged, None));
    }
    let shown = match password.filter(|typed| !typed.is_empty()) {
        None => Shown::Unproven,
        Some(typed) => match confirm::prove(admin, typed).await {
            Ok(Ok(cookie)) => return Ok((judged, Some(cookie))),
            Ok(Err(notice)) => Shown::Refused(notice),
            Err(failure) => return Err(admin.failed(failure)),
        },
    };
    Err(review_page(admin, judged, once.to_owned(), shown))
}

async fn made(
    admin: &Admin,
    (plan, metadata): (&Plan, ClientMetadata),
    once: String,
) -> Result<HttpResponse, HttpResponse> {
    ensure_keys(admin, metadata.id_token_signed_response_alg)
        .await
        .map_err(|failure| admin.failed(failure))?;
    let registered = register(admin, metadata, once).await;
    Ok(match registered.map_err(|error| admin.failed(error))? {
        Registered::Made(made) => show_made(admin, plan, &made),
        Registered::Before(id) => {
            let words = "This application was registered already: the same form came before. If you did not see its secret, \
                         add another.";
            admin.done(&path_of(&id), words)
        }
    })
}

enum Registered {
    Made(Arc<Made>),
    /// The same form came before.
    Before(ClientId),
}

async fn register(admin: &Admin, metadata: ClientMetadata, once: String) -> Result<Registered, StoreError> {
    let secrets = admin.cx.services.keys.secrets();
    let (version, pepper) = secrets.newest_pepper();
    let (pepper, key) = (Zeroizing::new(*pepper), Zeroizing::new(*secrets.form_key()));
    let act = admin.act();
    let id = registration::id_of_once(&key, &act, &once);
    let registered = admin.cx.store().write("create-client", move |tx| {
        let made = Made::once(metadata.clone(), &act, (&key, &once));
        if db!(tx, clients::by_id(&made.client.id))?.is_some() {
            return Ok(None);
        }
        let pepper = Pepper {
            version,
            key: &pepper,
        };
        registration::create(tx, &act, &made, pepper)?;
        Ok(Some(Arc::new(made)))
    });
    match registered.await {
        Ok(Some(made)) => Ok(Registered::Made(made)),
        // Of two that come at once, one meets the other's row only when it writes its own.
        Ok(None) | Err(StoreError::Conflict(_)) => Ok(Registered::Before(id)),
        Err(error) => Err(error),
    }
}

fn show_made(admin: &Admin, plan: &Plan, made: &Made) -> HttpResponse {
    let app = match plan.preset {
        Preset::Known(app) => Some(app),
        Preset::Spa | Preset::Web | Preset::Native | Preset::Service | Preset::Device => None,
    };
    let secret = made.secret.as_ref().map(Plain::expose);
    let page = MadePage {
        shell: admin.shell(
            Section::Applications,
            &format!("{} is registered", made.client.metadata.client_name),
        ),
        path: path_of(&made.client.id),
        client_id: made.client.id.as_str(),
        secret,
        has_keys: made.client.metadata.jwks.is_some(),
        blocks: connection::blocks(admin, &made.client, secret, app),
        trial: Trial::of(admin, &made.client),
        notes: app.map_or(&[], |app| app.notes.as_slice()),
    };
    answer(admin, StatusCode::OK, &page)
}
