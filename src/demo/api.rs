//! The demo API: a resource server that checks tokens with the issuer's keys and its own name, and nothing else.

use super::view::ApiPage;
use actix_web::{HttpResponse, web};
use serde_json::json;
use vouchsafe_verify::{Bearer, Rule};

/// The scope that `GET /orders` needs.
pub const READ: &str = "orders:read";
/// The scope that `POST /orders` needs. The demo app never has it.
pub const WRITE: &str = "orders:write";

/// The scopes that the API owns, with their permissions in words.
pub const SCOPES: [(&str, &str); 2] = [(READ, "Read your orders"), (WRITE, "Place orders in your name")];

struct ReadOrders;

impl Rule for ReadOrders {
    const SCOPE: &'static str = READ;
}

struct WriteOrders;

impl Rule for WriteOrders {
    const SCOPE: &'static str = WRITE;
}

/// Mounts the API. Its [`vouchsafe_verify::RemoteVerifier`] is app data.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(page))
        .configure(crate::web::assets::routes)
        .service(
            web::resource("/orders")
                .route(web::get().to(list))
                .route(web::post().to(place)),
        );
}

async fn list(token: Bearer<ReadOrders>) -> HttpResponse {
    let orders = json!([
        {"id": 1, "item": "Copper lantern", "state": "sent"},
        {"id": 2, "item": "Tide table, harbour edition", "state": "packed"},
    ]);
    HttpResponse::Ok().json(json!({"sub": token.sub, "scope": token.scope.as_str(), "orders": orders}))
}

async fn place(token: Bearer<WriteOrders>) -> HttpResponse {
    HttpResponse::Created().json(json!({"sub": token.sub, "scope": token.scope.as_str(), "id": 3}))
}

async fn page() -> HttpResponse {
    super::view::answer(ApiPage {}.render())
}
