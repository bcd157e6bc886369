//! What every surface shares about HTTP: how requests are read and how failures are answered.

pub mod assets;
pub mod limits;
pub mod urls;
