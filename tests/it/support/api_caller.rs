//! Callers of the administration API: services and administrators with tokens for it.

use super::people::{Registered, metadata};
use super::world::{Answer, World};
use reqwest::blocking::RequestBuilder;
use serde_json::Value;
use vouchsafe_core::model::{ClientKind, ClientMetadata};

/// Every scope of the API.
pub(crate) const ALL: &[&str] = &["vouchsafe:read", "vouchsafe:write", "vouchsafe:signal"];

/// The holder of a token for the API.
pub(crate) struct Caller<'w> {
    world: &'w World,
    /// The access token.
    pub(crate) token: String,
    /// The client that it was issued to.
    pub(crate) client: Registered,
}

impl World {
    /// A service that may use these scopes of the API, with a token for all of them.
    pub(crate) fn service(&self, scopes: &[&str]) -> Caller<'_> {
        let client = self.client(ClientMetadata {
            client_name: "Robot".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            redirect_uris: Vec::new(),
            ..metadata(ClientKind::Service)
        });
        let answer = client.token(self, &[("grant_type", "client_credentials")]);
        assert_eq!(answer.status, 200, "{}", answer.body);
        Caller {
            world: self,
            token: answer.json()["access_token"].as_str().unwrap().to_owned(),
            client,
        }
    }

    /// A person who signs in to a client that may use these scopes, with a token for all of them.
    pub(crate) fn api_person(&self, username: &str, scopes: &[&str]) -> Caller<'_> {
        let client = self.client(ClientMetadata {
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
            ..metadata(ClientKind::Native)
        });
        let tokens = client.sign_in(self, username, &[("scope", &scopes.join(" "))]);
        Caller {
            world: self,
            token: tokens["access_token"].as_str().unwrap().to_owned(),
            client,
        }
    }
}

impl Caller<'_> {
    /// A request below `/api/v1`, not yet sent.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let path = if path.starts_with("/api/") {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        self.world.request(method, &path).bearer_auth(&self.token)
    }

    /// Reads.
    pub(crate) fn get(&self, path: &str) -> Answer {
        Answer::to(self.request("GET", path))
    }

    /// Reads what must be there.
    pub(crate) fn read(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// Sends a document.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(method, path).json(body))
    }

    /// Makes what must be made.
    pub(crate) fn make(&self, path: &str, body: &Value) -> Value {
        let answer = self.send("POST", path, body);
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.json()
    }

    /// Does something that needs no body.
    pub(crate) fn act(&self, method: &str, path: &str) -> Answer {
        Answer::to(self.request(method, path))
    }

    /// Changes what is there, as it is now.
    pub(crate) fn change(&self, method: &str, path: &str, body: &Value) -> Answer {
        let version = self.get(path).header("etag").to_owned();
        Answer::to(self.request(method, path).header("If-Match", version).json(body))
    }
}

impl Answer {
    /// The status and the code of a problem.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.body
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{problem}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{problem}");
        (self.status, problem["code"].as_str().unwrap().to_owned())
    }
}

/// A problem as [`Answer::problem`] gives it.
pub(crate) fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
