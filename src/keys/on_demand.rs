//! Keys of an algorithm that somebody asks for first, in the middle of a request.

use super::OpenError;
use crate::audit::Act;
use crate::cx::Cx;
use crate::failure::{Broken, Failure};
use std::sync::Arc;
use vouchsafe_core::model::KeyAlgorithm;

/// Makes sure that this node can sign with an algorithm. What strangers ask for is registered first: a registration that
/// is refused makes no keys.
///
/// # Errors
/// When the store fails or a key cannot be made or opened.
pub async fn ensure(cx: &Cx, act: &Act, alg: KeyAlgorithm) -> Result<(), Failure> {
    if cx.services.keys.check_can_sign(alg, cx.now).is_ok() {
        return Ok(());
    }
    let (services, act) = (Arc::clone(&cx.services), act.clone());
    let ensured = move || services.keys.ensure_for(&services.store, &act, alg);
    match tokio::task::spawn_blocking(ensured).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(OpenError::Store(error))) => Err(error.into()),
        Ok(Err(OpenError::Keys(error))) => Err(error.into()),
        Err(_) => Err(Broken::Overloaded("the making of keys").into()),
    }
}
