//! The task that follows the feed: by stream where that works, else by asking; patiently when the issuer is away.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use url::Url;

use super::super::backoff::{backoff, jitter};
use super::super::discovery::FeedAddresses;
use super::super::problem::FetchProblem;
use super::sse::EventReader;
use super::{FeedMode, Running, Shared};
use crate::error::Rejection;
use crate::revocations::{FeedProblem, MAX_PAGE_BYTES, Page};

/// A healthy node signs a newer head every two seconds. One whose heads stand for this long is sick, whatever else it
/// sends, and another node may answer whoever comes back.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the issuer may hold back an answer while nothing happens. Less than our patience, so that it is noticed
/// when it runs out.
const LONG_POLL: Duration = Duration::from_secs(5);
/// How long we wait for an answer.
const POLL_TIMEOUT: Duration = Duration::from_secs(30);
/// An issuer that answers at once all the same is not asked more often than this.
const POLL_PACE: Duration = Duration::from_millis(500);
/// Where streams do not work, they are tried again after this.
const STREAM_RESTS: Duration = Duration::from_mins(5);
const FAILED_STREAMS: u32 = 2;
const FIRST_BACKOFF: Duration = Duration::from_millis(250);
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);
/// An issuer that wants to be left alone is asked again after this at the latest: what is revoked meanwhile must not stay
/// unknown.
const LONGEST_REST: Duration = Duration::from_mins(5);
const USUAL_RETRY: Duration = Duration::from_secs(1);
/// How often an issuer without a feed is looked at again, in its remembered metadata.
const LOOK_AGAIN: Duration = Duration::from_mins(10);

/// Follows the feed until it is dropped.
pub(super) async fn follow(running: Running, mode: FeedMode) {
    let mut follower = Follower {
        shared: &running.0,
        failures: 0,
        failed_streams: 0,
        patient_since: Duration::ZERO,
    };
    loop {
        let wait = match follower.round(mode).await {
            Ok(wait) => wait,
            Err(problem) => {
                let wait = rest(&problem, follower.failures);
                running.0.note(Some(problem));
                follower.failures = follower.failures.saturating_add(1);
                wait
            }
        };
        sleep(wait).await;
        // An issuer that has no feed was not lost.
        if running.0.directory.may_have_feed() {
            running.0.reconnects.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// How long to leave the issuer alone after a problem that came behind so many failures.
fn rest(problem: &FetchProblem, failures: u32) -> Duration {
    let patient = backoff(failures, FIRST_BACKOFF, LONGEST_BACKOFF);
    let FetchProblem::TooManyRequests(asked) = problem else {
        return patient;
    };
    // Never earlier than it says, and not all at the same moment.
    let asked = *asked.min(&LONGEST_REST);
    patient.max(asked.saturating_add(jitter(asked / 8)))
}

struct Follower<'s> {
    shared: &'s Shared,
    /// Since the last page that was taken over.
    failures: u32,
    /// Streams in a row that brought nothing.
    failed_streams: u32,
    /// The beginning of the stream or the asking, or the last newer head since, by the clock that never jumps.
    patient_since: Duration,
}

/// What a page left to do.
#[derive(PartialEq, Eq)]
enum Taken {
    All,
    /// The answer has more pages.
    More,
}

impl Follower<'_> {
    /// Follows for as long as it goes well. The answer is when to come back.
    async fn round(&mut self, mode: FeedMode) -> Result<Duration, FetchProblem> {
        let metadata = self.shared.directory.metadata().await?;
        let addresses = match &metadata.feed {
            None => return Ok(jitter(LOOK_AGAIN)),
            Some(addresses) => addresses.as_ref().map_err(FetchProblem::clone)?,
        };
        match &addresses.stream {
            Some(stream) if mode == FeedMode::Stream && self.failed_streams < FAILED_STREAMS => {
                self.listen(stream, addresses).await
            }
            Some(_) if mode == FeedMode::Stream => {
                let polled = timeout(jitter(STREAM_RESTS), self.poll(addresses)).await;
                self.failed_streams = 0;
                polled.unwrap_or(Ok(Duration::ZERO))
            }
            Some(_) | None => self.poll(addresses).await,
        }
    }

    async fn listen(&mut self, stream: &Url, addresses: &FeedAddresses) -> Result<Duration, FetchProblem> {
        self.failed_streams = self.failed_streams.saturating_add(1);
        self.patient_since = self.shared.moment().monotonic;
        let listening = self.shared.directory.http.listen(self.onwards(stream));
        let listening = timeout(PATIENCE, listening).await;
        let mut events = match listening.map_err(|_| FetchProblem::Unreachable)? {
            // There is no place for another stream; who only asks needs none.
            Err(FetchProblem::TooManyRequests(_)) => {
                self.failed_streams = FAILED_STREAMS;
                return Ok(Duration::ZERO);
            }
            listening => listening?,
        };
        let mut reader = EventReader::new(MAX_PAGE_BYTES);
        loop {
            let next = timeout(self.patience_left()?, events.next()).await;
            let Some(bytes) = next.map_err(|_| FetchProblem::HeadStands)?? else {
                break;
            };
            let arrived = reader.push(bytes.as_ref()).map_err(|_| FetchProblem::TooLarge)?;
            for event in arrived.into_iter().filter(|event| event.name == "page") {
                if self.take(&event.data).await? == Taken::More {
                    self.catch_up(addresses).await?;
                }
                self.failed_streams = 0;
            }
        }
        // The end of a stream is no failure; the issuer says when to come back.
        Ok(jitter(reader.retry.unwrap_or(USUAL_RETRY).min(LONGEST_BACKOFF)))
    }

    async fn poll(&mut self, addresses: &FeedAddresses) -> Result<Duration, FetchProblem> {
        let mut pace = interval(POLL_PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.patient_since = self.shared.moment().monotonic;
        loop {
            pace.tick().await;
            if self.ask(addresses, LONG_POLL).await? == Taken::More {
                self.catch_up(addresses).await?;
            }
            self.patience_left()?;
        }
    }

    /// How much longer the head may stand.
    fn patience_left(&self) -> Result<Duration, FetchProblem> {
        let until = self.patient_since.saturating_add(PATIENCE);
        let left = until.checked_sub(self.shared.moment().monotonic);
        left.filter(|left| !left.is_zero())
            .ok_or(FetchProblem::HeadStands)
    }

    /// Gets the other pages of an answer. Each brings entries, so there is an end.
    async fn catch_up(&mut self, addresses: &FeedAddresses) -> Result<(), FetchProblem> {
        while self.ask(addresses, Duration::ZERO).await? == Taken::More {}
        Ok(())
    }

    async fn ask(&mut self, addresses: &FeedAddresses, wait: Duration) -> Result<Taken, FetchProblem> {
        let mut url = self.onwards(&addresses.pages);
        url.query_pairs_mut()
            .append_pair("wait", &wait.as_secs().to_string());
        let http = &self.shared.directory.http;
        let answer = http
            .fetch_as(url, "application/json", POLL_TIMEOUT, MAX_PAGE_BYTES)
            .await?;
        self.take(&answer.body).await
    }

    fn onwards(&self, address: &Url) -> Url {
        let mut url = address.clone();
        if let Some((timeline, seq)) = self.shared.read().position() {
            url.query_pairs_mut()
                .append_pair("timeline", timeline)
                .append_pair("after", &seq.to_string());
        }
        url
    }

    async fn take(&mut self, page: &[u8]) -> Result<Taken, FetchProblem> {
        let moment = self.shared.moment();
        let page = self.open(page).await?;
        let left = if page.has_more() { Taken::More } else { Taken::All };
        match self.shared.take(page, moment) {
            // A node that is a little behind the others. What it knows, we know.
            Err(FetchProblem::Feed(FeedProblem::HeadOld)) => Ok(Taken::All),
            Err(problem) => Err(problem),
            Ok(is_newer) => {
                self.failures = 0;
                if is_newer {
                    self.patient_since = moment.monotonic;
                }
                Ok(left)
            }
        }
    }

    /// Verifies a page with the keys at hand, or with newer ones when they do not know the head's.
    async fn open(&self, page: &[u8]) -> Result<Page, FetchProblem> {
        let keys = &self.shared.keys;
        let issuer = self.shared.directory.issuer();
        let unavailable = |_| keys.problem().unwrap_or(FetchProblem::Unreachable);
        let known = keys.keys().await.map_err(unavailable)?;
        let opened = match Page::open(page, issuer, &known) {
            Err(FeedProblem::Head(Rejection::KeyUnknown)) => match keys.newer_than(&known).await {
                Some(newer) => Page::open(page, issuer, &newer),
                None => Err(FeedProblem::Head(Rejection::KeyUnknown)),
            },
            opened => opened,
        };
        opened.map_err(FetchProblem::Feed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_that_says_when_to_come_back_is_left_alone_until_then() {
        let after = |seconds, failures| {
            rest(
                &FetchProblem::TooManyRequests(Duration::from_secs(seconds)),
                failures,
            )
            .as_secs_f64()
        };
        assert!(
            (60.0..75.0).contains(&after(60, 0)),
            "no earlier, and not much later"
        );
        assert!((300.0..375.0).contains(&after(86_400, 0)), "but not for a day");
        assert!(after(0, 6) >= 8.0, "and no sooner than patience has it");
        assert!(rest(&FetchProblem::Status(429), 0) < USUAL_RETRY);
    }
}
