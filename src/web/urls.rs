//! The paths of the server, each written once. Absolute URLs are made from the configured issuer, never from a
//! request.

pub use crate::config::ERRORS_PAGE;
use vouchsafe_core::model::{InteractionHandle, Plain};
use vouchsafe_core::spec::provider_metadata::Endpoints;

macro_rules! paths {
    ($($(#[$doc:meta])* $name:ident = $path:literal;)+) => {$(
        $(#[$doc])*
        pub const $name: &str = $path;
    )+};
}

paths! {
    /// OpenID Connect Discovery §4.
    OPENID_CONFIGURATION = "/.well-known/openid-configuration";
    /// RFC 8414 §3.
    AUTHORIZATION_SERVER_METADATA = "/.well-known/oauth-authorization-server";
    /// The key set (RFC 7517 §5).
    JWKS = "/jwks";
    /// The authorization endpoint (RFC 6749 §3.1).
    AUTHORIZE = "/authorize";
    /// The token endpoint (RFC 6749 §3.2).
    TOKEN = "/token";
    /// OpenID Connect Core §5.3.
    USERINFO = "/userinfo";
    /// RFC 7009 §2.
    REVOKE = "/revoke";
    /// RFC 7662 §2.
    INTROSPECT = "/introspect";
    /// RFC 7591 §3.
    REGISTER = "/register";
    /// RFC 7592 §2.
    REGISTERED_CLIENT = "/register/{client_id}";
    /// The revocation feed, asked for.
    REVOCATIONS = "/revocations";
    /// The revocation feed, sent.
    REVOCATIONS_STREAM = "/revocations/stream";
    /// Token Status Lists, without the list.
    STATUS_LISTS = "/status-lists";
    /// One of them.
    STATUS_LIST = "/status-lists/{id}";
    /// OpenID Connect RP-Initiated Logout 1.0 §2.
    LOGOUT = "/logout";
    /// The hub of the browser flow.
    INTERACTION = "/interaction/{handle}";
    /// Where somebody who was invited sets their first password.
    INVITATION = "/invitation";
    /// That it is set.
    INVITATION_ACCEPTED = "/invitation/accepted";
    /// Where somebody becomes an administrator.
    SETUP = "/setup";
    /// The administration.
    ADMIN = "/admin";
    /// The logo of a client, as we drew it.
    LOGO = "/static/logos/{digest}.png";
    /// The administration API.
    API = "/api/v1";
    /// What the administration API is.
    OPENAPI = "/api/openapi.json";
    /// The pages for developers.
    DEVELOPERS = "/developers";
    /// The token inspector.
    TOKEN_INSPECTOR = "/developers/token";
    /// Where an authorization request is built.
    PLAYGROUND = "/developers/playground";
    /// The request that was built, before it is sent.
    PLAYGROUND_REQUEST = "/developers/playground/request";
    /// The client credentials grant, tried.
    PLAYGROUND_CLIENT_CREDENTIALS = "/developers/playground/client-credentials";
    /// The redirect URI of the playground.
    PLAYGROUND_CALLBACK = "/developers/callback";
    /// Whether the process runs.
    LIVEZ = "/livez";
    /// Whether the process can serve.
    READYZ = "/readyz";
}

/// The absolute URL of a path of this server.
#[must_use]
pub fn absolute(issuer: &str, path: &str) -> String {
    format!("{}{path}", issuer.trim_end_matches('/'))
}

/// The endpoints of an issuer.
#[must_use]
pub fn endpoints(issuer: &str) -> Endpoints {
    let at = |path| absolute(issuer, path);
    Endpoints {
        authorization_endpoint: at(AUTHORIZE),
        token_endpoint: at(TOKEN),
        userinfo_endpoint: at(USERINFO),
        revocation_endpoint: at(REVOKE),
        end_session_endpoint: at(LOGOUT),
        // Where it is on, the metadata document says so.
        registration_endpoint: None,
        introspection_endpoint: at(INTROSPECT),
        jwks_uri: at(JWKS),
        vouchsafe_revocations_uri: at(REVOCATIONS),
        vouchsafe_revocations_stream_uri: at(REVOCATIONS_STREAM),
    }
}

/// The logo with this digest.
#[must_use]
pub fn logo(digest: &str) -> String {
    format!("/static/logos/{digest}.png")
}

/// The hub of one interaction, where every page of it returns to.
#[must_use]
pub fn interaction(handle: &Plain<InteractionHandle>) -> String {
    format!("/interaction/{}", handle.expose())
}

/// A page of one interaction: `login`, `consent`, …
#[must_use]
pub fn interaction_page(handle: &Plain<InteractionHandle>, page: &str) -> String {
    format!("/interaction/{}/{page}", handle.expose())
}
