//! Checks the access tokens of a vouchsafe (or any RFC 9068) issuer with nothing but the issuer's public keys.

pub mod access_token;
mod cache;
pub mod error;
pub mod id_token;
mod json;
pub mod jwk;
pub mod jwks;
pub mod jws;
pub mod scope;
mod verified;
mod verifier;

pub use access_token::AccessToken;
pub use error::Rejection;
pub use id_token::{IdToken, IdTokenVerifier};
pub use jwks::Jwks;
pub use verified::Verified;
pub use verifier::Verifier;
