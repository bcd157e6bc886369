//! What every surface shares about HTTP: how requests are read and how failures are answered.

pub mod assets;
pub mod body;
pub mod cookies;
pub mod cors;
pub mod csrf;
pub mod extract;
pub mod guest;
pub mod headers;
pub mod health;
pub mod limits;
pub mod listen;
pub mod methods;
pub mod observe;
pub mod problem;
pub mod told;
pub mod urls;
pub mod visit;
pub mod wire;
