//! `audit …` through a server.

use super::{AuditVerb, ExportArgs, Format, PATIENCE, TailArgs, pause};
use crate::audit::export;
use crate::cli::exit::{Exit, Failure};
use crate::cli::instant::instant;
use crate::cli::output::Output;
use crate::cli::remote::{Remote, word};
use crate::ports::{Clock as _, SystemClock};
use serde_json::Value;
use url::form_urlencoded::Serializer;
use vouchsafe_core::model::EventKind;

pub(super) fn run(server: &Remote, verb: AuditVerb, output: &Output) -> Result<(), Failure> {
    settled(server)?;
    match verb {
        AuditVerb::Tail(args) => tail(server, &args, output),
        AuditVerb::Export(args) => write(server, args, output),
        AuditVerb::Verify => {
            let verdict = server.get("/audit/verification")?.value;
            let number = |name: &str| verdict.get(name).and_then(Value::as_i64).unwrap_or_default();
            if verdict.get("whole") != Some(&Value::Bool(true)) {
                return Err(Failure::failed(word(&verdict, "broken")));
            }
            let text = format!(
                "the audit log is whole: {} records, the last is {}",
                number("records"),
                number("last")
            );
            output.report(&verdict, &text);
            Ok(())
        }
    }
}

/// Waits until what has happened until now has its number.
fn settled(server: &Remote) -> Result<(), Failure> {
    for _ in 0..PATIENCE {
        let newest = server.get("/audit?limit=1")?.value;
        // Those without a number stand first.
        if newest.pointer("/items/0").is_none_or(|record| seq(record) > 0) {
            break;
        }
        pause();
    }
    Ok(())
}

fn tail(server: &Remote, args: &TailArgs, output: &Output) -> Result<(), Failure> {
    let most = args.after.map_or(args.lines as usize, |_| usize::MAX);
    let mut after = args.after.unwrap_or_default();
    let mut records = newest(server, after, most)?;
    loop {
        // They come newest first.
        for record in records.iter().rev() {
            output.print(&record.to_string());
            after = after.max(seq(record));
        }
        if !args.follow {
            return Ok(());
        }
        pause();
        records = newest(server, after, usize::MAX)?;
    }
}

/// The numbered records after a number, newest first.
fn newest(server: &Remote, after: i64, most: usize) -> Result<Vec<Value>, Failure> {
    let mut records = Vec::new();
    server.each("/audit", &[], &mut |record| {
        let number = seq(&record);
        if number > after && records.len() < most {
            records.push(record);
        }
        // Those of this moment have no number yet, and stand first.
        Ok(records.len() < most && (number == 0 || number > after))
    })?;
    Ok(records)
}

fn write(server: &Remote, args: ExportArgs, output: &Output) -> Result<(), Failure> {
    let now = SystemClock.now();
    let subject = args
        .user
        .map(|named| match server.user(&named) {
            Ok(person) => Ok(word(&person.value, "sub")),
            // Records outlive the accounts that they are about.
            Err(failure) if failure.exit == Exit::Failed => Ok(named),
            Err(failure) => Err(failure),
        })
        .transpose()?;
    let one = args.event.first().filter(|_| args.event.len() == 1);
    let since = args.since.map(|since| instant(since.before(now)));
    let until = args.until.map(|until| instant(until.before(now)));
    let mut query = Serializer::new(String::from("/audit/export?"));
    query.append_pair("format", "jsonl");
    for (name, value) in [
        ("event", one.map(|kind| kind.as_str())),
        ("subject", subject.as_deref()),
        ("client_id", args.client.as_deref()),
        ("actor", args.actor.as_deref()),
        ("since", since.as_deref()),
        ("until", until.as_deref()),
    ] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    if matches!(args.format, Format::Csv) {
        output.write(&format!("{}\r\n", export::csv_head()));
    }
    let wanted = |record: &Value| {
        let kind = EventKind::parse(&word(record, "event"));
        seq(record) > args.after
            && (args.event.is_empty() || kind.is_some_and(|kind| args.event.contains(&kind)))
    };
    server.lines(&query.finish(), &mut |line| {
        // What is no record is an answer of another kind, which is told by its status.
        let record = serde_json::from_str::<Value>(line).unwrap_or_default();
        if !wanted(&record) {
            return;
        }
        match args.format {
            Format::Jsonl => output.print(line),
            Format::Csv => output.write(&format!("{}\r\n", export::csv_row_of(&record))),
        }
    })
}

fn seq(record: &Value) -> i64 {
    record.get("seq").and_then(Value::as_i64).unwrap_or_default()
}
