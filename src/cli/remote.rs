//! A server that a verb works through instead of on the database: its administration API, and a token for it.

mod address;
mod problem;
pub(crate) mod sign_in;
mod token;

use super::args::Global;
use super::exit::{Exit, Failure};
use super::listing::Listing;
use super::output::Output;
use crate::config::Environment;
use crate::ports::{Answered, Call, CallError, Clock as _, Entropy, Http, SystemClock, SystemEntropy};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;
use url::form_urlencoded::{Serializer, byte_serialize};
use vouchsafe_core::spec::username;
use zeroize::Zeroizing;

pub(crate) use address::Address;

/// Seconds that one request waits for its turn at most, where the server has a limit on requests.
const PATIENCE: u64 = 120;
/// Rows of a page: as many as the API gives.
pub(crate) const PAGE: &str = "200";
/// Bytes of an answer that is no file which are read at most.
const MOST_OF_A_REFUSAL: usize = 64 * 1024;

/// The server, and who calls it.
pub(crate) struct Remote {
    address: Address,
    administration: Address,
    http: Http,
    token: Zeroizing<String>,
}

/// A document of the API, and its version.
pub(crate) struct Document {
    /// The document; null where there is none.
    pub(crate) value: Value,
    /// What names its version in a change.
    pub(crate) version: Option<String>,
    /// Whether it was asked for twice, because the first answer was lost.
    pub(crate) again: bool,
}

impl Document {
    /// A member that is a number of things; none when it is not there.
    pub(crate) fn count(&self, name: &str) -> usize {
        let count = self.value.get(name).and_then(Value::as_u64);
        count
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or_default()
    }
}

/// What is asked of the API.
struct Request<'a> {
    method: &'static str,
    path: &'a str,
    body: Option<&'a Value>,
    version: Option<&'a str>,
    key: Option<&'a str>,
}

impl<'a> Request<'a> {
    const fn new(method: &'static str, path: &'a str) -> Self {
        Self {
            method,
            path,
            body: None,
            version: None,
            key: None,
        }
    }
}

/// A part of a list: how many rows have come, and whether to go on.
type Each<'a> = &'a mut dyn FnMut(Value) -> Result<bool, Failure>;

impl Remote {
    /// The server that was named by flag or environment, if one was, with a token for it.
    pub(crate) fn wanted(global: &Global) -> Result<Option<Self>, Failure> {
        let environment = Environment::of_process();
        let Some(address) = Address::named(global, &environment)? else {
            return Ok(None);
        };
        let http = http(global)?;
        let now = SystemClock.now();
        let named = address.of_administration(global, &environment)?;
        let found = token::find(&address, &http, (global, &environment), now)?;
        let administration = named.or(found.administration);
        Ok(Some(Self {
            administration: administration.unwrap_or_else(|| address.clone()),
            address,
            http,
            token: found.token,
        }))
    }

    /// The issuer.
    pub(crate) fn address(&self) -> &str {
        self.address.as_str()
    }

    /// Reads a document.
    pub(crate) fn get(&self, path: &str) -> Result<Document, Failure> {
        self.send(&Request::new("GET", path))
    }

    /// Does something.
    pub(crate) fn post(&self, path: &str, body: Option<&Value>) -> Result<Document, Failure> {
        self.send(&Request {
            body,
            ..Request::new("POST", path)
        })
    }

    /// Makes something. Should the connection be lost before the answer is there, the same is asked once more: by its key
    /// the server knows it again, and makes it once. What it shows this once is not in the second answer then.
    pub(crate) fn create(&self, path: &str, body: &Value) -> Result<Document, Failure> {
        let entropy: &dyn Entropy = &SystemEntropy;
        let key = URL_SAFE_NO_PAD.encode(entropy.bytes::<32>());
        let request = Request {
            body: Some(body),
            key: Some(&key),
            ..Request::new("POST", path)
        };
        match self.call(&request) {
            Err(CallError::Unreachable(_)) => Ok(Document {
                again: true,
                ..self.send(&request)?
            }),
            first => self.read(&first?),
        }
    }

    /// Removes something.
    pub(crate) fn delete(&self, path: &str) -> Result<Document, Failure> {
        self.send(&Request::new("DELETE", path))
    }

    /// Replaces something, of this version when one is named.
    pub(crate) fn put(&self, path: &str, body: &Value, version: Option<&str>) -> Result<Document, Failure> {
        self.send(&Request {
            body: Some(body),
            version,
            ..Request::new("PUT", path)
        })
    }

    /// Sets something that says everything by its path.
    pub(crate) fn set(&self, path: &str) -> Result<Document, Failure> {
        self.send(&Request::new("PUT", path))
    }

    /// Changes members of something of this version.
    pub(crate) fn patch(&self, path: &str, body: &Value, version: Option<&str>) -> Result<Document, Failure> {
        self.send(&Request {
            body: Some(body),
            version,
            ..Request::new("PATCH", path)
        })
    }

    fn send(&self, request: &Request<'_>) -> Result<Document, Failure> {
        self.read(&self.call(request)?)
    }

    /// Asks, and asks again where the server says when: it did nothing of what was too much.
    fn call(&self, request: &Request<'_>) -> Result<Answered, CallError> {
        let mut patience = PATIENCE;
        loop {
            let answer = self.call_once(request)?;
            let told = answer.retry_after.filter(|_| answer.status == 429);
            let Some(left) = told.and_then(|wait| patience.checked_sub(wait)) else {
                return Ok(answer);
            };
            pause(told.unwrap_or_default());
            patience = left;
        }
    }

    fn call_once(&self, request: &Request<'_>) -> Result<Answered, CallError> {
        let kind = if request.method == "PATCH" {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        self.http.call(&Call {
            authorization: Some(&self.authorization()),
            if_match: request.version,
            idempotency_key: request.key,
            body: request.body.map(|body| (kind, Zeroizing::new(body.to_string()))),
            ..Call::new(request.method, &self.url(request.path))
        })
    }

    fn read(&self, answer: &Answered) -> Result<Document, Failure> {
        if !(200..300).contains(&answer.status) {
            return Err(self.failure(answer.status, &answer.body));
        }
        let value = if answer.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&answer.body).map_err(|_| self.not_an_api())?
        };
        Ok(Document {
            value,
            version: answer.etag.clone(),
            again: false,
        })
    }

    fn failure(&self, status: u16, body: &[u8]) -> Failure {
        problem::failure(status, body, &self.address).unwrap_or_else(|| self.not_an_api())
    }

    fn not_an_api(&self) -> Failure {
        Failure::failed(format!(
            "{} does not answer as the administration API of vouchsafe; where that has an address of its own, name it: \
             --admin-origin URL",
            self.administration
        ))
    }

    /// Hands on each row of a list until it is at its end, or no more are wanted.
    pub(crate) fn each(&self, path: &str, query: &[(&str, &str)], each: Each<'_>) -> Result<(), Failure> {
        let (mut cursor, mut seen): (Option<String>, BTreeSet<String>) = Default::default();
        loop {
            let mut pairs = Serializer::new(String::new());
            pairs.extend_pairs(query).append_pair("limit", PAGE);
            if let Some(cursor) = &cursor {
                pairs.append_pair("cursor", cursor);
            }
            let page = self.get(&format!("{path}?{}", pairs.finish()))?.value;
            let items = page.get("items").and_then(Value::as_array);
            for item in items.ok_or_else(|| self.not_an_api())? {
                if !each(item.clone())? {
                    return Ok(());
                }
            }
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) if seen.insert(next.to_owned()) => cursor = Some(next.to_owned()),
                Some(_) => {
                    return Err(Failure::failed(format!(
                        "{} leads back to a page of the list that it gave already: there would be no end to it",
                        self.administration
                    )));
                }
                None => return Ok(()),
            }
        }
    }

    /// Lists everything at a path, as a document while it comes or as a table.
    pub(crate) fn list<const N: usize>(
        &self,
        (path, query): (&str, &[(&str, &str)]),
        output: &Output,
        heads: [&str; N],
        row: impl Fn(&Value) -> [String; N],
    ) -> Result<(), Failure> {
        let mut listing = Listing::new(output);
        self.each(path, query, &mut |item| {
            listing.add(&item, || row(&item));
            Ok(!output.is_broken())
        })?;
        listing.end(heads);
        Ok(())
    }

    /// Writes a file on standard output as it comes.
    pub(crate) fn write_file(&self, path: &str, output: &Output) -> Result<(), Failure> {
        let (mut waiting, mut refusal) = (Vec::new(), Vec::new());
        let authorization = self.authorization();
        let url = self.url(path);
        let call = Call {
            authorization: Some(&authorization),
            ..Call::new("GET", &url)
        };
        let head = self.http.stream(&call, &mut |head, part| {
            if head.status != 200 {
                if refusal.len() < MOST_OF_A_REFUSAL {
                    refusal.extend_from_slice(part);
                }
                return Ok(());
            }
            waiting.extend_from_slice(part);
            // A part may end within a letter, a line never does.
            if let Some(end) = waiting.iter().rposition(|byte| *byte == b'\n') {
                let lines: Vec<u8> = waiting.drain(..=end).collect();
                output.write(&String::from_utf8_lossy(&lines));
            }
            Ok(())
        })?;
        if head.status != 200 {
            return Err(self.failure(head.status, &refusal));
        }
        output.write(&String::from_utf8_lossy(&waiting));
        Ok(())
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.administration)
    }

    fn authorization(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("Bearer {}", self.token.as_str()))
    }

    /// The person with this user name, e-mail address or `sub`.
    pub(crate) fn user(&self, named: &str) -> Result<Document, Failure> {
        let key = username::key(named);
        let (mut by_name, mut by_address) = (None, None);
        let is = |item: &Value, name: &str| {
            let text = item.get(name).and_then(Value::as_str);
            text.is_some_and(|text| username::key(text) == key)
        };
        self.each("/users", &[("q", named.trim())], &mut |item| {
            if is(&item, "username") {
                by_name = Some(word(&item, "sub"));
            }
            if is(&item, "email") {
                by_address = Some(word(&item, "sub"));
            }
            Ok(by_name.is_none() || by_address.is_none())
        })?;
        // Should it be one person's name and another's address, a text with `@` means the address.
        let found = if key.contains('@') {
            by_address.or(by_name)
        } else {
            by_name.or(by_address)
        };
        let sub = found.unwrap_or_else(|| named.to_owned());
        self.get(&format!("/users/{}", part(&sub))).map_err(|failure| {
            if failure.message.starts_with("there is no such user") {
                Failure::failed(format!("there is no user {named:?}"))
            } else {
                failure
            }
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "a command that was told to wait waits")]
fn pause(seconds: u64) {
    std::thread::sleep(Duration::from_secs(seconds));
}

/// Refuses to do on the database what somebody meant for a server.
pub(crate) fn only_on_the_database(global: &Global, verb: &str) -> Result<(), Failure> {
    match Address::named(global, &Environment::of_process())? {
        None => Ok(()),
        Some(address) => Err(Failure::new(
            Exit::Usage,
            format!("`vouchsafe {verb}` works on the database only, not through {address}"),
        )),
    }
}

/// The caller, with the certificate authorities that the configuration adds.
fn http(global: &Global) -> Result<Http, Failure> {
    let config = global.load()?;
    Http::new(config.outbound.extra_ca_file.as_deref()).map_err(Failure::from)
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let exit = match &error {
            CallError::Unreachable(_) => Exit::Unreachable,
            CallError::TooLong => Exit::Failed,
            CallError::Unusable(_) => Exit::Configuration,
        };
        Self::new(exit, error.to_string())
    }
}

/// A text as a part of a path. One that is an address, or begins like an encoded one, is encoded as the API asks.
pub(crate) fn part(text: &str) -> String {
    if text.contains(['/', ':', '~']) {
        return format!("~{}", URL_SAFE_NO_PAD.encode(text));
    }
    byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// A member that is a text; empty when it is none.
pub(crate) fn word(document: &Value, name: &str) -> String {
    let text = document.get(name).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}
