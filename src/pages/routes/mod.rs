//! The pages of an interaction, of an invitation, and the one for signing out, as they are asked for and sent back. A file is a page's GET
//! and POST.
//!
//! A page marks what the person did and returns to the hub; it knows no other page and no client.

mod account;
mod arrival;
mod consent;
mod invitation;
mod login;
mod logo;
mod logout;
mod suspended;
mod told;

pub use told::{in_words, not_found};

use crate::web::{methods, urls};
use actix_web::Resource;
use actix_web::web::{self, ServiceConfig};

/// Mounts the pages.
pub fn mount(app: &mut ServiceConfig) {
    app.service(methods::read(urls::LOGO, logo::get))
        .service(
            page("login")
                .route(web::get().to(login::get))
                .route(web::post().to(login::post)),
        )
        .service(
            page("account")
                .route(web::get().to(account::get))
                .route(web::post().to(account::post)),
        )
        .service(
            page("consent")
                .route(web::get().to(consent::get))
                .route(web::post().to(consent::post)),
        )
        .service(
            page("suspended")
                .route(web::get().to(suspended::get))
                .route(web::post().to(suspended::post)),
        )
        .service(
            web::resource(urls::INVITATION)
                .route(web::get().to(invitation::get))
                .route(web::post().to(invitation::post)),
        )
        .route(urls::INVITATION_ACCEPTED, web::get().to(invitation::accepted))
        .service(
            web::resource(urls::LOGOUT)
                .route(web::get().to(logout::get))
                .route(web::post().to(logout::post)),
        );
}

fn page(name: &str) -> Resource {
    web::resource(format!("{}/{name}", urls::INTERACTION))
}
