//! Log lines on standard error: one JSON object a line, or text for people.
//!
//! Values that requests bring are data in both forms: control characters, line separators and characters that
//! reorder text are written as escapes, and long values are cut, so that nobody outside can forge a line, colour
//! a terminal or fill a disk with one request.

use crate::config::{Log, LogFormat};
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Registry};

/// No value is longer in a line.
const LONGEST: usize = 1024;

/// Sends log lines of this process to standard error. Called once; a second call changes nothing.
pub fn start(log: &Log, no_color: bool) {
    let terminal = std::io::stderr().is_terminal();
    let form = match log.format {
        LogFormat::Json => Form::Json,
        LogFormat::Auto if !terminal => Form::Json,
        LogFormat::Pretty | LogFormat::Auto => Form::Pretty {
            color: terminal && !no_color,
        },
    };
    // The web framework's own lines on its start say nothing that the summary does not.
    let filter = EnvFilter::try_new(format!("actix_server=warn,{}", log.filter)).unwrap_or_default();
    let lines = Lines {
        form,
        write: |line: &str| drop(std::io::stderr().lock().write_all(line.as_bytes())),
    };
    drop(tracing::subscriber::set_global_default(
        Registry::default().with(filter).with(lines),
    ));
}

/// Whether lines are JSON: as configured, or because standard error is not a terminal.
#[must_use]
pub fn is_json(log: &Log) -> bool {
    match log.format {
        LogFormat::Json => true,
        LogFormat::Pretty => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    }
}

#[derive(Clone, Copy)]
enum Form {
    Json,
    Pretty { color: bool },
}

/// Makes a line of each event, with the fields of the spans around it.
struct Lines<W> {
    form: Form,
    write: W,
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&str) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.rest.extend(outer.rest.iter().cloned());
            }
        }
        let Some(level) = level_of(event, &fields.message) else {
            return;
        };
        let mut time = String::new();
        // The time in a line is for its reader; nothing is decided by it.
        let _ = SystemTime.format_time(&mut Writer::new(&mut time));
        let line = Line {
            time: &time,
            level,
            target: event.metadata().target(),
            fields,
        };
        (self.write)(&match self.form {
            Form::Json => line.json(),
            Form::Pretty { color } => line.pretty(color),
        });
    }
}

/// What the HTTP library tells as errors, and is the sender's doing alone: a request that is no HTTP, one that stays
/// unfinished, a connection that breaks. Anybody can send those at will, and an error is what somebody here must look at.
const OF_THE_SENDER: [&str; 3] = [
    "stream error: request parse error",
    "stream error: request did not complete",
    "stream error: I/O error",
];

/// The level of a line; none when that is more detail than is wanted.
fn level_of(event: &Event<'_>, message: &str) -> Option<Level> {
    let metadata = event.metadata();
    let is_of_the_sender = metadata.target().starts_with("actix_http::")
        && OF_THE_SENDER.iter().any(|words| message.starts_with(words));
    if is_of_the_sender {
        (LevelFilter::current() >= LevelFilter::DEBUG).then_some(Level::DEBUG)
    } else {
        Some(*metadata.level())
    }
}

#[derive(Clone, Debug, Default)]
struct Fields {
    message: String,
    rest: Vec<(&'static str, Value)>,
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    /// A number or boolean, as it is written in JSON.
    Bare(String),
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::Text(text) | Value::Bare(text)) => self.message = text,
            (name, value) => self.rest.push((name, value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.put(field, Value::Text(format!("{value:?}")));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Value::Text(value.to_owned()));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::Bare(value.to_string()));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::Bare(value.to_string()));
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::Bare(value.to_string()));
    }
}

struct Line<'a> {
    time: &'a str,
    level: Level,
    target: &'a str,
    fields: Fields,
}

impl Line<'_> {
    fn json(&self) -> String {
        let mut line = String::with_capacity(256);
        let _ = write!(
            line,
            "{{\"ts\":\"{}\",\"level\":\"{}\",\"msg\":\"",
            self.time, self.level
        );
        escape(&mut line, &self.fields.message, json_escape);
        line.push_str("\",\"target\":\"");
        escape(&mut line, self.target, json_escape);
        line.push('"');
        for (name, value) in &self.fields.rest {
            line.push_str(",\"");
            escape(&mut line, name, json_escape);
            line.push_str("\":");
            match value {
                Value::Bare(text) => line.push_str(text),
                Value::Text(text) => {
                    line.push('"');
                    escape(&mut line, text, json_escape);
                    line.push('"');
                }
            }
        }
        line.push_str("}\n");
        line
    }

    fn pretty(&self, color: bool) -> String {
        let (paint, bold, plain) = if color {
            (paint(self.level), "\x1b[1m", "\x1b[0m")
        } else {
            ("", "", "")
        };
        let mut line = String::with_capacity(160);
        let _ = write!(line, "{} {paint}{:>5}{plain} {bold}", self.time, self.level);
        escape(&mut line, &self.fields.message, text_escape);
        line.push_str(plain);
        for (name, value) in &self.fields.rest {
            let _ = write!(line, " {name}=");
            match value {
                Value::Bare(text) => line.push_str(text),
                // What could be taken for another field stands in quotes.
                Value::Text(text) if text.contains([' ', '=', '"']) => {
                    line.push('"');
                    escape(&mut line, text, quoted_escape);
                    line.push('"');
                }
                Value::Text(text) => escape(&mut line, text, text_escape),
            }
        }
        let _ = writeln!(line, "  ({})", self.target);
        line
    }
}

const fn paint(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG | Level::TRACE => "\x1b[2m",
    }
}

/// Appends `text`, cut to [`LONGEST`] characters, with every character that is not harmless replaced.
fn escape(line: &mut String, text: &str, replace: fn(&mut String, char) -> bool) {
    let mut characters = text.chars();
    for character in characters.by_ref().take(LONGEST) {
        if !replace(line, character) {
            line.push(character);
        }
    }
    if characters.next().is_some() {
        line.push('…');
    }
}

fn json_escape(line: &mut String, character: char) -> bool {
    match character {
        '"' | '\\' => {
            line.push('\\');
            line.push(character);
        }
        '\n' => line.push_str("\\n"),
        _ if is_unruly(character) => {
            let _ = write!(line, "\\u{:04x}", u32::from(character));
        }
        _ => return false,
    }
    true
}

fn text_escape(line: &mut String, character: char) -> bool {
    if is_unruly(character) {
        line.extend(character.escape_unicode());
        return true;
    }
    false
}

fn quoted_escape(line: &mut String, character: char) -> bool {
    if matches!(character, '"' | '\\') {
        line.push('\\');
        line.push(character);
        return true;
    }
    text_escape(line, character)
}

/// Control characters, line and paragraph separators, and marks that reorder what is shown. All lie in the basic
/// plane, so that four hexadecimal digits name each.
const fn is_unruly(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    fn logged(form: Form, act: impl FnOnce()) -> String {
        let text = Arc::new(Mutex::new(String::new()));
        let sink = Arc::clone(&text);
        let lines = Lines {
            form,
            write: move |line: &str| sink.lock().unwrap().push_str(line),
        };
        tracing::subscriber::with_default(Registry::default().with(lines), act);
        let text = text.lock().unwrap();
        text.clone()
    }

    const HOSTILE: &str = "ann\r\n{\"level\":\"INFO\"}\x1b[2J\u{2028}\u{202e}\"\\";

    #[test]
    fn a_json_line_is_one_object_with_the_fields_of_its_spans() {
        let text = logged(Form::Json, || {
            let span = tracing::info_span!("request", request_id = "7F3K");
            let _entered = span.enter();
            tracing::warn!(username = HOSTILE, status = 401_u16, ok = false, "refused");
        });
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains(['\x1b', '\u{2028}', '\u{202e}']));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["msg"], "refused");
        assert_eq!(value["level"], "WARN");
        assert_eq!(value["username"], HOSTILE);
        assert_eq!(value["status"], 401);
        assert_eq!(value["ok"], false);
        assert_eq!(value["request_id"], "7F3K");
    }

    #[test]
    fn a_line_for_people_holds_no_control_characters() {
        let text = logged(Form::Pretty { color: false }, || {
            tracing::info!(username = HOSTILE, shown = %HOSTILE, debugged = ?HOSTILE, "request");
        });
        assert_eq!(text.matches('\n').count(), 1);
        assert!(!text.contains(['\r', '\x1b', '\u{2028}', '\u{202e}']), "{text}");
        assert!(text.contains("\\u{1b}[2J"), "{text}");
        assert!(
            logged(Form::Pretty { color: false }, || tracing::info!(
                name = "a b=c",
                "x"
            ))
            .contains("name=\"a b=c\"")
        );
    }

    #[test]
    fn a_long_value_is_cut() {
        let text = logged(Form::Json, || {
            tracing::info!(agent = "x".repeat(100_000), "request");
        });
        assert!(text.len() < 2_000);
    }

    #[test]
    fn colours_are_only_there_when_wanted() {
        assert!(logged(Form::Pretty { color: true }, || tracing::info!("x")).contains('\x1b'));
        assert!(!logged(Form::Pretty { color: false }, || tracing::info!("x")).contains('\x1b'));
    }
}
