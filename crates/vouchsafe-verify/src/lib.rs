//! Checks the access tokens of a vouchsafe (or any RFC 9068) issuer with nothing but the issuer's public keys.

pub mod access_token;
#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "fetch")]
pub mod bearer;
mod cache;
pub mod error;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod id_token;
mod json;
pub mod jwk;
pub mod jwks;
pub mod jws;
pub mod scope;
mod verified;
mod verifier;

pub use access_token::AccessToken;
#[cfg(feature = "fetch")]
pub use bearer::{AnyScope, Bearer, Rule};
pub use error::Rejection;
#[cfg(feature = "fetch")]
pub use fetch::RemoteVerifier;
pub use id_token::{IdToken, IdTokenVerifier};
pub use jwks::Jwks;
pub use verified::Verified;
pub use verifier::Verifier;
