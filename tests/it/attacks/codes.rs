//! Attacks on authorization codes (RFC 9700 §4.5). Replay, theft by another client, damaged codes and confusion of
//! token kinds are in `token/authorization_code.rs`.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use vouchsafe_core::model::{ClientKind, Code, Plain};

on_both_databases! {
    fn guessed_codes_never_hit(world: World) {
        let app = world.client(metadata(ClientKind::Spa));
        for _ in 0..300 {
            let guess = Plain::<Code>::from_entropy(world.services.ports.entropy.bytes());
            assert_eq!(app.redeem(world, guess.expose()).error(), (400, "invalid_grant".to_owned()));
        }
    }

    fn a_code_of_a_person_who_was_disabled_meanwhile_is_worthless(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let code = app.code(world, "ada", &[]);
        world.disable("ada");
        assert_eq!(app.redeem(world, &code).error(), (400, "invalid_grant".to_owned()));
    }

    fn a_refused_redemption_says_nothing_of_what_was_sent(world: World) {
        let app = world.client(metadata(ClientKind::Spa));
        let answer = app.redeem(world, "<script>alert(1)</script>");
        assert!(!answer.body.contains("alert"));
        assert_eq!(answer.header("content-type"), "application/json");
    }
}
