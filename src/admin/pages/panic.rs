//! Revoking at once: everything, all of one application, or all that a key signed. First what it ends and how long others
//! may still take it; then the password, a typed word, and a report.

use super::layout::{Section, Shell, answer, see_other};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::moment::Moment;
use crate::admin::path;
use crate::audit::emergency::{self, Preview, SLICE};
use crate::db;
use crate::store::listing::EventsWanted;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{ClientId, Event, EventKind, Span};

/// The word that is typed before everything is revoked.
const EVERYTHING: &str = "everything";
/// One request ends sessions for so long; the report has a button for the rest.
const PATIENCE: Span = Span::from_seconds(5);
/// So long after everything was revoked the report ends the rest of the sessions without a typed word.
const REST: Span = Span::from_hours(1);

/// Mounts the pages.
pub fn mount(app: &mut ServiceConfig) {
    let page = |name: &str| web::resource(path(&format!("panic{name}")));
    app.service(page("").route(web::get().to(get)))
        .service(
            page("/everything")
                .route(web::get().to(everything))
                .route(web::post().to(revoke_everything)),
        )
        .service(
            page("/application")
                .route(web::get().to(application))
                .route(web::post().to(revoke_application)),
        )
        .service(page("/sessions").route(web::post().to(end_sessions)))
        .service(page("/report").route(web::get().to(report)));
}

#[derive(Template)]
#[template(path = "admin/panic.html")]
struct PanicPage {
    shell: Shell,
    errors: Errors,
    client_id: String,
    keys: Vec<Key>,
}

/// A key that can be revoked.
struct Key {
    kid: String,
    alg: &'static str,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "admin/panic/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    errors: Errors,
    action: String,
    /// The application; none for everything.
    client_id: Option<String>,
    word: String,
    preview: Preview,
}

#[derive(Template)]
#[template(path = "admin/panic/report.html")]
struct ReportPage {
    shell: Shell,
    client_id: Option<String>,
    at: Moment,
    epoch: i64,
    /// Sessions that have ended since, by whatever.
    ended: i64,
    /// Sessions that stand.
    left: i64,
    /// Whether this page may still end those.
    goes_on: bool,
}

/// `GET /admin/panic`.
async fn get(admin: Admin) -> HttpResponse {
    choose(&admin, "", Errors::default())
}

fn choose(admin: &Admin, client_id: &str, errors: Errors) -> HttpResponse {
    let keys = admin.cx.services.keys.states(admin.cx.now);
    let is_published =
        |state: &KeyState| matches!(state, KeyState::Next | KeyState::Active | KeyState::Retiring);
    let keys = keys.into_iter().filter(|(_, state)| is_published(state));
    let page = PanicPage {
        shell: admin.shell(Section::Panic, "Emergency"),
        client_id: client_id.to_owned(),
        keys: keys
            .map(|(key, state)| Key {
                kid: key.kid.as_str().to_owned(),
                alg: key.alg.as_str(),
                state: state.as_str(),
            })
            .collect(),
        errors,
    };
    let status = page.errors.status();
    answer(admin, status, &page)
}

/// `GET /admin/panic/everything`.
async fn everything(admin: Admin) -> HttpResponse {
    let shown = async {
        admin.proven_recently(&path("panic/everything"))?;
        confirm(&admin, None, Errors::default()).await
    };
    shown.await.unwrap_or_else(|instead| instead)
}

/// `GET /admin/panic/application`, with the `client_id` in the query.
async fn application(admin: Admin, http: HttpRequest) -> HttpResponse {
    let shown = async {
        let query = form::query(&admin, http.query_string(), &["client_id"])?;
        let id = query.one("client_id").unwrap_or_default().trim();
        admin.proven_recently(&form::with_query(
            &path("panic/application"),
            &[("client_id", id)],
        ))?;
        confirm(&admin, Some(ClientId::new(id)), Errors::default()).await
    };
    shown.await.unwrap_or_else(|instead| instead)
}

/// `POST /admin/panic/everything`: first the epoch, which ends all tokens and grants at once; then the sessions.
async fn revoke_everything(form: AdminForm) -> HttpResponse {
    let done = async {
        form::only(&form, &["typed"])?;
        let admin = &form.admin;
        admin.proven_recently(&path("panic/everything"))?;
        if form.fields.one("typed").map(str::trim) != Some(EVERYTHING) {
            return confirm(admin, None, mistyped()).await;
        }
        let before = preview(admin, None).await?;
        let (act, own) = (admin.act(), admin.present().session.id);
        let revoked = admin.cx.store().write("panic", move |tx| {
            emergency::revoke_everything_but(tx, &act, Some(&own))
        });
        let epoch = revoked.await.map_err(|error| admin.failed(error))?;
        end_for_a_while(admin, epoch).await?;
        Ok(reported(admin, &path("panic/report"), before.as_ref()))
    };
    done.await.unwrap_or_else(|instead| instead)
}

/// `POST /admin/panic/sessions`: the rest of the sessions.
async fn end_sessions(form: AdminForm) -> HttpResponse {
    let done = async {
        form::only(&form, &["epoch"])?;
        let admin = &form.admin;
        admin.proven_recently(&path("panic/report"))?;
        let raised = raised(admin, None).await?;
        // Sessions end in the name of an emergency that there was just now, not of one that somebody made up.
        let epoch = form.fields.one("epoch").and_then(|text| text.parse().ok());
        match raised.value {
            Some(value) if epoch == Some(value) && goes_on(admin, &raised) => {
                end_for_a_while(admin, value).await?;
                Ok(see_other(&path("panic/report")))
            }
            _ => Err(admin.not_found()),
        }
    };
    done.await.unwrap_or_else(|instead| instead)
}

/// `POST /admin/panic/application`.
async fn revoke_application(form: AdminForm) -> HttpResponse {
    let done = async {
        form::only(&form, &["typed", "client_id"])?;
        let admin = &form.admin;
        let id = form.fields.one("client_id").unwrap_or_default();
        let back = form::with_query(&path("panic/application"), &[("client_id", id)]);
        admin.proven_recently(&back)?;
        if form.fields.one("typed").map(str::trim) != Some(id) {
            return confirm(admin, Some(ClientId::new(id)), mistyped()).await;
        }
        let (act, client) = (admin.act(), ClientId::new(id));
        let before = preview(admin, Some(&client)).await?;
        let revoked = admin.cx.store().write("panic-client", move |tx| {
            emergency::revoke_client(tx, &act, &client)
        });
        match revoked.await.map_err(|error| admin.failed(error))? {
            Some(_) => {
                let report = form::with_query(&path("panic/report"), &[("client_id", id)]);
                Ok(reported(admin, &report, before.as_ref()))
            }
            None => Err(admin.not_found()),
        }
    };
    done.await.unwrap_or_else(|instead| instead)
}

/// `GET /admin/panic/report`.
async fn report(admin: Admin, http: HttpRequest) -> HttpResponse {
    let shown = async {
        let query = form::query(&admin, http.query_string(), &["client_id"])?;
        let client = query.one("client_id").map(ClientId::new);
        let raised = raised(&admin, client.clone()).await?;
        let (now, since) = (admin.cx.now, raised.at);
        let counted = admin.cx.store().read("panic-report", move |tx| {
            let ended = db!(tx, sessions::count_ended_since(since))?;
            Ok((ended, db!(tx, sessions::count_standing(now))?))
        });
        let (ended, left) = counted.await.map_err(|error| admin.failed(error))?;
        let page = ReportPage {
            shell: admin.shell(Section::Panic, "Revoked"),
            client_id: client.map(ClientId::into_string),
            at: Moment(raised.at),
            epoch: raised.value.unwrap_or_default(),
            ended,
            left,
            goes_on: goes_on(&admin, &raised),
        };
        Ok(answer(&admin, StatusCode::OK, &page))
    };
    shown.await.unwrap_or_else(|instead| instead)
}

/// The newest event of an emergency, of everything or of one application. Without one there is nothing to report.
async fn raised(admin: &Admin, client: Option<ClientId>) -> Result<Event, HttpResponse> {
    let wanted = EventsWanted {
        kind: Some(match client {
            Some(_) => EventKind::ClientEpochRaised,
            None => EventKind::IssuerEpochRaised,
        }),
        client,
        ..EventsWanted::default()
    };
    let found = admin
        .cx
        .store()
        .read("panic-event", move |tx| db!(tx, events::page(&wanted)));
    let found = found.await.map_err(|error| admin.failed(error))?;
    let newest = found.items.into_iter().next();
    newest.map(|listed| listed.event).ok_or_else(|| admin.not_found())
}

/// Whether the sessions that stand may still be ended in its name.
fn goes_on(admin: &Admin, raised: &Event) -> bool {
    raised.at.plus(REST) > admin.cx.now
}

/// The way to the report, which tells once what the page before had promised.
fn reported(admin: &Admin, report: &str, before: Option<&Preview>) -> HttpResponse {
    let Some(before) = before else {
        return see_other(report);
    };
    let until = Moment(admin.cx.now.plus(before.longest)).words();
    let words = format!(
        "Grants that ended: {}. A resource server that does not follow the revocation feed may take an access token that is \
         out for {} minutes, until {until}.",
        before.grants,
        before.minutes()
    );
    admin.done(report, &words)
}

/// Ends sessions, a slice in each transaction, as long as a request may take.
async fn end_for_a_while(admin: &Admin, epoch: i64) -> Result<(), HttpResponse> {
    let clock = &admin.cx.services.ports.clock;
    let began = clock.now();
    while clock.now().since(began) < PATIENCE {
        let act = admin.act();
        let some = admin.cx.store().write("panic-sessions", move |tx| {
            emergency::end_some_sessions(tx, &act, epoch, SLICE)
        });
        if some.await.map_err(|error| admin.failed(error))? == 0 {
            break;
        }
    }
    Ok(())
}

/// What would end; none when there is no such application.
async fn preview(admin: &Admin, client: Option<&ClientId>) -> Result<Option<Preview>, HttpResponse> {
    let times = (admin.cx.now, admin.cx.config().tokens.access_token_lifetime);
    let wanted = client.cloned();
    let found = admin
        .cx
        .store()
        .read("panic", move |tx| emergency::preview(tx, wanted.as_ref(), times));
    found.await.map_err(|error| admin.failed(error))
}

/// What would end, and the word to type.
async fn confirm(
    admin: &Admin,
    client: Option<ClientId>,
    errors: Errors,
) -> Result<HttpResponse, HttpResponse> {
    let Some(preview) = preview(admin, client.as_ref()).await? else {
        let typed = client.map(ClientId::into_string).unwrap_or_default();
        let unknown = Errors::one("client_id", "Client ID: there is no application with this one");
        return Ok(choose(admin, &typed, unknown));
    };
    let client_id = client.map(ClientId::into_string);
    let title = match &client_id {
        None => "Revoke everything",
        Some(_) => "Revoke all of an application",
    };
    let page = ConfirmPage {
        shell: admin.shell(Section::Panic, title),
        action: path(match &client_id {
            None => "panic/everything",
            Some(_) => "panic/application",
        }),
        word: client_id.clone().unwrap_or_else(|| EVERYTHING.to_owned()),
        client_id,
        preview,
        errors,
    };
    let status = page.errors.status();
    Ok(answer(admin, status, &page))
}

fn mistyped() -> Errors {
    Errors::one("typed", "Word: type it exactly as it is shown")
}
