//! `docs/errors.md`, written from the reasons.

use super::Reason;
use std::fmt::Write as _;

const HEAD: &str = "\
<!-- Written by `cargo xtask docs` from crates/vouchsafe-core/src/refusal.rs; change it there. A test fails when this
file is stale. -->
# Refusals

A client is told an error code of the specifications and one fixed sentence for it. The server's log, metrics and the
reference on an error page say more: the reason, by the id in the first column.

| reason | the client is told | what happened |
|---|---|---|
";

/// The whole document.
#[must_use]
pub fn catalogue() -> String {
    let mut text = HEAD.to_owned();
    for reason in Reason::ALL {
        let explanation = reason.explanation().trim().replace('|', "\\|");
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {explanation} |",
            reason.id(),
            reason.code().as_str()
        );
    }
    text
}
