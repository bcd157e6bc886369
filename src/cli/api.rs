//! `api create`.

use super::alg::{Alg, ensure_keys};
use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::Output;
use crate::clients::apis;
use crate::config::parse_duration;
use clap::{Args, Subcommand, ValueEnum};
use vouchsafe_core::model::{Api, ApiClaim, ApiScope, Span, TokenTyp};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vouchsafe api create --identifier https://api.example.com --name Orders --scope 'orders:read=Read your orders'"
)]
pub(crate) struct ApiArgs {
    #[command(subcommand)]
    verb: ApiVerb,
}

#[derive(Debug, Subcommand)]
enum ApiVerb {
    /// Register a resource server and the scopes it owns
    #[command(
        after_help = "Example:\n  vouchsafe api create --identifier https://api.example.com --name Orders --scope 'orders:read=Read your orders' --access-token-lifetime 5m"
    )]
    Create(CreateArgs),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Typ {
    #[value(name = "at+jwt")]
    AtJwt,
    #[value(name = "JWT")]
    Jwt,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Claim {
    Roles,
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// The identifier, an absolute URI: the audience of the API's tokens
    #[arg(long, value_name = "URI")]
    identifier: String,
    /// The name people see
    #[arg(long)]
    name: String,
    /// A scope with the permission in words: `orders:read=Read your orders`
    #[arg(long)]
    scope: Vec<String>,
    /// Lifetime of the API's access tokens, when it is not the server's
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    access_token_lifetime: Option<Span>,
    /// The header `typ` of its access tokens
    #[arg(long, value_name = "TYP", default_value = "at+jwt")]
    token_typ: Typ,
    /// What its access tokens are signed with; keys are made when the first API or client asks
    #[arg(long, value_name = "ALG", default_value = "RS256")]
    signing_alg: Alg,
    /// A claim about the person that its access tokens carry
    #[arg(long)]
    claim: Vec<Claim>,
}

fn duration(text: &str) -> Result<Span, String> {
    parse_duration(text)
}

pub(crate) fn run(global: &Global, args: ApiArgs, output: &Output) -> Result<(), Failure> {
    let ApiVerb::Create(args) = args.verb;
    let place = Workplace::open(global)?;
    let api = Api {
        identifier: args.identifier,
        name: args.name.trim().to_owned(),
        token_typ: match args.token_typ {
            Typ::AtJwt => TokenTyp::AtJwt,
            Typ::Jwt => TokenTyp::Jwt,
        },
        signing_alg: args.signing_alg.into(),
        access_token_lifetime: args.access_token_lifetime,
        claims: claims(&args.claim),
        created_at: place.ports.clock.now(),
        scopes: args.scope.iter().map(|text| scope(text)).collect(),
    };
    apis::check(&api, &place.config.issuer).map_err(|rule| Failure::failed(rule.to_string()))?;
    ensure_keys(&place, api.signing_alg)?;
    let added = api.clone();
    place.act("create-api", move |tx, act| apis::create(tx, act, &added))?;
    output.tell("the API is registered:");
    output.answer(&apis::document(&api));
    Ok(())
}

/// The claims that an API's tokens can carry, by their names.
pub(crate) const CLAIMS: [&str; 1] = ["roles"];

/// Each claim once, in their order.
pub(crate) fn distinct(claims: Vec<ApiClaim>) -> Vec<ApiClaim> {
    let mut kept = Vec::new();
    for claim in claims {
        if !kept.contains(&claim) {
            kept.push(claim);
        }
    }
    kept
}

fn claims(named: &[Claim]) -> Vec<ApiClaim> {
    let mut claims = Vec::new();
    for Claim::Roles in named {
        if !claims.contains(&ApiClaim::Roles) {
            claims.push(ApiClaim::Roles);
        }
    }
    claims
}

/// Name and description; a scope without description is shown by its name.
pub(crate) fn scope(text: &str) -> ApiScope {
    let (name, description) = text.split_once('=').unwrap_or((text, text));
    ApiScope {
        name: name.trim().to_owned(),
        description: description.trim().to_owned(),
    }
}
