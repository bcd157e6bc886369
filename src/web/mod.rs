//! What every surface shares on its way to HTTP.

pub mod assets;
