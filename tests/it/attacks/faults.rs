//! Faults of ours and of the database. Whoever asks learns that it is not their fault, when to come
//! back, and no details.

use crate::support::databases::{execute, while_locked};
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use vouchsafe_core::model::ClientKind;

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

fn says_nothing(answer: &Answer) {
    for word in [
        "SELECT", "clients", "metadata", "column", "panicked", "src/", "postgres", "sqlite", "serde",
    ] {
        assert!(!answer.body.contains(word), "{word:?} is in {}", answer.body);
    }
    assert!(!answer.header("x-request-id").is_empty());
}

on_both_databases! {
    fn a_row_that_no_version_wrote_is_500_without_details(world: World) {
        let app = world.client(metadata(ClientKind::Web));
        let other = world.client(metadata(ClientKind::Web));
        world.sql(&format!("UPDATE clients SET metadata = '{{\"client_name\"' WHERE id = '{}'", app.id));
        let token = app.redeem(world, "x");
        assert_eq!(token.error(), (500, "server_error".to_owned()));
        let page = Answer::to(world.get(&app.authorization(&[])));
        assert_eq!((page.status, page.header("location")), (500, ""));
        assert!(page.body.contains("id=\"error-reference\""));
        for answer in [&token, &page] {
            says_nothing(answer);
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        assert_eq!(other.redeem(world, "x").error(), (400, "invalid_grant".to_owned()), "others go on");
        assert_eq!(Answer::to(world.get("/readyz")).status, 200);
    }

    fn tables_that_cannot_be_used_are_503_and_nothing_is_lost(world: World) {
        nothing_is_called_invalid(world, |during| {
            let rename = |from: &str, to: &str| {
                for table in ["grants", "interactions"] {
                    execute(world.database(), &format!("ALTER TABLE {from}{table} RENAME TO {to}{table}"));
                }
            };
            rename("", "away_");
            during();
            rename("away_", "");
        });
    }
}

/// Refreshing is 503 while `fault` lasts, public documents are served, and afterwards the token is as good as before.
fn nothing_is_called_invalid(world: &World, fault: impl FnOnce(&dyn Fn())) {
    world.person("ada");
    let app = world.client(metadata(ClientKind::Spa));
    let tokens = app.sign_in(world, "ada", OFFLINE);
    let token = tokens["refresh_token"].as_str().unwrap();
    fault(&|| {
        let refused = app.refresh(world, token);
        assert_eq!(refused.status, 503, "{}", refused.body);
        assert_eq!(refused.json()["error"], "temporarily_unavailable");
        assert!(!refused.header("retry-after").is_empty());
        says_nothing(&refused);
        let page = Answer::to(world.get(&app.authorization(&[])));
        assert_eq!(page.status, 503);
        assert!(!page.header("retry-after").is_empty() && page.body.contains("id=\"error-reference\""));
        assert_eq!(Answer::to(world.get("/jwks")).status, 200);
    });
    let mut answer = app.refresh(world, token);
    for _ in 0..20 {
        if answer.status == 200 {
            break;
        }
        answer = app.refresh(world, token);
    }
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn a_write_lock_that_is_not_given_up_is_503_and_nothing_is_lost() {
    let world = World::sqlite("locked");
    nothing_is_called_invalid(&world, |during| while_locked(world.database(), during));
}
