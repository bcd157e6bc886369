//! Which clients `client list` shows: the filters of the administration's pages and of its API.

use super::Kind;
use crate::store::listing::{ClientsWanted, MOST, Part, RegisteredBy};
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// The beginning of a word of the name, of the `client_id`, or of a redirect URI with or without its scheme
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only those of this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<Kind>,
    /// Only disabled ones, or only those that are not
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    disabled: Option<bool>,
    /// Only those that an administrator registered, that registered themselves with an initial access token or without
    /// one, or that describe themselves by a document
    #[arg(long, value_name = "WHO")]
    registered_by: Option<Who>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Who {
    Administrator,
    Token,
    Anybody,
    Document,
}

impl Who {
    const fn meant(self) -> RegisteredBy {
        match self {
            Self::Administrator => RegisteredBy::Administrator,
            Self::Token => RegisteredBy::Token,
            Self::Anybody => RegisteredBy::Anybody,
            Self::Document => RegisteredBy::Document,
        }
    }
}

impl ListArgs {
    /// For the database.
    pub(super) fn wanted(self) -> ClientsWanted {
        ClientsWanted {
            text: self.search,
            kind: self.kind.map(Kind::meant),
            disabled: self.disabled,
            registered_by: self.registered_by.map(Who::meant),
            part: Part::first(MOST),
            ..ClientsWanted::default()
        }
    }

    /// For the administration API.
    pub(super) fn query(&self) -> Vec<(&'static str, &str)> {
        let disabled = self
            .disabled
            .map(|disabled| if disabled { "true" } else { "false" });
        let fields = [
            ("q", self.search.as_deref()),
            ("type", self.kind.map(Kind::word)),
            ("disabled", disabled),
            (
                "registered_by",
                self.registered_by.map(|who| who.meant().as_str()),
            ),
        ];
        let given = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        given.collect()
    }
}
