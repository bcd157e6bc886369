//! Z-03, Z-05, Z-07: `kill -9` of everything in the middle of traffic, and a start behind it, round after round. What
//! had been acknowledged stands; what had not is done or not done, and both are good.

use crate::cli::program::Place;
use crate::support::browser::{Browser, hidden};
use crate::support::chain::Chain;
use crate::support::feed_reader::{FeedReader, short_gid};
use crate::support::fleet::Fleet;
use crate::support::patience::{pause, until};
use crate::support::people::Registered;
use crate::support::postgres::Cluster;
use crate::support::relying_party::{VERIFIER, header, param};
use crate::support::steps::{Page, code};
use crate::support::world::{Answer, Site};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde_json::Value;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::Duration;

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];
/// Chains of refresh tokens that are in use at once.
const CHAINS: usize = 3;

/// What an administrator or a person does in a round, beside the traffic.
enum Act {
    Nothing,
    /// Eve, whose tokens these are, is banned.
    Ban(Value, Child),
    /// A new key begins to sign, in place of this one.
    Rotate(String, Rotation),
    /// Ada allows an application what this page asks.
    Allow {
        page: Page,
        allowed: bool,
    },
}

/// How far a rotation is when everything is killed.
enum Rotation {
    /// It was acknowledged.
    Done,
    /// It is cut off.
    CutOff(Child),
}

/// Everything that goes on from round to round.
struct Story<'a> {
    fleet: Fleet,
    cluster: Option<&'a Cluster>,
    site: &'a Site,
    app: &'a Registered,
    shop: &'a Registered,
    chains: Vec<Chain<'a>>,
    /// Ada's, who signs in once and never again.
    browser: Browser<'a>,
    eve_is_banned: bool,
}

fn text<'v>(tokens: &'v Value, name: &str) -> &'v str {
    tokens[name].as_str().unwrap()
}

/// Signs tokens out as fast as they are made, and returns those whose end was acknowledged.
fn revoke_until(site: &Site, app: &Registered, cookies: &str, over: &AtomicBool) -> Vec<String> {
    let mut ended = Vec::new();
    let url = app.authorization(&[("scope", "openid offline_access"), ("prompt", "")]);
    while !over.load(Ordering::Relaxed) {
        let revoked = (|| {
            let asked = Answer::if_any(site.get(&url).header("cookie", cookies))?;
            let code = param(asked.header("location"), "code")?;
            let redeem = [
                ("grant_type", "authorization_code"),
                ("code", &*code),
                ("redirect_uri", &*app.redirect_uri),
                ("code_verifier", VERIFIER),
            ];
            let redeemed = Answer::if_any(app.request(site, "/token", &redeem))?;
            let token = redeemed.json()["refresh_token"].as_str()?.to_owned();
            let revoked = Answer::if_any(app.request(site, "/revoke", &[("token", &token)]))?;
            (revoked.status == 200).then_some(token)
        })();
        match revoked {
            Some(token) => ended.push(token),
            None => pause(Duration::from_millis(5)),
        }
    }
    ended
}

fn is_refused(site: &Site, app: &Registered, token: &str, why: &str) {
    let answer = until("an answer", || {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        Answer::if_any(app.request(site, "/token", &form)).filter(|answer| answer.status != 503)
    });
    assert_eq!(answer.error(), (400, "invalid_grant".to_owned()), "{why}");
}

impl Story<'_> {
    fn command(&self, words: &[&str]) -> Child {
        self.fleet.command(words)
    }

    /// Begins what happens in this round, up to the moment that may be cut off.
    fn act(&mut self, round: u64) -> Act {
        match round % 10 {
            0 => self.rotate(round.is_multiple_of(20)),
            1 | 4 | 7 => {
                if self.eve_is_banned {
                    assert_eq!(self.fleet.run(&["user", "unban", "eve"]).status, 0);
                }
                let tokens = self.app.sign_in(&self.fleet, "eve", OFFLINE);
                self.eve_is_banned = true;
                Act::Ban(tokens, self.command(&["user", "ban", "eve", "--json"]))
            }
            2 | 5 | 8 => {
                // What may have been allowed in an earlier round.
                self.fleet.run(&["consent", "revoke", "ada", &self.shop.id]);
                let page = self.browser.ask(self.shop, &[("scope", "openid")]);
                assert!(page.says("consent-form"), "{}", page.answer.body);
                Act::Allow { page, allowed: false }
            }
            _ => Act::Nothing,
        }
    }

    /// A rotation that is acknowledged before everything is killed, or one that is cut off.
    fn rotate(&self, is_acknowledged: bool) -> Act {
        let before = self.active_key();
        let words = ["keys", "rotate", "--now", "--force", "--yes"];
        let rotation = if is_acknowledged {
            let rotated = self.fleet.run(&words);
            assert_eq!(rotated.status, 0, "{rotated:?}");
            Rotation::Done
        } else {
            Rotation::CutOff(self.command(&words))
        };
        Act::Rotate(before, rotation)
    }

    /// The one key that signs.
    fn active_key(&self) -> String {
        let keys = self.fleet.run(&["keys", "list", "--json"]).document();
        let active = |key: &&Value| key["state"] == "active";
        let found: Vec<_> = keys.as_array().unwrap().iter().filter(active).collect();
        assert_eq!(found.len(), 1, "{keys}");
        text(found[0], "kid").to_owned()
    }

    /// Traffic, a kill of all processes at a moment that nobody chose, a start, and a look at what stands.
    fn round(&mut self, round: u64, random: &mut ChaCha8Rng) {
        let mut act = self.act(round);
        let cluster = self
            .cluster
            .filter(|_| round % 4 == 3 || matches!(act, Act::Rotate(..)));
        let moment = Duration::from_millis(20 + random.next_u64() % 200);
        let session = cookies(&self.browser);
        let over = AtomicBool::new(false);
        let (site, app, fleet, chains) = (self.site, self.app, &mut self.fleet, &mut self.chains);
        let ended = scope(|threads| {
            let (over, session) = (&over, &*session);
            for chain in chains {
                threads.spawn(move || chain.rotate_until(site, over));
            }
            let ended = threads.spawn(move || revoke_until(site, app, session, over));
            let answer = match &act {
                Act::Allow { page, .. } => {
                    let form_token = hidden(&page.answer.body, "form_token");
                    let at = page.at.split('?').next().unwrap().to_owned();
                    Some(threads.spawn(move || allow(site, session, &at, &form_token)))
                }
                Act::Nothing | Act::Ban(..) | Act::Rotate(..) => None,
            };
            pause(moment);
            if let Act::Ban(_, process) | Act::Rotate(_, Rotation::CutOff(process)) = &mut act {
                let _ = process.kill();
            }
            fleet.kill(0);
            if let Some(cluster) = cluster {
                cluster.stop();
            }
            over.store(true, Ordering::Relaxed);
            if let (Act::Allow { allowed, .. }, Some(answer)) = (&mut act, answer) {
                *allowed = answer.join().unwrap();
            }
            ended.join().unwrap()
        });
        if let Some(cluster) = cluster {
            cluster.start_again();
        }
        self.fleet.start_again(0);
        self.acknowledged_rotations_stand();
        for token in ended {
            is_refused(&self.fleet, self.app, &token, "its end was acknowledged");
        }
        self.stands(act);
    }

    /// A generation that a client holds was committed; and the client goes on with it.
    fn acknowledged_rotations_stand(&mut self) {
        for chain in &mut self.chains {
            let (grant, held) = chain.names();
            let statement = format!("SELECT generation FROM grants WHERE id = '{grant}'");
            let stored = self.fleet.number(&statement);
            assert!(
                stored >= held,
                "generation {held} was acknowledged, {stored} is stored"
            );
            chain.goes_on(&self.fleet);
        }
    }

    /// Tokens are signed with this key, and it is in the key set.
    fn signs_with(&self, kid: &str) {
        let tokens = self.app.sign_in(&self.fleet, "ada", &[]);
        assert_eq!(header(text(&tokens, "access_token"))["kid"], kid);
        let published = Answer::to(self.fleet.get("/jwks")).json();
        let kids = published["keys"].as_array().unwrap().iter();
        assert!(kids.into_iter().any(|key| key["kid"] == kid), "{published}");
    }

    fn stands(&self, act: Act) {
        match act {
            Act::Ban(tokens, mut process) => {
                if !process.wait().unwrap().success() {
                    return;
                }
                is_refused(
                    &self.fleet,
                    self.app,
                    text(&tokens, "refresh_token"),
                    "eve is banned",
                );
                let token = text(&tokens, "access_token");
                let asked = self.fleet.get("/userinfo").bearer_auth(token);
                assert_eq!(Answer::to(asked).status, 401, "eve is banned");
                let mut reader = FeedReader::default();
                let gid = short_gid(token);
                until("the entry of the ban", || {
                    reader.ask(&self.fleet, 1);
                    reader.told.contains(&gid).then_some(())
                });
            }
            Act::Rotate(before, rotation) => {
                let is_acknowledged = match rotation {
                    Rotation::Done => true,
                    Rotation::CutOff(mut process) => process.wait().unwrap().success(),
                };
                let signs = self.active_key();
                assert!(
                    !is_acknowledged || signs != before,
                    "the rotation away from {before} was acknowledged"
                );
                self.signs_with(&signs);
            }
            Act::Allow { allowed: true, .. } => {
                code(&self.browser.ask(self.shop, &[("scope", "openid")]));
            }
            Act::Allow { .. } | Act::Nothing => {}
        }
    }
}

fn cookies(browser: &Browser<'_>) -> String {
    let pairs = browser.cookies().into_iter();
    pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("; ")
}

/// Sends the consent page's form; whether that was acknowledged.
fn allow(site: &Site, cookies: &str, at: &str, form_token: &str) -> bool {
    let form = [("form_token", form_token), ("decision", "allow")];
    let request = site.post(at.split('?').next().unwrap()).form(&form);
    let answer = Answer::if_any(request.header("cookie", cookies));
    answer.is_some_and(|answer| answer.status == 303)
}

#[expect(
    clippy::disallowed_methods,
    reason = "`cargo xtask chaos` asks for more rounds than a test has time for"
)]
fn rounds(ordinary: u64) -> u64 {
    let wanted = std::env::var("VOUCHSAFE_ROUNDS").ok();
    wanted.map_or(ordinary, |rounds| rounds.parse().unwrap())
}

fn what_was_acknowledged_survives(place: Place, cluster: Option<&Cluster>, rounds: u64) {
    let fleet = Fleet::start(place, 1);
    for name in ["ada", "eve"] {
        fleet.person(name);
    }
    let site = fleet.another(fleet.issuer.clone());
    let app = fleet.client("spa", &["--first-party"]);
    let shop = fleet.client("web", &[]);
    let browser = site.browser();
    browser.authorize(&app.authorization(&[]), "ada");
    let chain = |_| Chain::new(&app, text(&app.sign_in(&site, "ada", OFFLINE), "refresh_token"));
    let mut story = Story {
        cluster,
        site: &site,
        app: &app,
        shop: &shop,
        chains: (0..CHAINS).map(chain).collect(),
        browser,
        eve_is_banned: false,
        fleet,
    };
    let mut random = ChaCha8Rng::seed_from_u64(rounds);
    for round in 0..rounds {
        story.round(round, &mut random);
        if round % 10 == 9 || round + 1 == rounds {
            let whole = story.fleet.run(&["audit", "verify"]);
            assert_eq!(whole.status, 0, "round {round}: {whole:?}");
        }
    }
    let rotations: u32 = story.chains.iter().map(|chain| chain.rotations).sum();
    eprintln!("{rounds} rounds, {rotations} refreshes answered, none lost");
}

#[test]
fn what_was_acknowledged_survives_kill_9_on_sqlite() {
    what_was_acknowledged_survives(Place::sqlite(), None, rounds(50));
}

#[test]
fn what_was_acknowledged_survives_kill_9_on_postgres() {
    let cluster = Cluster::start();
    let place = Place::sqlite().with("VOUCHSAFE__DATABASE__URL", &cluster.fresh_database());
    what_was_acknowledged_survives(place, Some(&cluster), rounds(20));
}
