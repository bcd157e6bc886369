//! What each endpoint of the metadata is for, and which specification it follows.

/// An endpoint, as developers are told of it.
pub(super) struct About {
    /// The member of the metadata that names its address.
    pub(super) member: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// What it is for.
    pub(super) purpose: &'static str,
    /// Its specification.
    pub(super) specification: &'static str,
    /// Where that can be read; empty for what is our own.
    pub(super) url: &'static str,
}

macro_rules! endpoints {
    ($($member:literal = $name:literal, $purpose:literal, $specification:literal, $url:literal;)+) => {
        /// All that are known, in the order in which they are shown.
        pub(super) const ALL: &[About] = &[$(About {
            member: $member,
            name: $name,
            purpose: $purpose,
            specification: $specification,
            url: $url,
        }),+];
    };
}

endpoints! {
    "authorization_endpoint" = "Authorization", "Where an application sends people to sign in and to allow it something. Answers with a code.",
        "RFC 6749 §3.1", "https://www.rfc-editor.org/rfc/rfc6749#section-3.1";
    "token_endpoint" = "Token", "Turns a code, a refresh token or a client's own authentication into tokens.",
        "RFC 6749 §3.2", "https://www.rfc-editor.org/rfc/rfc6749#section-3.2";
    "userinfo_endpoint" = "UserInfo", "Claims about the person, for an access token with the scope openid.",
        "OpenID Connect Core §5.3", "https://openid.net/specs/openid-connect-core-1_0.html#UserInfo";
    "jwks_uri" = "Key set", "The public keys by which everybody checks tokens.",
        "RFC 7517 §5", "https://www.rfc-editor.org/rfc/rfc7517#section-5";
    "revocation_endpoint" = "Revocation", "Takes back a token of the client's own, and what it stands for.",
        "RFC 7009", "https://www.rfc-editor.org/rfc/rfc7009";
    "introspection_endpoint" = "Introspection", "Says whether a token stands right now, to those who may ask.",
        "RFC 7662", "https://www.rfc-editor.org/rfc/rfc7662";
    "end_session_endpoint" = "Sign-out", "Where an application sends people to sign out.",
        "OpenID Connect RP-Initiated Logout 1.0", "https://openid.net/specs/openid-connect-rpinitiated-1_0.html";
    "registration_endpoint" = "Registration", "Where clients register themselves.",
        "RFC 7591", "https://www.rfc-editor.org/rfc/rfc7591";
    "vouchsafe_revocations_uri" = "Revocation feed", "What has ended, for resource servers that ask again and again.",
        "docs/revocation-feed.md", "";
    "vouchsafe_revocations_stream_uri" = "Revocation feed, as a stream", "The same, sent as it happens.",
        "docs/revocation-feed.md", "";
}

/// Whether a member of the metadata names an endpoint.
pub(super) fn is_endpoint(member: &str) -> bool {
    member.ends_with("_endpoint") || member.ends_with("_uri")
}

#[cfg(test)]
mod tests {
    use super::{ALL, is_endpoint};
    use crate::config::{Config, DynamicRegistration};
    use crate::oauth::metadata::MetadataDocument;
    use serde_json::{Map, Value};

    #[test]
    fn every_endpoint_of_the_metadata_is_explained() {
        let mut config = Config::defaults();
        config.registration.dynamic = DynamicRegistration::Open;
        let document = MetadataDocument::of(&config, Vec::new()).unwrap();
        let members: Map<String, Value> = serde_json::from_slice(&document.body()).unwrap();
        let published: Vec<_> = members.keys().filter(|name| is_endpoint(name)).collect();
        assert_eq!(published.len(), ALL.len(), "{published:?}");
        for member in published {
            assert!(ALL.iter().any(|about| about.member == *member), "{member}");
        }
    }
}
