//! The only user of oxide-auth: its sans-IO machines set the order of the code, refresh and client-credentials
//! grants. They run inside the store's closure, a fresh machine at each attempt, on grants without time; verdicts,
//! reasons, expiry, PKCE and signing are ours (`docs/adr/0003`).

mod bridge;
pub mod client_credentials;
pub mod code;
pub mod refresh;
pub mod tokens;

#[cfg(test)]
mod agreement;
