//! Limits such as `10/15m`: how many failures, in how long.

use super::duration::show_duration;
use super::value::{Raw, Value};
pub use vouchsafe_core::decide::throttle::Limit;

impl Value for Limit {
    const SHAPE: &'static str = "limit, like `10/15m`: failures per duration";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = String::read(raw)?;
        Self::parse(&text).ok_or_else(|| {
            format!("is {text:?}, not a limit; write for example 10/15m, both numbers above 0")
        })
    }
    fn show(&self) -> String {
        format!("{}/{}", self.failures, show_duration(self.per))
    }
}
