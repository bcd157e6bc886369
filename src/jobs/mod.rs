//! What the server does by itself: follows changes of the configuration in the database, makes keys in time,
//! and sweeps what has expired.

use crate::keys::OpenError;
use crate::services::Services;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// How often changes by other nodes and the command line are looked for.
const FOLLOW: Duration = Duration::from_millis(500);
/// How often events are numbered and told to resource servers.
const PUBLISH: Duration = Duration::from_millis(200);
/// How often it is written what clients did.
const RECORD: Duration = Duration::from_secs(1);
/// How often keys and expired rows are looked after.
const TEND: Duration = Duration::from_mins(1);

/// Starts the jobs. They end when the returned tasks are aborted.
#[must_use]
pub fn start(services: &Arc<Services>) -> Vec<JoinHandle<()>> {
    vec![
        every(FOLLOW, Arc::clone(services), "follow", Services::follow),
        every(PUBLISH, Arc::clone(services), "publish", Services::publish),
        every(RECORD, Arc::clone(services), "record", Services::record_activity),
        every(TEND, Arc::clone(services), "tend", Services::tend),
        every(TEND, Arc::clone(services), "count", Services::count),
    ]
}

/// Runs `job` on a thread of its own at each tick; a tick that comes while it still runs is skipped.
#[expect(clippy::disallowed_methods, reason = "jobs are what may be spawned")]
fn every(
    period: Duration,
    services: Arc<Services>,
    name: &'static str,
    job: fn(&Services) -> Result<(), OpenError>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            ticks.tick().await;
            let services = Arc::clone(&services);
            let outcome = tokio::task::spawn_blocking(move || job(&services)).await;
            match outcome {
                Ok(Ok(())) => failing = false,
                // One line per outage, not one per tick.
                Ok(Err(error)) if !failing => {
                    failing = true;
                    tracing::warn!(job = name, cause = %error, "a job failed; it is tried again at each tick");
                }
                Ok(Err(_)) => {}
                Err(error) => tracing::error!(job = name, cause = %error, "a job panicked"),
            }
        }
    })
}
