//! Attacks on the way into the administration: every page by everybody who may not, forms that are none of ours, the first
//! administrator, and what the public listener must not answer. The last administrator (M-07) is in `admin/rights.rs`.

use crate::support::browser::hidden;
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::world::World;
use actix_web::{App, HttpRequest, test, web};
use vouchsafe_core::model::{AdminCookie, ClientKind, EventKind, Plain, Span};

/// Where people come in and go, which is open to everybody.
const OPEN: [&str; 2] = ["/admin/sign-in", "/admin/sign-out"];

/// Every path below `/admin` that the pages are mounted at, as the router knows it.
fn routes() -> Vec<String> {
    let shown = actix_web::rt::System::new().block_on(async {
        let tell = async |request: HttpRequest| format!("{:?}", request.resource_map());
        let app = App::new()
            .configure(vouchsafe::admin::mount)
            .default_service(web::to(tell));
        let app = test::init_service(app).await;
        let elsewhere = test::TestRequest::with_uri("/elsewhere").to_request();
        test::call_and_read_body(&app, elsewhere).await
    });
    let shown = String::from_utf8(shown.to_vec()).unwrap();
    let patterns = shown.split("patterns: Single(\"").skip(1);
    let paths = patterns.map(|rest| rest.split('"').next().unwrap().to_owned());
    // What the API has below its own scope is shown without that.
    let is_page = |path: &String| path == "/admin" || path.starts_with("/admin/");
    let mut paths: Vec<_> = paths.filter(is_page).collect();
    paths.sort();
    paths.dedup();
    paths.retain(|path| !OPEN.contains(&path.as_str()));
    // Should the router one day show its paths otherwise, this is noticed.
    assert!(paths.len() > 50, "{paths:?}");
    for known in [
        "/admin",
        "/admin/users/{sub}/delete",
        "/admin/applications/{client}/keys",
        "/admin/apis/{api}/delete",
    ] {
        assert!(paths.iter().any(|path| path == known), "{known}: {paths:?}");
    }
    paths
}

/// Forms that would do something.
const ACTS: [(&str, &str); 9] = [
    ("/admin/users/{sub}/disable", ""),
    ("/admin/users/{sub}/administrator", "is_admin=yes"),
    ("/admin/users/new", "username=x&email=x@example.test"),
    ("/admin/keys/rotate", "alg=RS256"),
    ("/admin/keys/{kid}/revoke", "typed={kid}"),
    ("/admin/panic/everything", "typed=everything"),
    ("/admin/settings", "site_name=x&version=1"),
    ("/admin/audit/export", "format=csv"),
    ("/admin/admin-sessions/end-others", ""),
];

/// Everything that changes something leaves one of these.
fn changes(world: &World) -> usize {
    let harmless = [
        EventKind::SignedIn,
        EventKind::AdminSignedIn,
        EventKind::ConsentGiven,
        EventKind::KeyCreated,
        EventKind::AdminWithdrawn,
    ];
    let kinds = EventKind::ALL.iter().filter(|kind| !harmless.contains(kind));
    kinds.map(|kind| world.events_of(*kind).len()).sum()
}

on_both_databases! {
    /// M-01
    fn nobody_but_an_administrator_sees_or_does_anything(world: World) {
        let ada = world.person("ada");
        world.administrator("grace");
        world.administrator("former");
        let app = world.client(metadata(ClientKind::Web));
        let tokens = app.sign_in(world, "grace", &[("scope", "openid")]);
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let kid = world.services.keys.states(world.services.ports.clock.now())[0].0.kid.as_str().to_owned();
        let application = world.browser();
        application.authorize(&app.authorization(&[]), "grace");
        let expired = world.admin_browser("grace");
        world.wait(Span::from_minutes(31));
        let former = world.admin_browser("former");
        let token = hidden(&former.get("/admin").body, "form_token");
        world.sql("UPDATE users SET is_admin = FALSE WHERE username = 'former'");
        let (stranger, forged) = (world.browser(), world.browser());
        let name = expired.cookies().into_keys().find(|name| name.starts_with("vs_admin")).unwrap();
        forged.set_cookie(&name, Plain::<AdminCookie>::from_entropy([7; 32]).expose());
        let garbage = world.browser();
        garbage.set_cookie(&name, "grace");
        let before = changes(world);
        let event = world.events_of(EventKind::SignedIn)[0].id.clone();
        let full = |path: &str| {
            let names = [
                ("{sub}", ada.id.as_str()), ("{kid}", &kid), ("{client}", &app.id), ("{api}", "orders"), ("{id}", event.as_str()),
                ("{anything:.*}", "anything/else"),
            ];
            names.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
        };
        let pages: Vec<_> = routes().iter().map(|path| full(path)).collect();
        let refused = [&stranger, &application, &expired, &forged, &garbage, &former];
        for (number, browser) in refused.into_iter().enumerate() {
            let expected = if number == 5 { 403 } else { 303 };
            for page in &pages {
                assert!(!page.contains('{'), "{page}");
                let mut is_refused = false;
                for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"] {
                    let answer = browser.send(world.request(method, page).header("authorization", &bearer));
                    is_refused |= matches!(method, "GET" | "POST") && answer.status == expected;
                    assert!(matches!(answer.status, 404 | 405) || answer.status == expected, "{number}: {method} {page}: {}", answer.status);
                    assert!(!answer.body.contains(ada.id.as_str()) && !answer.body.contains("grace@example.test"));
                }
                assert!(is_refused, "{number}: {page}");
                let form = world.post(page).header("content-type", "application/x-www-form-urlencoded");
                let answer = browser.send(form.body(format!("form_token={token}")));
                assert!(matches!(answer.status, 404 | 405) || answer.status == expected, "{number}: form to {page}: {}", answer.status);
            }
            for (act, fields) in ACTS {
                let body = full(&format!("{fields}&form_token={token}"));
                let request = world.post(&full(act)).header("content-type", "application/x-www-form-urlencoded").body(body);
                let answer = browser.send(request.header("authorization", &bearer));
                assert_eq!(answer.status, expected, "{number}: POST {act}");
            }
        }
        assert_eq!(changes(world), before);
    }

    /// L-09, M-25: pages of administrators, what is not there, and the pages of those who may not come in.
    fn no_page_of_the_administration_may_be_framed_or_kept(world: World) {
        let ada = world.person("ada");
        world.administrator("grace");
        let app = world.client(metadata(ClientKind::Web));
        app.sign_in(world, "ada", &[("scope", "openid")]);
        world.orders_api();
        let kid = world.services.keys.states(world.services.ports.clock.now())[0].0.kid.as_str().to_owned();
        let event = world.events_of(EventKind::SignedIn)[0].id.clone();
        let names = [
            ("{sub}", ada.id.as_str()), ("{kid}", &kid), ("{client}", &app.id), ("{api}", "nothing"), ("{id}", event.as_str()),
            ("{anything:.*}", "anything/else"),
        ];
        let full = |path: String| names.iter().fold(path, |path, (name, value)| path.replace(name, value));
        let browser = world.admin_browser("grace");
        let stranger = world.browser();
        let mut shown = 0;
        for page in routes().into_iter().map(full).chain(OPEN.map(str::to_owned)) {
            for answer in [browser.get(&page), stranger.get(&page)] {
                let is_page = answer.header("content-type").starts_with("text/html");
                if answer.status == 405 || !is_page {
                    assert!(matches!(answer.status, 303 | 404 | 405), "{page}: {}", answer.status);
                    continue;
                }
                shown += 1;
                let csp = answer.header("content-security-policy");
                assert!(csp.contains("frame-ancestors 'none'") && csp.contains("default-src 'none'"), "{page}: {csp}");
                assert!(!csp.contains("unsafe"), "{page}: {csp}");
                for (header, value) in [("x-frame-options", "DENY"), ("x-content-type-options", "nosniff"), ("cache-control", "no-store")] {
                    assert_eq!(answer.header(header), value, "{page}");
                }
                assert!(!answer.body.contains(" style=\"") && !answer.body.contains(" onclick"), "{page}");
            }
        }
        assert!(shown > 30, "{shown}");
    }

    /// M-09
    fn a_form_that_is_none_of_ours_does_nothing(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        let browser = world.admin_browser("grace");
        let token = hidden(&browser.get("/admin").body, "form_token");
        let act = format!("/admin/users/{}/disable", ada.id);
        let before = changes(world);
        let json = format!("{{\"form_token\":\"{token}\"}}");
        let form = format!("form_token={token}");
        for (kind, body) in [
            ("text/plain", &json), ("text/plain", &form), ("application/json", &json), ("multipart/form-data; boundary=x", &form),
            ("", &form), ("application/x-www-form-urlencoded", &json),
        ] {
            let answer = browser.send(world.post(&act).header("content-type", kind).body(body.clone()));
            assert!(matches!(answer.status, 400 | 403), "{kind}: {}", answer.status);
        }
        let send = |headers: &[(&str, &str)], body: &str| {
            let request = world.post(&act).header("content-type", "application/x-www-form-urlencoded").body(body.to_owned());
            browser.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).status
        };
        for headers in [
            &[("origin", "null")][..], &[("origin", "https://evil.test")], &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")], &[("origin", "https://evil.test"), ("sec-fetch-site", "same-origin")],
        ] {
            assert_eq!(send(headers, &form), 403, "{headers:?}");
        }
        assert_eq!(send(&[], ""), 403, "without a token");
        assert_eq!(send(&[], "form_token="), 403);
        assert_eq!(changes(world), before);
        assert_eq!(send(&[("origin", &world.issuer)], &form), 303, "ours is taken");
    }

    /// M-19
    fn there_is_no_default_account_and_setup_ends_with_the_first_administrator(world: World) {
        for (name, password) in [
            ("admin", "admin"), ("admin", "password"), ("admin@localhost", "admin"), ("root", "root"), ("vouchsafe", "vouchsafe"),
            ("administrator", "Password1!"), ("admin", ""),
        ] {
            assert_eq!(world.browser().admin_sign_in(name, password).status, 422, "{name}");
        }
        world.administrator("grace");
        for node in [world, &World::on(world)] {
            let browser = node.browser();
            assert_eq!(browser.get("/setup").status, 404);
            for code in ["", "vsu_", "admin"] {
                assert_eq!(browser.post("/setup", &[("code", code), ("username", "eve"), ("password", PASSWORD)]).status, 404);
            }
        }
    }

    /// M-21
    fn the_listener_answers_no_inside_of_the_server(world: World) {
        for path in [
            "/metrics", "/debug", "/debug/pprof", "/actuator", "/actuator/env", "/server-status", "/health", "/status", "/docs",
            "/swagger", "/swagger-ui", "/openapi.json", "/.env", "/.git/config", "/config", "/console", "/administrator",
            "/static", "/static/", "/admin.css",
        ] {
            let answer = world.browser().get(path);
            assert_eq!(answer.status, 404, "{path}");
        }
    }
}
