//! The pages as people get them: every page in every state and language.

pub(crate) mod contract;
mod golden;
pub(crate) mod html;
