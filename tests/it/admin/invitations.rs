//! Inviting people in the administration: the link is made, shown once, made anew, and ended.

use crate::support::browser::Browser;
use crate::support::on_both_databases;
use crate::support::people::PASSWORD;
use crate::support::world::{Answer, World};
use vouchsafe_core::model::{EventKind, Span, User};

const NEW: &str = "/admin/users/new";

fn page_of(user: &User) -> String {
    format!("/admin/users/{}", user.id)
}

/// The code of the link on a page.
fn code(world: &World, page: &Answer) -> String {
    assert_eq!(
        (page.status, page.header("cache-control")),
        (200, "no-store"),
        "{}",
        page.body
    );
    let link = page
        .body
        .split("id=\"made-link\" translate=\"no\">")
        .nth(1)
        .unwrap();
    let link = link
        .split('<')
        .next()
        .unwrap()
        .replace("&#35;", "#")
        .replace("&#x23;", "#");
    let code = link.strip_prefix(&format!("{}/invitation#", world.issuer));
    code.unwrap_or_else(|| panic!("{link}")).to_owned()
}

fn make(browser: &Browser<'_>, user: &User) -> Answer {
    let path = format!("{}/invitation", page_of(user));
    browser.admin_post(&path, &path, &[])
}

on_both_databases! {
    fn somebody_new_is_invited_and_the_link_is_shown_once(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let fields = [("username", "ada"), ("email", "ada@example.test"), ("name", "Ada Lovelace"), ("access", "invite"), ("password", "")];
        let made = browser.admin_post(NEW, NEW, &fields);
        let code = code(world, &made);
        assert!(made.body.contains("shown this once") && made.body.contains("data-copy=\"made-link\""), "{}", made.body);
        let people = browser.get("/admin/users?q=ada").body;
        let path = people.split("<a href=\"/admin/users/").nth(1).map(|rest| format!("/admin/users/{}", rest.split('"').next().unwrap()));
        let path = path.filter(|path| !path.ends_with("/new")).unwrap();
        let person = browser.get(&path).body;
        for part in ["none yet: invited, link good until", "id=\"user-invite\"", "Make a new link", "id=\"user-invitation-end\""] {
            assert!(person.contains(part), "{part}: {person}");
        }
        assert!(!person.contains(&code) && person.contains("user.invited"), "{person}");
        assert_eq!(world.browser().choose_password(&code, PASSWORD).status, 303);
        let person = browser.get(&path).body;
        assert!(!person.contains("id=\"user-invite\"") && !person.contains("id=\"user-invitation-end\""), "{person}");
        assert_eq!(browser.admin_post(NEW, NEW, &fields).status, 422, "the name is taken");
        assert_eq!(world.events_of(EventKind::UserInvited).len(), 1);
    }

    fn a_password_beside_an_invitation_is_neither_ignored_nor_shown(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let fields = [("username", "ada"), ("email", "ada@example.test"), ("access", "invite"), ("password", PASSWORD)];
        let refused = browser.admin_post(NEW, NEW, &fields);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("href=\"#password\"") && !refused.body.contains(PASSWORD), "{}", refused.body);
        assert!(refused.body.contains("value=\"invite\" aria-describedby=\"access-invite-hint\" checked"), "{}", refused.body);
        assert_eq!(world.events_of(EventKind::UserCreated), []);
    }

    fn a_link_is_made_anew_and_ended(world: World) {
        world.administrator("grace");
        let (ada, first) = world.invited("ada");
        let browser = world.admin_browser("grace");
        let ask = browser.get(&format!("{}/invitation", page_of(&ada)));
        assert!(ask.status == 200 && ask.body.contains("There is a link already"), "{}", ask.body);
        let second = code(world, &make(&browser, &ada));
        let works = |code: &str| world.browser().send_code(code).status == 200;
        assert!(!works(&first) && works(&second));
        let ended = browser.admin_post(&page_of(&ada), &format!("{}/invitation/end", page_of(&ada)), &[]);
        assert_eq!((ended.status, ended.header("location")), (303, page_of(&ada).as_str()));
        let person = browser.get(ended.header("location")).body;
        assert!(person.contains("The invitation is ended") && person.contains("Invite: make a link"), "{person}");
        assert!(!works(&second));
        let told = world.events_of(EventKind::InvitationEnded);
        assert_eq!(told.len(), 1);
        assert_ne!(told[0].actor, "cli");
    }

    fn a_link_is_made_only_by_somebody_who_gave_their_password_just_now(world: World) {
        world.administrator("grace");
        let (ada, _) = world.invited("ada");
        let browser = world.admin_browser("grace");
        world.wait(Span::from_minutes(6));
        let path = format!("{}/invitation", page_of(&ada));
        for answer in [browser.get(&path), browser.admin_post(&page_of(&ada), &path, &[])] {
            assert_eq!((answer.status, answer.header("location").starts_with("/admin/confirm?back=")), (303, true));
        }
        assert_eq!(world.events_of(EventKind::UserInvited).len(), 1);
    }

    fn who_has_a_password_or_is_kept_out_is_not_invited(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        let (eve, _) = world.invited("eve");
        world.disable("eve");
        let browser = world.admin_browser("grace");
        for user in [&ada, &eve] {
            let path = format!("{}/invitation", page_of(user));
            assert!(!browser.get(&page_of(user)).body.contains("id=\"user-invite\""));
            for answer in [browser.get(&path), browser.admin_post(&page_of(user), &path, &[])] {
                assert_eq!(answer.status, 409, "{}", answer.body);
            }
        }
        assert_eq!(browser.get("/admin/users/nobody/invitation").status, 404);
        assert_eq!(browser.admin_post(&page_of(&eve), &format!("{}/invitation", page_of(&eve)), &[("x", "y")]).status, 400);
    }
}
