//! Limits such as `10/15m`: how many failures, in how long.

use super::duration::{parse_duration, show_duration};
use super::value::{Raw, Value};
use vouchsafe_core::model::Span;

/// How many failures are admitted in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The failures that are admitted.
    pub failures: u32,
    /// The length of the window.
    pub per: Span,
}

impl Value for Limit {
    const SHAPE: &'static str = "limit, like `10/15m`: failures per duration";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = String::read(raw)?;
        let wrong = || format!("is {text:?}, not a limit; write for example 10/15m");
        let (failures, per) = text.split_once('/').ok_or_else(wrong)?;
        let failures = failures.trim().parse().map_err(|_| wrong())?;
        let per = parse_duration(per).map_err(|_| wrong())?;
        if failures == 0 || per == Span::ZERO {
            return Err(format!("is {text:?}: both numbers must be greater than 0"));
        }
        Ok(Self { failures, per })
    }
    fn show(&self) -> String {
        format!("{}/{}", self.failures, show_duration(self.per))
    }
}
