//! Attacks on the way into the administration: every page by everybody who may not, forms that are none of ours, the first
//! administrator, and what the public listener must not answer. The last administrator (M-07) is in `admin/rights.rs`.

use crate::support::browser::hidden;
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::world::World;
use vouchsafe_core::model::{AdminCookie, ClientKind, EventKind, Plain, Span};

/// Pages and acts of every part; `{id}` is somebody's, `{kid}` a key's.
const PAGES: [&str; 16] = [
    "/admin",
    "/admin/users",
    "/admin/users/new",
    "/admin/users/{id}",
    "/admin/users/{id}/rights",
    "/admin/sessions",
    "/admin/keys",
    "/admin/keys/rotate",
    "/admin/keys/{kid}/revoke",
    "/admin/audit",
    "/admin/panic",
    "/admin/panic/everything",
    "/admin/panic/report",
    "/admin/settings",
    "/admin/confirm",
    "/admin/anything/else",
];
const ACTS: [(&str, &str); 8] = [
    ("/admin/users/{id}/disable", ""),
    ("/admin/users/{id}/rights", "is_admin=yes"),
    ("/admin/users/new", "username=x&email=x@example.test"),
    ("/admin/keys/rotate", "alg=RS256"),
    ("/admin/keys/{kid}/revoke", "typed={kid}"),
    ("/admin/panic/everything", "typed=everything"),
    ("/admin/settings", "site_name=x&version=1"),
    ("/admin/audit/export", "format=csv"),
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
        let full = |path: &str| path.replace("{id}", ada.id.as_str()).replace("{kid}", &kid);
        let refused = [&stranger, &application, &expired, &forged, &garbage, &former];
        for (number, browser) in refused.into_iter().enumerate() {
            let expected = if number == 5 { 403 } else { 303 };
            for page in PAGES.map(full) {
                for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"] {
                    let answer = browser.send(world.request(method, &page).header("authorization", &bearer));
                    let known = matches!(answer.status, 404 | 405) && method != "GET";
                    assert!(known || answer.status == expected, "{number}: {method} {page}: {}", answer.status);
                    assert!(!answer.body.contains(ada.id.as_str()) && !answer.body.contains("grace@example.test"));
                }
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
