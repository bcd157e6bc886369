//! Runs a target over its seeds, and over what a fixed chance makes of them: bytes turned, left out and put in, and pieces of
//! one seed in another. What a fuzzer does for hours, without its guidance, in a moment; and every time the same.

use std::path::Path;

/// Inputs that are made of the seeds of one target.
const MADE: usize = 2_000;
/// So many changes in a row at most.
const CHANGES: u64 = 6;
/// Bytes that mean something to one parser or another.
const LETTERS: &[u8] = b"\"\\{}[],:.0-9eE+%=&_A\n\0\xff";

/// Runs the target of this name.
///
/// # Panics
/// When the target does; when none of its seeds is taken any more, or everything is: then it looks at nothing.
pub fn rehearse(name: &str, run: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(name);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry of a folder").path())
        .collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| std::fs::read(path).expect("a seed"))
        .collect();
    let good = seeds.iter().filter(|seed| run(seed)).count();
    assert!(good > 0, "{name}: of {} seeds none is taken", seeds.len());
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let made = (0..MADE).map(|_| chance.input(&seeds));
    let taken = made.filter(|input| run(input)).count();
    assert!(taken < MADE, "{name}: whatever comes is taken");
}

/// Random numbers that are the same in every run (xorshift64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let bound = u64::try_from(bound.max(1)).expect("a length");
        usize::try_from(self.0 % bound).expect("below a length")
    }

    /// A seed, changed.
    fn input(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.0 % CHANGES {
            self.change(&mut input, seeds);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        let end = (at + self.below(8)).min(input.len());
        match self.below(5) {
            0 => drop(input.drain(at..end)),
            1 => input.insert(at, LETTERS[self.below(LETTERS.len())]),
            2 if at < input.len() => input[at] ^= 1 << self.below(8),
            3 => {
                let piece = input[at..end].to_vec();
                input.splice(at..at, piece);
            }
            _ => {
                let other = &seeds[self.below(seeds.len())];
                let from = self.below(other.len() + 1);
                let to = (from + self.below(24)).min(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
}
