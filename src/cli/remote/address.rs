//! The address of a server: its issuer, over https, or over http on this machine.

use crate::cli::args::Global;
use crate::cli::exit::{Exit, Failure};
use crate::config::Environment;
use url::{Host, Url};

/// The address, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(String);

impl Address {
    /// The one that flag or environment names.
    pub(crate) fn named(global: &Global, environment: &Environment) -> Result<Option<Self>, Failure> {
        let named = match &global.remote.server {
            Some(server) => Some(("--server", server.clone())),
            None => environment.server().map(|server| ("VOUCHSAFE_SERVER", server)),
        };
        let Some((source, text)) = named else {
            return Ok(None);
        };
        Self::parse(&text)
            .map(Some)
            .map_err(|rule| Failure::new(Exit::Usage, format!("{source}: {rule}")))
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text.trim()).map_err(|_| "it is not a URL like https://id.example.com")?;
        let named = url.username().is_empty() && url.password().is_none();
        if !named || url.query().is_some() || url.fragment().is_some() {
            return Err("it is the issuer alone, without user, query and fragment");
        }
        match url.scheme() {
            "https" => {}
            "http" if is_here(&url) => {}
            "http" => {
                return Err(
                    "http is for this machine only: a token would travel readable by all; write https",
                );
            }
            _ => return Err("it is not an https URL"),
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_this_machine_only() {
        for (text, read) in [
            ("https://id.example.com/", "https://id.example.com"),
            ("https://example.com/id", "https://example.com/id"),
            ("http://localhost:7300", "http://localhost:7300"),
            ("http://127.0.0.1:7300/", "http://127.0.0.1:7300"),
            ("http://[::1]:7300", "http://[::1]:7300"),
        ] {
            assert_eq!(Address::parse(text), Ok(Address(read.to_owned())), "{text}");
        }
        for text in [
            "http://id.example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1:7300",
            "ftp://id.example.com",
            "id.example.com",
            "https://eve@id.example.com",
            "https://id.example.com/?a=b",
            "https://id.example.com/#a",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
