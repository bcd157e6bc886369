//! Who asks: an administrator who has signed in through the pages, and a service with a token.

use super::asked::Asked;
use crate::bench::http::{Connection, Response, member};
use crate::bench::server::Installation;
use std::time::{Duration, Instant};

const PASSWORD: &str = "copper lantern forty two";

/// A service of the installation: its `client_id` and its secret.
pub(crate) struct OwnClient {
    id: String,
    secret: String,
}

/// Tokens live for five minutes; so old, one is replaced before it is used for much.
const OLD: Duration = Duration::from_mins(1);

/// A connection with an administrator's cookies, and a token.
pub(crate) struct Desk {
    server: Connection,
    own: OwnClient,
    token: String,
    /// When the token was fetched.
    fetched: Instant,
}

impl Desk {
    /// Makes the database, an administrator and a service that may read.
    pub(crate) fn furnish(installation: &Installation) -> Result<OwnClient, String> {
        installation.command_line(&["migrate"], "")?;
        let person = "admin create --username ada --email ada@example.test --name Ada --password-stdin";
        let words = |line: &'static str| line.split_whitespace().collect::<Vec<_>>();
        installation.command_line(&words(person), PASSWORD)?;
        let client = "client create --name Robot --type service --scope vouchsafe:read";
        let made = installation.command_line(&words(client), "")?;
        let of = |name| member(&made, name).ok_or_else(|| format!("no {name} in {made}"));
        Ok(OwnClient {
            id: of("client_id")?,
            secret: of("client_secret")?,
        })
    }

    /// Signs the administrator in and fetches a token.
    pub(crate) fn open(installation: &Installation, own: OwnClient) -> Result<Self, String> {
        let mut desk = Self {
            server: Connection::open(installation.address())?,
            own,
            token: String::new(),
            fetched: Instant::now(),
        };
        desk.fetch_token()?;
        desk.sign_in()?;
        Ok(desk)
    }

    fn fetch_token(&mut self) -> Result<(), String> {
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", "vouchsafe:read"),
            ("client_id", &self.own.id),
            ("client_secret", &self.own.secret),
        ];
        let answer = self.server.post("/token", &fields)?.expect(200)?;
        self.token = answer.member("access_token")?;
        self.fetched = Instant::now();
        Ok(())
    }

    /// Asks for the first time, before the answers are timed.
    pub(crate) fn begin(&mut self, asked: &Asked) -> Result<Response, String> {
        if self.fetched.elapsed() > OLD {
            self.fetch_token()?;
        }
        self.ask(asked)
    }

    /// Goes on over another connection, after one that failed.
    pub(crate) fn reopen(&mut self, installation: &Installation) -> Result<(), String> {
        let cookies = self.server.cookies().to_vec();
        self.server = Connection::open(installation.address())?;
        self.server.set_cookies(cookies);
        Ok(())
    }

    /// Signs in as people do. Some pages want the password to have been given lately.
    fn sign_in(&mut self) -> Result<(), String> {
        let page = self.server.fetch("/admin/sign-in")?.expect(200)?.body;
        let (action, form_token) =
            sign_in_form(&page).ok_or_else(|| format!("no sign-in page but {page}"))?;
        let fields = [
            ("form_token", form_token.as_str()),
            ("username", "ada"),
            ("password", PASSWORD),
        ];
        self.server.post(&action, &fields)?.expect(303).map(drop)
    }

    /// Asks, and wants to be answered.
    pub(crate) fn ask(&mut self, asked: &Asked) -> Result<Response, String> {
        let answer = if asked.by_token {
            self.server.fetch_as(&asked.path, &self.token)
        } else {
            self.server.fetch(&asked.path)
        };
        let answer = answer.and_then(|answer| answer.expect(200));
        answer.map_err(|problem| format!("{}: {problem}", asked.path))
    }
}

/// Where the sign-in form goes, and its own token.
fn sign_in_form(html: &str) -> Option<(String, String)> {
    let (_, form) = html.split_once("id=\"admin-login-form\"")?;
    let (_, action) = form.split_once("action=\"")?;
    let (_, token) = form.split_once("name=\"form_token\" value=\"")?;
    Some((
        action.split('"').next()?.to_owned(),
        token.split('"').next()?.to_owned(),
    ))
}
