//! The grants: each checks what is its own and makes one write.

pub(super) mod authorization_code;
pub(super) mod client_credentials;
pub(super) mod refresh_token;

use super::TokenRequest;
use crate::cx::Cx;
use crate::failure::Failure;
use crate::tokens::Issuer;
use crate::web::urls;
use vouchsafe_core::decide::audience::{self, Audience};
use vouchsafe_core::model::{Api, Client, Grant, Span, StatusPlace};
use vouchsafe_core::refusal::Reason;

/// The facts of this server that tokens carry.
fn issuer(cx: &Cx) -> Issuer<'_> {
    Issuer {
        issuer: &cx.config().issuer,
        epoch: cx.services.issuer_epoch(),
        access_token_lifetime: cx.config().tokens.access_token_lifetime,
        status_lists: cx
            .config()
            .tokens
            .status_lists
            .then(|| urls::absolute(&cx.config().issuer, urls::STATUS_LISTS)),
    }
}

/// How long an access token for this audience lives; not at all when there is to be none.
fn lifetime(audience: Result<Audience<'_>, Reason>, usual: Span) -> Span {
    audience.map_or(Span::ZERO, |audience| {
        audience
            .api
            .and_then(|api| api.access_token_lifetime)
            .unwrap_or(usual)
    })
}

/// A place in a status list that belongs to nobody yet, for the transaction to come; none when there are no status
/// lists. It is good for a token of whichever API.
async fn spare_place(cx: &Cx, request: &TokenRequest) -> Result<Option<StatusPlace>, Failure> {
    if !cx.config().tokens.status_lists {
        return Ok(None);
    }
    let usual = cx.config().tokens.access_token_lifetime;
    let lifetimes = request.apis.iter().filter_map(|api| api.access_token_lifetime);
    let longest = lifetimes.fold(usual, Span::max);
    let services = &cx.services;
    let places = &services.status_places;
    let (epoch, from) = (
        services.issuer_epoch(),
        (&services.store, &services.ports, &services.keys),
    );
    Ok(Some(places.take(from, epoch, cx.now, longest).await?))
}

/// Gives a spare place back that the transaction has not used. One whose transaction failed is lost: nobody knows what
/// became of it.
fn give_back(cx: &Cx, spare: Option<StatusPlace>, grant: Option<&Grant>) {
    let Some(spare) = spare else { return };
    let is_spare = |place: &StatusPlace| (&place.list, place.idx) == (&spare.list, spare.idx);
    if !grant.is_some_and(|grant| grant.status.iter().any(is_spare)) {
        cx.services.status_places.give_back(&spare);
    }
}

/// The audience of a token for a person: the `resource` of this request, if any, must be one of those of the
/// authorization request, if any (RFC 8707 §2.2).
fn audience_of<'a>(
    grant: &Grant,
    scopes: &[String],
    asked: &[String],
    (client, apis, issuer): (&Client, &'a [Api], &str),
) -> Result<Audience<'a>, Reason> {
    let resources = audience::narrow(&grant.resources, asked)?;
    audience::choose(scopes, &resources, client, apis, issuer)
}

/// The `resource` parameters of the request.
fn resources(request: &TokenRequest) -> Result<Vec<String>, Reason> {
    vouchsafe_core::spec::resource::parse(&request.params.all("resource"))
}
