//! The overview: what goes on at this server.

use super::layout::{Section, Shell, answer};
use crate::admin::access::Admin;
use crate::web::urls;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use askama::Template;

/// Mounts the page.
pub fn mount(app: &mut ServiceConfig) {
    app.route(urls::ADMIN, web::get().to(get));
}

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    shell: Shell,
}

/// `GET /admin`.
async fn get(admin: Admin) -> HttpResponse {
    let page = OverviewPage {
        shell: admin.shell(Section::Overview, "Overview"),
    };
    answer(&admin, StatusCode::OK, &page)
}
