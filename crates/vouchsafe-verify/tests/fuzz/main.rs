//! The fuzz targets of this library, rehearsed: so they compile, and what they promise holds near their seeds.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

#[path = "../../../../fuzz/src/claims.rs"]
pub mod claims;
#[path = "../../../../fuzz/src/feed.rs"]
pub mod feed;
#[path = "../../../../fuzz/src/head.rs"]
pub mod head;
#[path = "../../../../fuzz/src/issuer.rs"]
pub mod issuer;
#[path = "../../../../fuzz/src/jwk.rs"]
pub mod jwk;
#[path = "../../../../fuzz/src/jws.rs"]
pub mod jws;
#[path = "../../../../fuzz/src/rehearsal.rs"]
pub mod rehearsal;
#[path = "../../../../fuzz/src/status_list.rs"]
pub mod status_list;

use rehearsal::rehearse;

#[test]
fn any_text_as_claims() {
    rehearse("claims", claims::run);
}

#[test]
fn any_bytes_as_pages_of_the_feed() {
    rehearse("feed", feed::run);
}

#[test]
fn any_text_as_a_head() {
    rehearse("head", head::run);
}

#[test]
fn any_bytes_as_keys() {
    rehearse("jwk", jwk::run);
}

#[test]
fn any_text_as_a_token() {
    rehearse("jws", jws::run);
}

#[test]
fn any_text_as_a_status_list() {
    rehearse("status_list", status_list::run);
}
