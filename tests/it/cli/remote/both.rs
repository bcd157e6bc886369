//! A server, and the two places from which it is administered: on its database, and elsewhere.

use super::super::program::{Ended, PASS_PHRASE, Place, Served};
use crate::support::browser::Browser;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

/// A server, a place on its database, and one elsewhere that knows nothing but its address.
pub(super) struct Both {
    pub(super) here: Place,
    pub(super) served: Served,
    pub(super) elsewhere: Place,
}

impl Both {
    pub(super) fn on(here: Place) -> Self {
        let served = Served::start(&here);
        let elsewhere = Place::sqlite().with("VOUCHSAFE_SERVER", &served.issuer);
        let home = elsewhere.path("home").display().to_string();
        let elsewhere = elsewhere.with("HOME", &home);
        Self {
            here,
            served,
            elsewhere,
        }
    }

    pub(super) fn each() -> [Self; 2] {
        Place::both().map(Self::on)
    }

    /// A service that may do this in the administration.
    pub(super) fn service(&self, scope: &str) -> Vec<String> {
        let made = self
            .here
            .run(&[
                "client", "create", "--json", "--name", "Robot", "--type", "service", "--scope", scope,
            ])
            .document();
        let file = self
            .elsewhere
            .file("robot.secret", made["client_secret"].as_str().unwrap());
        let id = made["client_id"].as_str().unwrap().to_owned();
        vec![
            "--client-id".to_owned(),
            id,
            "--client-secret-file".to_owned(),
            file.display().to_string(),
        ]
    }

    /// Signs an administrator in by `login`, in a browser.
    pub(super) fn login(&self, username: &str) -> (Ended, String) {
        let site = self.served.site();
        self.login_in(&site.browser(), username, &[])
    }

    /// The same in this browser, with further words of the command.
    pub(super) fn login_in(&self, browser: &Browser<'_>, username: &str, words: &[&str]) -> (Ended, String) {
        let command = [&["login", "--json"], words].concat();
        let mut child = self.elsewhere.command(&command).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut told = String::new();
        let url = loop {
            let mut line = String::new();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "no address: {told}");
            told.push_str(&line);
            if line.trim().starts_with("http") {
                break line.trim().to_owned();
            }
        };
        let back = browser.authorize_by(&url, username, PASS_PHRASE);
        let address = back
            .strip_prefix("http://")
            .unwrap()
            .split('/')
            .next()
            .unwrap()
            .to_owned();
        assert!(ask(&address, "/callback?code=stolen&state=guessed").starts_with("HTTP/1.1 404"));
        let path = back.split_once(&address).unwrap().1.to_owned();
        let page = ask(&address, &path);
        assert!(
            page.starts_with("HTTP/1.1 200") && page.contains("no-store"),
            "{page}"
        );
        stderr.read_to_string(&mut told).unwrap();
        let output = child.wait_with_output().unwrap();
        let ended = Ended {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: told,
        };
        (ended, url)
    }

    /// Lets whoever is signed in have signed in ten minutes ago; the token that is kept is renewed at its next use.
    pub(super) fn let_the_sign_in_grow_old(&self) {
        self.here.sql("UPDATE grants SET auth_time = auth_time - 600000");
        self.let_the_token_expire();
    }

    pub(super) fn let_the_token_expire(&self) {
        let kept = self.kept();
        let text = std::fs::read_to_string(&kept).unwrap();
        let mut token: Value = serde_json::from_str(&text).unwrap();
        token["expires_at"] = json!(1);
        std::fs::write(&kept, token.to_string()).unwrap();
    }

    /// Where the token is kept.
    pub(super) fn kept(&self) -> PathBuf {
        let folder = self.elsewhere.path("home/.config/vouchsafe");
        let mut files = std::fs::read_dir(folder).unwrap();
        files.next().unwrap().unwrap().path()
    }

    pub(super) fn administrator(&self, username: &str) {
        self.here.create_user(username);
        self.here.run(&["user", "set-admin", username, "true"]);
    }
}

fn ask(address: &str, target: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

pub(super) fn strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}
