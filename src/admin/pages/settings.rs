//! The settings: the few that are changed here, and the configuration in effect with where each value came from.

use super::applications::capital;
use super::layout::{Section, Shell, answer};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::path;
use crate::site::{self, Updated};
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use vouchsafe_core::model::SiteSettings;
use vouchsafe_core::spec::redirect_uri;

/// The fields of the form.
const FIELDS: [&str; 5] = ["version", "site_name", "support_url", "privacy_url", "terms_url"];

/// Mounts the page.
pub fn mount(app: &mut ServiceConfig) {
    app.service(
        web::resource(path("settings"))
            .route(web::get().to(get))
            .route(web::post().to(post)),
    );
}

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct SettingsPage {
    shell: Shell,
    errors: Errors,
    host: String,
    version: i64,
    /// Whether somebody else changed the settings while this form was open.
    stale: bool,
    site_name: String,
    support_url: String,
    privacy_url: String,
    terms_url: String,
    groups: Vec<Group>,
}

/// The keys of one section of the configuration.
struct Group {
    name: String,
    rows: Vec<Row>,
}

/// A key of the configuration.
struct Row {
    key: &'static str,
    value: Option<String>,
    source: String,
}

/// `GET /admin/settings`.
async fn get(admin: Admin, http: HttpRequest) -> HttpResponse {
    let shown = async {
        form::query(&admin, http.query_string(), &[])?;
        let (version, settings) = read(&admin).await?;
        let page = page(&admin, version, &settings);
        Ok(answer(&admin, StatusCode::OK, &page))
    };
    shown.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// `POST /admin/settings`.
async fn post(form: AdminForm) -> HttpResponse {
    take(&form).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm) -> Result<HttpResponse, HttpResponse> {
    form::only(form, &FIELDS)?;
    let admin = &form.admin;
    let field = |name: &str| form.fields.one(name).map(str::to_owned);
    let wish = SiteSettings {
        site_name: field("site_name"),
        support_url: field("support_url"),
        privacy_url: field("privacy_url"),
        terms_url: field("terms_url"),
    };
    // A version that is none is one that nobody has.
    let version = form
        .fields
        .one("version")
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let (act, wanted) = (admin.act(), wish.clone());
    let updated = admin.cx.store().write("site-settings", move |tx| {
        site::update(tx, &act, version, wanted.clone())
    });
    match updated.await.map_err(|error| admin.failed(error))? {
        Updated::Done(..) => {
            let words = "Saved. Every node shows it within a second.";
            Ok(admin.done(&path("settings"), words))
        }
        Updated::Refused(problem) => {
            let mut page = page(admin, version, &wish);
            page.errors = Errors::one(
                problem.field,
                format!("{}: {}", name(problem.field), problem.rule),
            );
            Ok(answer(admin, StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Updated::Stale(current) => {
            let mut page = page(admin, current, &wish);
            page.stale = true;
            Ok(answer(admin, StatusCode::CONFLICT, &page))
        }
    }
}

async fn read(admin: &Admin) -> Result<(i64, SiteSettings), HttpResponse> {
    let read = admin.cx.store().read("site-settings", site::read);
    read.await.map_err(|error| admin.failed(error))
}

/// A setting as the form calls it.
fn name(field: &str) -> &'static str {
    match field {
        "site_name" => "Name",
        "support_url" => "Help",
        "privacy_url" => "Privacy policy",
        _ => "Terms of use",
    }
}

fn page(admin: &Admin, version: i64, settings: &SiteSettings) -> SettingsPage {
    let shown = |text: &Option<String>| text.clone().unwrap_or_default();
    SettingsPage {
        shell: admin.shell(Section::Settings, "Settings"),
        errors: Errors::default(),
        host: redirect_uri::host(&admin.cx.config().issuer),
        version,
        stale: false,
        site_name: shown(&settings.site_name),
        support_url: shown(&settings.support_url),
        privacy_url: shown(&settings.privacy_url),
        terms_url: shown(&settings.terms_url),
        groups: groups(admin),
    }
}

/// The configuration in effect, section by section, without secrets.
fn groups(admin: &Admin) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for setting in admin.cx.config().settings() {
        let section = setting
            .key
            .split_once('.')
            .map_or("server", |(section, _)| section);
        let name = capital(&section.replace('_', " "));
        let row = Row {
            key: setting.key,
            value: setting.value.clone(),
            source: setting.source.to_string(),
        };
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                name,
                rows: vec![row],
            }),
        }
    }
    groups
}
