//! What a route asks of a token: scope, age, strength of the sign-in, and how fresh our knowledge must be.

use crate::access_token::AccessToken;
use crate::error::Rejection;
use crate::verified::Verified;

/// What a route asks of a token. One line per route, and more where it matters:
///
/// ```
/// use vouchsafe_verify::{Acr, Policy, Rule};
///
/// struct ReadOrders;
/// impl Rule for ReadOrders { const SCOPE: &str = "orders:read"; }
///
/// struct PayOut;
/// impl Rule for PayOut {
///     const SCOPE: &str = "payouts";
///     const MIN_ACR: Option<Acr> = Some(Acr::Mfa);
///     const MAX_AUTH_AGE: Option<u32> = Some(300);
///     const BUDGET: Option<u32> = Some(5);
///     const POLICY: Policy = Policy::Introspect;
///     const ONE_TIME: bool = true;
/// }
/// ```
pub trait Rule: 'static {
    /// The scope that the token must have, by its exact name.
    const SCOPE: &'static str;
    /// How many seconds ago the token may have been issued.
    const MAX_AGE: Option<u32> = None;
    /// How strongly the person must have signed in, at least.
    const MIN_ACR: Option<Acr> = None;
    /// How many seconds ago the person may have signed in.
    const MAX_AUTH_AGE: Option<u32> = None;
    /// For how many seconds a token may have been revoked without our knowing. Unless told otherwise that is the
    /// token's lifetime, so that a feed that is away refuses nobody.
    const BUDGET: Option<u32> = None;
    /// What happens to a token beyond the budget.
    const POLICY: Policy = Policy::Refresh;
    /// Whether a token is good for one request only, of all that ask for this on one verifier.
    const ONE_TIME: bool = false;
}

/// No rule: any valid token of the issuer for this API will do. vouchsafe gives none without a scope of the API, when it
/// has scopes; what another issuer asks for is its own affair.
#[derive(Clone, Copy, Debug)]
pub struct AnyScope;

impl Rule for AnyScope {
    const SCOPE: &'static str = "";
}

/// What happens to a token that may have been revoked for longer than the route's budget without our knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It is taken until it expires.
    Open,
    /// It is refused with 401, so that the client refreshes: the issuer then looks for itself.
    Refresh,
    /// The issuer is asked about it (RFC 7662), at most every five seconds.
    Introspect,
    /// The route is closed (503) until the feed is back.
    Closed,
}

/// How strongly a person signed in, from weak to strong (`acr`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acr {
    /// With a password.
    Pwd,
    /// With two factors.
    Mfa,
    /// With something that cannot be phished.
    Phr,
}

impl Acr {
    const ALL: [Self; 3] = [Self::Pwd, Self::Mfa, Self::Phr];

    /// The value as it stands in tokens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pwd => "urn:vouchsafe:acr:pwd",
            Self::Mfa => "urn:vouchsafe:acr:mfa",
            Self::Phr => "urn:vouchsafe:acr:phr",
        }
    }

    /// What a token says; none for values of other issuers.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.name() == text)
    }

    /// This and all that is stronger: the `acr_values` of a challenge.
    pub(crate) fn and_above(self) -> String {
        let enough = Self::ALL.into_iter().filter(|acr| *acr >= self);
        enough.map(Self::name).collect::<Vec<_>>().join(" ")
    }
}

/// RFC 9470 — what the sign-in must be like; a client passes it on to the issuer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepUp {
    /// At least this strong.
    pub min_acr: Option<Acr>,
    /// At most so many seconds ago.
    pub max_age: Option<u32>,
}

impl StepUp {
    /// The parameters of a challenge (RFC 9470 §3).
    pub(crate) fn in_header(self) -> String {
        let acr = self
            .min_acr
            .map(|acr| format!(r#", acr_values="{}""#, acr.and_above()));
        let max_age = self.max_age.map(|seconds| format!(r#", max_age="{seconds}""#));
        acr.into_iter().chain(max_age).collect()
    }
}

impl Verified<AccessToken> {
    /// Asks that the person signed in strongly and recently enough. A token without a person, or one that does not
    /// say, is neither.
    ///
    /// # Errors
    /// [`Rejection::AcrTooLow`] or [`Rejection::SignInTooOld`], with all that is asked for.
    pub fn require_sign_in(&self, asked: StepUp) -> Result<&Self, Rejection> {
        let acr = self.acr.as_deref().and_then(Acr::of);
        if asked.min_acr.is_some() && acr < asked.min_acr {
            return Err(Rejection::AcrTooLow(asked));
        }
        let Some(seconds) = asked.max_age else {
            return Ok(self);
        };
        match self.auth_time {
            Some(then) if self.verified_at().saturating_sub(then) <= i64::from(seconds) => Ok(self),
            Some(_) | None => Err(Rejection::SignInTooOld(asked)),
        }
    }
}

/// A rule as values.
#[cfg(feature = "fetch")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) scope: &'static str,
    pub(crate) max_age: Option<u32>,
    pub(crate) sign_in: StepUp,
    pub(crate) budget: Option<u32>,
    pub(crate) policy: Policy,
    pub(crate) one_time: bool,
}

#[cfg(feature = "fetch")]
impl Asked {
    pub(crate) const fn by<R: Rule>() -> Self {
        Self {
            scope: R::SCOPE,
            max_age: R::MAX_AGE,
            sign_in: StepUp {
                min_acr: R::MIN_ACR,
                max_age: R::MAX_AUTH_AGE,
            },
            budget: R::BUDGET,
            policy: R::POLICY,
            one_time: R::ONE_TIME,
        }
    }

    /// What the token itself can answer.
    pub(crate) fn check(&self, token: &Verified<AccessToken>) -> Result<(), Rejection> {
        if !self.scope.is_empty() {
            token.require_scope(self.scope)?;
        }
        if let Some(seconds) = self.max_age {
            token.no_older_than(seconds)?;
        }
        token.require_sign_in(self.sign_in).map(drop)
    }
}
