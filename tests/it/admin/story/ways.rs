//! The three ways to administer: the forms of the pages, the administration API, the verbs of the command line.

use super::{App, ORDERS, REASON, Scene, Way, registered};
use crate::cli::program::{PASS_PHRASE, Place};
use crate::support::browser::{Browser, hidden};
use crate::support::people::Registered;
use crate::support::world::Answer;
use serde_json::{Value, json};

pub(super) struct InPages<'s> {
    scene: &'s Scene,
    browser: Browser<'s>,
}

impl<'s> InPages<'s> {
    pub(super) fn of(scene: &'s Scene) -> Self {
        let browser = scene.site.browser();
        assert_eq!(browser.admin_sign_in("grace", PASS_PHRASE).status, 303);
        Self { scene, browser }
    }

    fn send(&self, action: &str, fields: &[(&str, &str)]) -> Answer {
        self.browser.admin_post("/admin", action, fields)
    }
}

impl Way for InPages<'_> {
    fn register_api(&self) {
        let fields = [
            ("identifier", ORDERS),
            ("name", "Orders"),
            ("scopes", "orders:read = Read your orders"),
            ("lifetime", ""),
            ("token_typ", "at+jwt"),
            ("signing_alg", "RS256"),
        ];
        let made = self.send("/admin/apis/new", &fields);
        assert_eq!(made.status, 303, "{}", made.body);
    }

    fn register(&self, app: &App) -> Registered {
        let mut fields = vec![
            ("preset", app.kind),
            ("app", ""),
            ("name", app.name),
            ("redirect_uris", app.redirect_uri),
        ];
        fields.extend(app.scope.split(' ').map(|name| ("scope", name)));
        let review = self.send("/admin/applications/new/review", &fields);
        assert_eq!(review.status, 200, "{}", review.body);
        let once = hidden(review.body.split("id=\"wizard-create\"").nth(1).unwrap(), "once");
        fields.push(("once", &once));
        let made = self.send("/admin/applications/new/create", &fields);
        assert_eq!(made.status, 200, "{}", made.body);
        let shown = |id: &str| {
            let (_, rest) = made
                .body
                .split_once(&format!("<code id=\"{id}\" translate=\"no\">"))?;
            rest.split('<').next()
        };
        registered(app, shown("made-client-id").unwrap(), shown("made-secret"))
    }

    fn let_register(&self) {
        let fields = [
            ("name", "Partner portal"),
            ("uses", "5"),
            ("lasts", "7d"),
            ("scope", "openid"),
        ];
        let made = self.send("/admin/registration/new", &fields);
        assert_eq!(made.status, 200, "{}", made.body);
        let id = hidden(&self.browser.get("/admin/registration").body, "id");
        let revoked = self.send("/admin/registration/revoke", &[("id", &id)]);
        assert_eq!(revoked.status, 303, "{}", revoked.body);
    }

    fn make_ada(&self) {
        let fields = [
            ("username", "ada"),
            ("email", "ada@example.test"),
            ("name", "Ada Lovelace"),
            ("password", PASS_PHRASE),
        ];
        let page = "/admin/users/new";
        let made = self.browser.admin_post(page, page, &fields);
        assert_eq!(made.status, 303, "{}", made.body);
    }

    fn ban_ada(&self) {
        let action = format!("/admin/users/{}/ban", self.scene.sub("ada"));
        let fields = [("lasts", "for-good"), ("until", ""), ("reason", REASON)];
        let banned = self.browser.admin_post(&action, &action, &fields);
        assert_eq!(banned.status, 303, "{}", banned.body);
    }

    fn rotate_key(&self) {
        let page = self.browser.get("/admin/keys/rotate?alg=RS256").body;
        let form = page.split("id=\"rotate-now-form\"").nth(1).unwrap();
        let kid = hidden(form, "kid");
        let fields = [("alg", "RS256"), ("when", "now"), ("kid", kid.as_str())];
        let rotated = self.send("/admin/keys/rotate", &fields);
        assert_eq!(rotated.status, 303, "{}", rotated.body);
    }

    fn read_log(&self) -> Vec<String> {
        let page = self.browser.get("/admin/audit?actor=grace").body;
        let lines = page.split("<span class=\"under mono\">").skip(1);
        lines
            .map(|line| line.split('<').next().unwrap().to_owned())
            .collect()
    }
}

pub(super) struct ThroughApi<'s>(pub(super) &'s Scene);

impl ThroughApi<'_> {
    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = self.0.site.request(method, &format!("/api/v1{path}"));
        let request = request.bearer_auth(&self.0.token);
        let answer = Answer::to(if method == "GET" || body.is_null() {
            request
        } else {
            request.json(body)
        });
        assert!(
            (200..300).contains(&answer.status),
            "{method} {path}: {}",
            answer.body
        );
        if answer.body.is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    }
}

impl Way for ThroughApi<'_> {
    fn register_api(&self) {
        let scopes = json!([{"name": "orders:read", "description": "Read your orders"}]);
        self.send(
            "POST",
            "/apis",
            &json!({"identifier": ORDERS, "name": "Orders", "scopes": scopes}),
        );
    }

    fn register(&self, app: &App) -> Registered {
        let mut body = json!({"client_name": app.name, "type": app.kind, "scope": app.scope});
        if !app.redirect_uri.is_empty() {
            body["redirect_uris"] = json!([app.redirect_uri]);
        }
        let made = self.send("POST", "/clients", &body);
        let id = made["client_id"].as_str().unwrap();
        assert_eq!(
            self.send("GET", &format!("/clients/{id}"), &Value::Null)["client_name"],
            app.name
        );
        registered(app, id, made["client_secret"].as_str())
    }

    fn let_register(&self) {
        let wish = json!({"name": "Partner portal", "uses": 5, "expires_in": 7 * 86_400, "scope": "openid"});
        let made = self.send("POST", "/initial-tokens", &wish);
        let path = format!("/initial-tokens/{}", made["id"].as_str().unwrap());
        self.send("DELETE", &path, &Value::Null);
    }

    fn make_ada(&self) {
        let ada = json!({
            "username": "ada",
            "email": "ada@example.test",
            "claims": {"name": "Ada Lovelace"},
            "password": PASS_PHRASE,
        });
        self.send("POST", "/users", &ada);
    }

    fn ban_ada(&self) {
        let path = format!("/users/{}/ban", self.0.sub("ada"));
        self.send("PUT", &path, &json!({"reason": REASON}));
    }

    fn rotate_key(&self) {
        self.send("POST", "/keys/rotate", &json!({"now": true, "force": true}));
    }

    fn read_log(&self) -> Vec<String> {
        let path = format!("/audit?limit=200&actor={}", self.0.sub("grace"));
        let page = self.send("GET", &path, &Value::Null);
        let events = page["items"].as_array().unwrap().iter();
        events
            .map(|event| event["event"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub(super) struct ByCommand<'s> {
    scene: &'s Scene,
    elsewhere: Place,
}

impl<'s> ByCommand<'s> {
    /// From a machine that knows the server's address and has a token of the administrator's.
    pub(super) fn of(scene: &'s Scene) -> Self {
        let elsewhere = Place::sqlite().with("VOUCHSAFE_SERVER", &scene.served.issuer);
        let file = elsewhere.file("token", &scene.token);
        let elsewhere = elsewhere.with("VOUCHSAFE_TOKEN_FILE", &file.display().to_string());
        Self { scene, elsewhere }
    }

    fn run(&self, words: &[&str]) -> Value {
        self.elsewhere.run(&[words, &["--json"]].concat()).document()
    }
}

impl Way for ByCommand<'_> {
    fn register_api(&self) {
        let scope = "orders:read=Read your orders";
        self.run(&[
            "api",
            "create",
            "--identifier",
            ORDERS,
            "--name",
            "Orders",
            "--scope",
            scope,
        ]);
    }

    fn register(&self, app: &App) -> Registered {
        let mut words = vec![
            "client", "create", "--name", app.name, "--type", app.kind, "--scope", app.scope,
        ];
        if !app.redirect_uri.is_empty() {
            words.extend(["--redirect-uri", app.redirect_uri]);
        }
        let made = self.run(&words);
        registered(
            app,
            made["client_id"].as_str().unwrap(),
            made["client_secret"].as_str(),
        )
    }

    fn let_register(&self) {
        let made = self.run(&[
            "client",
            "initial-token",
            "--name",
            "Partner portal",
            "--uses",
            "5",
            "--expires-in",
            "7d",
            "--scope",
            "openid",
        ]);
        self.run(&["client", "revoke-initial-token", made["id"].as_str().unwrap()]);
    }

    fn make_ada(&self) {
        let words = [
            "user",
            "create",
            "--username",
            "ada",
            "--email",
            "ada@example.test",
            "--name",
            "Ada Lovelace",
            "--password-stdin",
            "--json",
        ];
        self.elsewhere.run_with_input(&words, PASS_PHRASE).document();
    }

    fn ban_ada(&self) {
        self.run(&["user", "ban", "ada", "--reason", REASON]);
    }

    fn rotate_key(&self) {
        self.run(&["keys", "rotate", "--now", "--force", "--yes"]);
    }

    fn read_log(&self) -> Vec<String> {
        let grace = self.scene.sub("grace");
        let file = self
            .elsewhere
            .run(&["audit", "export", "--actor", &grace, "--format", "jsonl"]);
        assert_eq!(file.status, 0, "{file:?}");
        let records = file
            .stdout
            .lines()
            .map(|line| -> Value { serde_json::from_str(line).unwrap() });
        records
            .map(|record| record["event"].as_str().unwrap().to_owned())
            .collect()
    }
}
