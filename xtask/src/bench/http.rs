//! A small HTTP/1.1 client over one kept-alive connection: it costs little, so that the server is what is measured.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection to the server, and the cookies it has set.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
    cookies: Vec<(String, String)>,
}

/// An answer.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).map_err(|error| format!("connect: {error}"))?;
        let ready = stream
            .set_nodelay(true)
            .and_then(|()| stream.set_read_timeout(Some(Duration::from_secs(20))));
        ready.map_err(|error| error.to_string())?;
        let host = format!("localhost:{}", address.port());
        Ok(Self {
            stream: BufReader::new(stream),
            host,
            cookies: Vec::new(),
        })
    }

    pub(crate) fn cookies(&self) -> &[(String, String)] {
        &self.cookies
    }

    pub(crate) fn set_cookies(&mut self, cookies: Vec<(String, String)>) {
        self.cookies = cookies;
    }

    /// GET of a path with its query.
    pub(crate) fn fetch(&mut self, path: &str) -> Result<Response, String> {
        self.exchange("GET", path, "", None)
    }

    /// GET with an access token.
    pub(crate) fn fetch_as(&mut self, path: &str, token: &str) -> Result<Response, String> {
        self.exchange("GET", path, &format!("authorization: Bearer {token}\r\n"), None)
    }

    /// POST of a form.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Response, String> {
        self.exchange("POST", path, "", Some(&form(fields)))
    }

    fn exchange(
        &mut self,
        method: &str,
        path: &str,
        extra: &str,
        body: Option<&str>,
    ) -> Result<Response, String> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n{extra}", self.host);
        for (at, (name, value)) in self.cookies.iter().enumerate() {
            let lead = if at == 0 { "cookie: " } else { "; " };
            let _ = write!(request, "{lead}{name}={value}");
        }
        if !self.cookies.is_empty() {
            request.push_str("\r\n");
        }
        if let Some(body) = body {
            let length = body.len();
            let _ = write!(
                request,
                "content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n"
            );
        }
        let _ = write!(request, "\r\n{}", body.unwrap_or_default());
        self.stream
            .get_mut()
            .write_all(request.as_bytes())
            .map_err(|error| format!("send: {error}"))?;
        self.receive()
            .map_err(|error| format!("{method} {path}: {error}"))
    }

    fn receive(&mut self) -> std::io::Result<Response> {
        let wrong = |what: &str| std::io::Error::other(what.to_owned());
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| wrong("no status line"))?;
        let (mut length, mut location) = (0, None);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().map_err(|_| wrong("a bad content-length"))?,
                "location" => location = Some(value.to_owned()),
                "set-cookie" => keep(&mut self.cookies, value),
                "transfer-encoding" => {
                    return Err(wrong("a chunked answer, which this client does not read"));
                }
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Response {
            status,
            location,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

fn keep(cookies: &mut Vec<(String, String)>, line: &str) {
    let pair = line.split(';').next().unwrap_or_default();
    if let Some((name, value)) = pair.split_once('=') {
        cookies.retain(|(known, _)| known != name);
        cookies.push((name.to_owned(), value.to_owned()));
    }
}

impl Response {
    /// The answer, if it has this status.
    pub(crate) fn expect(self, status: u16) -> Result<Self, String> {
        if self.status == status {
            Ok(self)
        } else {
            Err(format!(
                "status {} instead of {status}: {}",
                self.status, self.body
            ))
        }
    }

    /// A text member of a JSON body. The server's tokens and ids need no escapes.
    pub(crate) fn member(&self, name: &str) -> Result<String, String> {
        member(&self.body, name).ok_or_else(|| format!("no {name} in {}", self.body))
    }
}

/// A text member of a JSON document without escapes.
pub(crate) fn member(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\""))?;
    let value = rest
        .trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?;
    value.split('"').next().map(str::to_owned)
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    pairs.join("&")
}

fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_encoded_and_members_found() {
        assert_eq!(
            form(&[("a", "x y"), ("b", "https://e/?q=1")]),
            "a=x%20y&b=https%3A%2F%2Fe%2F%3Fq%3D1"
        );
        assert_eq!(
            member("{\"a\": \"1\",\"code\":\"x\"}", "code").as_deref(),
            Some("x")
        );
    }
}
