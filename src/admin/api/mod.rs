//! The administration for programs: `/api/v1`. One table of routes ([`routes`]) says of each what it needs, takes and
//! gives; requests are read by it, and the OpenAPI document is made from it.

mod admin_sessions;
mod answer;
mod apis;
mod audit;
mod call;
mod caller;
mod client_settings;
mod clients;
mod ended;
mod grants;
mod idempotency;
mod initial_tokens;
mod invitations;
mod json;
mod keys;
mod openapi;
mod operation;
mod problem;
mod quota;
pub mod routes;
mod schemas;
mod secrets;
mod serve;
mod sessions;
mod settings;
mod statistics;
mod user_acts;
mod users;

pub use caller::{Permission, SignIn};
pub(super) use openapi::describe;
pub use operation::{Route, Verb};
pub use problem::Code;

use crate::web::{methods, urls};
use actix_web::web::ServiceConfig;

/// Mounts the API and what describes it.
pub fn mount(app: &mut ServiceConfig) {
    app.service(methods::read(urls::OPENAPI, openapi::document))
        .service(serve::scope());
}
