//! Attacks on authorization codes (RFC 9700 §4.5). Replay, theft by another client, damaged codes and confusion of
//! token kinds are in `token/authorization_code.rs`.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::Answer;
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

    fn no_other_credential_passes_for_a_code_nor_a_code_for_another(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let browser = world.browser();
        let page = browser.ask(&app, &[]);
        let handle = page.hub().rsplit('/').next().unwrap();
        let tokens = app.sign_in(world, "ada", &[("scope", "openid offline_access"), ("prompt", "consent")]);
        let token = |name: &str| tokens[name].as_str().unwrap();
        let session = browser.cookies().into_values().next().unwrap();
        for other in [token("access_token"), token("id_token"), token("refresh_token"), handle, &session] {
            assert_eq!(app.redeem(world, other).error(), (400, "invalid_grant".to_owned()), "{other}");
        }
        let code = app.code(world, "ada", &[]);
        for other in [&code, token("access_token"), token("id_token"), handle] {
            assert_eq!(app.refresh(world, other).error(), (400, "invalid_grant".to_owned()), "{other}");
        }
        assert_eq!(Answer::to(world.get("/userinfo").bearer_auth(&code)).status, 401);
        assert_eq!(app.redeem(world, &code).status, 200, "none of it spent the code");
    }

    fn what_a_client_lost_after_its_code_was_made_counts_when_it_comes(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let code = app.code(world, "ada", &[]);
        world.sql(&format!("UPDATE clients SET disabled_at = 1 WHERE id = '{}'", app.id));
        assert_eq!(app.redeem(world, &code).error(), (401, "invalid_client".to_owned()));
        world.sql(&format!("UPDATE clients SET disabled_at = NULL WHERE id = '{}'", app.id));
        let without = "metadata = replace(metadata, 'authorization_code', 'client_credentials')";
        world.sql(&format!("UPDATE clients SET {without} WHERE id = '{}'", app.id));
        assert_eq!(app.redeem(world, &code).error(), (400, "unauthorized_client".to_owned()));
        let with = "metadata = replace(metadata, 'client_credentials', 'authorization_code')";
        world.sql(&format!("UPDATE clients SET {with} WHERE id = '{}'", app.id));
        assert_eq!(app.redeem(world, &code).status, 200, "nothing had spent it");
        world.sql(&format!("DELETE FROM client_secrets WHERE client_id = '{}'", app.id));
        assert_eq!(app.redeem(world, &code).error(), (401, "invalid_client".to_owned()));
    }

    fn only_the_three_grant_types_are_known(world: World) {
        let app = world.client(metadata(ClientKind::Spa));
        let ask = |form: &[(&str, &str)]| app.token(world, form).error();
        assert_eq!(ask(&[("code", "x")]), (400, "invalid_request".to_owned()));
        let twice = [("grant_type", "authorization_code"), ("grant_type", "authorization_code")];
        assert_eq!(ask(&twice), (400, "invalid_request".to_owned()));
        let long = "x".repeat(10_000);
        for kind in ["password", "implicit", "AUTHORIZATION_CODE", "authorization_code ", "none", &long] {
            assert_eq!(ask(&[("grant_type", kind)]), (400, "unsupported_grant_type".to_owned()), "{kind}");
        }
        assert_eq!(Answer::to(world.get("/token?grant_type=authorization_code&code=x")).status, 405);
        assert_eq!(app.redeem(world, &"x".repeat(64 * 1024)).status, 413);
    }

    fn a_refused_redemption_says_nothing_of_what_was_sent(world: World) {
        let app = world.client(metadata(ClientKind::Spa));
        let answer = app.redeem(world, "<script>alert(1)</script>");
        assert!(!answer.body.contains("alert"));
        assert_eq!(answer.header("content-type"), "application/json");
    }
}
