//! What people hold, listed and ended from the command line beside a running server.

use super::program::Place;
use crate::support::on_both_databases;
use crate::support::people::{Registered, metadata};
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe::db;
use vouchsafe_core::model::{ClientKind, EventKind, Span};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

struct Ada {
    place: Place,
    app: Registered,
    /// Of a grant that outlives its session.
    offline: Value,
    /// Of one that does not.
    online: Value,
}

fn ada(world: &World) -> Ada {
    let place = Place::beside(world);
    world.person("ada");
    let app = world.client(metadata(ClientKind::Web));
    Ada {
        place,
        offline: app.sign_in(world, "ada", OFFLINE),
        online: app.sign_in(world, "ada", &[("scope", "openid")]),
        app,
    }
}

impl Ada {
    fn run(&self, arguments: &[&str]) -> Value {
        self.place.run(&[arguments, &["--json"]].concat()).document()
    }

    fn offline_refreshes(&self, world: &World) -> bool {
        let answer = self
            .app
            .refresh(world, self.offline["refresh_token"].as_str().unwrap());
        assert!(answer.status == 200 || answer.error() == (400, "invalid_grant".to_owned()));
        answer.status == 200
    }

    fn online_reads(&self, world: &World) -> bool {
        let token = self.online["access_token"].as_str().unwrap();
        Answer::to(world.get("/userinfo").bearer_auth(token)).status == 200
    }
}

fn told(world: &World, kind: EventKind) -> usize {
    let all = world.write(|tx| db!(tx, events::list(None, 1_000)));
    all.iter().filter(|event| event.kind == kind).count()
}

fn numbers(document: &Value) -> (i64, i64) {
    (
        document["grants_ended"].as_i64().unwrap(),
        document["sessions_ended"].as_i64().unwrap(),
    )
}

on_both_databases! {
    fn sessions_and_grants_are_listed_and_ended_one_by_one(world: World) {
        let ada = ada(world);
        let sessions = ada.run(&["session", "list"]);
        assert_eq!(sessions.as_array().unwrap().len(), 2);
        assert!(sessions.as_array().unwrap().iter().all(|session| session["username"] == "ada"));
        let grants = ada.run(&["grant", "list", "--user", "ada", "--client", &ada.app.id]);
        assert_eq!(grants.as_array().unwrap().len(), 2);
        assert_eq!(ada.run(&["grant", "list", "--client", "nobody"]), json!([]));

        let online = grants.as_array().unwrap().iter().find(|grant| grant["offline"] == false).unwrap();
        let session = online["session_id"].as_str().unwrap();
        assert_eq!(numbers(&ada.run(&["session", "revoke", session])), (1, 1));
        assert_eq!(numbers(&ada.run(&["session", "revoke", session])), (0, 0));
        assert!(!ada.online_reads(world));
        assert!(ada.offline_refreshes(world), "the other session's grant goes on");
        let other = ada.run(&["session", "list", "--user", "ada"])[0]["session_id"].as_str().unwrap().to_owned();
        assert_eq!(numbers(&ada.run(&["session", "revoke", &other])), (0, 1));
        assert!(ada.offline_refreshes(world), "an offline grant outlives its session");

        let left = ada.run(&["grant", "list"]);
        let gid = left[0]["gid"].as_str().unwrap();
        assert_eq!(ada.run(&["grant", "revoke", gid])["grants_ended"], 1);
        assert!(!ada.offline_refreshes(world));
        assert_eq!(ada.run(&["grant", "list"]), json!([]));
        assert_eq!((told(world, EventKind::GrantEnded), told(world, EventKind::SessionEnded)), (2, 2));
        for unknown in [["grant", "revoke", "nothing"], ["session", "revoke", "nothing"]] {
            ada.place.run(&unknown).failed(1, "there is no");
        }
    }

    fn a_ban_ends_everything_and_lifting_it_revives_nothing(world: World) {
        let ada = ada(world);
        let banned = ada.run(&["user", "ban", "ada", "--until", "7d", "--reason", "Three payments came back"]);
        assert_eq!(numbers(&banned), (2, 2));
        assert_eq!((&banned["banned"], &banned["ban_reason"]), (&json!(true), &json!("Three payments came back")));
        assert!(banned["banned_until"].as_i64().unwrap() > banned["created_at"].as_i64().unwrap());
        assert!(!ada.offline_refreshes(world) && !ada.online_reads(world));
        let browser = world.browser();
        let page = browser.fill(&browser.ask(&ada.app, &[]), &[("username", "ada"), ("password", "correct horse battery")]);
        assert!(page.says("id=\"suspended-title\"") && page.says("Three payments came back"));

        let unbanned = ada.run(&["user", "unban", "ada"]);
        assert_eq!((&unbanned["banned"], &unbanned["ban_reason"]), (&json!(false), &Value::Null));
        assert!(!ada.offline_refreshes(world) && !ada.online_reads(world));
        ada.app.sign_in(world, "ada", &[]);
        ada.run(&["user", "unban", "ada"]);
        assert_eq!((told(world, EventKind::UserBanned), told(world, EventKind::UserUnbanned)), (1, 1));
        assert_eq!(told(world, EventKind::GrantEnded), 2);
    }

    fn a_ban_ends_by_itself(world: World) {
        let ada = ada(world);
        ada.run(&["user", "ban", "ada", "--until", "1h"]);
        world.wait(Span::from_hours(2));
        ada.app.sign_in(world, "ada", &[]);
        assert!(!ada.offline_refreshes(world), "what it ended stays ended");
    }

    fn signing_out_everywhere_is_not_a_ban(world: World) {
        let ada = ada(world);
        assert_eq!(numbers(&ada.run(&["user", "logout", "ada"])), (2, 2));
        assert!(!ada.offline_refreshes(world) && !ada.online_reads(world));
        ada.app.sign_in(world, "ada", &[]);
        ada.run(&["user", "logout", "ada"]);
        ada.run(&["user", "logout", "ada"]);
        assert_eq!(told(world, EventKind::UserSignedOut), 2, "where nothing ends, nothing is told");
    }

    fn a_consent_that_is_taken_back_is_asked_for_again(world: World) {
        let place = Place::beside(world);
        world.person("ada");
        let mut asking = metadata(ClientKind::Web);
        asking.first_party = false;
        let app = world.client(asking);
        let other = world.client(metadata(ClientKind::Web));
        let tokens = app.sign_in(world, "ada", OFFLINE);
        let kept = other.sign_in(world, "ada", OFFLINE);
        let shown = place.run(&["user", "show", "ada", "--json"]).document();
        assert!(shown["consents"].as_array().unwrap().contains(&json!(app.id)));
        assert_eq!((&shown["sessions"], &shown["grants"]), (&json!(2), &json!(2)));
        let taken = place.run(&["consent", "revoke", "ada", &app.id, "--json"]).document();
        assert_eq!(numbers(&taken), (1, 0));
        assert_eq!(app.refresh(world, tokens["refresh_token"].as_str().unwrap()).status, 400);
        assert_eq!(other.refresh(world, kept["refresh_token"].as_str().unwrap()).status, 200);
        assert_eq!(told(world, EventKind::ConsentWithdrawn), 1);
        let browser = world.browser();
        let page = browser.fill(&browser.ask(&app, &[]), &[("username", "ada"), ("password", "correct horse battery")]);
        assert_eq!(page.name(), "consent");
    }

    fn a_deleted_person_leaves_nothing_that_works(world: World) {
        let ada = ada(world);
        let deleted = ada.run(&["user", "delete", "ada"]);
        assert_eq!(numbers(&deleted), (2, 2));
        assert!(!ada.offline_refreshes(world) && !ada.online_reads(world));
        assert_eq!(ada.run(&["user", "list"]), json!([]));
        ada.place.run(&["user", "show", "ada"]).failed(1, "there is no user");
        assert_eq!(told(world, EventKind::UserDeleted), 1);
        world.person("ada");
        assert_ne!(ada.run(&["user", "show", "ada"])["sub"], deleted["sub"]);
    }

    fn no_code_or_refresh_outlives_a_ban_that_comes_at_the_same_time(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let tokens: Vec<String> = (0..6)
            .map(|_| app.sign_in(world, "ada", OFFLINE)["refresh_token"].as_str().unwrap().to_owned())
            .collect();
        let browser = world.browser();
        browser.authorize(&app.authorization(&[]), "ada");
        let codes: Vec<String> = std::thread::scope(|scope| {
            for token in &tokens {
                scope.spawn(|| app.refresh(world, token));
            }
            scope.spawn(|| world.ban("ada"));
            let ends = (0..20).map(|_| browser.get(&app.authorization(&[])).header("location").to_owned());
            ends.filter_map(|end| crate::support::relying_party::param(&end, "code")).collect()
        });
        for code in codes {
            assert_eq!(app.redeem(world, &code).error(), (400, "invalid_grant".to_owned()));
        }
        for token in &tokens {
            assert_eq!(app.refresh(world, token).error(), (400, "invalid_grant".to_owned()));
        }
    }
}

#[test]
fn people_are_listed_and_shown() {
    for place in Place::both() {
        place.run(&["migrate", "--json"]).document();
        assert_eq!(place.run(&["user", "list", "--json"]).document(), json!([]));
        let (ada, ben) = (place.create_user("ada"), place.create_user("ben"));
        let listed = place.run(&["user", "list", "--json"]).document();
        let subs: Vec<_> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|user| &user["sub"])
            .collect();
        assert_eq!(subs.len(), 2);
        assert!(subs.contains(&&ada["sub"]) && subs.contains(&&ben["sub"]));
        let shown = place
            .run(&["user", "show", "ADA@example.com", "--json"])
            .document();
        assert_eq!(
            (&shown["sub"], &shown["sessions"], &shown["consents"]),
            (&ada["sub"], &json!(0), &json!([]))
        );
        let text = place.run(&["user", "list"]);
        assert!(
            text.stdout.is_empty() && text.stderr.contains("ben@example.com"),
            "{text:?}"
        );
    }
}

#[test]
fn a_ban_that_is_over_and_a_time_that_is_none_are_wrong_usage() {
    let place = Place::sqlite();
    place.create_user("ada");
    for until in ["2020-01-01T00:00:00Z", "tomorrow", "7", ""] {
        place
            .run(&["user", "ban", "ada", "--until", until])
            .failed(2, "--until");
    }
    let banned = place
        .run(&[
            "user",
            "ban",
            "ada",
            "--until",
            "2126-12-01T00:00:00+01:00",
            "--json",
        ])
        .document();
    assert_eq!(banned["banned_until"], 4_951_753_200_i64);
    place
        .run(&["user", "ban", "nobody"])
        .failed(1, "there is no user");
}
