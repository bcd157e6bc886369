//! The overview: what a new installation lacks, what needs somebody, and plots with their numbers.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::World;
use vouchsafe::clients::own_client;
use vouchsafe_core::model::{ClientKind, Span};

on_both_databases! {
    fn a_new_installation_is_told_what_it_lacks_until_it_has_it(world: World) {
        world.administrator("grace");
        own_client::register(&world.services.store, &world.act()).unwrap();
        let browser = world.admin_browser("grace");
        let page = browser.get("/admin").body;
        assert!(page.contains("id=\"admin-checklist\"") && page.matches(">To do<").count() == 3, "{page}");
        world.client(metadata(ClientKind::Web));
        world.administrator("root");
        world.sql("UPDATE users SET password_hash = NULL WHERE username = 'root'");
        let page = browser.get("/admin").body;
        assert!(page.contains("One person administers the server") && page.matches(">To do<").count() == 2, "{page}");
        world.set_password("root", "silver lantern 43");
        world.sql("UPDATE site_settings SET document = '{\"site_name\":\"Northwind\"}'");
        assert!(!browser.get("/admin").body.contains("admin-checklist"));
    }

    fn what_needs_somebody_is_named(world: World) {
        world.administrator("grace");
        let mut insecure = metadata(ClientKind::Web);
        insecure.redirect_uris = vec!["http://10.0.0.1/cb".to_owned()];
        let insecure = world.client(insecure);
        let ending = world.unnoticed_client(metadata(ClientKind::Web), Some(Span::from_days(20)));
        let page = |world: &World| world.admin_browser("grace").get("/admin").body;
        let shown = page(world);
        assert!(shown.contains(&format!("{} takes codes over http at http://10.0.0.1/cb", insecure.id)), "{shown}");
        assert!(shown.contains(&format!("The last secret of {} stops working on", ending.id)), "{shown}");
        assert!(!shown.contains("was given nothing"));
        world.wait(Span::from_days(91));
        own_client::register(&world.services.store, &world.act()).unwrap();
        world.wait(Span::from_days(91));
        let shown = page(world);
        assert!(shown.contains(&format!("{} was given nothing for 90 days", insecure.id)), "{shown}");
        assert!(!shown.contains("vouchsafe-cli"), "the server's own need not be used: {shown}");
    }

    fn plots_have_their_numbers_beside_them(world: World) {
        world.administrator("grace");
        for _ in 0..3 {
            world.admin_browser("grace");
        }
        world.client(metadata(ClientKind::Web)).sign_in(world, "grace", &[("scope", "openid")]);
        world.services.count().unwrap();
        let browser = world.admin_browser("grace");
        for (period, rows) in [("day", 24), ("week", 28), ("month", 30), ("nonsense", 24)] {
            let page = browser.get(&format!("/admin?period={period}")).body;
            assert_eq!(page.matches("<tr><th scope=\"row\">").count(), rows * 5, "{period}");
            assert!(page.contains("Tokens issued, by grant") && page.contains(">Client credentials</th>"), "{period}");
            assert!(page.contains("<rect class=\"good\"") && page.contains("<td class=\"num\">4</td>"), "{period}");
            let tokens = page.split("id=\"tokens-title\"").nth(1).unwrap().split("</figure>").next().unwrap();
            assert!(tokens.contains("<rect class=\"plain\"") && !tokens.contains("<rect class=\"good\""), "by code: {tokens}");
            assert!(!page.contains("style="));
        }
    }
}
