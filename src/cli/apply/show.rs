//! A plan for people and for programs. Secrets and passwords are never in it, only that they change.

use super::plan::{Action, Change, Plan, Step};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Members of which only the name is shown.
const SECRET: [&str; 2] = ["client_secret", "password"];

/// As a document.
pub(super) fn document(plan: &Plan) -> Value {
    plan.0
        .iter()
        .map(|step| {
            let changes: Map<String, Value> = step
                .changes
                .iter()
                .map(|change| {
                    let both = if SECRET.contains(&change.member.as_str()) {
                        json!({})
                    } else {
                        json!({"before": change.before, "after": change.after})
                    };
                    (change.member.clone(), both)
                })
                .collect();
            json!({
                "action": step.action.word(),
                "kind": step.kind.word(),
                "id": step.id,
                "changes": changes,
            })
        })
        .collect()
}

/// In words: what changes, and how many things stay as they are.
pub(super) fn text(plan: &Plan) -> String {
    let mut text = String::new();
    for step in &plan.0 {
        let mark = match step.action {
            Action::Create => '+',
            Action::Update => '~',
            Action::Delete => '-',
            Action::Unchanged => continue,
        };
        let _ = writeln!(text, "{mark} {} {}", step.kind.word(), step.id);
        for change in &step.changes {
            let _ = writeln!(text, "    {}", line(change));
        }
    }
    let counts = [
        (Action::Create, "to create"),
        (Action::Update, "to update"),
        (Action::Delete, "to delete"),
        (Action::Unchanged, "unchanged"),
    ];
    let counts = counts.map(|(action, words)| format!("{} {words}", plan.count(action)));
    text.push_str(&counts.join(", "));
    text
}

fn line(change: &Change) -> String {
    if SECRET.contains(&change.member.as_str()) {
        return format!("{}: (new)", change.member);
    }
    let shown = |value: &Value| {
        if value.is_null() {
            "(none)".to_owned()
        } else {
            value.to_string()
        }
    };
    format!(
        "{}: {} -> {}",
        change.member,
        shown(&change.before),
        shown(&change.after)
    )
}

/// What is deleted, for the question.
pub(super) fn deletions(plan: &Plan) -> String {
    let deleted = |step: &&Step| step.action == Action::Delete;
    let named: Vec<_> = plan
        .0
        .iter()
        .filter(deleted)
        .map(|step| format!("{} {}", step.kind.word(), step.id))
        .collect();
    named.join(", ")
}
