//! RFC 6749 §3.1.2, RFC 9700 §2.1 — why a redirect URI cannot be registered.

macro_rules! problems {
    ($($name:ident = $sentence:literal;)+) => {
        /// The rule that a URI breaks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(clippy::doc_markdown, reason = "the sentences are for people")]
        pub enum RedirectUriProblem {
            $(#[doc = $sentence] $name,)+
        }

        impl RedirectUriProblem {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The rule as a sentence for the one who registers the URI.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }
        }
    };
}

problems! {
    Wildcard = "addresses are compared exactly, so a wildcard matches nothing; list each address";
    TooLong = "it is longer than 2000 characters";
    NotAbsolute = "it must be an absolute URI such as https://app.example.com/callback";
    Character = "it has a character that a URI cannot have; write other characters as percent escapes, and host names in punycode";
    Escape = "it has a broken percent escape, or an escaped NUL";
    Fragment = "it must not have a fragment (#)";
    UserInfo = "it must not have a user name or password before the host";
    HostMissing = "it must have a host";
    HostMalformed = "its host must be a lower-case name or a plain IP address";
    HostNotUsable = "its host is an address that no application answers at";
    HostNotPublic = "its host is an address that is not of the public internet";
    PortMalformed = "its port must be a number from 1 to 65535 without leading zeros";
    InsecureScheme = "http is only for 127.0.0.1, [::1] and localhost; use https";
    SchemeNotAllowed = "its scheme must be https; native clients may also use a private-use scheme with a dot, such as com.example.app:/callback";
    PathMissing = "it must have a path that begins with a slash";
    DotSegment = "its path must not have the segments . or ..";
    ReservedParameter = "its query must not have a parameter that the answer uses, such as code, state, iss or error";
}

impl std::fmt::Display for RedirectUriProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for RedirectUriProblem {}
