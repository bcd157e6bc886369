//! The token endpoint.

mod authorization_code;
mod client_authentication;
mod client_credentials;
mod refresh_token;
