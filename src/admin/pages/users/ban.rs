//! Banning a person: for how long, with what reason, and how soon it takes effect.

use super::new::sentence;
use super::{Exposed, Named, exposure, path_of, person, proven_for};
use crate::accounts::administration::{self, Ban};
use crate::accounts::person_acts::PersonAct;
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::moment::{self, Moment};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use vouchsafe_core::model::{Span, UnixTime, User};

const PROOF: (PersonAct, &str) = (PersonAct::Ban, "/ban");

/// How long a ban may last, as the page offers it; the last one has a field of its own.
const LASTS: [(&str, &str); 6] = [
    ("for-good", "Until it is lifted"),
    ("1h", "For an hour"),
    ("1d", "For a day"),
    ("7d", "For seven days"),
    ("30d", "For thirty days"),
    ("until", "Until the time below"),
];

#[derive(Template)]
#[template(path = "admin/users/ban.html")]
struct BanPage {
    shell: Shell,
    errors: Errors,
    who: Named,
    out: Exposed,
    typed: Typed,
    choices: [(&'static str, &'static str); 6],
    now: Moment,
}

struct Typed {
    /// The version of the ban that the page was made of.
    shown: String,
    lasts: String,
    until: String,
    reason: String,
}

/// `GET /admin/users/{sub}/ban`.
pub(super) async fn get(admin: Admin, sub: web::Path<String>) -> HttpResponse {
    let shown = async {
        let user = person(&admin, &sub).await?;
        proven_for(&admin, &user, PROOF)?;
        page(&admin, &user, Typed::of_person(&user), Errors::default()).await
    };
    shown.await.unwrap_or_else(|instead| instead)
}

/// `POST /admin/users/{sub}/ban`.
pub(super) async fn post(form: AdminForm, sub: web::Path<String>) -> HttpResponse {
    take(&form, &sub).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm, sub: &str) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &["shown", "lasts", "until", "reason"])?;
    let admin = &form.admin;
    let user = person(admin, sub).await?;
    proven_for(admin, &user, PROOF)?;
    let text = |name| form.fields.one(name).unwrap_or_default().trim();
    let typed = Typed {
        shown: text("shown").to_owned(),
        lasts: text("lasts").to_owned(),
        until: text("until").to_owned(),
        reason: text("reason").replace("\r\n", "\n"),
    };
    let ban = match typed.read(admin.cx.now) {
        Ok(ban) => ban,
        Err(errors) => return page(admin, &user, typed, errors).await,
    };
    let (act, id, shown) = (admin.act(), user.id.clone(), typed.shown.clone());
    let done = admin
        .cx
        .store()
        .write("ban-user", move |tx| match db!(tx, users::lock(&id))? {
            Some(now) if version(&now) != shown => Ok(Err(Box::new(now))),
            Some(_) | None => administration::ban(tx, &act, &id, &ban).map(Ok),
        });
    match done.await {
        Ok(Ok(Some(_))) => {
            let words = "The person is banned. All sessions and grants are ended.";
            Ok(admin.done(&path_of(&user.id), words))
        }
        Ok(Ok(None)) => Err(admin.not_found()),
        Ok(Err(now)) => stale(admin, &now, typed).await,
        Err(error) => Err(super::failed(admin, error)),
    }
}

/// Names what the page shows of a ban.
fn version(user: &User) -> String {
    form::version(&(user.banned_at, user.banned_until, &user.ban_reason))
}

/// 409, with what was typed: who reads what it says may save it all the same.
async fn stale(admin: &Admin, now: &User, typed: Typed) -> Result<HttpResponse, HttpResponse> {
    let shown = version(now);
    let errors = Errors::one("user-ban-form", form::CHANGED_SINCE);
    let mut response = page(admin, now, Typed { shown, ..typed }, errors).await?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

impl Typed {
    /// The ban that stands, to be changed.
    fn of_person(user: &User) -> Self {
        Self {
            shown: version(user),
            lasts: if user.banned_until.is_some() {
                "until"
            } else {
                "for-good"
            }
            .to_owned(),
            until: user.banned_until.map(moment::field).unwrap_or_default(),
            reason: user.ban_reason.clone().unwrap_or_default(),
        }
    }

    fn read(&self, now: UnixTime) -> Result<Ban, Errors> {
        let lasts = |span| Ok(Some(now.plus(span)));
        let until = match self.lasts.as_str() {
            "for-good" => Ok(None),
            "1h" => lasts(Span::from_hours(1)),
            "1d" => lasts(Span::from_days(1)),
            "7d" => lasts(Span::from_days(7)),
            "30d" => lasts(Span::from_days(30)),
            "until" => moment::typed(&self.until)
                .map(Some)
                .ok_or_else(|| Errors::one("until", "Until: say when the ban ends")),
            _ => Err(Errors::one("lasts", "How long: choose one of the answers")),
        }?;
        let ban = Ban {
            until,
            reason: (!self.reason.is_empty()).then(|| self.reason.clone()),
        };
        match ban.check(now) {
            Ok(()) => Ok(ban),
            Err(problem) => Err(Errors::one(problem.field(), sentence(&problem))),
        }
    }
}

async fn page(
    admin: &Admin,
    user: &User,
    typed: Typed,
    errors: Errors,
) -> Result<HttpResponse, HttpResponse> {
    let status = errors.status();
    let view = BanPage {
        shell: admin.shell(Section::Users, "Ban"),
        errors,
        who: Named::of(admin, user),
        out: exposure(admin, &user.id).await?,
        typed,
        choices: LASTS,
        now: Moment(admin.cx.now),
    };
    Ok(answer(admin, status, &view))
}
