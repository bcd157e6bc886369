//! Reads a file of the catalogue.

use super::{App, Library, Settings};
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml_edit::{DocumentMut, Item, TableLike};
use vouchsafe_core::model::ClientKind;

/// What is wrong with a file, as a sentence.
pub(super) type Flaw = String;

/// Reads the file of an application.
pub(super) fn app(id: &'static str, text: &str) -> Result<App, Flaw> {
    let document = parse(text)?;
    let table = document.as_table();
    no_others(
        table,
        &[
            "name",
            "summary",
            "type",
            "url_example",
            "callbacks",
            "post_logout",
            "auth_method",
            "pkce",
            "scopes",
            "id_token_claims",
            "notes",
            "settings",
        ],
    )?;
    let settings = blocks(table)?
        .map(|block| {
            no_others(block, &["title", "language", "text"])?;
            settings(block)
        })
        .collect::<Result<_, Flaw>>()?;
    Ok(App {
        id,
        name: word(table, "name")?,
        summary: word(table, "summary")?,
        kind: named(table, "type")?.ok_or("type is missing")?,
        url_example: table.get("url_example").and_then(Item::as_str).map(str::to_owned),
        callbacks: list(table, "callbacks")?,
        post_logout: list(table, "post_logout")?,
        auth_method: named(table, "auth_method")?,
        pkce: named(table, "pkce")?.ok_or("pkce is missing")?,
        scopes: list(table, "scopes")?,
        id_token_claims: named(table, "id_token_claims")?.unwrap_or_default(),
        settings,
        notes: list(table, "notes")?,
    })
}

/// Reads the file of a library.
pub(super) fn library(id: &'static str, text: &str) -> Result<Library, Flaw> {
    let document = parse(text)?;
    let table = document.as_table();
    no_others(table, &["name", "settings"])?;
    let settings = blocks(table)?
        .map(|block| {
            no_others(block, &["title", "types", "language", "text"])?;
            let types = list(block, "types")?;
            let kinds: Option<Vec<ClientKind>> = types.iter().map(|name| of_name(name)).collect();
            Ok((kinds.ok_or("an unknown type")?, settings(block)?))
        })
        .collect::<Result<_, Flaw>>()?;
    Ok(Library {
        id,
        name: word(table, "name")?,
        settings,
    })
}

fn parse(text: &str) -> Result<DocumentMut, Flaw> {
    text.parse()
        .map_err(|error: toml_edit::TomlError| error.to_string())
}

fn blocks(table: &dyn TableLike) -> Result<impl Iterator<Item = &dyn TableLike>, Flaw> {
    let blocks = table
        .get("settings")
        .and_then(Item::as_array_of_tables)
        .ok_or("there are no [[settings]]")?;
    Ok(blocks.iter().map(|block| block as &dyn TableLike))
}

fn settings(block: &dyn TableLike) -> Result<Settings, Flaw> {
    Ok(Settings {
        title: word(block, "title")?,
        language: word(block, "language")?,
        text: word(block, "text")?,
    })
}

fn no_others(table: &dyn TableLike, known: &[&str]) -> Result<(), Flaw> {
    match table.iter().find(|(key, _)| !known.contains(key)) {
        Some((key, _)) => Err(format!("{key:?} means nothing here")),
        None => Ok(()),
    }
}

fn word(table: &dyn TableLike, key: &str) -> Result<String, Flaw> {
    let text = table.get(key).and_then(Item::as_str);
    text.map(str::to_owned).ok_or_else(|| format!("{key} is missing"))
}

fn list(table: &dyn TableLike, key: &str) -> Result<Vec<String>, Flaw> {
    let Some(item) = table.get(key) else {
        return Ok(Vec::new());
    };
    let texts = item.as_array().and_then(|array| {
        array
            .iter()
            .map(|text| text.as_str().map(str::to_owned))
            .collect()
    });
    texts.ok_or_else(|| format!("{key} is no list of texts"))
}

fn named<T: DeserializeOwned>(table: &dyn TableLike, key: &str) -> Result<Option<T>, Flaw> {
    let Some(item) = table.get(key) else {
        return Ok(None);
    };
    let found = item.as_str().and_then(of_name);
    found
        .map(Some)
        .ok_or_else(|| format!("{key} has an unknown value"))
}

fn of_name<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(Value::String(name.to_owned())).ok()
}
