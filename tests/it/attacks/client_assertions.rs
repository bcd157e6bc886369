//! Forged, borrowed, replayed and malformed client assertions. That a good one works, once:
//! `token/private_key_jwt.rs`.

use crate::support::assertions::Signer;
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::world::{Answer, World};
use crate::token::private_key_jwt::{claims, present, signing_service};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::Barrier;
use vouchsafe_core::model::{AuthMethod, ClientKind, ClientMetadata};
use vouchsafe_core::spec::client_assertion::TYPE;

fn es256() -> Value {
    json!({"alg": "ES256"})
}

fn refused(answer: &Answer, what: &str) {
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()), "{what}");
}

/// Presents good claims with one of them changed, or taken away by `null`; a text stands for itself.
fn with_claim(world: &World, client: &Registered, signer: &Signer, name: &str, value: &str) -> Answer {
    let mut claims = claims(world, &client.id);
    claims.as_object_mut().unwrap().remove(name);
    let mut text = claims.to_string();
    if value != "absent" {
        text = format!("{},\"{name}\":{value}}}", text.strip_suffix('}').unwrap());
    }
    present(world, &signer.sign_text(&es256().to_string(), &text))
}

on_both_databases! {
    fn the_audience_is_one_string_and_this_server(world: World) {
        world.orders_api();
        let signer = Signer::es256();
        let client = signing_service(world, &signer);
        let issuer = &world.issuer;
        for aud in [
            format!("[\"{issuer}\"]"),
            format!("[\"{issuer}\",\"https://evil.example\"]"),
            format!("\"{issuer}/\""),
            format!("\"{}\"", issuer.to_uppercase()),
            format!("\"{issuer}/authorize\""),
            "\"https://evil.example\"".to_owned(),
            "\"\"".to_owned(), "7".to_owned(), "null".to_owned(), "absent".to_owned(),
        ] {
            refused(&with_claim(world, &client, &signer, "aud", &aud), &aud);
        }
    }

    fn times_are_whole_seconds_near_now(world: World) {
        world.orders_api();
        let signer = Signer::es256();
        let client = signing_service(world, &signer);
        let now = world.services.ports.clock.now().seconds();
        let times = [
            ("exp", vec![(now - 31).to_string(), (now + 331).to_string(), (now + 86_400).to_string()]),
            ("nbf", vec![(now + 31).to_string(), "null".to_owned(), "\"soon\"".to_owned()]),
            ("iat", vec![(now + 31).to_string(), (now + 3600).to_string(), "1e300".to_owned()]),
        ];
        let never = ["absent", "null", "1e300", "18446744073709551615", "-1", "\"1800000000\"", "1.5", "[]"];
        for value in never {
            refused(&with_claim(world, &client, &signer, "exp", value), value);
        }
        for (name, values) in &times {
            for value in values {
                refused(&with_claim(world, &client, &signer, name, value), &format!("{name} {value}"));
            }
        }
        let just = with_claim(world, &client, &signer, "exp", &(now + 330).to_string());
        assert_eq!(just.status, 200, "{}", just.body);
    }

    fn issuer_subject_and_identifier_must_be_there_and_the_clients_own(world: World) {
        world.orders_api();
        let signer = Signer::es256();
        let client = signing_service(world, &signer);
        let other = signing_service(world, &Signer::es256());
        for (name, value) in [
            ("iss", "absent"), ("iss", "null"), ("iss", "\"https://evil.example\""),
            ("sub", "absent"), ("sub", "7"), ("sub", "\"nobody\""),
            ("jti", "absent"), ("jti", "\"\""), ("jti", "1"),
        ] {
            refused(&with_claim(world, &client, &signer, name, value), &format!("{name} {value}"));
        }
        let long = format!("\"{}\"", "j".repeat(257));
        refused(&with_claim(world, &client, &signer, "jti", &long), "a long identifier");
        // Somebody else's name under one's own signature.
        refused(&present(world, &signer.sign(&es256(), &claims(world, &other.id))), "another client");
        let twice = claims(world, &client.id).to_string().replacen('{', "{\"sub\":\"x\",", 1);
        refused(&present(world, &signer.sign_text(&es256().to_string(), &twice)), "a claim twice");
    }

    fn the_key_decides_the_algorithm_and_the_header_is_closed(world: World) {
        world.orders_api();
        let signer = Signer::es256();
        let client = signing_service(world, &signer);
        let thief = Signer::es256();
        for header in [
            json!({"alg": "none"}), json!({"alg": "HS256"}), json!({"alg": "RS256"}), json!({"alg": "es256"}),
            json!({}), json!({"alg": null}),
            json!({"alg": "ES256", "typ": "at+jwt"}), json!({"alg": "ES256", "typ": "logout+jwt"}),
            json!({"alg": "ES256", "jku": "https://evil.example/jwks"}),
            json!({"alg": "ES256", "x5u": "https://evil.example/chain"}),
            json!({"alg": "ES256", "x5c": ["AA=="]}),
            json!({"alg": "ES256", "crit": ["x"], "x": 1}), json!({"alg": "ES256", "b64": false}),
            json!({"alg": "ES256", "zip": "DEF"}), json!({"alg": "ES256", "kid": "../../etc/passwd"}),
        ] {
            refused(&present(world, &signer.sign(&header, &claims(world, &client.id))), &header.to_string());
        }
        let embedded = json!({"alg": "ES256", "jwk": thief.jwk()});
        refused(&present(world, &thief.sign(&embedded, &claims(world, &client.id))), "an embedded key");
        refused(&present(world, &thief.sign(&es256(), &claims(world, &client.id))), "another key");
        // RSA keys are for one padding each.
        let [rs256, ps256, ..] = Signer::of_each_kind();
        let client = signing_service(world, &ps256);
        refused(&present(world, &rs256.sign(&json!({"alg": "RS256"}), &claims(world, &client.id))), "RS256");
        refused(&present(world, &rs256.sign(&json!({"alg": "PS256"}), &claims(world, &client.id))), "mixed");
    }

    fn only_the_compact_form_is_read(world: World) {
        world.orders_api();
        let signer = Signer::es256();
        let client = signing_service(world, &signer);
        let good = || signer.sign(&es256(), &claims(world, &client.id));
        let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
        let one = parts(&good());
        let flattened = json!({"protected": one[0], "payload": one[1], "signature": one[2]}).to_string();
        let general = json!({"payload": one[1], "signatures": [{"protected": one[0], "signature": one[2]}]});
        let end = one[2].strip_suffix(one[2].chars().last().unwrap()).unwrap();
        for assertion in [
            flattened, general.to_string(), String::new(), ".".to_owned(), "..".to_owned(),
            format!("{}\n", good()), format!("{}=", good()), format!(" {}", good()), format!("{}.", good()),
            format!("{}.{}", one[0], one[1]), format!("{}.{}.", one[0], one[1]), format!("{}..{}", one[0], one[2]),
            format!("{}.{}.{end}", one[0], one[1]),
            // A last character with bits that stand for nothing.
            format!("{}.{}.{end}_", one[0], one[1]),
            format!("{}.AAAA.AAAA", good()), "x".repeat(9 * 1024),
            // RFC 7516, in the shape of a bomb: five parts.
            format!("{}.AA.AA.AA.AA", URL_SAFE_NO_PAD.encode(r#"{"alg":"PBES2-HS512+A256KW","enc":"A128CBC-HS256","p2c":10000000}"#)),
            format!("{}..AA.AA.AA", URL_SAFE_NO_PAD.encode(r#"{"alg":"dir","enc":"A128CBC-HS256","zip":"DEF"}"#)),
        ] {
            refused(&present(world, &assertion), &assertion);
        }
    }

    fn one_method_in_one_request(world: World) {
        world.orders_api();
        let signer = Signer::es256();
        let client = signing_service(world, &signer);
        let secretive = world.client(metadata(ClientKind::Service));
        let assertion = || signer.sign(&es256(), &claims(world, &client.id));
        let send = |over: &[(&str, &str)], header: Option<(&str, &str)>| {
            let assertion = assertion();
            let mut form = vec![
                ("grant_type", "client_credentials"), ("client_assertion_type", TYPE),
                ("client_assertion", assertion.as_str()),
            ];
            form.retain(|(name, _)| over.iter().all(|(other, _)| other != name));
            form.extend(over.iter().copied().filter(|(_, value)| !value.is_empty()));
            let request = world.post("/token").form(&form);
            Answer::to(match header {
                Some((id, secret)) => request.basic_auth(id, Some(secret)),
                None => request,
            })
        };
        let secret = secretive.secret.as_deref().unwrap();
        let twice = (400, "invalid_request".to_owned());
        assert_eq!(send(&[], Some((&secretive.id, secret))).error(), twice);
        assert_eq!(send(&[("client_secret", secret)], None).error(), twice);
        assert_eq!(send(&[("client_id", &secretive.id), ("client_secret", secret)], None).error(), twice);
        refused(&send(&[("client_id", &secretive.id)], None), "two names");
        refused(&send(&[("client_assertion_type", "")], None), "no type");
        refused(&send(&[("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")], None), "saml");
        refused(&send(&[("client_assertion", "")], None), "no assertion");
        assert_eq!(send(&[("client_id", &client.id)], None).status, 200);
        let doubled = format!("grant_type=client_credentials&client_assertion={0}&client_assertion={0}", assertion());
        let request = world.post("/token").header("content-type", "application/x-www-form-urlencoded").body(doubled);
        assert_eq!(Answer::to(request).error(), twice);
    }

    fn a_client_that_signs_has_no_other_way_and_one_with_a_secret_does_not_sign(world: World) {
        world.orders_api();
        let signer = Signer::es256();
        let pinned = world.client(ClientMetadata {
            token_endpoint_auth_method: Some(AuthMethod::ClientSecretBasic),
            jwks: Some(signer.jwks()),
            ..metadata(ClientKind::Service)
        });
        let free = world.client(ClientMetadata { jwks: Some(signer.jwks()), ..metadata(ClientKind::Service) });
        for client in [&pinned, &free] {
            refused(&present(world, &signer.sign(&es256(), &claims(world, &client.id))), "registered otherwise");
        }
        let signing = signing_service(world, &signer);
        let named = world.post("/token").form(&[("grant_type", "client_credentials"), ("client_id", &signing.id)]);
        refused(&Answer::to(named), "only a name");
        let basic = world.post("/token").basic_auth(&signing.id, Some("")).form(&[("grant_type", "client_credentials")]);
        refused(&Answer::to(basic), "an empty secret");
        let unknown = signer.sign(&es256(), &claims(world, "nobody"));
        refused(&present(world, &unknown), "nobody's");
    }

    fn of_twenty_copies_at_once_one_is_taken_on_two_nodes(world: World) {
        world.orders_api();
        let signer = Signer::es256();
        let client = signing_service(world, &signer);
        let node = World::on(world);
        let assertion = signer.sign(&es256(), &claims(world, &client.id));
        let start = Barrier::new(20);
        let taken: usize = std::thread::scope(|scope| {
            let copies: Vec<_> = (0..20)
                .map(|at| {
                    let (start, assertion) = (&start, &assertion);
                    let node = if at % 2 == 0 { world } else { &node };
                    scope.spawn(move || {
                        start.wait();
                        present(node, assertion).status
                    })
                })
                .collect();
            let answers = copies.into_iter().map(|copy| copy.join().unwrap());
            answers.filter(|status| *status == 200).count()
        });
        assert_eq!(taken, 1);
    }
}
