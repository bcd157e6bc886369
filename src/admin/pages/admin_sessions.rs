//! Every session in the administration that is live: who is signed in here, to be signed out one by one, or all but the one
//! that asks.

use crate::accounts::admin_sessions;
use crate::accounts::person_acts::PersonAct;
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use crate::store::listing::AdminSessionsWanted;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::model::{AdminSession, EndReason, SessionId};

const PATH: &str = "/admin/admin-sessions";

/// Mounts the pages.
pub(crate) fn mount(app: &mut ServiceConfig) {
    let path = crate::admin::path;
    app.route(&path("admin-sessions"), web::get().to(get))
        .route(&path("admin-sessions/end"), web::post().to(end))
        .route(&path("admin-sessions/end-others"), web::post().to(end_others));
}

#[derive(Template)]
#[template(path = "admin/admin_sessions.html")]
struct AdminSessionsPage {
    shell: Shell,
    rows: Vec<Row>,
    next: Option<String>,
    begin: bool,
    has_others: bool,
}

/// A session as the tables show it.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) user: String,
    pub(super) path: String,
    pub(super) began: Moment,
    pub(super) used: Moment,
    pub(super) ends: Moment,
    pub(super) is_this: bool,
}

impl Row {
    /// A session of the person of this name.
    pub(super) fn of(admin: &Admin, session: AdminSession, user: String) -> Self {
        Self {
            user,
            path: crate::admin::path(&format!("users/{}", session.user_id)),
            began: Moment(session.started_at),
            used: Moment(session.used_at()),
            ends: Moment(session.idle_expires_at),
            is_this: admin.is_in(&session.id),
            id: session.id.into_string(),
        }
    }
}

/// `GET /admin/admin-sessions`.
async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    show(&admin, &http).await.unwrap_or_else(|instead| instead)
}

async fn show(admin: &Admin, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    let query = form::query(admin, http.query_string(), &["cursor"])?;
    let mut wanted = AdminSessionsWanted {
        now: admin.cx.now,
        ..AdminSessionsWanted::default()
    };
    if let Some(cursor) = query.one("cursor") {
        wanted.resume(cursor).map_err(|_| form::bad_address(admin))?;
    }
    let found = admin.cx.store().read("admin-sessions", move |tx| {
        admin_sessions::named_page(tx, &wanted)
    });
    let page = found.await.map_err(|error| admin.failed(error))?;
    let rows: Vec<_> = page
        .items
        .into_iter()
        .map(|(session, user)| Row::of(admin, session, user))
        .collect();
    let view = AdminSessionsPage {
        shell: admin.shell(Section::Users, "Sessions of administrators"),
        next: page
            .next
            .as_deref()
            .map(|cursor| form::with_query(PATH, &[("cursor", cursor)])),
        begin: query.one("cursor").is_some(),
        has_others: rows.iter().any(|row| !row.is_this),
        rows,
    };
    Ok(answer(admin, StatusCode::OK, &view))
}

/// `POST /admin/admin-sessions/end`.
async fn end(form: AdminForm) -> HttpResponse {
    let ended = async {
        form::only(&form, &["id"])?;
        let admin = proven(&form)?;
        let (act, id) = (
            admin.act(),
            SessionId::new(form.fields.one("id").unwrap_or_default()),
        );
        let ended = admin.cx.store().write("end-admin-session", move |tx| {
            if db!(tx, admin_sessions::by_id(&id))?.is_none() {
                return Ok(None);
            }
            admin_sessions::end(tx, &act, &id, EndReason::Revoked).map(Some)
        });
        match ended.await {
            Ok(Some(_)) => Ok(admin.done(PATH, "The session is ended.")),
            Ok(None) => Err(admin.not_found()),
            Err(error) => Err(admin.failed(error)),
        }
    };
    ended.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// `POST /admin/admin-sessions/end-others`.
async fn end_others(form: AdminForm) -> HttpResponse {
    let ended = async {
        form::only(&form, &[])?;
        let admin = proven(&form)?;
        let (act, kept) = (admin.act(), admin.present().session.id);
        let ended = admin.cx.store().write("end-admin-sessions", move |tx| {
            admin_sessions::end_all_but(tx, &act, Some(&kept), EndReason::Revoked)
        });
        match ended.await {
            Ok(_) => {
                let words = "All other sessions in the administration are ended.";
                Ok(admin.done(PATH, words))
            }
            Err(error) => Err(admin.failed(error)),
        }
    };
    ended.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// The administrator, when the password was given as lately as this asks for.
fn proven(form: &AdminForm) -> Result<&Admin, HttpResponse> {
    // Whoever has a session here administers, or did.
    if PersonAct::EndAdminSession.asks(true) {
        form.admin.proven_recently(PATH)?;
    }
    Ok(&form.admin)
}
