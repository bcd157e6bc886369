//! RFC 8414 §3 and OpenID Connect Discovery §4 — from an issuer's name to the address of its keys.

use serde::Deserialize;
use url::{Host, Url};

use super::http::{Answer, HttpClient};
use super::problem::{FetchProblem, SetupProblem};
use crate::json;

/// The issuer as it is configured, and where it may be asked.
#[derive(Debug)]
pub(super) struct IssuerUrl {
    name: Box<str>,
    url: Url,
}

#[derive(Deserialize)]
struct Members {
    issuer: String,
    jwks_uri: String,
    #[serde(default, deserialize_with = "json::present")]
    vouchsafe_revocations_uri: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    vouchsafe_revocations_stream_uri: Option<String>,
    #[serde(default, deserialize_with = "json::present")]
    introspection_endpoint: Option<String>,
}

/// What the issuer says of itself.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    pub(super) jwks_uri: Url,
    /// Where the pages of the revocation feed are; none when the issuer has no feed.
    pub(super) feed: Option<Result<FeedAddresses, FetchProblem>>,
    pub(super) introspection: Option<Url>,
}

#[derive(Clone, Debug)]
pub(super) struct FeedAddresses {
    pub(super) pages: Url,
    pub(super) stream: Option<Url>,
}

impl IssuerUrl {
    pub(super) fn parse(name: &str) -> Result<Self, SetupProblem> {
        Ok(Self {
            name: name.into(),
            url: parse_address(name)?,
        })
    }

    /// Asks the issuer for its metadata.
    pub(super) async fn discover(&self, http: &HttpClient) -> Result<Metadata, FetchProblem> {
        let answer = match http.fetch(self.openid_configuration()).await {
            // An OAuth server that does not speak OpenID Connect answers under the other name only.
            Err(FetchProblem::Status(400..=499)) => http.fetch(self.oauth_metadata()).await?,
            other => other?,
        };
        self.judge(&answer)
    }

    fn judge(&self, answer: &Answer) -> Result<Metadata, FetchProblem> {
        let malformed = FetchProblem::MetadataMalformed;
        let text = std::str::from_utf8(&answer.body).map_err(|_| malformed.clone())?;
        let metadata: Members = json::read_object(text).map_err(|_| malformed)?;
        // RFC 8414 §3.3: without this, whoever can answer for one issuer could answer for another.
        if *metadata.issuer != *self.name {
            return Err(FetchProblem::IssuerMismatch);
        }
        let at_home = |address: &str| self.at_home(address);
        let jwks_uri = at_home(&metadata.jwks_uri).ok_or(FetchProblem::JwksUriRefused)?;
        let feed = metadata.vouchsafe_revocations_uri.map(|pages| {
            let pages = at_home(&pages).ok_or(FetchProblem::FeedRefused)?;
            let stream = metadata.vouchsafe_revocations_stream_uri.as_deref();
            let stream = stream.map(|stream| at_home(stream).ok_or(FetchProblem::FeedRefused));
            let stream = stream.transpose()?;
            Ok(FeedAddresses { pages, stream })
        });
        Ok(Metadata {
            jwks_uri,
            feed,
            introspection: metadata.introspection_endpoint.as_deref().and_then(at_home),
        })
    }

    /// An address at the issuer's own origin; none for any other.
    pub(super) fn at_home(&self, address: &str) -> Option<Url> {
        let address = parse_address(address).ok()?;
        (address.origin() == self.url.origin()).then_some(address)
    }

    /// Discovery §4.1: appended to the issuer.
    fn openid_configuration(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/.well-known/openid-configuration", self.path()));
        url
    }

    /// RFC 8414 §3.1: put between host and path.
    fn oauth_metadata(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("/.well-known/oauth-authorization-server{}", self.path()));
        url
    }

    fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

/// An address that may be asked for keys: https, or http on this very machine.
pub(super) fn parse_address(text: &str) -> Result<Url, SetupProblem> {
    let url = Url::parse(text).map_err(|_| SetupProblem::UrlMalformed)?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.query().is_some() || url.fragment().is_some() {
        return Err(SetupProblem::UrlMalformed);
    }
    let host = url.host().ok_or(SetupProblem::UrlMalformed)?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&host) => Ok(url),
        _ => Err(SetupProblem::UrlNotHttps),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(issuer: &str) -> (String, String) {
        let issuer = IssuerUrl::parse(issuer).unwrap();
        (
            issuer.openid_configuration().into(),
            issuer.oauth_metadata().into(),
        )
    }

    #[test]
    fn the_two_well_known_addresses_differ_when_the_issuer_has_a_path() {
        assert_eq!(
            addresses("https://id.example/tenants/a"),
            (
                "https://id.example/tenants/a/.well-known/openid-configuration".to_owned(),
                "https://id.example/.well-known/oauth-authorization-server/tenants/a".to_owned(),
            )
        );
        for issuer in ["https://id.example", "https://id.example/"] {
            assert_eq!(
                addresses(issuer),
                (
                    "https://id.example/.well-known/openid-configuration".to_owned(),
                    "https://id.example/.well-known/oauth-authorization-server".to_owned(),
                )
            );
        }
    }

    #[test]
    fn http_is_for_loopback_only() {
        for good in [
            "http://localhost:7300",
            "http://127.0.0.1:1",
            "http://[::1]:7300",
            "https://a.b/c",
        ] {
            assert!(parse_address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://id.example",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "ftp://localhost",
            "file:///etc/passwd",
            "http://10.0.0.1",
        ] {
            assert!(parse_address(bad).is_err(), "{bad}");
        }
        for bad in [
            "https://u@a.b",
            "https://u:p@a.b",
            "https://a.b?x",
            "https://a.b#x",
            "a.b",
            "",
        ] {
            assert_eq!(parse_address(bad), Err(SetupProblem::UrlMalformed), "{bad}");
        }
    }

    fn judged(issuer: &str, body: &str) -> Result<String, FetchProblem> {
        let answer = Answer {
            body: body.as_bytes().to_vec(),
            max_age: None,
        };
        let metadata = IssuerUrl::parse(issuer).unwrap().judge(&answer)?;
        Ok(metadata.jwks_uri.into())
    }

    #[test]
    fn the_metadata_must_be_of_the_very_issuer() {
        let metadata =
            |issuer: &str| format!(r#"{{"issuer":"{issuer}","jwks_uri":"https://id.example/jwks"}}"#);
        assert_eq!(
            judged("https://id.example", &metadata("https://id.example")).unwrap(),
            "https://id.example/jwks"
        );
        for other in [
            "https://id.example/",
            "https://ID.example",
            "https://id.example:443",
            "https://evil.example",
        ] {
            assert_eq!(
                judged("https://id.example", &metadata(other)),
                Err(FetchProblem::IssuerMismatch),
                "{other}"
            );
        }
    }

    #[test]
    fn keys_come_from_the_issuers_own_origin() {
        for uri in [
            "https://evil.example/jwks",
            "http://id.example/jwks",
            "https://id.example:8443/jwks",
            "file:///jwks",
            "/jwks",
        ] {
            let body = format!(r#"{{"issuer":"https://id.example","jwks_uri":"{uri}"}}"#);
            assert_eq!(
                judged("https://id.example", &body),
                Err(FetchProblem::JwksUriRefused),
                "{uri}"
            );
        }
    }

    #[test]
    fn metadata_that_can_be_read_in_two_ways_is_not_read() {
        for body in [
            "",
            "[]",
            "{}",
            r#"{"issuer":"https://id.example"}"#,
            r#"{"issuer":"https://id.example","jwks_uri":"https://id.example/a","jwks_uri":"https://id.example/b"}"#,
        ] {
            assert_eq!(
                judged("https://id.example", body),
                Err(FetchProblem::MetadataMalformed),
                "{body}"
            );
        }
    }
}
