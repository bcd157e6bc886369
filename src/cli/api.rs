//! `api …`: resource servers and the scopes that they own.

mod change;
mod remote;
mod show;

use super::alg::{Alg, ensure_keys};
use super::args::Global;
use super::exit::Failure;
use super::open::Workplace;
use super::output::Output;
use super::remote::Remote;
use crate::clients::apis;
use crate::config::parse_duration;
use crate::db;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use vouchsafe_core::model::{Api, ApiClaim, ApiScope, KeyAlgorithm, Span, TokenTyp};
use vouchsafe_core::spec::human_readable::composed;

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
    /// List APIs
    #[command(after_help = "Example:\n  vouchsafe api list --json")]
    List,
    /// Show an API, and the clients that use it
    #[command(after_help = "Example:\n  vouchsafe api show https://api.example.com")]
    Show(Named),
    /// Change what is given and keep the rest; a list is replaced as a whole
    #[command(
        after_help = "Example:\n  vouchsafe api update https://api.example.com --access-token-lifetime 10m --claim roles"
    )]
    Update(change::UpdateArgs),
    /// Delete an API and its scopes
    #[command(after_help = "Example:\n  vouchsafe api delete https://api.example.com --force")]
    Delete(change::DeleteArgs),
}

#[derive(Debug, Args)]
struct Named {
    /// The API's identifier
    identifier: String,
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
    Groups,
    /// No claims
    None,
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// The identifier, an absolute URI: the audience of the API's tokens
    #[arg(long, value_name = "URI")]
    identifier: String,
    /// The name people see
    #[arg(long)]
    name: String,
    #[command(flatten)]
    settings: Settings,
}

/// The flags that `api create` and `api update` share. A flag that is not given changes nothing.
#[derive(Debug, Args)]
struct Settings {
    /// A scope with the permission in words: `orders:read=Read your orders`
    #[arg(long)]
    scope: Vec<String>,
    /// Lifetime of the API's access tokens; `default` for the server's
    #[arg(long, value_name = "DURATION", value_parser = Lifetime::parse)]
    access_token_lifetime: Option<Lifetime>,
    /// The header `typ` of its access tokens (default: at+jwt)
    #[arg(long, value_name = "TYP")]
    token_typ: Option<Typ>,
    /// What its access tokens are signed with (default: RS256); keys are made when the first API or client asks
    #[arg(long, value_name = "ALG")]
    signing_alg: Option<Alg>,
    /// A claim about the person that its access tokens carry
    #[arg(long)]
    claim: Vec<Claim>,
}

impl Settings {
    /// What was given, as the administration API takes it.
    fn members(self) -> Map<String, Value> {
        let mut members = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            members.extend(value.map(|value| (name.to_owned(), value)));
        };
        let scopes: Vec<_> = self
            .scope
            .iter()
            .filter(|text| !text.is_empty())
            .map(|text| scope(text))
            .map(|scope| json!({"name": scope.name, "description": scope.description}))
            .collect();
        put("scopes", (!self.scope.is_empty()).then(|| json!(scopes)));
        let lifetime = self.access_token_lifetime;
        put(
            "access_token_lifetime",
            lifetime.map(|Lifetime(lifetime)| json!(lifetime.map(Span::seconds))),
        );
        put(
            "token_typ",
            self.token_typ.map(|typ| json!(token_typ(typ).as_str())),
        );
        let alg = self.signing_alg.map(KeyAlgorithm::from);
        put("signing_alg", alg.map(|alg| json!(alg)));
        let claims: Vec<_> = self.claim.iter().filter_map(|named| claim(*named)).collect();
        put(
            "claims",
            (!self.claim.is_empty()).then(|| json!(apis::distinct(claims))),
        );
        members
    }
}

const fn token_typ(typ: Typ) -> TokenTyp {
    match typ {
        Typ::AtJwt => TokenTyp::AtJwt,
        Typ::Jwt => TokenTyp::Jwt,
    }
}

/// A lifetime, or that of the server.
#[derive(Clone, Copy, Debug)]
struct Lifetime(Option<Span>);

impl Lifetime {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "default" {
            return Ok(Self(None));
        }
        parse_duration(text).map(|span| Self(Some(span)))
    }
}

impl Settings {
    /// Puts what was given into an API.
    fn apply(&self, api: &mut Api) {
        if !self.scope.is_empty() {
            let given = self.scope.iter().filter(|text| !text.is_empty());
            api.scopes = given.map(|text| scope(text)).collect();
        }
        if let Some(Lifetime(lifetime)) = self.access_token_lifetime {
            api.access_token_lifetime = lifetime;
        }
        if let Some(typ) = self.token_typ {
            api.token_typ = token_typ(typ);
        }
        if let Some(alg) = self.signing_alg {
            api.signing_alg = alg.into();
        }
        if !self.claim.is_empty() {
            api.claims = apis::distinct(self.claim.iter().copied().filter_map(claim).collect());
        }
    }
}

pub(crate) fn run(global: &Global, args: ApiArgs, output: &Output) -> Result<(), Failure> {
    if let Some(server) = Remote::wanted(global)? {
        return remote::run(&server, args.verb, output);
    }
    let place = Workplace::open_or_begin(global, matches!(args.verb, ApiVerb::Create(_)))?;
    match args.verb {
        ApiVerb::Create(args) => create(&place, args, output),
        ApiVerb::List => show::all(&place, output),
        ApiVerb::Show(named) => show::one(&place, &named.identifier, output),
        ApiVerb::Update(args) => change::update(&place, args, output),
        ApiVerb::Delete(args) => change::delete(&place, &args, output),
    }
}

fn create(place: &Workplace, args: CreateArgs, output: &Output) -> Result<(), Failure> {
    let mut api = Api {
        identifier: args.identifier,
        name: composed(&args.name),
        token_typ: TokenTyp::default(),
        signing_alg: KeyAlgorithm::default(),
        access_token_lifetime: None,
        claims: Vec::new(),
        created_at: place.ports.clock.now(),
        scopes: Vec::new(),
    };
    args.settings.apply(&mut api);
    apis::check(&api, &place.config.issuer).map_err(|rule| Failure::failed(rule.to_string()))?;
    ensure_keys(place, api.signing_alg)?;
    let added = api.clone();
    place.act("create-api", move |tx, act| apis::create(tx, act, &added))?;
    output.tell("the API is registered:");
    output.answer(&apis::document(&api));
    Ok(())
}

/// The API with this identifier.
fn find(place: &Workplace, identifier: &str) -> Result<Api, Failure> {
    let wanted = identifier.to_owned();
    place
        .store
        .read_blocking("api", move |tx| db!(tx, apis::by_identifier(&wanted)))?
        .ok_or_else(|| unknown(identifier))
}

fn unknown(identifier: &str) -> Failure {
    Failure::failed(format!("there is no API {identifier:?}"))
}

/// The claims that an API's tokens can carry, by their names.
pub(crate) const CLAIMS: [&str; 2] = ["roles", "groups"];

const fn claim(named: Claim) -> Option<ApiClaim> {
    match named {
        Claim::Roles => Some(ApiClaim::Roles),
        Claim::Groups => Some(ApiClaim::Groups),
        Claim::None => None,
    }
}

/// Name and description; a scope without description is shown by its name.
pub(crate) fn scope(text: &str) -> ApiScope {
    let (name, description) = text.split_once('=').unwrap_or((text, ""));
    apis::scope(name, description)
}
