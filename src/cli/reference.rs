//! `docs/commands.md`, written from the grammar.

use super::args::Cli;
use clap::{Arg, ArgAction, Command, CommandFactory as _};
use std::fmt::Write as _;

const HEAD: &str = "\
<!-- Written by `cargo xtask docs` from src/cli; change it there. A test fails when this file is stale. -->
# Commands

Every verb works on the database directly, whether the server runs or not; a running server notices within a
second. Those for clients, people, APIs, keys, sessions, grants and the audit log can work through a server as well, with
`--server` ([administering from elsewhere](remote.md)). People are named by user name or e-mail address, clients by `client_id`.

Standard output holds JSON and nothing else: one document, on one line with `--json`. Text for people goes to standard
error. Verbs that create something answer with JSON in any case. What cannot be written to its end has failed (1), but for
a list whose reader went away; when it was a secret that is shown this once, the verb says how to make another.

A database that is not there is made by `serve`, `demo`, `migrate`, `apply`, and by verbs that create something. Any other
verb, and every dry run, ends with 69 and says which database is missing: it is hardly the one that was meant.

| exit status | |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | wrong usage |
| 69 | the database is not there, or it or the server cannot be reached |
| 75 | try again |
| 77 | not permitted |
| 78 | configuration error |
";

/// The whole document.
#[must_use]
pub fn markdown() -> String {
    let mut root = Cli::command();
    root.build();
    let mut text = HEAD.to_owned();
    let _ = writeln!(text, "\n## Options of every verb\n");
    for arg in root.get_arguments().filter(|arg| arg.is_global_set()) {
        write_argument(&mut text, arg);
    }
    for verb in root.get_subcommands() {
        write_verb(&mut text, verb, "vouchsafe");
    }
    text
}

fn write_verb(text: &mut String, verb: &Command, parent: &str) {
    if verb.is_hide_set() {
        return;
    }
    let name = format!("{parent} {}", verb.get_name());
    if !verb.has_subcommands() || !verb.is_subcommand_required_set() {
        write_page(text, verb, &name);
    }
    for inner in verb.get_subcommands() {
        write_verb(text, inner, &name);
    }
}

fn write_page(text: &mut String, verb: &Command, name: &str) {
    let about = verb.get_long_about().or_else(|| verb.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(text, "\n## `{name}`\n{about}.\n");
    let own = |arg: &&Arg| {
        !arg.is_global_set() && !matches!(arg.get_action(), ArgAction::Help | ArgAction::Version)
    };
    let mut any = false;
    for arg in verb.get_arguments().filter(own) {
        write_argument(text, arg);
        any = true;
    }
    let example = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
    let example = example.split_once("Example:\n").map_or("", |(_, rest)| rest);
    let gap = if any { "\n" } else { "" };
    let lines: Vec<_> = example.lines().map(str::trim).collect();
    let _ = writeln!(text, "{gap}```sh\n{}\n```", lines.join("\n"));
}

fn write_argument(text: &mut String, arg: &Arg) {
    let value = arg
        .get_value_names()
        .and_then(|names| names.first())
        .map(ToString::to_string);
    let takes_value = arg.get_action().takes_values();
    let repeats = matches!(arg.get_action(), ArgAction::Append);
    let mut form = match (arg.get_long(), value.filter(|_| takes_value)) {
        (Some(long), Some(value)) if arg.is_require_equals_set() => format!("--{long}[={value}]"),
        (Some(long), Some(value)) => format!("--{long} {value}"),
        (Some(long), None) => format!("--{long}"),
        (None, value) => value.unwrap_or_else(|| arg.get_id().to_string().to_uppercase()),
    };
    if repeats {
        form.push('…');
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let words: Vec<_> = arg
        .get_possible_values()
        .iter()
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    let words = if words.is_empty() || !takes_value {
        String::new()
    } else {
        format!(": {}", words.join(", "))
    };
    let default: Vec<_> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    let default = if default.is_empty() || !takes_value {
        String::new()
    } else {
        format!(" (default `{}`)", default.join(","))
    };
    let needed = if arg.is_required_set() { " (required)" } else { "" };
    let _ = writeln!(text, "* `{form}`: {help}{words}{default}{needed}");
}
