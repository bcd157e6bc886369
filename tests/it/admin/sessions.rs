//! Sessions in the administration, as its pages show and end them.

use crate::support::browser::Browser;
use crate::support::on_both_databases;
use crate::support::people::PASSWORD;
use vouchsafe_core::model::{EventKind, Span};

const LIST: &str = "/admin/admin-sessions";

fn is_in(browser: &Browser<'_>) -> bool {
    browser.get("/admin").status == 200
}

/// The ids of the sessions that a page offers to end.
fn offered(html: &str) -> Vec<String> {
    let (_, table) = html.split_once("id=\"admin-sessions\"").unwrap();
    let table = table.split("</table>").next().unwrap();
    let ids = table.split("name=\"id\" value=\"").skip(1);
    ids.map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

on_both_databases! {
    fn all_are_listed_this_one_is_marked_and_any_other_is_ended(world: World) {
        let grace = world.administrator("grace");
        let ada = world.administrator("ada");
        let (mine, also_mine, hers) = (world.admin_browser("grace"), world.admin_browser("grace"), world.admin_browser("ada"));
        let list = mine.get(LIST);
        assert_eq!(list.status, 200, "{}", list.body);
        assert_eq!(list.body.matches("<tr><th scope=\"row\">").count(), 3);
        assert_eq!(list.body.matches("This one").count(), 1);
        assert_eq!(offered(&list.body).len(), 2);
        assert!(list.body.contains(&format!("href=\"/admin/users/{}\"", ada.id)));

        let of_ada = offered(&mine.get(&format!("/admin/users/{}", ada.id)).body);
        let [id] = &of_ada[..] else { panic!("{of_ada:?}") };
        let ended = mine.admin_post(LIST, "/admin/admin-sessions/end", &[("id", id)]);
        assert_eq!((ended.status, ended.header("location")), (303, "/admin/admin-sessions"));
        assert!(is_in(&mine) && is_in(&also_mine) && !is_in(&hers));
        assert!(mine.get(ended.header("location")).body.contains("The session is ended."));
        let told = world.events_of(EventKind::AdminSessionEnded);
        let [event] = &told[..] else { panic!("{told:?}") };
        assert_eq!((event.actor.as_str(), event.subject.as_deref()), (grace.id.as_str(), Some(ada.id.as_str())));
        assert_eq!(event.detail["reason"], "revoked");
        assert_eq!(mine.admin_post(LIST, "/admin/admin-sessions/end", &[("id", "nothing")]).status, 404);
        let again = mine.admin_post(LIST, "/admin/admin-sessions/end", &[("id", id)]);
        assert_eq!((again.status, world.events_of(EventKind::AdminSessionEnded).len()), (303, 1), "told once");
    }

    fn all_others_are_ended_at_once(world: World) {
        world.administrator("grace");
        world.administrator("ada");
        let (mine, also_mine, hers) = (world.admin_browser("grace"), world.admin_browser("grace"), world.admin_browser("ada"));
        let ended = mine.admin_post(LIST, "/admin/admin-sessions/end-others", &[]);
        assert_eq!((ended.status, ended.header("location")), (303, "/admin/admin-sessions"));
        assert!(is_in(&mine) && !is_in(&also_mine) && !is_in(&hers));
        let page = mine.get(ended.header("location")).body;
        assert!(page.contains("All other sessions in the administration are ended.") && !page.contains("admin-sessions-end-others"), "{page}");
        assert_eq!(world.events_of(EventKind::AdminSessionEnded).len(), 2);
    }

    fn on_a_persons_page_only_theirs_are_shown_and_ended(world: World) {
        world.administrator("grace");
        let (ada, bob) = (world.administrator("ada"), world.person("bob"));
        let (mine, hers) = (world.admin_browser("grace"), world.admin_browser("ada"));
        let page = format!("/admin/users/{}", ada.id);
        let [of_ada, of_bob] = [&ada, &bob].map(|person| mine.get(&format!("/admin/users/{}", person.id)).body);
        assert!(!of_bob.contains("Sessions in the administration"), "{of_bob}");
        let [id] = &offered(&of_ada)[..] else { panic!("{of_ada}") };
        let elsewhere = format!("/admin/users/{}/admin-sessions/end", bob.id);
        assert_eq!(mine.admin_post(&page, &elsewhere, &[("id", id)]).status, 404, "it is not his");
        assert!(is_in(&hers));
        let ended = mine.admin_post(&page, &format!("{page}/admin-sessions/end"), &[("id", id)]);
        assert_eq!((ended.status, ended.header("location")), (303, page.as_str()));
        assert!(!is_in(&hers));
        let shown = mine.get(ended.header("location")).body;
        assert!(shown.contains("The session in the administration is ended.") && shown.contains("id=\"no-admin-sessions\""), "{shown}");
    }

    fn ending_asks_for_the_password_when_it_was_not_given_lately(world: World) {
        world.administrator("grace");
        world.administrator("ada");
        let (mine, hers) = (world.admin_browser("grace"), world.admin_browser("ada"));
        world.wait(Span::from_minutes(6));
        let [id] = &offered(&mine.get(LIST).body)[..] else { panic!("one other") };
        for (action, fields) in [("/admin/admin-sessions/end", &[("id", id.as_str())][..]), ("/admin/admin-sessions/end-others", &[])] {
            let asked = mine.admin_post(LIST, action, fields);
            assert_eq!((asked.status, asked.header("location")), (303, "/admin/confirm?back=%2Fadmin%2Fadmin-sessions"), "{action}");
        }
        assert!(is_in(&hers));
        let confirm = "/admin/confirm?back=%2Fadmin%2Fadmin-sessions";
        assert_eq!(mine.admin_post(confirm, confirm, &[("password", PASSWORD)]).status, 303);
        assert_eq!(mine.admin_post(LIST, "/admin/admin-sessions/end", &[("id", id)]).status, 303);
        assert!(!is_in(&hers));
    }
}
