//! Verdicts: pure functions from stored state, a request and the time to an answer.

pub mod audience;
pub mod client_authentication;
pub mod clock_offset;
pub mod consent;
pub mod grant_is_live;
pub mod issue;
pub mod key_phases;
pub mod key_state;
pub mod next_step;
pub mod password_policy;
pub mod redeem;
pub mod refresh;
pub mod scopes;
pub mod site_settings;
pub mod status_list;
pub mod throttle;
pub mod token_end;
