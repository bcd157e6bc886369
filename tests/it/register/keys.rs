//! `jwks_uri`: keys that a client publishes, fetched when they are needed.

use crate::support::assertions::Signer;
use crate::support::newcomer::{client, open, ordinary, with_registration};
use crate::support::tls_site::TlsSite;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe_core::model::Span;
use vouchsafe_core::spec::client_assertion::TYPE;

fn named(signer: &Signer, kid: &str) -> Value {
    let mut jwk = signer.jwk();
    jwk["kid"] = json!(kid);
    jwk
}

fn publish(site: &TlsSite, keys: &[Value]) {
    site.serve("/jwks", "application/json", json!({ "keys": keys }).to_string());
}

fn signing(world: &World, site: &TlsSite) -> Value {
    world.registered(json!({
        "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": site.url("/jwks"),
    }))
}

/// Whether an assertion that is signed so is good, as a refused code says.
fn is_taken(world: &World, made: &Value, signer: &Signer, kid: &str) -> bool {
    let claims = crate::token::private_key_jwt::claims(world, made["client_id"].as_str().unwrap());
    let assertion = signer.sign(&json!({"alg": signer.alg(), "kid": kid}), &claims);
    let answer = Answer::to(world.post("/token").form(&[
        ("grant_type", "authorization_code"),
        ("code", "none"),
        ("redirect_uri", client(made).redirect_uri.as_str()),
        ("client_assertion_type", TYPE),
        ("client_assertion", &assertion),
    ]));
    match answer.error() {
        (400, code) if code == "invalid_grant" => true,
        (401, code) if code == "invalid_client" => false,
        other => panic!("{other:?}"),
    }
}

with_registration! { open;
    fn keys_are_fetched_at_the_first_use_and_again_for_a_new_one(world: World, site: TlsSite) {
        let (old, new) = (Signer::es256(), Signer::es256());
        publish(site, &[named(&old, "old")]);
        let made = signing(world, site);
        assert!(made.get("client_secret").is_none());
        assert_eq!(site.asked_for("/jwks"), 0, "not before they are needed");
        assert!(is_taken(world, &made, &old, "old"));
        assert!(is_taken(world, &made, &old, "old"));
        assert_eq!(site.asked_for("/jwks"), 1);
        publish(site, &[named(&old, "old"), named(&new, "new")]);
        assert!(!is_taken(world, &made, &new, "new"), "once a minute");
        world.wait(Span::from_seconds(60));
        assert!(is_taken(world, &made, &new, "new"));
        assert!(is_taken(world, &made, &old, "old"));
        assert_eq!(site.asked_for("/jwks"), 2);
    }

    fn made_up_key_names_cost_one_call_a_minute(world: World, site: TlsSite) {
        let signer = Signer::es256();
        publish(site, &[named(&signer, "real")]);
        let made = signing(world, site);
        for n in 0..10 {
            assert!(!is_taken(world, &made, &signer, &format!("k{n}")));
        }
        world.wait(Span::from_seconds(61));
        for n in 0..10 {
            assert!(!is_taken(world, &made, &signer, &format!("k{n}")));
        }
        assert!(is_taken(world, &made, &signer, "real"));
        assert_eq!(site.asked_for("/jwks"), 2);
    }

    fn keys_that_cannot_be_had_are_asked_for_again_after_a_minute(world: World, site: TlsSite) {
        let signer = Signer::es256();
        let made = signing(world, site);
        assert!(!is_taken(world, &made, &signer, "a"));
        publish(site, &[named(&signer, "a")]);
        assert!(!is_taken(world, &made, &signer, "a"));
        world.wait(Span::from_seconds(61));
        assert!(is_taken(world, &made, &signer, "a"));
        // And what was had stays good while their server is away, for an hour at least.
        site.serve_raw("/jwks", "HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n");
        world.wait(Span::from_hours(2));
        assert!(is_taken(world, &made, &signer, "a"));
    }

    fn keys_for_other_purposes_do_not_disturb(world: World, site: TlsSite) {
        let signer = Signer::es256();
        let mut encryption = named(&Signer::es256(), "enc");
        encryption["use"] = json!("enc");
        let mut p384 = named(&Signer::es256(), "p384");
        p384["crv"] = json!("P-384");
        let keys = [encryption, p384, json!({"kty": "future"}), named(&signer, "sig")];
        publish(site, &keys);
        let made = signing(world, site);
        assert!(is_taken(world, &made, &signer, "sig"));
        // And in the registration itself (RFC 7517 §5).
        let over = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": keys}});
        assert!(is_taken(world, &world.registered(over), &signer, "sig"));
    }

    fn a_set_that_shows_a_secret_is_taken_nowhere(world: World, site: TlsSite) {
        let signer = Signer::es256();
        let mut private = named(&Signer::es256(), "private");
        private["d"] = json!("AAAA");
        for shown in [private, json!({"kty": "oct", "k": "AAAA"})] {
            let keys = [named(&signer, "sig"), shown];
            let over = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": keys}});
            assert_eq!(world.register(&ordinary(over)).error(), (400, "invalid_client_metadata".to_owned()));
            publish(site, &keys);
            assert!(!is_taken(world, &signing(world, site), &signer, "sig"));
        }
    }

    fn keys_that_are_taken_back_end(world: World, site: TlsSite) {
        let signer = Signer::es256();
        let gone = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
        for take_back in [
            &(|| publish(site, &[])) as &dyn Fn(),
            &|| site.serve_raw("/jwks", gone),
            &|| site.serve_raw("/jwks", gone.replace("410", "404")),
            &|| site.serve("/jwks", "application/json", "no set"),
        ] {
            publish(site, &[named(&signer, "a")]);
            let made = signing(world, site);
            assert!(is_taken(world, &made, &signer, "a"));
            take_back();
            // Once what was fetched is old, what is published counts; again and again.
            for _ in 0..3 {
                world.wait(Span::from_hours(2));
                assert!(!is_taken(world, &made, &signer, "a"));
            }
            publish(site, &[named(&signer, "a")]);
            world.wait(Span::from_seconds(61));
            assert!(is_taken(world, &made, &signer, "a"), "and they can come back");
        }
    }

    fn keys_whose_server_is_away_are_good_for_a_day(world: World, site: TlsSite) {
        let signer = Signer::es256();
        publish(site, &[named(&signer, "a")]);
        let made = signing(world, site);
        assert!(is_taken(world, &made, &signer, "a"));
        site.serve_raw("/jwks", "HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n");
        for _ in 0..23 {
            world.wait(Span::from_hours(1));
            assert!(is_taken(world, &made, &signer, "a"));
        }
        world.wait(Span::from_hours(1));
        assert!(!is_taken(world, &made, &signer, "a"));
    }

    fn keys_in_the_registration_work_without_any_call(world: World, site: TlsSite) {
        let signer = Signer::es256();
        let made = world.registered(json!({
            "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [signer.jwk()]},
        }));
        assert!(is_taken(world, &made, &signer, "any"));
        assert_eq!(made["jwks"], json!({"keys": [signer.jwk()]}));
        assert!(site.asked().is_empty());
    }
}

mod crowded {
    use super::{Answer, Signer, World, is_taken, json, named, open, ordinary, publish, with_registration};
    use std::future::poll_fn;
    use std::net::TcpListener;
    use std::pin::pin;
    use std::task::Poll;
    use vouchsafe::config::{Config, Destination};
    use vouchsafe::ports::fetch::Wanted;
    use vouchsafe_core::model::{Span, UnixTime};

    const STRANGERS: usize = 64;

    fn host(n: usize) -> String {
        format!("h{n}.here.test")
    }

    fn crowded(config: &mut Config) {
        open(config);
        let hosts = (0..STRANGERS).map(|n| Destination {
            host: host(n),
            port: None,
        });
        config.outbound.allow_private.extend(hosts);
    }

    /// A client that somebody vouches for, as its initial access token says.
    fn vouched_for(world: &World, jwks_uri: &str) -> serde_json::Value {
        let token = world.initial_token(1, Span::from_days(1), &[]);
        let document = ordinary(json!({
            "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": jwks_uri,
        }));
        Answer::to(world.post("/register").bearer_auth(&token).json(&document)).json()
    }

    with_registration! { crowded;
        fn strangers_whose_hosts_never_answer_hold_up_no_client_that_somebody_answers_for(world: World, site: TlsSite) {
            let signer = Signer::es256();
            publish(site, &[named(&signer, "a")]);
            let made = vouched_for(world, &site.url("/jwks"));
            // Takes connections, and says nothing on any.
            let silent = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = silent.local_addr().unwrap().port();
            let urls: Vec<_> = (0..STRANGERS).map(|n| format!("https://{}:{port}/", host(n))).collect();
            let (fetch, now) = (&world.services.ports.fetch, UnixTime::from_seconds(world.clock_seconds()));
            std::thread::scope(|scope| {
                actix_web::rt::System::new().block_on(async {
                    let mut calls: Vec<_> = urls.iter().map(|url| fetch.fetch(Wanted::json(url, now))).collect();
                    let one_ends = poll_fn(|cx| {
                        let mut polled = calls.iter_mut().map(|call| call.as_mut().poll(cx));
                        polled.find(Poll::is_ready).unwrap_or(Poll::Pending)
                    });
                    let known = pin!(async {
                        let (told, tells) = tokio::sync::oneshot::channel();
                        let ask = || told.send(is_taken(world, &made, &signer, "a"));
                        scope.spawn(ask);
                        tells.await.unwrap()
                    });
                    tokio::select! {
                        biased;
                        ended = one_ends => panic!("the client waited for strangers: {ended:?}"),
                        is_taken = known => assert!(is_taken),
                    }
                });
            });
        }
    }
}
