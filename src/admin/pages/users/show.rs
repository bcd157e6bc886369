//! One person: who they are, what they hold, and what happened lately.

use super::{Named, person};
use crate::accounts::holdings::{self, Holdings};
use crate::accounts::invitations;
use crate::admin::access::Admin;
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::admin_sessions::Row as AdminRow;
use crate::admin::pages::audit::Line;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use crate::store::StoreError;
use crate::store::listing::{AdminSessionsWanted, EventsWanted, Listed, MOST, Part};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::Value;
use vouchsafe_core::model::{AdminSession, ClientId, Grant, Session, User};

/// Events of a person that the page shows.
const LATELY: i64 = 15;

#[derive(Template)]
#[template(path = "admin/users/show.html")]
struct PersonPage {
    shell: Shell,
    who: Named,
    email: String,
    email_verified: bool,
    roles: Vec<String>,
    groups: Vec<String>,
    password: PasswordState,
    may_be_invited: bool,
    made: Moment,
    changed: Moment,
    claims: Vec<(String, String)>,
    disabled_at: Option<Moment>,
    ban: Option<Banned>,
    sessions: Vec<SessionRow>,
    admin_sessions: Vec<AdminRow>,
    apps: Vec<App>,
    consents: Vec<ConsentRow>,
    more: bool,
    lately: Vec<Line>,
    all_events: String,
}

/// Whether the person has a password.
enum PasswordState {
    Set,
    /// They have a link by which they set it, until then.
    Invited(Moment),
    Missing,
}

impl PasswordState {
    fn of(admin: &Admin, user: &User) -> Self {
        if user.password_hash.is_some() {
            return Self::Set;
        }
        let until = user.invited_until.filter(|until| *until > admin.cx.now);
        until.map_or(Self::Missing, |until| Self::Invited(Moment(until)))
    }
}

impl PersonPage {
    const fn is_invited(&self) -> bool {
        matches!(self.password, PasswordState::Invited(_))
    }
}

struct Banned {
    since: Moment,
    until: Option<Moment>,
    reason: Option<String>,
    is_over: bool,
}

struct SessionRow {
    id: String,
    began: Moment,
    seen: Moment,
    ends: Moment,
    remember: bool,
}

/// An application with what it was given.
struct App {
    name: String,
    client_id: String,
    grants: Vec<GrantRow>,
}

struct GrantRow {
    id: String,
    scopes: String,
    since: Moment,
    offline: bool,
    ends: Moment,
}

struct ConsentRow {
    name: String,
    client_id: String,
    scopes: String,
    since: Moment,
}

/// `GET /admin/users/{sub}`.
pub(super) async fn get(admin: Admin, sub: web::Path<String>, http: HttpRequest) -> HttpResponse {
    show(&admin, &sub, &http).await.unwrap_or_else(|instead| instead)
}

async fn show(admin: &Admin, sub: &str, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    form::query(admin, http.query_string(), &[])?;
    let user = person(admin, sub).await?;
    let Seen {
        held,
        administers,
        lately,
    } = read(admin, &user).await.map_err(|error| admin.failed(error))?;
    let names = crate::admin::pages::audit::names(admin, &lately).await;
    let names = names.map_err(|error| admin.failed(error))?;
    let who = Named::of(admin, &user);
    let view = PersonPage {
        shell: admin.shell(Section::Users, &who.name),
        email: user.email.clone(),
        email_verified: user.email_verified,
        roles: user.roles.clone(),
        groups: user.groups.clone(),
        password: PasswordState::of(admin, &user),
        may_be_invited: invitations::may_be_invited(&user, admin.cx.now).is_ok(),
        made: Moment(user.created_at),
        changed: Moment(user.updated_at),
        claims: claims(&user),
        disabled_at: user.disabled_at.map(Moment),
        ban: ban(admin, &user),
        sessions: held
            .sessions
            .iter()
            .map(|session| session_row(admin, session))
            .collect(),
        admin_sessions: administers
            .into_iter()
            .map(|session| AdminRow::of(admin, session, user.username.clone()))
            .collect(),
        apps: apps(&held),
        consents: consents(&held),
        more: held.more,
        lately: lately.iter().map(|listed| Line::of(listed, &names)).collect(),
        all_events: form::with_query(Section::Audit.path(), &[("subject", user.id.as_str())]),
        who,
    };
    Ok(answer(admin, StatusCode::OK, &view))
}

/// What the page tells of a person beside their account.
struct Seen {
    held: Holdings,
    /// Sessions in the administration.
    administers: Vec<AdminSession>,
    lately: Vec<Listed>,
}

async fn read(admin: &Admin, user: &User) -> Result<Seen, StoreError> {
    let (id, now) = (user.id.clone(), admin.cx.now);
    let held = admin.cx.store().read("holdings", move |tx| {
        let wanted = EventsWanted {
            subject: Some(id.as_str().to_owned()),
            part: Part::first(LATELY),
            ..EventsWanted::default()
        };
        let sessions = AdminSessionsWanted {
            user: Some(id.clone()),
            now,
            part: Part::first(MOST),
        };
        Ok(Seen {
            held: holdings::of_person(tx, &id, now)?,
            administers: db!(tx, admin_sessions::page(&sessions))?.items,
            lately: db!(tx, events::page(&wanted))?.items,
        })
    });
    held.await
}

fn claims(user: &User) -> Vec<(String, String)> {
    let said = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Object(members) => {
            let parts = members.values().filter_map(Value::as_str);
            parts.collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::Number(_) | Value::Array(_) => value.to_string(),
    };
    let claims = user.claims.iter();
    claims
        .map(|(name, value)| (super::profile::label(name).to_owned(), said(value)))
        .collect()
}

fn ban(admin: &Admin, user: &User) -> Option<Banned> {
    let since = user.banned_at?;
    Some(Banned {
        since: Moment(since),
        until: user.banned_until.map(Moment),
        reason: user.ban_reason.clone(),
        is_over: user.banned_until.is_some_and(|until| until <= admin.cx.now),
    })
}

/// A session was seen when its idle end was moved last: to within a twentieth of the idle lifetime.
fn session_row(admin: &Admin, session: &Session) -> SessionRow {
    let lifetimes = &admin.cx.config().sessions;
    let idle = if session.remember {
        lifetimes.remember_lifetime
    } else {
        lifetimes.idle_lifetime
    };
    let seen = session.idle_expires_at.minus(idle).max(session.auth_time);
    SessionRow {
        id: session.id.as_str().to_owned(),
        began: Moment(session.auth_time),
        seen: Moment(seen),
        ends: Moment(session.idle_expires_at.min(session.expires_at)),
        remember: session.remember,
    }
}

fn apps(held: &Holdings) -> Vec<App> {
    let mut apps: Vec<App> = Vec::new();
    for grant in &held.grants {
        let client_id = grant.client_id.as_str();
        match apps.last_mut().filter(|app| app.client_id == client_id) {
            Some(app) => app.grants.push(grant_row(grant)),
            None => apps.push(App {
                name: held.name(&grant.client_id).to_owned(),
                client_id: client_id.to_owned(),
                grants: vec![grant_row(grant)],
            }),
        }
    }
    apps
}

fn grant_row(grant: &Grant) -> GrantRow {
    GrantRow {
        id: grant.id.as_str().to_owned(),
        scopes: grant.scopes.join(", "),
        since: Moment(grant.created_at),
        offline: grant.offline,
        ends: Moment(grant.idle_expires_at.min(grant.expires_at)),
    }
}

fn consents(held: &Holdings) -> Vec<ConsentRow> {
    let name = |client: &ClientId| held.name(client).to_owned();
    held.consents
        .iter()
        .map(|consent| ConsentRow {
            name: name(&consent.client_id),
            client_id: consent.client_id.as_str().to_owned(),
            scopes: consent.scopes.join(", "),
            since: Moment(consent.granted_at),
        })
        .collect()
}
