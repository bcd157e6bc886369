//! `login` and `logout`: the command line as a native application of the server (RFC 8252), with PKCE and a redirect to
//! this machine.

mod authentication;
mod callback;

use super::token::{self, Kept, SCOPES};
use super::{Address, Remote, http};
use crate::cli::args::Global;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::config::Environment;
use crate::ports::{Call, Clock as _, Entropy, Http, SystemClock, SystemEntropy};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callback::Callback;
use clap::Args;
use serde::Deserialize;
use serde_json::json;
use url::Url;
use url::form_urlencoded::Serializer;
use vouchsafe_core::model::{AdminSession, Span};
use vouchsafe_core::spec::pkce;
use zeroize::Zeroizing;

pub(super) use crate::clients::own_client::ID as CLIENT_ID;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe login --server https://id.example.com")]
pub(crate) struct LoginArgs {}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vouchsafe logout --server https://id.example.com")]
pub(crate) struct LogoutArgs {}

/// What discovery says (OpenID Connect Discovery §4), as far as it is needed.
#[derive(Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    pub(super) token_endpoint: String,
    revocation_endpoint: String,
}

/// Reads the metadata of a server, and checks that it speaks of itself.
pub(super) fn discover(address: &Address, http: &Http) -> Result<Metadata, Failure> {
    let answer = http.call(&Call::new(
        "GET",
        &format!("{address}/.well-known/openid-configuration"),
    ))?;
    if matches!(answer.status, 429 | 503) {
        return Err(Failure::new(
            Exit::TryAgain,
            format!("{address} cannot answer now, try again"),
        ));
    }
    let metadata: Option<Metadata> = serde_json::from_slice(&answer.body).ok();
    let own = |metadata: &Metadata| {
        let inside = format!("{address}/");
        metadata.issuer.trim_end_matches('/') == address.as_str()
            && [
                &metadata.authorization_endpoint,
                &metadata.token_endpoint,
                &metadata.revocation_endpoint,
            ]
            .iter()
            .all(|endpoint| endpoint.starts_with(&inside))
    };
    metadata
        .filter(|metadata| answer.status == 200 && own(metadata))
        .ok_or_else(|| {
            Failure::failed(format!(
                "{address} is not the issuer of a vouchsafe server: its discovery document is not there or names another"
            ))
        })
}

/// Signs somebody in, and keeps their token.
pub(crate) fn login(global: &Global, output: &Output) -> Result<(), Failure> {
    let (address, environment) = named(global)?;
    let path = token::place(&address, &environment)?;
    let administration = match address.of_administration(global, &environment)? {
        Some(named) => Some(named),
        // Whoever signs in again means the same server as before.
        None => token::read(&path, &address)
            .ok()
            .map_or(Ok(None), |before| before.administration(&path))?,
    };
    let http = http(global)?;
    let metadata = discover(&address, &http)?;
    let (kept, scope) = obtain(&address, &http, (&metadata, administration.as_ref()), output)?;
    let server = Remote {
        administration: administration.unwrap_or_else(|| address.clone()),
        address,
        http,
        token: Zeroizing::new(kept.access_token.expose().to_owned()),
    };
    if let Err(failure) = server.get("/users?limit=1") {
        // Who may do nothing keeps nothing.
        revoke(&server.http, &metadata, &kept)?;
        return Err(failure);
    }
    token::write(&path, &kept)?;
    let address = &server.address;
    output.report(
        &json!({"server": address.as_str(), "scope": scope, "kept_in": path}),
        &format!("signed in at {address}; the token is kept in {}", path.display()),
    );
    Ok(())
}

/// Lets somebody sign in in a browser. Returns what is to be kept, and the scope.
fn obtain(
    address: &Address,
    http: &Http,
    (metadata, administration): (&Metadata, Option<&Address>),
    output: &Output,
) -> Result<(Kept, String), Failure> {
    let entropy: &dyn Entropy = &SystemEntropy;
    let random = |bytes: [u8; 32]| URL_SAFE_NO_PAD.encode(bytes);
    let verifier = Zeroizing::new(random(entropy.bytes()));
    let (state, nonce) = (random(entropy.bytes()), random(entropy.bytes()));
    let callback = Callback::open(&state)?;
    let redirect_uri = callback.redirect_uri().to_owned();
    let url = authorization(metadata, &redirect_uri, (&verifier, &state, &nonce))?;
    output.note(&format!(
        "open this address in a browser, and sign in as an administrator:\n\n  {url}\n"
    ));
    let code = callback.wait(&metadata.issuer)?;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", &verifier),
        ("client_id", CLIENT_ID),
    ];
    let granted = token::ask(http, (metadata, address), &form, None)?;
    let refresh_token = granted
        .refresh_token
        .ok_or_else(|| Failure::failed("the server gave no refresh token"))?;
    let now = SystemClock.now();
    let kept = Kept {
        server: address.as_str().to_owned(),
        access_token: granted.access_token,
        expires_at: now.plus(Span::from_seconds(granted.expires_in)).seconds(),
        refresh_token,
        admin_origin: administration.map(|address| address.as_str().to_owned()),
    };
    let id_token = granted.id_token.as_ref().map_or("", |token| token.expose());
    if let Err(failure) = authentication::check(id_token, &metadata.issuer, &nonce) {
        revoke(http, metadata, &kept)?;
        return Err(failure);
    }
    Ok((kept, granted.scope))
}

fn authorization(
    metadata: &Metadata,
    redirect_uri: &str,
    (verifier, state, nonce): (&str, &str, &str),
) -> Result<Url, Failure> {
    let wrong = || Failure::failed("the server's authorization endpoint is not a URL");
    let mut url = Url::parse(&metadata.authorization_endpoint).map_err(|_| wrong())?;
    let challenge = pkce::derive(verifier).map_err(|_| wrong())?;
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", CLIENT_ID)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", &format!("openid offline_access {SCOPES}"))
        // A session that the browser still has is no proof of who sits there now (RFC 9470 §4): the password is asked for,
        // and again of whoever leaves the consent page open.
        .append_pair("prompt", "login consent")
        .append_pair("max_age", &AdminSession::PROOF.seconds().to_string())
        .append_pair("state", state)
        .append_pair("nonce", nonce)
        .append_pair("code_challenge", challenge.as_str())
        .append_pair("code_challenge_method", "S256");
    Ok(url)
}

/// Signs out: the token is revoked, and what was kept of it is gone.
pub(crate) fn logout(global: &Global, output: &Output) -> Result<(), Failure> {
    let (address, environment) = named(global)?;
    let path = token::place(&address, &environment)?;
    let kept = token::read(&path, &address)?;
    std::fs::remove_file(&path)
        .map_err(|error| Failure::io(&format!("cannot remove {}", path.display()), &error))?;
    let http = http(global)?;
    revoke(&http, &discover(&address, &http)?, &kept)?;
    output.report(
        &json!({"server": address.as_str(), "signed_in": false}),
        &format!("signed out at {address}"),
    );
    Ok(())
}

fn revoke(http: &Http, metadata: &Metadata, kept: &Kept) -> Result<(), Failure> {
    let body = Serializer::new(String::new())
        .append_pair("token", kept.refresh_token.expose())
        .append_pair("client_id", CLIENT_ID)
        .finish();
    let answer = http.call(&Call {
        body: Some(("application/x-www-form-urlencoded", Zeroizing::new(body))),
        ..Call::new("POST", &metadata.revocation_endpoint)
    })?;
    if answer.status == 200 {
        return Ok(());
    }
    Err(Failure::failed(
        "the server did not revoke the token; revoke its grant with `vouchsafe grant revoke`",
    ))
}

fn named(global: &Global) -> Result<(Address, Environment), Failure> {
    let environment = Environment::of_process();
    let address = Address::named(global, &environment)?;
    let address = address.ok_or_else(|| Failure::new(Exit::Usage, "say which server: --server URL"))?;
    Ok((address, environment))
}
