//! How the administration leads to the playground.

use crate::support::browser::filled;
use crate::support::on_both_databases;
use crate::support::people::metadata;
use vouchsafe::clients::own_client;
use vouchsafe::db;
use vouchsafe_core::model::{ClientId, ClientKind, Span};

on_both_databases! {
    fn an_application_is_made_ready_by_its_own_settings_and_then_tried(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let client = world.client(metadata(ClientKind::Web));
        let page = format!("/admin/applications/{}", client.id);
        let callback = format!("{}/developers/callback", world.issuer);
        let before = browser.get(&page).body;
        assert!(before.contains("id=\"trial-add\"") && before.contains(&callback), "{before}");
        let add = format!("{page}/settings?add=playground");
        // The redirect URIs are grave: the password first, and then the same page.
        world.wait(Span::from_minutes(6));
        let asked = browser.get(&add);
        assert_eq!(asked.status, 303);
        assert!(asked.header("location").ends_with("%2Fsettings%3Fadd%3Dplayground"), "{}", asked.header("location"));
        let browser = world.admin_browser("grace");
        let opened = browser.get(&add);
        assert!(opened.body.contains("The redirect URI of the playground stands last"));
        let fields = filled(&opened.body, "settings-form");
        let uris = fields.iter().find(|(name, _)| name == "redirect_uris").unwrap();
        assert_eq!(uris.1, format!("https://client.example/cb\r\n{callback}"));
        // Nothing is registered before it is saved.
        assert!(browser.get(&page).body.contains("id=\"trial-add\""));
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let saved = browser.admin_post("/admin", &format!("{page}/settings"), &fields);
        assert_eq!(saved.status, 303, "{}", saved.body);
        let after = browser.get(&page).body;
        assert!(after.contains(&format!("href=\"/developers/playground?client_id={}\"", client.id)), "{after}");
        assert!(!browser.get(&add).body.contains("stands last"), "it is there already");
        let begun = browser.get(&format!("/developers/playground?client_id={}", client.id)).body;
        assert!(begun.contains(&format!("name=\"client_id\" type=\"text\" value=\"{}\"", client.id)));
    }

    fn only_what_signs_people_in_can_be_tried(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        own_client::register(&world.services.store, &world.act()).unwrap();
        let service = world.client(metadata(ClientKind::Service));
        let off = world.client(metadata(ClientKind::Spa));
        let id = ClientId::new(off.id.clone());
        world.write(move |tx| {
            let mut client = db!(tx, clients::by_id(&id))?.unwrap();
            client.disabled_at = Some(client.created_at);
            db!(tx, clients::update(&client))
        });
        for id in [service.id.as_str(), off.id.as_str(), own_client::ID] {
            let shown = browser.get(&format!("/admin/applications/{id}"));
            assert!(shown.status == 200 && !shown.body.contains("id=\"trial\""), "{id}");
        }
    }

    fn the_administration_leads_to_the_pages_for_developers(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        assert!(browser.get("/admin").body.contains("id=\"for-developers\" href=\"/developers\""));
        assert!(browser.get("/admin/api").body.matches("href=\"/developers\"").count() == 2);
    }
}
