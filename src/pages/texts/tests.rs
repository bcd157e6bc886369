//! The catalogues hold what the pages say: no key too many, none missing, the same values in every language.

use super::{Locale, Text, Texts};
use fluent_bundle::FluentResource;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use vouchsafe_core::model::UnixTime;

/// The messages of a language with the names of their values, read from the text of its files.
fn messages(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in locale.sources() {
        FluentResource::try_new((*source).to_owned()).expect("a catalogue without mistakes");
        let mut key = String::new();
        for line in source
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            if let Some((id, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '}'])) {
                key = id.to_owned();
                assert!(
                    messages.insert(key.clone(), BTreeSet::new()).is_none(),
                    "{id} stands twice"
                );
            }
            let values = line.split('$').skip(1);
            let name = |rest: &str| {
                rest.chars()
                    .take_while(char::is_ascii_alphanumeric)
                    .collect::<String>()
            };
            messages
                .get_mut(&key)
                .expect("a message before its value")
                .extend(values.map(name));
        }
    }
    messages
}

fn files(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
    {
        if entry.is_dir() {
            files(&entry, into);
        } else if entry.extension().is_some_and(|end| end == "rs" || end == "html") {
            into.push_str(&fs::read_to_string(&entry).expect("a text"));
        }
    }
}

#[test]
fn every_language_has_every_message_with_the_same_values() {
    let english = messages(Locale::En);
    for locale in Locale::ALL {
        assert_eq!(messages(locale), english, "{}", locale.tag());
    }
    let keys: BTreeSet<String> = Text::ALL.iter().map(|text| text.id().to_owned()).collect();
    assert_eq!(english.into_keys().collect::<BTreeSet<_>>(), keys);
}

#[test]
fn every_text_is_used_by_a_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for folder in ["src", "templates"] {
        files(&root.join(folder), &mut sources);
    }
    let unused: Vec<_> = Text::ALL
        .iter()
        .filter(|text| !uses(&sources, &format!("Text::{text:?}")))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

fn uses(sources: &str, path: &str) -> bool {
    sources
        .match_indices(path)
        .any(|(at, _)| !sources[at + path.len()..].starts_with(|next: char| next.is_alphanumeric()))
}

#[test]
fn a_message_takes_its_values_and_its_number() {
    let english = Texts::of(Locale::En);
    assert_eq!(
        english.with(Text::RememberHint, "days", 1),
        "For one day. Not on a computer that others use too."
    );
    assert!(english.with(Text::RememberHint, "days", 30).contains("30"));
    let isolated = english.with(Text::BackToApp, "app", "\u{05D0}\u{05D1}");
    assert_eq!(isolated, "Back to \u{2068}\u{05D0}\u{05D1}\u{2069}");
    let around = Texts::of(Locale::De).around(Text::GoesTo, "host");
    assert_eq!(
        (around.before.as_str(), around.after.as_str()),
        ("Sie gehen danach zu ", ".")
    );
}

#[test]
fn an_instant_is_absolute_and_names_its_zone() {
    let at = UnixTime::from_seconds(1_795_302_840);
    assert_eq!(Texts::of(Locale::En).instant(&at), "21 November 2026, 23:14 UTC");
    assert_eq!(Texts::of(Locale::De).instant(&at), "21. November 2026, 23:14 UTC");
    assert_eq!(Texts::of(Locale::De).machine(&at), "2026-11-21T23:14:00Z");
}
