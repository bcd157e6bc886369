//! `/users` with `invite`, and `/users/{sub}/invitation`.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::people::PASSWORD;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe_core::model::{EventKind, Span};

const SEVEN_DAYS: i64 = 7 * 24 * 3600;

fn wish(name: &str) -> Value {
    json!({"username": name, "email": format!("{name}@example.test"), "invite": true})
}

/// The code of a link that an answer shows.
fn code(world: &World, shown: &Value) -> String {
    let link = shown["invitation"]["link"].as_str().unwrap();
    let code = link.strip_prefix(&format!("{}/invitation#", world.issuer));
    let code = code.unwrap_or_else(|| panic!("{link}"));
    assert!(code.starts_with("vinv_"), "{link}");
    code.to_owned()
}

on_both_databases! {
    fn a_person_is_made_with_a_link_that_is_shown_once(world: World) {
        let robot = world.service(ALL);
        let made = robot.send("POST", "/users", &wish("ada"));
        assert_eq!(made.status, 201, "{}", made.body);
        let mut user = made.json();
        let ends = world.clock_seconds() + SEVEN_DAYS;
        assert_eq!((&user["invitation"]["expires_at"], &user["invited_until"]), (&json!(ends), &json!(ends)));
        assert_eq!(user["password_set"], false);
        let code = code(world, &user);
        user.as_object_mut().unwrap().remove("invitation");
        let path = format!("/users/{}", user["sub"].as_str().unwrap());
        let read = robot.get(&path);
        assert_eq!((read.json(), read.header("etag")), (user, made.header("etag")));
        assert_eq!(world.browser().choose_password(&code, PASSWORD).status, 303);
        let after = robot.read(&path);
        assert_eq!((&after["password_set"], &after["invited_until"]), (&json!(true), &json!(null)));
        assert_eq!(world.events_of(EventKind::UserInvited)[0].actor, format!("client:{}", robot.client.id));
    }

    fn a_repeated_request_makes_one_person_and_shows_no_link_again(world: World) {
        let robot = world.service(ALL);
        let send = || Answer::to(robot.request("POST", "/users").header("Idempotency-Key", "k-1").json(&wish("ada")));
        let (first, again) = (send(), send());
        assert_eq!((first.status, again.status), (201, 201), "{}", again.body);
        let (mut first, again) = (first.json(), again.json());
        assert!(first.as_object_mut().unwrap().remove("invitation").is_some());
        assert_eq!(first, again);
        assert_eq!(world.events_of(EventKind::UserInvited).len(), 1);
    }

    fn a_password_and_a_link_are_not_given_together(world: World) {
        let robot = world.service(ALL);
        let mut both = wish("ada");
        both["password"] = json!(PASSWORD);
        let refused = robot.send("POST", "/users", &both);
        assert_eq!((refused.problem(), &refused.json()["field"]), (problem(422, "rule_broken"), &json!("invite")));
        assert_eq!(world.events_of(EventKind::UserCreated), []);
    }

    fn a_new_link_ends_the_older_and_either_can_be_ended(world: World) {
        let robot = world.service(ALL);
        let user = robot.make("/users", &wish("ada"));
        let path = format!("/users/{}/invitation", user["sub"].as_str().unwrap());
        let first = code(world, &user);
        world.wait(Span::from_minutes(1));
        let again = robot.act("POST", &path);
        assert_eq!((again.status, again.header("cache-control")), (200, "no-store"), "{}", again.body);
        let invited = again.json();
        assert_eq!(invited["invited_until"], json!(world.clock_seconds() + SEVEN_DAYS));
        let second = code(world, &invited);
        let works = |code: &str| world.browser().send_code(code).status == 200;
        assert!(!works(&first) && works(&second));

        let etag = again.header("etag").to_owned();
        let stale = robot.request("POST", &path).header("If-Match", "\"old\"");
        assert_eq!(Answer::to(stale).problem(), problem(412, "precondition_failed"));
        let ended = Answer::to(robot.request("DELETE", &path).header("If-Match", etag));
        assert_eq!((ended.status, &ended.json()["invited_until"]), (200, &json!(null)), "{}", ended.body);
        assert!(!works(&second));
        assert_eq!(robot.act("DELETE", &path).status, 200, "ending again ends nothing");
        assert_eq!((world.events_of(EventKind::UserInvited).len(), world.events_of(EventKind::InvitationEnded).len()), (2, 1));
        let third = robot.act("POST", &path).json();
        assert!(works(&code(world, &third)));
    }

    fn who_has_a_password_or_is_kept_out_is_not_invited(world: World) {
        let robot = world.service(ALL);
        let ada = world.person("ada");
        let with_password = robot.act("POST", &format!("/users/{}/invitation", ada.id));
        assert_eq!(with_password.problem(), problem(409, "conflict"));
        assert!(with_password.body.contains("set another one instead"), "{}", with_password.body);
        let (banned, _) = world.invited("banned");
        world.ban("banned");
        assert_eq!(robot.act("POST", &format!("/users/{}/invitation", banned.id)).problem(), problem(409, "conflict"));
        for method in ["POST", "DELETE"] {
            assert_eq!(robot.act(method, "/users/nobody/invitation").problem(), problem(404, "not_found"));
        }
        assert_eq!(world.events_of(EventKind::UserInvited).len(), 1);
    }

    fn only_administrators_invite_administrators(world: World) {
        world.administrator("boss");
        let (robot, boss) = (world.service(ALL), world.api_person("boss", ALL));
        let mut deputy = wish("deputy");
        deputy["admin"] = json!(true);
        assert_eq!(robot.send("POST", "/users", &deputy).problem(), problem(403, "not_allowed"));
        let made = boss.make("/users", &deputy);
        let path = format!("/users/{}/invitation", made["sub"].as_str().unwrap());
        for method in ["POST", "DELETE"] {
            assert_eq!(robot.act(method, &path).problem(), problem(403, "not_allowed"), "{method}");
        }
        let code = code(world, &boss.act("POST", &path).json());
        assert_eq!(world.browser().choose_password(&code, PASSWORD).status, 303);
        assert_eq!(world.browser().admin_sign_in("deputy", PASSWORD).status, 303);
    }
}

#[test]
fn the_description_shows_the_link_where_it_is_given() {
    let world = World::sqlite("description");
    let document = Answer::to(world.get("/api/openapi.json")).json();
    let text = document.to_string();
    for name in ["inviteUser", "endInvitation", "#/components/schemas/Invitation"] {
        assert!(text.contains(name), "{name}");
    }
}
