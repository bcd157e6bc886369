//! The vocabulary of the specifications: one file per word, named as the specification names it.

pub mod error;

pub use error::ErrorCode;
