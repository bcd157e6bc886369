//! RFC 8252 §7.3 — where the browser comes back to: a port of this machine that is open for one answer.

use crate::cli::exit::{Exit, Failure};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;
use vouchsafe_core::spec::params::Params;
use zeroize::Zeroizing;

/// How long somebody may take to sign in.
const PATIENCE: Duration = Duration::from_mins(10);
/// How long a connection may take to say what it wants, and how long that may be.
const REQUEST: (Duration, usize) = (Duration::from_secs(5), 16 * 1024);

/// The open port.
pub(super) struct Callback {
    redirect_uri: String,
    answers: mpsc::Receiver<Answer>,
}

/// What came back, with the right `state`.
struct Answer {
    code: Option<Zeroizing<String>>,
    error: Option<String>,
    issuer: Option<String>,
}

impl Callback {
    /// Opens a port, and waits behind it for the answer to the request with this `state`.
    pub(super) fn open(state: &str) -> Result<Self, Failure> {
        let cannot = |error: std::io::Error| Failure::io("cannot listen on 127.0.0.1", &error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(cannot)?;
        let port = listener.local_addr().map_err(cannot)?.port();
        let (sender, answers) = mpsc::channel();
        let state = state.to_owned();
        std::thread::Builder::new()
            .name("callback".to_owned())
            .spawn(move || {
                for connection in listener.incoming().flatten() {
                    // Whoever else comes gets nothing, and the right one is still waited for.
                    if let Some(answer) = serve(connection, &state)
                        && sender.send(answer).is_err()
                    {
                        return;
                    }
                }
            })
            .map_err(cannot)?;
        Ok(Self {
            redirect_uri: format!("http://127.0.0.1:{port}/callback"),
            answers,
        })
    }

    /// Where the server is to send the browser.
    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits for the code of this issuer (RFC 9207).
    pub(super) fn wait(self, issuer: &str) -> Result<Zeroizing<String>, Failure> {
        let answer = self
            .answers
            .recv_timeout(PATIENCE)
            .map_err(|_| Failure::failed("nobody signed in within ten minutes"))?;
        if answer.issuer.as_deref() != Some(issuer) {
            return Err(Failure::failed("the answer comes from another issuer"));
        }
        answer.code.ok_or_else(|| {
            let error = answer.error.unwrap_or_default();
            Failure::new(
                Exit::NotPermitted,
                format!("the server did not sign you in: {error}"),
            )
        })
    }
}

/// Answers one connection.
fn serve(mut connection: TcpStream, state: &str) -> Option<Answer> {
    let answer = read(&mut connection).and_then(|target| judge(&target, state));
    let (status, words) = match &answer {
        Some(answer) if answer.code.is_some() => {
            ("200 OK", "You can close this window and go back to the terminal.")
        }
        Some(_) => ("200 OK", "You were not signed in. You can close this window."),
        None => ("404 Not Found", "There is nothing here."),
    };
    let page = format!("<!doctype html><html lang=\"en\"><title>vouchsafe</title><p>{words}</p></html>");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n",
        page.len()
    );
    // A browser that went away has told what it had to tell.
    let _ = connection.write_all(format!("{head}{page}").as_bytes());
    answer
}

/// The target of a GET request.
fn read(connection: &mut TcpStream) -> Option<String> {
    let (patience, most) = REQUEST;
    connection.set_read_timeout(Some(patience)).ok()?;
    connection.set_write_timeout(Some(patience)).ok()?;
    let mut request = Vec::new();
    let mut part = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = connection.read(&mut part).ok().filter(|count| *count > 0)?;
        request.extend_from_slice(part.get(..count)?);
        if request.len() > most {
            return None;
        }
    }
    let text = String::from_utf8(request).ok()?;
    let mut words = text.lines().next()?.split(' ');
    (words.next()? == "GET").then_some(())?;
    words.next().map(str::to_owned)
}

fn judge(target: &str, state: &str) -> Option<Answer> {
    let (path, query) = target.split_once('?')?;
    let params = Params::parse(query.as_bytes()).ok()?;
    let one = |name: &str| {
        params
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    };
    (path == "/callback" && one("state")? == state).then(|| Answer {
        code: one("code").map(Zeroizing::new),
        error: one("error"),
        issuer: one("iss"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_answer_to_this_request_counts() {
        for target in [
            "/",
            "/callback",
            "/callback?code=c",
            "/callback?code=c&state=x",
            "/other?code=c&state=s",
        ] {
            assert!(judge(target, "s").is_none(), "{target}");
        }
        let answer = judge("/callback?code=c%2F&state=s&iss=https%3A%2F%2Fid.example", "s").unwrap();
        assert_eq!(answer.code.unwrap().as_str(), "c/");
        assert_eq!(answer.issuer.unwrap(), "https://id.example");
        assert!(
            judge("/callback?error=access_denied&state=s", "s")
                .unwrap()
                .code
                .is_none()
        );
    }
}
