//! Attacks on the authorization request and its redirect URI: RFC 9700 §2.1, §4.1 and the cases R of the catalogue.

use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::relying_party::param;
use crate::support::world::{Answer, World};
use vouchsafe_core::model::ClientKind;

fn send(world: &World, client: &Registered, over: &[(&str, &str)]) -> Answer {
    Answer::to(world.get(&client.authorization(over)))
}

/// A page of ours: no redirect, and nothing of what was sent.
fn is_page(answer: &Answer, sent: &str) {
    assert_eq!((answer.status, answer.header("location")), (400, ""), "{sent:?}");
    assert!(answer.header("content-type").starts_with("text/html"), "{sent:?}");
    assert!(sent.len() < 4 || !answer.body.contains(sent), "echoes {sent:?}");
}

/// A redirect to the registered address with this error, issuer and state, and no code or token.
fn is_redirect(world: &World, answer: &Answer, error: &str) {
    let location = answer.header("location");
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(
        location.starts_with("https://client.example/cb?error="),
        "{location}"
    );
    assert_eq!(param(location, "error").as_deref(), Some(error), "{location}");
    assert_eq!(param(location, "iss").as_deref(), Some(world.issuer.as_str()));
    for absent in ["code", "access_token", "id_token"] {
        assert_eq!(param(location, absent), None, "{location}");
    }
    assert!(!location.contains('#'));
}

on_both_databases! {
    fn an_address_that_is_not_registered_byte_for_byte_is_never_gone_to(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        for address in [
            "https://evil.test/cb",
            "https://client.example/cb/",
            "https://Client.example/cb",
            "HTTPS://client.example/cb",
            "https://client.example@evil.test/cb",
            "https://client.example%40evil.test/cb",
            "https://evil.test\\@client.example/cb",
            "https://client.example.evil.test/cb",
            "https://evilclient.example/cb",
            "https://client.example:443/cb",
            "https://client.example/cb#x",
            "https://client.example/cb?x=1",
            "https://client.example/a/../cb",
            "https://client.example/%63b",
            "https://\u{441}lient.example/cb",
            "https://xn--lient-2nf.example/cb",
            "javascript:alert(1)//cb",
            "//client.example/cb",
        ] {
            is_page(&send(world, &client, &[("redirect_uri", address)]), address);
        }
        for long in [2100, 12_000] {
            let address = format!("https://client.example/{}", "a".repeat(long));
            is_page(&send(world, &client, &[("redirect_uri", &address)]), &address);
        }
        let huge = format!("/authorize?redirect_uri=https://client.example/{}", "a".repeat(40_000));
        let answer = Answer::to(world.get(&huge));
        assert_eq!((answer.status, answer.header("location")), (414, ""));
        assert!(!answer.body.contains("aaaaaaaaaaaa"));
    }

    fn two_addresses_are_none(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let evil = "redirect_uri=https%3A%2F%2Fevil.test%2Fcb";
        let good = client.authorization(&[]);
        is_page(&Answer::to(world.get(&format!("{good}&{evil}"))), "evil.test");
        is_page(&Answer::to(world.get(&good.replace("redirect_uri=", &format!("{evil}&redirect_uri=")))), "evil.test");
        is_page(&Answer::to(world.get(&format!("{good}&client_id={}", client.id))), "");
    }

    fn only_the_port_of_a_native_loopback_address_is_free(world: World) {
        world.person("ada");
        let mut native = metadata(ClientKind::Native);
        native.redirect_uris = vec!["http://127.0.0.1/cb".to_owned(), "http://[::1]/cb".to_owned()];
        let client = world.client(native);
        let browser = world.browser();
        for address in ["http://127.0.0.1:51234/cb", "http://[::1]:9/cb", "http://127.0.0.1/cb"] {
            let end = browser.authorize(&client.authorization(&[("redirect_uri", address)]), "ada");
            assert!(end.starts_with(&format!("{address}?code=")), "{end}");
        }
        for address in [
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:-1/cb",
            "http://127.0.0.1:080x/cb",
            "http://127.0.0.1:51234/cb/",
            "http://127.0.0.2:51234/cb",
            "https://127.0.0.1:51234/cb",
            "http://127.0.0.1.evil.test:51234/cb",
            "http://127.0.0.1:51234@evil.test/cb",
        ] {
            is_page(&send(world, &client, &[("redirect_uri", address)]), address);
        }
        let web = world.client(metadata(ClientKind::Web));
        is_page(&send(world, &web, &[("redirect_uri", "https://client.example:8443/cb")]), "8443");
    }

    fn every_unknown_client_gets_the_same_page(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let page = |query: String| {
            let answer = Answer::to(world.get(&query));
            is_page(&answer, "nobody");
            let reference = answer.header("x-request-id").to_owned();
            answer.body.replace(&reference, "")
        };
        let plain = page(client.authorization(&[("client_id", "nobody")]));
        assert_eq!(plain, page(client.authorization(&[("client_id", "")])));
        assert_eq!(plain, page(client.authorization(&[("client_id", &"x".repeat(10_000))])));
        assert_eq!(plain, page(client.authorization(&[]).replace(&client.id, "a%00b")));
        assert_eq!(plain, page(client.authorization(&[]).replace(&client.id, "%zz")));
        assert_eq!(plain, page("/authorize".to_owned()));
    }

    fn no_response_type_gives_a_token_through_the_browser(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        for response_type in ["token", "id_token", "code token", "code id_token", "none", "code code", "CODE"] {
            let answer = send(world, &client, &[("response_type", response_type)]);
            is_redirect(world, &answer, "unsupported_response_type");
        }
        is_redirect(world, &send(world, &client, &[("response_type", "")]), "invalid_request");
    }

    fn scopes_are_read_strictly(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        for scope in ["openid\temail", "openid\nemail", "openid \"x\"", "openid a\\b", "openid \u{e9}"] {
            is_redirect(world, &send(world, &client, &[("scope", scope)]), "invalid_scope");
        }
        let end = world.browser().authorize(&client.authorization(&[("scope", "openid openid email")]), "ada");
        let tokens = client.redeem(world, &param(&end, "code").unwrap()).json();
        assert_eq!(tokens["scope"].as_str().unwrap_or("openid email"), "openid email");
        let many = "x ".repeat(7_000);
        let answer = send(world, &client, &[("scope", &many)]);
        assert!(matches!(answer.status, 303 | 400), "{}", answer.status);
    }

    fn a_state_comes_back_byte_for_byte_or_not_at_all(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let printable: String = (0x20_u8..0x7f).map(char::from).collect();
        let long = "s".repeat(4000);
        for state in ["x", "a&b=c#d", "%00", "'\"<>", "\u{1f511}", &printable, &long] {
            let answer = send(world, &client, &[("state", state), ("prompt", "none")]);
            is_redirect(world, &answer, "login_required");
            assert_eq!(param(answer.header("location"), "state").as_deref(), Some(state));
        }
        for state in ["a%00b", "a%0Ab", "a%0d%0aSet-Cookie:x=y", "%ff"] {
            let query = client.authorization(&[]).replace("state=s-1", &format!("state={state}"));
            let answer = Answer::to(world.get(&query));
            is_redirect(world, &answer, "invalid_request");
            assert_eq!(param(answer.header("location"), "state"), None);
            assert!(answer.headers.get("set-cookie").is_none());
        }
    }

    fn max_age_does_not_overflow(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        for max_age in ["-1", "1e9", "abc", "99999999999999999999", "+5", "1.5"] {
            is_redirect(world, &send(world, &client, &[("max_age", max_age)]), "invalid_request");
        }
        assert_eq!(world.browser().ask(&client, &[("max_age", "2147483647")]).name(), "login");
    }

    fn a_hint_of_somebody_else_gives_no_code_for_the_wrong_person(world: World) {
        world.person("ada");
        world.person("bob");
        let client = world.client(metadata(ClientKind::Web));
        let adas = client.sign_in(world, "ada", &[]);
        let hint = adas["id_token"].as_str().unwrap();
        let browser = world.browser();
        browser.authorize(&client.authorization(&[]), "bob");
        let answer = browser.get(&client.authorization(&[("id_token_hint", hint), ("prompt", "none")]));
        is_redirect(world, &answer, "login_required");
        let access_token = adas["access_token"].as_str().unwrap();
        for forged in [access_token, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "a.b.c", "x"] {
            is_redirect(world, &send(world, &client, &[("id_token_hint", forged)]), "invalid_request");
        }
        let other = world.client(metadata(ClientKind::Web));
        is_redirect(world, &send(world, &other, &[("id_token_hint", hint)]), "invalid_request");
    }

    fn hints_are_shown_escaped_or_not_at_all(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let over = [("login_hint", "\"><script>alert(1)</script>"), ("ui_locales", "../../etc/passwd"), ("display", "x")];
        let page = world.browser().ask(&client, &over);
        assert_eq!((page.name(), page.answer.status), ("login", 200));
        assert!(!page.says("<script>alert"));
        assert!(page.says("lang=\"en\""));
    }

    fn request_objects_are_refused_and_nothing_is_fetched(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        trap.set_nonblocking(true).unwrap();
        let address = format!("http://{}/r", trap.local_addr().unwrap());
        for uri in [address.as_str(), "http://169.254.169.254/", "file:///etc/passwd"] {
            is_redirect(world, &send(world, &client, &[("request_uri", uri)]), "request_uri_not_supported");
        }
        let unsigned = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwudGVzdCJ9.";
        is_redirect(world, &send(world, &client, &[("request", unsigned)]), "request_not_supported");
        assert!(trap.accept().is_err(), "the server called");
    }

    fn resources_are_absolute_registered_and_few(world: World) {
        world.orders_api();
        let client = world.client(metadata(ClientKind::Web));
        for resource in ["orders", "/orders", "https://api.example/orders#x", "https://api.example/other"] {
            is_redirect(world, &send(world, &client, &[("resource", resource)]), "invalid_target");
        }
        let many: String = (0..40).map(|count| format!("&resource=https%3A%2F%2Fapi.example%2F{count}")).collect();
        is_redirect(world, &Answer::to(world.get(&(client.authorization(&[]) + &many))), "invalid_target");
    }

    fn no_origin_may_read_the_answer(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Spa));
        let browser = world.browser();
        browser.authorize(&client.authorization(&[]), "ada");
        for over in [&[][..], &[("prompt", "none")], &[("response_type", "token")], &[("client_id", "nobody")], &[("prompt", "login")]] {
            for origin in ["https://client.example", "https://evil.test", "null"] {
                let request = world.get(&client.authorization(over)).header("origin", origin);
                let answer = browser.send(request);
                assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{over:?}");
            }
        }
    }

    fn a_malformed_parameter_beside_good_ones_is_told_to_the_client(world: World) {
        let client = world.client(metadata(ClientKind::Web));
        for more in ["&x=%zz", "&x=%ff", "&%00=1", "&nonce=a&nonce=b", "&unknown=1&unknown=2", "&=1"] {
            let answer = Answer::to(world.get(&(client.authorization(&[]) + more)));
            is_redirect(world, &answer, "invalid_request");
            assert_eq!(param(answer.header("location"), "state").as_deref(), Some("s-1"));
        }
    }
}
