//! `demo tour`: tells each step as it is taken, and ends with what they came to.

use super::super::exit::Failure;
use super::super::output::Output;
use super::seed::Seed;
use crate::demo::{Step, Tour};
use serde_json::json;
use std::cell::{Cell, RefCell};

/// A tour that is told to whoever started it.
pub(super) struct Guided<'a> {
    addresses: &'a [String; 3],
    output: &'a Output,
    tour: Cell<Option<Tour>>,
    steps: RefCell<Vec<Step>>,
}

impl<'a> Guided<'a> {
    /// As the first person of the demo.
    pub(super) fn of(addresses: &'a [String; 3], seed: &Seed, output: &'a Output) -> Result<Self, Failure> {
        let [_, app, _] = addresses;
        let person = seed
            .people
            .first()
            .ok_or_else(|| Failure::failed("the demo has no people; delete its folder"))?;
        let tour = Tour::new(app, &person.username, &person.password).map_err(Failure::failed)?;
        Ok(Self {
            addresses,
            output,
            tour: Cell::new(Some(tour)),
            steps: RefCell::default(),
        })
    }

    /// Walks through it.
    pub(super) async fn walk(&self) {
        let [issuer, app, api] = self.addresses;
        self.output
            .tell(&format!("server {issuer}, app {app}, API {api}: the tour begins"));
        let Some(tour) = self.tour.take() else { return };
        let steps = tour.walk(|step| self.output.tell(&line(step))).await;
        self.steps.replace(steps);
    }

    /// Says how it was; a failure when a step was not as it should be, or when the tour was stopped.
    pub(super) fn end(self) -> Result<(), Failure> {
        let [issuer, app, api] = self.addresses;
        let steps = self.steps.into_inner();
        if self.output.is_json() {
            let document = json!({ "issuer": issuer, "app": app, "api": api, "steps": steps });
            self.output.print(&document.to_string());
        }
        if steps.is_empty() {
            return Err(Failure::failed("the tour was stopped before its end"));
        }
        let failed: Vec<_> = steps
            .iter()
            .filter(|step| !step.ok)
            .map(|step| step.step)
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        Err(Failure::failed(format!(
            "not as it should be: {}",
            failed.join(", ")
        )))
    }
}

fn line(step: &Step) -> String {
    let took = step
        .ms
        .map_or_else(|| "failed".to_owned(), |ms| format!("{ms} ms"));
    format!("  {:<24}{took:>9}   {}", step.step, step.what)
}
