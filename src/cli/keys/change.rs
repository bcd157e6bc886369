//! `keys rotate` and `keys revoke`: what they do is shown first.

use super::{impact, open};
use crate::audit::Act;
use crate::cli::alg::Alg;
use crate::cli::confirm::confirm;
use crate::cli::exit::{Exit, Failure, with_flags};
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::keys::impact::NoRotation;
use clap::Args;
use serde_json::json;
use vouchsafe_core::decide::key_state;
use vouchsafe_core::model::{Kid, UnixTime};

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "one per flag")]
pub(super) struct RotateArgs {
    /// Let the published next key sign at once, instead of when it was published long enough; with --force also one
    /// that was published for less than 24 hours
    #[arg(long)]
    pub(super) now: bool,
    /// The keys of which algorithm
    #[arg(long, value_name = "ALG", default_value = "RS256")]
    pub(super) alg: Alg,
    /// Do it although some libraries will refuse new tokens for a while: the next key was published for less than 24
    /// hours, or more keys are published than they keep
    #[arg(long)]
    pub(super) force: bool,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
    /// Only say what it would do
    #[arg(long, conflicts_with = "yes")]
    pub(super) dry_run: bool,
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
    let plan = match keys.plan_rotation(alg, (now, args.now)) {
        Ok(plan) => plan,
        Err(why) => {
            let words = why.in_words(alg);
            let NoRotation::Planned { kid, activate_at } = why else {
                return Err(Failure::failed(words));
            };
            output.report(
                &json!({"kid": kid, "activate_at": activate_at.seconds(), "made": []}),
                &words,
            );
            return Ok(());
        }
    };
    if let Some(why) = plan.refusal().filter(|_| !args.force) {
        return Err(Failure::failed(with_flags(&why)));
    }
    output.tell(&plan.in_words());
    let activate_at = plan.promised.activate_at.seconds();
    if args.dry_run {
        let document = json!({
            "kid": plan.promised.kid,
            "replaces": plan.replaces,
            "activate_at": activate_at,
            "dry_run": true,
            "impact": plan.document(),
        });
        output.report(&document, NOTHING);
        return Ok(());
    }
    confirm(output, "Rotate?", args.yes)?;
    let made = keys
        .promote(&place.store, &act(place, now), &plan.promised)?
        .ok_or_else(changed_meanwhile)?;
    output.report(
        &json!({
            "kid": plan.promised.kid,
            "replaces": plan.replaces,
            "activate_at": activate_at,
            "made": made,
            "impact": plan.document(),
        }),
        DONE,
    );
    Ok(())
}

pub(super) fn revoke(place: &Workplace, args: &RevokeArgs, output: &Output) -> Result<(), Failure> {
    let (keys, now, kid) = (open(place)?, place.ports.clock.now(), Kid::new(&*args.kid));
    let plan = keys
        .plan_revocation(&kid, now, impact::reach(place, keys.algorithm_of(&kid, now))?)
        .map_err(|why| Failure::failed(why.in_words(&kid)))?;
    output.tell(&plan.in_words());
    if args.dry_run {
        let document = json!({
            "kid": kid,
            "was": plan.was.as_str(),
            "successor": plan.successor.kid(),
            "dry_run": true,
            "impact": plan.document(),
        });
        output.report(&document, NOTHING);
        return Ok(());
    }
    confirm(output, "Revoke?", args.yes)?;
    let made = keys
        .revoke(&place.store, &act(place, now), &kid)?
        .ok_or_else(changed_meanwhile)?;
    let rows: Vec<_> = keys.states(now).into_iter().map(|(row, _)| row).collect();
    let signs = key_state::signing(&rows, plan.alg, now).map(|key| key.kid.clone());
    output.report(
        &json!({
            "kid": kid,
            "was": plan.was.as_str(),
            "revoked_at": now.seconds(),
            "successor": signs,
            "made": made,
            "impact": plan.document(),
        }),
        DONE,
    );
    Ok(())
}

/// What is said when only that was asked for.
pub(super) const NOTHING: &str = "nothing was changed";
/// What is said when it is done.
pub(super) const DONE: &str = "done; a running server notices within a second";

fn act(place: &Workplace, now: UnixTime) -> Act {
    Act::new("cli", now, &place.ports.entropy)
}

fn changed_meanwhile() -> Failure {
    Failure::new(
        Exit::TryAgain,
        "the keys were changed meanwhile; look again with `keys list`",
    )
}
