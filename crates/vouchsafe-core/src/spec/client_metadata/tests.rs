//! Tests of reading client metadata (RFC 7591).

use super::*;
use serde_json::json;

fn web(over: &Value) -> Map<String, Value> {
    let mut document = json!({"redirect_uris": ["https://app.example.com/cb"]});
    let members = document.as_object_mut().unwrap();
    for (name, value) in over.as_object().unwrap() {
        members.insert(name.clone(), value.clone());
    }
    members.clone()
}

fn read(over: &Value) -> Result<Requested, MetadataProblem> {
    parse(&web(over))
}

fn member_of(over: &Value) -> &'static str {
    read(over).expect_err(&over.to_string()).member
}

#[test]
fn the_defaults_are_those_of_the_specification() {
    let requested = read(&json!({})).unwrap();
    assert_eq!(requested.name, "app.example.com");
    assert_eq!(requested.kind, ClientKind::Web);
    assert_eq!(requested.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(requested.auth_method, None);
    assert_eq!(requested.scopes, None);
    assert_eq!(requested.declared, Declared::default());
}

#[test]
fn what_is_not_known_is_ignored_and_what_we_do_not_have_is_left_out() {
    let requested = read(&json!({
        "made_up": {"a": [null]},
        "client_name#de": 7,
        "request_uris": ["https://app.example.com/r"],
        "grant_types": ["authorization_code", "implicit", "refresh_token", "password"],
        "response_types": ["code", "id_token token"],
    }))
    .unwrap();
    assert_eq!(
        requested.grant_types,
        [GrantType::AuthorizationCode, GrantType::RefreshToken]
    );
}

#[test]
fn the_kind_follows_from_what_the_client_can_keep_and_where_it_runs() {
    let public = |over: Value| {
        let mut over = over;
        over["token_endpoint_auth_method"] = json!("none");
        read(&over).unwrap().kind
    };
    assert_eq!(public(json!({})), ClientKind::Spa);
    assert_eq!(public(json!({"application_type": "native"})), ClientKind::Native);
    let local = json!(["http://localhost:3000/cb", "com.example.app:/cb"]);
    assert_eq!(public(json!({"redirect_uris": local})), ClientKind::Native);
    let local = json!(["http://localhost:3000/cb"]);
    assert_eq!(
        public(json!({"redirect_uris": local, "application_type": "web"})),
        ClientKind::Spa
    );
    let service = json!({"grant_types": ["client_credentials"], "client_name": "Robot"});
    assert_eq!(
        parse(service.as_object().unwrap()).unwrap().kind,
        ClientKind::Service
    );
}

#[test]
fn a_member_of_another_type_or_size_is_named() {
    let long = "x".repeat(2001);
    for (name, value) in [
        ("redirect_uris", json!("https://app.example.com/cb")),
        ("redirect_uris", json!(null)),
        ("redirect_uris", json!(["https://app.example.com/cb", null])),
        ("redirect_uris", json!([7])),
        ("grant_types", json!("authorization_code")),
        ("grant_types", json!(["password"])),
        ("grant_types", json!([])),
        ("grant_types", json!(["refresh_token"])),
        ("response_types", json!(["token"])),
        ("response_types", json!([])),
        ("client_name", json!(7)),
        ("client_name", json!(null)),
        ("client_name", json!("")),
        ("client_name", json!("x".repeat(101))),
        ("client_name", json!(long)),
        ("client_name", json!("<b>Bank</b>")),
        ("client_name", json!("Bank\u{202E}")),
        ("client_name", json!("Ba\u{200B}nk")),
        ("contacts", json!(vec!["a@b.example"; 33])),
        ("contacts", json!(["x".repeat(255)])),
        ("contacts", json!([{"mail": 1}])),
        ("scope", json!(["openid"])),
        ("scope", json!("open\u{7f}id")),
        ("application_type", json!("mobile")),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("jwks", json!("{}")),
        ("jwks_uri", json!("http://app.example.com/jwks")),
        ("logo_uri", json!("javascript:alert(1)")),
        ("tos_uri", json!("data:text/html,x")),
        ("policy_uri", json!("http://app.example.com/policy")),
        ("client_uri", json!("app.example.com")),
        ("initiate_login_uri", json!("http://app.example.com/login")),
        ("sector_identifier_uri", json!("http://app.example.com/sector")),
        ("post_logout_redirect_uris", json!(["http://app.example.com/out"])),
        ("default_max_age", json!("60")),
        ("default_max_age", json!(-1)),
        ("default_max_age", json!(1.5)),
        ("require_auth_time", json!("true")),
        ("id_token_signed_response_alg", json!("none")),
        ("id_token_signed_response_alg", json!("HS256")),
        ("id_token_encrypted_response_alg", json!("RSA-OAEP-256")),
        ("subject_type", json!("pairwise")),
        ("software_statement", json!("not a JWT")),
    ] {
        assert_eq!(member_of(&json!({ name: value })), name, "{value}");
    }
}

#[test]
fn what_would_be_weaker_than_asked_for_is_refused() {
    for (member, value) in [
        ("require_signed_request_object", json!(true)),
        ("require_pushed_authorization_requests", json!(true)),
        ("authorization_signed_response_alg", json!("RS256")),
        ("authorization_encrypted_response_alg", json!("RSA-OAEP")),
        ("dpop_bound_access_tokens", json!(true)),
    ] {
        assert_eq!(member_of(&json!({ member: value })), member);
    }
    for (member, value) in [
        ("require_signed_request_object", json!(false)),
        ("require_pushed_authorization_requests", json!(false)),
        ("authorization_signed_response_alg", json!("none")),
        ("userinfo_signed_response_alg", json!("RS256")),
        ("request_object_signing_alg", json!("RS256")),
    ] {
        assert!(read(&json!({ member: value })).is_ok(), "{member}");
    }
}

#[test]
fn members_that_contradict_one_another_are_refused() {
    for (over, member) in [
        (
            json!({"jwks": {"keys": []}, "jwks_uri": "https://a.example/jwks"}),
            "jwks",
        ),
        (json!({"token_endpoint_auth_method": "private_key_jwt"}), "jwks"),
        (
            json!({"grant_types": ["client_credentials"], "response_types": ["code"]}),
            "response_types",
        ),
        (json!({"grant_types": ["client_credentials"]}), "redirect_uris"),
        (
            json!({"grant_types": ["authorization_code", "client_credentials"], "token_endpoint_auth_method": "none"}),
            "grant_types",
        ),
    ] {
        assert_eq!(member_of(&over), member, "{over}");
    }
}

#[test]
fn redirect_uris_and_software_statements_have_codes_of_their_own() {
    let reason = |over: Value| read(&over).unwrap_err().reason;
    for bad in [
        "https://app.example.com/cb#x",
        "http://app.example.com/cb",
        "javascript:alert(1)",
        "com.example.app:/cb",
    ] {
        assert_eq!(
            reason(json!({"redirect_uris": [bad]})),
            Reason::RedirectUriUnregistrable,
            "{bad}"
        );
    }
    assert_eq!(
        reason(json!({"redirect_uris": []})),
        Reason::RedirectUriUnregistrable
    );
    assert_eq!(
        reason(json!({"software_statement": "x"})),
        Reason::SoftwareStatementInvalid
    );
    assert_eq!(
        reason(json!({"software_statement": "a.b.c"})),
        Reason::SoftwareStatementUnapproved
    );
}

#[test]
fn a_problem_says_nothing_that_came_from_the_client() {
    for over in [
        json!({"client_name": "<Evil>"}),
        json!({"redirect_uris": ["Evil:"]}),
        json!({"scope": "Evil\u{7f}"}),
    ] {
        let problem = read(&over).unwrap_err().to_string();
        assert!(!problem.contains("Evil") && problem.is_ascii(), "{problem}");
    }
}
