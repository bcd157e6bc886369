//! Every route of the table, with every kind of caller.

use crate::support::api_caller::{ALL, Caller, problem};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use vouchsafe::admin::api::Permission;
use vouchsafe::admin::api::routes::ROUTES;
use vouchsafe::clients::standing;
use vouchsafe_core::model::{ClientId, ClientKind};

/// Something to put where a path names something.
fn filled(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "nothing" } else { part });
    format!("/api/v1{}", parts.collect::<Vec<_>>().join("/"))
}

fn ask(world: &World, method: &str, path: &str, authorization: &[&str]) -> Answer {
    let mut request = world.request(method, &filled(path));
    for value in authorization {
        request = request.header("Authorization", *value);
    }
    Answer::to(request)
}

/// What every route answers to a token.
fn everywhere(world: &World, token: &str, expected: impl Fn(Permission) -> Option<(u16, &'static str)>) {
    for route in ROUTES {
        let (method, path) = (route.method.as_str(), route.path);
        let answer = ask(world, method, path, &[&format!("Bearer {token}")]);
        match expected(route.permission) {
            Some((status, code)) => {
                let found = if method == "GET" || !answer.body.is_empty() {
                    answer.problem()
                } else {
                    (answer.status, code.to_owned())
                };
                assert_eq!(found, problem(status, code), "{method} {path}");
            }
            None => assert!(
                !matches!(answer.status, 401 | 403 | 500..),
                "{method} {path}: {}",
                answer.body
            ),
        }
        assert_eq!(answer.header("cache-control"), "no-store", "{method} {path}");
    }
}

fn refused(status: u16, code: &'static str) -> impl Fn(Permission) -> Option<(u16, &'static str)> {
    move |_| Some((status, code))
}

on_both_databases! {
    fn a_route_opens_to_its_own_scope_only(world: World) {
        for (scope, mine) in [
            ("vouchsafe:read", &[Permission::Read][..]),
            ("vouchsafe:signal", &[Permission::Signal]),
            ("vouchsafe:write", &[Permission::Write, Permission::Signal]),
        ] {
            let service = world.service(&[scope]);
            everywhere(world, &service.token, |permission| {
                if permission == Permission::Administer && scope == "vouchsafe:write" {
                    return Some((403, "not_allowed"));
                }
                (!mine.contains(&permission)).then_some((403, "scope_insufficient"))
            });
        }
        let reader = world.service(&["vouchsafe:read"]);
        let answer = reader.act("POST", "/users/nobody/touch");
        let challenge = answer.header("www-authenticate").to_owned();
        assert!(challenge.contains("insufficient_scope") && challenge.contains("scope=\"vouchsafe:signal\""), "{challenge}");
    }

    fn nobody_comes_in_without_a_good_token_of_ours_for_this_api(world: World) {
        world.orders_api();
        world.person("ada");
        let shop = world.client(metadata(ClientKind::Web));
        let tokens = shop.sign_in(world, "ada", &[("scope", "openid orders:read")]);
        let service = world.client(metadata(ClientKind::Service));
        let other = service.token(world, &[("grant_type", "client_credentials")]).json();
        for token in [&tokens["access_token"], &tokens["id_token"], &other["access_token"]] {
            everywhere(world, token.as_str().unwrap(), refused(401, "unauthenticated"));
        }
        let good = world.service(ALL).token;
        let (head, tail) = good.split_at(good.len() - 4);
        for bad in ["x", "a.b.c", &format!("{head}AAAA{}", &tail[..0])] {
            everywhere(world, bad, refused(401, "unauthenticated"));
        }
        for route in ROUTES {
            let (method, path) = (route.method.as_str(), route.path);
            let none = ask(world, method, path, &[]);
            assert_eq!(none.problem(), problem(401, "unauthenticated"), "{method} {path}");
            assert_eq!(none.header("www-authenticate"), "Bearer");
            let basic = ask(world, method, path, &["Basic YTpi"]);
            assert_eq!(basic.status, 401, "{method} {path}");
            let bearer = format!("Bearer {good}");
            let twice = ask(world, method, path, &[&bearer, &bearer]);
            assert_eq!(twice.problem(), problem(400, "authorization_malformed"), "{method} {path}");
        }
        let in_url = Answer::to(world.get(&format!("/api/v1/users?access_token={good}")));
        assert_eq!(in_url.status, 400);
    }

    fn a_person_comes_in_as_long_as_they_administer(world: World) {
        world.administrator("ada");
        world.person("bob");
        let ada = world.api_person("ada", ALL);
        everywhere(world, &ada.token, |_| None);
        let bob = world.api_person("bob", ALL);
        everywhere(world, &bob.token, refused(403, "not_an_administrator"));
        world.sql("UPDATE users SET is_admin = FALSE");
        everywhere(world, &ada.token, refused(403, "not_an_administrator"));
    }

    fn a_banned_administrator_and_a_disabled_service_are_out_at_once(world: World) {
        let out = |caller: &Caller<'_>| everywhere(world, &caller.token, refused(401, "unauthenticated"));
        world.administrator("ada");
        world.administrator("bob");
        world.administrator("zoe");
        let (ada, bob) = (world.api_person("ada", ALL), world.api_person("bob", ALL));
        world.ban("ada");
        out(&ada);
        world.disable("bob");
        out(&bob);
        let service = world.service(ALL);
        let id = ClientId::new(service.client.id.as_str());
        let act = vouchsafe::audit::Act::new("cli", world.services.ports.clock.now(), &world.services.ports.entropy);
        world.write(move |tx| standing::disable(tx, &act, &id)).unwrap();
        out(&service);
    }

    fn a_token_that_has_expired_or_whose_client_lost_the_scope_gives_nothing_new(world: World) {
        let service = world.service(ALL);
        world.wait(vouchsafe_core::model::Span::from_minutes(6));
        everywhere(world, &service.token, refused(401, "unauthenticated"));
        world.sql("UPDATE clients SET metadata = REPLACE(metadata, 'vouchsafe:', 'gone:')");
        let answer = service.client.token(world, &[("grant_type", "client_credentials"), ("scope", "vouchsafe:read")]);
        assert_eq!(answer.error(), (400, "invalid_scope".to_owned()));
    }

    fn a_client_that_nobody_gave_the_scopes_gets_no_token_for_the_api(world: World) {
        world.orders_api();
        world.administrator("ada");
        let service = world.client(metadata(ClientKind::Service));
        let asked = [("grant_type", "client_credentials"), ("scope", "vouchsafe:write")];
        assert_eq!(service.token(world, &asked).error(), (400, "invalid_scope".to_owned()));
        let shop = world.client(metadata(ClientKind::Web));
        let tokens = shop.sign_in(world, "ada", &[("scope", "openid vouchsafe:write")]);
        assert_eq!(tokens["scope"], "openid");
    }

    fn paths_and_methods_that_are_not_in_the_table_are_problems(world: World) {
        let service = world.service(ALL);
        for path in ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/users/a/b/c", "/api/v1/users/"] {
            let answer = service.get(path);
            assert_eq!(answer.problem(), problem(404, "path_unknown"), "{path}");
        }
        let answer = service.act("DELETE", "/users");
        assert_eq!(answer.problem(), problem(405, "method_not_allowed"));
        assert_eq!(answer.header("allow"), "GET, POST");
        for method in ["OPTIONS", "TRACE", "PROPFIND"] {
            let answer = Answer::to(
                service.request(method, "/users").header("Origin", "https://client.example")
            );
            assert_eq!(answer.status, 405, "{method}");
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
        assert_eq!(service.act("HEAD", "/users").status, 200);
    }
}
