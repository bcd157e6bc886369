//! OpenID Connect Core §3.1.3.7 — whether the ID token that came with a token is of this sign-in, and that of now.

use crate::cli::exit::{Exit, Failure};
use crate::cli::remote::sign_in::CLIENT_ID;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use vouchsafe_core::model::{AdminSession, Span};
use vouchsafe_verify::IdToken;

/// Checks that the person was asked for the password just now. Its signature is not looked at: it came from the token
/// endpoint itself, whose certificate was checked. How long ago the sign-in was is told by the server's clock alone: this
/// machine's may be wrong.
pub(super) fn check(id_token: &str, issuer: &str, nonce: &str) -> Result<(), Failure> {
    let wrong = || Failure::failed("the server gave no ID token of this sign-in");
    let payload = id_token.split('.').nth(1).unwrap_or_default();
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| wrong())?;
    let payload = String::from_utf8(payload).map_err(|_| wrong())?;
    let claims = IdToken::from_claims_json(&payload).map_err(|_| wrong())?;
    let ours = claims.aud == [CLIENT_ID] && claims.iss == issuer && claims.nonce.as_deref() == Some(nonce);
    if !ours {
        return Err(wrong());
    }
    let age = claims.auth_time.map(|then| claims.iat.saturating_sub(then));
    match age.map(Span::from_seconds) {
        Some(age) if age < AdminSession::PROOF => Ok(()),
        Some(_) | None => Err(Failure::new(
            Exit::NotPermitted,
            "the server signed you in without asking who you are now; sign out there in the browser, and sign in again",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn judged(change: impl FnOnce(&mut Value)) -> Result<(), Exit> {
        let mut claims = json!({
            "iss": "https://id.example", "sub": "ada", "aud": CLIENT_ID, "exp": 2_000, "iat": 1_000,
            "auth_time": 990, "nonce": "n",
        });
        change(&mut claims);
        let token = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()));
        check(&token, "https://id.example", "n").map_err(|failure| failure.exit)
    }

    #[test]
    fn an_id_token_is_of_this_sign_in_and_the_sign_in_of_now() {
        assert_eq!(judged(|_| ()), Ok(()));
        assert_eq!(judged(|claims| claims["auth_time"] = json!(701)), Ok(()));
        for (name, value) in [("auth_time", json!(700)), ("auth_time", Value::Null)] {
            let old = judged(|claims| {
                if value.is_null() {
                    claims.as_object_mut().unwrap().remove(name);
                } else {
                    claims[name] = value;
                }
            });
            assert_eq!(old, Err(Exit::NotPermitted));
        }
        for (name, value) in [
            ("iss", json!("https://other.example")),
            ("aud", json!("shop")),
            ("aud", json!([CLIENT_ID, "shop"])),
            ("nonce", json!("m")),
        ] {
            assert_eq!(
                judged(|claims| claims[name] = value.clone()),
                Err(Exit::Failed),
                "{name} {value}"
            );
        }
        assert_eq!(
            check("", "https://id.example", "n").map_err(|failure| failure.exit),
            Err(Exit::Failed)
        );
    }
}
