//! The pages that people see: typed views with their templates. A page `x` is `x.rs` and `templates/pages/x.html`.
//!
//! Views hold no protocol parameters and decide nothing; texts come from `texts`; escaping is never switched off.

pub mod consent;
pub mod error;
pub mod invitation;
pub mod layout;
pub mod login;
pub mod logout;
mod routes;
pub mod samples;
pub mod select_account;
pub mod suspended;
pub mod texts;

pub use routes::{in_words, mount, not_found};
pub use samples::gallery;
