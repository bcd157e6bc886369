//! What is logged, and how.

use super::key::section;
use super::value::words;
use tracing_subscriber::EnvFilter;

words! {
    /// The form of log lines.
    LogFormat {
        /// `pretty` when standard error is a terminal, else `json`.
        Auto = "auto",
        /// For people.
        Pretty = "pretty",
        /// One JSON object a line.
        Json = "json",
    }
}

section! {
    /// Logs, on standard error. They hold no query strings and no tokens.
    Log in "log." {
        /// The form of log lines: `pretty` for people, `json` one object a line, `auto` as the terminal has it.
        format: LogFormat = LogFormat::Auto;
        /// What is logged: a level, or levels by module, like `info,vouchsafe::store=debug`.
        filter: String = "info".to_owned(), check check_filter;
    }
}

fn check_filter(text: &str) -> Result<(), String> {
    EnvFilter::try_new(text).map(drop).map_err(|_| {
        format!("is {text:?}, not a level (error, warn, info, debug, trace) or module=level pairs")
    })
}
