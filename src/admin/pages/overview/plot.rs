//! Plots as SVG that the server makes, each with its numbers beside it as a table.

use super::period::Slot;

/// The plot in its own units; the page scales it.
pub(super) const WIDTH: i64 = 360;
/// As above.
pub(super) const HEIGHT: i64 = 170;
const LEFT: i64 = 40;
const RIGHT: i64 = 8;
const TOP: i64 = 10;
const BOTTOM: i64 = 26;
/// A label of the axis of time is no wider than this.
const LABEL: i64 = 40;

/// What of each slot is shown.
pub(super) struct Series {
    /// Its name.
    pub(super) name: &'static str,
    /// Its colour: a class of the style sheet.
    pub(super) class: &'static str,
    /// One value a slot; none where nothing was measured.
    pub(super) values: Vec<Option<i64>>,
}

/// A plot of one or more series over the same time.
pub(super) struct Plot {
    /// Names it in the page.
    pub(super) id: &'static str,
    /// Its title.
    pub(super) title: &'static str,
    /// What is on the axis of values.
    pub(super) unit: &'static str,
    /// What it says, for those who do not see it.
    pub(super) summary: String,
    /// What it shows.
    pub(super) series: Vec<Series>,
    /// Its bars.
    pub(super) bars: Vec<Bar>,
    /// Lines across, with their values.
    pub(super) levels: Vec<Mark>,
    /// Marks on the axis of time.
    pub(super) times: Vec<Mark>,
    /// The rows of the table: the time, and one value a series.
    pub(super) rows: Vec<(String, Vec<String>)>,
}

/// A bar.
pub(super) struct Bar {
    /// From the left.
    pub(super) x: i64,
    /// From the top.
    pub(super) y: i64,
    /// Across.
    pub(super) width: i64,
    /// Down.
    pub(super) height: i64,
    /// Its colour.
    pub(super) class: &'static str,
}

/// A label at a place.
pub(super) struct Mark {
    /// Where, along its axis.
    pub(super) at: i64,
    /// What it says.
    pub(super) text: String,
}

impl Plot {
    /// A plot whose bars of one slot stand upon each other, or side by side where they are not parts of one thing.
    pub(super) fn new(
        (id, title, unit): (&'static str, &'static str, &'static str),
        slots: &[Slot],
        series: Vec<Series>,
        stacked: bool,
    ) -> Self {
        let top = highest(&series, slots.len(), stacked);
        let scale = Scale::upto(top);
        Self {
            id,
            title,
            unit,
            summary: summary(&series, top, unit),
            bars: bars(&series, slots.len(), stacked, &scale),
            levels: scale.levels(),
            times: times(slots),
            rows: rows(slots, &series),
            series,
        }
    }

    /// Whether nothing was measured, or nothing happened.
    pub(super) fn is_empty(&self) -> bool {
        self.series
            .iter()
            .all(|series| series.values.iter().all(|value| value.unwrap_or_default() == 0))
    }

    /// Where the plot begins, from the left.
    #[expect(clippy::unused_self, reason = "templates ask their plot")]
    pub(super) const fn left(&self) -> i64 {
        LEFT
    }

    /// Where it ends.
    #[expect(clippy::unused_self, reason = "templates ask their plot")]
    pub(super) const fn right(&self) -> i64 {
        WIDTH - RIGHT
    }

    /// Where zero is, from the top.
    #[expect(clippy::unused_self, reason = "templates ask their plot")]
    pub(super) const fn zero(&self) -> i64 {
        HEIGHT - BOTTOM
    }
}

/// The values of the axis: a round number at the top, and lines between.
struct Scale {
    top: i64,
    step: i64,
}

impl Scale {
    fn upto(highest: i64) -> Self {
        let rough = highest.max(1).saturating_add(3) / 4;
        let mut unit = 1_i64;
        while unit.saturating_mul(10) <= rough {
            unit = unit.saturating_mul(10);
        }
        let step = [1, 2, 5, 10]
            .map(|times| unit.saturating_mul(times))
            .into_iter()
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        let steps = highest.max(1).saturating_add(step - 1) / step;
        Self {
            top: step.saturating_mul(steps),
            step,
        }
    }

    fn height_of(&self, value: i64) -> i64 {
        let room = HEIGHT - TOP - BOTTOM;
        value.saturating_mul(room) / self.top
    }

    fn levels(&self) -> Vec<Mark> {
        let mut levels = Vec::new();
        let mut value = 0;
        while value <= self.top {
            levels.push(Mark {
                at: HEIGHT - BOTTOM - self.height_of(value),
                text: short(value),
            });
            value += self.step;
        }
        levels
    }
}

/// A number in few characters.
fn short(value: i64) -> String {
    match value {
        10_000_000.. => format!("{}M", value / 1_000_000),
        10_000.. => format!("{}k", value / 1_000),
        _ => value.to_string(),
    }
}

fn highest(series: &[Series], slots: usize, stacked: bool) -> i64 {
    let at = |slot: usize| {
        let values = series
            .iter()
            .filter_map(move |series| series.values.get(slot).copied().flatten());
        if stacked {
            values.sum()
        } else {
            values.max().unwrap_or_default()
        }
    };
    (0..slots).map(at).max().unwrap_or_default()
}

fn bars(series: &[Series], slots: usize, stacked: bool, scale: &Scale) -> Vec<Bar> {
    let count = i64::try_from(slots).unwrap_or(1).max(1);
    let beside = if stacked {
        1
    } else {
        i64::try_from(series.len()).unwrap_or(1).max(1)
    };
    let edge = |slot: i64| LEFT + slot * (WIDTH - LEFT - RIGHT) / count;
    let mut all = Vec::new();
    for (slot, at) in (0..slots).zip(0_i64..) {
        let mut below = 0;
        for (one, nth) in series.iter().zip(0_i64..) {
            let Some(value) = one.values.get(slot).copied().flatten().filter(|value| *value > 0) else {
                continue;
            };
            let (from, to) = (edge(at) + 1, edge(at + 1));
            let width = ((to - from) / beside).max(1);
            // What is there is seen, however little it is.
            let height = scale.height_of(value).max(1);
            all.push(Bar {
                x: from + if stacked { 0 } else { nth * width },
                y: HEIGHT - BOTTOM - below - height,
                width,
                height,
                class: one.class,
            });
            if stacked {
                below += height;
            }
        }
    }
    all
}

/// Every so many slots a mark, so that none runs into the next.
fn times(slots: &[Slot]) -> Vec<Mark> {
    let count = i64::try_from(slots.len()).unwrap_or(1).max(1);
    let every = (slots.len() / 4).max(1);
    slots
        .iter()
        .zip(0_i64..)
        .step_by(every)
        .map(|(slot, at)| Mark {
            at: LEFT + at * (WIDTH - LEFT - RIGHT) / count,
            text: slot.mark.clone(),
        })
        .filter(|mark| mark.at <= WIDTH - RIGHT - LABEL)
        .collect()
}

fn rows(slots: &[Slot], series: &[Series]) -> Vec<(String, Vec<String>)> {
    let cell = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    slots
        .iter()
        .enumerate()
        .map(|(at, slot)| {
            let cells = series
                .iter()
                .map(|series| cell(series.values.get(at).copied().flatten()));
            (slot.words.clone(), cells.collect())
        })
        .rev()
        .collect()
}

fn summary(series: &[Series], top: i64, unit: &str) -> String {
    let names: Vec<&str> = series.iter().map(|series| series.name).collect();
    format!(
        "{}. The highest is {top} {unit}. The table below has every number.",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(count: usize) -> Vec<Slot> {
        (0..count)
            .map(|at| Slot {
                mark: at.to_string(),
                words: at.to_string(),
            })
            .collect()
    }

    fn series(values: &[Option<i64>]) -> Series {
        Series {
            name: "x",
            class: "a",
            values: values.to_vec(),
        }
    }

    #[test]
    fn the_axis_ends_at_a_round_number_that_is_high_enough() {
        for (highest, top, step) in [
            (0, 1, 1),
            (1, 1, 1),
            (4, 4, 1),
            (5, 6, 2),
            (37, 40, 10),
            (99, 100, 50),
            (1_001, 1_500, 500),
        ] {
            let scale = Scale::upto(highest);
            assert_eq!((scale.top, scale.step), (top, step), "{highest}");
            assert!(scale.levels().len() <= 6);
        }
        let huge = Scale::upto(i64::MAX);
        assert!(huge.top > 0 && huge.height_of(i64::MAX) <= HEIGHT);
    }

    #[test]
    fn bars_stay_inside_and_what_is_there_is_seen() {
        let values: Vec<Option<i64>> = (0..168).map(|at| (at % 5 != 0).then_some(at * 1_000)).collect();
        for stacked in [true, false] {
            let both = vec![series(&values), series(&[Some(1)])];
            let plot = Plot::new(("p", "P", "things"), &slots(168), both, stacked);
            for bar in &plot.bars {
                assert!(bar.x >= LEFT && bar.x + bar.width <= WIDTH, "{}", bar.x);
                assert!(bar.y >= 0 && bar.y + bar.height <= HEIGHT - BOTTOM && bar.height >= 1);
            }
            assert_eq!(plot.rows.len(), 168);
        }
    }

    #[test]
    fn nothing_measured_is_nothing_shown() {
        let plot = Plot::new(("p", "P", "things"), &slots(24), vec![series(&[None; 24])], true);
        assert!(plot.is_empty() && plot.bars.is_empty());
        assert_eq!(plot.rows[0].1, ["–"]);
    }
}
