//! The verdicts against tables and against small models of what they must never do.

mod audience;
mod clock_offset;
mod consent;
mod grant_is_live;
mod key_timetable;
mod next_step;
mod parsers;
mod passwords;
mod redeem;
mod refresh_chain;
mod refresh_verdicts;
mod rotation_oracle;
mod samples;
mod scopes;
mod status_list;
mod throttle;
