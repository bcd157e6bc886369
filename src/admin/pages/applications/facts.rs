//! What is said of an application in a few words: its type, how it signs in, whether all is well.

use crate::admin::moment::Moment;
use crate::clients::own_client;
use crate::store::SecretFacts;
use vouchsafe_core::model::{
    AuthMethod, Client, ClientKind, ClientMetadata, Declared, GrantType, PkceRule, Registrar, Span, UnixTime,
};
use vouchsafe_core::spec::redirect_uri;

/// A secret that ends so soon wants looking after.
const SOON: Span = Span::from_days(14);

/// A word on a coloured ground; the word says it all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Badge {
    /// `ok`, `warn` or `bad`.
    pub(super) class: &'static str,
    /// The word.
    pub(super) word: String,
}

/// An application above its pages.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) client_id: String,
    pub(super) path: String,
    pub(super) kind: &'static str,
    /// Who registered it, unless an administrator did.
    pub(super) registrar: Option<&'static str>,
    pub(super) badges: Vec<Badge>,
    /// Whether it is the server's own, which cannot be changed.
    pub(super) is_own: bool,
}

impl Head {
    pub(super) fn of(client: &Client, secrets: &[SecretFacts], now: UnixTime) -> Self {
        Self {
            client_id: client.id.as_str().to_owned(),
            path: super::path_of(&client.id),
            kind: kind(client.metadata.kind),
            registrar: registrar(client),
            badges: badges(client, secrets, now),
            is_own: own_client::is_own(&client.id),
        }
    }
}

/// The type in words.
pub(super) const fn kind(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Web => "Web application",
        ClientKind::Spa => "Single-page app",
        ClientKind::Native => "Native app",
        ClientKind::Service => "Service",
    }
}

/// Who registered the client, unless an administrator did.
pub(super) const fn registrar(client: &Client) -> Option<&'static str> {
    match client.registrar {
        Registrar::Administrator => None,
        Registrar::Token(_) => Some("registered itself with a token"),
        Registrar::Anybody => Some("registered itself"),
        Registrar::Document => Some("describes itself by a document"),
    }
}

/// What a client says about itself, in words and as it says it. Nobody has checked it.
pub(super) fn declared(declared: &Declared) -> Vec<(&'static str, String)> {
    let contacts = Some(declared.contacts.join(", ")).filter(|contacts| !contacts.is_empty());
    let all = [
        ("Page", declared.client_uri.clone()),
        ("Privacy policy", declared.policy_uri.clone()),
        ("Terms of service", declared.tos_uri.clone()),
        ("Contacts", contacts),
        ("Keys (jwks_uri)", declared.jwks_uri.clone()),
        ("Logo", declared.logo_uri.clone()),
        ("Sign-in begins at", declared.initiate_login_uri.clone()),
        ("Sector", declared.sector_identifier_uri.clone()),
        ("Software", declared.software_id.clone()),
        ("Software version", declared.software_version.clone()),
    ];
    let said = all.into_iter().filter_map(|(name, value)| Some((name, value?)));
    said.collect()
}

/// How the client proves itself and gets its tokens.
pub(super) fn authentication(metadata: &ClientMetadata) -> String {
    let with_code = metadata.grant_types.contains(&GrantType::AuthorizationCode);
    let proof = match (metadata.kind, metadata.token_endpoint_auth_method) {
        (ClientKind::Spa | ClientKind::Native, _) => None,
        (ClientKind::Web | ClientKind::Service, Some(AuthMethod::PrivateKeyJwt)) => Some("key pair"),
        (
            ClientKind::Web | ClientKind::Service,
            None | Some(AuthMethod::None | AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost),
        ) => Some("secret"),
    };
    let mut parts = Vec::new();
    if with_code {
        parts.push(match metadata.pkce {
            PkceRule::Required => "code with PKCE",
            PkceRule::Allowed => "code",
        });
    }
    parts.extend(proof);
    let text = parts.join(", ");
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether it may be used, and then what somebody should look at.
pub(super) fn badges(client: &Client, secrets: &[SecretFacts], now: UnixTime) -> Vec<Badge> {
    let badge = |class, word: &str| Badge {
        class,
        word: word.to_owned(),
    };
    if client.disabled_at.is_some() {
        return vec![badge("bad", "Disabled")];
    }
    let mut badges = vec![badge("ok", "Enabled")];
    if client.has_secret() {
        // The secret that counts longest decides.
        let last = secrets
            .iter()
            .map(|secret| secret.expires_at)
            .reduce(|one, other| one.zip(other).map(|(one, other)| one.max(other)));
        match last {
            None => badges.push(badge("bad", "No live secret")),
            Some(Some(end)) if end < now.plus(SOON) => badges.push(badge("warn", "Secret ends soon")),
            Some(_) => {}
        }
    }
    let in_the_open = |uri: &String| uri.starts_with("http://");
    if client.metadata.kind != ClientKind::Native && client.metadata.redirect_uris.iter().any(in_the_open) {
        badges.push(badge("warn", "Address on this machine"));
    }
    badges
}

/// When something was last used, for people who know that it is noted once an hour.
pub(super) fn last_used(at: Option<UnixTime>) -> Option<Moment> {
    at.map(Moment)
}

/// Where an answer to this URI goes.
pub(super) fn host(uri: &str) -> String {
    redirect_uri::host(uri)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vouchsafe_core::model::{ClientId, KeyAlgorithm};

    fn client(kind: ClientKind, disabled: bool) -> Client {
        let wish = crate::clients::registration::Wish {
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            ..crate::clients::registration::Wish::new("App".to_owned(), kind)
        };
        Client {
            id: ClientId::new("c"),
            epoch: 0,
            disabled_at: disabled.then(UnixTime::default),
            created_at: UnixTime::default(),
            registrar: Registrar::default(),
            unused_until: None,
            metadata: crate::clients::registration::check(wish, &[]).unwrap(),
        }
    }

    fn secret(days: Option<i64>) -> SecretFacts {
        SecretFacts {
            id: "s".to_owned(),
            created_at: UnixTime::default(),
            expires_at: days.map(|days| UnixTime::default().plus(Span::from_days(days))),
            last_used_at: None,
        }
    }

    #[test]
    fn the_secret_that_counts_longest_decides() {
        let web = client(ClientKind::Web, false);
        let words = |client: &Client, secrets: &[SecretFacts]| {
            let badges = badges(client, secrets, UnixTime::default());
            let words: Vec<String> = badges.into_iter().map(|badge| badge.word).collect();
            words.join(", ")
        };
        assert_eq!(words(&web, &[secret(None)]), "Enabled");
        assert_eq!(words(&web, &[secret(Some(1)), secret(None)]), "Enabled");
        assert_eq!(words(&web, &[secret(Some(1)), secret(Some(90))]), "Enabled");
        assert_eq!(
            words(&web, &[secret(Some(1)), secret(Some(2))]),
            "Enabled, Secret ends soon"
        );
        assert_eq!(words(&web, &[]), "Enabled, No live secret");
        assert_eq!(words(&client(ClientKind::Web, true), &[]), "Disabled");
        assert_eq!(words(&client(ClientKind::Spa, false), &[]), "Enabled");
    }

    #[test]
    fn how_it_signs_in_is_said_in_words() {
        let mut web = client(ClientKind::Web, false).metadata;
        assert_eq!(authentication(&web), "Code with PKCE, secret");
        web.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        web.pkce = PkceRule::Allowed;
        assert_eq!(authentication(&web), "Code, key pair");
        assert_eq!(
            authentication(&client(ClientKind::Spa, false).metadata),
            "Code with PKCE"
        );
        let _ = KeyAlgorithm::default();
    }
}
