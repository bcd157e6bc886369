//! `docs/configuration.md`, written from the declarations.

use super::key::{Key, SectionKeys, table};
use std::fmt::Write as _;

const HEAD: &str = "\
<!-- Written by `cargo xtask docs` from src/config; change it there. A test fails when this file is stale. -->
# Configuration

Values come from, in this order: a flag of the command line, an environment variable, the configuration file,
the default.

The file is the one named by `--config`, else by `VOUCHSAFE_CONFIG`, else `./vouchsafe.toml`, else
`/etc/vouchsafe/vouchsafe.toml`; without any of them the defaults hold. Each key has a variable: `issuer` is
`VOUCHSAFE__ISSUER`, `tokens.refresh.retry_window` is `VOUCHSAFE__TOKENS__REFRESH__RETRY_WINDOW` (two
underscores). In a variable, the items of a list are separated by commas.

A key that holds a secret can also name a file that holds it: `database.url_file` in the configuration file,
`VOUCHSAFE__DATABASE__URL_FILE` in the environment. Such a file, and a configuration file with a password in it,
must not be readable by others; otherwise nothing starts.

Unknown keys and variables are errors. `vouchsafe config check` reports everything that is wrong at once, with
file, line and key, and exits with 78. `vouchsafe config show` prints every value with its source, without secrets.
";

/// The whole document.
#[must_use]
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for section in table() {
        write_section(&mut text, &section);
    }
    text
}

fn write_section(text: &mut String, section: &SectionKeys) {
    if section.keys.is_empty() {
        return;
    }
    let title = match section.prefix.strip_suffix('.') {
        Some(name) => format!("[{name}]"),
        None => "At the top of the file".to_owned(),
    };
    let _ = writeln!(text, "\n## {title}\n{}", paragraph(section.doc));
    for key in &section.keys {
        write_key(text, key);
    }
}

fn write_key(text: &mut String, key: &Key) {
    let _ = writeln!(text, "\n### `{}`\n{}\n", key.path, paragraph(key.doc));
    let _ = writeln!(text, "* value: {}", key.shape);
    if let Some([least, most]) = &key.bounds {
        let _ = writeln!(text, "* at least `{least}`, at most `{most}`");
    }
    let default = if key.default.is_empty() {
        "none".to_owned()
    } else {
        format!("`{}`", key.default)
    };
    let _ = writeln!(text, "* default: {default}");
    let _ = writeln!(text, "* variable: `{}`", key.variable());
    if key.secret {
        let _ = writeln!(
            text,
            "* may hold a secret: `{}_FILE` names a file instead",
            key.variable()
        );
    }
}

fn paragraph(lines: &[&str]) -> String {
    lines
        .iter()
        .map(|line| line.trim())
        .collect::<Vec<_>>()
        .join("\n")
}
