//! RFC 6749 §3.1, §3.2 and appendix B — parameters of a query or form, decoded strictly.

use crate::refusal::Reason;
use zeroize::Zeroize as _;

/// More parameters than any request of ours has.
const MOST: usize = 64;
const LONGEST_NAME: usize = 256;
const LONGEST_VALUE: usize = 16 * 1024;

/// The parameters of one request in the order they came. Values may be secrets: there is no `Debug`, and they are
/// wiped when dropped.
#[derive(Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Decodes `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// [`Reason::ParameterMalformed`] on a broken escape, bytes that are not UTF-8, NUL, a parameter without name
    /// or more than 64 parameters; [`Reason::ParameterTooLong`] on an overlong name or value.
    pub fn parse(encoded: &[u8]) -> Result<Self, Reason> {
        let mut params = Self::default();
        for pair in encoded
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            if params.0.len() == MOST {
                return Err(Reason::ParameterMalformed);
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = form_decode(halves.next().unwrap_or_default())?;
            let value = form_decode(halves.next().unwrap_or_default())?;
            if name.is_empty() {
                return Err(Reason::ParameterMalformed);
            }
            if name.len() > LONGEST_NAME || value.len() > LONGEST_VALUE {
                return Err(Reason::ParameterTooLong);
            }
            params.0.push((name, value));
        }
        Ok(params)
    }

    /// Refuses any name that came more than once, known or not, except those in `repeatable`. A parameter without
    /// value counts as sent here.
    ///
    /// # Errors
    /// [`Reason::ParameterRepeated`].
    pub fn refuse_repeats(&self, repeatable: &[&str]) -> Result<(), Reason> {
        let mut names: Vec<&str> = self
            .0
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !repeatable.contains(name))
            .collect();
        names.sort_unstable();
        let repeated = names.windows(2).any(|pair| pair.first() == pair.last());
        if repeated {
            Err(Reason::ParameterRepeated)
        } else {
            Ok(())
        }
    }

    /// The value of a parameter; one without value counts as omitted (RFC 6749 §3.1). Call
    /// [`refuse_repeats`](Self::refuse_repeats) first.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(sent, _)| *sent == name)
            .map(|(_, value)| value)
    }

    /// All values of a repeatable parameter.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.iter()
            .filter(|(sent, _)| *sent == name)
            .map(|(_, value)| value)
            .collect()
    }

    /// Whether no parameter has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Names and values in order, without those that have no value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sent().filter(|(_, value)| !value.is_empty())
    }

    /// Names and values in order, for a query that RFC 6749 has no say in: one without value is there, and empty.
    pub fn sent(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Drop for Params {
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            value.zeroize();
        }
    }
}

/// Decodes one form-urlencoded name or value: `+` is a space, `%` must be followed by two hex digits, the result is
/// UTF-8 without NUL.
///
/// # Errors
/// [`Reason::ParameterMalformed`].
pub fn form_decode(encoded: &[u8]) -> Result<String, Reason> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.iter();
    while let Some(&byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => escape(bytes.next(), bytes.next()).ok_or(Reason::ParameterMalformed)?,
            other => other,
        });
    }
    if decoded.contains(&0) {
        return Err(Reason::ParameterMalformed);
    }
    String::from_utf8(decoded).map_err(|_| Reason::ParameterMalformed)
}

fn escape(high: Option<&u8>, low: Option<&u8>) -> Option<u8> {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

/// Takes any bytes; for the fuzzer.
///
/// # Panics
/// When the parser breaks its own promises.
pub fn fuzz(bytes: &[u8]) {
    if let Ok(params) = Params::parse(bytes) {
        let _ = params.refuse_repeats(&["resource"]);
        for (name, value) in params.iter() {
            assert!(!name.is_empty() && !value.is_empty() && !value.contains('\0'));
            assert!(params.all(name).contains(&value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(encoded: &str) -> Option<Vec<(String, String)>> {
        let params = Params::parse(encoded.as_bytes()).ok()?;
        Some(
            params
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    fn refused(encoded: &[u8]) -> Option<Reason> {
        Params::parse(encoded).err()
    }

    #[test]
    fn the_example_of_appendix_b_reads_back() {
        assert_eq!(
            form_decode(b"+%25%26%2B%C2%A3%E2%82%AC").as_deref(),
            Ok(" %&+\u{a3}\u{20ac}")
        );
    }

    #[test]
    fn pairs_keep_their_order_and_empty_values_are_absent() {
        assert_eq!(
            pairs("a=1&&b=&c&d=x=y&%61b=%20"),
            Some(vec![
                ("a".into(), "1".into()),
                ("d".into(), "x=y".into()),
                ("ab".into(), " ".into())
            ])
        );
        let params = Params::parse(b"b=&c").unwrap();
        assert!(params.is_empty());
        assert_eq!(params.one("b"), None);
        assert!(Params::parse(b"").unwrap().is_empty());
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for bad in [
            &b"a=%"[..],
            b"a=%4",
            b"a=%zz",
            b"a=%+1",
            b"%g0=1",
            b"a=%00",
            b"a=\0",
            b"a=%ff",
            b"a=\xff",
            b"a=%C3%28",
            b"a=%ED%A0%80",
            b"=1",
            b"=",
        ] {
            assert_eq!(refused(bad), Some(Reason::ParameterMalformed), "{bad:?}");
        }
    }

    #[test]
    fn a_name_that_came_twice_is_refused_wherever_and_however_it_is_spelled() {
        for twice in [
            "a=1&a=1",
            "a=1&b=2&a=3",
            "a=&a=1",
            "a&a",
            "a=1&%61=1",
            "foo=1&foo=2",
        ] {
            let params = Params::parse(twice.as_bytes()).unwrap();
            assert_eq!(
                params.refuse_repeats(&[]),
                Err(Reason::ParameterRepeated),
                "{twice}"
            );
        }
        let params = Params::parse(b"resource=1&a=1&resource=2&A=1").unwrap();
        assert_eq!(params.refuse_repeats(&["resource"]), Ok(()));
        assert_eq!(params.all("resource"), ["1", "2"]);
    }

    #[test]
    fn size_is_bounded() {
        let many = |count: usize| vec!["a=1"; count].join("&");
        assert!(Params::parse(many(64).as_bytes()).is_ok());
        assert_eq!(refused(many(65).as_bytes()), Some(Reason::ParameterMalformed));
        let long = |name: usize, value: usize| format!("{}={}", "n".repeat(name), "v".repeat(value));
        assert!(Params::parse(long(256, 16 * 1024).as_bytes()).is_ok());
        assert_eq!(refused(long(257, 1).as_bytes()), Some(Reason::ParameterTooLong));
        assert_eq!(
            refused(long(1, 16 * 1024 + 1).as_bytes()),
            Some(Reason::ParameterTooLong)
        );
    }
}
