//! A client that refreshes while servers die: it keeps the newest token that it was given, and asks again with it.

use super::patience::{pause, until};
use super::people::Registered;
use super::world::{Answer, Site};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// One chain of refresh tokens.
pub(crate) struct Chain<'a> {
    app: &'a Registered,
    newest: String,
    /// How many rotations were answered.
    pub(crate) rotations: u32,
}

impl<'a> Chain<'a> {
    /// A chain that begins with this token.
    pub(crate) fn new(app: &'a Registered, token: &str) -> Self {
        Self {
            app,
            newest: token.to_owned(),
            rotations: 0,
        }
    }

    /// Refreshes without a pause until it is over.
    pub(crate) fn rotate_until(&mut self, site: &Site, over: &AtomicBool) {
        while !over.load(Ordering::Relaxed) {
            if !self.rotate(site) {
                pause(Duration::from_millis(5));
            }
        }
    }

    /// Asks until an answer comes.
    pub(crate) fn goes_on(&mut self, site: &Site) {
        until("an answer to a refresh token", || self.rotate(site).then_some(()));
    }

    /// The grant and the generation that the newest token names (`vrt1.<key id>.<gid>.<generation>.<MAC>`).
    pub(crate) fn names(&self) -> (&str, i64) {
        let parts: Vec<&str> = self.newest.split('.').collect();
        (parts[2], parts[3].parse().unwrap())
    }

    /// Refreshes once. No answer, or one that says to try again, leaves it open whether the server has done it.
    fn rotate(&mut self, site: &Site) -> bool {
        let form = [("grant_type", "refresh_token"), ("refresh_token", &*self.newest)];
        let answer = Answer::if_any(self.app.request(site, "/token", &form));
        match answer.filter(|answer| answer.status != 503) {
            None => false,
            Some(answer) => {
                assert_eq!(answer.status, 200, "a living chain was refused: {}", answer.body);
                self.newest = answer.json()["refresh_token"].as_str().unwrap().to_owned();
                self.rotations += 1;
                true
            }
        }
    }
}
