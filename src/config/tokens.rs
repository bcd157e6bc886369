//! Lifetimes of codes and tokens.

use super::key::section;
use vouchsafe_core::model::Span;

section! {
    /// Codes and tokens.
    Tokens in "tokens." {
        /// Lifetime of access tokens; an API can have its own.
        access_token_lifetime: Span = Span::from_minutes(5), from Span::from_seconds(1) => Span::from_hours(24);
        /// Lifetime of ID tokens.
        id_token_lifetime: Span = Span::from_hours(1), from Span::from_seconds(1) => Span::from_hours(24);
        /// Lifetime of authorization codes.
        code_lifetime: Span = Span::from_seconds(60), from Span::from_seconds(1) => Span::from_minutes(10);
        /// Whether access tokens refer to Token Status Lists (`/status-lists/…`), for APIs that read those and not the
        /// revocation feed. When it is turned off, the lists of tokens that were given before go on being served.
        status_lists: bool = false;
        section refresh: Refresh;
    }
}

section! {
    /// Refresh tokens.
    Refresh in "tokens.refresh." {
        /// For how long after a rotation the previous refresh token is answered with the current one, so that
        /// simultaneous requests of one client agree. A longer one hides a thief.
        retry_window: Span = Span::from_seconds(10), from Span::ZERO => Span::from_minutes(5);
        /// For how long after a rotation the previous refresh token displaces the current one, so that a client
        /// that lost the answer can go on.
        displace_window: Span = Span::from_minutes(10), from Span::ZERO => Span::from_hours(24);
        /// A refresh token ends when it was not used for this long.
        idle_lifetime: Span = Span::from_days(30), from Span::from_seconds(1) => Span::from_days(3650);
        /// A grant ends this long after the sign-in, however often it was refreshed.
        absolute_lifetime: Span = Span::from_days(365), from Span::from_seconds(1) => Span::from_days(3650);
    }
}
