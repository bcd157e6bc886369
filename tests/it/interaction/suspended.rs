//! An account that may not sign in: told only after the right password.

use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::steps::{Page, error};
use vouchsafe::db;
use vouchsafe_core::model::ClientKind;

on_both_databases! {
    fn the_right_password_tells_and_the_way_back_is_a_refusal(world: World) {
        let user = world.person("ada");
        let now = world.services.ports.clock.now();
        let id = user.id.clone();
        world.write(move |tx| db!(tx, users::set_standing(&id, Some(now))).map(drop));
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[]);
        assert_eq!(browser.submit(&page, &[("username", "ada"), ("password", "wrong horse")]).status, 422);
        let answer = browser.submit(&page, &[("username", "ada"), ("password", PASSWORD)]);
        assert_eq!(answer.status, 403);
        for id in ["suspended-title", "suspended-reason", "suspended-back"] {
            assert!(answer.body.contains(&format!("id=\"{id}\"")), "{id}");
        }
        assert!(!browser.cookies().keys().any(|name| name.starts_with("vs_session")));

        let suspended = Page { at: format!("{}/suspended", page.hub()), answer };
        assert_eq!(browser.go(&suspended.at).name(), "login", "the page cannot be asked for");
        let end = browser.fill(&suspended, &[("cancel", "1")]);
        assert_eq!(error(&end), "access_denied");
        let id = user.id.clone();
        world.write(move |tx| db!(tx, users::set_standing(&id, None)).map(drop));
        let page = browser.ask(&client, &[]);
        crate::support::steps::code(&browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]));
    }
}
