//! An attempt at the playground, kept by the browser that makes it: what the answer is compared with, and what redeems
//! the code.

use crate::cx::Cx;
use crate::ports::Entropy;
use crate::web::cookies::{Below, Cookies};
use crate::web::urls;
use actix_web::http::header::{HeaderMap, HeaderValue, InvalidHeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use vouchsafe_core::model::Span;
use zeroize::Zeroize;

const COOKIE: Below = Below {
    name: "vs_playground",
    path: urls::DEVELOPERS,
};

/// An attempt is given up after this.
const LIFETIME: Span = Span::from_minutes(10);

/// One attempt. It is of use to nobody but the one who has it: whoever plants another one in a browser makes it show
/// that other attempt, and nothing is done with it before somebody presses a button.
#[derive(Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) client_id: String,
    pub(super) state: String,
    pub(super) nonce: String,
    /// The `code_verifier` (RFC 7636 §4.1).
    pub(super) verifier: String,
}

impl Attempt {
    /// A new attempt of a client.
    pub(super) fn new(client_id: &str, entropy: &dyn Entropy) -> Self {
        let random = || URL_SAFE_NO_PAD.encode(entropy.bytes::<32>());
        Self {
            client_id: client_id.to_owned(),
            state: random(),
            nonce: random(),
            verifier: random(),
        }
    }

    /// The attempt that a browser keeps.
    pub(super) fn read(cx: &Cx, headers: &HeaderMap) -> Option<Self> {
        let cookies = Cookies::of_issuer(&cx.config().issuer);
        let kept = cookies.read_below(headers, COOKIE)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(kept).ok()?).ok()
    }

    /// The `Set-Cookie` value that lets a browser keep it.
    pub(super) fn kept(&self, cx: &Cx) -> Result<HeaderValue, InvalidHeaderValue> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let cookies = Cookies::of_issuer(&cx.config().issuer);
        cookies.set_below(COOKIE, &URL_SAFE_NO_PAD.encode(json), LIFETIME)
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.verifier.zeroize();
    }
}
