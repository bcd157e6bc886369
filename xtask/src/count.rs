//! Counting tests in what their runners print.

/// How many tests passed, failed and were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

/// Whose output is read.
#[derive(Clone, Copy)]
pub(crate) enum Runner {
    /// `cargo test`: a line `test result: …` for each binary.
    Cargo,
    /// `node --test`: lines such as `# pass 3` or `ℹ pass 3` at the end.
    Node,
}

impl Count {
    /// Adds what one line of a runner's output says.
    pub(crate) fn read(&mut self, runner: Runner, line: &str) {
        match runner {
            Runner::Cargo => self.read_cargo(line),
            Runner::Node => self.read_node(&without_colours(line)),
        }
    }

    /// Adds another count.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    fn read_cargo(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        for part in result.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (number, what) = (words.next().and_then(|word| word.parse().ok()), words.next());
            self.note(what.unwrap_or_default(), number.unwrap_or(0));
        }
    }

    fn read_node(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) else {
            return;
        };
        if let Some((what, number)) = rest.split_once(' ') {
            self.note(what, number.trim().parse().unwrap_or(0));
        }
    }

    fn note(&mut self, what: &str, number: u32) {
        match what {
            "passed" | "pass" => self.passed += number,
            "failed" | "fail" | "cancelled" => self.failed += number,
            "ignored" | "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }
}

/// The line without the escape sequences that colour it.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut pieces = line.split('\u{1b}');
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        plain.push_str(piece.split_once('m').map_or("", |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(runner: Runner, lines: &str) -> Count {
        let mut count = Count::default();
        lines.lines().for_each(|line| count.read(runner, line));
        count
    }

    #[test]
    fn the_binaries_of_cargo_test_are_added_up() {
        let lines = "test a ... ok\n\
            test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out; finished in 0.01s\n";
        assert_eq!(
            count(Runner::Cargo, lines),
            Count {
                passed: 7,
                failed: 2,
                skipped: 1
            }
        );
    }

    #[test]
    fn both_styles_of_node_are_read_with_and_without_colour() {
        let lines = "# tests 5\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 2\n# duration_ms 12.5";
        assert_eq!(
            count(Runner::Node, lines),
            Count {
                passed: 3,
                failed: 2,
                skipped: 2
            }
        );
        assert_eq!(count(Runner::Node, "\u{1b}[34mℹ pass 8\u{1b}[39m").passed, 8);
    }
}
