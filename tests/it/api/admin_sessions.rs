//! `/admin-sessions`: who is signed in to the pages.

use crate::support::api_caller::{ALL, problem};
use crate::support::browser::Browser;
use crate::support::on_both_databases;
use serde_json::{Value, json};
use vouchsafe_core::model::{EventKind, Span};

const PATH: &str = "/admin-sessions";

fn is_in(browser: &Browser<'_>) -> bool {
    browser.get("/admin").status == 200
}

fn members(list: &Value, name: &str) -> Vec<Value> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item[name].clone()).collect()
}

on_both_databases! {
    fn those_that_stand_are_listed_the_newest_first_page_by_page(world: World) {
        let (ada, grace) = (world.administrator("ada"), world.administrator("grace"));
        let first = world.admin_browser("ada");
        world.wait(Span::from_minutes(10));
        let _second = world.admin_browser("grace");
        world.wait(Span::from_minutes(10));
        assert!(is_in(&first));
        let reader = world.service(&["vouchsafe:read"]);
        let list = reader.read(PATH);
        assert_eq!(members(&list, "username"), ["grace", "ada"]);
        let [grace_began, ada_began] = [0, 1].map(|n| list["items"][n]["created_at"].as_i64().unwrap());
        assert_eq!(grace_began - ada_began, 600);
        let used = &list["items"][1];
        assert_eq!(used["last_used_at"].as_i64().unwrap() - ada_began, 1200);
        assert_eq!((&used["sub"], used["expires_at"].as_i64().unwrap() - ada_began), (&json!(ada.id.as_str()), 12 * 3600));
        assert_eq!(reader.read(&format!("{PATH}/{}", used["session_id"].as_str().unwrap())), *used);
        assert_eq!(members(&reader.read(&format!("{PATH}?sub={}", grace.id)), "username"), ["grace"]);
        let one = reader.read(&format!("{PATH}?limit=1"));
        let rest = reader.read(&format!("{PATH}?limit=1&cursor={}", one["next_cursor"].as_str().unwrap()));
        assert_eq!((members(&one, "username"), members(&rest, "username")), (vec![json!("grace")], vec![json!("ada")]));
        assert_eq!(rest["next_cursor"], Value::Null);
        assert_eq!(reader.get(&format!("{PATH}?cursor=x")).problem(), problem(400, "cursor_invalid"));

        world.wait(Span::from_minutes(20));
        let reader = world.service(&["vouchsafe:read"]);
        assert_eq!(members(&reader.read(PATH), "username"), ["ada"], "half an hour without use ends one");
    }

    fn a_person_ends_one_or_all_and_a_service_none(world: World) {
        world.administrator("ada");
        let grace = world.administrator("grace");
        let (mine, hers) = (world.admin_browser("ada"), world.admin_browser("grace"));
        let robot = world.service(ALL);
        let id = robot.read(&format!("{PATH}?sub={}", grace.id))["items"][0]["session_id"].as_str().unwrap().to_owned();
        let path = format!("{PATH}/{id}");
        for all_or_one in [PATH, path.as_str()] {
            assert_eq!(robot.act("DELETE", all_or_one).problem(), problem(403, "not_allowed"));
        }
        let ada = world.api_person("ada", ALL);
        let ended = ada.act("DELETE", &path);
        assert_eq!((ended.status, ended.json()), (200, json!({"grants_ended": 0, "sessions_ended": 1})));
        assert!(is_in(&mine) && !is_in(&hers));
        assert_eq!(ada.act("DELETE", &path).json()["sessions_ended"], 0, "it had ended before");
        assert_eq!(ada.get(&path).problem(), problem(404, "not_found"));
        assert_eq!(ada.act("DELETE", &format!("{PATH}/nothing")).problem(), problem(404, "not_found"));
        let told = world.events_of(EventKind::AdminSessionEnded);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].subject.as_deref(), &told[0].detail["reason"]), (Some(grace.id.as_str()), &json!("revoked")));
        assert_ne!(told[0].actor, grace.id.as_str());

        let hers = world.admin_browser("grace");
        assert_eq!(ada.act("DELETE", PATH).json()["sessions_ended"], 2);
        assert!(!is_in(&mine) && !is_in(&hers));
        assert_eq!(world.events_of(EventKind::AdminSessionEnded).len(), 3);
        assert_eq!(ada.read(PATH)["items"], json!([]));
    }
}
