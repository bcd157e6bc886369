//! Rows to put into the store.

use vouchsafe::db;
use vouchsafe::store::Store;
use vouchsafe_core::model::{
    Api, ApiScope, AuthorizationRequest, Client, ClientId, ClientKind, ClientMetadata, Code, Consent, Digest,
    Event, EventId, EventKind, Grant, GrantId, GrantType, Interaction, PasswordHash, PersonSignedIn, Session,
    SessionId, Sid, Span, TokenTyp, UnixTime, User, UserId,
};

/// An instant, in seconds.
pub(super) fn at(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(1_700_000_000 + seconds)
}

/// A digest of whatever kind is wanted.
pub(super) fn digest<K>(filling: u8) -> Digest<K> {
    Digest::from_bytes([filling; 32])
}

/// Ann, or whoever.
pub(super) fn user(name: &str) -> User {
    User {
        id: UserId::new(format!("sub-{name}")),
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        email_verified: true,
        claims: serde_json::from_str(r#"{"name":"Ann Ä","address":{"locality":"Łódź"}}"#).unwrap(),
        password_hash: Some(PasswordHash::new("$argon2id$…")),
        invited_until: None,
        is_admin: false,
        roles: vec!["clerk".to_owned()],
        groups: vec!["staff".to_owned()],
        disabled_at: None,
        banned_at: Some(at(-5)),
        banned_until: Some(at(-4)),
        ban_reason: Some("quarrel".to_owned()),
        created_at: at(0),
        updated_at: at(1),
    }
}

/// A client with every member set to something of its own.
pub(super) fn client(id: &str) -> Client {
    Client {
        id: ClientId::new(id),
        epoch: 1,
        disabled_at: None,
        created_at: at(0),
        registrar: vouchsafe_core::model::Registrar::default(),
        unused_until: None,
        metadata: ClientMetadata {
            client_name: "Shop".to_owned(),
            kind: ClientKind::Web,
            redirect_uris: vec!["https://shop.example/cb".to_owned()],
            post_logout_redirect_uris: vec![],
            scopes: vec!["openid".to_owned(), "orders:read".to_owned()],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            token_endpoint_auth_method: None,
            pkce: vouchsafe_core::model::PkceRule::Required,
            jwks: None,
            web_origins: vec![],
            introspects: vec![],
            online_refresh: false,
            first_party: false,
            require_consent: false,
            id_token_claims: vouchsafe_core::model::IdTokenClaims::Userinfo,
            id_token_signed_response_alg: vouchsafe_core::model::KeyAlgorithm::Rs256,
            declared: vouchsafe_core::model::Declared::default(),
        },
    }
}

/// An API that owns these scopes.
pub(super) fn api(identifier: &str, scopes: &[&str]) -> Api {
    Api {
        identifier: identifier.to_owned(),
        name: "Orders".to_owned(),
        token_typ: TokenTyp::Jwt,
        signing_alg: vouchsafe_core::model::KeyAlgorithm::Rs256,
        access_token_lifetime: Some(Span::from_minutes(3)),
        claims: Vec::new(),
        created_at: at(0),
        scopes: scopes
            .iter()
            .map(|name| ApiScope {
                name: (*name).to_owned(),
                description: format!("{name} in words"),
            })
            .collect(),
    }
}

/// A session of Ann.
pub(super) fn session(id: &str) -> Session {
    Session {
        id: SessionId::new(id),
        user_id: UserId::new("sub-ann"),
        auth_time: at(0),
        acr: "urn:vouchsafe:acr:pwd".to_owned(),
        amr: vec!["pwd".to_owned()],
        idle_expires_at: at(100),
        expires_at: at(1000),
        remember: true,
        ended_at: None,
    }
}

/// An authorization request that waits.
pub(super) fn interaction(created: i64) -> Interaction {
    Interaction {
        request: AuthorizationRequest {
            client_id: ClientId::new("shop"),
            redirect_uri: "https://shop.example/cb".to_owned(),
            state: Some("s & ü".to_owned()),
            nonce: None,
            scopes: vec!["openid".to_owned()],
            scopes_dropped: false,
            resources: vec![],
            code_challenge: None,
            prompt: vec![],
            max_age: Some(0),
            login_hint: None,
            hinted_user: None,
            ui_locales: vec![],
            acr_values: vec![],
        },
        created_at: at(created),
        expires_at: at(created + 600),
        signed_in: None,
        account_chosen: false,
        consented: None,
        declined: None,
        completed_at: None,
    }
}

/// What Ann allowed.
pub(super) fn consent(scopes: &[&str]) -> Consent {
    Consent {
        user_id: UserId::new("sub-ann"),
        client_id: ClientId::new("shop"),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        shown: "Shop|shop.example".to_owned(),
        session_id: SessionId::new("s1"),
        granted_at: at(3),
    }
}

/// A grant of Ann to the shop, whose code was sent out at second 0 and lives for a minute.
pub(super) fn grant(id: &str) -> Grant {
    Grant {
        id: GrantId::new(id),
        user_id: UserId::new("sub-ann"),
        client_id: ClientId::new("shop"),
        session_id: SessionId::new("s1"),
        sid: Sid::new("sid1"),
        scopes: vec!["openid".to_owned(), "offline_access".to_owned()],
        resources: vec!["https://api.example".to_owned()],
        offline: true,
        signed_in: PersonSignedIn {
            auth_time: at(-10),
            acr: "urn:vouchsafe:acr:pwd".to_owned(),
            amr: vec!["pwd".to_owned()],
        },
        nonce: Some("n".to_owned()),
        redirect_uri: "https://shop.example/cb".to_owned(),
        code_challenge: Some("challenge".to_owned()),
        code_expires_at: at(60),
        code_used_at: None,
        refreshable: false,
        generation: 0,
        parent: None,
        rotated_at: None,
        parent_at: None,
        recovered: 0,
        idle_expires_at: at(60),
        expires_at: at(10_000),
        gver: 1,
        created_at: at(0),
        ep: [1, 1],
        access_until: Some(at(0)),
        status: Vec::new(),
        ended: None,
    }
}

/// An entry of the log.
pub(super) fn event(id: &str, second: i64) -> Event {
    Event {
        id: EventId::new(id),
        at: at(second),
        kind: EventKind::GrantClaimsRaised,
        actor: "cli".to_owned(),
        subject: Some("sub-ann".to_owned()),
        client_id: Some(ClientId::new("shop")),
        target: Some("g1".to_owned()),
        value: Some(2),
        request_id: None,
        detail: serde_json::from_str(r#"{"why":"role"}"#).unwrap(),
        expires_at: at(second + 300),
    }
}

/// Adds Ann and the shop.
pub(super) fn add_ann_and_shop(store: &Store) {
    store
        .write_blocking("samples", |tx| {
            db!(tx, users::add(&user("ann")))?;
            db!(tx, clients::add(&client("shop")))
        })
        .unwrap();
}

/// Adds Ann's grant with the code of this digest.
pub(super) fn add_grant(store: &Store, grant: &Grant, code: Digest<Code>) {
    let grant = grant.clone();
    store
        .write_blocking("samples", move |tx| db!(tx, grants::add(&grant, &code)))
        .unwrap();
}

/// The grant of this id.
pub(super) fn read_grant(store: &Store, id: &str) -> Grant {
    let id = GrantId::new(id);
    store
        .read_blocking("samples", move |tx| db!(tx, grants::by_id(&id)))
        .unwrap()
        .unwrap()
}
