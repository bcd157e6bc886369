//! What is done to administrators asks for the password on the pages where it asks for a recent sign-in in the API, and
//! nowhere else.

use super::sign_in::{application, refresh, sign_in};
use crate::support::api_caller::problem;
use crate::support::browser::hidden;
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use vouchsafe::accounts::person_acts::PersonAct;
use vouchsafe::admin::api::SignIn;
use vouchsafe::admin::api::routes::ROUTES;
use vouchsafe::db;
use vouchsafe::store::GrantsWanted;
use vouchsafe_core::model::{ClientId, ClientKind, Span, UnixTime, User};

/// An act, its form below a person's page, and its route.
struct Way {
    act: PersonAct,
    page: &'static str,
    fields: Vec<(&'static str, String)>,
    method: &'static str,
    route: &'static str,
    body: Value,
}

/// What a person holds, by the names that paths have for it.
struct Held {
    session: String,
    grant: String,
    client: String,
}

/// Every act on a person that has a route; the last one leaves nobody.
fn ways(username: &str, held: &Held) -> Vec<Way> {
    let way = |act, page, (method, route), body| Way {
        act,
        page,
        fields: Vec::new(),
        method,
        route,
        body,
    };
    let with = |way: Way, name, value: &str| Way {
        fields: vec![(name, value.to_owned())],
        ..way
    };
    let none = || Value::Null;
    let end = PersonAct::EndHeld;
    let roles = |list: &str| {
        let route = if list == "roles" {
            "/users/{sub}/roles"
        } else {
            "/users/{sub}/groups"
        };
        way(
            PersonAct::SetRoles,
            "roles",
            ("PUT", route),
            json!({ list: ["x"] }),
        )
    };
    let rights = |method| {
        way(
            PersonAct::SetAdmin,
            "administrator",
            (method, "/users/{sub}/administrator"),
            none(),
        )
    };
    vec![
        with(
            way(end, "sessions/end", ("DELETE", "/sessions/{session_id}"), none()),
            "id",
            &held.session,
        ),
        with(
            way(end, "grants/end", ("DELETE", "/grants/{gid}"), none()),
            "id",
            &held.grant,
        ),
        with(
            way(
                end,
                "consents/withdraw",
                ("DELETE", "/users/{sub}/consents/{client_id}"),
                none(),
            ),
            "id",
            &held.client,
        ),
        with(
            way(
                PersonAct::EndAdminSession,
                "admin-sessions/end",
                ("DELETE", "/admin-sessions/{session_id}"),
                none(),
            ),
            "id",
            "x",
        ),
        way(
            PersonAct::UpdateProfile,
            "profile",
            ("PATCH", "/users/{sub}"),
            json!({"claims": {"name": "X"}}),
        ),
        roles("roles"),
        roles("groups"),
        way(PersonAct::Ban, "ban", ("PUT", "/users/{sub}/ban"), json!({})),
        way(PersonAct::Unban, "unban", ("DELETE", "/users/{sub}/ban"), none()),
        way(
            PersonAct::Disable,
            "disable",
            ("POST", "/users/{sub}/disable"),
            none(),
        ),
        way(
            PersonAct::Enable,
            "enable",
            ("POST", "/users/{sub}/enable"),
            none(),
        ),
        way(
            PersonAct::SignOut,
            "sign-out",
            ("POST", "/users/{sub}/logout"),
            none(),
        ),
        way(
            PersonAct::SignOut,
            "sign-out",
            ("POST", "/users/{sub}/revoke"),
            none(),
        ),
        with(
            way(
                PersonAct::SetPassword,
                "password",
                ("PUT", "/users/{sub}/password"),
                json!({"password": PASSWORD}),
            ),
            "password",
            PASSWORD,
        ),
        way(
            PersonAct::Invite,
            "invitation",
            ("POST", "/users/{sub}/invitation"),
            none(),
        ),
        way(
            PersonAct::EndInvitation,
            "invitation/end",
            ("DELETE", "/users/{sub}/invitation"),
            none(),
        ),
        with(rights("PUT"), "administrator", "yes"),
        with(rights("DELETE"), "administrator", "no"),
        with(
            way(PersonAct::Delete, "delete", ("DELETE", "/users/{sub}"), none()),
            "typed",
            username,
        ),
    ]
}

/// What a person who signed in to an application holds.
fn holds(world: &World, username: &str, person: &User) -> Held {
    let shop = world.client(metadata(ClientKind::Web));
    shop.sign_in(world, username, &[("scope", "openid"), ("prompt", "consent")]);
    let (id, client) = (person.id.clone(), ClientId::new(shop.id.as_str()));
    world.write(move |tx| {
        let now = UnixTime::default();
        let wanted = GrantsWanted {
            after: None,
            user: Some(id.clone()),
            client: Some(client.clone()),
            now,
        };
        Ok(Held {
            session: db!(tx, sessions::list(None, Some(&id), now, 1))?
                .remove(0)
                .id
                .into_string(),
            grant: db!(tx, grants::list(&wanted, 1))?.remove(0).id.into_string(),
            client: client.as_str().to_owned(),
        })
    })
}

fn call(world: &World, tokens: &Value, (way, person, held): (&Way, &User, &Held)) -> Answer {
    let path = way
        .route
        .replace("{sub}", person.id.as_str())
        .replace("{session_id}", &held.session)
        .replace("{gid}", &held.grant)
        .replace("{client_id}", &held.client);
    let request = world
        .request(way.method, &format!("/api/v1{path}"))
        .bearer_auth(tokens["access_token"].as_str().unwrap())
        .header("If-Match", "*");
    Answer::to(if way.body.is_null() {
        request
    } else {
        request.json(&way.body)
    })
}

on_both_databases! {
    fn pages_and_api_ask_for_a_proof_of_the_same_acts(world: World) {
        world.administrator("ada");
        let people = [world.administrator("grace"), world.person("bob")];
        let held = people.each_ref().map(|person| holds(world, &person.username, person));
        let app = application(world);
        let tokens = sign_in(world, &app);
        let browser = world.admin_browser("ada");
        world.wait(Span::from_minutes(4));
        let tokens = refresh(world, &app, &tokens);
        world.wait(Span::from_minutes(2));
        let form_token = hidden(&browser.get("/admin").body, "form_token");
        let tokens = refresh(world, &app, &tokens);
        for (person, held) in people.iter().zip(&held) {
            for way in ways(&person.username, held) {
                let path = format!("/admin/users/{}/{}", person.id, way.page);
                let mut form = vec![("form_token", form_token.as_str())];
                form.extend(way.fields.iter().map(|(name, value)| (*name, value.as_str())));
                let page = browser.post(&path, &form);
                let on_page = page.status == 303 && page.header("location").starts_with("/admin/confirm?back=");
                let answer = call(world, &tokens, (&way, person, held));
                let in_api = answer.status == 401;
                if in_api {
                    assert_eq!(answer.problem(), problem(401, "sign_in_too_old"));
                }
                let what = format!("{:?} {} {} on {}: {} {}", way.act, way.method, way.route, person.username, page.body, answer.body);
                assert_eq!(on_page, in_api, "{what}");
                assert_eq!(in_api, way.act.asks(person.is_admin), "{what}");
                assert_eq!(in_api, person.is_admin || matches!(way.act, PersonAct::SetPassword | PersonAct::Invite | PersonAct::SetAdmin | PersonAct::EndAdminSession), "{what}");
                assert!(matches!(answer.status, 200 | 401) || (answer.status == 404 && !person.is_admin), "{what}");
            }
        }
        let [grace, _] = &people;
        let id = grace.id.clone();
        assert_eq!(world.write(move |tx| db!(tx, users::by_id(&id))).as_ref(), Some(grace), "nothing was done to her");
        assert!(world.write(|tx| db!(tx, users::by_login("bob"))).is_none(), "and everything to him");

        let now = sign_in(world, &app);
        for way in ways(&grace.username, &held[0]) {
            let answer = call(world, &now, (&way, grace, &held[0]));
            assert!(matches!(answer.status, 200 | 404 | 409), "{} {}: {}", way.method, way.route, answer.body);
        }
    }
}

#[test]
fn the_ways_are_all_that_the_api_has() {
    let held = Held {
        session: String::new(),
        grant: String::new(),
        client: String::new(),
    };
    let known: BTreeSet<_> = ways("ada", &held)
        .iter()
        .map(|way| (way.method, way.route, format!("{:?}", SignIn::For(way.act))))
        .collect();
    let told: BTreeSet<_> = ROUTES
        .iter()
        .filter(|route| matches!(route.sign_in, SignIn::For(_)))
        .map(|route| (route.method.as_str(), route.path, format!("{:?}", route.sign_in)))
        .collect();
    let others: Vec<_> = told.difference(&known).collect();
    let expected = [
        ("DELETE", "/admin-sessions", "For(EndAdminSession)".to_owned()),
        ("POST", "/users", "For(Create)".to_owned()),
    ];
    assert_eq!(
        others,
        expected.iter().collect::<Vec<_>>(),
        "what is about nobody, or nobody yet"
    );
    assert!(known.is_subset(&told));
}
