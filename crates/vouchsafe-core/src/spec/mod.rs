//! The vocabulary of the specifications: one file per word, named as the specification names it.

pub mod acr;
pub mod basic;
pub mod bearer;
pub mod claims;
pub mod client_assertion;
pub mod client_metadata;
pub mod client_metadata_document;
pub mod error;
pub mod grant_type;
pub mod id_token_hint;
pub mod iss;
pub mod login_hint;
pub mod max_age;
pub mod merge_patch;
pub mod nonce;
pub mod params;
pub mod pkce;
pub mod post_logout_redirect_uri;
pub mod prompt;
pub mod provider_metadata;
pub mod redirect_uri;
pub mod refresh_token;
pub mod registry;
pub mod request_object;
pub mod resource;
pub mod response_mode;
pub mod response_type;
pub mod scope;
pub mod state;
pub mod token_type_hint;
pub mod ui_locales;
mod uri;
pub mod username;
pub mod web_uri;

pub use error::ErrorCode;
pub use params::Params;
