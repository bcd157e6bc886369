//! What can go wrong on the way to the issuer's keys: for operators, never for callers.

use std::fmt;
use std::time::Duration;

use crate::jwks::JwksProblem;
use crate::revocations::FeedProblem;
use crate::status_list::StatusListProblem;

/// Why the keys, or what was revoked, could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchProblem {
    /// No answer: connection refused, name not found, certificate not trusted, or too slow.
    Unreachable,
    /// The issuer answered with this HTTP status.
    Status(u16),
    /// The issuer was asked too often and wants to be left alone for so long: status 429 with `Retry-After`
    /// (RFC 6585 §4).
    TooManyRequests(Duration),
    /// The answer is larger than it may be: 256 KiB for keys, 2 MiB for a page of the feed.
    TooLarge,
    /// The metadata is not JSON, or lacks `issuer` or `jwks_uri`.
    MetadataMalformed,
    /// The metadata names another issuer. Configure the issuer exactly as it calls itself.
    IssuerMismatch,
    /// `jwks_uri` is not at the issuer's own https origin. If that is meant, configure the address.
    JwksUriRefused,
    /// The key set could not be read.
    KeySet(JwksProblem),
    /// The key set has no key that verifies signatures.
    NoUsableKey,
    /// An address of the revocation feed is not at the issuer's own https origin.
    FeedRefused,
    /// A page of the feed does not fit.
    Feed(FeedProblem),
    /// The issuer answers, but its head does not move on: what is known grows old.
    HeadStands,
    /// What should be a stream of events is something else.
    NotEvents,
    /// The issuer has no introspection endpoint at its own origin, or no client was configured to ask it.
    NoIntrospection,
    /// The answer of the introspection endpoint is malformed.
    IntrospectionMalformed,
    /// A status list is not at the issuer's own origin.
    StatusListRefused,
    /// A status list cannot be used.
    StatusList(StatusListProblem),
    /// There is no tokio runtime to fetch on.
    NoRuntime,
}

impl FetchProblem {
    /// Whether waiting will not help, because the configuration of one side is wrong.
    #[must_use]
    pub fn is_misconfiguration(&self) -> bool {
        matches!(
            self,
            Self::IssuerMismatch | Self::JwksUriRefused | Self::FeedRefused | Self::NoRuntime
        )
    }
}

impl fmt::Display for FetchProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("the issuer cannot be reached"),
            Self::Status(status) => write!(f, "the issuer answered with status {status}"),
            Self::TooManyRequests(wait) => {
                write!(
                    f,
                    "the issuer was asked too often; it wants to be asked again in {} s",
                    wait.as_secs()
                )
            }
            Self::TooLarge => f.write_str("the issuer's answer is too large"),
            Self::MetadataMalformed => f.write_str("the issuer's metadata is malformed"),
            Self::IssuerMismatch => {
                f.write_str("the metadata names another issuer; configure it exactly as it calls itself")
            }
            Self::JwksUriRefused => {
                f.write_str("jwks_uri is not at the issuer's own origin; configure it if it is right")
            }
            Self::KeySet(problem) => problem.fmt(f),
            Self::NoUsableKey => f.write_str("the key set has no key that can be used"),
            Self::FeedRefused => f.write_str("the revocation feed is not at the issuer's own origin"),
            Self::Feed(problem) => problem.fmt(f),
            Self::HeadStands => f.write_str("the head of the revocation feed does not move on"),
            Self::NotEvents => f.write_str("the stream of the revocation feed is not one of events"),
            Self::NoIntrospection => {
                f.write_str("there is no introspection endpoint, or no client configured to ask it")
            }
            Self::IntrospectionMalformed => f.write_str("the answer about a token is malformed"),
            Self::StatusListRefused => f.write_str("the status list is not at the issuer's own origin"),
            Self::StatusList(problem) => problem.fmt(f),
            Self::NoRuntime => f.write_str("there is no tokio runtime to fetch the keys on"),
        }
    }
}

impl std::error::Error for FetchProblem {}

/// Why a verifier could not be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupProblem {
    /// The issuer, or the configured `jwks_uri`, is not an absolute URL without user, query and fragment.
    UrlMalformed,
    /// The URL is neither https nor http on a loopback host.
    UrlNotHttps,
    /// The extra certificate authority is not PEM.
    CertificateMalformed,
    /// The TLS client cannot be made, for instance because the machine has no certificate authorities.
    Tls,
}

impl fmt::Display for SetupProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UrlMalformed => "not an absolute URL without user, query and fragment",
            Self::UrlNotHttps => "neither https nor http on a loopback host",
            Self::CertificateMalformed => "the certificate authority is not PEM",
            Self::Tls => "the TLS client cannot be made; are certificate authorities installed?",
        })
    }
}

impl std::error::Error for SetupProblem {}
