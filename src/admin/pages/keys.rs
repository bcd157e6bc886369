//! Signing keys: their timetable, who has fetched the present set, rotation and emergency revocation.

mod revoke;
mod rotate;
mod timeline;

use crate::admin::access::Admin;
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::keys::fetchers::MOST;
use crate::keys::impact;
use crate::store::KeySetFetch;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use timeline::Timeline;
use vouchsafe_core::decide::key_phases::{KeyPhases, phases};
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{KeyAlgorithm, SigningKey, Span, UnixTime};

/// Mounts the pages.
pub(crate) fn mount(app: &mut ServiceConfig) {
    let path = crate::admin::path;
    app.route(&path("keys"), web::get().to(get))
        .service(
            web::resource(path("keys/rotate"))
                .route(web::get().to(rotate::get))
                .route(web::post().to(rotate::post)),
        )
        .service(
            web::resource(path("keys/{kid}/revoke"))
                .route(web::get().to(revoke::get))
                .route(web::post().to(revoke::post)),
        );
}

#[derive(Template)]
#[template(path = "admin/keys.html")]
struct KeysPage {
    shell: Shell,
    interval: String,
    next: Option<Moment>,
    timeline: Timeline,
    rows: Vec<KeyRow>,
    algorithms: Vec<&'static str>,
    readers: Readers,
    clock: Option<String>,
}

/// A key as a line of the table.
struct KeyRow {
    kid: String,
    alg: &'static str,
    state: KeyState,
    published_from: Moment,
    signs_from: Option<Moment>,
    published_until: Moment,
    revoked_at: Option<Moment>,
}

impl KeyRow {
    /// The state.
    const fn name(&self) -> &'static str {
        match self.state {
            KeyState::Next => "Next",
            KeyState::Active => "Active",
            KeyState::Retiring => "Retiring",
            KeyState::Removed => "Removed",
            KeyState::Revoked => "Revoked",
        }
    }

    /// What the state means.
    const fn meaning(&self) -> &'static str {
        match self.state {
            KeyState::Next => "published, does not sign yet",
            KeyState::Active => "signs",
            KeyState::Retiring => "verifies only",
            KeyState::Removed => "everything it signed has expired",
            KeyState::Revoked => "taken out of use",
        }
    }

    const fn class(&self) -> &'static str {
        match self.state {
            KeyState::Active => "ok",
            KeyState::Revoked => "bad",
            KeyState::Next | KeyState::Retiring | KeyState::Removed => "",
        }
    }

    /// Whether it can be revoked: it stands in the key set.
    const fn is_published(&self) -> bool {
        matches!(self.state, KeyState::Next | KeyState::Active | KeyState::Retiring)
    }
}

/// Who fetched the key set.
pub(super) struct Readers {
    rows: Vec<Reader>,
    current: usize,
    full: bool,
}

/// Somebody who fetched the key set.
struct Reader {
    agent: String,
    network: String,
    at: Moment,
    is_current: bool,
}

/// `GET /admin/keys`.
async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    show(&admin, &http).await.unwrap_or_else(|instead| instead)
}

async fn show(admin: &Admin, http: &HttpRequest) -> Result<HttpResponse, HttpResponse> {
    form::query(admin, http.query_string(), &[])?;
    let (services, now) = (&admin.cx.services, admin.cx.now);
    let states = services.keys.states(now);
    let keys: Vec<SigningKey> = states.into_iter().map(|(row, _)| row).collect();
    let mut dated: Vec<(&SigningKey, KeyPhases)> = keys
        .iter()
        .map(|key| (key, phases(key, &keys, services.keys.times(), now)))
        .collect();
    dated.sort_by_key(|(key, _)| (key.alg, std::cmp::Reverse(key.seq)));
    let next = dated.iter().filter(|(_, dates)| dates.state == KeyState::Next);
    let next = next.filter_map(|(_, dates)| dates.signs_from).min();
    let off_by = services.ports.clock.too_far_off();
    let view = KeysPage {
        shell: admin.shell(Section::Keys, "Signing keys"),
        interval: services.keys.times().interval.in_words(),
        next: next.map(Moment),
        timeline: Timeline::of(&dated, now),
        algorithms: algorithms(&keys),
        rows: dated.iter().map(|(key, dates)| row(key, dates)).collect(),
        readers: readers(admin).await?,
        clock: off_by.map(|off_by| format!("{} ms", off_by.millis())),
    };
    Ok(answer(admin, StatusCode::OK, &view))
}

fn algorithms(keys: &[SigningKey]) -> Vec<&'static str> {
    let used = |alg: &KeyAlgorithm| keys.iter().any(|key| key.alg == *alg);
    KeyAlgorithm::ALL
        .iter()
        .filter(|alg| used(alg))
        .map(|alg| alg.as_str())
        .collect()
}

fn row(key: &SigningKey, dates: &KeyPhases) -> KeyRow {
    KeyRow {
        kid: key.kid.as_str().to_owned(),
        alg: key.alg.as_str(),
        state: dates.state,
        published_from: Moment(dates.published_from),
        signs_from: dates.signs_from.map(Moment),
        published_until: Moment(dates.published_until),
        revoked_at: key.revoked_at.map(Moment),
    }
}

/// Everybody who fetched the key set lately, and who has the present edition.
async fn readers(admin: &Admin) -> Result<Readers, HttpResponse> {
    let services = std::sync::Arc::clone(&admin.cx.services);
    let known = admin
        .cx
        .store()
        .read("key-set-fetches", move |tx| services.fetchers.all(tx));
    let known = known.await.map_err(|error| admin.failed(error))?;
    let etag = admin.cx.services.keys.document(admin.cx.now).etag.clone();
    let rows: Vec<Reader> = known.iter().map(|fetch| reader(fetch, &etag)).collect();
    Ok(Readers {
        current: rows.iter().filter(|reader| reader.is_current).count(),
        full: rows.len() >= MOST,
        rows,
    })
}

fn reader(fetch: &KeySetFetch, etag: &str) -> Reader {
    Reader {
        agent: fetch.agent.clone(),
        network: fetch.network.clone(),
        at: Moment(fetch.last_at),
        is_current: fetch.etag == etag,
    }
}

/// The longest life of a token that a key signs.
async fn longest_token(admin: &Admin) -> Result<Span, HttpResponse> {
    let (services, now) = (std::sync::Arc::clone(&admin.cx.services), admin.cx.now);
    let longest = admin.cx.store().read("longest-token", move |tx| {
        impact::longest_token(tx, now, &services.config.tokens)
    });
    longest.await.map_err(|error| admin.failed(error))
}

/// What it means for verifiers, in the words that the pages before a change use.
struct Delays {
    server: String,
    feed: String,
    key_set: String,
    libraries: String,
    longest_token: String,
    until: Moment,
}

impl Delays {
    fn of(now: UnixTime, longest_token: Span) -> Self {
        Self {
            server: impact::SERVER.in_words(),
            feed: impact::FEED.in_words(),
            key_set: impact::KEY_SET.in_words(),
            libraries: impact::LIBRARIES.in_words(),
            longest_token: longest_token.in_words(),
            until: Moment(now.plus(impact::LIBRARIES)),
        }
    }
}
