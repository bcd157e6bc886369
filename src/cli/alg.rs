//! Signature algorithms on the command line.

use super::exit::Failure;
use super::open::Workplace;
use crate::audit::Act;
use crate::keys::Keys;
use crate::metrics::Metrics;
use clap::ValueEnum;
use std::sync::Arc;
use vouchsafe_core::model::KeyAlgorithm;

/// A signature algorithm by its name in RFC 7518 and RFC 8037.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Alg {
    #[value(name = "RS256")]
    Rs256,
    #[value(name = "PS256")]
    Ps256,
    #[value(name = "ES256")]
    Es256,
    #[value(name = "EdDSA")]
    EdDsa,
}

impl From<Alg> for KeyAlgorithm {
    fn from(alg: Alg) -> Self {
        match alg {
            Alg::Rs256 => Self::Rs256,
            Alg::Ps256 => Self::Ps256,
            Alg::Es256 => Self::Es256,
            Alg::EdDsa => Self::EdDsa,
        }
    }
}

/// Makes sure that there are keys of this algorithm before anything is registered that needs them. Those of the
/// algorithm that is always there are left to the server.
pub(crate) fn ensure_keys(place: &Workplace, alg: KeyAlgorithm) -> Result<(), Failure> {
    if alg == KeyAlgorithm::default() {
        return Ok(());
    }
    let metrics = Arc::new(Metrics::new());
    let act = Act::new("cli", place.ports.clock.now(), &place.ports.entropy);
    Keys::open(&place.config, &place.store, &place.ports, &metrics)?.ensure_for(&place.store, &act, alg)?;
    Ok(())
}
