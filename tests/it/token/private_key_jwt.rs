//! OpenID Connect Core §9, RFC 7523: clients that sign instead of knowing a secret.

use crate::support::assertions::Signer;
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::relying_party::VERIFIER;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe_core::model::{AuthMethod, ClientKind, ClientMetadata, Span};
use vouchsafe_core::spec::client_assertion::TYPE;

/// A service that signs with this key.
pub(crate) fn signing_service(world: &World, signer: &Signer) -> Registered {
    world.client(ClientMetadata {
        token_endpoint_auth_method: Some(AuthMethod::PrivateKeyJwt),
        jwks: Some(signer.jwks()),
        ..metadata(ClientKind::Service)
    })
}

/// The claims of a good assertion; every call makes another one.
pub(crate) fn claims(world: &World, client_id: &str) -> Value {
    let now = world.services.ports.clock.now().seconds();
    let entropy: [u8; 8] = world.services.ports.entropy.bytes();
    json!({
        "iss": client_id, "sub": client_id, "aud": world.issuer, "iat": now, "exp": now + 60,
        "jti": format!("{entropy:02x?}"),
    })
}

/// Asks for a token of the client's own with this assertion.
pub(crate) fn present(world: &World, assertion: &str) -> Answer {
    Answer::to(world.post("/token").form(&[
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ]))
}

on_both_databases! {
    fn a_client_may_sign_with_any_kind_of_key_that_is_published(world: World) {
        world.orders_api();
        let metadata = Answer::to(world.get("/.well-known/openid-configuration")).json();
        let methods = metadata["token_endpoint_auth_methods_supported"].as_array().unwrap();
        assert!(methods.contains(&json!("private_key_jwt")));
        let algs = metadata["token_endpoint_auth_signing_alg_values_supported"].as_array().unwrap();
        assert_eq!(algs.len(), 4);
        for signer in Signer::of_each_kind() {
            assert!(algs.contains(&json!(signer.alg())));
            let client = signing_service(world, &signer);
            assert_eq!(client.secret, None);
            let header = json!({"alg": signer.alg()});
            let answer = present(world, &signer.sign(&header, &claims(world, &client.id)));
            assert_eq!(answer.status, 200, "{} {}", signer.alg(), answer.body);
            let header = json!({"alg": signer.alg(), "typ": "client-authentication+jwt"});
            let mut at_token_endpoint = claims(world, &client.id);
            at_token_endpoint["aud"] = json!(format!("{}/token", world.issuer));
            assert_eq!(present(world, &signer.sign(&header, &at_token_endpoint)).status, 200);
        }
    }

    fn the_whole_code_flow_works_without_a_secret(world: World) {
        world.person("ada");
        let signer = Signer::es256();
        let client = world.client(ClientMetadata {
            token_endpoint_auth_method: Some(AuthMethod::PrivateKeyJwt),
            jwks: Some(signer.jwks()),
            ..metadata(ClientKind::Web)
        });
        let offline = [("scope", "openid offline_access"), ("prompt", "consent")];
        let code = client.code(world, "ada", &offline);
        let fresh = || signer.sign(&json!({"alg": "ES256"}), &claims(world, &client.id));
        let ask = |form: &[(&str, &str)]| {
            let assertion = fresh();
            let mut form = form.to_vec();
            form.extend([("client_assertion_type", TYPE), ("client_assertion", &assertion)]);
            Answer::to(world.post("/token").form(&form))
        };
        let redeemed = ask(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &client.redirect_uri),
            ("code_verifier", VERIFIER),
            ("client_id", &client.id),
        ]);
        assert_eq!(redeemed.status, 200, "{}", redeemed.body);
        let refresh = redeemed.json()["refresh_token"].as_str().unwrap().to_owned();
        assert_eq!(ask(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).status, 200);
        let unsigned = client.token(world, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]);
        assert_eq!(unsigned.error(), (401, "invalid_client".to_owned()), "naming oneself is not enough");
    }

    fn a_key_is_found_by_its_name_and_the_only_one_needs_none(world: World) {
        world.orders_api();
        let (old, new) = (Signer::es256(), Signer::es256());
        let named = |signer: &Signer, kid: &str| {
            let mut jwk = signer.jwk();
            jwk["kid"] = json!(kid);
            jwk
        };
        let client = world.client(ClientMetadata {
            token_endpoint_auth_method: Some(AuthMethod::PrivateKeyJwt),
            jwks: Some(json!({"keys": [named(&old, "old"), named(&new, "new")]})),
            ..metadata(ClientKind::Service)
        });
        let with = |signer: &Signer, header: Value| {
            present(world, &signer.sign(&header, &claims(world, &client.id))).status
        };
        assert_eq!(with(&old, json!({"alg": "ES256", "kid": "old"})), 200);
        assert_eq!(with(&new, json!({"alg": "ES256", "kid": "new"})), 200);
        assert_eq!(with(&new, json!({"alg": "ES256", "kid": "old"})), 401);
        assert_eq!(with(&new, json!({"alg": "ES256", "kid": "other"})), 401);
        assert_eq!(with(&new, json!({"alg": "ES256"})), 401, "which of the two is not guessed");
    }

    fn an_assertion_is_good_once_and_for_as_long_as_it_says(world: World) {
        world.orders_api();
        let signer = Signer::es256();
        let client = signing_service(world, &signer);
        let other = signing_service(world, &signer);
        let header = json!({"alg": "ES256"});
        let mut mine = claims(world, &client.id);
        let assertion = signer.sign(&header, &mine);
        assert_eq!(present(world, &assertion).status, 200);
        assert_eq!(present(world, &assertion).error(), (401, "invalid_client".to_owned()));
        // The same identifier in another assertion is the same, until the first has expired.
        mine["exp"] = json!(mine["exp"].as_i64().unwrap() + 200);
        assert_eq!(present(world, &signer.sign(&header, &mine)).status, 401);
        mine["iss"] = json!(other.id);
        mine["sub"] = json!(other.id);
        assert_eq!(present(world, &signer.sign(&header, &mine)).status, 200, "another client's is another");
        world.wait(Span::from_minutes(2));
        assert_eq!(present(world, &assertion).status, 401, "expired");
        world.services.tend().unwrap();
        assert_eq!(present(world, &assertion).status, 401, "and forgotten");
    }
}
