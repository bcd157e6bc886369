//! Documents from elsewhere: what the server itself fetches from addresses that strangers choose.

mod outbound;
mod pace;

pub use outbound::Outbound;

use std::future::Future;
use std::pin::Pin;
use url::Url;
use vouchsafe_core::model::{Span, UnixTime};

/// The largest document of most kinds.
pub const DOCUMENT_BYTES: usize = 64 * 1024;
/// The largest key set.
pub const JWKS_BYTES: usize = 256 * 1024;

/// Fetches documents over HTTPS.
pub trait Fetch: Send + Sync {
    /// The document at an address.
    fn fetch<'a>(&'a self, wanted: Wanted<'a>) -> Fetching<'a>;

    /// Whether strangers' address may be fetched, as its host's addresses are now. Connects to nobody.
    fn judge<'a>(&'a self, url: &'a str, now: UnixTime) -> Judging<'a>;
}

/// A verdict that waits for a look-up.
pub type Judging<'a> = Pin<Box<dyn Future<Output = Result<(), FetchProblem>> + Send + 'a>>;

/// A document that is on its way.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Fetched, FetchProblem>> + Send + 'a>>;

/// Whose share of the calls at once a call takes. Neither can use up the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Of clients that somebody answers for.
    Known,
    /// Of whatever anybody can name.
    Strangers,
}

/// What is to be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Where.
    pub url: &'a str,
    /// The media types that are taken, without parameters.
    pub kinds: &'static [&'static str],
    /// The most bytes that are taken.
    pub most: usize,
    /// The time, by which calls to one host are paced.
    pub now: UnixTime,
    /// Whose share it takes.
    pub share: Share,
}

/// A document that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its bytes.
    pub body: Vec<u8>,
    /// How long it may be kept, when the other side said so (RFC 9111 §5.2.2.1).
    pub max_age: Option<Span>,
}

macro_rules! problems {
    ($($(#[doc = $doc:literal])+ $name:ident = $sentence:literal;)+) => {
        /// Why there is no document. Says nothing that came from the other side.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum FetchProblem {
            $($(#[doc = $doc])+ #[error($sentence)] $name,)+
        }

        impl FetchProblem {
            /// The same as a sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }
        }
    };
}

problems! {
    /// Not an absolute `https` URL without user name and fragment.
    NotHttps = "the address is not an https URL";
    /// A port other than 443 of a host that is not in `outbound.allow_private`.
    Port = "only port 443 is called; the operator can allow others";
    /// An address of this machine, of a private network, or of another special use.
    NotPublic = "the address is not one of the public internet";
    /// The host's name cannot be looked up, or has no address.
    NoAddress = "the host's name has no address";
    /// The host refuses the connection, or shows a certificate that is not trusted.
    Unreachable = "the host cannot be reached over TLS";
    /// It took too long.
    TooSlow = "the host did not answer in time";
    /// Another status than 200, a redirect too.
    Status = "the answer is not 200 OK";
    /// A status by which the host says that it cannot answer now: 408, 429 or 5xx.
    Away = "the host cannot answer now";
    /// Another kind of document.
    Kind = "the answer has another content type";
    /// More bytes than are taken.
    TooLarge = "the answer is too large";
    /// Too many calls at once, or to this host.
    TooMany = "too many calls were made to this host";
    /// This server's own TLS is not set up.
    NotSetUp = "this server cannot call others";
}

impl FetchProblem {
    /// Whether it is one of the way there, which says nothing of what is there: what was had before may do for a while.
    /// A host that now leads inside is as good as one that is away: whoever owns its name could point it at ours, one
    /// after the other, and learn which of them there are.
    #[must_use]
    pub const fn is_of_the_way(self) -> bool {
        match self {
            Self::NotPublic
            | Self::NoAddress
            | Self::Unreachable
            | Self::TooSlow
            | Self::Away
            | Self::TooMany
            | Self::NotSetUp => true,
            Self::NotHttps | Self::Port | Self::Status | Self::Kind | Self::TooLarge => false,
        }
    }
}

impl<'a> Wanted<'a> {
    /// A JSON document of moderate size, that a stranger names.
    #[must_use]
    pub const fn json(url: &'a str, now: UnixTime) -> Self {
        Self {
            url,
            kinds: &["application/json"],
            most: DOCUMENT_BYTES,
            now,
            share: Share::Strangers,
        }
    }

    /// A key set (RFC 7517 §8.5.2).
    #[must_use]
    pub const fn jwks(url: &'a str, now: UnixTime, share: Share) -> Self {
        Self {
            url,
            kinds: &["application/jwk-set+json", "application/json"],
            most: JWKS_BYTES,
            now,
            share,
        }
    }
}

/// An address that may be fetched, as far as its text says.
///
/// # Errors
/// [`FetchProblem::NotHttps`].
pub(crate) fn https(text: &str) -> Result<Url, FetchProblem> {
    let url = Url::parse(text).map_err(|_| FetchProblem::NotHttps)?;
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if url.scheme() == "https" && url.host().is_some() && bare {
        Ok(url)
    } else {
        Err(FetchProblem::NotHttps)
    }
}

#[cfg(test)]
mod tests {
    use super::FetchProblem;

    #[test]
    fn a_host_that_now_leads_inside_looks_like_one_that_leads_nowhere() {
        assert!(FetchProblem::NoAddress.is_of_the_way());
        assert!(FetchProblem::NotPublic.is_of_the_way());
        assert!(FetchProblem::Away.is_of_the_way());
        assert!(
            !FetchProblem::Status.is_of_the_way(),
            "a document that is gone is gone"
        );
    }
}
