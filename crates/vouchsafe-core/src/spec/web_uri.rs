//! RFC 7591 §2, OpenID Connect Dynamic Client Registration §2 — addresses of pages and documents in client metadata.

use super::redirect_uri::RedirectUriProblem as Problem;
use super::uri::{self, Authority};

const LONGEST: usize = 2000;

/// Checks an `https` address: in one plain form, so that what is shown, what is compared and what is called are the
/// same.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(text: &str) -> Result<(), Problem> {
    uri::plain(text, LONGEST)?;
    let (scheme, rest) = text.split_once(':').ok_or(Problem::NotAbsolute)?;
    if scheme != "https" {
        return Err(if scheme == "http" {
            Problem::InsecureScheme
        } else {
            Problem::SchemeNotAllowed
        });
    }
    let after = rest.strip_prefix("//").ok_or(Problem::HostMissing)?;
    let (authority, tail) = uri::split_authority(after);
    Authority::parse(authority)?;
    uri::without_dot_segments(tail.split('?').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_addresses_in_plain_form_pass() {
        for good in [
            "https://app.example.com",
            "https://app.example.com/terms?lang=de&code=1",
            "https://app.example.com:8443/logo.png",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("http://app.example.com/", Problem::InsecureScheme),
            ("http://localhost/", Problem::InsecureScheme),
            ("javascript:alert(1)", Problem::SchemeNotAllowed),
            ("data:text/html,x", Problem::SchemeNotAllowed),
            ("https:app.example.com", Problem::HostMissing),
            ("https:///x", Problem::HostMissing),
            ("https://user@app.example.com/", Problem::UserInfo),
            ("https://app.example.com/#x", Problem::Fragment),
            ("https://app.example.com/a/../b", Problem::DotSegment),
            ("https://app.example.com/${env.X}", Problem::Character),
            ("https://{host}/", Problem::Character),
            ("https://app.example.com\\@evil.example/", Problem::Character),
            ("https://0x7f.1/", Problem::HostMalformed),
            ("https://2130706433/", Problem::HostMalformed),
            ("https://169.254.169.254/", Problem::HostNotUsable),
            ("app.example.com", Problem::NotAbsolute),
            ("", Problem::NotAbsolute),
        ] {
            assert_eq!(check(bad), Err(why), "{bad}");
        }
        assert_eq!(
            check(&format!("https://a.example/{}", "x".repeat(2000))),
            Err(Problem::TooLong)
        );
    }
}
