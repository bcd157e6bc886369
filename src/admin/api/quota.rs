//! How often a caller may ask (draft-ietf-httpapi-ratelimit-headers): counted with the question whether they stand, told with
//! every answer.

use super::caller::Caller;
use super::problem::Problem;
use crate::cx::Cx;
use crate::limits::{Quota, api};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// What is admitted within a window: `RateLimit-Policy`.
pub(super) const POLICY: &str = "RateLimit-Policy";
/// What is left of it: `RateLimit`.
pub(super) const LEFT: &str = "RateLimit";

/// Asks whether the caller stands, so that whoever may not come in learns nothing else, and counts the request. None when
/// nobody is counted.
pub(super) async fn admit(cx: &Cx, caller: &Caller) -> Result<Option<Quota>, Problem> {
    let (limits, now, asked) = (&cx.config().rate_limits, cx.now, caller.clone());
    if !limits.enabled {
        cx.store()
            .read("api-caller", move |tx| asked.stands(tx, now))
            .await??;
        return Ok(None);
    }
    let counter = api::of(&caller.actor(), limits.api.per_caller);
    let admitted = cx
        .store()
        .write("api-caller", move |tx| match asked.stands(tx, now)? {
            Ok(()) => counter.take(tx, now).map(Ok),
            Err(problem) => Ok(Err(problem)),
        });
    admitted.await?.map(Some)
}

/// Refuses what is too much.
pub(super) fn check(quota: &Quota) -> Result<(), Problem> {
    match quota.exceeded() {
        Some(_) => Err(Problem::too_many(quota.resets_in())),
        None => Ok(()),
    }
}

/// Tells a caller how they stand, as structured fields (RFC 9651).
pub(super) fn tell(headers: &mut HeaderMap, quota: &Quota) {
    let limit = quota.limit();
    let fields = [
        (
            POLICY,
            format!("\"default\";q={};w={}", limit.failures, limit.per.seconds()),
        ),
        (
            LEFT,
            format!("\"default\";r={};t={}", quota.left(), quota.resets_in()),
        ),
    ];
    for (name, text) in fields {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(&text),
        ) {
            headers.insert(name, value);
        }
    }
}
