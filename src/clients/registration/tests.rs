use super::*;
use vouchsafe_core::model::{ApiScope, TokenTyp, UnixTime};

fn wish(kind: ClientKind) -> Wish {
    let redirect_uris = match kind {
        ClientKind::Service => Vec::new(),
        ClientKind::Web | ClientKind::Spa | ClientKind::Native => {
            vec!["https://app.example.com/cb".to_owned()]
        }
    };
    Wish {
        name: "App".to_owned(),
        kind,
        redirect_uris,
        post_logout_redirect_uris: Vec::new(),
        scopes: None,
        grants: Vec::new(),
        auth_method: None,
        pkce: None,
        jwks: None,
        web_origins: Vec::new(),
        introspects: Vec::new(),
        online_refresh: false,
        first_party: false,
        require_consent: false,
        id_token_claims: IdTokenClaims::Userinfo,
        id_token_alg: KeyAlgorithm::Rs256,
        declared: Declared::default(),
    }
}

fn orders() -> Vec<Api> {
    vec![Api {
        identifier: "https://api.example.com".to_owned(),
        name: "Orders".to_owned(),
        token_typ: TokenTyp::AtJwt,
        signing_alg: KeyAlgorithm::Rs256,
        access_token_lifetime: None,
        claims: Vec::new(),
        created_at: UnixTime::default(),
        scopes: vec![ApiScope {
            name: "orders:read".to_owned(),
            description: String::new(),
        }],
    }]
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn each_type_has_its_defaults() {
    use GrantType::{AuthorizationCode, ClientCredentials};
    let interactive = strings(&["openid", "profile", "email"]);
    for (kind, grants, scopes) in [
        (ClientKind::Web, vec![AuthorizationCode], interactive.clone()),
        (ClientKind::Spa, vec![AuthorizationCode], interactive.clone()),
        (ClientKind::Native, vec![AuthorizationCode], interactive),
        (ClientKind::Service, vec![ClientCredentials], Vec::new()),
    ] {
        let metadata = check(wish(kind), &[]).unwrap();
        assert_eq!(
            (metadata.grant_types, metadata.scopes, metadata.pkce),
            (grants, scopes, PkceRule::Required)
        );
    }
}

#[test]
fn offline_access_online_refresh_and_the_grant_bring_refresh_tokens() {
    use GrantType::{AuthorizationCode, RefreshToken};
    let web = || wish(ClientKind::Web);
    for wish in [
        Wish {
            scopes: Some(strings(&["openid offline_access"])),
            ..web()
        },
        Wish {
            online_refresh: true,
            ..web()
        },
        Wish {
            grants: vec![RefreshToken],
            ..web()
        },
    ] {
        assert_eq!(
            check(wish, &[]).unwrap().grant_types,
            [AuthorizationCode, RefreshToken]
        );
    }
    let named = Wish {
        scopes: Some(strings(&["offline_access"])),
        grants: vec![AuthorizationCode],
        ..web()
    };
    assert_eq!(
        check(named, &[]).unwrap().grant_types,
        [AuthorizationCode],
        "named grants are taken as they are"
    );
}

#[test]
fn named_scopes_are_exactly_those_in_order() {
    let wish = Wish {
        scopes: Some(strings(&["orders:read openid", "openid"])),
        ..wish(ClientKind::Web)
    };
    assert_eq!(check(wish, &orders()).unwrap().scopes, ["orders:read", "openid"]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, a row for each rule")]
fn what_breaks_a_rule_is_refused_with_the_rule() {
    let web = || wish(ClientKind::Web);
    let spa = || wish(ClientKind::Spa);
    let service = || wish(ClientKind::Service);
    for (wish, word) in [
        (
            Wish {
                name: " ".to_owned(),
                ..web()
            },
            "name",
        ),
        (
            Wish {
                name: "a\u{7}".to_owned(),
                ..web()
            },
            "name",
        ),
        (
            Wish {
                scopes: Some(strings(&["orders:write"])),
                ..web()
            },
            "no API owns it",
        ),
        (
            Wish {
                scopes: Some(strings(&["a\"b"])),
                ..web()
            },
            "character",
        ),
        (
            Wish {
                scopes: Some(strings(&["openid"])),
                ..service()
            },
            "service",
        ),
        (
            Wish {
                redirect_uris: Vec::new(),
                ..web()
            },
            "redirect URI",
        ),
        (
            Wish {
                redirect_uris: strings(&["http://app.example.com/cb"]),
                ..web()
            },
            "https",
        ),
        (
            Wish {
                redirect_uris: strings(&["com.example.app:/cb"]),
                ..web()
            },
            "scheme",
        ),
        (
            Wish {
                redirect_uris: strings(&["https://app.example.com/cb"]),
                ..service()
            },
            "redirect URIs",
        ),
        (
            Wish {
                post_logout_redirect_uris: strings(&["javascript:alert(1)"]),
                ..web()
            },
            "post-logout",
        ),
        (
            Wish {
                web_origins: strings(&["https://app.example.com/x"]),
                ..web()
            },
            "web origin",
        ),
        (
            Wish {
                web_origins: strings(&["http://app.example.com"]),
                ..web()
            },
            "web origin",
        ),
        (
            Wish {
                introspects: strings(&["orders"]),
                ..web()
            },
            "introspects",
        ),
        (
            Wish {
                auth_method: Some(AuthMethod::None),
                ..web()
            },
            "secret",
        ),
        (
            Wish {
                auth_method: Some(AuthMethod::ClientSecretPost),
                ..spa()
            },
            "secret",
        ),
        (
            Wish {
                pkce: Some(PkceRule::Allowed),
                ..spa()
            },
            "PKCE",
        ),
        (
            Wish {
                grants: vec![GrantType::ClientCredentials],
                ..spa()
            },
            "client_credentials",
        ),
        (
            Wish {
                grants: vec![GrantType::AuthorizationCode],
                ..service()
            },
            "client_credentials",
        ),
        (
            Wish {
                jwks: Some(json!({"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "x"}]})),
                ..web()
            },
            "private",
        ),
        (
            Wish {
                jwks: Some(json!([])),
                ..web()
            },
            "keys",
        ),
    ] {
        let shown = format!("{wish:?}");
        let message = check(wish, &orders()).expect_err(&shown).to_string();
        assert!(message.contains(word), "{message} does not say {word}");
    }
}
