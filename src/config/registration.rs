//! Registration of clients by themselves.

use super::key::section;
use super::value::{ListItem, Raw, Value, words};
use vouchsafe_core::model::Span;
use vouchsafe_core::spec::scope;

words! {
    /// Who may register clients over the network (RFC 7591).
    DynamicRegistration {
        /// Nobody.
        Off = "off",
        /// Whoever has an initial access token.
        Token = "token",
        /// Anybody.
        Open = "open",
    }
}

/// The scopes that OpenID Connect defines: what they tell of a person, most people expect. Roles and groups are for
/// those that an operator knows.
const OF_OPENID: [&str; 6] = [
    scope::OPENID,
    scope::PROFILE,
    scope::EMAIL,
    scope::ADDRESS,
    scope::PHONE,
    scope::OFFLINE_ACCESS,
];

section! {
    /// Dynamic client registration: docs/dynamic-registration.md.
    Registration in "registration." {
        /// Who may register clients over the network: `off` nobody, `token` whoever has an initial access token
        /// (`vouchsafe client initial-token`), `open` anybody.
        dynamic: DynamicRegistration = DynamicRegistration::Off;
        /// Whether a `client_id` may be the https URL of a document with the client's metadata, which is then fetched.
        client_id_metadata_documents: bool = false;
        /// Scopes that clients which registered themselves may have, as far as the initial access token says nothing
        /// else. Those of an API are kept only while an API owns them; `vouchsafe:*` is never among them.
        scopes: Vec<ScopeName> = OF_OPENID.iter().map(|name| ScopeName((*name).to_owned())).collect();
        /// Whether the pages show the logos of clients that registered themselves. The server fetches a logo once, draws
        /// it again and serves it from its own address.
        logos: bool = true;
        /// A client that registered itself without an initial access token is removed when it was not used for so long.
        unused_lifetime: Span = Span::from_days(30), from Span::from_days(2) => Span::from_days(400);
        /// Clients that registered themselves over the network without an initial access token, at most; beyond that none
        /// is taken.
        most_clients: usize = 10_000;
        /// Clients that are known by their metadata documents, at most; beyond that no other is taken.
        most_document_clients: usize = 10_000;
    }
}

/// A scope by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeName(pub String);

impl Value for ScopeName {
    const SHAPE: &'static str = "scope";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = String::read(raw)?;
        if !scope::is_token(&text) {
            return Err(format!("has {text:?}, which is not one scope"));
        }
        // Whoever registers a client could make it an administrator.
        if scope::administers(&text) {
            return Err(format!(
                "has {text:?}, which only an administrator gives a client"
            ));
        }
        Ok(Self(text))
    }
    fn show(&self) -> String {
        self.0.clone()
    }
}

impl ListItem for ScopeName {
    const LIST_SHAPE: &'static str = "list of scopes, like `[\"openid\", \"profile\"]`";
}
