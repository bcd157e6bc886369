//! RFC 9470: what the pages ask a password for asks a person in the API for a sign-in of the last five minutes.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, Registered, metadata};
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe::admin::api::SignIn;
use vouchsafe::admin::api::routes::ROUTES;
use vouchsafe_core::model::{ClientKind, ClientMetadata, EventKind, Span};
use vouchsafe_verify::AccessToken;

/// What the pages ask a password for, and what has no page beside it but could stand for one of them.
const ASKED: &[(&str, &str)] = &[
    ("PUT", "/users/{sub}/password"),
    ("POST", "/users/{sub}/invitation"),
    ("PUT", "/users/{sub}/administrator"),
    ("DELETE", "/users/{sub}/administrator"),
    ("POST", "/clients"),
    ("PUT", "/clients/{client_id}"),
    ("PATCH", "/clients/{client_id}"),
    ("DELETE", "/clients/{client_id}"),
    ("POST", "/clients/{client_id}/secrets"),
    ("POST", "/clients/{client_id}/secrets/rotate"),
    ("DELETE", "/clients/{client_id}/secrets/{secret}"),
    ("POST", "/initial-tokens"),
    ("DELETE", "/initial-tokens/{id}"),
    ("POST", "/keys/rotate"),
    ("POST", "/keys/{kid}/revoke"),
    ("DELETE", "/admin-sessions"),
    ("DELETE", "/admin-sessions/{session_id}"),
    ("GET", "/audit/export"),
];

/// An application that administrators sign in to, and that stays signed in.
pub(super) fn application(world: &World) -> Registered {
    let scopes = ["openid", "offline_access"].iter().chain(ALL);
    world.client(ClientMetadata {
        scopes: scopes.map(|scope| (*scope).to_owned()).collect(),
        redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
        ..metadata(ClientKind::Native)
    })
}

pub(super) fn sign_in(world: &World, app: &Registered) -> Value {
    let scope = format!("openid offline_access {}", ALL.join(" "));
    app.sign_in(world, "ada", &[("scope", &scope), ("prompt", "consent")])
}

pub(super) fn refresh(world: &World, app: &Registered, tokens: &Value) -> Value {
    let token = tokens["refresh_token"].as_str().unwrap();
    let answer = app.token(
        world,
        &[("grant_type", "refresh_token"), ("refresh_token", token)],
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn auth_time(tokens: &Value) -> i64 {
    let token = tokens["access_token"].as_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload).unwrap();
    AccessToken::from_claims_json(std::str::from_utf8(&claims).unwrap())
        .unwrap()
        .auth_time
        .unwrap()
}

fn ask(world: &World, method: &str, path: &str, (tokens, body): (&Value, &Value)) -> Answer {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "nothing" } else { part });
    let path = format!("/api/v1{}", parts.collect::<Vec<_>>().join("/"));
    let request = world
        .request(method, &path)
        .bearer_auth(tokens["access_token"].as_str().unwrap());
    Answer::to(if body.is_null() {
        request
    } else {
        request.json(body)
    })
}

#[test]
fn the_table_of_routes_says_what_asks_for_a_recent_sign_in() {
    let told: Vec<_> = ROUTES
        .iter()
        .filter(|route| route.sign_in.is_always_asked())
        .map(|route| (route.method.as_str(), route.path))
        .collect();
    assert_eq!(told, ASKED);
}

on_both_databases! {
    fn a_renewed_token_of_an_old_sign_in_does_not_open_what_the_pages_ask_a_password_for(world: World) {
        world.administrator("ada");
        let app = application(world);
        let first = sign_in(world, &app);
        let open = |tokens: &Value| -> Vec<_> {
            let answered = ROUTES.iter().map(|route| {
                let (method, path) = (route.method.as_str(), route.path);
                (method, path, ask(world, method, path, (tokens, &Value::Null)))
            });
            answered.collect()
        };
        for (method, path, answer) in open(&first) {
            assert!(!matches!(answer.status, 401 | 403 | 500..), "{method} {path}: {}", answer.body);
        }
        world.wait(Span::from_minutes(4));
        let renewed = refresh(world, &app, &first);
        let rotate = ask(world, "POST", "/keys/rotate", (&renewed, &json!({"alg": "RS256"})));
        assert_eq!(rotate.status, 200, "four minutes are not five: {}", rotate.body);
        world.wait(Span::from_minutes(2));
        let renewed = refresh(world, &app, &renewed);
        assert_eq!(auth_time(&renewed), auth_time(&first), "a refresh is no sign-in");
        for (method, path, answer) in open(&renewed) {
            if !ASKED.contains(&(method, path)) {
                assert!(!matches!(answer.status, 401 | 403 | 500..), "{method} {path}: {}", answer.body);
                continue;
            }
            assert_eq!(answer.problem(), problem(401, "sign_in_too_old"), "{method} {path}");
            assert_eq!(
                answer.header("www-authenticate"),
                "Bearer error=\"insufficient_user_authentication\", \
                 error_description=\"A more recent sign-in is required\", vouchsafe_reason=\"max_auth_age\", max_age=\"300\"",
            );
        }
        assert_eq!(world.events_of(EventKind::AuditExported).len(), 1, "nothing was done");
        let again = sign_in(world, &app);
        assert_eq!(ask(world, "GET", "/audit/export", (&again, &Value::Null)).status, 200);
    }

    fn an_old_sign_in_makes_people_but_no_administrators(world: World) {
        world.administrator("ada");
        let app = application(world);
        let first = sign_in(world, &app);
        world.wait(Span::from_minutes(6));
        let renewed = refresh(world, &app, &first);
        let person = |name: &str, admin: bool| json!({
            "username": name, "email": format!("{name}@example.test"), "password": PASSWORD, "admin": admin,
        });
        let made = ask(world, "POST", "/users", (&renewed, &person("bob", false)));
        assert_eq!(made.status, 201, "{}", made.body);
        let refused = ask(world, "POST", "/users", (&renewed, &person("eve", true)));
        assert_eq!(refused.problem(), problem(401, "sign_in_too_old"));
        assert!(refused.header("www-authenticate").contains("max_age=\"300\""));
        let again = sign_in(world, &app);
        assert_eq!(ask(world, "POST", "/users", (&again, &person("eve", true))).status, 201);
    }

    fn a_service_has_nobody_who_could_sign_in_and_is_not_asked(world: World) {
        let robot = world.service(ALL);
        world.wait(Span::from_minutes(4));
        assert_eq!(robot.send("POST", "/keys/rotate", &json!({"alg": "RS256"})).status, 200);
        assert_eq!(robot.get("/audit/export").status, 200);
    }

    fn the_description_says_where_a_recent_sign_in_is_asked_for(world: World) {
        let document = Answer::to(world.get("/api/openapi.json")).json();
        for route in ROUTES {
            let operation = &document["paths"][format!("/api/v1{}", route.path)][route.method.as_str().to_lowercase()];
            let told = operation["description"].as_str().unwrap_or_default();
            let is_asked = route.sign_in != SignIn::Any;
            assert_eq!(told.contains("within the last 5 minutes"), is_asked, "{}: {told}", route.path);
            let codes = operation["responses"]["401"]["description"].as_str().unwrap();
            assert_eq!(codes.contains("sign_in_too_old"), is_asked, "{}: {codes}", route.path);
        }
    }
}
