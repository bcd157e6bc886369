//! Identifiers: opaque text, 128 random bits where we make them, never parsed for meaning.

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// 128 random bits in unpadded base64url: 22 characters.
            #[must_use]
            pub fn from_entropy(bytes: [u8; 16]) -> Self {
                Self(super::id::encode(&bytes))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Gives up the text.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

text_id! {
    /// A client's `client_id` (RFC 6749 §2.2).
    ClientId;
    /// A person: the `sub` of tokens, never reused.
    UserId;
    /// One authorization of one client by one person: the claim `gid`.
    GrantId;
    /// A sign-in session of one browser.
    SessionId;
    /// The claim `sid`: a session as one client sees it.
    Sid;
    /// A token's `jti`.
    TokenId;
    /// A signing key's `kid`: its RFC 7638 thumbprint.
    Kid;
    /// An entry of the event log. Made by [`EventId::in_order`] it is longer.
    EventId;
    /// A status list: the end of its address.
    StatusListId;
}

impl EventId {
    /// An id that sorts after those with a lesser `ordinal`: what puts the events of one instant in order. Ten digits in
    /// front of the random bits, because digits sort alike in whatever way a database compares text.
    #[must_use]
    pub fn in_order(ordinal: u32, bytes: [u8; 16]) -> Self {
        Self(format!("{ordinal:010}-{}", encode(&bytes)))
    }
}

fn encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
