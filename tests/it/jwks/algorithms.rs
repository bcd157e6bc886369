//! Keys of other algorithms: made when somebody asks for them, and then as good as those of RS256.

use super::ResourceServer;
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::header;
use crate::support::world::Answer;
use vouchsafe::db;
use vouchsafe::ports::Clock as _;
use vouchsafe_core::decide::key_state::KeyState;
use vouchsafe_core::model::{Api, ApiScope, ClientKind, ClientMetadata, KeyAlgorithm, Span, TokenTyp};
use vouchsafe_verify::{IdTokenVerifier, Jwks};

on_both_databases! {
    fn tokens_of_each_algorithm_are_good_everywhere(world: World) {
        world.person("ada");
        for alg in KeyAlgorithm::ALL {
            world.services.keys.ensure(&world.services.store, alg).unwrap();
            let identifier = format!("https://api.example/{}", alg.as_str());
            let scope = format!("bills:{}", alg.as_str());
            let api = Api {
                identifier: identifier.clone(),
                name: "Bills".to_owned(),
                token_typ: TokenTyp::AtJwt,
                signing_alg: alg,
                access_token_lifetime: None,
                claims: Vec::new(),
                created_at: world.clock.now(),
                scopes: vec![ApiScope { name: scope.clone(), description: "See bills".to_owned() }],
            };
            world.write(move |tx| db!(tx, apis::add(&api)));
            let mut wanted = metadata(ClientKind::Spa);
            wanted.id_token_signed_response_alg = alg;
            wanted.scopes.push(scope.clone());
            let app = world.client(wanted);
            let asked = format!("openid {scope}");
            let tokens = app.sign_in(world, "ada", &[("scope", &asked)]);
            let (access_token, id_token) =
                (tokens["access_token"].as_str().unwrap(), tokens["id_token"].as_str().unwrap());
            assert_eq!(header(access_token)["alg"], alg.as_str());
            assert_eq!(header(id_token)["alg"], alg.as_str());
            assert_eq!(ResourceServer::of(world, &identifier).check(access_token), Ok(()));
            assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(access_token)).status, 200);
            let keys = Jwks::parse(Answer::to(world.get("/jwks")).body.as_bytes()).unwrap();
            let read = IdTokenVerifier::new(&world.issuer, &app.id)
                .verify_at(&keys, id_token, world.clock.now().seconds())
                .unwrap();
            read.require_access_token(access_token).unwrap();
        }
        let states = world.services.keys.states(world.clock.now());
        assert_eq!(states.len(), 8, "an active and a next key of each");
    }

    fn nothing_is_spent_while_there_is_no_key_of_the_clients_algorithm(world: World) {
        world.person("ada");
        let wanted = ClientMetadata {
            id_token_signed_response_alg: KeyAlgorithm::Es256,
            ..metadata(ClientKind::Spa)
        };
        let app = world.client(wanted);
        let code = app.code(world, "ada", &[]);
        assert_eq!(app.redeem(world, &code).error(), (503, "temporarily_unavailable".to_owned()));
        world.services.keys.ensure(&world.services.store, KeyAlgorithm::Es256).unwrap();
        assert_eq!(app.redeem(world, &code).status, 200);
    }

    fn keys_of_every_algorithm_in_use_rotate(world: World) {
        let keys = &world.services.keys;
        keys.ensure(&world.services.store, KeyAlgorithm::EdDsa).unwrap();
        world.wait(Span::from_days(90));
        world.services.tend().unwrap();
        for alg in [KeyAlgorithm::Rs256, KeyAlgorithm::EdDsa] {
            let states = keys.states(world.clock.now());
            let of_alg: Vec<_> = states.iter().filter(|(row, _)| row.alg == alg).map(|(_, state)| *state).collect();
            assert_eq!(of_alg, [KeyState::Retiring, KeyState::Active, KeyState::Next], "{alg:?}");
        }
        assert!(keys.states(world.clock.now()).iter().all(|(row, _)| row.alg != KeyAlgorithm::Es256));
    }

    fn a_token_for_an_api_that_was_made_elsewhere_a_moment_ago_is_signed_at_once(world: World) {
        world.person("ada");
        let scope = "bills:read";
        let wanted = |kind| {
            let mut wanted = metadata(kind);
            wanted.scopes.push(scope.to_owned());
            world.client(wanted)
        };
        let (service, app) = (wanted(ClientKind::Service), wanted(ClientKind::Spa));
        let elsewhere = crate::support::world::World::on_with_own_clock(world);
        elsewhere.services.keys.ensure(&elsewhere.services.store, KeyAlgorithm::Es256).unwrap();
        elsewhere.unnoticed_api_signed_with("https://api.example/bills", &[scope], KeyAlgorithm::Es256);
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| service.token(world, &form))).collect();
            asked.into_iter().map(|asked| asked.join().unwrap()).collect()
        });
        for answer in answers {
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert_eq!(header(answer.json()["access_token"].as_str().unwrap())["alg"], "ES256");
        }
        let tokens = app.sign_in(world, "ada", &[("scope", "openid bills:read")]);
        assert_eq!(header(tokens["access_token"].as_str().unwrap())["alg"], "ES256");
    }

    fn a_second_node_hears_of_a_new_algorithm(world: World) {
        let other = crate::support::world::World::on_with_own_clock(world);
        world.services.keys.ensure(&world.services.store, KeyAlgorithm::Es256).unwrap();
        other.follow();
        let now = other.clock.now();
        other.services.keys.check_can_sign(KeyAlgorithm::Es256, now).unwrap();
    }
}
