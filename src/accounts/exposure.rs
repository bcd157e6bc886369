//! How long access tokens that are out already still pass at an API that is not told of their end: what an administrator
//! is shown before somebody is banned or signed out.

use crate::clients::lifetimes::{self, Former};
use crate::db;
use crate::store::{GrantsWanted, StoreError, Tx};
use std::collections::BTreeSet;
use vouchsafe_core::model::{Api, Grant, Span, UnixTime, UserId};

/// Grants that are looked at; whoever holds more is told of the longest lifetime there is.
const LOOKED_AT: i64 = 1_000;

/// What is out of a person's grants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Grants that stand.
    pub grants: usize,
    /// The names of the APIs that there may be tokens for.
    pub apis: Vec<String>,
    /// The longest that a token for one of them may still live; nothing when there is none. Tokens for this server alone
    /// are refused by it at once.
    pub longest: Span,
}

/// What of a person's grants is out at `now`, where access tokens live as long as `shared` unless an API says otherwise.
///
/// # Errors
/// When the store fails.
pub fn of_person(
    tx: &mut Tx<'_>,
    id: &UserId,
    (now, shared): (UnixTime, Span),
) -> Result<Exposure, StoreError> {
    let wanted = GrantsWanted {
        after: None,
        user: Some(id.clone()),
        client: None,
        now,
    };
    let grants = db!(tx, grants::list(&wanted, LOOKED_AT))?;
    let apis = db!(tx, apis::all())?;
    let former = lifetimes::former(tx, now)?;
    Ok(of_grants(&grants, (&apis, &former), shared))
}

fn of_grants<'a>(grants: &[Grant], (apis, former): (&'a [Api], &'a [Former]), shared: Span) -> Exposure {
    let all = i64::try_from(grants.len()).is_ok_and(|count| count < LOOKED_AT);
    let meant: Vec<&Api> = apis
        .iter()
        .filter(|api| !all || grants.iter().any(|grant| is_meant(api, grant)))
        .collect();
    let present = meant
        .iter()
        .map(|api| api.access_token_lifetime.unwrap_or(shared));
    // Which scopes an API had that is gone or changed, nobody knows any more: any grant may have been for it.
    let before: Vec<&Former> = former.iter().filter(|_| !grants.is_empty()).collect();
    let lifetimes = present.chain(before.iter().map(|former| former.left));
    let name = |former: &'a Former| {
        let known = apis.iter().find(|api| api.identifier == former.identifier);
        known.map_or(former.identifier.as_str(), |api| api.name.as_str())
    };
    let mut names: BTreeSet<&str> = meant.iter().map(|api| api.name.as_str()).collect();
    names.extend(before.iter().copied().map(name).filter(|name| !name.is_empty()));
    Exposure {
        grants: grants.len(),
        longest: lifetimes.fold(Span::ZERO, Span::max),
        apis: names.into_iter().map(str::to_owned).collect(),
    }
}

fn is_meant(api: &Api, grant: &Grant) -> bool {
    grant.resources.contains(&api.identifier)
        || api.scopes.iter().any(|scope| grant.scopes.contains(&scope.name))
}
