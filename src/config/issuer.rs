//! RFC 8414 §2, OpenID Connect Discovery §3 — what an issuer may be.

use url::{Host, Url};

/// Checks that `text` is an issuer, in the one way to write it. The error completes "`issuer` …".
pub(crate) fn check(text: &str) -> Result<(), String> {
    let url = Url::parse(text)
        .map_err(|_| format!("is {text:?}, not an absolute URL like https://id.example.com"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user name or password in it".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("is {text:?}: an issuer has no query and no fragment"));
    }
    let loopback = is_loopback(&url);
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => {
            return Err(format!(
                "is {text:?}: http is only allowed on a loopback host (localhost, 127.0.0.1, [::1]); use https"
            ));
        }
        _ => return Err(format!("is {text:?}, not an https URL")),
    }
    if url.path() != "/" {
        return Err(format!(
            "is {text:?}: this server lives at the root of its host; write it without the path"
        ));
    }
    // Clients compare the issuer byte for byte, so there is one way to write it.
    let canonical = url.as_str().trim_end_matches('/');
    if canonical != text {
        return Err(format!("is {text:?}; write it as {canonical:?}"));
    }
    Ok(())
}

/// Whether the host can only be this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn an_issuer_is_an_https_origin_or_on_loopback() {
        for good in [
            "https://id.example.com",
            "https://id.example.com:8443",
            "http://localhost:7300",
            "http://127.0.0.1:7300",
            "http://[::1]:7300",
        ] {
            assert_eq!(check(good), Ok(()));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "id.example.com",
            "//id.example.com",
            "http://id.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "https://id.example.com/",
            "https://id.example.com/auth",
            "https://ID.example.com",
            "https://id.example.com:443",
            "https://id.example.com?x",
            "https://id.example.com#x",
            "https://ann@id.example.com",
            "ftp://id.example.com",
            " https://id.example.com",
            "https://id.example.com/..",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
