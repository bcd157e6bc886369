//! Many resource servers in one process, each with a verifier and a feed of its own, that look at one token all the
//! time. `cargo xtask bench freshness` measures with it how fast a ban arrives.
//!
//! ```text
//! watchers ISSUER stream|poll VERIFIERS
//! ```
//!
//! For each token on standard input it says `accepted` when all have accepted it, and `refused <ms since 1970>` when
//! the last one has begun to refuse it.

use std::io::{self, Write as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use vouchsafe_verify::fetch::FeedMode;
use vouchsafe_verify::{RemoteVerifier, Verifier};

/// How often each verifier looks at the token.
const LOOK: Duration = Duration::from_millis(5);
/// Whatever takes longer has gone wrong.
const LONGEST: Duration = Duration::from_mins(1);

fn verifiers(mut words: impl Iterator<Item = String>) -> Result<Vec<RemoteVerifier>, String> {
    const USAGE: &str = "usage: watchers ISSUER stream|poll VERIFIERS";
    let (Some(issuer), Some(feed), Some(count)) = (words.next(), words.next(), words.next()) else {
        return Err(USAGE.to_owned());
    };
    let mode = match feed.as_str() {
        "stream" => FeedMode::Stream,
        "poll" => FeedMode::Poll,
        _ => return Err(USAGE.to_owned()),
    };
    let count: usize = count.parse().map_err(|_| USAGE.to_owned())?;
    let one = |_| {
        let verifier = RemoteVerifier::builder(Verifier::new(&issuer, &issuer)).feed(mode);
        verifier.build().map_err(|problem| problem.to_string())
    };
    (0..count).map(one).collect()
}

/// Waits until every verifier judges the token so.
async fn all_judge(verifiers: &[RemoteVerifier], token: &str, accepted: bool) -> Result<(), String> {
    let mut waiting = JoinSet::new();
    for verifier in verifiers {
        let (verifier, token) = (verifier.clone(), token.to_owned());
        waiting.spawn(async move {
            while verifier.verify(&token).await.is_ok() != accepted {
                sleep(LOOK).await;
            }
        });
    }
    let all = async { while waiting.join_next().await.is_some() {} };
    let arrived = timeout(LONGEST, all).await;
    arrived.map_err(|_| format!("some verifiers never said accepted = {accepted}"))
}

async fn watch(verifiers: &[RemoteVerifier], token: &str) -> Result<(), String> {
    let say = |line: String| {
        let mut stdout = io::stdout();
        let told = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
        told.map_err(|error| error.to_string())
    };
    all_judge(verifiers, token, true).await?;
    say("accepted".to_owned())?;
    all_judge(verifiers, token, false).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the process that bans reads the same clock"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    say(format!("refused {}", now.as_millis()))
}

fn main() -> Result<(), String> {
    let verifiers = verifiers(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    for token in io::stdin().lines().map_while(Result::ok) {
        runtime.block_on(watch(&verifiers, &token))?;
    }
    Ok(())
}
