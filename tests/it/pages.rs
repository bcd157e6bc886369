//! The pages as people get them: every page in every state and language.

mod contract;
mod golden;
pub(crate) mod html;
