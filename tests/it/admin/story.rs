//! One story told three ways: in the pages, through the API, and by the command line. Names and results are the same.

mod ways;

use crate::cli::program::{PASS_PHRASE, Place, Served};
use crate::support::browser::hidden;
use crate::support::patience::until;
use crate::support::people::Registered;
use crate::support::relying_party::param;
use crate::support::world::{Answer, Site};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use ways::{ByCommand, InPages, ThroughApi};

const ORDERS: &str = "https://orders.example.test";
const REASON: &str = "Three payments came back";

/// An application of the story.
struct App {
    name: &'static str,
    kind: &'static str,
    redirect_uri: &'static str,
    scope: &'static str,
}

const APPS: [App; 3] = [
    App {
        name: "Shop window",
        kind: "spa",
        redirect_uri: "https://window.example.test/cb",
        scope: "openid profile email offline_access",
    },
    App {
        name: "Storefront",
        kind: "web",
        redirect_uri: "https://shop.example.test/cb",
        scope: "openid profile email offline_access orders:read",
    },
    App {
        name: "Nightly export",
        kind: "service",
        redirect_uri: "",
        scope: "orders:read",
    },
];

/// A way to administer.
trait Way {
    fn register_api(&self);
    fn register(&self, app: &App) -> Registered;
    fn let_register(&self);
    fn make_ada(&self);
    fn ban_ada(&self);
    fn rotate_key(&self);
    /// The kinds of the events that this way shows.
    fn read_log(&self) -> Vec<String>;
}

/// A server of its own, with its first administrator.
struct Scene {
    place: Place,
    served: Served,
    site: Site,
    token: String,
}

impl Scene {
    fn on(place: Place) -> Self {
        let served = Served::start(&place);
        let site = served.site();
        let link = place.run(&["admin", "invite", "--json"]).document();
        let code = link["link"]
            .as_str()
            .unwrap()
            .split('#')
            .nth(1)
            .unwrap()
            .to_owned();
        let browser = site.browser();
        let form_token = hidden(&browser.get("/setup").body, "form_token");
        let form = [
            ("form_token", form_token.as_str()),
            ("code", code.as_str()),
            ("email", "grace@example.test"),
            ("username", "grace"),
            ("name", "Grace Hopper"),
            ("password", PASS_PHRASE),
        ];
        assert_eq!(browser.post("/setup", &form).header("location"), "/admin");
        let token = administrators_token(&site);
        Self {
            place,
            served,
            site,
            token,
        }
    }

    fn show(&self, words: &[&str]) -> Value {
        self.place.run(&[words, &["--json"]].concat()).document()
    }

    fn sub(&self, username: &str) -> String {
        self.show(&["user", "show", username])["sub"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// A token for the API, of the client that the command line signs in by.
fn administrators_token(site: &Site) -> String {
    let client = Registered {
        id: "vouchsafe-cli".to_owned(),
        secret: None,
        redirect_uri: "http://127.0.0.1/callback".to_owned(),
    };
    let scope = "openid offline_access vouchsafe:read vouchsafe:write";
    let url = client.authorization(&[("scope", scope)]);
    let end = site.browser().authorize_by(&url, "grace", PASS_PHRASE);
    let tokens = client.redeem(site, &param(&end, "code").unwrap());
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    tokens.json()["access_token"].as_str().unwrap().to_owned()
}

fn registered(app: &App, client_id: &str, secret: Option<&str>) -> Registered {
    Registered {
        id: client_id.to_owned(),
        secret: secret.map(str::to_owned),
        redirect_uri: app.redirect_uri.to_owned(),
    }
}

/// What a story left, with names in the place of what is random.
#[derive(Debug, PartialEq)]
struct Left {
    clients: Vec<Value>,
    ada: Value,
    log: Vec<String>,
}

/// Tells the story. The people in it sign in and are turned away by the protocol itself, whoever administers.
fn told(scene: &Scene, way: &dyn Way) -> Left {
    way.register_api();
    let apps: Vec<Registered> = APPS.iter().map(|app| way.register(app)).collect();
    let [window, store, robot] = &apps[..] else {
        panic!("three applications")
    };
    way.let_register();
    way.make_ada();
    let held = [(window, &APPS[0]), (store, &APPS[1])].map(|(client, app)| {
        let url = client.authorization(&[("scope", app.scope)]);
        let end = scene.site.browser().authorize_by(&url, "ada", PASS_PHRASE);
        let answer = client.redeem(&scene.site, &param(&end, "code").unwrap());
        assert_eq!(answer.status, 200, "{}", answer.body);
        (client, answer.json())
    });
    let grant = [("grant_type", "client_credentials")];
    let before = robot.token(&scene.site, &grant).json();
    for (_, tokens) in &held {
        assert_eq!(userinfo(&scene.site, tokens).status, 200);
    }

    way.ban_ada();
    for (client, tokens) in &held {
        let refreshed = client.refresh(&scene.site, tokens["refresh_token"].as_str().unwrap());
        assert_eq!(refreshed.error(), (400, "invalid_grant".to_owned()));
        assert_eq!(userinfo(&scene.site, tokens).status, 401);
    }

    let old = active_key(scene);
    way.rotate_key();
    assert_ne!(active_key(scene), old);
    let after = robot.token(&scene.site, &grant).json();
    let signed_by = |tokens: &Value| {
        let token = tokens["access_token"].as_str().unwrap();
        crate::support::relying_party::header(token)["kid"].clone()
    };
    assert_eq!(
        (signed_by(&before), signed_by(&after)),
        (json!(old), json!(active_key(scene)))
    );

    let names = names(scene, &apps);
    let log = until("the story is numbered", || {
        let log = log(scene, &names);
        log.iter()
            .any(|line| line.starts_with("key.rotated"))
            .then_some(log)
    });
    let kinds: Vec<String> = way.read_log();
    for line in log.iter().filter(|line| line.contains("actor=grace")) {
        let kind = line.split(' ').next().unwrap();
        assert!(
            kinds.iter().any(|shown| shown == kind),
            "{kind} is not in {kinds:?}"
        );
    }
    let lasting =
        |document: Value| -> Value { serde_json::from_str(&renamed(&document.to_string(), &names)).unwrap() };
    Left {
        clients: apps
            .iter()
            .map(|app| {
                let mut client = scene.show(&["client", "show", &app.id]);
                timeless(&mut client, &["client_id_issued_at", "secrets"]);
                lasting(client)
            })
            .collect(),
        ada: {
            let mut ada = scene.show(&["user", "show", "ada"]);
            timeless(&mut ada, &["created_at", "updated_at", "banned_at"]);
            let mut ada = lasting(ada);
            // They stand in the order of the random names of the applications.
            let consents = ada["consents"].as_array_mut().unwrap();
            consents.sort_by_key(ToString::to_string);
            ada
        },
        log,
    }
}

fn userinfo(site: &Site, tokens: &Value) -> Answer {
    Answer::to(
        site.get("/userinfo")
            .bearer_auth(tokens["access_token"].as_str().unwrap()),
    )
}

fn active_key(scene: &Scene) -> String {
    let keys = scene.show(&["keys", "list"]);
    let mut active = keys
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["state"] == "active");
    active.next().unwrap()["kid"].as_str().unwrap().to_owned()
}

fn timeless(document: &mut Value, members: &[&str]) {
    for member in members {
        document.as_object_mut().unwrap().remove(*member);
    }
}

/// Whom and what the random names of this server stand for.
fn names(scene: &Scene, apps: &[Registered]) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, String> = ["grace", "ada"]
        .map(|username| (scene.sub(username), username.to_owned()))
        .into();
    names.extend(
        apps.iter()
            .zip(&APPS)
            .map(|(made, app)| (made.id.clone(), app.name.to_owned())),
    );
    let keys = scene.show(&["keys", "list"]);
    names.extend(keys.as_array().unwrap().iter().map(|key| {
        let kid = key["kid"].as_str().unwrap().to_owned();
        (kid, format!("{} key", key["state"].as_str().unwrap()))
    }));
    names
}

fn renamed(text: &str, names: &BTreeMap<String, String>) -> String {
    names
        .iter()
        .fold(text.to_owned(), |text, (random, name)| text.replace(random, name))
}

/// What happened, line by line: kind, who did it, to whom, through what, on what, and the further facts, without what
/// concerns how Grace signed in. In alphabetical order: what commands and the server do in one millisecond is numbered in
/// any order.
fn log(scene: &Scene, names: &BTreeMap<String, String>) -> Vec<String> {
    let file = scene.place.run(&["audit", "export", "--format", "jsonl"]);
    let records = file
        .stdout
        .lines()
        .map(|line| -> Value { serde_json::from_str(line).unwrap() });
    let mut lines: Vec<String> = records
        .filter(|record| record["client_id"] != "vouchsafe-cli")
        .map(|record| {
            let detail = record["detail"].as_object().cloned().unwrap_or_default();
            let facts: Vec<_> = detail
                .into_iter()
                .filter(|(_, fact)| !fact.is_number() && !fact.is_array())
                .map(|(name, fact)| format!("{name}={fact}"))
                .collect();
            let told = |name: &str| record[name].as_str().unwrap_or("-").to_owned();
            // A grant, a session, an initial access token: random, and gone with the story.
            let target = names
                .get(&told("target"))
                .cloned()
                .unwrap_or_else(|| "…".to_owned());
            let line = format!(
                "{} actor={} subject={} client={} target={target} {}",
                told("event"),
                told("actor"),
                told("subject"),
                told("client_id"),
                facts.join(" ")
            );
            renamed(&line, names)
        })
        .filter(|line| !line.contains("subject=grace"))
        .collect();
    lines.sort();
    lines
}

fn everybody_tells_the_same(place: fn() -> Place) {
    let scene = Scene::on(place());
    let pages = told(&scene, &InPages::of(&scene));
    let scene = Scene::on(place());
    let api = told(&scene, &ThroughApi(&scene));
    let scene = Scene::on(place());
    let command = told(&scene, &ByCommand::of(&scene));
    for kind in [
        "api.created",
        "client.created",
        "initial_token.created",
        "initial_token.revoked",
        "user.created",
        "user.banned",
        "key.rotated",
    ] {
        let told = pages
            .log
            .iter()
            .filter(|line| line.starts_with(&format!("{kind} actor=grace")));
        assert_eq!(
            told.count(),
            if kind == "client.created" { 3 } else { 1 },
            "{kind}: {:#?}",
            pages.log
        );
    }
    assert_eq!(pages.ada["banned"], true);
    assert_eq!(pages, api);
    assert_eq!(api, command);
}

#[test]
fn pages_api_and_commands_tell_one_story_on_sqlite() {
    everybody_tells_the_same(Place::sqlite);
}

#[test]
fn pages_api_and_commands_tell_one_story_on_postgresql() {
    everybody_tells_the_same(Place::postgres);
}
