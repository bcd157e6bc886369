//! The overview: what happened, what needs attention, and what a new installation still lacks.

mod period;
mod plot;

use super::layout::{Section, Shell, answer};
use crate::admin::access::Admin;
use crate::attention::{self, Attention, Health, Step};
use crate::statistics::{self, Bucket};
use crate::web::urls;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use period::{Period, Slot};
use plot::{Plot, Series};
use vouchsafe_core::spec::params::Params;

/// Mounts the page.
pub fn mount(app: &mut ServiceConfig) {
    app.route(urls::ADMIN, web::get().to(get));
}

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    shell: Shell,
    checklist: Vec<Step>,
    attention: Vec<Notice>,
    health: Vec<Health>,
    period: Period,
    plots: Vec<Plot>,
}

/// Something to look at, in words.
struct Notice {
    badge: &'static str,
    tone: &'static str,
    words: String,
    path: String,
}

impl OverviewPage {
    #[expect(clippy::unused_self, reason = "templates ask their page")]
    const fn periods(&self) -> [Period; 3] {
        Period::ALL
    }
}

/// `GET /admin`.
async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    let query = Params::parse(http.query_string().as_bytes()).unwrap_or_default();
    let (period, now) = (Period::parse(query.one("period")), admin.cx.now);
    let read = admin.cx.store().read("overview", move |tx| {
        let counted = statistics::read(tx, period.resolution(), (period.first(now), now))?;
        Ok((counted, attention::look(tx, now)?))
    });
    let (counted, looked) = match read.await {
        Ok(read) => read,
        Err(error) => return admin.failed(error),
    };
    let services = &admin.cx.services;
    let page = OverviewPage {
        shell: admin.shell(Section::Overview, "Overview"),
        checklist: looked.checklist(&services.config.issuer),
        attention: looked.attention(services, now).iter().map(notice).collect(),
        health: attention::health(services, now),
        period,
        plots: plots(period, &counted),
    };
    answer(&admin, StatusCode::OK, &page)
}

const ANSWERS: &str = "answers of the token endpoint";

/// The grants that tokens are plotted by: their names, how they are drawn, and the `grant_type`.
const GRANTS: [(&str, &str, &str); 3] = [
    ("Authorization code", "plain", "authorization_code"),
    ("Refresh token", "good", "refresh_token"),
    ("Client credentials", "other", "client_credentials"),
];

fn plots(period: Period, counted: &[Bucket]) -> Vec<Plot> {
    let (slots, grouped): (Vec<Slot>, Vec<&[Bucket]>) = period.slots(counted).into_iter().unzip();
    let series = |name, class, of: &dyn Fn(&[Bucket]) -> Option<i64>| Series {
        name,
        class,
        values: grouped.iter().map(|slot| of(slot)).collect(),
    };
    let sum = |of: fn(&Bucket) -> i64| move |slot: &[Bucket]| Some(slot.iter().map(of).sum());
    let most = |of: fn(&Bucket) -> Option<i64>| move |slot: &[Bucket]| slot.iter().filter_map(of).max();
    vec![
        Plot::new(
            ("sign-ins", "Sign-ins", "attempts"),
            &slots,
            vec![
                series("Signed in", "good", &sum(|bucket| bucket.sign_ins)),
                series("Failed", "bad", &sum(|bucket| bucket.sign_ins_failed)),
            ],
            true,
        ),
        Plot::new(
            ("tokens", "Tokens issued, by grant", ANSWERS),
            &slots,
            Vec::from(GRANTS.map(|(name, class, grant)| {
                let issued = |slot: &[Bucket]| Some(slot.iter().map(|bucket| bucket.issued_for(grant)).sum());
                series(name, class, &issued)
            })),
            true,
        ),
        Plot::new(
            ("refusals", "Refused at the token endpoint", ANSWERS),
            &slots,
            vec![
                series("Refused", "bad", &sum(|bucket| bucket.tokens_with("refused"))),
                series(
                    "Fault of ours",
                    "worst",
                    &sum(|bucket| bucket.tokens_with("fault")),
                ),
            ],
            true,
        ),
        Plot::new(
            ("sessions", "Sessions that stand", "sessions"),
            &slots,
            vec![series("Sessions", "plain", &most(|bucket| bucket.sessions))],
            true,
        ),
        Plot::new(
            ("durations", "95 of 100 are faster than", "ms"),
            &slots,
            vec![
                series("Token endpoint", "plain", &most(|bucket| bucket.token_p95_millis)),
                series("Passwords", "other", &most(|bucket| bucket.password_p95_millis)),
            ],
            false,
        ),
    ]
}

fn notice(attention: &Attention) -> Notice {
    let of = |client: &dyn std::fmt::Display| format!("/admin/applications/{client}");
    let keys = || "/admin/keys".to_owned();
    let (badge, tone, words, path) = match attention {
        Attention::SecretEnds { client_id, ends_at } => (
            "Secret",
            "warn",
            format!("The last secret of {client_id} stops working on {}.", day(*ends_at)),
            of(client_id),
        ),
        Attention::ClientUnused { client_id } => (
            "Unused",
            "",
            format!("{client_id} was given nothing for 90 days. An application that is gone should be disabled."),
            of(client_id),
        ),
        Attention::HttpRedirect {
            client_id,
            redirect_uri,
        } => (
            "Insecure",
            "bad",
            format!("{client_id} takes codes over http at {redirect_uri}. Anybody on the way can read them."),
            of(client_id),
        ),
        Attention::NoNextKey { alg } => (
            "Keys",
            "warn",
            format!("There is no next key for {alg}: the coming rotation cannot happen."),
            keys(),
        ),
        Attention::CannotSign { why } => (
            "Keys",
            "bad",
            format!("No token can be signed: {why}."),
            keys(),
        ),
        Attention::PublisherLate { seconds } => (
            "Events",
            "bad",
            format!("Events were last numbered {seconds} seconds ago. Resource servers hear late of what ends."),
            "/admin/audit".to_owned(),
        ),
        Attention::OneAdministrator => (
            "People",
            "",
            "One person administers the server. Make somebody else an administrator too, so that one can help the other."
                .to_owned(),
            "/admin/users".to_owned(),
        ),
    };
    Notice {
        badge,
        tone,
        words,
        path,
    }
}

fn day(seconds: i64) -> String {
    let format = time::macros::format_description!("[day padding:none] [month repr:long] [year]");
    let at = time::OffsetDateTime::from_unix_timestamp(seconds).ok();
    at.and_then(|at| at.format(format).ok()).unwrap_or_default()
}
