//! Calls that the server itself makes.

use super::key::section;
use super::value::{ListItem, Raw, Value};
use std::path::PathBuf;

section! {
    /// Calls that the server itself makes, for documents whose addresses clients name. They are `https` only, at port
    /// 443 only, and refuse private addresses.
    Outbound in "outbound." {
        /// A PEM file with further certificate authorities to trust.
        extra_ca_file: Option<PathBuf> = None;
        /// Hosts, with or without port, that may be called although their addresses are private or their port is not
        /// 443: your own services that publish a client's keys or other documents.
        allow_private: Vec<Destination> = Vec::new();
    }
}

/// A host that may be called, at any port or at one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The host name or address, as in a URL, in lower case.
    pub host: String,
    /// The port, if only one is meant.
    pub port: Option<u16>,
}

impl Value for Destination {
    const SHAPE: &'static str = "host, or host:port";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = String::read(raw)?;
        let wrong = || format!("has {text:?}, which is not a host or host:port");
        let url = url::Url::parse(&format!("vouchsafe://{text}")).map_err(|_| wrong())?;
        let host = url.host_str().unwrap_or_default();
        let bare = url.path().is_empty() && url.query().is_none() && url.fragment().is_none();
        let named = url.username().is_empty() && url.password().is_none();
        if host.is_empty() || !bare || !named || host.contains(['*', '%']) {
            return Err(wrong());
        }
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port: url.port(),
        })
    }
    fn show(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }
}

impl ListItem for Destination {
    const LIST_SHAPE: &'static str = "list of hosts, like `[\"intranet.example:8443\"]`";
}
