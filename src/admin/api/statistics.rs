//! `/statistics`: what happened, hour by hour.

use super::answer::Answer;
use super::call::Call;
use super::operation::{Gives, Kind, Operation, PLAIN, Parameter};
use super::problem::{Code, Problem};
use super::schemas::list as list_of;
use crate::statistics::{Hour, by_hour};
use serde::Serialize;
use vouchsafe_core::model::Span;

/// Written as it is: ninety days are a megabyte.
#[derive(Serialize)]
struct Hours<'a> {
    items: &'a [Hour],
}

/// The hours that are told when nobody says which.
const USUAL: Span = Span::from_hours(23);

pub(super) const READ: Operation = Operation {
    id: "readStatistics",
    summary: "Read what happened in each hour, the oldest first: the last day, or from one instant to another within ninety days",
    query: &[
        Parameter {
            name: "since",
            about: "From the hour of this instant on",
            kind: Kind::Instant,
        },
        Parameter {
            name: "until",
            about: "To the hour of this instant",
            kind: Kind::Instant,
        },
    ],
    gives: Gives::Document(list_of::<Hour>),
    ..PLAIN
};

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    let now = call.cx.now;
    let last = call.query.instant("until").unwrap_or(now).min(now);
    let first = call.query.instant("since").unwrap_or_else(|| last.minus(USUAL));
    if first > last {
        return Err(Problem::new(Code::ParameterInvalid)
            .at("since")
            .saying("it must not be after the end, or after now"));
    }
    let hours = call
        .read("api-statistics", move |tx| by_hour(tx, first, last))
        .await?;
    Ok(Answer::document(&Hours { items: &hours }))
}
