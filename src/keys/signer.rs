//! Signs compact JWS (RFC 7515 §7.1) with a key that was parsed once.

use super::KeysError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use josekit::jws::JwsSigner;
use josekit::jws::alg::ecdsa::EcdsaJwsAlgorithm;
use josekit::jws::alg::eddsa::EddsaJwsAlgorithm;
use josekit::jws::alg::rsassa::RsassaJwsAlgorithm;
use josekit::jws::alg::rsassa_pss::RsassaPssJwsAlgorithm;
use vouchsafe_core::model::{KeyAlgorithm, Kid};

/// A private key ready to sign; shared by all threads.
pub(super) struct Signer {
    kid: Kid,
    alg: KeyAlgorithm,
    key: Box<dyn JwsSigner>,
}

impl Signer {
    /// Parses a private key (PKCS#8 DER) and signs once, because the first signature of a key is slow.
    ///
    /// # Errors
    /// [`KeysError::Unusable`] when the key is not one for the algorithm.
    pub(super) fn parse(kid: &Kid, alg: KeyAlgorithm, pkcs8: &[u8]) -> Result<Self, KeysError> {
        let key = read(alg, pkcs8).map_err(|_| KeysError::Unusable(kid.clone()))?;
        key.sign(b"warm up")
            .map_err(|_| KeysError::Unusable(kid.clone()))?;
        Ok(Self {
            kid: kid.clone(),
            alg,
            key,
        })
    }

    /// Which key it is.
    pub(super) const fn kid(&self) -> &Kid {
        &self.kid
    }

    /// The signed compact form of `claims` with `typ` in its header.
    ///
    /// # Errors
    /// [`KeysError::Unusable`] when signing fails.
    pub(super) fn sign(
        &self,
        typ: &str,
        claims: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<String, KeysError> {
        let header = serde_json::json!({ "alg": self.alg.as_str(), "typ": typ, "kid": self.kid.as_str() });
        let payload = serde_json::to_vec(claims).map_err(|_| KeysError::Unusable(self.kid.clone()))?;
        let mut token = String::with_capacity(payload.len() * 4 / 3 + 512);
        URL_SAFE_NO_PAD.encode_string(header.to_string(), &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self
            .key
            .sign(token.as_bytes())
            .map_err(|_| KeysError::Unusable(self.kid.clone()))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

fn read(alg: KeyAlgorithm, pkcs8: &[u8]) -> Result<Box<dyn JwsSigner>, JoseError> {
    Ok(match alg {
        KeyAlgorithm::Rs256 => Box::new(RsassaJwsAlgorithm::Rs256.signer_from_der(pkcs8)?),
        KeyAlgorithm::Ps256 => Box::new(RsassaPssJwsAlgorithm::Ps256.signer_from_der(pkcs8)?),
        KeyAlgorithm::Es256 => Box::new(EcdsaJwsAlgorithm::Es256.signer_from_der(pkcs8)?),
        KeyAlgorithm::EdDsa => Box::new(EddsaJwsAlgorithm::Eddsa.signer_from_der(pkcs8)?),
    })
}
