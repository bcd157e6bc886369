//! The vocabulary of the specifications: one file per word, named as the specification names it.

pub mod basic;
pub mod bearer;
pub mod error;
pub mod params;
pub mod pkce;
pub mod redirect_uri;
pub mod refresh_token;
pub mod scope;
mod uri;

pub use error::ErrorCode;
pub use params::Params;
