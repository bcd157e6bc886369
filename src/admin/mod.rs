//! The administration as pages, for people who administer the server. A page `x` is `pages/x.rs` and
//! `templates/admin/x.html`; every handler takes an [`access::Admin`], which only an administrator's session gives.

pub mod access;
pub mod api;
mod form;
mod moment;
mod notice;
pub mod pages;

use crate::web::urls;
use actix_web::web::ServiceConfig;

/// Mounts the pages.
pub fn mount(app: &mut ServiceConfig) {
    app.configure(api::mount)
        .configure(pages::sign_in::mount)
        .configure(pages::confirm::mount)
        .configure(pages::setup::mount)
        .configure(pages::overview::mount)
        .configure(pages::applications::mount)
        .configure(pages::apis::mount)
        .configure(pages::registration::mount)
        .configure(pages::users::mount)
        .configure(pages::sessions::mount)
        .configure(pages::admin_sessions::mount)
        .configure(pages::keys::mount)
        .configure(pages::audit::mount)
        .configure(pages::panic::mount)
        .configure(pages::settings::mount)
        .configure(pages::reference::mount)
        // Last: whatever else is below.
        .configure(pages::problem::mount);
}

/// The path of a page below `/admin`.
fn path(page: &str) -> String {
    format!("{}/{page}", urls::ADMIN)
}
