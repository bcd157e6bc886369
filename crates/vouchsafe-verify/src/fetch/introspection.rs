//! RFC 7662 — the issuer is asked about a token, for routes that cannot bear to know less than the issuer does.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use serde::Deserialize;

use super::directory::Directory;
use super::http::Login;
use super::problem::FetchProblem;
use crate::error::Rejection;
use crate::json;

/// How long an answer counts.
const LIFE: Duration = Duration::from_secs(5);
/// When there are more answers, all are forgotten.
const MOST: usize = 4096;

pub(super) struct Introspection {
    directory: Arc<Directory>,
    login: Option<Login>,
    answers: Mutex<HashMap<[u8; 32], Remembered>>,
    problem: Mutex<Option<FetchProblem>>,
}

#[derive(Clone, Copy)]
struct Remembered {
    is_active: bool,
    at: Duration,
}

#[derive(Deserialize)]
struct Answer {
    active: bool,
}

impl Introspection {
    pub(super) fn new(directory: Arc<Directory>, login: Option<Login>) -> Self {
        Self {
            directory,
            login,
            answers: Mutex::default(),
            problem: Mutex::default(),
        }
    }

    /// Asks whether a token is active, or remembers the answer of a moment ago.
    pub(super) async fn check(&self, token: &str, audience: &str, scope: &str) -> Result<(), Rejection> {
        let name = name(&[token, audience, scope]);
        let now = self.directory.clock.monotonic();
        let is_active = match self.remembered(name, now) {
            Some(is_active) => is_active,
            None => match self.ask(token).await {
                Ok(is_active) => {
                    self.remember(name, Remembered { is_active, at: now });
                    self.note(None);
                    is_active
                }
                Err(problem) => {
                    self.note(Some(problem));
                    return Err(Rejection::IntrospectionUnavailable);
                }
            },
        };
        if is_active {
            Ok(())
        } else {
            Err(Rejection::Revoked)
        }
    }

    pub(super) fn problem(&self) -> Option<FetchProblem> {
        self.problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn ask(&self, token: &str) -> Result<bool, FetchProblem> {
        let login = self.login.as_ref().ok_or(FetchProblem::NoIntrospection)?;
        let metadata = self.directory.metadata().await?;
        let address = metadata
            .introspection
            .clone()
            .ok_or(FetchProblem::NoIntrospection)?;
        let form = [("token", token), ("token_type_hint", "access_token")];
        let answer = self.directory.http.post(address, login, &form).await?;
        let malformed = FetchProblem::IntrospectionMalformed;
        let text = std::str::from_utf8(&answer.body).map_err(|_| malformed.clone())?;
        let answer: Answer = json::read_object(text).map_err(|_| malformed)?;
        Ok(answer.active)
    }

    fn remembered(&self, name: [u8; 32], now: Duration) -> Option<bool> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = answers.get(&name)?;
        (now.saturating_sub(answer.at) < LIFE).then_some(answer.is_active)
    }

    fn remember(&self, name: [u8; 32], answer: Remembered) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST {
            answers.clear();
        }
        answers.insert(name, answer);
    }

    fn note(&self, problem: Option<FetchProblem>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }
}

/// A question by its hash, so that no token lies in the memory. Zero bytes are in none of the parts.
fn name(parts: &[&str]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    let mut name = [0; 32];
    for (to, from) in name.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    name
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection").finish_non_exhaustive()
    }
}
