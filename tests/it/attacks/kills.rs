//! `kill -9` of the program in the middle of traffic, and a start behind it. What had been acknowledged
//! holds; what had not is done or not done, and both are good.

use crate::cli::program::{PASS_PHRASE, Place, Served};
use crate::support::people::Registered;
use crate::support::relying_party::param;
use crate::support::world::{Answer, Site};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];
/// Chains of refresh tokens that are in use at once.
const CHAINS: usize = 4;
/// Answers between two kills.
const ANSWERS: usize = 40;

fn sign_in(site: &Site, app: &Registered, username: &str) -> String {
    let url = app.authorization(OFFLINE);
    let end = site.browser().authorize_by(&url, username, PASS_PHRASE);
    let code = param(&end, "code").unwrap_or_else(|| panic!("no code in {end}"));
    let tokens = app.redeem(site, &code);
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens.json()["refresh_token"].as_str().unwrap().to_owned()
}

/// The successor of a token, or nothing when the server is gone.
fn try_to_refresh(site: &Site, app: &Registered, token: &str) -> Option<String> {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", app.id.as_str()),
    ];
    let answer = site.post("/token").form(&form).send().ok()?;
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_str(&answer.text().ok()?).ok()?;
    assert_eq!(status, 200, "{body}");
    Some(body["refresh_token"].as_str().unwrap().to_owned())
}

/// Refreshes each chain until the server is killed; returns what each client holds then.
fn until_killed(served: Served, app: &Registered, chains: Vec<String>) -> Vec<String> {
    let (site, answers) = (served.site(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let clients: Vec<_> = chains
            .into_iter()
            .map(|mut held| {
                let (site, answers) = (&site, &answers);
                scope.spawn(move || {
                    while let Some(next) = try_to_refresh(site, app, &held) {
                        held = next;
                        answers.fetch_add(1, Ordering::SeqCst);
                    }
                    held
                })
            })
            .collect();
        while answers.load(Ordering::SeqCst) < ANSWERS {
            assert!(
                !clients.iter().all(std::thread::ScopedJoinHandle::is_finished),
                "all have failed"
            );
            std::thread::yield_now();
        }
        served.kill();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

fn what_was_acknowledged_survives(place: &Place) {
    for name in ["ada", "bob"] {
        place.create_user(name);
    }
    let app = place.create_client("spa");
    let mut served = Served::start(place);
    let address = served.address().to_owned();
    let mut chains: Vec<_> = (0..CHAINS)
        .map(|_| sign_in(&served.site(), &app, "ada"))
        .collect();
    let bobs = sign_in(&served.site(), &app, "bob");
    let disabled = place.run(&["user", "disable", "bob"]);
    assert_eq!(disabled.status, 0, "{disabled:?}");
    for round in 0..3 {
        chains = until_killed(served, &app, chains);
        served = Served::start_at(place, address.clone());
        let site = served.site();
        assert_eq!(Answer::to(site.get("/readyz")).status, 200);
        for held in &mut chains {
            let answer = app.refresh(&site, held);
            assert_eq!(
                answer.status, 200,
                "round {round}: a client lost its chain: {}",
                answer.body
            );
            answer.json()["refresh_token"].as_str().unwrap().clone_into(held);
        }
        assert_eq!(
            app.refresh(&site, &bobs).error(),
            (400, "invalid_grant".to_owned()),
            "round {round}"
        );
        sign_in(&site, &app, "ada");
    }
    assert_eq!(served.stop().status, 0);
}

#[test]
fn what_was_acknowledged_survives_kill_9_on_sqlite() {
    what_was_acknowledged_survives(&Place::sqlite());
}

#[test]
fn what_was_acknowledged_survives_kill_9_on_postgres() {
    what_was_acknowledged_survives(&Place::postgres());
}
