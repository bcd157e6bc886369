//! Our parsed requests and grants in the words of oxide-auth.

use chrono::{DateTime, Utc};
use oxide_auth::code_grant::{accesstoken, client_credentials, refresh};
use oxide_auth::primitives::grant::{Extensions, Grant as MachineGrant};
use oxide_auth::primitives::issuer::{IssuedToken, RefreshedToken, TokenType};
use oxide_auth::primitives::scope::Scope;
use std::borrow::Cow;
use url::Url;
use vouchsafe_core::model::Grant;

/// Time is judged by us: what goes into a machine never ends by the machine's own clock.
pub(super) const NEVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

/// A token request whose client is already authenticated. The machines see a proven client name, never a secret.
#[derive(Default)]
pub(super) struct Effective<'a> {
    pub(super) grant_type: &'static str,
    pub(super) client_id: &'a str,
    pub(super) code: Option<&'a str>,
    pub(super) redirect_uri: Option<&'a str>,
    pub(super) refresh_token: Option<&'a str>,
    pub(super) scope: Option<&'a str>,
}

impl accesstoken::Request for Effective<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        self.code.map(Cow::Borrowed)
    }

    fn authorization(&self) -> accesstoken::Authorization<'_> {
        accesstoken::Authorization::Username(Cow::Borrowed(self.client_id))
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.redirect_uri.map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.grant_type))
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl refresh::Request for Effective<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        self.refresh_token.map(Cow::Borrowed)
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.grant_type))
    }

    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(self.client_id), Cow::Borrowed(&[])))
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl client_credentials::Request for Effective<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(self.client_id), Cow::Borrowed(&[])))
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.scope.map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.grant_type))
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// A stored grant for a machine, without time. None when its redirect URI or scopes are not what registration
/// and authorization let through.
pub(super) fn time_neutral(grant: &Grant) -> Option<Box<MachineGrant>> {
    Some(Box::new(MachineGrant {
        owner_id: grant.user_id.as_str().to_owned(),
        client_id: grant.client_id.as_str().to_owned(),
        scope: scope(&grant.scopes)?,
        redirect_uri: Url::parse(&grant.redirect_uri).ok()?,
        until: NEVER,
        extensions: Extensions::new(),
    }))
}

/// Scopes as a machine's unordered set.
pub(super) fn scope(scopes: &[String]) -> Option<Scope> {
    vouchsafe_core::spec::scope::join(scopes).parse().ok()
}

/// What a machine is told was issued. Real tokens are signed later, outside.
pub(super) fn issued() -> IssuedToken {
    IssuedToken::without_refresh(String::new(), NEVER)
}

/// What a machine is told was issued for a refresh token.
pub(super) fn refreshed() -> RefreshedToken {
    RefreshedToken {
        token: String::new(),
        refresh: None,
        until: NEVER,
        token_type: TokenType::Bearer,
    }
}
