//! Makes token strings from what was proven, and reads our own tokens back through `vouchsafe-verify`.

mod mint;
mod own;
mod revocation;

pub use mint::{IdTokenFor, Issuer, Minted, mint};
pub use own::{Hint, OwnTokens};
pub use revocation::revoke;
