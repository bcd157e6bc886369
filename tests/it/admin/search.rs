//! Searches of the administration among so much that a page looks through a part of it: it says that it goes on.

use crate::support::api_caller::ALL;
use crate::support::browser::Browser;
use crate::support::on_both_databases;
use crate::support::people::metadata;
use vouchsafe_core::model::{ClientKind, EventKind};

const NEXT: [&str; 2] = ["id=\"users-next\" href=\"", "id=\"audit-next\" href=\""];

/// The addresses of the pages that a search leads to, the first one included, and the last page.
fn to_the_end(browser: &Browser<'_>, first: &str) -> (Vec<String>, String) {
    let (mut seen, mut at) = (Vec::new(), first.to_owned());
    loop {
        let page = browser.get(&at);
        assert_eq!(page.status, 200, "{at}: {}", page.body);
        seen.push(at);
        let link = NEXT.iter().find_map(|next| page.body.split_once(next));
        match link.and_then(|(_, rest)| rest.split('"').next()) {
            Some(next) => at = next.replace("&amp;", "&").replace("&#38;", "&"),
            None => return (seen, page.body),
        }
        assert!(seen.len() < 10, "a search without an end");
    }
}

on_both_databases! {
    fn a_search_for_people_goes_on_until_somebody_is_found(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        world.person("zoe");
        let many = world.person("mallory");
        // Somebody with very many names, who is not meant; after them somebody who is.
        world.sql(&format!(
            "WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 6000) \
             INSERT INTO search_terms (kind, term, id) SELECT 'user', 'zo' || (n + 10000), '{}' FROM up",
            many.id
        ));
        world.sql(&format!("UPDATE users SET disabled_at = 1 WHERE id = '{}'", many.id));
        let first = "/admin/users?q=zo&state=active";
        let page = browser.get(first).body;
        assert!(page.contains("Nobody was found so far"), "{page}");
        assert!(!page.contains("Nobody was found. "), "{page}");
        let (seen, last) = to_the_end(&browser, first);
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert!(last.contains(">zoe<"), "{last}");
        let caller = world.service(ALL);
        let answer = caller.get("/users?q=zo&state=active").json();
        assert_eq!(answer["items"].as_array().unwrap().len(), 0, "{answer}");
        let cursor = answer["next_cursor"].as_str().unwrap();
        let answer = caller.get(&format!("/users?q=zo&state=active&cursor={cursor}")).json();
        assert_eq!(answer["items"][0]["username"], "zoe", "{answer}");
        assert!(answer["next_cursor"].is_null(), "{answer}");
    }

    fn pages_and_api_filter_by_the_same_names_and_find_the_same(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        app.sign_in(world, "ada", &[("scope", "openid")]);
        let browser = world.admin_browser("grace");
        let caller = world.service(ALL);
        assert_eq!(caller.act("POST", &format!("/clients/{}/disable", app.id)).status, 200);
        let request = world.events_of(EventKind::SignedIn)[0].request_id.clone().unwrap();
        for (page, api, query, is_found) in [
            ("users", "users", "q=ad&state=active&admin=false".to_owned(), true),
            ("users", "users", "admin=true".to_owned(), true),
            ("users", "users", "role=nobody&group=staff".to_owned(), false),
            ("applications", "clients", "type=web&disabled=true&registered_by=administrator".to_owned(), true),
            ("applications", "clients", "q=no&disabled=false".to_owned(), false),
            ("audit", "audit", format!("event=session.started&subject={}&actor={}", ada.id, ada.id), true),
            ("audit", "audit", format!("request_id={request}"), true),
            ("audit", "audit", format!("client_id={}&event=client.disabled", app.id), true),
            ("audit", "audit", "since=2001-01-01T00:00:00Z&until=2001-01-02T00:00:00Z".to_owned(), false),
        ] {
            // A browser leaves the zone out: it is always UTC.
            let shown = browser.get(&format!("/admin/{page}?{}", query.replace("00Z", "00")));
            let rows = shown.body.matches("<tr><th scope=\"row\">").count();
            let answer = caller.get(&format!("/{api}?{query}"));
            assert_eq!((shown.status, answer.status), (200, 200), "{page}?{query}: {}", answer.body);
            let items = answer.json()["items"].as_array().unwrap().len();
            assert_eq!((rows, items > 0), (items, is_found), "{page}?{query}");
        }
    }

    fn a_search_of_the_audit_log_goes_on_to_older_events(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        // The server and the command line did much, each its own; once, long ago, the server did the other.
        world.sql(
            "WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 22000) \
             INSERT INTO events (id, at, kind, actor, detail, expires_at) \
             SELECT 'many' || n, n, \
                 CASE WHEN n % 2 = 0 OR n = 1 THEN 'session.ended' ELSE 'session.started' END, \
                 CASE WHEN n % 2 = 0 THEN 'cli' ELSE 'server' END, '{}', n FROM up",
        );
        let first = "/admin/audit?event=session.ended&actor=server";
        let page = browser.get(first).body;
        assert!(page.contains("Nothing was found so far"), "{page}");
        let (seen, last) = to_the_end(&browser, first);
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert!(last.contains("/admin/audit/many1\""), "{last}");
        // An actor that never was is known at once.
        let page = browser.get("/admin/audit?event=session.ended&actor=nobody").body;
        assert!(page.contains("id=\"events-none\">Nothing.<"), "{page}");
        assert!(!page.contains("audit-next"), "{page}");
    }
}
