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
use vouchsafe_core::model::{Span, StatusListId};

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
    let (state, _) = known(cx, &row)?;
    if let Some(token) = lists.fresh(id, &state, cx.now) {
        return Ok(Some(token));
    }
    let _signing = lists.signing.lock().await;
    let (state, ended) = known(cx, &row)?;
    if let Some(token) = lists.fresh(id, &state, cx.now) {
        return Ok(Some(token));
    }
    if state.as_of.plus(OLD) <= cx.now {
        return lists.last(id, cx.now).map(Some).ok_or_else(not_yet);
    }
    let (services, now) = (Arc::clone(&cx.services), cx.now);
    let signed = web::block(move || {
        let issuer = services.config.issuer.as_str();
        let uri = format!("{}/{}", urls::absolute(issuer, urls::STATUS_LISTS), row.id);
        let lists = &services.status_lists;
        lists.sign((&services.keys, now), (issuer, &uri), &row, (state, ended))
    });
    Ok(Some(signed.await.map_err(|_| not_yet())??))
}

/// The list, if there are lists at all and this is one.
async fn row(cx: &Cx, id: &StatusListId) -> Result<Option<StatusListRow>, Failure> {
    // 128 bits in base64url: anything else never reaches the database.
    if !cx.config().tokens.status_lists || id.as_str().len() != 22 {
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

/// What the list is to say, and the places that ended. Raising the issuer's epoch ends them all.
fn known(cx: &Cx, row: &StatusListRow) -> Result<(ListState, Vec<u32>), Failure> {
    let (timeline, as_of, ended) = cx.services.feed.status_list(&row.id).ok_or_else(not_yet)?;
    let some = row.epoch >= cx.services.issuer_epoch();
    let state = ListState {
        timeline,
        ended: some.then_some(ended.len()),
        as_of,
    };
    Ok((state, ended))
}

/// A node that has just started, or that has lost its database for long.
fn not_yet() -> Failure {
    Failure::Broken(Broken::Overloaded("the status list"))
}
