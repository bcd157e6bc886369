//! Token Status List (IETF OAuth draft) — one bit for each grant, for resource servers that do not follow the revocation
//! feed. From memory, so that a list is served while the database is away, until it expires by itself.

use super::jwks::kept_response;
use crate::cx::Cx;
use crate::db;
use crate::failure::{Broken, Failure};
use crate::store::StatusListRow;
use crate::tokens::{ListState, StatusListToken};
use crate::web::{cors, problem, urls};
use actix_web::{HttpRequest, HttpResponse, web};
use std::sync::Arc;
use vouchsafe_core::decide::status_list;
use vouchsafe_core::model::{Span, StatusListId, UnixTime};

/// Caches between readers and us: what ended is known everywhere after this, the publication, and the list's `ttl`.
const KEPT: &str = "public, max-age=5";
/// When this node knows nothing newer, it signs no new list: one must not look fresher than it is.
const OLD: Span = Span::from_seconds(15);

/// `GET /status-lists/{id}`.
pub async fn status_list(cx: Cx, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
    let mut response = match find(&cx, &StatusListId::new(id.into_inner())).await {
        Ok(Some(list)) => {
            let body = web::Bytes::copy_from_slice(list.text.as_bytes());
            return kept_response(&request, &list.etag, "application/statuslist+jwt", (body, KEPT));
        }
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(failure) => problem::json(&cx, &failure),
    };
    problem::no_store(response.headers_mut());
    cors::any_origin(response.headers_mut());
    response
}

async fn find(cx: &Cx, id: &StatusListId) -> Result<Option<Arc<StatusListToken>>, Failure> {
    let Some(row) = row(cx, id).await?.filter(|row| row.expires_at > cx.now) else {
        return Ok(None);
    };
    let lists = &cx.services.status_lists;
    let keys = &cx.services.keys;
    if let Some(token) = lists.fresh((id, keys), &known(cx, &row)?, cx.now) {
        return Ok(Some(token));
    }
    let _signing = lists.signing.lock().await;
    let state = known(cx, &row)?;
    if let Some(token) = lists.fresh((id, keys), &state, cx.now) {
        return Ok(Some(token));
    }
    if state.as_of.plus(OLD) <= cx.now {
        return lists.last((id, keys), cx.now).map(Some).ok_or_else(not_yet);
    }
    let (timeline, as_of, ended) = cx.services.feed.ended_places(id).ok_or_else(not_yet)?;
    let state = state_of(cx, &row, (timeline, as_of, ended.len()));
    let (services, now) = (Arc::clone(&cx.services), cx.now);
    let signed = web::block(move || {
        let issuer = services.config.issuer.as_str();
        let uri = format!("{}/{}", urls::absolute(issuer, urls::STATUS_LISTS), row.id);
        let lists = &services.status_lists;
        lists.sign((&services.keys, now), (issuer, &uri), &row, (state, ended))
    });
    Ok(Some(signed.await.map_err(|_| not_yet())??))
}

/// The list, if this is one, also when new tokens refer to none any more: those that were given still do.
async fn row(cx: &Cx, id: &StatusListId) -> Result<Option<StatusListRow>, Failure> {
    // What nobody here made never reaches the database.
    if !status_list::is_own_id(cx.services.keys.secrets().identifier_key(), id) {
        return Ok(None);
    }
    if let Some(row) = cx.services.status_lists.row(id) {
        return Ok(Some(row));
    }
    let wanted = id.clone();
    let found = cx
        .store()
        .read("status-list", move |tx| db!(tx, status_lists::by_id(&wanted)))
        .await?;
    if let Some(row) = &found {
        cx.services.status_lists.remember(row.clone(), cx.now);
    }
    Ok(found)
}

/// What the list is to say.
fn known(cx: &Cx, row: &StatusListRow) -> Result<ListState, Failure> {
    let known = cx.services.feed.status_list(&row.id).ok_or_else(not_yet)?;
    Ok(state_of(cx, row, known))
}

/// The same of what the feed knows. Raising the issuer's epoch ends all places.
fn state_of(cx: &Cx, row: &StatusListRow, (timeline, as_of, ended): (String, UnixTime, usize)) -> ListState {
    let some = row.epoch >= cx.services.issuer_epoch();
    ListState {
        timeline,
        ended: some.then_some(ended),
        as_of,
    }
}

/// A node that has just started, or that has lost its database for long.
fn not_yet() -> Failure {
    Failure::Broken(Broken::Overloaded("the status list"))
}
