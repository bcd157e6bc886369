//! `/statistics`: what happened, hour by hour or day by day.

use super::answer::Answer;
use super::call::Call;
use super::operation::{Gives, Kind, Operation, PLAIN, Parameter};
use super::problem::{Code, Problem};
use super::schemas::one;
use crate::statistics::{self, BY_THE_HOUR, Bucket, KEPT, Resolution};
use serde::Serialize;
use utoipa::ToSchema;
use vouchsafe_core::model::Span;

/// What happened.
#[derive(Serialize, ToSchema)]
pub(super) struct Statistics {
    /// What an item is: an hour, or a day (UTC).
    resolution: Resolution,
    /// The hours or days, the oldest first.
    items: Vec<Bucket>,
}

const RESOLUTIONS: fn() -> Vec<&'static str> = || Resolution::ALL.map(Resolution::as_str).to_vec();

/// The hours that are told when nobody says which.
const USUAL: Span = Span::from_hours(23);

pub(super) const READ: Operation = Operation {
    id: "readStatistics",
    summary: "Read what happened in each hour or on each day, the oldest first: the last day, or from one instant to another within ninety days",
    query: &[
        Parameter {
            name: "since",
            about: "From the hour or day of this instant on",
            kind: Kind::Instant,
        },
        Parameter {
            name: "until",
            about: "To the hour or day of this instant",
            kind: Kind::Instant,
        },
        Parameter {
            name: "resolution",
            about: "By the hour, for at most seven days, or by the day (UTC); when nobody says which, by the hour for seven days and by the day for more",
            kind: Kind::Word(RESOLUTIONS),
        },
    ],
    gives: Gives::Document(one::<Statistics>),
    ..PLAIN
};

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    let now = call.cx.now;
    let oldest = now.minus(KEPT);
    for name in ["since", "until"] {
        if call.query.instant(name).is_some_and(|at| at < oldest) {
            return Err(Problem::new(Code::ParameterInvalid)
                .at(name)
                .saying("what was more than ninety days ago is not kept"));
        }
    }
    let last = call.query.instant("until").unwrap_or(now).min(now);
    let usual = || last.minus(USUAL).max(oldest);
    let first = call.query.instant("since").unwrap_or_else(usual);
    if first > last {
        return Err(Problem::new(Code::ParameterInvalid)
            .at("since")
            .saying("it must not be after the end, or after now"));
    }
    let (time, asked) = (last.since(first), call.query.text("resolution"));
    let resolution = asked
        .and_then(Resolution::parse)
        .unwrap_or_else(|| Resolution::fitting(time));
    if resolution == Resolution::Hour && time > BY_THE_HOUR {
        return Err(Problem::new(Code::ParameterInvalid)
            .at("resolution")
            .saying("more than seven days are told by the day"));
    }
    let items = call
        .read("api-statistics", move |tx| {
            statistics::read(tx, resolution, (first, last))
        })
        .await?;
    Ok(Answer::document(&Statistics { resolution, items }))
}
