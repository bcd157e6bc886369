//! What an administrator does to an account reaches everything that the person holds, with an event for each.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::World;
use serde_json::json;
use vouchsafe::accounts::profile::{PersonProblem, ProfileChange, Updated};
use vouchsafe::db;
use vouchsafe::store::{StoreError, Unique};
use vouchsafe_core::model::{ClientKind, Event, EventKind, User};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

/// Ada with two sessions, in one of them an online grant, in the other one that outlives it.
fn ada_with_two_grants(world: &World) -> User {
    let ada = world.person("ada");
    let app = world.client(metadata(ClientKind::Web));
    app.sign_in(world, "ada", OFFLINE);
    app.sign_in(world, "ada", &[("scope", "openid")]);
    ada
}

fn events(world: &World, kind: EventKind) -> Vec<Event> {
    let all = world.write(|tx| db!(tx, events::list(None, 1_000)));
    all.into_iter().filter(|event| event.kind == kind).collect()
}

fn ended(world: &World) -> (usize, usize) {
    (
        events(world, EventKind::GrantEnded).len(),
        events(world, EventKind::SessionEnded).len(),
    )
}

on_both_databases! {
    fn disabling_ends_every_grant_and_session_with_one_event_each(world: World) {
        let ada = ada_with_two_grants(world);
        assert_eq!(ended(world), (0, 0));
        world.disable("ada");
        assert_eq!(ended(world), (2, 2));
        let disabled = events(world, EventKind::UserDisabled);
        assert_eq!(disabled.len(), 1);
        assert_eq!((disabled[0].actor.as_str(), disabled[0].subject.as_deref()), ("cli", Some(ada.id.as_str())));
        for event in events(world, EventKind::GrantEnded) {
            assert_eq!(event.subject.as_deref(), Some(ada.id.as_str()));
            assert_eq!(event.detail["reason"], "user_disabled");
            assert!(event.target.is_some() && event.client_id.is_some() && event.expires_at > event.at);
        }
        world.disable("ada");
        assert_eq!((ended(world), events(world, EventKind::UserDisabled).len()), ((2, 2), 1), "nothing is told twice");
    }

    fn enabling_is_told_and_revives_nothing(world: World) {
        ada_with_two_grants(world);
        world.disable("ada");
        world.enable("ada");
        world.enable("ada");
        assert_eq!(events(world, EventKind::UserEnabled).len(), 1);
        assert_eq!(ended(world), (2, 2));
        let live = world.write(|tx| {
            let ada = db!(tx, users::by_login("ada"))?.unwrap();
            let now = vouchsafe_core::model::UnixTime::default();
            Ok(db!(tx, sessions::end_of_user(&ada.id, now))?.len())
        });
        assert_eq!(live, 0, "no session came back");
    }

    fn a_password_set_by_an_administrator_ends_everything(world: World) {
        ada_with_two_grants(world);
        world.set_password("ada", "silver lantern 43");
        assert_eq!(ended(world), (2, 2));
        assert_eq!(events(world, EventKind::PasswordChanged).len(), 1);
        for event in events(world, EventKind::GrantEnded) {
            assert_eq!(event.detail["reason"], "password_changed");
        }
    }

    fn other_roles_raise_the_claims_version_of_every_grant_and_end_none(world: World) {
        ada_with_two_grants(world);
        world.set_roles("ada", &["support"]);
        world.set_roles("ada", &["support"]);
        assert_eq!(ended(world), (0, 0));
        let changed = events(world, EventKind::UserRolesChanged);
        assert_eq!(changed.len(), 1, "the same roles again change nothing");
        assert_eq!(changed[0].detail["changes"], json!({ "roles": { "added": ["support"], "removed": [] } }));
        let raised = events(world, EventKind::GrantClaimsRaised);
        assert_eq!(raised.len(), 2);
        assert!(raised.iter().all(|event| event.value.is_some() && event.target.is_some()));
    }

    fn other_groups_raise_the_claims_version_of_every_grant_and_end_none(world: World) {
        ada_with_two_grants(world);
        for groups in [&["staff", "night shift"][..], &["staff", "night shift"], &[]] {
            world.set_groups("ada", groups);
        }
        assert_eq!(ended(world), (0, 0));
        let changed = events(world, EventKind::UserGroupsChanged);
        let told: Vec<_> = changed.iter().map(|event| event.detail["changes"]["groups"].clone()).collect();
        let (given, none) = (json!(["staff", "night shift"]), json!([]));
        assert_eq!(told.len(), 2, "the same groups again change nothing");
        assert!(told.contains(&json!({ "added": given, "removed": none })));
        assert!(told.contains(&json!({ "added": none, "removed": given })));
        assert_eq!(events(world, EventKind::GrantClaimsRaised).len(), 4);
    }

    fn another_profile_is_told_by_its_names_and_makes_clients_fetch_new_tokens(world: World) {
        ada_with_two_grants(world);
        let change = ProfileChange {
            email: Some("countess@example.test".to_owned()),
            claims: [("nickname".to_owned(), json!("Countess"))].into_iter().collect(),
            ..ProfileChange::default()
        };
        let updated = world.update_profile("ada", change.clone()).unwrap();
        let Updated::Done(changed) = updated else { panic!("{updated:?}") };
        assert_eq!((changed.user.email.as_str(), changed.user.email_verified), ("countess@example.test", false));
        assert_eq!(changed.user.claims["nickname"], "Countess");
        assert_eq!(changed.user.claims["name"], "Ada Lovelace", "what was not named stays");
        let told = events(world, EventKind::UserUpdated);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].detail["changed"], json!(["email", "email_verified", "nickname"]));
        assert!(!format!("{told:?}").contains("countess@"), "the log tells no addresses");
        assert_eq!(events(world, EventKind::GrantClaimsRaised).len(), 2);
        assert_eq!(ended(world), (0, 0));
        world.update_profile("ada", change).unwrap();
        assert_eq!(events(world, EventKind::UserUpdated).len(), 1, "the same again changes nothing");
    }

    fn a_name_or_address_of_somebody_else_stays_theirs(world: World) {
        world.person("ada");
        world.person("grace");
        let change = |username: Option<&str>, email: Option<&str>| ProfileChange {
            username: username.map(str::to_owned),
            email: email.map(str::to_owned),
            ..ProfileChange::default()
        };
        let taken = world.update_profile("ada", change(Some("GRACE"), None));
        assert_eq!(taken, Err(StoreError::Conflict(Unique::Username)));
        let taken = world.update_profile("ada", change(None, Some("Grace@example.test")));
        assert_eq!(taken, Err(StoreError::Conflict(Unique::Email)));
        let refused = world.update_profile("ada", change(Some("a b"), None)).unwrap();
        assert!(matches!(refused, Updated::Refused(PersonProblem::Username(_))), "{refused:?}");
        assert_eq!(events(world, EventKind::UserUpdated).len(), 0);
    }
}
