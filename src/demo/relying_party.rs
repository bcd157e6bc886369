//! The demo app as an OpenID Connect client: discovery, code with PKCE, checks of the answer, refresh.

use super::browsers::{Attempt, Tokens};
use super::exchange::{Answer, Authorization, Caller, Exchange, Outgoing};
use reqwest::{Method, Url};
use serde::Deserialize;
use tokio::sync::OnceCell;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::pkce;
use vouchsafe_verify::{IdTokenVerifier, Jwks, Rejection};

/// OpenID Connect Discovery §4.
const METADATA: &str = "/.well-known/openid-configuration";

/// Why something did not work out, in a sentence.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("The server does not answer as the OpenID provider that it should be.")]
    Provider,
    #[error("This browser did not ask for that answer (state).")]
    State,
    #[error("The answer comes from another issuer (iss).")]
    Issuer,
    #[error("The server said {error}: {description}")]
    Refused { error: String, description: String },
    #[error("The token endpoint's answer has no tokens.")]
    NoTokens,
    #[error("The ID token is not good: {0}")]
    IdToken(Rejection),
    #[error("There is no refresh token.")]
    NoRefreshToken,
    #[error("Nobody is signed in.")]
    NotSignedIn,
    #[error("The command failed: {0}")]
    Command(String),
    #[error("The API did not refuse within ten seconds.")]
    NotRefused,
}

/// The client.
pub(super) struct RelyingParty {
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) caller: Caller,
    pub(super) metadata: OnceCell<Metadata>,
}

/// What discovery said.
#[derive(Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    end_session_endpoint: String,
    jwks_uri: String,
}

/// The token endpoint's answer.
#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of RFC 6749 §5.1")]
pub(super) struct TokenAnswer {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) id_token: Option<String>,
}

impl RelyingParty {
    /// Where the browser is sent to sign in.
    pub(super) async fn authorize(&self, attempt: &Attempt) -> Result<(Url, Exchange), Problem> {
        let mut url = parse(&self.metadata().await?.authorization_endpoint)?;
        let challenge = pkce::derive(&attempt.verifier).map_err(|_| Problem::Provider)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", &self.scope)
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", "S256");
        let exchange = Exchange {
            title: "The browser goes to the server".to_owned(),
            request: lines_of(url.path(), url.query().unwrap_or_default()),
            response: "The server asks the person to sign in and to allow this app.".to_owned(),
            succeeded: true,
        };
        Ok((url, exchange))
    }

    /// Where the browser is sent to sign out (OpenID Connect RP-Initiated Logout 1.0 §2). The ID token proves that this
    /// app asks, so nobody is asked again.
    pub(super) async fn end_session(&self, id_token: &str, back: &str) -> Result<Url, Problem> {
        let mut url = parse(&self.metadata().await?.end_session_endpoint)?;
        url.query_pairs_mut()
            .append_pair("id_token_hint", id_token)
            .append_pair("client_id", &self.client_id)
            .append_pair("post_logout_redirect_uri", back);
        Ok(url)
    }

    /// Checks what the browser brought back (RFC 6749 §4.1.2, RFC 9207 §2.4) and gives the code.
    pub(super) fn code<'a>(&self, brought: &'a Params) -> Result<&'a str, Problem> {
        if brought.one("iss") != Some(&self.issuer) {
            return Err(Problem::Issuer);
        }
        if let Some(error) = brought.one("error") {
            let description = brought.one("error_description").unwrap_or_default().to_owned();
            return Err(Problem::Refused {
                error: error.to_owned(),
                description,
            });
        }
        brought.one("code").ok_or(Problem::NoTokens)
    }

    /// Exchanges a code, checks the ID token (OpenID Connect Core §3.1.3.7), and asks who it is.
    pub(super) async fn exchange(
        &self,
        code: &str,
        attempt: &Attempt,
        now: i64,
        log: &mut Vec<Exchange>,
    ) -> Result<Tokens, Problem> {
        let form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", self.redirect_uri.clone()),
            ("code_verifier", attempt.verifier.clone()),
        ];
        let answer = self
            .token("The app exchanges the code for tokens", form, log)
            .await?;
        let id_token = answer.id_token.clone().ok_or(Problem::NoTokens)?;
        let keys = self.keys(log).await?;
        let expected = IdTokenVerifier::new(&self.issuer, &self.client_id).nonce(&attempt.nonce);
        let checked = expected
            .verify_at(&keys, &id_token, now)
            .map_err(Problem::IdToken)?;
        checked
            .require_access_token(&answer.access_token)
            .map_err(Problem::IdToken)?;
        let url = parse(&self.metadata().await?.userinfo_endpoint)?;
        let outgoing = Outgoing::get("The app asks who it is", url).with_token(&answer.access_token);
        let userinfo = self
            .send(outgoing, log)
            .await
            .map(|answer| answer.json())
            .unwrap_or_default();
        Ok(Tokens {
            id_token,
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            spent: Vec::new(),
            userinfo,
        })
    }

    /// Presents a refresh token.
    pub(super) async fn refresh(
        &self,
        title: &'static str,
        refresh_token: &str,
        log: &mut Vec<Exchange>,
    ) -> Result<TokenAnswer, Problem> {
        let form = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", refresh_token.to_owned()),
        ];
        self.token(title, form, log).await
    }

    /// The server's keys, fetched for this one token.
    async fn keys(&self, log: &mut Vec<Exchange>) -> Result<Jwks, Problem> {
        let url = parse(&self.metadata().await?.jwks_uri)?;
        let keys = self
            .send(Outgoing::get("The app fetches the server's keys", url), log)
            .await?;
        Jwks::parse(&keys.body).map_err(|_| Problem::Provider)
    }

    async fn token(
        &self,
        title: &'static str,
        mut form: Vec<(&'static str, String)>,
        log: &mut Vec<Exchange>,
    ) -> Result<TokenAnswer, Problem> {
        let authorization = self.client_secret.clone().map(|secret| Authorization::Basic {
            client_id: self.client_id.clone(),
            secret,
        });
        if authorization.is_none() {
            form.push(("client_id", self.client_id.clone()));
        }
        let url = parse(&self.metadata().await?.token_endpoint)?;
        let outgoing = Outgoing {
            title,
            method: Method::POST,
            url,
            authorization,
            form,
        };
        let answer = self.send(outgoing, log).await?;
        serde_json::from_slice(&answer.body).map_err(|_| Problem::NoTokens)
    }

    /// Sends a request, writes it down, and takes nothing but a success for an answer.
    async fn send(&self, outgoing: Outgoing, log: &mut Vec<Exchange>) -> Result<Answer, Problem> {
        let (exchange, answer) = self.caller.send(outgoing).await;
        log.push(exchange);
        match answer {
            Some(answer) if answer.is_success() => Ok(answer),
            Some(answer) => {
                let json = answer.json();
                let text = |name: &str| {
                    json.get(name)
                        .and_then(|text| text.as_str())
                        .unwrap_or_default()
                        .to_owned()
                };
                Err(Problem::Refused {
                    error: text("error"),
                    description: text("error_description"),
                })
            }
            None => Err(Problem::Provider),
        }
    }

    /// OpenID Connect Discovery §4: fetched once it is needed, kept when it is right.
    async fn metadata(&self) -> Result<&Metadata, Problem> {
        let fetch = async {
            let url = parse(&format!("{}{METADATA}", self.issuer))?;
            let (_, answer) = self.caller.send(Outgoing::get("", url)).await;
            let answer = answer.filter(Answer::is_success).ok_or(Problem::Provider)?;
            let metadata: Metadata = serde_json::from_slice(&answer.body).map_err(|_| Problem::Provider)?;
            if metadata.issuer == self.issuer {
                Ok(metadata)
            } else {
                Err(Problem::Issuer)
            }
        };
        self.metadata.get_or_try_init(|| fetch).await
    }
}

/// A request line with one parameter per line.
pub(super) fn lines_of(path: &str, query: &str) -> String {
    format!("GET {path}\n?{}", query.replace('&', "\n&"))
}

fn parse(url: &str) -> Result<Url, Problem> {
    Url::parse(url).map_err(|_| Problem::Provider)
}
