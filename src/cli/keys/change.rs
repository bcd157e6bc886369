//! `keys rotate` and `keys revoke`: what they do is shown first.

use super::{impact, instant, open, word};
use crate::audit::Act;
use crate::cli::alg::Alg;
use crate::cli::confirm::confirm;
use crate::cli::exit::{Exit, Failure};
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::keys::Keys;
use clap::Args;
use serde_json::json;
use vouchsafe_core::decide::key_state::{self, IN_CIRCULATION, KeyState};
use vouchsafe_core::model::{KeyAlgorithm, Kid, SigningKey, UnixTime};

#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// Let the published next key sign at once, instead of when it was published long enough
    #[arg(long)]
    now: bool,
    /// The keys of which algorithm
    #[arg(long, value_name = "ALG", default_value = "RS256")]
    alg: Alg,
    /// Do it although so many keys are published that some libraries cannot keep them
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct RevokeArgs {
    /// The key
    #[arg(allow_hyphen_values = true)]
    pub(super) kid: String,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
    /// Only say what it would do
    #[arg(long, conflicts_with = "yes")]
    pub(super) dry_run: bool,
}

pub(super) fn rotate(place: &Workplace, args: &RotateArgs, output: &Output) -> Result<(), Failure> {
    let (keys, now, alg) = (open(place)?, place.ports.clock.now(), args.alg.into());
    let rows: Vec<_> = keys.states(now).into_iter().map(|(row, _)| row).collect();
    let no_key = || Failure::failed(format!("there is no {} key", args.alg_name()));
    let old = key_state::signing(&rows, alg, now).ok_or_else(no_key)?;
    let promised = key_state::promotion(&rows, alg, keys.times(), (now, args.now)).ok_or_else(no_key)?;
    if promised.activate_at == promised.was {
        output.report(
            &json!({"kid": promised.kid, "signs_from": promised.was.seconds(), "made": []}),
            &format!("{} signs from {} already", promised.kid, instant(promised.was)),
        );
        return Ok(());
    }
    if !args.force {
        check_circulation(&keys, alg, now)?;
    }
    let (impact, text) = impact::of_rotation(old, &promised, impact::longest_token(place)?);
    output.tell(&text);
    confirm(output, "Rotate?", args.yes)?;
    let made = keys
        .promote(&place.store, &act(place, now), &promised)?
        .ok_or_else(changed_meanwhile)?;
    output.report(
        &json!({
            "kid": promised.kid,
            "replaces": old.kid,
            "signs_from": promised.activate_at.seconds(),
            "made": made,
            "impact": impact,
        }),
        "done; a running server notices within a second",
    );
    Ok(())
}

pub(super) fn revoke(place: &Workplace, args: &RevokeArgs, output: &Output) -> Result<(), Failure> {
    let (keys, now, kid) = (open(place)?, place.ports.clock.now(), Kid::new(&*args.kid));
    let states = keys.states(now);
    let (row, state) = states
        .iter()
        .find(|(row, _)| row.kid == kid)
        .ok_or_else(|| Failure::failed(format!("there is no signing key {kid}")))?;
    check_revocable(row, *state)?;
    let rows: Vec<_> = states.iter().map(|(row, _)| row.clone()).collect();
    let next = if *state == KeyState::Active {
        key_state::next(&rows, row.alg, keys.times(), now).map(|key| (key, false))
    } else {
        key_state::signing(&rows, row.alg, now).map(|key| (key, true))
    };
    let (impact, text) = impact::of_revocation(row, next, (impact::longest_token(place)?, now));
    output.tell(&text);
    if args.dry_run {
        let document = json!({"kid": kid, "was": word(*state), "dry_run": true, "impact": impact});
        output.report(&document, "nothing was changed");
        return Ok(());
    }
    confirm(output, "Revoke?", args.yes)?;
    let made = keys
        .revoke(&place.store, &act(place, now), &kid)?
        .ok_or_else(changed_meanwhile)?;
    let rows: Vec<_> = keys.states(now).into_iter().map(|(row, _)| row).collect();
    let signs = key_state::signing(&rows, row.alg, now).map(|key| key.kid.clone());
    output.report(
        &json!({
            "kid": kid,
            "was": word(*state),
            "revoked_at": now.seconds(),
            "signs_now": signs,
            "made": made,
            "impact": impact,
        }),
        "done; a running server notices within a second",
    );
    Ok(())
}

impl RotateArgs {
    fn alg_name(&self) -> &'static str {
        KeyAlgorithm::from(self.alg).as_str()
    }
}

fn check_revocable(row: &SigningKey, state: KeyState) -> Result<(), Failure> {
    match (state, row.revoked_at) {
        (KeyState::Removed, _) => Err(Failure::failed(format!(
            "{} is not in the key set any more: everything that it signed has expired",
            row.kid
        ))),
        (KeyState::Revoked, at) => {
            let at = at.map(instant).unwrap_or_default();
            Err(Failure::failed(format!("{} was revoked at {at}", row.kid)))
        }
        (KeyState::Next | KeyState::Active | KeyState::Retiring, _) => Ok(()),
    }
}

fn check_circulation(keys: &Keys, alg: KeyAlgorithm, now: UnixTime) -> Result<(), Failure> {
    let published = |state: KeyState| matches!(state, KeyState::Next | KeyState::Active | KeyState::Retiring);
    let states = keys.states(now);
    let count = states
        .iter()
        .filter(|(row, state)| row.alg == alg && published(*state))
        .count();
    if count < IN_CIRCULATION {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "{count} {} keys are published already, and some libraries keep no more; wait until one has left the key set, \
         or add --force",
        alg.as_str()
    )))
}

fn act(place: &Workplace, now: UnixTime) -> Act {
    Act::new("cli", now, &place.ports.entropy)
}

fn changed_meanwhile() -> Failure {
    Failure::new(
        Exit::TryAgain,
        "the keys were changed meanwhile; look again with `keys list`",
    )
}
