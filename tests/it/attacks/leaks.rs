//! What is secret appears in no log, no metric and no refusal. The program logs as much of itself as
//! it can, and every flow is walked with secrets that are looked for afterwards.

use crate::cli::program::{PASS_PHRASE, Place, Served, free_address, request};
use crate::support::people::Registered;
use crate::support::relying_party::{VERIFIER, param};
use crate::support::steps::Page;
use crate::support::world::{Answer, Site};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid profile offline_access"), ("prompt", "consent")];
const WRONG: &str = "canary-wrong-pass-phrase";

/// Everything that was secret in a flow, and every answer that refused something.
#[derive(Default)]
struct Trail {
    /// What nobody may be told.
    secrets: Vec<String>,
    /// What the person's own pages may hold, and nothing else.
    private: Vec<String>,
    refusals: Vec<Answer>,
}

impl Trail {
    fn secret(&mut self, secret: impl Into<String>) {
        self.secrets.push(secret.into());
    }

    fn refused(&mut self, answer: Answer) {
        assert!(answer.status >= 400, "{} {}", answer.status, answer.body);
        self.refusals.push(answer);
    }
}

fn walk(site: &Site, app: &Registered, trail: &mut Trail) {
    trail.secret(PASS_PHRASE);
    trail.secret(WRONG);
    trail.secret(VERIFIER);
    trail.secret(app.secret.clone().unwrap());
    let browser = site.browser();
    let over = [
        OFFLINE,
        &[("login_hint", "canary-login-hint"), ("state", "canary-state")],
    ]
    .concat();
    let page = browser.ask(app, &over);
    for private in [
        "canary-login-hint",
        "canary-state",
        page.hub().rsplit('/').next().unwrap(),
    ] {
        trail.private.push(private.to_owned());
    }
    for name in ["ada", "canary-name\r\n\u{1b}[31m\u{2028}\"}"] {
        trail.refused(browser.submit(&page, &[("username", name), ("password", WRONG)]));
    }
    trail.refused(browser.submit(
        &page,
        &[("username", "ada"), ("password", &"x".repeat(17 * 1024))],
    ));
    let page = browser.fill(&page, &[("username", "ada"), ("password", PASS_PHRASE)]);
    assert_eq!(page.name(), "consent");
    let cookies = browser.cookies();
    let long = cookies.into_values().filter(|value| value.len() > 10);
    trail.secrets.extend(long);
    let end = browser.fill(&page, &[("decision", "allow")]);
    redeem(site, app, &end, trail);
}

fn redeem(site: &Site, app: &Registered, end: &Page, trail: &mut Trail) {
    let code = param(&end.at, "code").unwrap();
    trail.secret(&code);
    let stranger = Registered {
        id: app.id.clone(),
        secret: Some("vcs_canary-wrong-secret".to_owned()),
        redirect_uri: app.redirect_uri.clone(),
    };
    trail.secret("canary-wrong-secret");
    trail.refused(stranger.redeem(site, &code));
    let tokens = app.redeem(site, &code);
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let tokens = tokens.json();
    let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
    for name in ["access_token", "id_token", "refresh_token"] {
        trail.secret(token(name));
    }
    let userinfo = |token: &str| Answer::to(site.get("/userinfo").bearer_auth(token));
    assert_eq!(userinfo(&token("access_token")).status, 200);
    trail.refused(userinfo(&token("id_token")));
    trail.refused(Answer::to(
        site.get(&format!("/userinfo?access_token={}", token("access_token"))),
    ));
    let next = app.refresh(site, &token("refresh_token")).json();
    for name in ["access_token", "refresh_token"] {
        trail.secret(next[name].as_str().unwrap());
    }
    trail.refused(app.refresh(site, &format!("{}x", token("refresh_token"))));
    trail.refused(Answer::to(
        site.post(&format!("/token?code={code}")).form(&[("code", &code)]),
    ));
    trail.refused(app.redeem(site, &code));
    trail.refused(app.refresh(site, &token("refresh_token")));
}

fn nothing_secret_is_written_down(place: Place) {
    let metrics = free_address();
    let place = place
        .with("VOUCHSAFE__METRICS__LISTEN", &metrics)
        .with("VOUCHSAFE__LOG__FILTER", "info,vouchsafe=trace");
    place.create_user("ada");
    let app = place.create_client("web");
    let served = Served::start(&place);
    let mut trail = Trail::default();
    walk(&served.site(), &app, &mut trail);
    assert!(trail.secrets.len() > 12);
    let page = request(&metrics, "GET /metrics");
    assert!(page.contains("vouchsafe_"), "{page}");
    let ended = served.stop();
    for line in ended.stderr.lines() {
        assert!(line.len() <= 8 * 1024, "{line}");
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    }
    for private in &trail.private {
        assert!(
            !ended.stderr.contains(private.as_str()),
            "the log says {private}:\n{}",
            ended.stderr
        );
    }
    for secret in &trail.secrets {
        assert!(
            !ended.stderr.contains(secret.as_str()),
            "the log says {secret}:\n{}",
            ended.stderr
        );
        assert!(!ended.stdout.contains(secret.as_str()));
        assert!(!page.contains(secret.as_str()), "the metrics say {secret}");
        for answer in &trail.refusals {
            assert!(
                !answer.body.contains(secret.as_str()),
                "{} says {secret}",
                answer.body
            );
        }
    }
    for word in [
        "panicked at",
        "stack backtrace",
        "SELECT ",
        "INSERT ",
        "canary-name",
    ] {
        assert!(!ended.stderr.contains(word), "{word:?} is in {}", ended.stderr);
    }
}

#[test]
fn nothing_secret_is_written_down_on_sqlite() {
    nothing_secret_is_written_down(Place::sqlite());
}

#[test]
fn nothing_secret_is_written_down_on_postgres() {
    nothing_secret_is_written_down(Place::postgres());
}
