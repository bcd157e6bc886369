//! Acts on a person that need no more than to be meant: asked on a page of their own, then done.

use super::{Exposed, Named, exposure, path_of, person, proven_for};
use crate::accounts::administration::{self, Changed};
use crate::accounts::person_acts::PersonAct;
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::audit::Act;
use crate::store::{StoreError, Tx};
use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use askama::Template;
use vouchsafe_core::model::{User, UserId};

/// The acts, by the last part of their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Disable,
    Enable,
    Unban,
    SignOut,
    Delete,
}

#[derive(Template)]
#[template(path = "admin/users/act.html")]
struct ActPage {
    shell: Shell,
    errors: Errors,
    who: Named,
    what: What,
    out: Option<Exposed>,
}

/// Mounts the acts.
pub(super) fn mount(app: &mut ServiceConfig) {
    for what in [
        What::Disable,
        What::Enable,
        What::Unban,
        What::SignOut,
        What::Delete,
    ] {
        let path = crate::admin::path(&format!("users/{{sub}}/{}", what.word()));
        app.service(
            web::resource(path)
                .route(web::get().to(move |admin, sub| ask(what, admin, sub)))
                .route(web::post().to(move |form, sub| take(what, form, sub))),
        );
    }
}

impl What {
    fn word(self) -> &'static str {
        self.proof().1.trim_start_matches('/')
    }

    /// Which act it is, and where its page is among those of the person.
    const fn proof(self) -> (PersonAct, &'static str) {
        match self {
            Self::Disable => (PersonAct::Disable, "/disable"),
            Self::Enable => (PersonAct::Enable, "/enable"),
            Self::Unban => (PersonAct::Unban, "/unban"),
            Self::SignOut => (PersonAct::SignOut, "/sign-out"),
            Self::Delete => (PersonAct::Delete, "/delete"),
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Disable => "Disable the account",
            Self::Enable => "Enable the account",
            Self::Unban => "Lift the ban",
            Self::SignOut => "Sign out everywhere",
            Self::Delete => "Delete the account",
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Disable => {
                "The person cannot sign in until the account is enabled. All their sessions and all that applications \
                 were given is ended now; enabling brings none of it back."
            }
            Self::Enable | Self::Unban => "The person can sign in again. What was ended stays ended.",
            Self::SignOut => {
                "All sessions of the person and all that applications were given is ended, offline access too. They can \
                 sign in again at once."
            }
            Self::Delete => {
                "The account is removed, with everything that it holds. What happened to it stays in the audit log. \
                 Nobody ever gets its sub again. This cannot be undone."
            }
        }
    }

    /// Whether it ends what the person holds.
    const fn ends(self) -> bool {
        match self {
            Self::Disable | Self::SignOut | Self::Delete => true,
            Self::Enable | Self::Unban => false,
        }
    }

    /// Whether the user name is typed, so that nobody does it by accident.
    const fn is_typed(self) -> bool {
        matches!(self, Self::Delete)
    }

    fn perform(self, tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
        match self {
            Self::Disable => administration::disable(tx, act, id),
            Self::Enable => administration::enable(tx, act, id),
            Self::Unban => administration::unban(tx, act, id),
            Self::SignOut => administration::log_out(tx, act, id),
            Self::Delete => administration::delete(tx, act, id),
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Disable => "The account is disabled. All sessions and grants are ended.",
            Self::Enable => "The account is enabled.",
            Self::Unban => "The ban is lifted.",
            Self::SignOut => "The person is signed out everywhere.",
            Self::Delete => "The account is deleted. What happened to it stays in the audit log.",
        }
    }

    fn way_on(self, id: &UserId) -> String {
        match self {
            Self::Delete => Section::Users.path().to_owned(),
            Self::Disable | Self::Enable | Self::Unban | Self::SignOut => path_of(id),
        }
    }
}

async fn ask(what: What, admin: Admin, sub: web::Path<String>) -> HttpResponse {
    let shown = async {
        let user = person(&admin, &sub).await?;
        proven_for(&admin, &user, what.proof())?;
        page(&admin, what, &user, Errors::default()).await
    };
    shown.await.unwrap_or_else(|instead| instead)
}

async fn take(what: What, form: AdminForm, sub: web::Path<String>) -> HttpResponse {
    perform(what, &form, &sub).await.unwrap_or_else(|instead| instead)
}

async fn perform(what: What, form: &AdminForm, sub: &str) -> Result<HttpResponse, HttpResponse> {
    form::only(form, if what.is_typed() { &["typed"] } else { &[] })?;
    let admin = &form.admin;
    let user = person(admin, sub).await?;
    proven_for(admin, &user, what.proof())?;
    let typed = form.fields.one("typed").unwrap_or_default().trim();
    if what.is_typed() && typed != user.username {
        let errors = Errors::one("typed", "User name: type it exactly as it is shown");
        return page(admin, what, &user, errors).await;
    }
    let (act, id) = (admin.act(), user.id.clone());
    let done = admin
        .cx
        .store()
        .write("change-user", move |tx| what.perform(tx, &act, &id));
    match done.await {
        Ok(Some(_)) => Ok(admin.done(&what.way_on(&user.id), what.done())),
        Ok(None) => Err(admin.not_found()),
        Err(error) => Err(super::failed(admin, error)),
    }
}

async fn page(admin: &Admin, what: What, user: &User, errors: Errors) -> Result<HttpResponse, HttpResponse> {
    let status = errors.status();
    let out = if what.ends() {
        Some(exposure(admin, &user.id).await?)
    } else {
        None
    };
    let view = ActPage {
        shell: admin.shell(Section::Users, what.title()),
        errors,
        who: Named::of(admin, user),
        what,
        out,
    };
    Ok(answer(admin, status, &view))
}
