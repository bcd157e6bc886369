//! Verdicts: pure functions from stored state, a request and the time to an answer.
