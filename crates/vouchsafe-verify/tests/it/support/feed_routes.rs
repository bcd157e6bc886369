//! The feed over HTTP: pages that wait for news, and a stream of them.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, Ordering};
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use tokio::sync::{mpsc, watch};

use super::feed::FakeFeed;
use super::issuer::Script;
use super::{FIRST, SECOND};

/// What the feed says, and how often it was asked for.
#[derive(Default)]
pub(crate) struct FeedScript {
    feed: Mutex<Option<FakeFeed>>,
    version: watch::Sender<u32>,
    /// What is answered instead of pages, by status; 0 for pages.
    pub(crate) pages_status: AtomicU16,
    pub(crate) stream_status: AtomicU16,
    /// Pages are longer than anybody should read.
    pub(crate) bloats: AtomicBool,
    /// Streams end after each page.
    pub(crate) stream_ends: AtomicBool,
    /// Streams begin with a page, and go on with comments only.
    pub(crate) is_sick: AtomicBool,
    pub(crate) signs_with_second: AtomicBool,
    /// Entries are left out of what is sent.
    pub(crate) forgets: AtomicBool,
    pub(crate) page_requests: AtomicU32,
    pub(crate) stream_requests: AtomicU32,
    pub(crate) snapshots: AtomicU32,
    /// Streams that somebody listens to.
    pub(crate) listeners: watch::Sender<u32>,
}

impl FeedScript {
    pub(crate) fn publish(&self, feed: FakeFeed) {
        *self.feed.lock().unwrap() = Some(feed);
        self.version.send_modify(|version| *version += 1);
    }

    /// Changes the feed; whoever waits for news gets it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut FakeFeed) -> T) -> T {
        let outcome = change(self.feed.lock().unwrap().as_mut().unwrap());
        self.version.send_modify(|version| *version += 1);
        outcome
    }

    fn page(&self, position: Option<(&str, u64)>) -> Answer {
        let feed = self.feed.lock().unwrap();
        let feed = feed.as_ref().unwrap();
        let key = if self.signs_with_second.load(Ordering::SeqCst) {
            &SECOND
        } else {
            &FIRST
        };
        let mut page = feed.page(key, position);
        if page["snapshot"] == true {
            self.snapshots.fetch_add(1, Ordering::SeqCst);
        }
        let entries = page["entries"].as_array_mut().unwrap();
        let after = match (entries.last(), position) {
            (Some(row), _) => row["seq"].as_u64().unwrap(),
            (None, _) => feed.last(),
        };
        let has_news = !entries.is_empty();
        if self.forgets.load(Ordering::SeqCst) {
            entries.clear();
        }
        let mut text = page.to_string();
        if self.bloats.load(Ordering::SeqCst) {
            text.push_str(&" ".repeat(2 * 1024 * 1024));
        }
        Answer {
            has_news: has_news || page["snapshot"] == true,
            page: text,
            next: (feed.timeline.clone(), after),
        }
    }
}

/// A page, and where whoever got it stands.
struct Answer {
    page: String,
    has_news: bool,
    next: (String, u64),
}

type Query = web::Query<std::collections::HashMap<String, String>>;

fn position(query: &Query) -> Option<(String, u64)> {
    Some((query.get("timeline")?.clone(), query.get("after")?.parse().ok()?))
}

fn borrowed(position: Option<&(String, u64)>) -> Option<(&str, u64)> {
    position.map(|(timeline, after)| (timeline.as_str(), *after))
}

pub(crate) async fn pages(script: web::Data<Script>, query: Query) -> HttpResponse {
    let feed = &script.feed;
    feed.page_requests.fetch_add(1, Ordering::SeqCst);
    match feed.pages_status.load(Ordering::SeqCst) {
        0 => {}
        status => return refusal(status),
    }
    let position = position(&query);
    let mut version = feed.version.subscribe();
    let mut answer = feed.page(borrowed(position.as_ref()));
    if !answer.has_news && query.get("wait").is_some_and(|wait| wait != "0") {
        drop(version.changed().await);
        answer = feed.page(borrowed(position.as_ref()));
    }
    HttpResponse::Ok()
        .content_type("application/json")
        .body(answer.page)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the writer of a stream ends with its listener"
)]
pub(crate) async fn stream(script: web::Data<Script>, query: Query, request: HttpRequest) -> HttpResponse {
    let feed = &script.feed;
    feed.stream_requests.fetch_add(1, Ordering::SeqCst);
    assert_eq!(request.headers().get("accept").unwrap(), "text/event-stream");
    match feed.stream_status.load(Ordering::SeqCst) {
        0 => {}
        status => return refusal(status),
    }
    let (sender, receiver) = mpsc::channel::<Bytes>(1);
    let data = script.clone();
    let mut at = position(&query);
    tokio::spawn(async move {
        let feed = &data.feed;
        feed.listeners.send_modify(|count| *count += 1);
        let mut version = feed.version.subscribe();
        let mut has_begun = false;
        loop {
            let Answer { page, next, .. } = feed.page(borrowed(at.as_ref()));
            let mut event = ": hello\n\n".to_owned();
            if !has_begun || !feed.is_sick.load(Ordering::SeqCst) {
                at = Some(next);
                event = format!(": hello\nretry: 10\nevent: page\nid: 1\ndata: {page}\n\n");
            }
            has_begun = true;
            let sent = sender.send(event.into()).await;
            if sent.is_err() || feed.stream_ends.load(Ordering::SeqCst) {
                break;
            }
            if page.contains("\"more\":true") {
                continue;
            }
            tokio::select! {
                changed = version.changed() => if changed.is_err() { break },
                () = sender.closed() => break,
            }
        }
        feed.listeners.send_modify(|count| *count -= 1);
    });
    HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .body(Events(receiver))
}

fn refusal(status: u16) -> HttpResponse {
    let mut answer = HttpResponse::build(status.try_into().unwrap());
    let header = match status {
        429 => ("Retry-After", "60"),
        _ => ("Location", "/revocations"),
    };
    answer.insert_header(header).finish()
}

struct Events(mpsc::Receiver<Bytes>);

impl MessageBody for Events {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(Ok))
    }
}
