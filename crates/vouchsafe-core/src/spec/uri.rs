//! RFC 3986 — the few parts of URI syntax that we judge ourselves, on the raw text.
//!
//! A general parser repairs what it reads (case, dots, backslashes, host spellings). Here nothing may be repaired.

use super::redirect_uri::RedirectUriProblem as Problem;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Refuses what no URI of ours may have: other characters than RFC 3986 names, fragments, broken escapes.
pub(super) fn plain(text: &str, longest: usize) -> Result<(), Problem> {
    if text.len() > longest {
        return Err(Problem::TooLong);
    }
    if text.contains('#') {
        return Err(Problem::Fragment);
    }
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte))
    {
        return Err(Problem::Character);
    }
    for escape in text.split('%').skip(1) {
        let digits = escape.as_bytes().get(..2).ok_or(Problem::Escape)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) || digits == b"00" {
            return Err(Problem::Escape);
        }
    }
    Ok(())
}

/// Cuts what follows `//` into authority and the rest.
pub(super) fn split_authority(after: &str) -> (&str, &str) {
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    after.split_at_checked(end).unwrap_or((after, ""))
}

/// Scheme and authority of a URI that has both.
pub(super) fn scheme_and_authority(uri: &str) -> Option<(&str, &str)> {
    let (scheme, after) = uri.split_once("://")?;
    Some((scheme, split_authority(after).0))
}

/// Cuts an authority into host and port. An IPv6 address keeps its brackets.
pub(super) fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// A port number in its one spelling.
pub(super) fn port(text: &str) -> Option<u16> {
    let number: u16 = text.parse().ok()?;
    (number != 0 && number.to_string() == text).then_some(number)
}

/// A checked authority of an `http` or `https` URI.
pub(super) struct Authority<'a> {
    host: &'a str,
}

impl<'a> Authority<'a> {
    /// Reads `host[:port]`.
    pub(super) fn parse(text: &'a str) -> Result<Self, Problem> {
        if text.contains('@') {
            return Err(Problem::UserInfo);
        }
        let (host, number) = split_port(text);
        if number.is_some_and(|number| port(number).is_none()) {
            return Err(Problem::PortMalformed);
        }
        if host.is_empty() {
            return Err(Problem::HostMissing);
        }
        match host.strip_prefix('[') {
            Some(rest) => ipv6(rest)?,
            None if is_numeric(host) => ipv4(host)?,
            None if is_name(host) => {}
            None => return Err(Problem::HostMalformed),
        }
        Ok(Self { host })
    }

    /// The address that the host is, if it is no name.
    pub(super) fn address(&self) -> Option<IpAddr> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host.parse().ok()
    }

    /// Whether the host is this machine, by one of the three names that are allowed for it.
    pub(super) fn is_loopback(&self) -> bool {
        matches!(self.host, "127.0.0.1" | "[::1]" | "localhost")
    }
}

fn ipv6(rest: &str) -> Result<(), Problem> {
    let text = rest.strip_suffix(']').ok_or(Problem::HostMalformed)?;
    let address: Ipv6Addr = text.parse().map_err(|_| Problem::HostMalformed)?;
    if address.to_string() != text {
        return Err(Problem::HostMalformed);
    }
    if let Some(mapped) = address.to_ipv4_mapped() {
        return usable(mapped);
    }
    let unusable = address.is_unspecified() || address.is_multicast() || address.is_unicast_link_local();
    if unusable {
        Err(Problem::HostNotUsable)
    } else {
        Ok(())
    }
}

/// `127.1`, `0x7f.1` and `2130706433` are addresses to a browser; only the dotted form of four is let through.
fn ipv4(host: &str) -> Result<(), Problem> {
    usable(host.parse().map_err(|_| Problem::HostMalformed)?)
}

fn usable(address: Ipv4Addr) -> Result<(), Problem> {
    let unusable = address.is_unspecified()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_link_local();
    if unusable {
        Err(Problem::HostNotUsable)
    } else {
        Ok(())
    }
}

/// Whether a browser would read the host as an IPv4 address: its last label is a number.
fn is_numeric(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let hex = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    hex || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_name(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        })
}

/// Refuses `.` and `..`, also in escapes, and escaped slashes: a browser would go elsewhere.
pub(super) fn without_dot_segments(path: &str) -> Result<(), Problem> {
    let path = path.to_ascii_lowercase().replace("%2e", ".");
    if path.contains("%2f") || path.contains("%5c") {
        return Err(Problem::DotSegment);
    }
    if path.split('/').any(|segment| segment == "." || segment == "..") {
        return Err(Problem::DotSegment);
    }
    Ok(())
}

/// The decoded names in a query.
pub(super) fn query_names(query: &str) -> impl Iterator<Item = String> {
    query.split('&').filter_map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        super::params::form_decode(name.as_bytes()).ok()
    })
}

/// Appends `name=value`, both percent-encoded.
pub(super) fn push_pair(text: &mut String, name: &str, value: &str) {
    push_encoded(text, name);
    text.push('=');
    push_encoded(text, value);
}

fn push_encoded(text: &mut String, part: &str) {
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push('%');
            for nibble in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(u32::from(nibble), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
}
