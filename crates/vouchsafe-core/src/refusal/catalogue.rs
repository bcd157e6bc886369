//! `docs/errors.md`, written from the error codes, the reasons and the bearer challenges. `/developers/errors` shows the
//! same.

use super::{BearerReason, Reason};
use crate::spec::ErrorCode;
use std::fmt::Write as _;

const HEAD: &str = "\
<!-- Written by `cargo xtask docs` from crates/vouchsafe-core/src/spec/error.rs, crates/vouchsafe-core/src/refusal.rs and
crates/vouchsafe-core/src/refusal/bearer.rs; change it there. A test fails when this file is stale. -->
# Errors

A client is told an error code of the specifications and one fixed sentence for it, and by `error_uri` where the code is
explained: `/developers/errors` of the server itself, which shows what stands here (see
[developers.md](developers.md)).
";

const REASONS: &str = "
## Reasons

The server's log, metrics and the reference on an error page say more than the client is told: the reason, by the id in
the first column. An application's page *Activity* shows them to administrators.

| reason | the client is told | what happened |
|---|---|---|
";

const BEARER: &str = "
## Bearer challenges

`vouchsafe_reason` in `WWW-Authenticate` and in the body, at `/userinfo` and at APIs that use `vouchsafe-verify`. What is
wrong with a token that was not proven genuine has the one reason `unverifiable`.

| `vouchsafe_reason` | status | `error` | what happened | what to do |
|---|---|---|---|---|
";

/// The whole document.
#[must_use]
pub fn catalogue() -> String {
    let mut text = HEAD.to_owned();
    for code in ErrorCode::ALL {
        code_in(&mut text, *code);
    }
    text.push_str(REASONS);
    for reason in Reason::ALL {
        let explanation = in_cell(reason.explanation());
        let (id, code) = (reason.id(), reason.code().as_str());
        let _ = writeln!(text, "| `{id}` | `{code}` | {explanation} |");
    }
    text.push_str(BEARER);
    for row in BearerReason::all() {
        let error = row
            .error
            .map_or_else(|| "none".to_owned(), |error| format!("`{error}`"));
        let _ = writeln!(
            text,
            "| `{}` | {} | {error} | {}. | {} |",
            row.reason,
            row.status,
            in_cell(row.description),
            in_cell(row.remedy)
        );
    }
    text
}

fn code_in(text: &mut String, code: ErrorCode) {
    let name = code.as_str();
    let _ = writeln!(text, "\n## {name}\n\n*{}*\n", code.description());
    let _ = writeln!(text, "{}\n", code.meaning());
    let causes: Vec<_> = Reason::of_code(code)
        .map(|reason| format!("`{}`", reason.id()))
        .collect();
    if !causes.is_empty() {
        let _ = writeln!(text, "Causes: {}.\n", causes.join(", "));
    }
    let _ = writeln!(text, "**What to do:** {}", code.fix());
}

fn in_cell(text: &str) -> String {
    text.trim().replace('|', "\\|")
}
