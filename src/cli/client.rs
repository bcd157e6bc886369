//! `client create`.

use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::Output;
use crate::clients::registration::{self, Made, Pepper, Wish};
use crate::db;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vouchsafe_core::model::{AuthMethod, ClientKind, GrantType, IdTokenClaims, PkceRule};
use zeroize::Zeroizing;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vouchsafe client create --name Shop --type web --redirect-uri https://shop.example.com/callback"
)]
pub(crate) struct ClientArgs {
    #[command(subcommand)]
    verb: ClientVerb,
}

#[derive(Debug, Subcommand)]
enum ClientVerb {
    /// Register a client; its secret is shown this once
    #[command(
        after_help = "Example:\n  vouchsafe client create --name Shop --type web --redirect-uri https://shop.example.com/callback --scope openid --scope offline_access"
    )]
    Create(CreateArgs),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Web,
    Spa,
    Native,
    Service,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Grant {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Method {
    None,
    ClientSecretBasic,
    ClientSecretPost,
    PrivateKeyJwt,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Claims {
    Userinfo,
    IdToken,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Pkce {
    Required,
    Allowed,
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// The name people see
    #[arg(long)]
    name: String,
    /// What kind of application it is
    #[arg(long = "type", value_name = "TYPE")]
    kind: Kind,
    /// Where codes may be sent; compared exactly
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Where sign-out may return to
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// A scope that the client may have; without any, `openid profile email` (a service: none)
    #[arg(long)]
    scope: Vec<String>,
    /// A grant type; without any, the one of the type, and `refresh_token` beside `offline_access`
    #[arg(long)]
    grant: Vec<Grant>,
    /// Pins the authentication method; without it the secret may come by Basic or in the body; `private_key_jwt` has
    /// no secret and signs with a key of --jwks-file
    #[arg(long, value_name = "METHOD")]
    auth_method: Option<Method>,
    /// Whether each authorization request needs a PKCE challenge (default: required)
    #[arg(long)]
    pkce: Option<Pkce>,
    /// The client's public keys, a JWK set; for the authentication method `private_key_jwt`
    #[arg(long, value_name = "FILE")]
    jwks_file: Option<PathBuf>,
    /// Where a person's claims appear (default: userinfo); `id_token` for libraries that read nothing else
    #[arg(long, value_name = "WHERE")]
    id_token_claims: Option<Claims>,
    /// An origin beside those of the redirect URIs that may call from a browser
    #[arg(long, value_name = "ORIGIN")]
    web_origin: Vec<String>,
    /// An audience whose tokens the client may introspect
    #[arg(long, value_name = "AUDIENCE")]
    introspects: Vec<String>,
    /// Give refresh tokens that end with the session, without `offline_access`
    #[arg(long)]
    online_refresh: bool,
    /// The client is the operator's own: no consent page
    #[arg(long)]
    first_party: bool,
    /// Show the consent page although the client is first-party
    #[arg(long)]
    require_consent: bool,
}

pub(crate) fn run(global: &Global, args: ClientArgs, output: &Output) -> Result<(), Failure> {
    let ClientVerb::Create(args) = args.verb;
    let place = Workplace::open(global)?;
    let wish = wish(args)?;
    let apis = place.store.read_blocking("apis", |tx| db!(tx, apis::all()))?;
    let metadata = registration::check(wish, &apis).map_err(|rule| Failure::failed(rule.to_string()))?;
    let secrets = place.secrets()?;
    let (version, pepper) = secrets.newest_pepper();
    let pepper = Zeroizing::new(*pepper);
    let made = place.act("create-client", move |tx, act| {
        let made = Made::new(metadata.clone(), act);
        registration::create(
            tx,
            act,
            &made,
            Pepper {
                version,
                key: &pepper,
            },
        )?;
        Ok(Arc::new(made))
    })?;
    output.tell(match made.secret {
        Some(_) => "the client is registered; its secret is shown this once:",
        None => "the client is registered:",
    });
    output.answer(&Value::Object(made.document()));
    Ok(())
}

fn wish(args: CreateArgs) -> Result<Wish, Failure> {
    Ok(Wish {
        name: args.name,
        kind: match args.kind {
            Kind::Web => ClientKind::Web,
            Kind::Spa => ClientKind::Spa,
            Kind::Native => ClientKind::Native,
            Kind::Service => ClientKind::Service,
        },
        redirect_uris: args.redirect_uri,
        post_logout_redirect_uris: args.post_logout_redirect_uri,
        scopes: args.scope,
        grants: args.grant.into_iter().map(grant).collect(),
        auth_method: args.auth_method.map(|method| match method {
            Method::None => AuthMethod::None,
            Method::ClientSecretBasic => AuthMethod::ClientSecretBasic,
            Method::ClientSecretPost => AuthMethod::ClientSecretPost,
            Method::PrivateKeyJwt => AuthMethod::PrivateKeyJwt,
        }),
        pkce: args.pkce.map(|rule| match rule {
            Pkce::Required => PkceRule::Required,
            Pkce::Allowed => PkceRule::Allowed,
        }),
        jwks: args.jwks_file.as_deref().map(read_jwks).transpose()?,
        web_origins: args.web_origin,
        introspects: args.introspects,
        online_refresh: args.online_refresh,
        first_party: args.first_party,
        require_consent: args.require_consent,
        id_token_claims: match args.id_token_claims {
            None | Some(Claims::Userinfo) => IdTokenClaims::Userinfo,
            Some(Claims::IdToken) => IdTokenClaims::IdToken,
        },
    })
}

fn grant(grant: Grant) -> GrantType {
    match grant {
        Grant::AuthorizationCode => GrantType::AuthorizationCode,
        Grant::RefreshToken => GrantType::RefreshToken,
        Grant::ClientCredentials => GrantType::ClientCredentials,
    }
}

fn read_jwks(path: &Path) -> Result<Value, Failure> {
    let what = format!("JWK set {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io(&what, &error))?;
    serde_json::from_str(&text).map_err(|error| Failure::failed(format!("{what} is not JSON: {error}")))
}
