use super::*;
use vouchsafe_core::model::{
    ApiScope, Client, ClientKind, ClientMetadata, GrantType, IdTokenClaims, PkceRule, Prompt, TokenTyp,
};

const CALLBACK: &str = "https://app.test/cb";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn client(change: impl FnOnce(&mut ClientMetadata)) -> Arc<Known> {
    let mut metadata = ClientMetadata {
        client_name: "App".to_owned(),
        kind: ClientKind::Web,
        redirect_uris: vec![CALLBACK.to_owned(), "https://app.test/cb?keep=1".to_owned()],
        post_logout_redirect_uris: Vec::new(),
        scopes: ["openid", "email", "offline_access", "orders:read", "gone:read"]
            .map(str::to_owned)
            .to_vec(),
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
        id_token_signed_response_alg: vouchsafe_core::model::KeyAlgorithm::Rs256,
        declared: vouchsafe_core::model::Declared::default(),
    };
    change(&mut metadata);
    let client = Client {
        id: ClientId::new("app"),
        epoch: 0,
        disabled_at: None,
        created_at: UnixTime::default(),
        registrar: vouchsafe_core::model::Registrar::default(),
        unused_until: None,
        metadata,
    };
    Arc::new(Known::new(client, Vec::new()))
}

fn surroundings() -> Surroundings {
    let scope = |name: &str| ApiScope {
        name: name.to_owned(),
        description: String::new(),
    };
    let api = Api {
        identifier: "https://orders.test".to_owned(),
        name: "Orders".to_owned(),
        token_typ: TokenTyp::AtJwt,
        signing_alg: vouchsafe_core::model::KeyAlgorithm::Rs256,
        access_token_lifetime: None,
        claims: Vec::new(),
        created_at: UnixTime::default(),
        scopes: vec![scope("orders:read"), scope("orders:write")],
    };
    Surroundings {
        apis: Arc::new(vec![api]),
        own_tokens: Arc::new(OwnTokens::new("https://id.test", &[], &[])),
        now: UnixTime::from_seconds(1_800_000_000),
    }
}

fn run_with(known: Arc<Known>, query: &str) -> Result<AuthorizationRequest, Refused> {
    let raw = Raw::of_query(query.as_bytes())?;
    assert_eq!(raw.client_id()?.as_str(), "app");
    raw.of_client(Some(known))?
        .accept(surroundings())
        .map(|accepted| accepted.request)
}

fn run_query(query: &str) -> Result<AuthorizationRequest, Refused> {
    run_with(client(|_| ()), query)
}

/// A good request with `more` at its end.
fn good(more: &str) -> String {
    format!(
        "client_id=app&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&response_type=code&scope=openid+email&state=s\
         &code_challenge={CHALLENGE}&code_challenge_method=S256{more}"
    )
}

fn told_to_client(query: &str) -> (Reason, Option<String>) {
    let refused = run_query(query).map(drop).unwrap_err();
    let destination = refused.destination.expect("the client is told");
    assert_eq!(destination.redirect_uri, CALLBACK);
    (refused.reason, destination.state)
}

fn told_to_person(query: &str) -> Reason {
    let refused = run_query(query).map(drop).unwrap_err();
    assert_eq!(refused.destination, None, "{query}");
    refused.reason
}

#[test]
fn a_good_request_is_read_whole() {
    let more = "&nonce=n&prompt=login+consent&max_age=60&login_hint=ada&ui_locales=de+en&acr_values=a&resource=\
                https%3A%2F%2Forders.test&display=popup&unknown=x";
    let query = good(more).replace("openid+email", "openid+email+orders:read");
    let request = run_query(&query).unwrap();
    assert_eq!(request.redirect_uri, CALLBACK);
    assert_eq!(request.state.as_deref(), Some("s"));
    assert_eq!(request.nonce.as_deref(), Some("n"));
    assert_eq!(request.scopes, ["openid", "email", "orders:read"]);
    assert!(!request.scopes_dropped);
    assert_eq!(request.code_challenge.as_deref(), Some(CHALLENGE));
    assert_eq!(request.prompt, [Prompt::Login, Prompt::Consent]);
    assert_eq!(request.max_age, Some(60));
    assert_eq!(request.login_hint.as_deref(), Some("ada"));
    assert_eq!(request.ui_locales, ["de", "en"]);
    assert_eq!(request.resources, ["https://orders.test"]);
}

#[test]
fn a_person_is_told_what_no_client_may_be() {
    let cases = [
        ("client_id=app", Reason::RedirectUriMissing),
        ("client_id=app&redirect_uri=", Reason::RedirectUriMissing),
        ("client_id=app&request_uri=urn:x", Reason::RequestUriUnsupported),
        (
            "client_id=app&redirect_uri=https%3A%2F%2Fapp.test%2Fcb%2F",
            Reason::RedirectUriNotRegistered,
        ),
        (
            "client_id=app&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&redirect_uri=https%3A%2F%2Fevil.test",
            Reason::RedirectUriNotRegistered,
        ),
        (
            "client_id=app&redirect_uri=https%3A%2F%2Fevil.test&redirect_uri=https%3A%2F%2Fapp.test%2Fcb",
            Reason::RedirectUriNotRegistered,
        ),
        (
            "client_id=app&client_id=app&redirect_uri=https%3A%2F%2Fapp.test%2Fcb",
            Reason::ClientUnknown,
        ),
        ("redirect_uri=https%3A%2F%2Fapp.test%2Fcb", Reason::ClientUnknown),
        ("client_id=%zz", Reason::ClientUnknown),
    ];
    for (query, reason) in cases {
        assert_eq!(told_to_person(query), reason, "{query}");
    }
    assert_eq!(
        Raw::of_query(b"client_id=app")
            .unwrap()
            .of_client(None)
            .map(drop)
            .unwrap_err()
            .reason,
        Reason::ClientUnknown
    );
}

#[test]
fn a_client_is_told_the_rest_with_its_state() {
    let with = |from: &str, to: &str| good("").replace(from, to);
    let cases = [
        (
            with("response_type=code", "response_type=token"),
            Reason::ResponseTypeUnsupported,
        ),
        (
            with("response_type=code", "response_type=code+token"),
            Reason::ResponseTypeUnsupported,
        ),
        (with("&response_type=code", ""), Reason::ResponseTypeMissing),
        (good("&response_mode=fragment"), Reason::ResponseModeUnsupported),
        (good("&request=x"), Reason::RequestObjectUnsupported),
        (
            good("&request_uri=http://169.254.169.254/"),
            Reason::RequestUriUnsupported,
        ),
        (good("&registration=%7B%7D"), Reason::RegistrationUnsupported),
        (good("&nonce=a&nonce=b"), Reason::ParameterRepeated),
        (good("&other=a&other=b"), Reason::ParameterRepeated),
        (good("&nonce=%ff"), Reason::ParameterMalformed),
        (good("&nonce=%00"), Reason::ParameterMalformed),
        (good(&"&a=b".repeat(100)), Reason::ParameterMalformed),
        (with("openid+email", "openid%09email"), Reason::ScopeMalformed),
        (with("openid+email", "orders:write"), Reason::ScopeNotAllowed),
        (with("openid+email", "gone:read"), Reason::ScopeNotAllowed),
        (with("S256", "plain"), Reason::PkceMethodUnsupported),
        (
            with("&code_challenge_method=S256", ""),
            Reason::PkceMethodUnsupported,
        ),
        (good("&prompt=none+login"), Reason::PromptInvalid),
        (good("&max_age=-1"), Reason::MaxAgeInvalid),
        (good("&resource=orders"), Reason::ResourceMalformed),
        (
            good("&resource=https%3A%2F%2Fother.test"),
            Reason::ResourceUnknown,
        ),
        (
            good("&resource=https%3A%2F%2Forders.test"),
            Reason::ResourceWithoutScope,
        ),
        (good("&id_token_hint=x.y.z"), Reason::IdTokenHintInvalid),
    ];
    for (query, reason) in cases {
        assert_eq!(told_to_client(&query), (reason, Some("s".to_owned())), "{query}");
    }
}

#[test]
fn a_state_that_cannot_be_returned_is_not() {
    for more in ["&state=t", "&state="] {
        let (reason, state) = told_to_client(&good(more));
        assert_eq!(reason, Reason::ParameterRepeated);
        // A second one without value says nothing, so the first is not in doubt.
        assert_eq!(state.is_none(), more == "&state=t");
    }
    for (bad, reason) in [
        ("%00", Reason::ParameterMalformed),
        ("%0a", Reason::StateMalformed),
    ] {
        assert_eq!(
            told_to_client(&good("").replace("state=s", &format!("state={bad}"))),
            (reason, None)
        );
    }
}

#[test]
fn scopes_that_the_client_may_not_have_are_dropped() {
    let request =
        run_query(&good("").replace("openid+email", "openid+orders:write+nobody+orders:read")).unwrap();
    assert_eq!(request.scopes, ["openid", "orders:read"]);
    assert!(request.scopes_dropped);
    let all = run_query(&good("").replace("&scope=openid+email", "")).unwrap();
    assert_eq!(all.scopes, ["openid", "email", "orders:read"]);
    assert!(all.scopes_dropped);
    let offline = good("").replace("openid+email", "openid+offline_access");
    assert_eq!(run_query(&offline).unwrap().scopes, ["openid", "offline_access"]);
    let without_refresh = client(|metadata| metadata.grant_types = vec![GrantType::AuthorizationCode]);
    assert_eq!(run_with(without_refresh, &offline).unwrap().scopes, ["openid"]);
}

#[test]
fn only_a_confidential_client_may_be_let_off_the_challenge() {
    let bare = good("").replace(
        &format!("&code_challenge={CHALLENGE}&code_challenge_method=S256"),
        "",
    );
    let ends = |kind: ClientKind, pkce: PkceRule| {
        let known = client(|metadata| {
            metadata.kind = kind;
            metadata.pkce = pkce;
        });
        run_with(known, &bare)
            .map(|request| request.code_challenge)
            .map_err(|refused| refused.reason)
    };
    assert_eq!(ends(ClientKind::Web, PkceRule::Allowed), Ok(None));
    assert_eq!(
        ends(ClientKind::Web, PkceRule::Required),
        Err(Reason::PkceMissing)
    );
    assert_eq!(ends(ClientKind::Spa, PkceRule::Allowed), Err(Reason::PkceMissing));
    assert_eq!(
        ends(ClientKind::Native, PkceRule::Required),
        Err(Reason::PkceMissing)
    );
}

#[test]
fn a_client_that_is_switched_off_or_may_not_have_codes_gets_none() {
    let services_only = client(|metadata| metadata.grant_types = vec![GrantType::ClientCredentials]);
    assert_eq!(
        run_with(services_only, &good("")).map(drop).unwrap_err().reason,
        Reason::GrantTypeNotAllowed
    );
    let Known { mut client, .. } = Arc::into_inner(client(|_| ())).unwrap();
    client.disabled_at = Some(UnixTime::default());
    let refused = run_with(Arc::new(Known::new(client, Vec::new())), &good(""))
        .map(drop)
        .unwrap_err();
    assert_eq!(
        refused,
        Refused {
            reason: Reason::ClientDisabled,
            destination: None
        }
    );
}
