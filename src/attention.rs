//! What administrators should look at, how the parts of this server are, and what a new installation still lacks. Only
//! reads; nothing here decides anything.

use crate::clients::own_client;
use crate::db;
use crate::services::Services;
use crate::store::{StoreError, Tx};
use serde::Serialize;
use url::{Host, Url};
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{ClientId, ClientMetadata, KeyAlgorithm, Span, UnixTime};

/// A secret that ends within this time is told of.
const SOON: Span = Span::from_days(30);
/// A client that was given nothing for this long is told of.
const LONG: Span = Span::from_days(90);
/// Publication that is later than this is late.
const LATE: Span = Span::from_seconds(10);
/// Of each kind, so many are named.
const NAMED: i64 = 20;

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Attention {
    /// The last secret of a client ends soon.
    SecretEnds {
        /// The client.
        client_id: ClientId,
        /// When, in seconds.
        ends_at: i64,
    },
    /// A client was given nothing for 90 days.
    ClientUnused {
        /// The client.
        client_id: ClientId,
    },
    /// A client's code would travel over http to another machine.
    HttpRedirect {
        /// The client.
        client_id: ClientId,
        /// The address.
        redirect_uri: String,
    },
    /// There is no next key of an algorithm: the coming rotation cannot happen.
    NoNextKey {
        /// The algorithm.
        alg: &'static str,
    },
    /// Nothing can be signed.
    CannotSign {
        /// Why.
        why: String,
    },
    /// Events are numbered and told late.
    PublisherLate {
        /// By how many seconds.
        seconds: i64,
    },
    /// Only one person administers the server.
    OneAdministrator,
}

/// How a part of the server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The part.
    pub part: &'static str,
    /// Whether it is well.
    pub well: bool,
    /// In words.
    pub words: String,
}

/// A step of a new installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What to do.
    pub what: &'static str,
    /// Where, in the administration.
    pub path: &'static str,
    /// Whether it is done.
    pub done: bool,
}

/// What the database knows of all this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    items: Vec<Attention>,
    has_client: bool,
    administrators: usize,
    has_name: bool,
}

/// Looks at the database.
///
/// # Errors
/// When the store fails.
pub fn look(tx: &mut Tx<'_>, now: UnixTime) -> Result<Looked, StoreError> {
    let mut items = Vec::new();
    for (client_id, ends_at) in db!(tx, attention::ending_secrets((now, now.plus(SOON)), NAMED))? {
        items.push(Attention::SecretEnds {
            client_id,
            ends_at: ends_at.seconds(),
        });
    }
    for (client_id, metadata) in db!(tx, attention::clients_with_http(NAMED))? {
        let metadata: Option<ClientMetadata> = serde_json::from_str(&metadata).ok();
        let uris = metadata
            .map(|metadata| metadata.redirect_uris)
            .unwrap_or_default();
        if let Some(redirect_uri) = uris.into_iter().find(|uri| leaves_by_http(uri)) {
            items.push(Attention::HttpRedirect {
                client_id,
                redirect_uri,
            });
        }
    }
    for client_id in db!(
        tx,
        attention::unused_clients(own_client::ID, now.minus(LONG), NAMED)
    )? {
        items.push(Attention::ClientUnused { client_id });
    }
    let has_client = db!(tx, attention::has_client(own_client::ID))?;
    let administrators = db!(tx, administrators::able(None, now, 2))?;
    let (_, settings) = crate::site::read(tx)?;
    Ok(Looked {
        items,
        has_client,
        administrators,
        has_name: settings.site_name.is_some(),
    })
}

impl Looked {
    /// Everything to look at, the worst first.
    #[must_use]
    pub fn attention(&self, services: &Services, now: UnixTime) -> Vec<Attention> {
        let mut all = own(services, now);
        all.extend(self.items.iter().cloned());
        if self.administrators == 1 && self.has_client {
            all.push(Attention::OneAdministrator);
        }
        all
    }

    /// What a new installation should still do; nothing when all is done.
    #[must_use]
    pub fn checklist(&self, issuer: &str) -> Vec<Step> {
        let mut steps = vec![
            Step {
                what: "Register the first application",
                path: "/admin/applications",
                done: self.has_client,
            },
            Step {
                what: "Give the installation a name that people know",
                path: "/admin/settings",
                done: self.has_name,
            },
            Step {
                what: "Make a second administrator, so that one can help the other",
                path: "/admin/users",
                done: self.administrators > 1,
            },
        ];
        // An installation for one machine needs no https.
        if !issuer.starts_with("http://") {
            steps.push(Step {
                what: "Serve it over https",
                path: "/admin/settings",
                done: issuer.starts_with("https://"),
            });
        }
        if steps.iter().all(|step| step.done) {
            steps.clear();
        }
        steps
    }
}

/// How the parts of this node are. That the database answers, the caller knows.
#[must_use]
pub fn health(services: &Services, now: UnixTime) -> Vec<Health> {
    let signing = services.keys.check_can_sign(KeyAlgorithm::default(), now);
    let published = services.feed.figures().published_to;
    let late = now.since(published);
    vec![
        Health {
            part: "Database",
            well: true,
            words: "answers".to_owned(),
        },
        Health {
            part: "Signing keys",
            well: signing.is_ok(),
            words: signing.map_or_else(|error| error.to_string(), |()| "can sign".to_owned()),
        },
        Health {
            part: "Events",
            well: late <= LATE,
            words: if late <= LATE {
                "numbered and told within seconds".to_owned()
            } else {
                "not numbered lately: resource servers hear late of what ends".to_owned()
            },
        },
        match services.last_tended() {
            Some(at) if now.since(at) <= JOBS_LATE => Health {
                part: "Jobs",
                well: true,
                words: "keys and expired rows are looked after every minute".to_owned(),
            },
            Some(_) | None => Health {
                part: "Jobs",
                well: false,
                words: "keys and expired rows were not looked after lately; the log says why".to_owned(),
            },
        },
    ]
}

const JOBS_LATE: Span = Span::from_minutes(5);

/// What this node knows without the database.
fn own(services: &Services, now: UnixTime) -> Vec<Attention> {
    let mut all = Vec::new();
    if let Err(error) = services.keys.check_can_sign(KeyAlgorithm::default(), now) {
        all.push(Attention::CannotSign {
            why: error.to_string(),
        });
    }
    let late = now.since(services.feed.figures().published_to);
    if late > LATE && services.last_tended().is_some() {
        all.push(Attention::PublisherLate {
            seconds: late.seconds(),
        });
    }
    let states = services.keys.states(now);
    let has = |alg: KeyAlgorithm, wanted: KeyState| {
        states
            .iter()
            .any(|(key, state)| key.alg == alg && *state == wanted)
    };
    let mut algs: Vec<KeyAlgorithm> = states.iter().map(|(key, _)| key.alg).collect();
    algs.dedup();
    for alg in algs {
        if has(alg, KeyState::Active) && !has(alg, KeyState::Next) {
            all.push(Attention::NoNextKey { alg: alg.as_str() });
        }
    }
    all
}

/// Whether an address is http on another machine.
fn leaves_by_http(uri: &str) -> bool {
    let Some(url) = Url::parse(uri).ok().filter(|url| url.scheme() == "http") else {
        return false;
    };
    match url.host() {
        Some(Host::Domain(name)) => name != "localhost",
        Some(Host::Ipv4(address)) => !address.is_loopback(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_this_machine() {
        for fine in [
            "https://app.example/cb",
            "http://localhost/cb",
            "http://127.0.0.1:1/cb",
            "http://[::1]/cb",
            "app.example:/cb",
        ] {
            assert!(!leaves_by_http(fine), "{fine}");
        }
        for leaving in [
            "http://app.example/cb",
            "http://10.0.0.1/cb",
            "http://localhost.evil.test/cb",
        ] {
            assert!(leaves_by_http(leaving), "{leaving}");
        }
    }

    #[test]
    fn a_checklist_is_gone_when_all_is_done() {
        let looked = |administrators, has_name| Looked {
            items: Vec::new(),
            has_client: true,
            administrators,
            has_name,
        };
        assert_eq!(looked(1, true).checklist("https://id.example").len(), 4);
        assert_eq!(looked(1, true).checklist("http://localhost:7300").len(), 3);
        assert!(looked(2, true).checklist("https://id.example").is_empty());
    }
}
