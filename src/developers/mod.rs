//! The pages for developers, in English (docs/adr/0007): what the server serves in readable form, the catalogue of
//! errors, the token inspector and the playground. They are public and stateless: whatever they show is public already,
//! and a browser that tries the playground keeps its attempt itself.

mod claims;
mod endpoints;
mod errors;
mod inspector;
mod layout;
mod playground;
mod start;

use crate::web::{methods, urls};
use actix_web::web::{self, ServiceConfig};

/// The metadata document as it is served: the pages show nothing else.
pub struct Published(pub web::Bytes);

/// Mounts the pages.
pub fn mount(app: &mut ServiceConfig) {
    app.service(methods::read(urls::DEVELOPERS, start::get))
        .service(methods::read(urls::ERRORS_PAGE, errors::get))
        .service(methods::read(urls::TOKEN_INSPECTOR, inspector::get))
        .service(methods::read(urls::PLAYGROUND, playground::get))
        .service(methods::read(urls::PLAYGROUND_REQUEST, playground::request::get))
        .service(methods::read(
            urls::PLAYGROUND_CLIENT_CREDENTIALS,
            playground::client_credentials,
        ))
        .service(methods::read(
            urls::PLAYGROUND_CALLBACK,
            playground::callback::get,
        ));
}
