//! The settings: what people see, changed by one administrator at a time, and the configuration without secrets.

use crate::support::browser::hidden;
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::World;
use vouchsafe_core::model::{ClientKind, EventKind};

const PAGE: &str = "/admin/settings";

on_both_databases! {
    fn name_and_links_reach_the_pages_of_every_node(world: World) {
        world.administrator("grace");
        let app = world.client(metadata(ClientKind::Web));
        let browser = world.admin_browser("grace");
        let version = hidden(&browser.get(PAGE).body, "version");
        let saved = browser.admin_post(PAGE, PAGE, &[
            ("version", &version), ("site_name", " Northwind <b>ID</b> "), ("support_url", "mailto:help@northwind.example"),
            ("privacy_url", "https://northwind.example/privacy"), ("terms_url", ""),
        ]);
        assert_eq!((saved.status, saved.header("location")), (303, "/admin/settings"));
        assert!(browser.get(saved.header("location")).body.contains("Saved."));
        let other = World::on(world);
        world.follow();
        for node in [world, &other] {
            let page = node.browser().get("/nothing-here").body;
            for shown in [
                "Northwind &#60;b&#62;ID&#60;/b&#62;", "href=\"mailto:help@northwind.example\"",
                "href=\"https://northwind.example/privacy\"",
            ] {
                assert!(page.contains(shown), "{shown}: {page}");
            }
            assert!(!page.contains("Terms of use"));
        }
        let page = world.browser().ask(&app, &[]);
        assert!(page.says("Northwind &#60;b&#62;ID&#60;/b&#62;"));
        let told = world.events_of(EventKind::SettingsChanged);
        assert_eq!(told.len(), 1);
        let changed: Vec<_> = told[0].detail["changes"].as_object().unwrap().keys().collect();
        assert_eq!(changed, ["site_name", "support_url", "privacy_url"]);
    }

    fn what_breaks_a_rule_is_said_beside_its_field(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        for (field, value) in [
            ("site_name", "a\u{202E}b"), ("support_url", "javascript:alert(1)"), ("privacy_url", "http://northwind.example"),
            ("terms_url", "northwind"), ("site_name", "a\r\nSet-Cookie: x=y"), ("support_url", "https://a.example/\r\nx: y"),
        ] {
            let version = hidden(&browser.get(PAGE).body, "version");
            let answer = browser.admin_post(PAGE, PAGE, &[("version", &version), (field, value)]);
            assert_eq!(answer.status, 422, "{field}");
            assert!(answer.body.contains(&format!("<a href=\"#{field}\">")) && answer.body.contains("aria-invalid=\"true\""));
        }
        assert!(world.events_of(EventKind::SettingsChanged).is_empty());
    }

    fn nobody_overwrites_what_they_have_not_seen(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let version = hidden(&browser.get(PAGE).body, "version");
        let save = |version: &str, name: &str| browser.admin_post(PAGE, PAGE, &[("version", version), ("site_name", name)]);
        assert_eq!(save(&version, "First").status, 303);
        let stale = save(&version, "Second");
        assert_eq!(stale.status, 409);
        assert!(stale.body.contains("Somebody changed the settings meanwhile") && stale.body.contains("value=\"Second\""));
        assert!(browser.get(PAGE).body.contains("value=\"First\""));
        assert_eq!(save(&hidden(&stale.body, "version"), "Second").status, 303);
        assert_eq!(save("x", "Third").status, 409);
    }

    fn the_configuration_in_effect_shows_no_secrets(world: World) {
        world.administrator("grace");
        let page = world.admin_browser("grace").get(PAGE).body;
        let database = match world.database() {
            vouchsafe::config::DatabaseUrl::Sqlite(_) => None,
            vouchsafe::config::DatabaseUrl::Postgres(url) => Some(url.expose().to_owned()),
        };
        if let Some(password) = database.and_then(|url| url.split(':').nth(2).and_then(|rest| rest.split_once('@').map(|(password, _)| password.to_owned()))) {
            assert!(password.is_empty() || !page.contains(&format!(":{password}@")));
        }
        assert!(page.contains("What people see"));
    }
}
