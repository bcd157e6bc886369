//! The revocation feed: what resource servers must know so that an end takes effect at once, without a call per
//! request. Asked for (`/revocations`) or sent (`/revocations/stream`); public, for it holds only digests.

use crate::audit::{Page, Position};
use crate::cx::Cx;
use crate::failure::{Broken, Failure};
use crate::limits::connections::Held;
use crate::services::Services;
use crate::web::limits::CONNECTIONS;
use crate::web::{cors, problem};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::unfold;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;
use vouchsafe_core::model::{Span, UnixTime};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::Params;

/// The longest that an answer waits for news, in seconds.
const LONGEST_WAIT: u64 = 30;
/// Heads come every two seconds. A node that has had none for so long is not well: its readers are sent away, and may
/// find another.
const SILENCE: Duration = Duration::from_secs(15);
/// A reader who may not stay comes again after so long.
const LATER: Span = Span::from_seconds(30);

/// `GET /revocations?timeline=T&after=N&wait=S`.
pub async fn revocations(cx: Cx, request: HttpRequest) -> HttpResponse {
    let mut response = match too_many(&cx) {
        Some(until) => problem::too_many(&cx, until),
        None => answer(&cx, &request).await,
    };
    problem::no_store(response.headers_mut());
    cors::any_origin(response.headers_mut());
    response
}

async fn answer(cx: &Cx, request: &HttpRequest) -> HttpResponse {
    let answer = match Question::read(request) {
        Ok(question) => next_page(cx, &question).await,
        Err(reason) => Err(reason.into()),
    };
    match answer {
        Ok(page) => HttpResponse::Ok()
            .content_type("application/json")
            .body(bytes(&page).slice(page.json())),
        Err(failure) => problem::json(cx, &failure),
    }
}

/// `GET /revocations/stream?timeline=T&after=N`: server-sent events (HTML Standard §9.2), one for each head.
pub async fn stream(cx: Cx, request: HttpRequest) -> HttpResponse {
    let question = match Question::read(&request) {
        Ok(question) => question,
        Err(reason) => return problem::json(&cx, &reason.into()),
    };
    let figures = cx.services.feed.figures();
    // Others are sent away, so that connections are left for people and clients.
    if figures.signed_at.is_none() || figures.readers >= *CONNECTIONS / 2 {
        return problem::json(&cx, &not_yet());
    }
    let Some(held) = hold(&cx) else {
        return problem::too_many(&cx, cx.now.plus(LATER));
    };
    // Those who lose their server at once shall not come back at once.
    let [jitter] = cx.services.ports.entropy.bytes();
    let retry = web::Bytes::from(format!("retry: {}\n\n", 1_000 + u32::from(jitter) * 8));
    let reader = Reader {
        news: cx.services.feed.news(),
        services: Arc::clone(&cx.services),
        from: question.from,
        first: Some(retry),
        behind: true,
        _held: held,
    };
    let events = unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok::<_, Infallible>(event), reader))
    });
    let mut response = HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(events);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy that collects the answer before it sends it would never send this one.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    cors::any_origin(headers);
    response
}

/// What a reader asks.
struct Question {
    from: Position,
    wait: Duration,
}

impl Question {
    fn read(request: &HttpRequest) -> Result<Self, Reason> {
        let params = Params::parse(request.query_string().as_bytes())?;
        params.refuse_repeats(&[])?;
        let number = |name| {
            let text: Option<&str> = params.one(name);
            text.map(|text| text.parse::<u32>().map_err(|_| Reason::ParameterMalformed))
                .transpose()
        };
        let after = params.one("after").map(str::parse::<i64>).transpose();
        let after = after.map_err(|_| Reason::ParameterMalformed)?;
        let timeline = params.one("timeline").unwrap_or_default();
        // Without a number, or without the history that it belongs to, a reader is at the beginning.
        let from = match after {
            Some(seq) if !timeline.is_empty() => Position {
                timeline: timeline.to_owned(),
                seq,
            },
            Some(_) | None => Position::default(),
        };
        let wait = u64::from(number("wait")?.unwrap_or(0)).min(LONGEST_WAIT);
        Ok(Self {
            from,
            wait: Duration::from_secs(wait),
        })
    }
}

/// Until when an address that asked too often is refused.
fn too_many(cx: &Cx) -> Option<UnixTime> {
    let limits = &cx.config().rate_limits;
    let limit = limits.enabled.then_some(limits.feed.questions_per_address)?;
    cx.services.feed_questions.count(cx.peer, limit, cx.now)
}

/// A place for a reader who stays; none when its address holds as many as it may.
fn hold(cx: &Cx) -> Option<Held> {
    let limits = &cx.config().rate_limits;
    let most = if limits.enabled {
        limits.feed.connections_per_address
    } else {
        usize::MAX
    };
    cx.services.feed_readers.hold(cx.peer, most)
}

/// The bytes of a page, shared with everybody who gets it.
fn bytes(page: &Arc<Page>) -> web::Bytes {
    web::Bytes::from_owner(Shared(Arc::clone(page)))
}

struct Shared(Arc<Page>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

/// The page for a reader: at once when there is something new, else with the next head or when the time is up.
async fn next_page(cx: &Cx, question: &Question) -> Result<Arc<Page>, Failure> {
    let feed = &cx.services.feed;
    let mut news = feed.news();
    news.mark_unchanged();
    let page = feed.page(&question.from).ok_or_else(not_yet)?;
    if question.wait.is_zero() || !page.is_empty {
        return Ok(page);
    }
    // One that may not stay is told at once that there is nothing new.
    let Some(_held) = hold(cx) else { return Ok(page) };
    match timeout(question.wait, news.changed()).await {
        Ok(Ok(())) => feed.page(&question.from).ok_or_else(not_yet),
        Ok(Err(_)) | Err(_) => Ok(page),
    }
}

/// A server that has just started, and has not read its database yet.
fn not_yet() -> Failure {
    Failure::Broken(Broken::Overloaded("the revocation feed"))
}

/// One stream: where its reader is.
struct Reader {
    services: Arc<Services>,
    news: watch::Receiver<Option<u64>>,
    from: Position,
    first: Option<web::Bytes>,
    /// Whether there is something to send without waiting.
    behind: bool,
    _held: Held,
}

impl Reader {
    /// The next piece of the stream; none at its end.
    async fn next(&mut self) -> Option<web::Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        if !self.behind {
            timeout(SILENCE, self.news.changed()).await.ok()?.ok()?;
        }
        (*self.news.borrow_and_update())?;
        let page = self.services.feed.page(&self.from)?;
        self.behind = page.more;
        self.from = page.at.clone();
        Some(bytes(&page))
    }
}
