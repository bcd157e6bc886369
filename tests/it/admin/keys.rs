//! Signing keys in the administration: the timetable, who has the present set, rotation, revocation.

use crate::support::browser::Browser;
use crate::support::on_both_databases;
use crate::support::world::{Answer, World};
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{EventKind, Span};

fn kid(world: &World, wanted: KeyState) -> String {
    let states = world.services.keys.states(world.services.ports.clock.now());
    let found = states.into_iter().rev().find(|(_, state)| *state == wanted);
    found.unwrap().0.kid.into_string()
}

fn fetch(world: &World, agent: &str) {
    assert_eq!(
        Answer::to(world.get("/jwks").header("user-agent", agent)).status,
        200
    );
}

fn page(browser: &Browser<'_>) -> String {
    let page = browser.get("/admin/keys");
    assert_eq!(page.status, 200, "{}", page.body);
    page.body
}

on_both_databases! {
    fn the_page_shows_each_key_with_its_dates_in_a_picture_and_a_table(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let shown = page(&browser);
        let (active, next) = (kid(world, KeyState::Active), kid(world, KeyState::Next));
        for word in [active.as_str(), &next, ">Active</span>", "published, does not sign yet", "class=\"signs active\"", "class=\"published next\"", ">now</text>"] {
            assert!(shown.contains(word), "{word}: {shown}");
        }
        assert!(!shown.contains("style="), "the policy allows no styles in place");
        world.services.keys.ensure(&world.services.store, vouchsafe_core::model::KeyAlgorithm::Es256).unwrap();
        let shown = page(&browser);
        assert!(shown.contains("rotate-RS256") && shown.contains("rotate-ES256") && shown.contains("ES256 active"), "{shown}");
    }

    fn the_page_says_who_has_the_present_set_before_and_after_a_revocation(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        assert!(page(&browser).contains("id=\"readers-none\""));
        fetch(world, "vouchsafe-verify/0.1.0");
        fetch(world, "<script>alert(1)</script>");
        assert!(page(&browser).contains("2 of 2 known callers have the present edition."));
        let active = kid(world, KeyState::Active);
        let path = format!("/admin/keys/{active}/revoke");
        let asked = browser.get(&path).body;
        for word in ["20 minutes", "within 2 seconds", "within 5 minutes", "vouchsafe-verify/0", &active[..8]] {
            assert!(asked.contains(word), "{word}: {asked}");
        }
        let wrong = browser.admin_post(&path, &path, &[("typed", "12345678")]);
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("id=\"typed-error\""));
        assert_eq!(world.events_of(EventKind::KeyRevoked).len(), 0);
        world.wait(Span::from_seconds(1));
        let done = browser.admin_post(&path, &path, &[("typed", &active[..8])]);
        assert_eq!((done.status, done.header("location")), (303, "/admin/keys"));
        let told = world.events_of(EventKind::KeyRevoked);
        assert_eq!((told.len(), told[0].target.as_deref()), (1, Some(active.as_str())));
        assert_ne!(told[0].actor, "cli");
        let shown = page(&browser);
        assert!(shown.contains("0 of 2 known callers") && shown.contains("class=\"badge bad\">Revoked</span>"), "{shown}");
        fetch(world, "vouchsafe-verify/0.1.0");
        assert!(page(&browser).contains("1 of 2 known callers"));
        assert!(!page(&browser).contains("<script>"));
        assert_eq!(browser.get(&path).status, 409);
        assert_eq!(browser.get("/admin/keys/nothing/revoke").status, 404);
    }

    fn the_next_key_signs_now_or_when_it_was_published_long_enough(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let path = "/admin/keys/rotate?alg=RS256";
        let asked = browser.get(path).body;
        let (active, next) = (kid(world, KeyState::Active), kid(world, KeyState::Next));
        assert!(asked.contains("id=\"rotate-hasty\"") && asked.contains(&next) && asked.contains(&active), "{asked}");
        let rotate = |when: &str, kid: &str| {
            browser.admin_post(path, "/admin/keys/rotate", &[("alg", "RS256"), ("when", when), ("kid", kid)])
        };
        assert_eq!(rotate("now", &active).status, 409, "not the key that was shown");
        let done = rotate("soon", &next);
        assert_eq!((done.status, done.header("location")), (303, "/admin/keys"));
        assert_eq!(kid(world, KeyState::Active), active);
        let done = rotate("now", &next);
        assert_eq!(done.status, 303, "{}", done.body);
        let told = page(&browser);
        assert!(told.contains(&format!("{next} signs now")) && told.contains("may refuse new ones until"), "{told}");
        assert!(!page(&browser).contains("may refuse new ones"), "told once");
        assert_eq!(kid(world, KeyState::Active), next);
        assert_eq!(kid(world, KeyState::Retiring), active);
        assert_eq!(world.events_of(EventKind::KeyRotated).len(), 2);
        assert!(page(&browser).contains(">Retiring</span>"));
        for bad in ["/admin/keys/rotate", "/admin/keys/rotate?alg=none", "/admin/keys/rotate?alg=RS256&x=1"] {
            assert_eq!(browser.get(bad).status, 400, "{bad}");
        }
    }

    fn keys_are_changed_only_by_somebody_who_gave_the_password_just_now(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let (active, next) = (kid(world, KeyState::Active), kid(world, KeyState::Next));
        world.wait(Span::from_minutes(6));
        let revoke = format!("/admin/keys/{active}/revoke");
        for path in [revoke.as_str(), "/admin/keys/rotate?alg=RS256"] {
            let asked = browser.get(path);
            assert_eq!((asked.status, asked.header("location").starts_with("/admin/confirm?back=%2Fadmin%2Fkeys")), (303, true), "{path}");
        }
        let late = browser.admin_post("/admin/keys", &revoke, &[("typed", &active[..8])]);
        assert_eq!(late.status, 303);
        let late = browser.admin_post("/admin/keys", "/admin/keys/rotate", &[("alg", "RS256"), ("when", "now"), ("kid", &next)]);
        assert_eq!(late.status, 303);
        assert_eq!(kid(world, KeyState::Active), active);
    }
}
