//! Checks the access tokens of a vouchsafe (or any RFC 9068) issuer with nothing but the issuer's public keys.
//!
//! A service adds three lines: a verifier, its place in the app, and an argument of the handler.
//!
//! ```no_run
//! # #[cfg(feature = "actix")] mod service {
//! use actix_web::{App, HttpServer, get};
//! use vouchsafe_verify::{Bearer, RemoteVerifier, Rule};
//!
//! struct ReadOrders;
//! impl Rule for ReadOrders { const SCOPE: &str = "orders:read"; }
//!
//! #[get("/orders")]
//! async fn orders(token: Bearer<ReadOrders>) -> String {
//!     format!("orders of {}", token.sub)
//! }
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = RemoteVerifier::new("https://id.example.org", "https://orders.example.org")?;
//! HttpServer::new(move || App::new().app_data(verifier.clone()).service(orders));
//! # Ok(()) }
//! # }
//! ```
//!
//! With axum the verifier is the state of the router, and the handler is the same. Refusals are answered as RFC 6750
//! says: 401 with the reason, 403 with the scope to ask for, 400 for a request that shows its token wrongly, and 503
//! while the issuer's keys cannot be had.
//!
//! # Revocation
//!
//! Where the issuer has a revocation feed, one task follows it for all clones of the verifier: what has ended is
//! refused within about a second, and no call is made per request. While the feed is away tokens are good until they
//! expire, unless a route says that it cannot bear that:
//!
//! ```
//! use vouchsafe_verify::{Acr, Policy, Rule};
//!
//! struct PayOut;
//! impl Rule for PayOut {
//!     const SCOPE: &str = "payouts";
//!     const MIN_ACR: Option<Acr> = Some(Acr::Mfa);
//!     const BUDGET: Option<u32> = Some(5);
//!     const POLICY: Policy = Policy::Closed;
//! }
//! ```
//!
//! # Without a network
//!
//! Without features this is a pure library: key set and time are arguments, and there is no I/O, no clock, no async.
//!
//! ```
//! use vouchsafe_verify::{Jwks, Rejection, Verifier};
//!
//! let keys = Jwks::parse(br#"{"keys":[]}"#)?;
//! let verifier = Verifier::new("https://id.example.org", "https://orders.example.org");
//! let outcome = verifier.verify_at(&keys, "a.b.c", 1_800_000_000);
//! assert_eq!(outcome.map(drop), Err(Rejection::TokenMalformed));
//! # Ok::<(), vouchsafe_verify::jwks::JwksProblem>(())
//! ```
//!
//! # What is checked
//!
//! In this order: the size (8 KiB) and form of the token, its header (a closed list of members), the key that it
//! names, the algorithm (the key's, never the token's), the signature, `typ`, the claims' types and that none comes
//! twice, `iss`, `aud`, `cnf`, `exp`, `nbf`, `iat`. What holds is a [`Verified`]`<`[`AccessToken`]`>`, which nothing
//! else can make. What does not is a [`Rejection`]. Then whether key, token, grant, client or issuer were revoked, and
//! what the route asks: scope, age, sign-in, freshness, one use.
//!
//! A token seen before is recognised by its bytes; only its times, its key and its revocation are looked at again.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | none | [`Verifier`], [`IdTokenVerifier`], [`Jwks`], [`Revocations`], [`status_list`] |
//! | `fetch` | `RemoteVerifier`: discovery, keys and revocations, kept fresh (tokio, rustls) |
//! | `actix` | `Bearer` as an argument of actix-web handlers |
//! | `axum` | `Bearer` as an argument of axum handlers |
//! | `issuer` | for the issuer itself: a verifier for any audience, and one of client assertions |

pub mod access_token;
#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "fetch")]
pub mod bearer;
mod cache;
#[cfg(feature = "issuer")]
pub mod client_assertion;
#[cfg(feature = "issuer")]
pub mod client_keys;
pub mod error;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod id_token;
mod json;
pub mod jwk;
pub mod jwks;
pub mod jws;
pub mod replay;
pub mod revocations;
pub mod rule;
pub mod scope;
pub mod status_list;
mod verified;
mod verifier;

pub use access_token::AccessToken;
#[cfg(feature = "fetch")]
pub use bearer::Bearer;
pub use error::Rejection;
#[cfg(feature = "fetch")]
pub use fetch::RemoteVerifier;
pub use id_token::{IdToken, IdTokenVerifier};
pub use jwks::Jwks;
pub use revocations::Revocations;
pub use rule::{Acr, AnyScope, Policy, Rule};
pub use verified::Verified;
pub use verifier::Verifier;
