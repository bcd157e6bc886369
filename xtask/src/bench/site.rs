//! A running server with people and clients, and the walk of a browser through its pages.

use super::http::{Connection, Response, form, member};
use super::server::Installation;
use std::net::SocketAddr;

/// A running server with the people and clients that the operations need.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) robot: (String, String),
    pub(crate) web: (String, String),
    pub(crate) app: String,
}

const CALLBACK: &str = "https://app.example.test/callback";
const PASSWORD: &str = "copper lantern forty two";
/// The pair of RFC 7636, Appendix B: what is measured is the server's hash of it, not ours.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const SCOPE: &str = "openid profile offline_access";

impl Site {
    /// Enters people, one API and three clients by the command line.
    pub(crate) fn furnish(installation: &Installation) -> Result<Self, String> {
        for name in people() {
            let person = format!(
                "user create --username {name} --email {name}@example.test --name Ada --password-stdin"
            );
            installation.command_line(&words(&person), PASSWORD)?;
        }
        let api = "api create --identifier https://orders.example.test --name Orders --scope";
        installation.command_line(&[words(api), vec!["orders:read=Read your orders"]].concat(), "")?;
        let client = |facts: &str| {
            let created =
                installation.command_line(&[vec!["client", "create"], words(facts)].concat(), "")?;
            let id = member(&created, "client_id").ok_or_else(|| format!("no client_id in {created}"))?;
            Ok::<_, String>((id, member(&created, "client_secret").unwrap_or_default()))
        };
        let signs_in = format!(
            "--grant authorization_code --grant refresh_token --redirect-uri {CALLBACK} --first-party \
             --scope openid --scope profile --scope offline_access"
        );
        Ok(Self {
            address: installation.address(),
            robot: client("--name Robot --type service --grant client_credentials --scope orders:read")?,
            web: client(&format!("--name Web --type web {signs_in}"))?,
            app: client(&format!("--name App --type spa {signs_in}"))?.0,
        })
    }
}

/// Who signs in. They are many, because nobody has more than a thousand grants: one who has them pays for each further
/// one with the end of the oldest.
pub(crate) fn people() -> impl Iterator<Item = String> {
    (0..40).map(|number| {
        if number == 0 {
            "ada".to_owned()
        } else {
            format!("ada-{number}")
        }
    })
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// The address of an authorization request of a client.
pub(crate) fn authorization(client: &str) -> String {
    let parameters = [
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("state", "0123456789abcdef0123456789abcdef"),
        ("nonce", "fedcba9876543210fedcba9876543210"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    format!("/authorize?{}", form(&parameters))
}

pub(crate) fn signed_in_tokens(site: &Site, server: &mut Connection) -> Result<Response, String> {
    let code = enter(server, &authorization(&site.app))?;
    redeem(server, &code, &[("client_id", &site.app)])
}

pub(crate) fn redeem(
    server: &mut Connection,
    code: &str,
    client: &[(&str, &str)],
) -> Result<Response, String> {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    server
        .post("/token", &[&fields[..], client].concat())?
        .expect(200)
}

/// Signs in through the pages, until the application's code comes.
pub(crate) fn enter(server: &mut Connection, path: &str) -> Result<String, String> {
    enter_as(server, path, "ada")
}

/// As [`enter`], for one of the people.
pub(crate) fn enter_as(server: &mut Connection, path: &str, username: &str) -> Result<String, String> {
    let mut answer = server.fetch(path)?;
    for _ in 0..6 {
        let Some(onward) = answer.location.clone() else {
            let (action, token) =
                login_form(&answer.body).ok_or_else(|| format!("no sign-in page but {}", answer.body))?;
            let fields = [
                ("form_token", token.as_str()),
                ("username", username),
                ("password", PASSWORD),
            ];
            answer = server.post(&action, &fields)?;
            continue;
        };
        if onward.starts_with(CALLBACK) {
            return code(&answer);
        }
        let local = onward
            .find("://")
            .and_then(|at| onward.get(at + 3..)?.find('/').map(|slash| at + 3 + slash));
        answer = server.fetch(onward.get(local.unwrap_or(0)..).unwrap_or(&onward))?;
    }
    Err("the sign-in does not end".to_owned())
}

/// Where the sign-in form goes, and its own token.
fn login_form(html: &str) -> Option<(String, String)> {
    let (_, form) = html.split_once("id=\"login-form\"")?;
    let (_, action) = form.split_once("action=\"")?;
    let (_, token) = form.split_once("name=\"form_token\" value=\"")?;
    Some((
        action.split('"').next()?.to_owned(),
        token.split('"').next()?.to_owned(),
    ))
}

pub(crate) fn code(answer: &Response) -> Result<String, String> {
    let location = answer.location.as_deref().unwrap_or_default();
    let code = location
        .split(['?', '&'])
        .find_map(|pair| pair.strip_prefix("code="));
    code.map(str::to_owned)
        .ok_or_else(|| format!("no code but {} {location}", answer.status))
}
