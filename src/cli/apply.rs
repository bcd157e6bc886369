//! `apply`: brings APIs, clients and people to what documents say, all of it or nothing.

mod current;
mod declared;
mod deeds;
mod files;
mod node;
mod parse;
mod plan;
mod section;
mod show;
#[cfg(test)]
mod tests;

use super::args::Global;
use super::config;
use super::confirm::confirm;
use super::exit::{Exit, Failure};
use super::open::Workplace;
use super::output::Output;
use super::remote::only_on_the_database;
use crate::accounts::administrators;
use crate::audit::Act;
use crate::config::{Problem, Source};
use clap::Args;
use current::Current;
use declared::Declared;
use plan::{Action, Plan, Rules};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use vouchsafe_core::model::ClientId;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vouchsafe apply -f ./identity --dry-run\n  vouchsafe apply -f shop.toml -f people.toml --prune --yes"
)]
pub(crate) struct ApplyArgs {
    /// A document, or a folder with documents that end with .toml or .json; may be given several times
    #[arg(short = 'f', long = "file", value_name = "PATH", required = true)]
    file: Vec<PathBuf>,
    /// Only show what would be done
    #[arg(long)]
    dry_run: bool,
    /// Delete what an earlier run of this set made and no document declares any more
    #[arg(long)]
    prune: bool,
    /// The name of this set of documents: --prune deletes only what the same set made
    #[arg(long, value_name = "NAME", default_value = "default", value_parser = set_name)]
    set: String,
    /// Do not ask before something is deleted
    #[arg(long)]
    yes: bool,
}

fn set_name(text: &str) -> Result<String, String> {
    let lawful = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if (1..=64).contains(&text.len()) && text.chars().all(lawful) {
        Ok(text.to_owned())
    } else {
        Err("it has 1 to 64 letters, digits and the characters . _ -".to_owned())
    }
}

pub(crate) fn run(global: &Global, args: &ApplyArgs, output: &Output) -> Result<(), Failure> {
    only_on_the_database(global, "apply")?;
    let place = Workplace::open_or_begin(global, !args.dry_run)?;
    let (declared, problems) = files::read(&args.file);
    let declared = Arc::new(declared);
    let (plan, current, rules) = match plan(&place, args, &declared)? {
        Ok(planned) if problems.is_empty() => planned,
        Ok(_) => return Err(refuse(problems, output)),
        Err(further) => return Err(refuse([problems, further].concat(), output)),
    };
    output.tell(&show::text(&plan));
    if plan.ends_administration(&current, place.ports.clock.now()) {
        return Err(Failure::failed(administrators::LAST));
    }
    let document = show::document(&plan);
    let mut members = json!({"dry_run": args.dry_run, "set": args.set, "plan": document});
    let mut instead = Vec::new();
    if args.dry_run {
        output.tell("nothing was changed");
    } else if !plan.is_idle() {
        let deletes = plan.count(Action::Delete);
        if deletes > 0 {
            let what = show::deletions(&plan);
            confirm(output, &format!("delete {what}?"), args.yes)?;
        }
        let made = deeds::carry_out(&place, (declared, &current), (plan, rules), &args.set)?;
        output.tell("done");
        let another = |(id, _): &(ClientId, _)| format!("`vouchsafe client rotate-secret {id}`");
        instead.extend(made.iter().map(another));
        let secrets: Vec<_> = made
            .iter()
            .map(|(id, secret)| json!({"client_id": id, "client_secret": secret.expose()}))
            .collect();
        if !secrets.is_empty() && !output.is_json() {
            output.note("these secrets are shown this once:");
            output.answer(&json!({"secrets": secrets}));
        }
        if let Some(members) = members.as_object_mut() {
            members.insert("secrets".to_owned(), Value::Array(secrets));
        }
    }
    if output.is_json() {
        output.answer(&members);
    }
    if instead.is_empty() {
        return Ok(());
    }
    output.delivered(&format!("make others with {}", instead.join(" and ")))
}

type Planned = (Plan, Current, Arc<Rules>);

/// Makes the plan, or tells what is wrong with the documents.
fn plan(
    place: &Workplace,
    args: &ApplyArgs,
    declared: &Arc<Declared>,
) -> Result<Result<Planned, Vec<Problem>>, Failure> {
    let act = Act::new("cli", place.ports.clock.now(), &place.ports.entropy);
    let (set, known, now) = (args.set.clone(), Arc::clone(declared), act.now);
    let current = place
        .store
        .read_blocking("apply", move |tx| Current::read(tx, &known, &set, now))?;
    // Without a secret to compare with there is nothing that this server's own secrets were needed for.
    let compares = declared.clients.iter().any(|client| {
        let known = current.secrets.get(&client.id);
        client.secret.is_some() && known.is_some_and(|secrets| !secrets.is_empty())
    });
    let peppers = if compares {
        Some(Arc::new(place.secrets()?))
    } else {
        None
    };
    let rules = Rules {
        prune: args.prune,
        issuer: place.config.issuer.clone(),
        minimum_length: place.config.passwords.minimum_length,
        peppers,
    };
    Ok(Plan::of(declared, &current, &rules, &act).map(|plan| (plan, current, Arc::new(rules))))
}

/// Everything that is wrong with the documents, in their order.
fn refuse(mut problems: Vec<Problem>, output: &Output) -> Failure {
    problems.sort_by(|one, other| place_of(one).cmp(&place_of(other)));
    if output.is_json() {
        let all: Vec<_> = problems.iter().map(config::problem).collect();
        output.print(&json!({"valid": false, "problems": all}).to_string());
    }
    let mut text = match problems.len() {
        1 => "the documents have a problem; nothing was changed:\n".to_owned(),
        many => format!("the documents have {many} problems; nothing was changed:\n"),
    };
    for problem in &problems {
        let _ = writeln!(text, "  {problem}");
    }
    Failure::new(Exit::Configuration, text)
}

fn place_of(problem: &Problem) -> (Option<&PathBuf>, usize) {
    match &problem.source {
        Source::File { path, line } => (Some(path), *line),
        Source::Default | Source::Environment(_) | Source::Flag(_) => (None, 0),
    }
}
