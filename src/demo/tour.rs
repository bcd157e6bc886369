//! A walk through the demo without a person: what each button leads to, and how soon the API knew.

mod robot;

use super::acts::now;
use reqwest::Url;
use robot::{Page, Robot, Stray};
use serde::Serialize;
use std::time::Duration;

/// How long the API has to notice that a grant has ended.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the API is called meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// Somebody who walks through the demo.
pub struct Tour {
    robot: Robot,
    app: Url,
    username: String,
    password: String,
}

/// What a step of the tour came to.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its name.
    pub step: &'static str,
    /// What was seen, or what went wrong, in a sentence.
    pub what: String,
    /// How many milliseconds it took until the API knew; for the sign-in, until the API answered.
    pub ms: Option<u64>,
    /// Whether it came out as it should.
    pub ok: bool,
}

/// What was seen, and how soon.
struct Seen {
    what: String,
    ms: u64,
}

#[derive(Clone, Copy)]
enum Stop {
    SignIn,
    Ban,
    RoleChange,
    Replay,
    KeyRotation,
    SignOutEverywhere,
}

impl Stop {
    const ALL: [Self; 6] = [
        Self::SignIn,
        Self::Ban,
        Self::RoleChange,
        Self::Replay,
        Self::KeyRotation,
        Self::SignOutEverywhere,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Ban => "ban",
            Self::RoleChange => "role-change",
            Self::Replay => "replayed-refresh-token",
            Self::KeyRotation => "key-rotation",
            Self::SignOutEverywhere => "sign-out-everywhere",
        }
    }
}

impl Tour {
    /// A tour of the app at this address as this person.
    ///
    /// # Errors
    /// When there is no HTTP client, or the address is none.
    pub fn new(app: &str, username: &str, password: &str) -> Result<Self, String> {
        let robot = Robot::new().map_err(|error| error.to_string())?;
        Ok(Self {
            robot,
            app: Url::parse(app).map_err(|error| error.to_string())?,
            username: username.to_owned(),
            password: password.to_owned(),
        })
    }

    /// Walks, and calls `tell` after each step.
    pub async fn walk(mut self, tell: impl Fn(&Step)) -> Vec<Step> {
        let mut steps = Vec::new();
        for stop in Stop::ALL {
            let step = self.step(stop).await;
            tell(&step);
            steps.push(step);
        }
        steps
    }

    async fn step(&mut self, stop: Stop) -> Step {
        let outcome = match stop {
            Stop::SignIn => self.sign_in().await,
            Stop::Ban => self.ban().await,
            Stop::RoleChange => self.role_change().await,
            Stop::Replay => self.replay().await,
            Stop::KeyRotation => self.key_rotation().await,
            Stop::SignOutEverywhere => self.act("sign-out-everywhere").await,
        };
        let (what, ms, ok) = match outcome {
            Ok(seen) => (seen.what, Some(seen.ms), true),
            Err(stray) => (stray.to_string(), None, false),
        };
        Step {
            step: stop.name(),
            what,
            ms,
            ok,
        }
    }

    /// Signs in, and calls the API, which must accept the token.
    async fn sign_in(&mut self) -> Result<Seen, Stray> {
        self.robot
            .sign_in(&self.app, &self.username, &self.password)
            .await?;
        let asked = now();
        let page = self.press("call-api").await?;
        let ms = milliseconds(asked.elapsed());
        accepted(&page)?;
        Ok(Seen {
            what: format!("{} signed in, and the API accepted the token.", self.username),
            ms,
        })
    }

    /// Is banned, and lifts the ban, so that the tour can go on.
    async fn ban(&mut self) -> Result<Seen, Stray> {
        let banned = self.act("ban-me").await;
        let page = self.press("unban-me").await?;
        page.sentence("seen").ok_or_else(|| page.problem())?;
        banned
    }

    async fn role_change(&mut self) -> Result<Seen, Stray> {
        self.sign_in().await?;
        let page = self.press("raise-level").await?;
        accepted(&page)?;
        measured(&page)
    }

    /// Replays an old refresh token, and calls the API with what the grant gave until it refuses.
    async fn replay(&mut self) -> Result<Seen, Stray> {
        let page = self.press("replay-refresh").await?;
        let replayed = now();
        if !page.newest().contains("invalid_grant") {
            return Err(page.problem());
        }
        loop {
            let page = self.press("call-api").await?;
            let took = replayed.elapsed();
            if page.newest().contains("HTTP 401") {
                let ms = milliseconds(took);
                return Ok(Seen {
                    what: format!(
                        "The server refused the old refresh token and ended the grant. The API refused after {ms} ms."
                    ),
                    ms,
                });
            }
            if took > PATIENCE {
                return Err(Stray::StillAccepted);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The grant has ended with the step before, so this begins with a sign-in.
    async fn key_rotation(&mut self) -> Result<Seen, Stray> {
        self.sign_in().await?;
        let page = self.press("rotate-key").await?;
        accepted(&page)?;
        measured(&page)
    }

    /// Presses a button whose page says how soon the API refused.
    async fn act(&mut self, button: &str) -> Result<Seen, Stray> {
        let page = self.press(button).await?;
        measured(&page)
    }

    async fn press(&mut self, button: &str) -> Result<Page, Stray> {
        let url = self
            .app
            .join(button)
            .map_err(|_| Stray::Address(button.to_owned()))?;
        self.robot.send(url, &[]).await
    }
}

/// The last thing on the page is a call that the API accepted.
fn accepted(page: &Page) -> Result<(), Stray> {
    if page.newest().contains("HTTP 200") {
        Ok(())
    } else {
        Err(page.problem())
    }
}

/// What the page says that was seen, with the milliseconds in it.
fn measured(page: &Page) -> Result<Seen, Stray> {
    let what = page.sentence("seen").ok_or_else(|| page.problem())?;
    let before = what.split(" ms").next().unwrap_or_default();
    let number = before.rsplit(' ').next().unwrap_or_default();
    let ms = number.parse().map_err(|_| Stray::Other(what.clone()))?;
    Ok(Seen { what, ms })
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
