//! The checks of an authorization request in their order: `Raw` → `ClientBound` → `RedirectBound` → `Accepted`.
//!
//! Each stage owns what the one before proved, and has one table of checks. A check of the wrong stage does not
//! compile. Until the redirect URI is proven, a refusal is a page of ours; from then on it goes to the client.

mod checks;

use crate::clients::Known;
use crate::oauth::authorize::respond::Destination;
use crate::tokens::OwnTokens;
use std::sync::Arc;
use vouchsafe_core::model::{Api, AuthorizationRequest, Client, ClientId, UnixTime};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::{Params, form_decode};

/// A request that was refused, and where the refusal goes: to the client, or to the person when there is no
/// address that may be trusted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// Why.
    pub(super) reason: Reason,
    /// Where the client is told; none for a page of ours.
    pub(super) destination: Option<Destination>,
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            destination: None,
        }
    }
}

/// A request as it came.
pub(super) struct Raw {
    params: Params,
    /// Why not all of it could be read.
    malformed: Option<Reason>,
}

/// A request whose client is known.
pub(super) struct ClientBound {
    params: Params,
    malformed: Option<Reason>,
    known: Arc<Known>,
}

/// What the last checks look at beside the request.
pub(super) struct Surroundings {
    /// The registered APIs.
    pub(super) apis: Arc<Vec<Api>>,
    /// Reads ID tokens of ours.
    pub(super) own_tokens: Arc<OwnTokens>,
    /// The time.
    pub(super) now: UnixTime,
}

/// A request that can be answered: its redirect URI is the client's own.
pub(super) struct RedirectBound {
    params: Params,
    malformed: Option<Reason>,
    known: Arc<Known>,
    surroundings: Surroundings,
    /// What has been read so far.
    request: AuthorizationRequest,
}

/// A request that passed every check that does not need a person.
pub(super) struct Accepted {
    /// Who asks.
    pub(super) known: Arc<Known>,
    /// What is asked for.
    pub(super) request: AuthorizationRequest,
}

/// One line of a table.
struct Row<S> {
    name: &'static str,
    check: fn(&mut S) -> Result<(), Reason>,
}

const CLIENT_BOUND: &[Row<ClientBound>] = &[
    Row {
        name: "the client is enabled",
        check: checks::client_enabled,
    },
    Row {
        name: "redirect_uri",
        check: checks::redirect_uri,
    },
];

const REDIRECT_BOUND: &[Row<RedirectBound>] = &[
    // First, so that the client finds its state in whatever is refused below.
    Row {
        name: "state",
        check: checks::state,
    },
    Row {
        name: "well-formed",
        check: checks::well_formed,
    },
    Row {
        name: "no repeats",
        check: checks::no_repeats,
    },
    Row {
        name: "request, request_uri, registration",
        check: checks::no_request_object,
    },
    Row {
        name: "response_type",
        check: checks::response_type,
    },
    Row {
        name: "response_mode",
        check: checks::response_mode,
    },
    Row {
        name: "grant type",
        check: checks::grant_type,
    },
    Row {
        name: "scope",
        check: checks::scope,
    },
    Row {
        name: "resource",
        check: checks::resource,
    },
    Row {
        name: "code_challenge",
        check: checks::code_challenge,
    },
    Row {
        name: "nonce",
        check: checks::nonce,
    },
    Row {
        name: "prompt",
        check: checks::prompt,
    },
    Row {
        name: "max_age",
        check: checks::max_age,
    },
    Row {
        name: "hints",
        check: checks::hints,
    },
    Row {
        name: "id_token_hint",
        check: checks::id_token_hint,
    },
];

impl Raw {
    /// A query. When it cannot be read as a whole, what can be read of it still says whom to tell.
    ///
    /// # Errors
    /// When not even that can be read.
    pub(super) fn of_query(query: &[u8]) -> Result<Self, Refused> {
        match Params::parse(query) {
            Ok(params) => Ok(Self {
                params,
                malformed: None,
            }),
            Err(reason) => {
                let readable = query.split(|byte| *byte == b'&').filter(|pair| is_address(pair));
                let readable = readable.collect::<Vec<_>>().join(&b'&');
                Ok(Self {
                    params: Params::parse(&readable)?,
                    malformed: Some(reason),
                })
            }
        }
    }

    /// A form that was read.
    #[must_use]
    pub(super) const fn of_form(params: Params) -> Self {
        Self {
            params,
            malformed: None,
        }
    }

    /// Who asks.
    ///
    /// # Errors
    /// [`Reason::ClientUnknown`] when nobody, or more than one.
    pub(super) fn client_id(&self) -> Result<ClientId, Refused> {
        match self.params.all("client_id").as_slice() {
            [id] => Ok(ClientId::new(*id)),
            _ => Err(Reason::ClientUnknown.into()),
        }
    }

    /// Where the answer is asked to go, still unchecked.
    pub(super) fn redirect_uri(&self) -> Option<String> {
        self.params.one("redirect_uri").map(str::to_owned)
    }

    /// Binds the request to the client of that id.
    ///
    /// # Errors
    /// [`Reason::ClientUnknown`], and what [`CLIENT_BOUND`] refuses.
    pub(super) fn of_client(self, known: Option<Arc<Known>>) -> Result<ClientBound, Refused> {
        let known = known.ok_or(Reason::ClientUnknown)?;
        let mut stage = ClientBound {
            params: self.params,
            malformed: self.malformed,
            known,
        };
        run(CLIENT_BOUND, &mut stage)?;
        Ok(stage)
    }
}

impl ClientBound {
    /// Who asks.
    pub(super) fn client(&self) -> &Client {
        &self.known.client
    }

    /// What the token is to be for, still unchecked.
    pub(super) fn resources(&self) -> Vec<&str> {
        self.params.all("resource")
    }

    /// Goes on with the redirect URI that was proven, and runs all that is left.
    ///
    /// # Errors
    /// What [`REDIRECT_BOUND`] refuses, for the client.
    pub(super) fn accept(self, surroundings: Surroundings) -> Result<Accepted, Refused> {
        let Self {
            params,
            malformed,
            known,
        } = self;
        let request = empty(&known, params.one("redirect_uri").unwrap_or_default());
        let mut stage = RedirectBound {
            params,
            malformed,
            known,
            surroundings,
            request,
        };
        match run(REDIRECT_BOUND, &mut stage) {
            Ok(()) => Ok(Accepted {
                known: stage.known,
                request: stage.request,
            }),
            Err(reason) => Err(Refused {
                reason,
                destination: Some(Destination::of(&stage.request)),
            }),
        }
    }
}

fn run<S>(rows: &[Row<S>], stage: &mut S) -> Result<(), Reason> {
    rows.iter().try_for_each(|row| {
        (row.check)(stage).inspect_err(|reason| {
            tracing::debug!(
                check = row.name,
                reason = reason.id(),
                "an authorization request was refused"
            );
        })
    })
}

/// Whether a pair of a query can be read and says whom to answer.
fn is_address(pair: &[u8]) -> bool {
    let mut halves = pair.splitn(2, |byte| *byte == b'=').map(form_decode);
    let name = halves.next().and_then(Result::ok);
    name.is_some_and(|name| matches!(name.as_str(), "client_id" | "redirect_uri" | "state"))
        && halves.all(|value| value.is_ok())
}

fn empty(known: &Known, redirect_uri: &str) -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: known.client.id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        state: None,
        nonce: None,
        scopes: Vec::new(),
        scopes_dropped: false,
        resources: Vec::new(),
        code_challenge: None,
        prompt: Vec::new(),
        max_age: None,
        login_hint: None,
        hinted_user: None,
        ui_locales: Vec::new(),
        acr_values: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
