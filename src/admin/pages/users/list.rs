//! The list of people: searched, filtered, page by page.

use super::Named;
use crate::admin::access::Admin;
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use crate::store::listing::{Page, UserState, UsersWanted};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::model::User;
use vouchsafe_core::spec::params::Params;

const FIELDS: [&str; 6] = ["q", "state", "role", "group", "admin", "cursor"];

#[derive(Template)]
#[template(path = "admin/users.html")]
struct UsersPage {
    shell: Shell,
    asked: Asked,
    rows: Vec<Row>,
    next: Option<String>,
    begin: Option<String>,
}

struct Row {
    who: Named,
    email: String,
    roles: String,
    made: Moment,
}

/// The filters as they were typed.
#[derive(Default)]
struct Asked {
    q: String,
    state: String,
    role: String,
    group: String,
    admin: String,
}

impl Asked {
    fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("q", &self.q),
            ("state", &self.state),
            ("role", &self.role),
            ("group", &self.group),
            ("admin", &self.admin),
        ]
    }

    fn is_any(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    fn with(&self, cursor: &str) -> String {
        let fields: Vec<_> = self.fields().into_iter().chain([("cursor", cursor)]).collect();
        form::with_query(Section::Users.path(), &fields)
    }
}

/// `GET /admin/users`.
pub(super) async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    show(&admin, &http).await.unwrap_or_else(|instead| instead)
}

async fn show(admin: &Admin, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    let query = form::query(admin, http.query_string(), &FIELDS)?;
    let (asked, wanted) = read(admin, &query).ok_or_else(|| form::bad_address(admin))?;
    let found = admin
        .cx
        .store()
        .read("users", move |tx| db!(tx, users::page(&wanted)));
    let page: Page<User> = found.await.map_err(|error| admin.failed(error))?;
    let view = UsersPage {
        shell: admin.shell(Section::Users, "Users"),
        next: page.next.as_deref().map(|cursor| asked.with(cursor)),
        begin: query.one("cursor").map(|_| asked.with("")),
        rows: page.items.iter().map(|user| row(admin, user)).collect(),
        asked,
    };
    Ok(answer(admin, StatusCode::OK, &view))
}

fn row(admin: &Admin, user: &User) -> Row {
    Row {
        who: Named::of(admin, user),
        email: user.email.clone(),
        roles: user.roles.join(", "),
        made: Moment(user.created_at),
    }
}

/// The filters, and what they mean; none when one has a value that it cannot have.
fn read(admin: &Admin, query: &Params) -> Option<(Asked, UsersWanted)> {
    let text = |name| query.one(name).unwrap_or_default().trim().to_owned();
    let asked = Asked {
        q: text("q"),
        state: text("state"),
        role: text("role"),
        group: text("group"),
        admin: text("admin"),
    };
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let mut wanted = UsersWanted {
        text: given(&asked.q),
        role: given(&asked.role),
        group: given(&asked.group),
        state: match asked.state.as_str() {
            "" => None,
            word => Some(UserState::parse(word)?),
        },
        is_admin: match asked.admin.as_str() {
            "" => None,
            "true" => Some(true),
            "false" => Some(false),
            _ => return None,
        },
        now: admin.cx.now,
        ..UsersWanted::default()
    };
    if let Some(cursor) = query.one("cursor") {
        wanted.resume(cursor).ok()?;
    }
    Some((asked, wanted))
}
