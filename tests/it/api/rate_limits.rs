//! How often a caller may ask, and what they are told of it (draft-ietf-httpapi-ratelimit-headers).

use crate::support::api_caller::{ALL, problem};
use crate::support::postgres;
use crate::support::world::{Answer, World};
use serde_json::json;
use vouchsafe::admin::api::routes::ROUTES;
use vouchsafe::config::{Limit, RateLimits};
use vouchsafe_core::model::Span;

fn on_both(name: &str, change: impl Fn(&mut RateLimits), test: impl Fn(&World)) {
    for database in [None, Some(postgres::migrated_database())] {
        let world = World::with(name, database, |config| change(&mut config.rate_limits));
        test(&world);
    }
}

fn three(limits: &mut RateLimits) {
    limits.api.per_caller = Limit::parse("3/1m").unwrap();
}

fn told(answer: &Answer) -> (&str, &str) {
    (answer.header("ratelimit-policy"), answer.header("ratelimit"))
}

#[test]
fn a_caller_is_told_what_is_left_and_stopped_and_nobody_else_is() {
    on_both("api-quota", three, |world| {
        world.administrator("ada");
        let (robot, other) = (world.service(ALL), world.service(ALL));
        let ada = [(); 2].map(|()| world.api_person("ada", ALL));
        let policy = "\"default\";q=3;w=60";
        assert_eq!(told(&robot.get("/users")), (policy, "\"default\";r=2;t=60"));
        world.wait(Span::from_seconds(20));
        // What is refused for another reason was asked all the same.
        let unknown = robot.get("/users/nobody");
        assert_eq!(
            (unknown.status, told(&unknown)),
            (404, (policy, "\"default\";r=1;t=40"))
        );
        assert_eq!(told(&robot.get("/users")), (policy, "\"default\";r=0;t=40"));
        let last = robot.send(
            "POST",
            "/users",
            &json!({"username": "eve", "email": "eve@example.test"}),
        );
        assert_eq!(last.problem(), problem(429, "too_many_requests"));
        assert_eq!(
            (last.header("retry-after"), told(&last)),
            ("40", (policy, "\"default\";r=0;t=40"))
        );
        assert_eq!(last.header("cache-control"), "no-store");
        assert_eq!(
            other.get("/users?q=eve").json()["items"],
            json!([]),
            "nothing was done, and others go on"
        );
        let again = robot
            .client
            .token(world, &[("grant_type", "client_credentials")])
            .json();
        let by_another = world
            .get("/api/v1/users")
            .bearer_auth(again["access_token"].as_str().unwrap());
        assert_eq!(
            Answer::to(by_another).status,
            429,
            "another token is the same caller"
        );
        for caller in ada.iter().cycle().take(3) {
            assert_eq!(caller.get("/users").status, 200);
        }
        assert_eq!(
            ada[1].get("/users").status,
            429,
            "nor is a person two by two applications"
        );
        world.wait(Span::from_seconds(40));
        assert_eq!(told(&robot.get("/users")), (policy, "\"default\";r=2;t=60"));
    });
}

#[test]
fn who_is_not_known_counts_for_nobody_and_is_told_nothing() {
    on_both("api-quota-unknown", three, |world| {
        let robot = world.service(ALL);
        for _ in 0..5 {
            let stranger = Answer::to(world.get("/api/v1/users").bearer_auth("x"));
            assert_eq!((stranger.status, told(&stranger)), (401, ("", "")));
        }
        world.administrator("ada");
        world.administrator("root");
        let ada = world.api_person("ada", ALL);
        world.ban("ada");
        for _ in 0..5 {
            let banned = ada.get("/users");
            assert_eq!((banned.status, told(&banned)), (401, ("", "")));
        }
        assert_eq!(robot.get("/users").status, 200);
    });
}

#[test]
fn without_limits_nobody_is_counted() {
    let off = |limits: &mut RateLimits| {
        three(limits);
        limits.enabled = false;
    };
    on_both("api-quota-off", off, |world| {
        let robot = world.service(ALL);
        for _ in 0..5 {
            let answer = robot.get("/users");
            assert_eq!((answer.status, told(&answer)), (200, ("", "")));
        }
    });
}

#[test]
fn the_description_tells_of_it() {
    let world = World::sqlite("api-quota-described");
    let document = Answer::to(world.get("/api/openapi.json")).json();
    for route in ROUTES {
        let path = &document["paths"][format!("/api/v1{}", route.path)];
        let answers = path[route.method.as_str().to_lowercase()]["responses"]
            .as_object()
            .unwrap();
        assert_eq!(
            answers["429"]["description"], "`too_many_requests`",
            "{}",
            route.path
        );
        assert!(answers["429"]["headers"]["Retry-After"].is_object());
        for (status, answer) in answers {
            for name in ["RateLimit", "RateLimit-Policy"] {
                assert!(
                    answer["headers"][name]["$ref"].is_string(),
                    "{} {status}",
                    route.path
                );
                assert!(document["components"]["headers"][name]["schema"].is_object());
            }
        }
    }
}
