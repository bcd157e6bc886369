//! RFC 7591 — the members that rules of clients are about.

/// A member of a client's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `client_id`.
    ClientId,
    /// `client_name`.
    Name,
    /// `scope`.
    Scope,
    /// `grant_types`.
    GrantTypes,
    /// `redirect_uris`.
    RedirectUris,
    /// `post_logout_redirect_uris`.
    PostLogoutRedirectUris,
    /// `web_origins`.
    WebOrigins,
    /// `token_endpoint_auth_method`.
    AuthMethod,
    /// `pkce`.
    Pkce,
    /// `jwks`.
    Jwks,
    /// `introspects`.
    Introspects,
}

impl Field {
    /// The name of the member (RFC 7591), and our own beside those.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientId => "client_id",
            Self::Name => "client_name",
            Self::Scope => "scope",
            Self::GrantTypes => "grant_types",
            Self::RedirectUris => "redirect_uris",
            Self::PostLogoutRedirectUris => "post_logout_redirect_uris",
            Self::WebOrigins => "web_origins",
            Self::AuthMethod => "token_endpoint_auth_method",
            Self::Pkce => "pkce",
            Self::Jwks => "jwks",
            Self::Introspects => "introspects",
        }
    }
}
