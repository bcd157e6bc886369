//! What is sent to break it: hostile JSON, members that nobody asked for, other media types.

use crate::support::api_caller::{ALL, Caller, problem};
use crate::support::on_both_databases;
use crate::support::world::Answer;
use serde_json::json;
use vouchsafe::admin::api::routes::ROUTES;
use vouchsafe::admin::api::{Permission, Verb};

fn raw(robot: &Caller<'_>, path: &str, media_type: &str, body: impl Into<reqwest::blocking::Body>) -> Answer {
    Answer::to(
        robot
            .request("POST", path)
            .header("Content-Type", media_type)
            .body(body),
    )
}

on_both_databases! {
    fn json_that_readers_could_read_differently_is_refused(world: World) {
        let robot = world.service(ALL);
        let deep = format!("{{\"claims\":{}1{}}}", "[".repeat(20_000), "]".repeat(20_000));
        let names: Vec<String> = (0..4_000).map(|n| format!("\"n{n}\":1")).collect();
        let wide = format!("{{{}}}", names.join(","));
        for (body, code) in [
            ("{\"username\":\"ada\",\"username\":\"eve\",\"email\":\"e@example.test\"}", "body_malformed"),
            ("{\"username\":\"ada\",\"email\":\"e@example.test\",\"claims\":{\"name\":\"a\",\"name\":\"b\"}}", "body_malformed"),
            ("{\"username\":\"a\\u0000da\",\"email\":\"e@example.test\"}", "body_malformed"),
            ("{\"username\":\"\\ud800\",\"email\":\"e@example.test\"}", "body_malformed"),
            ("{\"username\":1e999,\"email\":\"e@example.test\"}", "body_malformed"),
            ("{\"username\":-0,\"email\":\"e@example.test\"}", "body_invalid"),
            ("{\"username\":99999999999999999999999999,\"email\":\"e@example.test\"}", "body_invalid"),
            ("{\"username\":\"ada\",\"email\":\"e@example.test\"} trailing", "body_malformed"),
            ("[\"ada\",\"e@example.test\"]", "body_invalid"),
            ("null", "body_invalid"),
            ("", "body_malformed"),
            ("{", "body_malformed"),
            (&deep, "body_malformed"),
            (&wide, "body_invalid"),
        ] {
            let answer = raw(&robot, "/users", "application/json", body.to_owned());
            assert_eq!(answer.problem(), problem(400, code), "{body:.60}");
        }
        let bytes = raw(&robot, "/users", "application/json", b"{\"username\":\"\xff\"}".to_vec());
        assert_eq!(bytes.problem(), problem(400, "body_malformed"));
        let long = raw(&robot, "/users", "application/json", " ".repeat(70_000));
        assert_eq!(long.problem(), problem(413, "body_too_long"));
        assert_eq!(robot.get("/users").status, 200, "the server goes on");
    }

    fn an_operation_without_a_body_takes_an_empty_object_and_no_other(world: World) {
        let robot = world.service(ALL);
        let logout = format!("/users/{}/logout", world.person("ada").id);
        for empty in ["", "{}", "{}\n"] {
            let answer = raw(&robot, &logout, "application/json", empty.to_owned());
            assert_eq!(answer.status, 200, "{empty:?}: {}", answer.body);
        }
        for (body, expected) in [
            ("[]".to_owned(), (400, "body_invalid")),
            ("{\"reason\": \"x\"}".to_owned(), (400, "body_invalid")),
            (" ".repeat(70_000), (413, "body_too_long")),
        ] {
            let answer = raw(&robot, &logout, "application/json", body.clone());
            assert_eq!(answer.problem(), problem(expected.0, expected.1), "{body:.20}");
        }
    }

    fn only_json_that_says_so_is_read(world: World) {
        let robot = world.service(ALL);
        let body = json!({"username": "ada", "email": "ada@example.test"}).to_string();
        for media_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/merge-patch+json",
            "application/json; charset=utf-16",
            "application/jsonx",
            "",
        ] {
            let answer = raw(&robot, "/users", media_type, body.clone());
            assert_eq!(answer.problem(), problem(415, "media_type_unsupported"), "{media_type}");
        }
        assert_eq!(raw(&robot, "/users", "application/json; charset=utf-8", body).status, 201);
    }

    fn members_that_nobody_asked_for_are_refused_everywhere(world: World) {
        let robot = world.service(ALL);
        let extra = ["is_admin", "password_hash", "id", "sub", "created_at", "mfa_exempt", "client_secret", "client_id", "epoch", "disabled"];
        for route in ROUTES {
            let takes = matches!(route.method, Verb::Post | Verb::Put | Verb::Patch);
            if !takes || route.permission == Permission::Administer {
                continue;
            }
            let path = route.path.split('/').map(|part| if part.starts_with('{') { "nothing" } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            for member in extra {
                let request = robot.request(route.method.as_str(), &path).header("If-Match", "*");
                let answer = Answer::to(request.json(&json!({member: true})));
                // Whatever takes no body at all says so.
                let (status, code) = answer.problem();
                assert!(
                    (status, code.as_str()) == (400, "body_invalid") || (status, code.as_str()) == (413, "body_too_long"),
                    "{} {path} {member}: {}", route.method.as_str(), answer.body
                );
            }
        }
    }

    fn what_a_query_may_not_hold_is_named(world: World) {
        let robot = world.service(ALL);
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=-1", "limit"),
            ("limit=1e2", "limit"),
            ("sort=password_hash", "sort"),
            ("sort=username;drop", "sort"),
            ("state=gone", "state"),
            ("admin=1", "admin"),
            ("q=a%0Ab", "q"),
            ("order=x", "order"),
        ] {
            let answer = robot.get(&format!("/users?{query}"));
            assert_eq!(answer.problem(), problem(400, "parameter_invalid"), "{query}");
            assert_eq!(answer.json()["field"], field, "{query}");
        }
        for query in ["q=%00", "q=%ff", "q=%", "limit=1&limit=2"] {
            assert_eq!(robot.get(&format!("/users?{query}")).problem(), problem(400, "parameter_invalid"), "{query}");
        }
        for query in ["since=yesterday", "event=user.exploded"] {
            assert_eq!(robot.get(&format!("/audit?{query}")).problem(), problem(400, "parameter_invalid"), "{query}");
        }
    }

    fn names_in_paths_that_are_nobodys_are_not_found(world: World) {
        let robot = world.service(ALL);
        for name in ["~", "~AA", "~AAAA", "~%", "~_w", ".a", "a~", "~bm9ib2R5"] {
            let answer = robot.get(&format!("/clients/{name}"));
            assert!(matches!(answer.status, 400 | 404), "{name}: {}", answer.body);
        }
    }
}
