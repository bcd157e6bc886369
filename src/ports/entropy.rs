//! Randomness.

use rand::TryRng as _;
#[expect(
    clippy::disallowed_types,
    reason = "the one place that asks the operating system for randomness"
)]
use rand::rngs::SysRng;

/// Gives random bytes that nobody can predict.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::expect_used,
        reason = "an authorization server must not go on without randomness"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        SysRng
            .try_fill_bytes(buffer)
            .expect("the operating system gives random bytes");
    }
}
