//! What one node began another goes on with.

use crate::cli::program::Place;
use crate::support::feed_reader::{FeedReader, short_gid};
use crate::support::fleet::Fleet;
use crate::support::people::PASSWORD;
use crate::support::relying_party::{header, param};
use crate::support::steps::code;
use crate::support::world::Answer;
use serde_json::Value;
use std::collections::BTreeSet;
use std::thread::scope;

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap()
}

#[test]
fn a_sign_in_that_changes_nodes_at_each_step_comes_to_its_tokens() {
    let fleet = Fleet::start(Place::postgres(), 3);
    fleet.person("ada");
    let app = fleet.client("spa", &["--first-party"]);
    let keys: BTreeSet<_> = (0..3)
        .map(|at| Answer::to(fleet.node(at).get("/jwks")).body)
        .collect();
    assert_eq!(keys.len(), 1, "one key set: {keys:?}");

    let browser = fleet.browser();
    let first = param(&browser.authorize(&app.authorization(OFFLINE), "ada"), "code").unwrap();
    // The session, too: no page is shown any more, whichever nodes answer.
    let codes: Vec<_> = (0..3)
        .map(|_| code(&browser.ask(&app, &[("scope", "openid")])))
        .collect();
    for (at, code) in codes.iter().enumerate() {
        let tokens = app.redeem(&fleet.node(at), code);
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let tokens = tokens.json();
        let token = text(&tokens, "access_token");
        assert!(keys.first().unwrap().contains(text(&header(token), "kid")));
        for at in 0..3 {
            let asked = fleet.node(at).get("/userinfo").bearer_auth(token);
            assert_eq!(Answer::to(asked).status, 200);
        }
    }

    let mut tokens = app.redeem(&fleet.node(1), &first).json();
    for at in 0..9 {
        let refreshed = app.refresh(&fleet.node(at % 3), text(&tokens, "refresh_token"));
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);
        tokens = refreshed.json();
    }
    let newest = text(&tokens, "refresh_token").to_owned();
    let replayed = app.redeem(&fleet.node(2), &first);
    assert_eq!(replayed.error(), (400, "invalid_grant".to_owned()));
    let ended = app.refresh(&fleet.node(0), &newest);
    assert_eq!(
        ended.error(),
        (400, "invalid_grant".to_owned()),
        "a replayed code ends the grant at every node"
    );
}

#[test]
fn nodes_that_are_asked_at_once_agree() {
    let fleet = Fleet::start(Place::postgres(), 3);
    fleet.person("ada");
    let app = fleet.client("spa", &["--first-party"]);
    let nodes: Vec<_> = (0..3).map(|at| fleet.node(at)).collect();
    let (app, fleet) = (&app, &fleet);
    let browser = fleet.browser();
    browser.authorize(&app.authorization(OFFLINE), "ada");
    for _ in 0..5 {
        let code = &code(&browser.ask(app, &[("scope", "openid")]));
        let answers: Vec<_> = scope(|threads| {
            let asked: Vec<_> = nodes
                .iter()
                .map(|node| threads.spawn(move || app.redeem(node, code).status))
                .collect();
            asked.into_iter().map(|asked| asked.join().unwrap()).collect()
        });
        let good = answers.iter().filter(|status| **status == 200).count();
        assert_eq!(good, 1, "a code is good once: {answers:?}");
    }

    let mut token = text(&app.sign_in(fleet, "ada", OFFLINE), "refresh_token").to_owned();
    for _ in 0..5 {
        let presented = &token;
        let successors: BTreeSet<String> = scope(|threads| {
            let asked: Vec<_> = nodes
                .iter()
                .map(|node| threads.spawn(move || app.refresh(node, presented).json()))
                .collect();
            let answers = asked.into_iter().map(|asked| asked.join().unwrap());
            answers
                .map(|tokens| text(&tokens, "refresh_token").to_owned())
                .collect()
        });
        assert_eq!(successors.len(), 1, "one successor: {successors:?}");
        token = successors.into_iter().next().unwrap();
    }
}

#[test]
fn failed_sign_ins_count_at_all_nodes_together() {
    let fleet = Fleet::start(Place::postgres(), 3);
    fleet.person("ada");
    let app = fleet.client("web", &["--first-party"]);
    let attempt = |password| {
        let browser = fleet.browser();
        let page = browser.ask(&app, &[]);
        let fields = [("username", "ada"), ("password", password)];
        browser.submit(&page, &fields).status
    };
    for _ in 0..10 {
        assert_eq!(attempt("wrong horse battery"), 422);
    }
    for _ in 0..3 {
        assert_eq!(attempt(PASSWORD), 429, "no node looks at the password any more");
    }
}

#[test]
fn a_reader_of_the_feed_goes_from_node_to_node_and_never_begins_again() {
    let fleet = Fleet::start(Place::postgres(), 3);
    fleet.person("ada");
    let app = fleet.client("web", &["--first-party"]);
    let mut reader = FeedReader::default();
    crate::support::patience::until("a first head at each node", || {
        let statuses = (0..3).map(|at| Answer::to(fleet.node(at).get("/revocations")).status);
        statuses.into_iter().all(|status| status == 200).then_some(())
    });
    reader.ask(&fleet, 0);
    let browser = fleet.browser();
    browser.authorize(&app.authorization(&[]), "ada");
    for _ in 0..6 {
        let code = code(&browser.ask(&app, &[]));
        let tokens = app.redeem(&fleet, &code).json();
        let token = text(&tokens, "access_token");
        let revoked = app.revoke(&fleet, token);
        assert_eq!(revoked.status, 200, "{}", revoked.body);
        let ended = short_gid(token);
        crate::support::patience::until("the entry", || {
            // Each question is answered by the next node.
            reader.ask(&fleet, 1);
            reader.told.contains(&ended).then_some(())
        });
    }
    assert_eq!(reader.snapshots, 1);
}
