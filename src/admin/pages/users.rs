//! People: found, made, and what an administrator does to each.

mod act;
mod ban;
mod held;
mod invitation;
mod list;
mod new;
mod password;
mod profile;
mod rights;
mod roles;
mod show;

use crate::accounts::exposure::{self, Exposure};
use crate::accounts::person_acts::PersonAct;
use crate::admin::access::Admin;
use crate::admin::moment::Moment;
use crate::admin::pages::problem;
use crate::db;
use crate::store::{StoreError, Unique};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use vouchsafe_core::model::{Standing, User, UserId};

/// Mounts the pages.
pub(crate) fn mount(app: &mut ServiceConfig) {
    let path = crate::admin::path;
    let of_person = |rest: &str| path(&format!("users/{{sub}}{rest}"));
    app.route(&path("users"), web::get().to(list::get))
        .service(
            web::resource(path("users/new"))
                .route(web::get().to(new::get))
                .route(web::post().to(new::post)),
        )
        .route(&of_person(""), web::get().to(show::get))
        .service(
            web::resource(of_person("/profile"))
                .route(web::get().to(profile::get))
                .route(web::post().to(profile::post)),
        )
        .service(
            web::resource(of_person("/roles"))
                .route(web::get().to(roles::get))
                .route(web::post().to(roles::post)),
        )
        .service(
            web::resource(of_person("/password"))
                .route(web::get().to(password::get))
                .route(web::post().to(password::post)),
        )
        .service(
            web::resource(of_person("/invitation"))
                .route(web::get().to(invitation::get))
                .route(web::post().to(invitation::post)),
        )
        .route(&of_person("/invitation/end"), web::post().to(invitation::end))
        .service(
            web::resource(of_person("/ban"))
                .route(web::get().to(ban::get))
                .route(web::post().to(ban::post)),
        )
        .service(
            web::resource(of_person("/administrator"))
                .route(web::get().to(rights::get))
                .route(web::post().to(rights::post)),
        )
        .configure(act::mount)
        .configure(held::mount);
}

/// The path of a person's page.
fn path_of(id: &UserId) -> String {
    crate::admin::path(&format!("users/{id}"))
}

/// The person that a path names.
async fn person(admin: &Admin, sub: &str) -> Result<User, HttpResponse> {
    let id = UserId::new(sub);
    let found = admin
        .cx
        .store()
        .read("user", move |tx| db!(tx, users::by_id(&id)));
    match found.await {
        Ok(found) => found.ok_or_else(|| admin.not_found()),
        Err(error) => Err(admin.failed(error)),
    }
}

/// Asks for the password again before a page that does something to a person, where that is asked for, and again when its
/// form comes. From there the administrator comes back to this part of the person's pages.
fn proven_for(admin: &Admin, user: &User, (act, part): (PersonAct, &str)) -> Result<(), HttpResponse> {
    if act.asks(user.is_admin) {
        admin.proven_recently(&format!("{}{part}", path_of(&user.id)))
    } else {
        Ok(())
    }
}

/// The answer when an act failed: the server must keep an administrator.
fn failed(admin: &Admin, error: StoreError) -> HttpResponse {
    if error != StoreError::Conflict(Unique::LastAdministrator) {
        return admin.failed(error);
    }
    problem::say(
        admin,
        StatusCode::CONFLICT,
        "This is the last administrator",
        "Nobody could administer the server any more. Make somebody else an administrator first.",
    )
}

/// What of a person's tokens is out, for the pages before something is ended.
async fn exposure(admin: &Admin, id: &UserId) -> Result<Exposed, HttpResponse> {
    let (id, now) = (id.clone(), admin.cx.now);
    let shared = admin.cx.config().tokens.access_token_lifetime;
    let found = admin
        .cx
        .store()
        .read("exposure", move |tx| exposure::of_person(tx, &id, (now, shared)));
    match found.await {
        Ok(exposure) => Ok(Exposed {
            until: Moment(now.plus(exposure.longest)),
            exposure,
        }),
        Err(error) => Err(admin.failed(error)),
    }
}

/// What is out, and until when at the latest.
struct Exposed {
    exposure: Exposure,
    until: Moment,
}

impl Exposed {
    /// Whether there may be tokens at an API that is not told of their end.
    const fn is_any(&self) -> bool {
        self.exposure.longest.millis() > 0
    }

    fn apis(&self) -> String {
        self.exposure.apis.join(", ")
    }

    fn lifetime(&self) -> String {
        self.exposure.longest.in_words()
    }
}

/// A person as pages name them.
struct Named {
    sub: String,
    path: String,
    username: String,
    /// The full name, or the user name when there is none.
    name: String,
    standing: Badge,
    is_admin: bool,
    /// Whether it is the administrator who looks.
    is_you: bool,
}

/// A word with its colour.
struct Badge {
    word: &'static str,
    class: &'static str,
}

impl Named {
    fn of(admin: &Admin, user: &User) -> Self {
        let name = user.claims.get("name").and_then(|name| name.as_str());
        Self {
            sub: user.id.as_str().to_owned(),
            path: path_of(&user.id),
            username: user.username.clone(),
            name: name.unwrap_or(&user.username).to_owned(),
            standing: match user.standing(admin.cx.now) {
                Standing::Good => Badge {
                    word: "Active",
                    class: "ok",
                },
                Standing::Disabled => Badge {
                    word: "Disabled",
                    class: "warn",
                },
                Standing::Banned { .. } => Badge {
                    word: "Banned",
                    class: "bad",
                },
            },
            is_admin: user.is_admin,
            is_you: user.id == admin.user.id,
        }
    }
}
