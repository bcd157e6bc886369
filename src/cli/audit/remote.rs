//! `audit …` through a server.

use super::{AuditVerb, ExportArgs, PATIENCE, Role, TailArgs, nobody, pause, whole};
use crate::audit::export;
use crate::cli::exit::{Exit, Failure};
use crate::cli::instant::instant;
use crate::cli::output::{Output, harmless_json};
use crate::cli::remote::{PAGE, Remote, word};
use crate::ports::{Clock as _, SystemClock};
use serde_json::Value;
use url::form_urlencoded::Serializer;

pub(super) fn run(server: &Remote, verb: AuditVerb, output: &Output) -> Result<(), Failure> {
    let last = settled(server)?;
    match verb {
        AuditVerb::Tail(args) => tail(server, &args, last, output),
        AuditVerb::Export(args) => write(server, args, output),
        AuditVerb::Verify => {
            let verdict = server.get("/audit/verification")?.value;
            output.report(&verdict, &judged(&verdict)?);
            Ok(())
        }
    }
}

/// What a verification by the server came to. One that was cut off says nothing of what it did not read.
fn judged(verdict: &Value) -> Result<String, Failure> {
    let is = |name: &str, wanted: bool| verdict.get(name) == Some(&Value::Bool(wanted));
    if !is("whole", true) {
        return Err(Failure::failed(word(verdict, "broken")));
    }
    let (records, last) = (number(verdict, "records"), number(verdict, "last"));
    if is("to_the_end", false) {
        return Err(Failure::failed(format!(
            "the server read {records} records, up to {last}, which are whole, and no further: verify the rest on its \
             database"
        )));
    }
    Ok(whole(records, last))
}

/// Waits until what has happened until now has its number, and tells the last one.
fn settled(server: &Remote) -> Result<i64, Failure> {
    let mut left = PATIENCE;
    loop {
        let told = server.get("/audit/records?limit=1")?.value;
        left = left.saturating_sub(1);
        if left == 0 || told.get("more_to_number") != Some(&Value::Bool(true)) {
            return Ok(number(&told, "last"));
        }
        pause();
    }
}

fn tail(server: &Remote, args: &TailArgs, last: i64, output: &Output) -> Result<(), Failure> {
    let newest = last.saturating_sub(i64::from(args.lines));
    let mut after = args.after.unwrap_or(newest).max(0);
    loop {
        let path = format!("/audit/records?limit={PAGE}&after={after}");
        let told = server.get(&path)?.value;
        let records = told.get("items").and_then(Value::as_array);
        let before = after;
        for record in records.into_iter().flatten() {
            output.print(&harmless_json(&record.to_string()));
            after = after.max(number(record, "seq"));
        }
        if after > before && !output.is_broken() {
            continue;
        }
        if !args.follow || output.is_broken() {
            return Ok(());
        }
        pause();
    }
}

fn write(server: &Remote, args: ExportArgs, output: &Output) -> Result<(), Failure> {
    let (format, after) = (export::Format::from(args.format), args.after);
    let wanted = args.wanted(SystemClock.now(), |role, named| sub(server, role, named))?;
    let kinds: Vec<_> = wanted.kinds.iter().map(|kind| kind.as_str()).collect();
    let kinds = (!kinds.is_empty()).then(|| kinds.join(","));
    let after = (after > 0).then(|| after.to_string());
    let mut query = Serializer::new(String::from("/audit/export?"));
    query.append_pair("format", format.as_str());
    for (name, value) in [
        ("after", after),
        ("event", kinds),
        ("subject", wanted.subject),
        ("client_id", wanted.client_id),
        ("actor", wanted.actor),
        ("request_id", wanted.request_id),
        ("since", wanted.since.map(instant)),
        ("until", wanted.until.map(instant)),
    ] {
        if let Some(value) = value {
            query.append_pair(name, &value);
        }
    }
    server.write_file(&query.finish(), output)
}

/// The `sub` of whom the records are wanted. Records outlive the accounts that they are about.
fn sub(server: &Remote, role: Role, named: String) -> Result<String, Failure> {
    match server.user(&named) {
        Ok(person) => return Ok(word(&person.value, "sub")),
        Err(failure) if failure.exit == Exit::Failed => {}
        Err(failure) => return Err(failure),
    }
    let mut query = Serializer::new(String::from("/audit?limit=1"));
    query.append_pair(role.word(), &named);
    let told = server.get(&query.finish())?.value;
    let any = told.get("items").and_then(Value::as_array);
    if any.is_none_or(Vec::is_empty) {
        return Err(nobody(&named));
    }
    Ok(named)
}

fn number(document: &Value, name: &str) -> i64 {
    document.get(name).and_then(Value::as_i64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_verification_that_was_cut_off_is_not_called_whole() {
        let verdict = |end: bool| json!({"whole": true, "records": 3, "last": 7, "to_the_end": end});
        assert_eq!(
            judged(&verdict(true)).unwrap(),
            "the audit log is whole: 3 records, the last is 7"
        );
        let cut = judged(&verdict(false)).unwrap_err();
        assert_eq!(cut.exit, Exit::Failed);
        assert!(cut.message.contains("3 records, up to 7"), "{}", cut.message);
        let broken = judged(&json!({"whole": false, "broken": "record 2: it was changed"})).unwrap_err();
        assert_eq!(broken.message, "record 2: it was changed");
    }
}
