//! Makes token strings from what was proven, and reads our own tokens back through `vouchsafe-verify`.

mod mint;
mod own;
mod revocation;
mod status_lists;
mod status_places;

pub use mint::{IdTokenFor, Issuer, Minted, mint};
pub use own::{Hint, OwnTokens};
pub use revocation::revoke;
pub use status_lists::{ListState, StatusListToken, StatusLists};
pub use status_places::StatusPlaces;
