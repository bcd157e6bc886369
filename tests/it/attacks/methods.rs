//! HTTP methods: what is read can be asked for its head, and what is refused says what there is (RFC 9110 §9.1, §15.5.6).

use crate::support::on_both_databases;
use crate::support::world::Answer;
use vouchsafe::web::assets;

on_both_databases! {
    fn what_probes_and_browsers_read_has_a_head(world: World) {
        for path in ["/livez", "/readyz", &assets::url("app.css"), "/jwks"] {
            let get = Answer::to(world.get(path));
            let head = Answer::to(world.request("HEAD", path));
            assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
            for header in ["content-type", "content-length", "cache-control", "etag"] {
                assert_eq!(head.header(header), get.header(header), "{path} {header}");
            }
        }
        let missing = "/static/logos/00.png";
        assert_eq!(Answer::to(world.request("HEAD", missing)).status, Answer::to(world.get(missing)).status);
        assert_eq!(Answer::to(world.request("HEAD", "/static/app.css")).status, 404);
    }

    fn a_method_that_a_path_does_not_have_is_told_which_it_has(world: World) {
        let file = assets::url("app.css");
        for (path, allowed) in [
            ("/livez", "GET, HEAD"),
            ("/readyz", "GET, HEAD"),
            (file.as_str(), "GET, HEAD"),
            ("/static/logos/00.png", "GET, HEAD"),
            ("/jwks", "GET, HEAD, OPTIONS"),
            ("/userinfo", "GET, POST, OPTIONS"),
            ("/token", "POST, OPTIONS"),
            ("/introspect", "POST"),
            ("/authorize", "GET, POST"),
        ] {
            for method in ["DELETE", "TRACE", "PROPFIND"] {
                let answer = Answer::to(world.request(method, path));
                assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{method} {path}");
            }
        }
    }

    fn methods_that_no_path_has_are_refused_on_every_path(world: World) {
        for path in ["/", "/nothing", "/admin", "/admin/nothing", "/api/v1/nothing", "/setup", "/interaction/x/y"] {
            for method in ["TRACE", "CONNECT", "PROPFIND"] {
                let answer = Answer::to(world.request(method, path));
                assert_eq!(answer.status, 405, "{method} {path}");
                assert!(answer.headers.contains_key("allow"), "{method} {path}");
            }
            assert_ne!(Answer::to(world.get(path)).status, 405, "{path}");
        }
    }

    fn what_is_off_is_not_there_with_any_method(world: World) {
        for method in ["PUT", "POST", "GET"] {
            assert_eq!(Answer::to(world.request(method, "/register")).status, 404, "{method}");
        }
    }
}
