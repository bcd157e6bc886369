//! The token endpoint.

mod authorization_code;
mod client_authentication;
mod client_credentials;
pub(crate) mod private_key_jwt;
mod refresh_token;
