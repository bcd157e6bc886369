//! Who calls: a service, or a person who administers, by an access token of ours for this API. The token alone opens
//! nothing: every transaction asks again whether what is behind it stands.

use super::problem::{Code, Problem};
use crate::accounts::live::live_token;
use crate::accounts::person_acts::{AsksFor, PersonAct};
use crate::clients::{own_api, own_client, standing};
use crate::cx::Cx;
use crate::store::{StoreError, Tx};
use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use vouchsafe_core::model::{AdminSession, ClientId, ClientMetadata, GrantType, UnixTime, User};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::scope;
use vouchsafe_verify::error::RequiredScope;
use vouchsafe_verify::rule::StepUp;
use vouchsafe_verify::{AccessToken, Rejection, Verified, bearer};

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// To see.
    Read,
    /// To change.
    Write,
    /// To change who administers: as a person who does, not as a service.
    Administer,
    /// To tell that something changed or must end; whoever may change may do this too.
    Signal,
}

impl Permission {
    /// The scope that gives it.
    #[must_use]
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Read => own_api::READ,
            Self::Write | Self::Administer => own_api::WRITE,
            Self::Signal => own_api::SIGNAL,
        }
    }
}

/// How long ago a person who calls may have signed in (RFC 9470).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// It does not matter, as long as the token is good.
    Any,
    /// As long ago as the pages take a password for, where they ask for it: see [`Caller::signed_in_lately`].
    Recent,
    /// The same, as the pages ask for it where they do this to somebody.
    For(PersonAct),
}

impl SignIn {
    /// Whether every request asks for a recent one, whoever it is about.
    #[must_use]
    pub const fn is_always_asked(self) -> bool {
        match self {
            Self::Any => false,
            Self::Recent => true,
            Self::For(act) => matches!(act.asks_for(), AsksFor::Everybody),
        }
    }
}

/// The holder of a token for this API.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    token: Verified<AccessToken>,
}

impl Caller {
    /// Reads and checks the token of a request.
    pub(super) fn of(cx: &Cx, request: &HttpRequest) -> Result<Self, Problem> {
        let headers = request.headers().get_all(AUTHORIZATION);
        let query = request.uri().query().unwrap_or_default();
        let presented = bearer::bearer_token(headers.map(HeaderValue::as_bytes), query)?;
        let token = cx.services.own_tokens().access_token(presented, cx.now)?;
        let ours = own_api::identifier(&cx.config().issuer);
        if !token.aud.contains(&ours) {
            return Err(Rejection::AudienceWrong.into());
        }
        Ok(Self { token })
    }

    /// Whether the token's scope gives this.
    pub(super) fn require(&self, permission: Permission) -> Result<(), Problem> {
        if !self.has(permission.scope()) {
            return Err(Rejection::InsufficientScope(RequiredScope::new(permission.scope())).into());
        }
        match permission {
            Permission::Administer => self.must_be_administrator(),
            Permission::Read | Permission::Write | Permission::Signal => Ok(()),
        }
    }

    /// Whether the token has a scope of this API, or one that includes it: whoever may change may also signal.
    fn has(&self, scope: &str) -> bool {
        let has = |scope: &str| self.token.scope.contains(scope);
        has(scope) || (scope == own_api::SIGNAL && has(own_api::WRITE))
    }

    /// Whether the person signed in within the time for which the pages take a password where they ask for it: a token
    /// that is renewed for weeks proves no more than that somebody has the file that it is in. A service is not asked:
    /// it has nobody who could sign in, and proves itself with its secret or key for each token.
    pub(super) fn signed_in_lately(&self) -> Result<(), Problem> {
        if !self.is_person() {
            return Ok(());
        }
        let asked = StepUp {
            min_acr: None,
            max_age: u32::try_from(AdminSession::PROOF.seconds()).ok(),
        };
        self.token.require_sign_in(asked).map(drop).map_err(Problem::from)
    }

    /// The same, where it is asked for what is done to somebody who administers, or who does not.
    pub(super) fn signed_in_for(&self, asked: SignIn, is_admin: bool) -> Result<(), Problem> {
        match asked {
            SignIn::For(act) if act.asks(is_admin) => self.signed_in_lately(),
            SignIn::For(_) | SignIn::Any | SignIn::Recent => Ok(()),
        }
    }

    /// Whether client, grant and person still stand, and the person administers: asked in the transaction that is about
    /// to rely on it.
    pub(super) fn stands(&self, tx: &mut Tx<'_>, now: UnixTime) -> Result<Result<(), Problem>, StoreError> {
        Ok(match live_token(tx, &self.token, now)? {
            Ok(None) => Ok(()),
            Ok(Some((user, _))) if user.is_admin => Ok(()),
            Ok(Some(_)) => Err(Problem::new(Code::NotAnAdministrator)),
            Err(Reason::ClaimsChanged) => Err(Rejection::ClaimsChanged.into()),
            Err(_) => Err(Rejection::Revoked.into()),
        })
    }

    /// As events name the caller.
    pub(super) fn actor(&self) -> String {
        if self.is_person() {
            self.token.sub.clone()
        } else {
            format!("client:{}", self.token.client_id)
        }
    }

    /// Whether a person calls, who is an administrator then, and not a service.
    pub(super) fn is_person(&self) -> bool {
        self.token.gid.is_some()
    }

    /// Nobody gives a client what they lack, and nobody changes a client that has more than they have.
    pub(super) fn may_give(&self, scopes: &[String]) -> Result<(), Problem> {
        let lacks = |name: &&String| scope::administers(name) && !self.has(name);
        match scopes.iter().find(lacks) {
            None => Ok(()),
            Some(name) => Err(Problem::new(Code::NotAllowed)
                .saying(format!("your access token does not have the scope {name}"))
                .at("scope")),
        }
    }

    /// Whoever shapes a client that people give this API's scopes to could come by an administrator's token: where its
    /// codes go and what it proves itself with is for administrators.
    pub(super) fn may_shape(&self, metadata: &ClientMetadata) -> Result<(), Problem> {
        self.may_give(&metadata.scopes)?;
        let for_us = scope::any_administers(&metadata.scopes);
        if for_us && metadata.grant_types.contains(&GrantType::AuthorizationCode) {
            return self.must_be_administrator();
        }
        Ok(())
    }

    /// On an administrator only another one acts: whoever sets the name, address or password of one could come in as that
    /// administrator, and whoever bans one takes the administration away.
    pub(super) fn may_act_on(&self, user: &User) -> Result<(), Problem> {
        if user.is_admin {
            self.must_be_administrator()
        } else {
            Ok(())
        }
    }

    /// What would make somebody an administrator, or lend their account, is for administrators.
    pub(super) fn must_be_administrator(&self) -> Result<(), Problem> {
        if self.is_person() {
            return Ok(());
        }
        Err(Problem::new(Code::NotAllowed).saying("only a person who is an administrator may do this"))
    }
}

/// The server's own client is what the server made it: it can be disabled and enabled, and nothing else.
pub(super) fn ensure_not_own(id: &ClientId) -> Result<(), Problem> {
    if own_client::is_own(id) {
        return Err(own());
    }
    Ok(())
}

/// What whoever would change the server's own client is told.
pub(super) fn own() -> Problem {
    Problem::new(Code::NotAllowed).saying(standing::OWN)
}
