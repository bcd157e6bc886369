//! The protocol endpoints: a file is an endpoint, a folder an endpoint with parts.

pub mod authorize;
mod bearer;
pub mod client_auth;
pub mod engine;
pub mod introspect;
pub mod jwks;
pub mod metadata;
mod presented;
pub mod register;
pub mod response_mode;
pub mod revocations;
pub mod revoke;
pub mod status_lists;
pub mod token;
pub mod userinfo;

use crate::cx::Cx;
use crate::web::{methods, urls};
use actix_web::web;
use actix_web::web::{ServiceConfig, resource};

/// The route table of the protocol endpoints.
pub fn mount(app: &mut ServiceConfig) {
    app.service(
        resource(vec![
            urls::OPENID_CONFIGURATION,
            urls::AUTHORIZATION_SERVER_METADATA,
        ])
        .route(web::route().guard(methods::reads()).to(metadata::metadata))
        .route(web::method(actix_web::http::Method::OPTIONS).to(metadata::preflight)),
    )
    .service(
        resource(urls::JWKS)
            .route(web::route().guard(methods::reads()).to(jwks::jwks))
            .route(web::method(actix_web::http::Method::OPTIONS).to(metadata::preflight)),
    )
    .service(
        resource(urls::TOKEN)
            .route(web::post().to(token::token))
            .route(web::method(actix_web::http::Method::OPTIONS).to(token::preflight)),
    )
    .service(
        resource(urls::USERINFO)
            .route(web::get().to(userinfo::by_header))
            .route(web::post().to(userinfo::by_header_or_form))
            .route(web::method(actix_web::http::Method::OPTIONS).to(userinfo::preflight)),
    )
    .service(
        resource(urls::REVOKE)
            .route(web::post().to(revoke::revoke))
            .route(web::method(actix_web::http::Method::OPTIONS).to(revoke::preflight)),
    )
    .service(
        resource(urls::REGISTER)
            .route(web::post().to(register::register))
            .route(web::route().to(async |cx: Cx| register::other_method(&cx, "POST"))),
    )
    .service(
        resource(urls::REGISTERED_CLIENT)
            .route(web::get().to(register::manage::read))
            .route(web::put().to(register::manage::replace))
            .route(web::delete().to(register::manage::delete))
            .route(web::route().to(async |cx: Cx| register::other_method(&cx, "GET, PUT, DELETE"))),
    )
    .service(resource(urls::INTROSPECT).route(web::post().to(introspect::introspect)))
    .service(
        resource(urls::REVOCATIONS)
            .route(web::get().to(revocations::revocations))
            .route(web::method(actix_web::http::Method::OPTIONS).to(metadata::preflight)),
    )
    .service(
        resource(urls::REVOCATIONS_STREAM)
            .route(web::get().to(revocations::stream))
            .route(web::method(actix_web::http::Method::OPTIONS).to(metadata::preflight)),
    )
    .service(
        resource(urls::STATUS_LIST)
            .route(web::route().guard(methods::reads()).to(status_lists::status_list))
            .route(web::method(actix_web::http::Method::OPTIONS).to(metadata::preflight)),
    )
    .configure(authorize::mount);
}
