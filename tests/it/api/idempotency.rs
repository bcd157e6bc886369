//! `Idempotency-Key`: what is sent again is made once.

use crate::support::api_caller::{ALL, Caller, problem};
use crate::support::on_both_databases;
use crate::support::world::Answer;
use serde_json::{Value, json};
use vouchsafe_core::model::{EventKind, Span};

fn send(robot: &Caller<'_>, path: &str, key: &str, body: &Value) -> Answer {
    Answer::to(
        robot
            .request("POST", path)
            .header("Idempotency-Key", key)
            .json(body),
    )
}

fn shop() -> Value {
    json!({"client_name": "Shop", "type": "web", "redirect_uris": ["https://client.example/cb"]})
}

on_both_databases! {
    fn a_key_comes_once(world: World) {
        let robot = world.service(ALL);
        let twice = robot.request("POST", "/clients").header("Idempotency-Key", "k-1").header("Idempotency-Key", "k-2");
        assert_eq!(Answer::to(twice.json(&shop())).problem(), problem(400, "header_invalid"));
        assert_eq!(world.events_of(EventKind::ClientCreated).len(), 0);
    }

    fn a_repeated_request_is_told_what_was_made_without_the_secret(world: World) {
        let robot = world.service(ALL);
        let first = send(&robot, "/clients", "k-1", &shop());
        let again = send(&robot, "/clients", "k-1", &shop());
        assert_eq!((first.status, again.status), (201, 201));
        let (mut first, again) = (first.json(), again.json());
        assert!(first.as_object_mut().unwrap().remove("client_secret").is_some());
        first.as_object_mut().unwrap().remove("client_secret_expires_at");
        assert_eq!(first, again);
        assert_eq!(world.events_of(EventKind::ClientCreated).len(), 1);
        let path = format!("/clients/{}", again["client_id"].as_str().unwrap());
        let renamed = robot.change("PATCH", &path, &json!({"client_name": "Store"})).json();
        assert_eq!(send(&robot, "/clients", "k-1", &shop()).json(), renamed, "what was made is told as it is now");
        let user = json!({"username": "ada", "email": "ada@example.test"});
        let (one, two) = (send(&robot, "/users", "k-2", &user), send(&robot, "/users", "k-2", &user));
        assert_eq!((one.json(), one.header("location")), (two.json(), two.header("location")));
        let api = json!({"identifier": "https://api.example/x", "name": "X"});
        assert_eq!(send(&robot, "/apis", "k-3", &api).json(), send(&robot, "/apis", "k-3", &api).json());
        let secrets = format!("/clients/{}/secrets", again["client_id"].as_str().unwrap());
        let (one, two) = (send(&robot, &secrets, "k-4", &json!({})), send(&robot, &secrets, "k-4", &json!({})));
        assert_eq!((one.status, two.status), (201, 201), "{}", two.body);
        assert_eq!(one.json()["id"], two.json()["id"]);
        assert!(two.json().get("client_secret").is_none());
    }

    fn a_key_stands_for_one_request_of_one_caller_for_a_day(world: World) {
        let (robot, other) = (world.service(ALL), world.service(ALL));
        let name = |name: &str| json!({"client_name": name, "type": "spa", "redirect_uris": ["https://client.example/cb"]});
        let id = |answer: Answer| answer.json()["client_id"].clone();
        let first = id(send(&robot, "/clients", "k-1", &name("Shop")));
        assert_eq!(send(&robot, "/clients", "k-1", &name("Blog")).problem(), problem(422, "idempotency_key_reused"));
        let elsewhere = json!({"username": "ada", "email": "ada@example.test"});
        assert_eq!(send(&robot, "/users", "k-1", &elsewhere).problem(), problem(422, "idempotency_key_reused"));
        assert_ne!(id(send(&other, "/clients", "k-1", &name("Shop"))), first, "another caller's key");
        let long = "x".repeat(129);
        for bad in ["", "a b", long.as_str()] {
            assert_eq!(send(&robot, "/clients", bad, &name("Shop")).problem(), problem(400, "header_invalid"), "{bad:?}");
        }
        let path = format!("/clients/{}", first.as_str().unwrap());
        assert_eq!(robot.act("DELETE", &path).status, 200);
        assert_eq!(send(&robot, "/clients", "k-1", &name("Shop")).problem(), problem(409, "conflict"), "it is gone");
        world.wait(Span::from_hours(25));
        world.services.tend().unwrap();
        let rows = world.write(|tx| vouchsafe::db!(tx, idempotency_keys::find("nobody", "k-1")));
        assert_eq!(rows, None);
    }

    fn a_request_that_failed_leaves_its_key_free(world: World) {
        let robot = world.service(ALL);
        world.person("ada");
        let taken = json!({"username": "ada", "email": "x@example.test"});
        assert_eq!(send(&robot, "/users", "k-1", &taken).problem(), problem(409, "taken"));
        let free = json!({"username": "eve", "email": "x@example.test"});
        assert_eq!(send(&robot, "/users", "k-1", &free).status, 201);
    }

    fn of_equal_requests_at_once_one_makes_it(world: World) {
        let robot = world.service(ALL);
        let answers: Vec<Value> = std::thread::scope(|scope| {
            let send = || send(&robot, "/clients", "k-1", &shop());
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(send)).collect();
            threads
                .into_iter()
                .map(|thread| {
                    let answer = thread.join().unwrap();
                    assert_eq!(answer.status, 201, "{}", answer.body);
                    answer.json()
                })
                .collect()
        });
        assert!(answers.iter().all(|answer| answer["client_id"] == answers[0]["client_id"]));
        let told = answers.iter().filter(|answer| answer.get("client_secret").is_some());
        assert_eq!(told.count(), 1, "the secret is shown once");
        assert_eq!(world.events_of(EventKind::ClientCreated).len(), 1);
    }
}
