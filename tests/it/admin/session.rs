//! Administrators' sessions: who comes in, for how long, and what ends it.

use crate::support::browser::{Browser, hidden};
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::world::World;
use vouchsafe::db;
use vouchsafe_core::model::{ClientKind, EventKind, Span, User};

fn is_in(browser: &Browser<'_>) -> bool {
    let answer = browser.get("/admin");
    match answer.status {
        200 => true,
        303 => {
            assert_eq!(answer.header("location"), "/admin/sign-in?back=%2Fadmin");
            false
        }
        other => panic!("{other}: {}", answer.body),
    }
}

on_both_databases! {
    fn an_administrator_signs_in_comes_back_to_the_page_and_signs_out(world: World) {
        world.administrator("grace");
        let browser = world.browser();
        let asked = browser.get("/admin/nowhere?x=1");
        assert_eq!((asked.status, asked.header("location")), (303, "/admin/sign-in?back=%2Fadmin%2Fnowhere%3Fx%3D1"));
        let page = browser.get(asked.header("location"));
        let action = page.body.split("action=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
        let token = hidden(&page.body, "form_token");
        let entered = browser.post(&action, &[("form_token", &token), ("username", "grace@example.test"), ("password", PASSWORD)]);
        assert_eq!((entered.status, entered.header("location")), (303, "/admin/nowhere?x=1"));
        let cookie = entered.header("set-cookie");
        assert!(cookie.starts_with("vs_admin_") && cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
        let missing = browser.get("/admin/nowhere?x=1");
        assert_eq!(missing.status, 404);
        assert!(missing.body.contains("id=\"error-title\"") && missing.body.contains("id=\"admin-sign-out\""), "inside the frame");
        let out = browser.admin_post("/admin", "/admin/sign-out", &[]);
        assert_eq!((out.status, out.header("location")), (303, "/admin/sign-in"));
        assert!(!is_in(&browser));
        assert_eq!(world.events_of(EventKind::AdminSignedIn).len(), 1);
        assert_eq!(world.events_of(EventKind::AdminSessionEnded).len(), 1);
    }

    fn answers_have_the_headers_of_the_administration(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        for path in ["/admin", "/admin/nowhere", "/admin/sign-in"] {
            let answer = browser.get(path);
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
            assert!(answer.header("content-security-policy").ends_with("form-action 'self'"), "{path}");
        }
        assert_eq!(world.browser().get("/admin").header("cache-control"), "no-store");
    }

    fn somebody_who_is_no_administrator_is_told_so_only_after_the_right_password(world: World) {
        world.person("ada");
        let browser = world.browser();
        let wrong = browser.admin_sign_in("ada", "wrong horse battery");
        let nobody = browser.admin_sign_in("nobody", "wrong horse battery");
        assert_eq!((wrong.status, nobody.status), (422, 422));
        assert_eq!(wrong.body.replace("ada", "x"), nobody.body.replace("nobody", "x"));
        let right = browser.admin_sign_in("ada", PASSWORD);
        assert_eq!(right.status, 403);
        assert!(right.body.contains("You are not an administrator"));
        assert!(!is_in(&browser));
        assert_eq!(world.events_of(EventKind::AdminRefused).len(), 1);
    }

    fn the_session_of_an_application_opens_nothing(world: World) {
        world.administrator("grace");
        let app = world.client(metadata(ClientKind::Web));
        let browser = world.browser();
        browser.authorize(&app.authorization(&[]), "grace");
        assert!(browser.cookies().keys().any(|name| name.starts_with("vs_session")));
        assert!(!is_in(&browser));
    }

    fn guesses_at_the_administration_count_with_all_others(world: World) {
        world.administrator("grace");
        let browser = world.browser();
        for _ in 0..10 {
            assert_eq!(browser.admin_sign_in("grace", "wrong horse battery").status, 422);
        }
        let throttled = browser.admin_sign_in("grace", PASSWORD);
        assert_eq!(throttled.status, 429);
        assert!(throttled.header("retry-after").parse::<u32>().unwrap() > 0);
        assert!(throttled.body.contains("Wait about 15 minutes"), "{}", throttled.body);
    }

    fn a_session_ends_half_an_hour_after_its_last_use_and_after_half_a_day(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        world.wait(Span::from_minutes(29));
        assert!(is_in(&browser));
        world.wait(Span::from_minutes(29));
        assert!(is_in(&browser), "using it moved its end");
        world.wait(Span::from_minutes(30));
        assert!(!is_in(&browser));
        let browser = world.admin_browser("grace");
        for _ in 0..35 {
            world.wait(Span::from_minutes(20));
            assert!(is_in(&browser));
        }
        world.wait(Span::from_minutes(20));
        assert!(!is_in(&browser));
    }

    fn whatever_ends_all_that_a_person_holds_ends_their_administration(world: World) {
        type Act = fn(&World);
        let acts: [(&str, Act, Option<Act>); 4] = [
            ("disable", |world| world.disable("grace"), Some(|world| world.enable("grace"))),
            ("ban", |world| world.ban("grace"), Some(|world| world.sql("UPDATE users SET banned_at = NULL"))),
            ("password", |world| world.set_password("grace", PASSWORD), None),
            ("log out", |world| world.log_out("grace"), None),
        ];
        world.administrator("grace");
        world.administrator("root");
        for (name, act, undo) in acts {
            let browser = world.admin_browser("grace");
            assert!(is_in(&browser), "{name}");
            act(world);
            if let Some(undo) = undo {
                undo(world);
            }
            assert!(!is_in(&browser), "{name}: and undoing it revives nothing");
        }
    }

    fn an_administrator_who_is_one_no_more_is_refused_at_the_next_request(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        world.sql("UPDATE users SET is_admin = FALSE");
        let answer = browser.get("/admin");
        assert_eq!(answer.status, 403);
    }

    fn a_form_needs_the_token_of_its_own_session_and_our_origin(world: World) {
        world.administrator("grace");
        world.administrator("root");
        let (browser, other) = (world.admin_browser("grace"), world.admin_browser("root"));
        let foreign = hidden(&other.get("/admin").body, "form_token");
        for token in ["", "AAAA", foreign.as_str()] {
            let answer = browser.post("/admin/sign-out", &[("form_token", token)]);
            assert_eq!(answer.status, 403, "{token:?}");
        }
        assert_eq!(browser.post("/admin/sign-out", &[]).status, 403);
        let own = hidden(&browser.get("/admin").body, "form_token");
        let elsewhere = world.post("/admin/sign-out").header("origin", "https://evil.test").form(&[("form_token", own.as_str())]);
        assert_eq!(browser.send(elsewhere).status, 403);
        let text = world.post("/admin/sign-out").header("content-type", "text/plain").body(format!("form_token={own}"));
        assert_eq!(browser.send(text).status, 400);
        assert!(is_in(&browser), "none of them signed anybody out");
        assert_eq!(browser.post("/admin/sign-out", &[("form_token", own.as_str())]).status, 303);
    }

    fn a_form_of_another_session_leads_to_its_page(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let token = hidden(&browser.get("/admin/users/new").body, "form_token");
        assert_eq!(browser.admin_sign_in("grace", PASSWORD).status, 303);
        let page = format!("{}/admin/users/new", world.issuer);
        let late = world.post("/admin/users/new").header("origin", &world.issuer).header("referer", page).form(&[("form_token", &token)]);
        let refused = browser.send(late);
        assert_eq!(refused.status, 403);
        assert!(refused.body.contains("nothing was saved") && refused.body.contains("id=\"error-again\" href=\"/admin/users/new\""), "{}", refused.body);
    }

    fn what_was_done_is_told_by_no_address_to_nobody_else_and_on_no_other_page(world: World) {
        world.administrator("grace");
        let (ada, eve) = (world.person("ada"), world.person("eve"));
        let browser = world.admin_browser("grace");
        let page = |user: &User| format!("/admin/users/{}", user.id);
        for address in [format!("{}?done=banned", page(&ada)), "/admin/keys?done=revoked".to_owned(), "/admin/applications?said=deleted".to_owned()] {
            assert_eq!(browser.get(&address).status, 400, "{address}");
        }
        let disable = format!("{}/disable", page(&ada));
        let done = browser.admin_post(&disable, &disable, &[]);
        assert_eq!((done.status, done.header("location")), (303, page(&ada).as_str()));
        let told = |browser: &Browser<'_>, user: &User| browser.get(&page(user)).body.contains("The account is disabled. All");
        let (name, value) = browser.cookies().into_iter().find(|(name, _)| name.starts_with("vs_notice")).unwrap();
        let other = world.admin_browser("grace");
        other.set_cookie(&name, &value);
        assert!(!told(&other, &ada), "another session's");
        assert!(!told(&browser, &eve), "another page's");
        assert!(told(&browser, &ada));
        assert!(!told(&browser, &ada), "told once");
        let (words, token) = value.split_once('.').unwrap();
        browser.set_cookie(&name, &format!("{}.{token}", words.to_uppercase()));
        assert_eq!(browser.get(&page(&ada)).body.matches("role=\"status\"").count(), 0, "other words");
    }

    fn addresses_that_people_type_lead_somewhere(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let slash = browser.get("/admin/");
        assert_eq!((slash.status, slash.header("location")), (303, "/admin"));
        let confirm = "/admin/confirm?back=%2Fadmin%2Fsign-in";
        assert_eq!(browser.admin_post(confirm, confirm, &[("password", PASSWORD)]).header("location"), "/admin");
    }

    fn the_sign_in_form_belongs_to_one_browser(world: World) {
        world.administrator("grace");
        let token = hidden(&world.browser().get("/admin/sign-in").body, "form_token");
        let form = [("form_token", token.as_str()), ("username", "grace"), ("password", PASSWORD)];
        let browser = world.browser();
        let answer = browser.post("/admin/sign-in", &form);
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("value=\"grace\"") && !answer.body.contains(PASSWORD));
        assert!(!is_in(&browser));
    }

    fn confirming_renews_the_proof_and_the_cookie(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let before = browser.cookies();
        let confirm = "/admin/confirm?back=%2Fadmin%2Fkeys";
        assert_eq!(browser.get(confirm).status, 200);
        let wrong = browser.admin_post(confirm, confirm, &[("password", "wrong horse battery")]);
        assert_eq!(wrong.status, 422);
        let right = browser.admin_post(confirm, confirm, &[("password", PASSWORD)]);
        assert_eq!((right.status, right.header("location")), (303, "/admin/keys"));
        assert_ne!(before, browser.cookies());
        assert!(is_in(&browser));
        let (name, value) = before.iter().find(|(name, _)| name.starts_with("vs_admin")).unwrap();
        let old = world.browser();
        old.set_cookie(name, value);
        assert!(!is_in(&old), "the cookie of before is dead");
        assert_eq!(world.events_of(EventKind::AdminConfirmed).len(), 1);
    }

    fn strangers_keep_nobody_from_confirming_and_a_session_has_guesses_of_its_own(world: World) {
        world.administrator("grace");
        let (browser, stranger) = (world.admin_browser("grace"), world.browser());
        for name in ["grace", "grace@example.test"] {
            for _ in 0..10 {
                assert_eq!(stranger.admin_sign_in(name, "wrong horse battery").status, 422);
            }
            assert_eq!(stranger.admin_sign_in(name, PASSWORD).status, 429);
        }
        let confirm = |password| browser.admin_post("/admin/confirm", "/admin/confirm", &[("password", password)]);
        assert_eq!(confirm(PASSWORD).status, 303);
        for _ in 0..10 {
            assert_eq!(confirm("wrong horse battery").status, 422);
        }
        let throttled = confirm(PASSWORD);
        assert!(throttled.status == 429 && throttled.header("retry-after").parse::<u32>().unwrap() > 0);
        world.wait(Span::from_minutes(15));
        assert_eq!(confirm(PASSWORD).status, 303);
    }

    fn signing_in_again_in_a_browser_ends_the_session_that_it_had(world: World) {
        let grace = world.administrator("grace");
        world.administrator("root");
        for (number, who) in ["grace", "root"].into_iter().enumerate() {
            let browser = world.admin_browser("grace");
            let (name, value) = browser.cookies().into_iter().find(|(name, _)| name.starts_with("vs_admin")).unwrap();
            let old = world.browser();
            old.set_cookie(&name, &value);
            assert_eq!(browser.admin_sign_in(who, "wrong horse battery").status, 422);
            assert!(is_in(&old), "a wrong password ends nothing");
            assert_eq!(browser.admin_sign_in(who, PASSWORD).status, 303);
            assert!(is_in(&browser) && !is_in(&old), "{who}");
            let told = world.events_of(EventKind::AdminSessionEnded);
            assert_eq!(told.len(), number + 1);
            assert!(told.iter().all(|event| event.subject.as_deref() == Some(grace.id.as_str()) && event.actor == grace.id.as_str()));
        }
        let elsewhere = world.admin_browser("grace");
        world.admin_browser("grace");
        assert!(is_in(&elsewhere), "another browser is another matter");
    }

    fn a_way_back_never_leaves_the_administration(world: World) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        for back in ["https%3A%2F%2Fevil.test", "%2F%2Fevil.test", "%2Fadmin%2F%2Fevil.test", "%2Fauthorize", "%2Fadmin%2F..%2Fauthorize%3Fprompt%3Dnone", "%2Fadmin%2F%252e%252E%2Flogout"] {
            let confirm = format!("/admin/confirm?back={back}");
            let answer = browser.admin_post(&confirm, &confirm, &[("password", PASSWORD)]);
            assert_eq!((answer.status, answer.header("location")), (303, "/admin"));
        }
    }

    fn a_form_that_came_too_late_leads_back_to_the_page_that_it_was_on(world: World) {
        let send = |referer: Option<String>| {
            let request = world.post("/admin/users/x/sessions/end").header("origin", &world.issuer).form(&[("id", "y")]);
            let request = referer.into_iter().fold(request, |request, page| request.header("referer", page));
            let answer = world.browser().send(request);
            assert_eq!(answer.status, 303);
            answer.header("location").to_owned()
        };
        let own = format!("{}/admin/users/x", world.issuer);
        assert_eq!(send(Some(own)), "/admin/sign-in?back=%2Fadmin%2Fusers%2Fx");
        let browser = world.browser();
        let late = world.post("/admin/users/x/ban").header("origin", &world.issuer).form(&[("reason", "y")]);
        let sign_in = browser.send(late).header("location").to_owned();
        assert!(!world.browser().get(&sign_in).body.contains("Your session had ended"), "no address says so");
        let told = browser.get(&sign_in).body;
        assert!(told.contains("Your session had ended, and nothing was saved") && told.contains("go back twice"), "{told}");
        assert!(!browser.get(&sign_in).body.contains("Your session had ended"), "told once");
        for other in [None, Some("https://evil.test/admin/users".to_owned()), Some(format!("{}0/admin/users", world.issuer))] {
            assert_eq!(send(other), "/admin/sign-in?back=%2Fadmin");
        }
    }

    fn what_is_over_is_swept(world: World) {
        world.administrator("grace");
        world.admin_browser("grace");
        world.wait(Span::from_hours(13));
        world.services.tend().unwrap();
        let now = world.services.ports.clock.now();
        let left = world.write(move |tx| Ok(db!(tx, sweep::expired(now, 10))?.admin_sessions));
        assert_eq!(left, 0);
    }
}
