//! Sign-in sessions of browsers.

use super::key::section;
use vouchsafe_core::model::Span;

section! {
    /// Sign-in sessions.
    Sessions in "sessions." {
        /// A session ends when it was not used for this long.
        idle_lifetime: Span = Span::from_hours(8), from Span::from_seconds(1) => Span::from_days(400);
        /// A session ends this long after the sign-in.
        absolute_lifetime: Span = Span::from_hours(24), from Span::from_seconds(1) => Span::from_days(400);
        /// Instead of both, for people who asked to stay signed in.
        remember_lifetime: Span = Span::from_days(30), from Span::from_seconds(1) => Span::from_days(400);
    }
}
