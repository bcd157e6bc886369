//! `/settings`.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use serde_json::json;
use vouchsafe_core::model::EventKind;

on_both_databases! {
    fn what_people_see_of_the_installation_is_read_and_changed(world: World) {
        let robot = world.service(ALL);
        let none = json!({"site_name": null, "support_url": null, "privacy_url": null, "terms_url": null});
        assert_eq!(robot.read("/settings"), none);
        let stale = robot.get("/settings").header("etag").to_owned();
        let named = robot.change("PATCH", "/settings", &json!({"site_name": "Example"}));
        assert_eq!(named.json()["site_name"], "Example", "{}", named.body);
        let late = robot.request("PUT", "/settings").header("If-Match", stale).json(&none);
        assert_eq!(crate::support::world::Answer::to(late).problem(), problem(412, "precondition_failed"));
        for (member, value) in [("site_name", "Exa\r\nmple"), ("privacy_url", "javascript:alert(1)"), ("terms_url", "http://example.com")] {
            let answer = robot.change("PATCH", "/settings", &json!({member: value}));
            assert_eq!(answer.problem(), problem(422, "rule_broken"), "{member}");
            assert_eq!(answer.json()["field"], member);
        }
        assert_eq!(robot.change("PUT", "/settings", &json!({"support_url": "mailto:help@example.com"})).json()["site_name"], json!(null));
        assert_eq!(world.events_of(EventKind::SettingsChanged).len(), 2);
    }

    fn what_happened_is_told_by_the_hour_or_by_the_day(world: World) {
        let robot = world.service(ALL);
        let day = robot.read("/statistics");
        assert_eq!(day["items"].as_array().unwrap().len(), 24, "{day}");
        let hour = robot.read("/statistics?since=2026-01-01T00:00:00Z&until=2026-01-01T00:00:00Z");
        assert_eq!(hour["items"].as_array().unwrap().len(), 1, "{hour}");
        let turned = robot.get("/statistics?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z");
        assert_eq!(turned.problem(), problem(400, "parameter_invalid"));
        let told = |query: &str| {
            let told = robot.read(&format!("/statistics{query}"));
            (told["resolution"].as_str().unwrap().to_owned(), told["items"].as_array().unwrap().len())
        };
        assert_eq!(told(""), ("hour".to_owned(), 24));
        assert_eq!(told("?since=2025-12-25T00:00:00Z"), ("hour".to_owned(), 7 * 24 + 1));
        assert_eq!(told("?since=2025-12-24T23:59:59Z"), ("day".to_owned(), 9));
        assert_eq!(told("?since=2025-12-25T00:00:00Z&resolution=day"), ("day".to_owned(), 8));
        assert_eq!(told("?since=2025-10-04T00:00:00Z"), ("day".to_owned(), 90), "as long as it is kept");
        for query in ["?since=2025-10-01T00:00:00Z", "?until=2025-10-01T00:00:00Z", "?since=0001-01-01T00:00:00Z", "?since=2025-12-24T23:59:59Z&resolution=hour", "?resolution=minute"] {
            let refused = robot.get(&format!("/statistics{query}"));
            assert_eq!(refused.problem(), problem(400, "parameter_invalid"), "{query}");
        }
    }
}
