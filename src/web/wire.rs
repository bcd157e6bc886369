//! One connection: what is read from it and written to it, and how long it may keep the server waiting.
//!
//! actix-web bounds the first head of a connection, but neither a later head nor an answer that nobody reads: both would
//! hold a connection for ever. The rest between two requests it ends also for those who still take the last answer.

use super::limits::Bounds;
use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

/// A socket that tells how far its connection has come.
pub(super) struct Wire {
    socket: TcpStream,
    progress: Rc<Progress>,
}

/// How far a connection has come, and until when the next step is waited for.
pub(super) struct Progress {
    bounds: Bounds,
    stage: Cell<Stage>,
    // Somebody does not take what waits for them.
    unread: Cell<Option<Instant>>,
}

#[derive(Clone, Copy)]
enum Stage {
    /// Nothing was asked yet. The first head has its time from actix-web, which answers 408.
    Fresh(Instant),
    /// A request is answered: handlers have their own deadlines, and streams have none.
    Answering,
    /// All requests are answered.
    Idle(Instant),
    /// The next head has begun.
    Head(Instant),
}

impl Wire {
    pub(super) fn new(socket: TcpStream, bounds: &Bounds) -> Self {
        Self {
            socket,
            progress: Rc::new(Progress {
                bounds: bounds.clone(),
                stage: Cell::new(Stage::Fresh(after(bounds.keep_alive))),
                unread: Cell::new(None),
            }),
        }
    }

    pub(super) fn progress(&self) -> Rc<Progress> {
        Rc::clone(&self.progress)
    }
}

impl Progress {
    /// Serves a connection, as long as it does not keep the server waiting for too long.
    pub(super) async fn watch<T>(&self, serving: impl Future<Output = T>) -> Option<T> {
        let mut serving = pin!(serving);
        let mut limit = pin!(sleep_until(after(self.bounds.keep_alive)));
        poll_fn(|cx| {
            if let Poll::Ready(served) = serving.as_mut().poll(cx) {
                return Poll::Ready(Some(served));
            }
            let Some(deadline) = self.deadline() else {
                return Poll::Pending;
            };
            if limit.deadline() != deadline {
                limit.as_mut().reset(deadline);
            }
            limit.as_mut().poll(cx).map(|()| None)
        })
        .await
    }

    fn deadline(&self) -> Option<Instant> {
        let next = match self.stage.get() {
            Stage::Fresh(until) | Stage::Idle(until) | Stage::Head(until) => Some(until),
            Stage::Answering => None,
        };
        // Who still takes the last answer has not had the time to ask again.
        self.unread.get().or(next)
    }

    fn has_read(&self) {
        // Each further byte changes nothing: a head that drips is as late as one that stops.
        if let Stage::Idle(_) = self.stage.get() {
            self.stage.set(Stage::Head(after(self.bounds.head)));
        }
    }

    fn has_written(&self) {
        self.unread.set(None);
        if let Stage::Idle(_) = self.stage.get() {
            self.rests();
        }
    }

    fn cannot_write(&self) {
        if self.unread.get().is_none() {
            self.unread.set(Some(after(self.bounds.write)));
        }
    }

    fn rests(&self) {
        self.stage.set(Stage::Idle(after(self.bounds.keep_alive)));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a socket waits in the time of the event loop; nothing that is decided about a request depends on it"
)]
fn after(span: Duration) -> Instant {
    Instant::now() + span
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.progress.has_read();
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        match written {
            Poll::Ready(_) => self.progress.has_written(),
            Poll::Pending => self.progress.cannot_write(),
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

/// The outermost layer: tells the connection that a head has arrived, and when its answer has left.
///
/// # Errors
/// What the handler returned.
pub async fn answering(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answering = request.conn_data::<Rc<Progress>>().map(Answering::on);
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(match answering {
        Some(answering) => response.map_body(|_, body| {
            BoxBody::new(Answer {
                body,
                _answering: answering,
            })
        }),
        None => response,
    })
}

/// A request is answered as long as this is there.
struct Answering(Rc<Progress>);

impl Answering {
    fn on(progress: &Rc<Progress>) -> Self {
        progress.stage.set(Stage::Answering);
        Self(Rc::clone(progress))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.rests();
    }
}

/// The body of an answer, which goes when all of it was handed over.
struct Answer {
    body: BoxBody,
    _answering: Answering,
}

impl MessageBody for Answer {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_pin_mut().poll_next(cx)
    }
}
