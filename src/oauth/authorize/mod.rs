//! RFC 6749 §4.1 — from an authorization request to its code: the endpoint, its checks, and the hub between pages.

mod endpoint;
mod hub;
mod issue;
mod itinerary;
mod respond;

use crate::web::urls;
use actix_web::web;

/// Mounts the endpoint and the hub.
pub fn mount(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource(urls::AUTHORIZE)
                .route(web::get().to(endpoint::get))
                .route(web::post().to(endpoint::post)),
        )
        .service(web::resource(urls::INTERACTION).route(web::get().to(hub::get)));
}
