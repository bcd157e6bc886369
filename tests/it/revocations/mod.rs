//! The revocation feed, as a resource server reads it.

mod publication;
mod resource_server;
mod stream;

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::relying_party::{claims, header};
use crate::support::world::{Answer, World};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vouchsafe_core::model::{ClientKind, Span};

/// The page for a reader that knows nothing.
fn snapshot(world: &World) -> Value {
    page(world, "")
}

fn page(world: &World, query: &str) -> Value {
    let answer = Answer::to(world.get(&format!("/revocations{query}")));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// The claims of a page's head.
fn head(page: &Value) -> Value {
    claims(page["head"].as_str().unwrap())
}

/// What a reader asks next.
fn after(page: &Value) -> String {
    let head = head(page);
    format!(
        "?timeline={}&after={}",
        head["timeline"].as_str().unwrap(),
        head["seq"]
    )
}

/// The chain, folded over the entries of a page.
fn folded(page: &Value, begin: &str) -> String {
    let mut hash = URL_SAFE_NO_PAD.decode(begin).unwrap();
    for entry in page["entries"].as_array().unwrap() {
        let text = format!(
            "{}|{}|{}|{}|{}",
            entry["seq"],
            entry["kind"].as_str().unwrap(),
            entry["id"].as_str().unwrap(),
            entry["min"],
            entry["exp"]
        );
        hash = Sha256::new()
            .chain_update(&hash)
            .chain_update(text)
            .finalize()
            .to_vec();
    }
    URL_SAFE_NO_PAD.encode(hash)
}

/// The form in which the feed names a grant.
fn short_gid(gid: &str) -> String {
    let digest = Sha256::digest(format!("gid|{gid}"));
    URL_SAFE_NO_PAD.encode(&digest[..8])
}

/// Signs a person in and returns the grant's `gid`.
fn grant(world: &World, username: &str) -> String {
    let tokens = world
        .client(metadata(ClientKind::Web))
        .sign_in(world, username, &[]);
    let access_token = claims(tokens["access_token"].as_str().unwrap());
    access_token["gid"].as_str().unwrap().to_owned()
}

on_both_databases! {
    fn the_feed_is_announced_and_open_to_every_origin(world: World) {
        let metadata = Answer::to(world.get("/.well-known/openid-configuration")).json();
        let address = metadata["vouchsafe_revocations_uri"].as_str().unwrap();
        assert_eq!(address, format!("{}/revocations", world.issuer));
        let early = Answer::to(world.get(address));
        assert_eq!(early.status, 503, "nothing was read yet");
        assert_ne!(early.header("retry-after"), "");
        world.publish();
        let answer = Answer::to(world.get(address).header("origin", "https://dashboard.example"));
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("cache-control"), "no-store");
    }

    fn an_end_is_told_by_a_digest_and_chained_up_to_the_signed_head(world: World) {
        world.person("ada");
        let gid = grant(world, "ada");
        world.disable("ada");
        world.publish();
        let page = snapshot(world);
        let head = head(&page);
        assert_eq!(page["snapshot"], true);
        assert_eq!(page["more"], false);
        let entry = &page["entries"][0];
        assert_eq!(entry["kind"], "grant");
        assert_eq!(entry["id"], short_gid(&gid));
        assert_eq!(entry["min"], 0);
        let now = world.clock_seconds();
        let exp = entry["exp"].as_i64().unwrap();
        // A minute ahead for retries, and two for leeway and clock of a verifier.
        assert_eq!(exp, now + 5 * 60 + 60 + 120, "known as long as its token may live");
        assert!(!page.to_string().contains(&gid), "no identifier leaves");
        assert_eq!(header(page["head"].as_str().unwrap())["typ"], "revocations-head+jwt");
        assert_eq!(head["iss"], json!(world.issuer));
        assert_eq!(head["iat"], now);
        assert_eq!(head["now"], now * 1000);
        assert_eq!(head["published_to"], now * 1000);
        assert_eq!(folded(&page, head["window_hash"].as_str().unwrap()), head["hash"]);
    }

    fn a_reader_is_told_only_what_it_does_not_know(world: World) {
        world.person("ada");
        world.publish();
        let first = snapshot(world);
        let gid = grant(world, "ada");
        world.disable("ada");
        world.publish();
        let second = page(world, &after(&first));
        assert_eq!(second["snapshot"], false);
        assert_eq!(second["entries"].as_array().unwrap().len(), 1);
        assert_eq!(second["entries"][0]["id"], short_gid(&gid));
        let known = head(&first)["hash"].as_str().unwrap().to_owned();
        assert_eq!(folded(&second, &known), head(&second)["hash"]);
        let third = page(world, &after(&second));
        assert_eq!(third["entries"], json!([]));
    }

    fn changed_roles_raise_the_claims_version_and_end_nothing(world: World) {
        world.person("ada");
        let gid = grant(world, "ada");
        world.set_roles("ada", &["support"]);
        world.publish();
        let entries = snapshot(world)["entries"].clone();
        assert_eq!(entries.as_array().unwrap().len(), 1);
        assert_eq!(entries[0]["kind"], "claims");
        assert_eq!(entries[0]["id"], short_gid(&gid));
        assert_eq!(entries[0]["min"], 1);
    }

    fn what_no_token_can_outlive_is_forgotten(world: World) {
        world.person("ada");
        grant(world, "ada");
        world.disable("ada");
        world.publish();
        let before = snapshot(world);
        let asked = after(&before);
        world.wait(Span::from_hours(25));
        world.publish();
        let later = snapshot(world);
        assert_eq!(later["entries"], json!([]));
        let head = head(&later);
        assert_eq!(head["window_hash"], head["hash"]);
        assert_eq!(page(world, &asked)["snapshot"], false, "a reader that was there needs no snapshot");
        let long_gone = format!("?timeline={}&after=0", head["timeline"].as_str().unwrap());
        assert_eq!(page(world, &long_gone)["snapshot"], true);
    }

    fn an_entry_lives_as_long_as_the_longest_token_that_the_grant_gave(world: World) {
        world.person("ada");
        world.orders_api();
        let lives = |span: &str| {
            world.sql(&format!("UPDATE apis SET access_token_lifetime = {span}"));
        };
        let app = world.client(metadata(ClientKind::Spa));
        let offline = [("scope", "openid offline_access orders:read"), ("prompt", "consent")];
        lives("36000000");
        let tokens = app.sign_in(world, "ada", &offline);
        let given_at = world.clock_seconds();
        // Shorter from now on, which shortens nothing that was given.
        lives("60000");
        world.wait(Span::from_hours(1));
        let refreshed = app.refresh(world, tokens["refresh_token"].as_str().unwrap());
        assert_eq!(refreshed.json()["expires_in"], 60);
        world.ban("ada");
        world.publish();
        assert_eq!(snapshot(world)["entries"][0]["exp"], given_at + 10 * 60 * 60 + 60 + 120);
    }

    fn a_grant_whose_refresh_token_stays_the_same_is_told_of_for_a_little_longer(world: World) {
        world.person("ada");
        world.person("bob");
        let app = world.client(metadata(ClientKind::Web));
        let offline = [("scope", "openid offline_access"), ("prompt", "consent")];
        for (name, minutes) in [("ada", 0), ("bob", 50)] {
            let tokens = app.sign_in(world, name, &offline);
            world.wait(Span::from_minutes(minutes));
            for _ in 0..3 {
                world.wait(Span::from_minutes(7));
                let last = app.refresh(world, tokens["refresh_token"].as_str().unwrap()).json();
                let expires = claims(last["access_token"].as_str().unwrap())["exp"].as_i64().unwrap();
                let id = vouchsafe_core::model::GrantId::new(
                    claims(last["access_token"].as_str().unwrap())["gid"].as_str().unwrap(),
                );
                let row = world.write(move |tx| vouchsafe::db!(tx, grants::by_id(&id))).unwrap();
                let known = row.access_until.unwrap().seconds();
                assert!((expires..=expires + 3_600).contains(&known), "{name}: {known} for {expires}");
            }
        }
    }

    fn another_history_begins_with_a_snapshot(world: World) {
        world.publish();
        let first = snapshot(world);
        let timeline = head(&first)["timeline"].as_str().unwrap().to_owned();
        assert_eq!(page(world, &after(&first))["snapshot"], false);
        for query in ["?after=0", "?timeline=another&after=0", &format!("?timeline={timeline}")] {
            assert_eq!(page(world, query)["snapshot"], true, "{query}");
        }
    }

    fn a_question_that_makes_no_sense_is_refused(world: World) {
        world.publish();
        for query in ["?after=x&timeline=t", "?wait=-1", "?wait=99999999999", "?after=1&after=2", "?after=%ff"] {
            let answer = Answer::to(world.get(&format!("/revocations{query}")));
            assert_eq!(answer.status, 400, "{query}");
            assert_eq!(answer.json()["error"], "invalid_request");
        }
        let answer = Answer::to(world.get("/revocations/stream?after=x"));
        assert_eq!(answer.status, 400);
    }
}
