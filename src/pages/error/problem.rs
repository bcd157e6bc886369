//! The problems that a person can be told about, with their status and words.

use crate::pages::layout::App;
use crate::pages::texts::Text;
use vouchsafe_core::refusal::Reason;

/// What went wrong.
#[derive(Clone, Debug)]
pub enum Problem {
    /// An authorization request that must not be answered by a redirect. 400.
    RequestRefused(Reason),
    /// The request cannot be read. 400.
    Unreadable,
    /// The request is longer than we read. 413.
    TooLong,
    /// The address is longer than we read. 414.
    AddressTooLong,
    /// The request did not arrive in time. 408.
    TooSlow,
    /// No such page. 404.
    NotFound,
    /// The page does not answer this method. 405.
    MethodNotAllowed,
    /// A form whose token is out of date. 403.
    FormStale,
    /// A form without our cookie. 403.
    CookieMissing,
    /// A form that another site sent. 403.
    ForeignOrigin,
    /// The interaction is unknown, expired, or another browser's. 410.
    InteractionExpired,
    /// The interaction was finished before. 200.
    AlreadyDone {
        /// The app that it was for.
        app: App,
        /// The app's own registered start page, if it has one.
        continue_url: Option<String>,
    },
    /// The interaction was finished before, without a sign-in. 200.
    EndedBefore,
    /// Too many requests. 429.
    TooManyRequests,
    /// Something that we depend on does not answer. 503.
    Unavailable,
    /// A fault of ours. 500.
    Broken,
}

/// Whose problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    Nobody,
    App,
    Us,
}

/// The colour of the heading; its words say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Warning,
    Bad,
}

impl Problem {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::AlreadyDone { .. } | Self::EndedBefore => 200,
            Self::RequestRefused(_) | Self::Unreadable => 400,
            Self::FormStale | Self::CookieMissing | Self::ForeignOrigin => 403,
            Self::NotFound => 404,
            Self::TooSlow => 408,
            Self::TooLong => 413,
            Self::AddressTooLong => 414,
            Self::MethodNotAllowed => 405,
            Self::InteractionExpired => 410,
            Self::TooManyRequests => 429,
            Self::Broken => 500,
            Self::Unavailable => 503,
        }
    }

    /// The cause in one fixed English sentence: for developers, and for tests that look for it.
    #[must_use]
    pub fn cause(&self) -> Option<&'static str> {
        match self {
            Self::RequestRefused(reason) => Some(sentence(*reason)),
            Self::Unreadable
            | Self::TooLong
            | Self::AddressTooLong
            | Self::TooSlow
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::FormStale
            | Self::CookieMissing
            | Self::ForeignOrigin
            | Self::InteractionExpired
            | Self::AlreadyDone { .. }
            | Self::EndedBefore
            | Self::TooManyRequests
            | Self::Unavailable
            | Self::Broken => None,
        }
    }

    pub(super) const fn is_error(&self) -> bool {
        !matches!(self, Self::AlreadyDone { .. } | Self::EndedBefore)
    }

    pub(super) const fn title(&self) -> Text {
        match self {
            Self::RequestRefused(_) => Text::RequestRefused,
            Self::Unreadable | Self::TooLong | Self::AddressTooLong | Self::TooSlow => {
                Text::RequestUnreadable
            }
            Self::NotFound => Text::NotFound,
            Self::MethodNotAllowed => Text::MethodRefused,
            Self::FormStale => Text::FormRefused,
            Self::CookieMissing => Text::CookieMissing,
            Self::ForeignOrigin => Text::OriginRefused,
            Self::InteractionExpired => Text::InteractionExpired,
            Self::AlreadyDone { .. } => Text::AlreadySignedIn,
            Self::EndedBefore => Text::AlreadyEnded,
            Self::TooManyRequests => Text::TooManyRequests,
            Self::Unavailable => Text::CannotAnswer,
            Self::Broken => Text::Broken,
        }
    }

    /// What happened.
    pub(super) const fn story(&self) -> Option<Text> {
        Some(match self {
            Self::RequestRefused(
                Reason::RedirectUriMissing
                | Reason::RedirectUriNotRegistered
                | Reason::PostLogoutRedirectUriAlone
                | Reason::PostLogoutRedirectUriNotRegistered,
            ) => Text::RequestRefusedAddress,
            Self::RequestRefused(Reason::ClientUnknown | Reason::ClientDisabled) => {
                Text::RequestRefusedUnknown
            }
            Self::RequestRefused(_) => Text::RequestRefusedMalformed,
            Self::Unreadable | Self::TooLong | Self::AddressTooLong | Self::TooSlow => {
                Text::RequestUnreadableStory
            }
            Self::NotFound => Text::NotFoundStory,
            Self::MethodNotAllowed => Text::MethodRefusedStory,
            Self::FormStale => Text::FormRefusedStory,
            Self::CookieMissing => Text::CookieRefusedStory,
            Self::ForeignOrigin => Text::OriginRefusedStory,
            Self::InteractionExpired => Text::InteractionExpiredStory,
            Self::AlreadyDone { .. } => Text::AlreadySignedInStory,
            Self::EndedBefore => Text::AlreadyEndedStory,
            Self::TooManyRequests => return None,
            Self::Unavailable => Text::CannotAnswerStory,
            Self::Broken => Text::BrokenStory,
        })
    }

    /// What the person can do.
    pub(super) const fn advice(&self) -> Text {
        match self {
            Self::RequestRefused(_) => Text::RequestRefusedAdvice,
            Self::Unreadable
            | Self::TooLong
            | Self::AddressTooLong
            | Self::TooSlow
            | Self::MethodNotAllowed
            | Self::ForeignOrigin => Text::GoBackAdvice,
            Self::NotFound => Text::NotFoundAdvice,
            Self::FormStale => Text::FormRefusedAdvice,
            Self::CookieMissing => Text::CookieRefusedAdvice,
            Self::InteractionExpired => Text::InteractionExpiredAdvice,
            Self::AlreadyDone { .. } | Self::EndedBefore => Text::ClosePage,
            Self::TooManyRequests => Text::TooManyRequestsAdvice,
            Self::Unavailable | Self::Broken => Text::TryAgainAdvice,
        }
    }

    pub(super) const fn whose(&self) -> Whose {
        match self {
            Self::RequestRefused(_) => Whose::App,
            Self::Unavailable | Self::Broken => Whose::Us,
            Self::Unreadable
            | Self::TooLong
            | Self::AddressTooLong
            | Self::TooSlow
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::FormStale
            | Self::CookieMissing
            | Self::ForeignOrigin
            | Self::InteractionExpired
            | Self::AlreadyDone { .. }
            | Self::EndedBefore
            | Self::TooManyRequests => Whose::Nobody,
        }
    }

    pub(super) const fn tone(&self) -> Tone {
        match self {
            Self::AlreadyDone { .. } => Tone::Good,
            Self::NotFound
            | Self::InteractionExpired
            | Self::EndedBefore
            | Self::TooManyRequests
            | Self::FormStale => Tone::Warning,
            Self::RequestRefused(_)
            | Self::Unreadable
            | Self::TooLong
            | Self::AddressTooLong
            | Self::TooSlow
            | Self::MethodNotAllowed
            | Self::CookieMissing
            | Self::ForeignOrigin
            | Self::Unavailable
            | Self::Broken => Tone::Bad,
        }
    }

    pub(super) const fn reason(&self) -> Option<Reason> {
        if let Self::RequestRefused(reason) = self {
            Some(*reason)
        } else {
            None
        }
    }
}

/// The four sentences that are part of the outside of the program; any other reason explains itself.
fn sentence(reason: Reason) -> &'static str {
    if reason == Reason::RedirectUriNotRegistered {
        "redirect_uri is not registered"
    } else if reason == Reason::RedirectUriMissing {
        "redirect_uri is missing"
    } else if reason == Reason::ClientUnknown {
        "client_id is unknown"
    } else if reason == Reason::RequestUriUnsupported {
        "request_uri is invalid or expired"
    } else {
        reason.explanation().trim()
    }
}
