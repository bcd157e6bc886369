//! One of everything, to be varied by the tests.

use serde_json::{Map, Value};
use vouchsafe_core::model::{
    Api, ApiScope, AuthorizationRequest, Client, ClientId, ClientKind, ClientMetadata, Consent, Grant,
    GrantId, GrantType, IdTokenClaims, Interaction, KeyAlgorithm, Kid, PersonSignedIn, PkceRule, Session,
    SessionId, Sid, SigningKey, Span, TokenTyp, UnixTime, User, UserId,
};

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The time that everything below refers to.
pub(crate) const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

pub(crate) fn after(seconds: i64) -> UnixTime {
    NOW.plus(Span::from_seconds(seconds))
}

pub(crate) fn list(words: &str) -> Vec<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

pub(crate) fn user() -> User {
    User {
        id: UserId::new("u1"),
        username: "ada".to_owned(),
        email: "ada@example.com".to_owned(),
        email_verified: true,
        claims: Map::new(),
        password_hash: None,
        invited_until: None,
        is_admin: false,
        roles: Vec::new(),
        groups: Vec::new(),
        disabled_at: None,
        banned_at: None,
        banned_until: None,
        ban_reason: None,
        created_at: after(-1000),
        updated_at: after(-1000),
    }
}

pub(crate) fn client(kind: ClientKind) -> Client {
    Client {
        id: ClientId::new("c1"),
        epoch: 0,
        disabled_at: None,
        created_at: after(-1000),
        registrar: vouchsafe_core::model::Registrar::default(),
        unused_until: None,
        metadata: ClientMetadata {
            client_name: "Storefront".to_owned(),
            kind,
            redirect_uris: vec!["https://c1.test/cb".to_owned()],
            post_logout_redirect_uris: Vec::new(),
            scopes: list("openid profile email offline_access orders:read orders:write"),
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            token_endpoint_auth_method: None,
            pkce: PkceRule::Required,
            jwks: None,
            web_origins: Vec::new(),
            introspects: Vec::new(),
            online_refresh: false,
            first_party: false,
            require_consent: false,
            id_token_claims: IdTokenClaims::Userinfo,
            id_token_signed_response_alg: KeyAlgorithm::Rs256,
            declared: vouchsafe_core::model::Declared::default(),
        },
    }
}

pub(crate) fn api(identifier: &str, scopes: &str) -> Api {
    Api {
        identifier: identifier.to_owned(),
        name: identifier.to_owned(),
        token_typ: TokenTyp::AtJwt,
        signing_alg: KeyAlgorithm::Rs256,
        access_token_lifetime: None,
        claims: Vec::new(),
        created_at: after(-1000),
        scopes: list(scopes)
            .into_iter()
            .map(|name| ApiScope {
                name,
                description: String::new(),
            })
            .collect(),
    }
}

pub(crate) fn session() -> Session {
    Session {
        id: SessionId::new("s1"),
        user_id: UserId::new("u1"),
        auth_time: after(-100),
        acr: "urn:vouchsafe:acr:pwd".to_owned(),
        amr: list("pwd"),
        idle_expires_at: after(1000),
        expires_at: after(2000),
        remember: false,
        ended_at: None,
    }
}

pub(crate) fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: ClientId::new("c1"),
        redirect_uri: "https://c1.test/cb".to_owned(),
        state: None,
        nonce: None,
        scopes: list("openid profile"),
        scopes_dropped: false,
        resources: Vec::new(),
        code_challenge: Some(CHALLENGE.to_owned()),
        prompt: Vec::new(),
        max_age: None,
        login_hint: None,
        hinted_user: None,
        ui_locales: Vec::new(),
        acr_values: Vec::new(),
    }
}

pub(crate) fn interaction() -> Interaction {
    Interaction {
        request: request(),
        created_at: after(-50),
        expires_at: after(3000),
        signed_in: None,
        account_chosen: false,
        consented: None,
        declined: None,
        completed_at: None,
    }
}

pub(crate) fn consent(shown: &str) -> Consent {
    Consent {
        user_id: UserId::new("u1"),
        client_id: ClientId::new("c1"),
        scopes: list("openid profile"),
        shown: shown.to_owned(),
        session_id: SessionId::new("s1"),
        granted_at: after(-500),
    }
}

pub(crate) fn grant() -> Grant {
    Grant {
        id: GrantId::new("g1"),
        user_id: UserId::new("u1"),
        client_id: ClientId::new("c1"),
        session_id: SessionId::new("s1"),
        sid: Sid::new("sid1"),
        scopes: list("openid profile offline_access"),
        resources: Vec::new(),
        offline: true,
        signed_in: PersonSignedIn {
            auth_time: after(-100),
            acr: String::new(),
            amr: Vec::new(),
        },
        nonce: None,
        redirect_uri: "https://c1.test/cb".to_owned(),
        code_challenge: Some(CHALLENGE.to_owned()),
        code_expires_at: after(60),
        code_used_at: None,
        refreshable: true,
        generation: 0,
        parent: None,
        rotated_at: None,
        parent_at: None,
        recovered: 0,
        idle_expires_at: after(100_000_000),
        expires_at: after(200_000_000),
        gver: 0,
        created_at: NOW,
        ep: [1, 0],
        access_until: None,
        status: Vec::new(),
        ended: None,
    }
}

pub(crate) fn key(seq: i64, activate_at: UnixTime) -> SigningKey {
    SigningKey {
        kid: Kid::new(format!("k{seq}")),
        alg: KeyAlgorithm::Rs256,
        seq,
        created_at: activate_at,
        activate_at,
        revoked_at: None,
        public_jwk: Value::Null,
        sealed: Some(Vec::new()),
        kek_id: "kek".to_owned(),
    }
}
