//! `keys new-kek`, `keys rewrap` and `keys import`.

use super::{instant, open};
use crate::audit::Act;
use crate::cli::exit::Failure;
use crate::cli::open::Workplace;
use crate::cli::output::Output;
use crate::keys::{self, read_private_key};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct RewrapArgs {
    /// Make a new key-encryption key first; where several nodes run, use `keys new-kek` and copy the file to all of
    /// them before
    #[arg(long)]
    new_kek: bool,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// An unencrypted private key: PKCS#8 in PEM, or a JWK. Nobody else may be able to read the file
    file: PathBuf,
}

pub(super) fn new_kek(place: &Workplace, output: &Output) -> Result<(), Failure> {
    let path = keys::new_kek(&place.config, &place.ports)?;
    output.report(
        &json!({"file": path.display().to_string()}),
        &format!(
            "{} is made and seals nothing yet: back it up, copy it to every node, then run `vouchsafe keys rewrap`",
            path.display()
        ),
    );
    Ok(())
}

pub(super) fn rewrap(place: &Workplace, args: &RewrapArgs, output: &Output) -> Result<(), Failure> {
    // Everything that is sealed must be there before anything is replaced.
    open(place)?;
    if args.new_kek {
        keys::new_kek(&place.config, &place.ports)?;
    }
    let act = Act::new("cli", place.ports.clock.now(), &place.ports.entropy);
    let done = keys::rewrap(&place.config, &place.store, &act)?;
    let retired = if done.retired.is_empty() {
        String::new()
    } else {
        "; the other key files in keys.dir open nothing any more and can go, once no backup needs them"
            .to_owned()
    };
    output.report(
        &json!({
            "kek": done.kek_id,
            "signing_keys": done.signing_keys,
            "secrets": done.secrets,
            "retired": done.retired,
        }),
        &format!(
            "wrapped anew: {} signing keys, {} secrets{retired}",
            done.signing_keys, done.secrets
        ),
    );
    Ok(())
}

pub(super) fn import(place: &Workplace, args: &ImportArgs, output: &Output) -> Result<(), Failure> {
    let pair = read_private_key(&args.file)?;
    let keys = open(place)?;
    let act = Act::new("cli", place.ports.clock.now(), &place.ports.entropy);
    let key = keys
        .import(&place.store, &act, pair)?
        .ok_or_else(|| Failure::failed("this key is there already"))?;
    output.report(
        &json!({
            "kid": key.kid,
            "alg": key.alg.as_str(),
            "activate_at": key.activate_at.seconds(),
        }),
        &format!(
            "{} is published, and signs from {}; the file can go",
            key.kid,
            instant(key.activate_at)
        ),
    );
    Ok(())
}
