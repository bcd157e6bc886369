//! The operations that are measured, as clients and browsers perform them.
#![expect(
    clippy::unnecessary_wraps,
    reason = "getting ready can fail for some operations, and all have one type"
)]

use super::http::Connection;
use super::site::{Site, authorization, code, enter, enter_as, people, redeem, signed_in_tokens};

/// One operation, again and again.
pub(crate) type Work = Box<dyn FnMut(&mut Connection) -> Result<(), String> + Send>;

/// An operation that is measured.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// To reach on SQLite: CPU time in signatures, and syncs.
    pub(crate) target: Option<f64>,
    pub(crate) syncs: Option<u32>,
    /// Gets a connection ready (signs in, obtains a token) and answers what to repeat on it.
    pub(crate) prepare: fn(&Site, &mut Connection) -> Result<Work, String>,
}

/// All of them, cheapest first.
pub(crate) const OPERATIONS: [Operation; 8] = [
    Operation {
        name: "discovery",
        target: Some(0.1),
        syncs: Some(0),
        prepare: discovery,
    },
    Operation {
        name: "key set",
        target: Some(0.1),
        syncs: Some(0),
        prepare: key_set,
    },
    Operation {
        name: "UserInfo",
        target: Some(0.4),
        syncs: Some(0),
        prepare: userinfo,
    },
    Operation {
        name: "client_credentials",
        target: Some(1.5),
        syncs: None,
        prepare: client_credentials,
    },
    Operation {
        name: "/authorize, signed in",
        target: Some(0.8),
        syncs: Some(1),
        prepare: authorize,
    },
    Operation {
        name: "refresh with ID token",
        target: Some(3.0),
        syncs: Some(1),
        prepare: refresh,
    },
    Operation {
        name: "code flow",
        target: Some(4.2),
        syncs: Some(2),
        prepare: code_flow,
    },
    Operation {
        name: "sign-in with password",
        target: None,
        syncs: None,
        prepare: sign_in,
    },
];

fn discovery(_: &Site, _: &mut Connection) -> Result<Work, String> {
    Ok(Box::new(|server| {
        server
            .fetch("/.well-known/openid-configuration")?
            .expect(200)
            .map(drop)
    }))
}

fn key_set(_: &Site, _: &mut Connection) -> Result<Work, String> {
    Ok(Box::new(|server| server.fetch("/jwks")?.expect(200).map(drop)))
}

fn userinfo(site: &Site, server: &mut Connection) -> Result<Work, String> {
    let token = signed_in_tokens(site, server)?.member("access_token")?;
    Ok(Box::new(move |server| {
        server.fetch_as("/userinfo", &token)?.expect(200).map(drop)
    }))
}

fn client_credentials(site: &Site, _: &mut Connection) -> Result<Work, String> {
    let (id, secret) = site.robot.clone();
    Ok(Box::new(move |server| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("scope", "orders:read"),
            ("client_id", &id),
            ("client_secret", &secret),
        ];
        server.post("/token", &fields)?.expect(200).map(drop)
    }))
}

fn authorize(site: &Site, server: &mut Connection) -> Result<Work, String> {
    let path = authorization(&site.web.0);
    let mut browsers = browsers(server, &path)?;
    Ok(Box::new(move |server| {
        server.set_cookies(browsers.next().unwrap_or_default());
        code(&server.fetch(&path)?.expect(303)?).map(drop)
    }))
}

/// The application is public, so that each refresh rotates: the dearest kind.
fn refresh(site: &Site, server: &mut Connection) -> Result<Work, String> {
    let app = site.app.clone();
    let mut token = signed_in_tokens(site, server)?.member("refresh_token")?;
    Ok(Box::new(move |server| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &token),
            ("client_id", &app),
        ];
        let answer = server.post("/token", &fields)?.expect(200)?;
        answer.member("id_token")?;
        token = answer.member("refresh_token")?;
        Ok(())
    }))
}

fn code_flow(site: &Site, server: &mut Connection) -> Result<Work, String> {
    let mut browsers = browsers(server, &authorization(&site.web.0))?;
    let mut work = code_flow_of_one(site, server)?;
    Ok(Box::new(move |server| {
        server.set_cookies(browsers.next().unwrap_or_default());
        work(server)
    }))
}

/// The cookies of everybody's browser, signed in, one after another and again from the first.
fn browsers(
    server: &mut Connection,
    path: &str,
) -> Result<impl Iterator<Item = Vec<(String, String)>> + Send + use<>, String> {
    let mut all = Vec::new();
    for name in people() {
        server.set_cookies(Vec::new());
        enter_as(server, path, &name)?;
        all.push(server.cookies().to_vec());
    }
    Ok(all.into_iter().cycle())
}

fn code_flow_of_one(site: &Site, server: &mut Connection) -> Result<Work, String> {
    let (path, (id, secret)) = (authorization(&site.web.0), site.web.clone());
    enter(server, &path)?;
    Ok(Box::new(move |server| {
        let code = code(&server.fetch(&path)?.expect(303)?)?;
        redeem(server, &code, &[("client_id", &id), ("client_secret", &secret)])?
            .member("id_token")
            .map(drop)
    }))
}

/// Everything a person costs who signs in: the request, the page, the password, the code.
fn sign_in(site: &Site, _: &mut Connection) -> Result<Work, String> {
    let path = authorization(&site.web.0);
    Ok(Box::new(move |server| {
        server.set_cookies(Vec::new());
        enter(server, &path).map(drop)
    }))
}

/// The cookies of a signed-in browser, for a measurement that no password hash shall disturb.
pub(crate) fn session(site: &Site) -> Result<Vec<(String, String)>, String> {
    let mut server = Connection::open(site.address)?;
    enter(&mut server, &authorization(&site.web.0))?;
    Ok(server.cookies().to_vec())
}

/// A mixture of the everyday operations without any password: `times` of them, over one connection.
pub(crate) fn everyday(site: &Site, session: &[(String, String)], times: u32) -> Result<(), String> {
    let mut server = Connection::open(site.address)?;
    server.set_cookies(session.to_vec());
    let mut kinds = [discovery, client_credentials, code_flow_of_one, refresh, userinfo]
        .map(|prepare| prepare(site, &mut server));
    for turn in 0..times as usize {
        let at = turn % kinds.len();
        match kinds.get_mut(at) {
            Some(Ok(work)) => work(&mut server)?,
            Some(Err(problem)) => return Err(problem.clone()),
            None => {}
        }
    }
    Ok(())
}
