//! What the targets do with the bytes that they are given. Ordinary functions, which ordinary tests run too: over the seeds
//! and over what `rehearsal.rs` makes of them (`crates/*/tests/fuzz`). Each says whether anything of the bytes was taken,
//! and panics when what was taken breaks a promise.

pub mod claims;
pub mod feed;
pub mod head;
pub mod issuer;
pub mod jwk;
pub mod jws;
pub mod params;
pub mod status_list;
