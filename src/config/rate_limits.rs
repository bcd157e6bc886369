//! Throttling.

use super::Limit;
use super::key::section;
use vouchsafe_core::model::Span;

section! {
    /// Throttling.
    RateLimits in "rate_limits." {
        /// Whether throttling is on. Turn it off only for load tests.
        enabled: bool = true;
        section sign_in: SignIn;
        section interactions: Interactions;
        section registration: RegistrationLimit;
        section revoke: Revoke;
        section api: ApiLimit;
        section feed: Feed;
    }
}

section! {
    /// Throttling of sign-in. A limit `N/T` admits N failures in T; the next attempt is refused, with the right
    /// password too.
    SignIn in "rate_limits.sign_in." {
        /// Failures per name that is typed, and per account with all its names together: past the second, the right
        /// password is answered as a wrong one.
        per_account: Limit = Limit { failures: 10, per: Span::from_minutes(15) };
        /// Failures per network address. Codes of invitations that open nothing count apart, as often.
        per_address: Limit = Limit { failures: 100, per: Span::from_minutes(15) };
    }
}

section! {
    /// Clients that register or change themselves cost the server calls and room.
    RegistrationLimit in "rate_limits.registration." {
        /// Registrations, changes of them, and metadata documents, with an initial access token or without, per
        /// network: the /24 of an address of IPv4, the /56 of one of IPv6.
        per_network: Limit = Limit { failures: 300, per: Span::from_minutes(15) };
    }
}

section! {
    /// Authorization requests that wait for a person take room in the database, and anybody can make one.
    Interactions in "rate_limits.interactions." {
        /// Authorization requests of browsers that have none so far, per network address; the next one is refused.
        /// Behind one address there may be many people; what counts is that one address cannot fill the 100,000
        /// places that all share, each for an hour.
        per_address: Limit = Limit { failures: 24_000, per: Span::from_minutes(15) };
    }
}

section! {
    /// Revocations (`/revoke`) are told to every resource server.
    Revoke in "rate_limits.revoke." {
        /// Revocations per client; the next one is refused, with `Retry-After`. Only tokens of the client itself count.
        per_client: Limit = Limit { failures: 3_000, per: Span::from_minutes(1) };
    }
}

section! {
    /// Requests to the administration API.
    ApiLimit in "rate_limits.api." {
        /// Requests per caller, which is a person or a service, however many tokens they have; the next one is refused,
        /// with `Retry-After`. Answers tell what is left in `RateLimit`.
        per_caller: Limit = Limit { failures: 600, per: Span::from_minutes(1) };
    }
}

section! {
    /// Resource servers follow the revocation feed: they hold connections open, or ask again and again.
    Feed in "rate_limits.feed." {
        /// Streams, and questions that wait for news, per network address on each node; the next one is refused, and
        /// the next question does not wait. Behind one address there may be many resource servers.
        connections_per_address: usize = 256, from 1 => 4_096;
        /// Questions (`/revocations`), with and without waiting, per network address on each node; the next one is
        /// refused, with `Retry-After`. A resource server that only asks does so up to 120 times a minute.
        questions_per_address: Limit = Limit { failures: 12_000, per: Span::from_minutes(1) };
    }
}
