//! From a request to an operation and back: authentication first, then permission, then everything that the request
//! says is read strictly, then the work.

use super::answer::IfMatch;
use super::call::{Call, Query};
use super::caller::Caller;
use super::idempotency::Key;
use super::json;
use super::operation::{Route, Takes, Verb, Version};
use super::problem::{Code, Problem};
use super::quota;
use super::routes::ROUTES;
use crate::cx::Cx;
use crate::limits::Quota;
use crate::web::limits::BODY_DEADLINE;
use crate::web::urls;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse, Resource, Scope, guard, web};
use serde_json::Value;

/// The longest body, in bytes.
const BODY_BYTES: usize = 64 * 1024;
/// What a change of a document may be (RFC 5789 §3.1).
const PATCHES: &str = "application/merge-patch+json, application/json";
/// The longest query, in bytes.
const QUERY_BYTES: usize = 8 * 1024;

/// All routes below `/api/v1`.
pub(super) fn scope() -> Scope {
    let mut paths: Vec<&'static str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    let scope = paths
        .into_iter()
        .fold(web::scope(urls::API), |scope, path| scope.service(resource(path)));
    scope.default_service(web::to(async |cx: Cx| {
        Problem::new(Code::PathUnknown).answer(&cx)
    }))
}

fn resource(path: &'static str) -> Resource {
    let here = || ROUTES.iter().filter(move |route| route.path == path);
    let methods: Vec<_> = here().map(|route| route.method.as_str()).collect();
    let allow = methods.join(", ");
    here()
        .fold(web::resource(path), |resource, route| {
            let handler =
                move |cx: Cx, request: HttpRequest, payload: Payload| serve(route, cx, request, payload);
            resource.route(web::route().guard(method(route.method)).to(handler))
        })
        .default_service(web::to(move |cx: Cx| {
            let allow = allow.clone();
            async move {
                let mut response = Problem::new(Code::MethodNotAllowed).answer(&cx);
                if let Ok(value) = HeaderValue::from_str(&allow) {
                    response.headers_mut().insert(ALLOW, value);
                }
                response
            }
        }))
}

fn method(verb: Verb) -> impl guard::Guard {
    let wanted = match verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Put => Method::PUT,
        Verb::Patch => Method::PATCH,
        Verb::Delete => Method::DELETE,
    };
    guard::fn_guard(move |context| {
        let asked = &context.head().method;
        *asked == wanted || (wanted == Method::GET && *asked == Method::HEAD)
    })
}

async fn serve(route: &'static Route, cx: Cx, request: HttpRequest, payload: Payload) -> HttpResponse {
    let (caller, quota) = match arrive(&cx, &request).await {
        Ok(arrived) => arrived,
        Err(problem) => return problem.answer(&cx),
    };
    let done = async {
        quota.as_ref().map_or(Ok(()), quota::check)?;
        let call = read(route, &cx, caller, (&request, payload)).await?;
        (route.run)(call).await
    };
    let mut response = match done.await {
        Ok(answer) => answer.unless_known(request.headers()).into_response(),
        Err(problem) => problem.answer(&cx),
    };
    if matches!(route.operation.takes, Takes::Patch(_)) {
        let media_types = HeaderValue::from_static(PATCHES);
        response
            .headers_mut()
            .insert(HeaderName::from_static("accept-patch"), media_types);
    }
    if let Some(quota) = &quota {
        quota::tell(response.headers_mut(), quota);
    }
    response
}

/// Who calls. Whether they stand is asked again in each transaction.
async fn arrive(cx: &Cx, request: &HttpRequest) -> Result<(Caller, Option<Quota>), Problem> {
    let caller = Caller::of(cx, request)?;
    let quota = quota::admit(cx, &caller).await?;
    Ok((caller, quota))
}

async fn read(
    route: &Route,
    cx: &Cx,
    caller: Caller,
    (request, payload): (&HttpRequest, Payload),
) -> Result<Call, Problem> {
    caller.require(route.permission)?;
    if route.sign_in.is_always_asked() {
        caller.signed_in_lately()?;
    }
    let query = request.uri().query().unwrap_or_default();
    if query.len() > QUERY_BYTES {
        return Err(Problem::new(Code::ParameterInvalid).saying("the query is too long"));
    }
    let query = Query::parse(query, route.operation)?;
    check_media_type(request, route.operation.takes)?;
    refuse_if_none_match(request)?;
    let bytes = read_body(payload, route.operation.takes).await?;
    let body = match route.operation.takes {
        Takes::Nothing => Value::Null,
        Takes::Json(_) | Takes::Patch(_) => json::read(&bytes)?,
    };
    Ok(Call {
        is_head: *request.method() == Method::HEAD,
        path: request
            .match_info()
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        query,
        body,
        if_match: if_match(request, route.operation.version)?,
        key: key(cx, request, route, (&caller, &bytes))?,
        caller,
        sign_in: route.sign_in,
        cx: cx.clone(),
    })
}

fn check_media_type(request: &HttpRequest, takes: Takes) -> Result<(), Problem> {
    let wrong = |wanted: &str| {
        Problem::new(Code::MediaTypeUnsupported)
            .at("Content-Type")
            .saying(format!("send {wanted}"))
    };
    let value = request.headers().get(CONTENT_TYPE);
    let said = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = said.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let is = |wanted: &str| media_type.eq_ignore_ascii_case(wanted);
    let utf8 = |part: &str| {
        part.is_empty()
            || part.eq_ignore_ascii_case("charset=utf-8")
            || part.eq_ignore_ascii_case("charset=\"utf-8\"")
    };
    match takes {
        Takes::Nothing => Ok(()),
        Takes::Json(_) if is("application/json") && parts.all(utf8) => Ok(()),
        Takes::Patch(_)
            if (is("application/merge-patch+json") || is("application/json")) && parts.all(utf8) =>
        {
            Ok(())
        }
        Takes::Json(_) => Err(wrong("application/json")),
        Takes::Patch(_) => Err(wrong("application/merge-patch+json")),
    }
}

/// RFC 9110 §13.2.1: a condition is never passed over. A change is made conditional by If-Match, which says which version
/// it changes; the other condition has no use here, so that it counts as not met.
fn refuse_if_none_match(request: &HttpRequest) -> Result<(), Problem> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || !request.headers().contains_key(IF_NONE_MATCH) {
        return Ok(());
    }
    Err(Problem::new(Code::PreconditionFailed)
        .at("If-None-Match")
        .saying("a change is made conditional by If-Match"))
}

/// Reads the body, within its time. An operation without one takes none, or the empty object that many HTTP libraries
/// send then.
async fn read_body(payload: Payload, takes: Takes) -> Result<Bytes, Problem> {
    match tokio::time::timeout(BODY_DEADLINE, payload.to_bytes_limited(BODY_BYTES)).await {
        Ok(Ok(Ok(body))) if matches!(takes, Takes::Nothing) && !matches!(body.trim_ascii(), b"" | b"{}") => {
            Err(Problem::new(Code::BodyInvalid).saying("this operation takes no body"))
        }
        Ok(Ok(Ok(body))) => Ok(body),
        Ok(Ok(Err(_))) => Err(Problem::new(Code::BodyMalformed).saying("the body did not arrive whole")),
        Ok(Err(_)) => Err(Problem::new(Code::BodyTooLong)),
        Err(_) => Err(Problem::new(Code::BodyTooSlow)),
    }
}

fn if_match(request: &HttpRequest, version: Version) -> Result<Option<IfMatch>, Problem> {
    // RFC 9110 §5.3: several lines are one list.
    let lines = request.headers().get_all(IF_MATCH).map(HeaderValue::to_str);
    let lines: Vec<&str> = lines
        .collect::<Result<_, _>>()
        .map_err(|_| Problem::new(Code::HeaderInvalid).at("If-Match"))?;
    let header = (!lines.is_empty()).then(|| lines.join(", "));
    match (version, header) {
        (Version::Ignored, _) | (Version::Honoured, None) => Ok(None),
        (Version::Required, None) => Err(Problem::new(Code::PreconditionRequired).at("If-Match")),
        (Version::Honoured | Version::Required, Some(header)) => IfMatch::parse(&header).map(Some),
    }
}

fn key(
    cx: &Cx,
    request: &HttpRequest,
    route: &Route,
    (caller, body): (&Caller, &Bytes),
) -> Result<Option<Key>, Problem> {
    if !route.operation.has_key {
        return Ok(None);
    }
    let mut headers = request.headers().get_all("idempotency-key");
    let Some(header) = headers.next() else {
        return Ok(None);
    };
    if headers.next().is_some() {
        return Err(Problem::new(Code::HeaderInvalid)
            .at("Idempotency-Key")
            .saying("it comes twice"));
    }
    let text = header.to_str().unwrap_or_default();
    let secret = cx.services.keys.secrets().identifier_key();
    Key::parse(text, caller.actor(), secret, (request.path(), body)).map(Some)
}
