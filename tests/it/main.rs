//! Integration tests.

mod pages;
mod support;
