//! Crashes between commit and answer, and a database that goes away. What a lost statement leaves is in `store/`.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::postgres::Cluster;
use crate::support::world::{Answer, World};
use vouchsafe_core::model::ClientKind;

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

on_both_databases! {
    fn an_exchange_whose_answer_was_lost_leaves_no_live_token(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let code = app.code(world, "ada", OFFLINE);
        let lost = app.redeem(world, &code).json();
        let again = World::on(world);
        assert_eq!(app.redeem(&again, &code).error(), (400, "invalid_grant".to_owned()));
        let refresh_token = lost["refresh_token"].as_str().unwrap();
        assert_eq!(app.refresh(&again, refresh_token).error(), (400, "invalid_grant".to_owned()));
    }

    fn a_rotation_whose_answer_was_lost_is_repeated_after_a_restart(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let parent = app.sign_in(world, "ada", OFFLINE)["refresh_token"].as_str().unwrap().to_owned();
        let lost = app.refresh(world, &parent).json();
        let again = World::on(world);
        let repeated = app.refresh(&again, &parent);
        assert_eq!(repeated.status, 200);
        assert_eq!(repeated.json()["refresh_token"], lost["refresh_token"]);
    }
}

#[test]
fn while_postgres_is_away_public_documents_are_served_and_nothing_is_called_invalid() {
    let cluster = Cluster::start();
    let world = World::with("outage", Some(cluster.fresh_database()), |_| {});
    world.person("ada");
    let app = world.client(metadata(ClientKind::Spa));
    let token = app.sign_in(&world, "ada", OFFLINE)["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(Answer::to(world.get("/readyz")).status, 200);

    cluster.stop();
    let refused = app.refresh(&world, &token);
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(!refused.header("retry-after").is_empty());
    assert_ne!(refused.error().1, "invalid_grant");
    let kept = app.revoke(&world, &token);
    assert_eq!(
        kept.status, 503,
        "what was not ended is never called ended: {}",
        kept.body
    );
    assert!(!kept.header("retry-after").is_empty());
    assert_eq!(Answer::to(world.get("/jwks")).status, 200);
    assert_eq!(
        Answer::to(world.get("/.well-known/openid-configuration")).status,
        200
    );
    assert_eq!(Answer::to(world.get("/readyz")).status, 503);
    assert_eq!(Answer::to(world.get("/livez")).status, 200);
    assert!(world.services.follow().is_err());

    cluster.start_again();
    let mut answer = app.refresh(&world, &token);
    for _ in 0..20 {
        if answer.status == 200 {
            break;
        }
        answer = app.refresh(&world, &token);
    }
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(Answer::to(world.get("/readyz")).status, 200);
}
