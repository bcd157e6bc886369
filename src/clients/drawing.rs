//! How many logos are drawn at once: each takes a processor, and up to some tens of megabytes.

use super::logo::{self, Logo, LogoProblem};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Logos that are drawn at once.
const AT_ONCE: usize = 2;
/// How long a logo waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// The places where logos are drawn.
#[derive(Clone, Debug)]
pub struct Drawing(Arc<Semaphore>);

/// All places were taken for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// A place that was taken; given back when it goes.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "is held until it is dropped")] OwnedSemaphorePermit);

impl Default for Drawing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Drawing {
    /// A place, as soon as one is free.
    ///
    /// # Errors
    /// [`Busy`] when none becomes free in two seconds.
    pub async fn turn(&self) -> Result<Turn, Busy> {
        match timeout(PATIENCE, Arc::clone(&self.0).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn(permit)),
            Ok(Err(_)) | Err(_) => Err(Busy),
        }
    }

    /// Draws a picture again, on a thread that may take its time.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn draw(&self, picture: Vec<u8>) -> Result<Result<Logo, LogoProblem>, Busy> {
        let turn = self.turn().await?;
        // A decoder that panics takes nothing down but its own thread's task. The work keeps its turn when nobody
        // waits for it any more.
        let work = move || {
            let _turn = turn;
            logo::redraw(&picture)
        };
        let drawn = tokio::task::spawn_blocking(work).await;
        Ok(drawn.unwrap_or(Err(LogoProblem::NotAPicture)))
    }
}
