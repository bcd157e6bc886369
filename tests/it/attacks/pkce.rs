//! Attacks on the code challenge: RFC 7636, RFC 9700 §2.1.1 and §4.8.2, and the cases K of the catalogue.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::{VERIFIER, challenge, param};
use crate::support::world::Answer;
use vouchsafe_core::model::{ClientKind, PkceRule};

on_both_databases! {
    fn nothing_but_s256_is_taken(world: World) {
        let public = world.client(metadata(ClientKind::Spa));
        let mut relaxed = metadata(ClientKind::Web);
        relaxed.pkce = PkceRule::Allowed;
        let relaxed = world.client(relaxed);
        for client in [&public, &relaxed] {
            for over in [
                [("code_challenge_method", "plain")],
                [("code_challenge_method", "")],
                [("code_challenge_method", "s256")],
                [("code_challenge_method", "S512")],
                [("code_challenge", "short")],
                [("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")],
                [("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")],
            ] {
                let answer = Answer::to(world.get(&client.authorization(&over)));
                assert_eq!(param(answer.header("location"), "error").as_deref(), Some("invalid_request"), "{over:?}");
            }
        }
        let bare = public.authorization(&[("code_challenge", ""), ("code_challenge_method", "")]);
        let answer = Answer::to(world.get(&bare));
        assert_eq!(param(answer.header("location"), "error").as_deref(), Some("invalid_request"));
    }

    fn a_code_with_a_challenge_needs_its_verifier(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Spa));
        let code = client.code(world, "ada", &[]);
        let redeem = |verifier: Option<&str>| {
            let mut form = vec![("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", client.redirect_uri.as_str())];
            form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
            client.token(world, &form)
        };
        let (short, long, huge) = ("a".repeat(42), "a".repeat(129), "a".repeat(10_000));
        let wrong = "a".repeat(43);
        let odd = format!("{}!", "a".repeat(43));
        for verifier in [None, Some(short.as_str()), Some(&long), Some(&huge), Some(&wrong), Some(&odd), Some(&challenge(VERIFIER))] {
            let (status, error) = redeem(verifier).error();
            assert!(status == 400 && matches!(error.as_str(), "invalid_grant" | "invalid_request"), "{verifier:?} {error}");
        }
        assert_eq!(redeem(Some(VERIFIER)).status, 200, "no wrong verifier burns the code");
    }

    fn the_longest_verifier_over_the_whole_alphabet_works(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Spa));
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
        let verifier: String = alphabet.chars().cycle().take(128).collect();
        let code = client.code(world, "ada", &[("code_challenge", &challenge(&verifier))]);
        let form = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", &*client.redirect_uri), ("code_verifier", &*verifier)];
        assert_eq!(client.token(world, &form).status, 200);
    }

    fn a_stripped_challenge_is_a_downgrade(world: World) {
        world.person("ada");
        let mut relaxed = metadata(ClientKind::Web);
        relaxed.pkce = PkceRule::Allowed;
        let client = world.client(relaxed);
        let stripped = [("code_challenge", ""), ("code_challenge_method", "")];
        let code = client.code(world, "ada", &stripped);
        assert_eq!(client.redeem(world, &code).error(), (400, "invalid_grant".to_owned()));
        let strict = world.client(metadata(ClientKind::Web));
        let answer = Answer::to(world.get(&strict.authorization(&stripped)));
        assert_eq!(param(answer.header("location"), "error").as_deref(), Some("invalid_request"));
    }

    fn a_verifier_comes_once_and_in_the_body(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Spa));
        let code = client.code(world, "ada", &[]);
        let form = [
            ("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", &*client.redirect_uri),
            ("client_id", &*client.id), ("code_verifier", VERIFIER),
        ];
        let twice: Vec<_> = form.iter().copied().chain([("code_verifier", VERIFIER)]).collect();
        assert_eq!(client.token(world, &twice[..3]).error().0, 400);
        assert_eq!(Answer::to(world.post("/token").form(&twice)).error(), (400, "invalid_request".to_owned()));
        let in_url = world.post(&format!("/token?code_verifier={VERIFIER}")).form(&form[..4]);
        assert_eq!(Answer::to(in_url).error(), (400, "invalid_request".to_owned()));
        assert_eq!(Answer::to(world.post("/token").form(&form)).status, 200);
    }
}
