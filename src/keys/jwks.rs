//! RFC 7517 §5 — the published key set: prepared bytes and their `ETag`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vouchsafe_core::model::{Kid, SigningKey};

/// The key set as it is served.
#[derive(Debug)]
pub struct JwksDocument {
    /// The JSON text.
    pub body: Vec<u8>,
    /// A strong entity tag, with its quotes.
    pub etag: String,
    /// The keys in it.
    pub kids: Vec<Kid>,
}

impl JwksDocument {
    /// The document for these keys. Rows hold public halves only, so nothing private can get in.
    #[must_use]
    pub fn of(keys: &[&SigningKey]) -> Self {
        let members: Vec<Value> = keys.iter().map(|key| key.public_jwk.clone()).collect();
        let body = json!({ "keys": members }).to_string().into_bytes();
        let mut tag = URL_SAFE_NO_PAD.encode(Sha256::digest(&body));
        tag.truncate(22);
        Self {
            body,
            etag: format!("\"{tag}\""),
            kids: keys.iter().map(|key| key.kid.clone()).collect(),
        }
    }
}
