//! Fetches over the network, with limits on everything: who is called, how often, for how long and for how much.
//!
//! A host's addresses are looked up once, all of them are judged, and the connection goes to one of those that were
//! judged: a name that says something else at the next look-up does not lead inside (DNS rebinding).

use super::pace::Paces;
use super::{Fetch, FetchProblem, Fetched, Fetching, Judging, Share, Wanted, https};
use crate::config;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use reqwest::{Certificate, Client, Response, redirect};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use url::{Host, Url};
use vouchsafe_core::model::{Span, UnixTime};
use vouchsafe_core::spec::addresses::is_public;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const DEADLINE: Duration = Duration::from_secs(5);
const PORT: u16 = 443;

/// Calls to the outside.
pub struct Outbound {
    extra_ca_file: Option<PathBuf>,
    allowed: Vec<config::Destination>,
    paces: Paces,
    names: Arc<dyn Resolve>,
    deadline: Duration,
    // Made at the first call: reading the machine's certificates takes a while, and most servers never call anybody.
    clients: OnceLock<Option<Clients>>,
}

/// The two ways to connect.
struct Clients {
    /// To hosts that strangers name: only to addresses of the public internet.
    checked: Client,
    /// To hosts that the operator allowed.
    allowed: Client,
}

impl Outbound {
    /// Calls as the configuration allows them.
    #[must_use]
    pub fn new(config: &config::Outbound) -> Self {
        Self::with_names(config, Arc::new(OfMachine))
    }

    /// The same with somebody else to look names up.
    #[must_use]
    pub fn with_names(config: &config::Outbound, names: Arc<dyn Resolve>) -> Self {
        Self {
            extra_ca_file: config.extra_ca_file.clone(),
            allowed: config.allow_private.clone(),
            paces: Paces::new(),
            names: Arc::new(Answering(names)),
            deadline: DEADLINE,
            clients: OnceLock::new(),
        }
    }

    async fn call(&self, wanted: Wanted<'_>) -> Result<Fetched, FetchProblem> {
        let (url, is_allowed) = self.permitted(wanted.url)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let clients = self.clients().ok_or(FetchProblem::NotSetUp)?;
        let client = if is_allowed {
            &clients.allowed
        } else {
            &clients.checked
        };
        let work = async {
            let _turn = self.paces.of(wanted.share).turn(&host, wanted.now).await?;
            read(client, url, &wanted).await
        };
        tokio::time::timeout(self.deadline, work)
            .await
            .unwrap_or(Err(FetchProblem::TooSlow))
    }

    /// A name without addresses is refused like one that leads inside: nobody learns which it is.
    async fn look_up(&self, text: &str, now: UnixTime) -> Result<(), FetchProblem> {
        let (url, is_allowed) = self.permitted(text)?;
        let name = url.domain().map(str::parse::<Name>);
        let Some(name) = name.filter(|_| !is_allowed) else {
            return Ok(());
        };
        let name = name.map_err(|_| FetchProblem::NoAddress)?;
        let host = url.host_str().unwrap_or_default();
        let work = async {
            let _turn = self.paces.of(Share::Strangers).turn(host, now).await?;
            let looked_up = Checked(Arc::clone(&self.names)).resolve(name).await;
            looked_up.map(drop).map_err(|error| {
                let ours = error.downcast::<FetchProblem>();
                ours.map_or(FetchProblem::NoAddress, |ours| *ours)
            })
        };
        tokio::time::timeout(self.deadline, work)
            .await
            .unwrap_or(Err(FetchProblem::TooSlow))
    }

    /// The address, and whether the operator allowed it.
    fn permitted(&self, text: &str) -> Result<(Url, bool), FetchProblem> {
        let url = https(text)?;
        let is_allowed = self.is_allowed(&url);
        if !is_allowed {
            check_text(&url)?;
        }
        Ok((url, is_allowed))
    }

    fn is_allowed(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default();
        self.allowed
            .iter()
            .any(|known| known.host == host && (known.port.is_none() || known.port == port))
    }

    fn clients(&self) -> Option<&Clients> {
        let made = self.clients.get_or_init(|| match self.make_clients() {
            Ok(clients) => Some(clients),
            Err(cause) => {
                tracing::error!(cause, "outbound calls cannot be made");
                None
            }
        });
        made.as_ref()
    }

    fn make_clients(&self) -> Result<Clients, String> {
        let mut extra = Vec::new();
        if let Some(path) = &self.extra_ca_file {
            let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            extra =
                Certificate::from_pem_bundle(&pem).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let checked = Checked(Arc::clone(&self.names));
        let make = |resolver: Arc<dyn Resolve>| {
            Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .https_only(true)
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(DEADLINE)
                // A kept connection would be to an address that was judged long ago, and on another runtime.
                .pool_max_idle_per_host(0)
                .user_agent(concat!("vouchsafe/", env!("CARGO_PKG_VERSION")))
                .tls_certs_merge(extra.clone())
                .dns_resolver(resolver)
                .build()
                .map_err(|error| error.to_string())
        };
        Ok(Clients {
            checked: make(Arc::new(checked))?,
            allowed: make(Arc::clone(&self.names))?,
        })
    }
}

impl Fetch for Outbound {
    fn fetch<'a>(&'a self, wanted: Wanted<'a>) -> Fetching<'a> {
        Box::pin(self.call(wanted))
    }

    fn judge<'a>(&'a self, url: &'a str, now: UnixTime) -> Judging<'a> {
        Box::pin(self.look_up(url, now))
    }
}

/// What the text of a URL already says about a host that nobody allowed. Addresses of names are judged when they
/// are looked up; an address that is written out is never looked up, and `localhost` is this machine everywhere
/// (RFC 6761 §6.3).
fn check_text(url: &Url) -> Result<(), FetchProblem> {
    if url.port_or_known_default() != Some(PORT) {
        return Err(FetchProblem::Port);
    }
    let public = match url.host() {
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(name)) => !is_localhost(name),
        None => false,
    };
    if public {
        Ok(())
    } else {
        Err(FetchProblem::NotPublic)
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// Looks names up, and says it in words of ours when one has no address.
struct Answering(Arc<dyn Resolve>);

impl Resolve for Answering {
    fn resolve(&self, name: Name) -> Resolving {
        let looked_up = self.0.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = looked_up.await.map(Iterator::collect).unwrap_or_default();
            if found.is_empty() {
                return Err(FetchProblem::NoAddress.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Looks names up as the machine does.
struct OfMachine;

impl Resolve for OfMachine {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Looks names up, and gives none of their addresses when one is not of the public internet.
struct Checked(Arc<dyn Resolve>);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let looked_up = self.0.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = looked_up.await?.collect();
            if found.iter().all(|address| is_public(address.ip())) {
                Ok(Box::new(found.into_iter()) as Addrs)
            } else {
                Err(FetchProblem::NotPublic.into())
            }
        })
    }
}

async fn read(client: &Client, url: Url, wanted: &Wanted<'_>) -> Result<Fetched, FetchProblem> {
    let request = client.get(url).header(ACCEPT, wanted.kinds.join(", "));
    let mut response = request.send().await.map_err(|error| problem(&error))?;
    check_head(&response, wanted)?;
    let max_age = max_age(response.headers());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| problem(&error))? {
        if body.len().saturating_add(chunk.len()) > wanted.most {
            return Err(FetchProblem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { body, max_age })
}

fn check_head(response: &Response, wanted: &Wanted<'_>) -> Result<(), FetchProblem> {
    match response.status().as_u16() {
        200 => {}
        408 | 429 | 500..=599 => return Err(FetchProblem::Away),
        _ => return Err(FetchProblem::Status),
    }
    if response
        .content_length()
        .is_some_and(|length| usize::try_from(length).map_or(true, |length| length > wanted.most))
    {
        return Err(FetchProblem::TooLarge);
    }
    let text = |name| {
        let value = response.headers().get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    let kind = text(CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
    let wanted_kind = wanted.kinds.iter().any(|known| kind.eq_ignore_ascii_case(known));
    // Nothing is unpacked: a small answer could be a large one.
    if wanted_kind && !response.headers().contains_key(CONTENT_ENCODING) {
        Ok(())
    } else {
        Err(FetchProblem::Kind)
    }
}

/// Our own reason where it was ours, nothing of the other side's words otherwise.
fn problem(error: &reqwest::Error) -> FetchProblem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(ours) = error.downcast_ref::<FetchProblem>() {
            return *ours;
        }
        cause = error.source();
    }
    if error.is_timeout() {
        FetchProblem::TooSlow
    } else {
        FetchProblem::Unreachable
    }
}

/// The first directive that fits; what forbids keeping counts as zero.
fn max_age(headers: &HeaderMap) -> Option<Span> {
    let lines = headers.get_all(CACHE_CONTROL).into_iter();
    let directives = lines.filter_map(|line| line.to_str().ok());
    directives
        .flat_map(|line| line.split(','))
        .find_map(|directive| {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "max-age" => value.trim().trim_matches('"').parse::<u32>().ok(),
                "no-store" | "no-cache" => Some(0),
                _ => None,
            }
        })
        .map(|seconds| Span::from_seconds(i64::from(seconds)))
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outbound(..)")
    }
}

#[cfg(test)]
mod tests;
