//! What the demo app remembers of each browser, in memory: sign-ins under way, tokens, what went over the wire.

use super::exchange::Exchange;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Browsers that are remembered; the one that came first is forgotten first.
const BROWSERS: usize = 256;
/// Sign-ins that one browser may have under way.
const ATTEMPTS: usize = 8;
/// Exchanges that are kept to be shown.
const EXCHANGES: usize = 30;

/// A sign-in under way: what the answer must fit.
#[derive(Clone)]
pub(super) struct Attempt {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// What a sign-in gave.
#[derive(Clone)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    /// Refresh tokens that were replaced, oldest first.
    pub(super) spent: Vec<String>,
    /// The claims of the UserInfo endpoint.
    pub(super) userinfo: serde_json::Value,
}

impl Tokens {
    /// The person: the `sub` that the UserInfo endpoint said.
    pub(super) fn subject(&self) -> String {
        let sub = self.userinfo.get("sub").and_then(|sub| sub.as_str());
        sub.unwrap_or_default().to_owned()
    }
}

/// What is remembered of one browser.
#[derive(Clone, Default)]
pub(super) struct Browser {
    attempts: VecDeque<Attempt>,
    exchanges: VecDeque<Exchange>,
    /// Tokens, while somebody is signed in.
    pub(super) tokens: Option<Tokens>,
    /// What went wrong last.
    pub(super) problem: Option<String>,
    /// What was seen last, in a sentence.
    pub(super) seen: Option<String>,
    /// How often the person was given another role here.
    pub(super) level: u32,
}

/// All browsers, by their cookie.
#[derive(Default)]
pub(super) struct Browsers(Mutex<VecDeque<(String, Browser)>>);

impl Browsers {
    /// What is remembered of a browser; nothing of one that is not known.
    pub(super) fn read(&self, cookie: &str) -> Browser {
        self.change(cookie, |browser| browser.clone()).unwrap_or_default()
    }

    /// Changes what is remembered of a browser that is known.
    pub(super) fn change<T>(&self, cookie: &str, change: impl FnOnce(&mut Browser) -> T) -> Option<T> {
        let mut browsers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        browsers
            .iter_mut()
            .find(|(known, _)| known == cookie)
            .map(|(_, browser)| change(browser))
    }

    /// Begins to remember a browser.
    pub(super) fn add(&self, cookie: String) {
        let mut browsers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if browsers.len() == BROWSERS {
            browsers.pop_front();
        }
        browsers.push_back((cookie, Browser::default()));
    }
}

impl Browser {
    /// A sign-in begins.
    pub(super) fn begin(&mut self, attempt: Attempt) {
        if self.attempts.len() == ATTEMPTS {
            self.attempts.pop_front();
        }
        self.attempts.push_back(attempt);
        self.problem = None;
    }

    /// The sign-in with this `state`, once.
    pub(super) fn take(&mut self, state: &str) -> Option<Attempt> {
        let at = self.attempts.iter().position(|attempt| attempt.state == state)?;
        self.attempts.remove(at)
    }

    /// Writes down what went over the wire.
    pub(super) fn log(&mut self, exchange: Exchange) {
        if self.exchanges.len() == EXCHANGES {
            self.exchanges.pop_front();
        }
        self.exchanges.push_back(exchange);
    }

    /// What went over the wire, newest first.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.iter().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempt, BROWSERS, Browser, Browsers};

    #[test]
    fn an_answer_is_taken_once_and_old_sign_ins_are_forgotten() {
        let attempt = |state: &str| Attempt {
            state: state.to_owned(),
            nonce: String::new(),
            verifier: String::new(),
        };
        let mut browser = Browser::default();
        (0..9).for_each(|n| browser.begin(attempt(&n.to_string())));
        assert!(browser.take("0").is_none());
        assert!(browser.take("8").is_some());
        assert!(browser.take("8").is_none());
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let browsers = Browsers::default();
        (0..=BROWSERS).for_each(|n| browsers.add(n.to_string()));
        assert!(browsers.change("0", |_| ()).is_none());
        assert!(browsers.change("1", |_| ()).is_some());
    }
}
