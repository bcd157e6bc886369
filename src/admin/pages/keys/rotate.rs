//! Rotation ahead of time: first what it means, then done.

use super::{Delays, longest_token};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::admin::pages::problem;
use crate::failure::{Broken, Failure};
use crate::keys::impact::{LIBRARIES, NoRotation, RotationPlan};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use std::sync::Arc;
use vouchsafe_core::decide::key_state::LEAST_LEAD;
use vouchsafe_core::model::{KeyAlgorithm, UnixTime};

#[derive(Template)]
#[template(path = "admin/keys/rotate.html")]
struct RotatePage {
    shell: Shell,
    alg: &'static str,
    soon: Option<Offer>,
    at_once: Option<Offer>,
    planned: Option<Moment>,
    delays: Delays,
    published_for: String,
    least_lead: String,
}

/// A rotation that can be chosen.
struct Offer {
    kid: String,
    replaces: String,
    signs_from: Moment,
    lead: String,
    hasty: bool,
    crowded: bool,
    published: usize,
}

/// `GET /admin/keys/rotate?alg=RS256`.
pub(super) async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    show(&admin, &http).await.unwrap_or_else(|instead| instead)
}

/// `POST /admin/keys/rotate`.
pub(super) async fn post(form: AdminForm) -> HttpResponse {
    take(&form).await.unwrap_or_else(|instead| instead)
}

async fn show(admin: &Admin, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    let query = form::query(admin, http.query_string(), &["alg"])?;
    let alg = algorithm(admin, query.one("alg"))?;
    admin.proven_recently(&back(alg))?;
    let (longest, now) = (longest_token(admin).await?, admin.cx.now);
    let keys = &admin.cx.services.keys;
    let plan = |at_once| keys.plan_rotation(alg, (now, at_once));
    let (soon, at_once) = (plan(false), plan(true));
    let planned = match (&soon, &at_once) {
        (_, Err(NoRotation::Planned { activate_at, .. }))
        | (Err(NoRotation::Planned { activate_at, .. }), _) => Some(Moment(*activate_at)),
        _ => None,
    };
    let view = RotatePage {
        shell: admin.shell(Section::Keys, "Rotate"),
        alg: alg.as_str(),
        soon: soon.ok().map(|plan| offer(&plan)),
        at_once: at_once.ok().map(|plan| offer(&plan)),
        planned,
        delays: Delays::of(now, longest),
        published_for: keys.times().retire_after.in_words(),
        least_lead: LEAST_LEAD.in_words(),
    };
    Ok(answer(admin, StatusCode::OK, &view))
}

async fn take(form: &AdminForm) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &["alg", "when", "kid"])?;
    let (admin, fields) = (&form.admin, &form.fields);
    let alg = algorithm(admin, fields.one("alg"))?;
    admin.proven_recently(&back(alg))?;
    let at_once = match fields.one("when") {
        Some("soon") => false,
        Some("now") => true,
        Some(_) | None => return Err(form::bad_address(admin)),
    };
    let planned = admin.cx.services.keys.plan_rotation(alg, (admin.cx.now, at_once));
    // What was shown is what is done.
    let plan = planned
        .ok()
        .filter(|plan| fields.one("kid") == Some(plan.promised.kid.as_str()));
    let plan = plan.ok_or_else(|| changed_meanwhile(admin))?;
    let words = done(&plan, admin.cx.now);
    let (services, act) = (Arc::clone(&admin.cx.services), admin.act());
    let done = web::block(move || services.keys.promote(&services.store, &act, &plan.promised));
    match done.await {
        Ok(Ok(Some(_))) => Ok(admin.done(Section::Keys.path(), &words)),
        Ok(Ok(None)) => Err(changed_meanwhile(admin)),
        Ok(Err(error)) => Err(admin.failed(Failure::from(error))),
        Err(_) => Err(admin.failed(Failure::Broken(Broken::Overloaded("keys")))),
    }
}

/// What is told when it is done: no less than was warned of.
fn done(plan: &RotationPlan, now: UnixTime) -> String {
    let promised = &plan.promised;
    let when = if promised.activate_at <= now {
        "signs now".to_owned()
    } else {
        format!("signs from {}", Moment(promised.activate_at).words())
    };
    let effect = if plan.is_hasty() {
        let until = Moment(now.plus(LIBRARIES)).words();
        format!("libraries that hold an older key set may refuse new ones until {until} by their defaults")
    } else {
        "no verifier meets a key that it does not know".to_owned()
    };
    format!(
        "Done: {} {when}. No token that is out is refused; {effect}.",
        promised.kid
    )
}

fn back(alg: KeyAlgorithm) -> String {
    format!("{}/rotate?alg={}", Section::Keys.path(), alg.as_str())
}

fn algorithm(admin: &Admin, asked: Option<&str>) -> Result<KeyAlgorithm, HttpResponse> {
    let mut all = KeyAlgorithm::ALL.into_iter();
    all.find(|alg| asked == Some(alg.as_str()))
        .ok_or_else(|| form::bad_address(admin))
}

fn offer(plan: &RotationPlan) -> Offer {
    Offer {
        kid: plan.promised.kid.as_str().to_owned(),
        replaces: plan.replaces.as_str().to_owned(),
        signs_from: Moment(plan.promised.activate_at),
        lead: plan.promised.lead.in_words(),
        hasty: plan.is_hasty(),
        crowded: plan.is_crowded(),
        published: plan.published,
    }
}

pub(super) fn changed_meanwhile(admin: &Admin) -> HttpResponse {
    let advice =
        "Nothing was done. Look at the keys again: another administrator, or the timetable, was faster.";
    problem::say(
        admin,
        StatusCode::CONFLICT,
        "The keys were changed meanwhile",
        advice,
    )
}
