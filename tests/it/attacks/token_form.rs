//! The form of our tokens (RFC 9068 §2.2), and that the library for resource servers takes nothing else. What the
//! library refuses in detail is tested in its own crate.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::{claims, header};
use crate::support::world::Answer;
use vouchsafe_core::model::ClientKind;
use vouchsafe_verify::{Jwks, Verifier};

on_both_databases! {
    fn every_access_token_has_what_the_profile_asks_for_and_nothing_personal(world: World) {
        let audience = world.orders_api();
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let response = app.sign_in(world, "ada", &[("scope", "openid profile email orders:read")]);
        let token = response["access_token"].as_str().unwrap();
        assert_eq!(header(token)["typ"], "at+jwt");
        let claims = claims(token);
        assert_eq!(claims["aud"], audience);
        let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert!(life <= 3600);
        for personal in ["name", "email", "preferred_username", "given_name"] {
            assert!(claims.get(personal).is_none(), "{personal}");
        }
        assert!(!token.contains("Lovelace"));
    }

    fn the_library_takes_our_access_token_for_its_audience_only(world: World) {
        let audience = world.orders_api();
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let response = app.sign_in(world, "ada", &[("scope", "openid orders:read")]);
        let keys = Jwks::parse(Answer::to(world.get("/jwks")).body.as_bytes()).unwrap();
        let now = world.services.ports.clock.now().seconds();
        let token = response["access_token"].as_str().unwrap();
        let verifier = Verifier::new(&world.issuer, &audience);
        let accepted = verifier.verify_at(&keys, token, now).unwrap();
        assert!(accepted.scope.contains("orders:read"));
        assert!(Verifier::new(&world.issuer, "https://other.example").verify_at(&keys, token, now).is_err());
        assert!(Verifier::new("https://other.example", &audience).verify_at(&keys, token, now).is_err());
        let id_token = response["id_token"].as_str().unwrap();
        assert!(verifier.verify_at(&keys, id_token, now).is_err());
        assert!(Verifier::new(&world.issuer, &app.id).accept_typ_jwt().verify_at(&keys, id_token, now).is_err());
        let refresh_token = app.code(world, "ada", &[]);
        assert!(verifier.verify_at(&keys, &refresh_token, now).is_err());
    }
}
