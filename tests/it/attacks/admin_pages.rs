//! Attacks on the pages of the administration: ids of somebody else, fields that no form has, hostile search texts, and
//! secrets in what is shown or handed out.

use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use vouchsafe::db;
use vouchsafe_core::model::{ClientKind, EventKind};

on_both_databases! {
    /// M-03
    fn what_a_path_names_is_not_moved_by_the_form_or_by_ids_of_somebody_else(world: World) {
        world.administrator("grace");
        let (ada, eve) = (world.person("ada"), world.person("eve"));
        let app = world.client(metadata(ClientKind::Web));
        app.sign_in(world, "ada", &[("scope", "openid")]);
        let browser = world.admin_browser("grace");
        let (of_ada, of_eve) = (format!("/admin/users/{}", ada.id), format!("/admin/users/{}", eve.id));
        let moved = browser.admin_post(&of_eve, &format!("{of_eve}/disable"), &[("sub", ada.id.as_str())]);
        assert_eq!(moved.status, 400);
        let (session, grant) = world.write(|tx| {
            let now = vouchsafe_core::model::UnixTime::default();
            let wanted = vouchsafe::store::GrantsWanted { after: None, user: None, client: None, now };
            Ok((db!(tx, sessions::list(None, None, now, 10))?.remove(0).id, db!(tx, grants::list(&wanted, 10))?.remove(0).id))
        });
        for (what, id) in [("sessions/end", session.as_str()), ("grants/end", grant.as_str())] {
            let other = browser.admin_post(&of_eve, &format!("{of_eve}/{what}"), &[("id", id)]);
            assert_eq!(other.status, 404, "{what}");
        }
        assert_eq!((world.events_of(EventKind::SessionEnded).len(), world.events_of(EventKind::GrantEnded).len()), (0, 0));
        assert_eq!(browser.admin_post(&of_ada, &format!("{of_ada}/grants/end"), &[("id", grant.as_str())]).status, 303);
    }

    /// M-05
    fn no_form_sets_what_it_does_not_show(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        let browser = world.admin_browser("grace");
        let of_ada = format!("/admin/users/{}", ada.id);
        let forms: [(String, &[(&str, &str)]); 9] = [
            ("/admin/users/new".to_owned(), &[("username", "x"), ("email", "x@example.test")]),
            (format!("{of_ada}/profile"), &[("username", "ada"), ("email", "ada@example.test")]),
            (format!("{of_ada}/roles"), &[("roles", "a")]),
            (format!("{of_ada}/ban"), &[("lasts", "1d"), ("until", ""), ("reason", "")]),
            (format!("{of_ada}/password"), &[("password", "silver lantern 43")]),
            (format!("{of_ada}/disable"), &[]),
            (format!("{of_ada}/sign-out"), &[]),
            (format!("{of_ada}/delete"), &[("typed", "ada")]),
            ("/admin/audit/export".to_owned(), &[("format", "csv")]),
        ];
        for (path, fields) in &forms {
            for extra in ["is_admin", "password_hash", "id", "sub", "created_at", "mfa_exempt", "banned_at", "roles[]"] {
                let mut fields = fields.to_vec();
                fields.push((extra, "1"));
                let answer = browser.admin_post(&of_ada, path, &fields);
                assert_eq!(answer.status, 400, "{path} {extra}");
            }
        }
        let after = world.write(|tx| db!(tx, users::by_login("ada"))).unwrap();
        assert_eq!(after, ada);
        assert!(world.write(|tx| db!(tx, users::by_login("x"))).is_none());
    }

    /// M-11
    fn a_search_text_is_only_ever_a_text(world: World) {
        world.administrator("grace");
        world.person("ada");
        world.person("a_b");
        let browser = world.admin_browser("grace");
        let rows = |page: &str, name: &str, text: &str| {
            let query = reqwest::Url::parse_with_params("http://x/", [(name, text)]).unwrap();
            let answer = browser.get(&format!("{page}?{}", query.query().unwrap()));
            (answer.status, answer.body.matches("<tr><th scope=\"row\">").count())
        };
        for text in ["%", "_", "'", "\\", "a%", "' OR 1=1 --", "%00", "(a+)+$", "\u{202e}", &"x".repeat(10_000)] {
            assert_eq!(rows("/admin/users", "q", text), (200, 0), "{text:?}");
            assert_eq!(rows("/admin/users", "role", text), (200, 0), "{text:?}");
            assert_eq!(rows("/admin/users", "group", text), (200, 0), "{text:?}");
            assert_eq!(rows("/admin/applications", "q", text), (200, 0), "{text:?}");
            for (filter, status) in [("subject", 422), ("actor", 422), ("client_id", 200), ("request_id", 200)] {
                assert_eq!(rows("/admin/audit", filter, text), (status, 0), "{filter} {text:?}");
            }
        }
        assert_eq!(rows("/admin/users", "q", "a_"), (200, 1));
        assert_eq!(rows("/admin/users", "q", "a\0"), (400, 0), "a NUL is in no text");
    }

    /// M-17
    fn no_page_and_no_file_holds_a_secret(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let tokens = app.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        world.publish();
        let browser = world.admin_browser("grace");
        let hash = ada.password_hash.as_ref().unwrap().expose().to_owned();
        let secrets = [
            hash.as_str(),
            "$argon2",
            PASSWORD,
            app.secret.as_deref().unwrap(),
            tokens["refresh_token"].as_str().unwrap(),
            tokens["access_token"].as_str().unwrap(),
            &browser.cookies().into_iter().find(|(name, _)| name.starts_with("vs_admin")).unwrap().1,
        ];
        let mut shown = Vec::new();
        for rest in ["", "/profile", "/roles", "/ban", "/password", "/delete", "/sign-out"] {
            shown.push(browser.get(&format!("/admin/users/{}{rest}", ada.id)));
        }
        for path in ["/admin/users", "/admin/sessions", "/admin/admin-sessions", "/admin/keys", "/admin/keys/rotate?alg=RS256", "/admin/audit"] {
            shown.push(browser.get(path));
        }
        for event in world.write(|tx| db!(tx, events::list(None, 100))) {
            shown.push(browser.get(&format!("/admin/audit/{}", event.id)));
        }
        shown.push(browser.admin_post("/admin/audit", "/admin/audit/export", &[("format", "jsonl")]));
        shown.push(browser.admin_post("/admin/audit", "/admin/audit/export", &[("format", "csv")]));
        for answer in shown {
            assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.body);
            for secret in secrets {
                assert!(!answer.body.contains(secret), "{secret} in {}", answer.body);
            }
        }
    }
}
