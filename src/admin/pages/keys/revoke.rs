//! Emergency revocation of a key: first what breaks and for how long, then done by typing its id.

use super::rotate::changed_meanwhile;
use super::{Delays, Readers, readers};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::admin::pages::problem;
use crate::failure::{Broken, Failure};
use crate::keys::impact::{NotRevocable, Reach, RevocationPlan, Successor};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use std::sync::Arc;
use vouchsafe_core::model::{KeyAlgorithm, Kid};

/// So many characters of a key's id are typed: enough to tell keys apart.
const TYPED: usize = 8;

#[derive(Template)]
#[template(path = "admin/keys/revoke.html")]
struct RevokePage {
    shell: Shell,
    errors: Errors,
    kid: String,
    beginning: String,
    alg: &'static str,
    was: &'static str,
    successor: Successor,
    delays: Delays,
    reach: [String; 3],
    readers: Readers,
}

impl RevokePage {
    /// How long the successor has been in the key set.
    fn published_for(&self) -> String {
        match &self.successor {
            Successor::Next { published_for, .. } => published_for.in_words(),
            Successor::Made | Successor::GoesOn(_) => String::new(),
        }
    }
}

/// `GET /admin/keys/{kid}/revoke`.
pub(super) async fn get(admin: Admin, kid: web::Path<String>) -> HttpResponse {
    let shown = async {
        admin.proven_recently(&back(&kid))?;
        let plan = plan(&admin, &kid).await?;
        page(&admin, plan, Errors::default()).await
    };
    shown.await.unwrap_or_else(|instead| instead)
}

/// `POST /admin/keys/{kid}/revoke`.
pub(super) async fn post(form: AdminForm, kid: web::Path<String>) -> HttpResponse {
    take(&form, &kid).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm, kid: &str) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &["typed"])?;
    let admin = &form.admin;
    admin.proven_recently(&back(kid))?;
    let plan = plan(admin, kid).await?;
    let typed = form.fields.one("typed").unwrap_or_default().trim();
    if typed != beginning(kid) && typed != kid {
        let errors = Errors::one(
            "typed",
            "Key ID: type its first eight characters exactly as they are shown",
        );
        return page(admin, plan, errors).await;
    }
    let (services, act) = (Arc::clone(&admin.cx.services), admin.act());
    let done = web::block(move || services.keys.revoke(&services.store, &act, &plan.kid));
    match done.await {
        Ok(Ok(Some(_))) => {
            let words = "The key is revoked. Who still has an older key set is shown below.";
            Ok(admin.done(Section::Keys.path(), words))
        }
        Ok(Ok(None)) => Err(changed_meanwhile(admin)),
        Ok(Err(error)) => Err(admin.failed(Failure::from(error))),
        Err(_) => Err(admin.failed(Failure::Broken(Broken::Overloaded("keys")))),
    }
}

async fn plan(admin: &Admin, kid: &str) -> Result<RevocationPlan, HttpResponse> {
    let (services, now, kid) = (&admin.cx.services, admin.cx.now, Kid::new(kid));
    let reach = reach(admin, services.keys.algorithm_of(&kid, now)).await?;
    services.keys.plan_revocation(&kid, now, reach).map_err(|why| {
        let (title, advice) = match why {
            NotRevocable::Unknown => return admin.not_found(),
            NotRevocable::Removed => (
                "This key is not in the key set any more",
                "Everything that it signed has expired. There is nothing to revoke.".to_owned(),
            ),
            NotRevocable::Revoked(at) => (
                "This key was revoked",
                format!("That was on {}.", Moment(at).words()),
            ),
        };
        problem::say(admin, StatusCode::CONFLICT, title, &advice)
    })
}

/// What depends on keys of an algorithm.
async fn reach(admin: &Admin, alg: KeyAlgorithm) -> Result<Reach, HttpResponse> {
    let (services, now) = (Arc::clone(&admin.cx.services), admin.cx.now);
    let reach = admin.cx.store().read("reach-of-keys", move |tx| {
        Reach::of(tx, alg, (now, &services.config.tokens), &services.fetchers)
    });
    reach.await.map_err(|error| admin.failed(error))
}

async fn page(admin: &Admin, plan: RevocationPlan, errors: Errors) -> Result<HttpResponse, HttpResponse> {
    let status = errors.status();
    let view = RevokePage {
        shell: admin.shell(Section::Keys, "Revoke a key"),
        errors,
        beginning: beginning(plan.kid.as_str()),
        kid: plan.kid.into_string(),
        alg: plan.alg.as_str(),
        was: plan.was.as_str(),
        successor: plan.successor,
        delays: Delays::of(admin.cx.now, plan.reach.longest_token),
        reach: plan.reach.in_words(),
        readers: readers(admin).await?,
    };
    Ok(answer(admin, status, &view))
}

fn beginning(kid: &str) -> String {
    kid.chars().take(TYPED).collect()
}

fn back(kid: &str) -> String {
    format!("{}/{kid}/revoke", Section::Keys.path())
}
