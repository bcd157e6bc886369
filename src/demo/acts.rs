//! What an administrator does to the person at the demo app, and how soon the API knows: the buttons that end or
//! change something, and wait until an API that asks nobody refuses.

use super::app::DemoApp;
use super::browsers::Tokens;
use super::exchange::{Exchange, Outgoing};
use super::relying_party::Problem;
use super::tokens::Decoded;
use actix_web::web;
use reqwest::Url;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the API is asked whether it refuses.
const LOOK: Duration = Duration::from_millis(20);
/// How long the API has to notice.
const PATIENCE: Duration = Duration::from_secs(10);

impl DemoApp {
    /// Bans the person, and waits until the API refuses the token that it took a moment ago.
    pub(super) async fn ban(&self, cookie: &str, log: &mut Vec<Exchange>) -> Result<String, Problem> {
        let tokens = self.tokens(cookie)?;
        let sub = tokens.subject();
        let banned = self
            .type_in(
                &["user", "ban", &sub, "--reason", "Pressed the button of the demo"],
                log,
            )
            .await?;
        let took = self.until_refused(&tokens.access_token, banned, log).await?;
        Ok(format!(
            "The API refused after {took} ms. It asked nobody: the server told it. Nothing of what this person held works any more."
        ))
    }

    /// Lifts the ban. What it ended stays ended.
    pub(super) async fn unban(&self, cookie: &str, log: &mut Vec<Exchange>) -> Result<String, Problem> {
        let sub = self.tokens(cookie)?.subject();
        self.type_in(&["user", "unban", &sub], log).await?;
        Ok("The person may sign in again. The old tokens stay dead.".to_owned())
    }

    /// Ends every session and grant of the person, and waits until the API refuses what one of them gave.
    pub(super) async fn sign_out_everywhere(
        &self,
        cookie: &str,
        log: &mut Vec<Exchange>,
    ) -> Result<String, Problem> {
        let tokens = self.tokens(cookie)?;
        let sub = tokens.subject();
        let ended = self.type_in(&["user", "logout", &sub], log).await?;
        let took = self.until_refused(&tokens.access_token, ended, log).await?;
        Ok(format!(
            "The API refused after {took} ms. This person is signed out everywhere, and may sign in again."
        ))
    }

    /// Gives the person another role: the old token is refused, one refresh later the new one is taken.
    pub(super) async fn raise_level(&self, cookie: &str, log: &mut Vec<Exchange>) -> Result<String, Problem> {
        let tokens = self.tokens(cookie)?;
        let sub = tokens.subject();
        let before = level_of(&tokens.access_token);
        let level = self
            .browsers
            .change(cookie, |browser| {
                browser.level = browser.level.max(before).saturating_add(1);
                browser.level
            })
            .unwrap_or(1);
        let role = format!("level-{level}");
        let changed = self.type_in(&["user", "set-role", &sub, &role], log).await?;
        let took = self.until_refused(&tokens.access_token, changed, log).await?;
        let tokens = self.refresh(cookie, log).await?;
        self.call_orders(
            "The app calls the API with the new token",
            &tokens.access_token,
            log,
        )
        .await?;
        Ok(format!(
            "The API refused after {took} ms (claims_changed). One refresh later the new token says {role}, and nobody was signed out."
        ))
    }

    /// Makes the next signing key the active one: old tokens go on, new ones are signed by it.
    pub(super) async fn rotate_key(&self, cookie: &str, log: &mut Vec<Exchange>) -> Result<String, Problem> {
        let old = self.tokens(cookie)?.access_token;
        let rotated = self
            .type_in(&["keys", "rotate", "--now", "--force", "--yes"], log)
            .await?;
        let before = Decoded::of(&old).header;
        let mut tokens = self.refresh(cookie, log).await?;
        while Decoded::of(&tokens.access_token).header == before && rotated.elapsed() < PATIENCE {
            tokio::time::sleep(LOOK).await;
            log.pop();
            tokens = self.refresh(cookie, log).await?;
        }
        let took = rotated.elapsed().as_millis();
        self.call_orders(
            "The app calls the API with a token of the new key",
            &tokens.access_token,
            log,
        )
        .await?;
        self.call_orders("The app calls the API with a token of the old key", &old, log)
            .await?;
        Ok(format!(
            "After {took} ms tokens came from the new key, which had stood in the key set for long. The API took both."
        ))
    }

    /// Has a command typed. Tells when it was done.
    async fn type_in(&self, words: &[&str], log: &mut Vec<Exchange>) -> Result<Instant, Problem> {
        let typed: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let (terminal, at_terminal) = (Arc::clone(&self.terminal), typed.clone());
        let done = web::block(move || {
            let words: Vec<&str> = at_terminal.iter().map(String::as_str).collect();
            terminal.run(&words)
        });
        let outcome = done.await.unwrap_or_else(|error| Err(error.to_string()));
        let at = now();
        log.push(Exchange {
            title: "An administrator types a command".to_owned(),
            request: shown(&typed),
            response: outcome
                .as_ref()
                .map_or_else(Clone::clone, |()| "Done.".to_owned()),
            succeeded: outcome.is_ok(),
        });
        outcome.map(|()| at).map_err(Problem::Command)
    }

    /// Calls the API until it refuses the token; how many milliseconds after `since` it did.
    async fn until_refused(
        &self,
        token: &str,
        since: Instant,
        log: &mut Vec<Exchange>,
    ) -> Result<u128, Problem> {
        loop {
            let (exchange, answer) = self
                .party
                .caller
                .send(self.orders("The API is asked again and again", token)?)
                .await;
            let took = since.elapsed();
            if answer.is_some_and(|answer| answer.status == 401) {
                log.push(exchange);
                return Ok(took.as_millis());
            }
            if took > PATIENCE {
                log.push(exchange);
                return Err(Problem::NotRefused);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn call_orders(
        &self,
        title: &'static str,
        token: &str,
        log: &mut Vec<Exchange>,
    ) -> Result<(), Problem> {
        let (exchange, _) = self.party.caller.send(self.orders(title, token)?).await;
        log.push(exchange);
        Ok(())
    }

    fn orders(&self, title: &'static str, token: &str) -> Result<Outgoing, Problem> {
        let url = Url::parse(&format!("{}/orders", self.api_url)).map_err(|_| Problem::Provider)?;
        Ok(Outgoing::get(title, url).with_token(token))
    }

    fn tokens(&self, cookie: &str) -> Result<Tokens, Problem> {
        self.browsers.read(cookie).tokens.ok_or(Problem::NotSignedIn)
    }
}

/// A command as it is typed.
fn shown(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        if word.contains(' ') {
            format!("'{word}'")
        } else {
            word.clone()
        }
    });
    format!("$ vouchsafe {}", quoted.collect::<Vec<_>>().join(" "))
}

/// The level that a token says: another browser, or an earlier run, may have raised it.
fn level_of(access_token: &str) -> u32 {
    let claims: Value = serde_json::from_str(&Decoded::of(access_token).claims).unwrap_or_default();
    let roles = claims.get("roles").and_then(Value::as_array);
    let levels = roles.into_iter().flatten().filter_map(|role| {
        let level = role.as_str()?.strip_prefix("level-")?;
        level.parse().ok()
    });
    levels.max().unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "the demo shows how long something took")]
pub(super) fn now() -> Instant {
    Instant::now()
}
