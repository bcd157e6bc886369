//! RFC 9700 §4.14: random lives of a refresh chain, against a model that remembers every token ever given.
//!
//! Several workers read the row, judge, and write guarded by what they read, in any order. The model knows no
//! generation arithmetic: it only knows which token lives, which one was spent for it, and which are over.

use super::samples::{NOW, after, grant};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vouchsafe_core::decide::refresh::{
    FURTHEST_JUMP, MOST_RECOVERIES, RefreshVerdict as Verdict, Step, Windows, judge_refresh,
};
use vouchsafe_core::model::{EndReason, Grant, Span, UnixTime};

const RETRY: i64 = 10;
const DISPLACE: i64 = 600;
const WINDOWS: Windows = Windows {
    retry: Span::from_seconds(RETRY),
    displace: Span::from_seconds(DISPLACE),
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    Live,
    Parent,
    Over,
}

/// What ought to happen.
struct Model {
    tokens: BTreeMap<i64, Life>,
    made_at: UnixTime,
    spent_at: UnixTime,
    repairs: i64,
    ended: bool,
}

impl Model {
    fn new() -> Self {
        Self {
            tokens: BTreeMap::from([(0, Life::Live)]),
            made_at: NOW,
            spent_at: NOW,
            repairs: 0,
            ended: false,
        }
    }

    /// The token that a presentation gives, or nothing and the grant is over.
    fn present(&mut self, token: i64, now: UnixTime) -> Option<i64> {
        let young = |since: UnixTime, seconds| now < since.plus(Span::from_seconds(seconds));
        match self.tokens.get(&token) {
            _ if self.ended => None,
            Some(Life::Live) => {
                (self.spent_at, self.repairs) = (now, 0);
                Some(self.succeed(token, now))
            }
            Some(Life::Parent) if young(self.made_at, RETRY) => self.live(),
            Some(Life::Parent) if young(self.spent_at, DISPLACE) && self.repairs < 3 => {
                self.repairs += 1;
                Some(self.succeed(token, now))
            }
            Some(Life::Parent | Life::Over) | None => {
                self.ended = true;
                None
            }
        }
    }

    fn succeed(&mut self, parent: i64, now: UnixTime) -> i64 {
        self.tokens.values_mut().for_each(|life| *life = Life::Over);
        let next = self.tokens.keys().max().map_or(0, |last| last + 1);
        self.tokens.extend([(parent, Life::Parent), (next, Life::Live)]);
        self.made_at = now;
        next
    }

    fn live(&self) -> Option<i64> {
        self.tokens
            .iter()
            .find(|(_, life)| **life == Life::Live)
            .map(|(token, _)| *token)
    }
}

fn advance(row: &mut Grant, step: Step) {
    (row.generation, row.parent, row.recovered) = (step.to, Some(step.parent), step.recovered);
    (row.rotated_at, row.parent_at) = (Some(step.rotated_at), Some(step.parent_at));
}

/// A request that has read the row and not written yet.
struct Pending {
    token: i64,
    read: Grant,
    now: UnixTime,
    verdict: Verdict,
}

/// The row, the requests under way, and what they ought to get.
struct World {
    row: Grant,
    model: Model,
    pending: BTreeMap<u8, Pending>,
}

impl World {
    fn read(&mut self, worker: u8, token: i64, now: UnixTime) -> Result<(), TestCaseError> {
        let verdict = judge_refresh(&self.row, token, &WINDOWS, true, now);
        match verdict {
            Verdict::Same => prop_assert_eq!(self.model.present(token, now), Some(self.row.generation)),
            Verdict::Refuse(_) => prop_assert!(self.model.ended),
            Verdict::Rotate(_) | Verdict::Displace(_) | Verdict::Jump(_) | Verdict::Reuse => {
                self.pending.insert(
                    worker,
                    Pending {
                        token,
                        read: self.row.clone(),
                        now,
                        verdict,
                    },
                );
            }
        }
        Ok(())
    }

    fn write(&mut self, worker: u8) -> Result<(), TestCaseError> {
        let Some(Pending {
            token,
            read,
            now,
            verdict,
        }) = self.pending.remove(&worker)
        else {
            return Ok(());
        };
        let moved = (self.row.generation, self.row.parent) != (read.generation, read.parent);
        match verdict {
            Verdict::Reuse => {
                prop_assert_eq!(self.model.present(token, now), None);
                self.row.ended.get_or_insert((now, EndReason::RefreshTokenReused));
            }
            // The guarded write found another row than was read: judge anew.
            _ if moved || self.row.ended.is_some() => {
                self.read(worker, token, now)?;
                self.write(worker)?;
            }
            Verdict::Rotate(step) | Verdict::Displace(step) => {
                prop_assert_eq!(self.model.present(token, now), Some(step.to));
                advance(&mut self.row, step);
            }
            Verdict::Same | Verdict::Jump(_) | Verdict::Refuse(_) => prop_assert!(false, "{:?}", verdict),
        }
        Ok(())
    }

    fn check(&self, now: UnixTime) -> Result<(), TestCaseError> {
        prop_assert!((0..=MOST_RECOVERIES).contains(&self.row.recovered));
        prop_assert_eq!(self.model.live(), Some(self.row.generation));
        prop_assert_eq!(self.model.ended, self.row.ended.is_some());
        if self.model.ended {
            return Ok(());
        }
        for (token, life) in &self.model.tokens {
            let verdict = judge_refresh(&self.row, *token, &WINDOWS, true, now);
            let rotates = matches!(verdict, Verdict::Rotate(_));
            prop_assert_eq!(rotates, *life == Life::Live, "one branch lives: {}", token);
            // However old: what is over ends the grant when it comes back, a displaced successor too.
            prop_assert!(
                *life != Life::Over || verdict == Verdict::Reuse,
                "{} {:?}",
                token,
                verdict
            );
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Move {
    Wait(i64),
    Read { worker: u8, back: i64 },
    Write { worker: u8 },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let waits = prop_oneof![0_i64..3, 5_i64..15, 100_i64..700];
    let ages = prop_oneof![6 => Just(0_i64), 6 => Just(1), 2 => Just(2), 1 => 3_i64..6];
    let one = prop_oneof![
        2 => waits.prop_map(Move::Wait),
        4 => (0_u8..4, ages).prop_map(|(worker, back)| Move::Read { worker, back }),
        4 => (0_u8..4).prop_map(|worker| Move::Write { worker }),
    ];
    proptest::collection::vec(one, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_interleaving_does_what_the_model_does(moves in moves()) {
        let mut now = NOW;
        let mut world = World { row: grant(), model: Model::new(), pending: BTreeMap::new() };
        for one in moves {
            match one {
                Move::Wait(seconds) => now = now.plus(Span::from_seconds(seconds)),
                Move::Read { worker, back } => {
                    let token = (world.row.generation - back).max(0);
                    world.read(worker, token, now)?;
                }
                Move::Write { worker } => world.write(worker)?,
            }
            world.check(now)?;
        }
    }

    #[test]
    fn a_crowd_gets_one_successor_at_once_and_late(crowd in 2_usize..64, late in RETRY..DISPLACE, before in 0_i64..5) {
        let mut row = grant();
        let mut serve = |token, now| {
            match judge_refresh(&row, token, &WINDOWS, true, now) {
                Verdict::Rotate(step) | Verdict::Displace(step) => advance(&mut row, step),
                Verdict::Same => {}
                other @ (Verdict::Jump(_) | Verdict::Reuse | Verdict::Refuse(_)) => panic!("{other:?}"),
            }
            row.generation
        };
        for token in 0..before {
            prop_assert_eq!(serve(token, NOW), token + 1);
        }
        for _ in 0..crowd {
            prop_assert_eq!(serve(before, NOW), before + 1);
        }
        for _ in 0..crowd {
            prop_assert_eq!(serve(before, after(late)), before + 2);
        }
    }

    #[test]
    fn a_database_that_lost_its_tail_goes_on_and_stays_one_branch(lost in 1_i64..=FURTHEST_JUMP, generation in 0_i64..100) {
        let mut row = Grant { generation, ..grant() };
        let Verdict::Jump(step) = judge_refresh(&row, generation + lost, &WINDOWS, true, NOW) else {
            return Err(TestCaseError::fail("no jump"));
        };
        advance(&mut row, step);
        prop_assert_eq!(row.generation, generation + lost + 1);
        prop_assert_eq!(judge_refresh(&row, generation + lost, &WINDOWS, true, NOW), Verdict::Same);
        for older in 0..generation + lost {
            prop_assert_eq!(judge_refresh(&row, older, &WINDOWS, true, NOW), Verdict::Reuse);
        }
    }

    #[test]
    fn no_row_and_no_time_panics(
        generation in any::<i64>(), parent in any::<Option<i64>>(), presented in any::<i64>(), recovered in any::<i64>(),
        times in any::<[i64; 3]>(), rotates in any::<bool>(),
    ) {
        let [rotated_at, parent_at, now] = times.map(UnixTime::from_millis);
        let (rotated_at, parent_at) = (Some(rotated_at), Some(parent_at));
        let row = Grant { generation, parent, recovered, rotated_at, parent_at, ..grant() };
        let _ = judge_refresh(&row, presented, &WINDOWS, rotates, now);
    }
}
