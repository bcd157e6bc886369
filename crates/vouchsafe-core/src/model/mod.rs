//! What exists and is stored. State is an enum with data; identifiers, secrets and instants have types.

mod admin_session;
mod api;
mod audit_record;
mod client;
mod consent;
mod event;
mod grant;
mod id;
mod initial_token;
mod interaction;
mod request;
pub mod revocation;
mod secret;
mod session;
mod signing_key;
mod site_settings;
mod status_place;
mod time;
mod user;

pub use admin_session::AdminSession;
pub use api::{Api, ApiClaim, ApiScope, TokenTyp};
pub use audit_record::{AuditRecord, BrokenRecord};
pub use client::{
    AuthMethod, Client, ClientKind, ClientMetadata, Declared, GrantType, IdTokenClaims, PkceRule, Registrar,
};
pub use consent::Consent;
pub use event::{Event, EventKind};
pub use grant::{EndReason, Grant, PersonSignedIn};
pub use id::{ClientId, EventId, GrantId, Kid, SessionId, Sid, StatusListId, TokenId, UserId};
pub use initial_token::InitialToken;
pub use interaction::{Declined, Interaction};
pub use request::{AuthorizationRequest, Prompt};
pub use secret::{
    AdminCookie, BrowserCookie, ClientSecret, Code, Digest, InitialAccessToken, InteractionHandle,
    InvitationCode, Plain, RegistrationAccessToken, SecretKind, SessionCookie, SetupCode,
};
pub use session::Session;
pub use signing_key::{KeyAlgorithm, KeyUse, SigningKey};
pub use site_settings::SiteSettings;
pub use status_place::{EndedPlace, StatusPlace};
pub use time::{Span, UnixTime};
pub use user::{PasswordHash, Standing, User};
