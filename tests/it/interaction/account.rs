//! The account chooser.

use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::relying_party::claims;
use crate::support::steps::{code, error};
use vouchsafe_core::model::ClientKind;

on_both_databases! {
    fn the_person_goes_on_as_whom_they_choose(world: World) {
        let (ada, bob) = (world.person("ada"), world.person("bob"));
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        browser.authorize(&client.authorization(&[]), "ada");
        let choose = [("prompt", "select_account")];
        let subject = |code: &str| {
            let tokens = client.redeem(world, code).json();
            claims(tokens["id_token"].as_str().unwrap())["sub"].as_str().unwrap().to_owned()
        };
        let page = browser.ask(&client, &choose);
        assert_eq!(page.name(), "account");
        assert!(page.says("Choose an account") && page.says("ada@example.test"));
        assert_eq!(subject(&code(&browser.fill(&page, &[("account", "current")]))), ada.id.as_str());

        let page = browser.ask(&client, &choose);
        let page = browser.fill(&page, &[("account", "other")]);
        assert_eq!(page.name(), "login");
        let end = browser.fill(&page, &[("username", "bob"), ("password", PASSWORD)]);
        assert_eq!(subject(&code(&end)), bob.id.as_str());

        let page = browser.ask(&client, &choose);
        assert_eq!(error(&browser.fill(&page, &[("cancel", "1")])), "access_denied");
    }

    fn without_a_session_there_is_nothing_to_choose(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        let page = browser.ask(&client, &[("prompt", "select_account")]);
        assert_eq!(page.name(), "login");
        assert_eq!(browser.go(&format!("{}/account", page.hub())).name(), "login");
        assert_eq!(browser.go(&format!("{}/consent", page.hub())).name(), "login");
    }
}
