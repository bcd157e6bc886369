//! RFC 8707, RFC 9068 §3 — whom an access token is for, and which of the granted scopes it carries.

use crate::model::{Api, Client};
use crate::refusal::Reason;
use crate::spec::scope;
use std::collections::BTreeSet;

/// The audience of an access token.
#[derive(Clone, Debug, PartialEq)]
pub struct Audience<'a> {
    /// The claim `aud`.
    pub aud: String,
    /// The API of that name; none when the token is for the issuer itself.
    pub api: Option<&'a Api>,
    /// The granted scopes that mean something to this audience, in their order.
    pub scopes: Vec<String>,
}

/// The resources that count at the token endpoint: those asked for there, which must be among those of the
/// authorization request if that named any (RFC 8707 §2.2).
///
/// # Errors
/// [`Reason::ResourceUnknown`].
pub fn narrow(authorized: &[String], asked: &[String]) -> Result<Vec<String>, Reason> {
    if asked.is_empty() {
        return Ok(authorized.to_vec());
    }
    if authorized.is_empty() || scope::is_subset(asked, authorized) {
        return Ok(asked.to_vec());
    }
    Err(Reason::ResourceUnknown)
}

/// Chooses the audience: the API named by `resources`, else the one API that owns granted scopes, else the issuer.
///
/// # Errors
/// [`Reason::ResourceUnknown`] when a resource is no API's identifier, [`Reason::ResourceAmbiguous`] when more
/// than one API is meant, and those of [`admit`].
pub fn choose<'a>(
    granted: &[String],
    resources: &[String],
    client: &Client,
    apis: &'a [Api],
    issuer: &str,
) -> Result<Audience<'a>, Reason> {
    let api = match named(resources, apis)?.as_slice() {
        [] => only(apis.iter().filter(|api| owns_any(api, granted)))?,
        [api] => {
            admit(api, granted, client)?;
            Some(*api)
        }
        several => only(several.iter().copied().filter(|api| owns_any(api, granted)))?
            .map_or(Err(Reason::ResourceAmbiguous), |api| Ok(Some(api)))?,
    };
    let meant = |name: &str| scope::standard(name) || api.is_some_and(|api| owns(api, name));
    Ok(Audience {
        aud: api.map_or(issuer, |api| api.identifier.as_str()).to_owned(),
        api,
        scopes: granted.iter().filter(|name| meant(name)).cloned().collect(),
    })
}

/// Whether an API that is named may be whom a token is for. To name it is no permission: a scope of it is. An API that
/// owns none cannot be asked about that way; it takes those that an administrator let in, and nobody who let himself in.
///
/// # Errors
/// [`Reason::ResourceWithoutScope`], [`Reason::ResourceNotForClient`].
pub fn admit(api: &Api, granted: &[String], client: &Client) -> Result<(), Reason> {
    if owns_any(api, granted) {
        return Ok(());
    }
    if api.scopes.iter().any(|scope| owns(api, &scope.name)) {
        return Err(Reason::ResourceWithoutScope);
    }
    if client.is_self_registered() {
        return Err(Reason::ResourceNotForClient);
    }
    Ok(())
}

/// The APIs that the resources name, each once.
fn named<'a>(resources: &[String], apis: &'a [Api]) -> Result<Vec<&'a Api>, Reason> {
    resources
        .iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|resource| {
            apis.iter()
                .find(|api| api.identifier == *resource)
                .ok_or(Reason::ResourceUnknown)
        })
        .collect()
}

fn only<'a>(mut apis: impl Iterator<Item = &'a Api>) -> Result<Option<&'a Api>, Reason> {
    let first = apis.next();
    if apis.next().is_some() {
        Err(Reason::ResourceAmbiguous)
    } else {
        Ok(first)
    }
}

fn owns_any(api: &Api, scopes: &[String]) -> bool {
    scopes.iter().any(|name| owns(api, name))
}

fn owns(api: &Api, name: &str) -> bool {
    !scope::standard(name) && api.scopes.iter().any(|scope| scope.name == name)
}
