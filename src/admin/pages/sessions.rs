//! Every sign-in session that is live, to be ended one by one.

use crate::accounts::person_acts::PersonAct;
use crate::accounts::sessions::named_page;
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::audit;
use crate::db;
use crate::store::listing::SessionsWanted;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::model::{SessionId, User};

/// Mounts the pages.
pub(crate) fn mount(app: &mut ServiceConfig) {
    let path = crate::admin::path;
    app.route(&path("sessions"), web::get().to(get))
        .route(&path("sessions/end"), web::post().to(end));
}

#[derive(Template)]
#[template(path = "admin/sessions.html")]
struct SessionsPage {
    shell: Shell,
    rows: Vec<Row>,
    next: Option<String>,
    begin: bool,
}

struct Row {
    id: String,
    user: String,
    path: String,
    began: Moment,
    ends: Moment,
    remember: bool,
}

/// `GET /admin/sessions`.
async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    show(&admin, &http).await.unwrap_or_else(|instead| instead)
}

async fn show(admin: &Admin, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    let query = form::query(admin, http.query_string(), &["cursor"])?;
    let mut wanted = SessionsWanted {
        now: admin.cx.now,
        ..SessionsWanted::default()
    };
    if let Some(cursor) = query.one("cursor") {
        wanted.resume(cursor).map_err(|_| form::bad_address(admin))?;
    }
    let found = admin
        .cx
        .store()
        .read("sessions", move |tx| named_page(tx, &wanted));
    let page = found.await.map_err(|error| admin.failed(error))?;
    let view = SessionsPage {
        shell: admin.shell(Section::Users, "Sessions"),
        next: page
            .next
            .as_deref()
            .map(|cursor| form::with_query("/admin/sessions", &[("cursor", cursor)])),
        begin: query.one("cursor").is_some(),
        rows: page
            .items
            .into_iter()
            .map(|(session, user)| Row {
                path: crate::admin::path(&format!("users/{}", session.user_id)),
                user,
                began: Moment(session.auth_time),
                ends: Moment(session.idle_expires_at.min(session.expires_at)),
                remember: session.remember,
                id: session.id.into_string(),
            })
            .collect(),
    };
    Ok(answer(admin, StatusCode::OK, &view))
}

/// `POST /admin/sessions/end`.
async fn end(form: AdminForm) -> HttpResponse {
    let ended = async {
        form::only(&form, &["id"])?;
        let admin = &form.admin;
        let id = SessionId::new(form.fields.one("id").unwrap_or_default());
        let user = person_of(admin, id.clone()).await?;
        if PersonAct::EndHeld.asks(user.is_admin) {
            admin.proven_recently("/admin/sessions")?;
        }
        let act = admin.act();
        let ended = admin
            .cx
            .store()
            .write("end-session", move |tx| audit::end_session(tx, &act, &id));
        ended.await.map_err(|error| admin.failed(error))?;
        let words = "The session is ended, with everything that lives in it.";
        Ok(admin.done("/admin/sessions", words))
    };
    ended.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// The person whose session it is.
async fn person_of(admin: &Admin, id: SessionId) -> Result<User, HttpResponse> {
    let found = admin.cx.store().read("session", move |tx| {
        let session = db!(tx, sessions::by_id(&id))?;
        let user = session.map(|session| db!(tx, users::by_id(&session.user_id)));
        Ok(user.transpose()?.flatten())
    });
    let found = found.await.map_err(|error| admin.failed(error))?;
    found.ok_or_else(|| admin.not_found())
}
