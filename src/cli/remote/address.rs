//! The address of a server: its issuer, over https, or over http on this machine; and that of its administration.

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
        if let Some((source, text)) = named {
            return Self::of_user(source, &text).map(Some);
        }
        match global.remote.given().first() {
            None => Ok(None),
            // Somebody who meant a server is not to work on a database.
            Some(flag) => Err(Failure::new(
                Exit::Usage,
                format!("{flag} is about a server; name the server too: --server URL"),
            )),
        }
    }

    /// Where this server's administration answers, when flag or environment says so. What the environment says is about
    /// the server that it names itself: no token for another goes there.
    pub(super) fn of_administration(
        &self,
        global: &Global,
        environment: &Environment,
    ) -> Result<Option<Self>, Failure> {
        if let Some(text) = &global.remote.admin_origin {
            return Self::of_user("--admin-origin", text).map(Some);
        }
        let of_another = environment
            .server()
            .is_some_and(|server| Self::parse(&server).as_ref() != Ok(self));
        match environment.admin_origin() {
            Some(text) if !of_another => Self::of_user("VOUCHSAFE_ADMIN_ORIGIN", &text).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    fn of_user(source: &str, text: &str) -> Result<Self, Failure> {
        Self::parse(text).map_err(|rule| Failure::new(Exit::Usage, format!("{source}: {rule}")))
    }

    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text.trim()).map_err(|_| "it is not a URL like https://id.example.com")?;
        let named = url.username().is_empty() && url.password().is_none();
        if !named || url.query().is_some() || url.fragment().is_some() {
            return Err("it is the address alone, without user, query and fragment");
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
