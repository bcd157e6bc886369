//! How the server stops.

use super::key::section;
use vouchsafe_core::model::Span;

section! {
    /// Stopping, after SIGTERM or SIGINT. Requests that were accepted are finished in any case, within ten seconds.
    Shutdown in "shutdown." {
        /// For so long `/readyz` answers 503 while everything else is still served, before the listener closes: the
        /// time that a load balancer needs to notice, some 5s. A second signal ends the waiting.
        drain: Span = Span::ZERO, from Span::ZERO => Span::from_minutes(5);
    }
}
