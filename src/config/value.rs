//! What a value can be, and how each type reads and shows it.

use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use vouchsafe_core::model::Span;

/// A value as it was found, before its key gives it a type.
#[derive(Clone, Debug)]
pub(crate) enum Raw {
    /// From a flag or a variable: text whose type is not known.
    Word(String),
    /// A TOML string.
    Text(String),
    /// A TOML integer.
    Integer(i64),
    /// A TOML boolean.
    Boolean(bool),
    /// A TOML array.
    List(Vec<Raw>),
    /// Something that no key takes.
    Other(&'static str),
}

impl Raw {
    /// What it is, for error texts.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Word(_) => "text",
            Self::Text(_) => "a string",
            Self::Integer(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Other(kind) => kind,
        }
    }

    fn text(&self) -> Result<&str, String> {
        match self {
            Self::Word(text) | Self::Text(text) if text.trim().is_empty() => Err("is empty".to_owned()),
            Self::Word(text) | Self::Text(text) => Ok(text),
            Self::Integer(_) | Self::Boolean(_) | Self::List(_) | Self::Other(_) => {
                Err(format!("is {}, not a string", self.kind()))
            }
        }
    }
}

/// A type that a key can have. Error texts complete the sentence "`key` …".
pub(crate) trait Value: Sized {
    /// What values look like, for the reference.
    const SHAPE: &'static str;
    /// Whether the value must not be shown.
    const SECRET: bool = false;
    /// Reads a value.
    fn read(raw: &Raw) -> Result<Self, String>;
    /// Shows a value in the form in which it is written, without secrets.
    fn show(&self) -> String;
}

/// Checks the bounds of a key.
pub(crate) fn within<T: Value + PartialOrd>(value: &T, least: &T, most: &T) -> Result<(), String> {
    if value < least {
        return Err(format!(
            "is {}, but must be at least {}",
            value.show(),
            least.show()
        ));
    }
    if value > most {
        return Err(format!("is {}, but may be at most {}", value.show(), most.show()));
    }
    Ok(())
}

impl Value for String {
    const SHAPE: &'static str = "text";
    fn read(raw: &Raw) -> Result<Self, String> {
        raw.text().map(ToOwned::to_owned)
    }
    fn show(&self) -> String {
        self.clone()
    }
}

impl Value for bool {
    const SHAPE: &'static str = "`true` or `false`";
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Boolean(value) => Ok(*value),
            Raw::Word(word) => word
                .parse()
                .map_err(|_| format!("is {word:?}, not true or false")),
            Raw::Text(_) | Raw::Integer(_) | Raw::List(_) | Raw::Other(_) => {
                Err(format!("is {}, not true or false (without quotes)", raw.kind()))
            }
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for usize {
    const SHAPE: &'static str = "whole number";
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Integer(value) => {
                Self::try_from(*value).map_err(|_| format!("is {value}, which is negative"))
            }
            Raw::Word(word) => word
                .parse()
                .map_err(|_| format!("is {word:?}, not a whole number")),
            Raw::Text(_) | Raw::Boolean(_) | Raw::List(_) | Raw::Other(_) => {
                Err(format!("is {}, not a whole number (without quotes)", raw.kind()))
            }
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for Span {
    const SHAPE: &'static str = "duration, like `90s`, `15m`, `12h`, `7d`";
    fn read(raw: &Raw) -> Result<Self, String> {
        if let Raw::Integer(number) = raw {
            return Err(format!(
                "is a number without a unit; write for example \"{number}s\" or \"{number}m\""
            ));
        }
        super::duration::parse_duration(raw.text()?)
    }
    fn show(&self) -> String {
        super::duration::show_duration(*self)
    }
}

impl Value for PathBuf {
    const SHAPE: &'static str = "path";
    fn read(raw: &Raw) -> Result<Self, String> {
        raw.text().map(Self::from)
    }
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Value for SocketAddr {
    const SHAPE: &'static str = "address and port, like `127.0.0.1:7300` or `[::1]:7300`";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = raw.text()?;
        text.parse()
            .map_err(|_| format!("is {text:?}, not an address with a port like 127.0.0.1:7300"))
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for IpNet {
    const SHAPE: &'static str = "network, like `10.0.0.0/8`";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = raw.text()?;
        text.parse::<Self>()
            .or_else(|_| text.parse::<IpAddr>().map(Self::from))
            .map_err(|_| format!("has {text:?}, which is not a network like 10.0.0.0/8 or an address"))
            .and_then(|net| {
                if net.trunc() == net {
                    return Ok(net);
                }
                Err(format!(
                    "has {text:?}, which sets bits beyond the prefix; write {}",
                    net.trunc()
                ))
            })
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl<T: Value> Value for Option<T> {
    const SHAPE: &'static str = T::SHAPE;
    const SECRET: bool = T::SECRET;
    fn read(raw: &Raw) -> Result<Self, String> {
        T::read(raw).map(Some)
    }
    fn show(&self) -> String {
        self.as_ref().map(Value::show).unwrap_or_default()
    }
}

/// A type of which a key can have a list.
pub(crate) trait ListItem: Value {
    /// What a list of them looks like.
    const LIST_SHAPE: &'static str;
}

impl ListItem for IpNet {
    const LIST_SHAPE: &'static str = "list of networks, like `[\"10.0.0.0/8\"]`";
}

impl<T: ListItem> Value for Vec<T> {
    const SHAPE: &'static str = T::LIST_SHAPE;
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::List(items) => items.iter().map(T::read).collect(),
            Raw::Word(words) => words
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .map(|word| T::read(&Raw::Word(word.to_owned())))
                .collect(),
            Raw::Text(_) | Raw::Integer(_) | Raw::Boolean(_) | Raw::Other(_) => Err(format!(
                "is {}, not a list; write it in square brackets",
                raw.kind()
            )),
        }
    }
    fn show(&self) -> String {
        let items: Vec<_> = self.iter().map(Value::show).collect();
        format!("[{}]", items.join(", "))
    }
}

/// Declares an enum whose values are words.
macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $doc])+ $variant,)+ }

        impl $crate::config::value::Value for $name {
            const SHAPE: &'static str = $crate::config::value::alternatives!($($word),+);
            fn read(raw: &$crate::config::value::Raw) -> Result<Self, String> {
                let text = <String as $crate::config::value::Value>::read(raw)?;
                match text.as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::config::value::not_one_of(&text, &[$($word),+])),
                }
            }
            fn show(&self) -> String {
                match self { $(Self::$variant => $word,)+ }.to_owned()
            }
        }
    };
}
pub(crate) use words;

/// `a`, `b`, `c` as one constant text.
macro_rules! alternatives {
    ($first:literal $(, $rest:literal)*) => { concat!("`", $first, "`" $(, ", `", $rest, "`")*) };
}
pub(crate) use alternatives;

/// The error text for a word that is none of the allowed ones.
pub(crate) fn not_one_of(text: &str, words: &[&str]) -> String {
    let nearest = super::problem::nearest(text, words.iter().copied())
        .map(|word| format!("; did you mean {word:?}?"))
        .unwrap_or_default();
    format!("is {text:?}, not one of {}{nearest}", words.join(", "))
}
