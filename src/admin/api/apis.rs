//! `/apis`: resource servers and the scopes that they own. An API is named in a path by `~` and its identifier in
//! base64url.

use super::answer::{Answer, IfMatch};
use super::call::Call;
use super::caller::Caller;
use super::clients::ensure_keys;
use super::operation::{CURSOR, Gives, Kind, LIMIT, Operation, PLAIN, Parameter, Takes, Version};
use super::problem::{Code, Problem};
use super::schemas::{one, page};
use crate::clients::apis::{self, ApiChange, Force, Use};
use crate::clients::document::{ApiDocument, api_claims};
use crate::clients::own_api;
use crate::clients::schema;
use crate::db;
use crate::store::listing::ApisWanted;
use crate::store::{StoreError, Tx};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use vouchsafe_core::model::{Api, ApiClaim, ApiScope, KeyAlgorithm, Span, TokenTyp};
use vouchsafe_core::spec::human_readable::composed;
use vouchsafe_core::spec::merge_patch;

/// A scope of an API.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewScope {
    /// The scope.
    #[schema(min_length = 1)]
    name: String,
    /// What it allows, in words.
    #[serde(default)]
    #[schema(max_length = 200)]
    description: String,
}

macro_rules! settings {
    ($(#[$doc:meta])* $name:ident { $($(#[$own:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$own])* $field: $kind,)*
            /// The name people see.
            #[schema(min_length = 1, max_length = 100)]
            name: String,
            /// The scopes that it owns.
            #[serde(default)]
            scopes: Vec<NewScope>,
            /// Lifetime of its access tokens in seconds, when it is not the server's.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(minimum = 1, maximum = 86400)]
            access_token_lifetime: Option<i64>,
            /// The header `typ` of its access tokens.
            #[serde(default)]
            #[schema(schema_with = schema::token_typ)]
            token_typ: Typ,
            /// What its access tokens are signed with.
            #[serde(default)]
            #[schema(schema_with = schema::key_algorithm)]
            signing_alg: KeyAlgorithm,
            /// The claims about the person that its access tokens carry.
            #[serde(default)]
            #[schema(schema_with = api_claims)]
            claims: Vec<ApiClaim>,
        }

        impl $name {
            fn put_into(self, api: &mut Api) {
                api.name = composed(&self.name);
                api.token_typ = match self.token_typ {
                    Typ::AtJwt => TokenTyp::AtJwt,
                    Typ::Jwt => TokenTyp::Jwt,
                };
                api.signing_alg = self.signing_alg;
                api.access_token_lifetime = self.access_token_lifetime.map(Span::from_seconds);
                api.claims = apis::distinct(self.claims);
                api.scopes = self.scopes
                    .iter()
                    .map(|scope| apis::scope(&scope.name, &scope.description))
                    .collect();
            }
        }
    };
}

/// The header `typ` of access tokens.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
enum Typ {
    #[default]
    #[serde(rename = "at+jwt")]
    AtJwt,
    #[serde(rename = "JWT")]
    Jwt,
}

settings! {
    /// An API to register.
    NewApi {
        /// The identifier, an absolute URI: the audience of its tokens.
        #[schema(min_length = 1)]
        identifier: String,
    }
}

settings! {
    /// All settings of an API, in the place of those that it has.
    ApiSettings {}
}

/// What is to be changed of an API (RFC 7396): what is left out stays, null gives the default.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "says which members a patch may have, and of which types; the merge is of the JSON"
)]
pub(super) struct ApiPatch {
    /// The name people see.
    #[serde(default, deserialize_with = "super::users::given")]
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// The scopes that it owns, all of them.
    scopes: Option<Vec<NewScope>>,
    /// Lifetime of its access tokens in seconds.
    #[schema(minimum = 1, maximum = 86400)]
    access_token_lifetime: Option<i64>,
    /// The header `typ` of its access tokens.
    #[serde(default)]
    #[schema(schema_with = schema::or_null::token_typ)]
    token_typ: Option<Typ>,
    /// What its access tokens are signed with.
    #[serde(default)]
    #[schema(schema_with = schema::or_null::key_algorithm)]
    signing_alg: Option<KeyAlgorithm>,
    /// The claims about the person that its access tokens carry.
    #[serde(default)]
    #[schema(schema_with = schema::or_null::api_claims)]
    claims: Option<Vec<ApiClaim>>,
}

impl From<&Api> for ApiSettings {
    fn from(api: &Api) -> Self {
        let scope = |scope: &ApiScope| NewScope {
            name: scope.name.clone(),
            description: scope.description.clone(),
        };
        Self {
            name: api.name.clone(),
            scopes: api.scopes.iter().map(scope).collect(),
            access_token_lifetime: api.access_token_lifetime.map(Span::seconds),
            token_typ: match api.token_typ {
                TokenTyp::AtJwt => Typ::AtJwt,
                TokenTyp::Jwt => Typ::Jwt,
            },
            signing_alg: api.signing_alg,
            claims: api.claims.clone(),
        }
    }
}

/// An API with the name that it has in paths.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NamedApi)]
struct NamedDocument {
    /// Names it in paths.
    id: String,
    #[serde(flatten)]
    api: ApiDocument,
}

impl From<&Api> for NamedDocument {
    fn from(api: &Api) -> Self {
        Self {
            id: format!("~{}", URL_SAFE_NO_PAD.encode(&api.identifier)),
            api: ApiDocument::from(api),
        }
    }
}

/// A client that lost what it used of an API.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiUse)]
struct UseDocument {
    /// The client.
    client_id: String,
    /// The name people see.
    client_name: String,
    /// The scopes that it had.
    scopes: Vec<String>,
    /// Whether it might introspect the API's tokens.
    introspects: bool,
}

impl From<Use> for UseDocument {
    fn from(used: Use) -> Self {
        Self {
            client_id: used.client_id.as_str().to_owned(),
            client_name: used.client_name,
            scopes: used.scopes,
            introspects: used.introspects,
        }
    }
}

/// An API as a change left it.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiChanged)]
struct ApiChanged {
    #[serde(flatten)]
    api: NamedDocument,
    /// The clients that lost what they used.
    taken_from: Vec<UseDocument>,
}

/// What went with an API.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiDeleted)]
struct ApiDeleted {
    /// The clients that lost what they used.
    taken_from: Vec<UseDocument>,
}

pub(super) const LIST: Operation = Operation {
    id: "listApis",
    summary: "List APIs, in order of their identifiers",
    query: &[LIMIT, CURSOR],
    gives: Gives::Document(page::<NamedDocument>),
    ..PLAIN
};

pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let mut wanted = ApisWanted { part: call.part() };
    call.resume(|cursor| wanted.resume(cursor))?;
    let page = call
        .read("api-list-apis", move |tx| db!(tx, apis::page(&wanted)))
        .await?;
    Ok(Answer::page(page, |api| NamedDocument::from(&api)))
}

pub(super) const READ: Operation = Operation {
    id: "readApi",
    summary: "Read an API",
    gives: Gives::Versioned(one::<NamedDocument>),
    ..PLAIN
};

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    Ok(Answer::versioned(&NamedDocument::from(&find(&call).await?)))
}

pub(super) const CREATE: Operation = Operation {
    id: "createApi",
    summary: "Register an API and the scopes that it owns",
    takes: Takes::Json(one::<NewApi>),
    gives: Gives::Created(one::<NamedDocument>),
    has_key: true,
    problems: &[409, 422],
    ..PLAIN
};

pub(super) async fn create(call: Call) -> Result<Answer, Problem> {
    let new: NewApi = call.body()?;
    let mut api = Api {
        identifier: new.identifier.clone(),
        name: String::new(),
        token_typ: TokenTyp::AtJwt,
        signing_alg: KeyAlgorithm::default(),
        access_token_lifetime: None,
        claims: Vec::new(),
        created_at: call.cx.now,
        scopes: Vec::new(),
    };
    new.put_into(&mut api);
    check(&api, &call.cx.config().issuer)?;
    if !call.is_repeated().await? {
        let wanted = api.clone();
        call.read("api-judge-api", move |tx| apis::ensure_free(tx, &wanted, true))
            .await?;
        ensure_keys(&call, api.signing_alg).await?;
    }
    let make = move |tx: &mut Tx<'_>, act: &_| -> Result<_, StoreError> {
        apis::create(tx, act, &api)?;
        Ok(Ok((api.clone(), api.identifier.clone())))
    };
    let again = |tx: &mut Tx<'_>, made: &str| db!(tx, apis::by_identifier(made));
    let api = call.create("api-create-api", make, again).await?;
    let document = NamedDocument::from(&api);
    Ok(Answer::created(&document, &format!("/apis/{}", document.id)).with_version(&document))
}

const FORCE: Parameter = Parameter {
    name: "force",
    about: "Take what is lost from the clients that use it, instead of refusing",
    kind: Kind::Flag,
};

pub(super) const REPLACE: Operation = Operation {
    id: "replaceApi",
    summary: "Replace all settings of an API",
    query: &[FORCE],
    takes: Takes::Json(one::<ApiSettings>),
    gives: Gives::Versioned(one::<ApiChanged>),
    version: Version::Required,
    problems: &[409, 422],
    ..PLAIN
};

pub(super) async fn replace(call: Call) -> Result<Answer, Problem> {
    let settings: ApiSettings = call.body()?;
    change(call, move |_| Ok(settings.clone())).await
}

pub(super) const PATCH: Operation = Operation {
    id: "updateApi",
    summary: "Change settings of an API",
    query: &[FORCE],
    takes: Takes::Patch(one::<ApiPatch>),
    gives: Gives::Versioned(one::<ApiChanged>),
    version: Version::Required,
    problems: &[409, 422],
    ..PLAIN
};

pub(super) async fn patch(call: Call) -> Result<Answer, Problem> {
    let _: ApiPatch = call.body()?;
    let patch = call.body.clone();
    change(call, move |api| {
        let mut settings = serde_json::to_value(ApiSettings::from(api)).unwrap_or(Value::Null);
        merge_patch::merge(&mut settings, patch.clone());
        super::json::typed(settings)
    })
    .await
}

/// Changes an API as it is found under the lock of its row, if it is as the caller knows it. Nothing is made for a request
/// that is refused: it is judged before keys are made, too.
async fn change<F>(call: Call, settings: F) -> Result<Answer, Problem>
where
    F: Fn(&Api) -> Result<ApiSettings, Problem> + Clone + Send + 'static,
{
    let identifier = call.named("id");
    let judge = Judge {
        settings,
        if_match: call.if_match.clone(),
        caller: call.caller.clone(),
        force: force(&call),
        issuer: call.cx.config().issuer.clone(),
    };
    let (named, first) = (identifier.clone(), judge.clone());
    let wished = call
        .read("api-judge-api", move |tx| {
            let Some(before) = db!(tx, apis::by_identifier(&named))? else {
                return Ok(Err(unknown()));
            };
            let judged = first.judge(tx, &before)?;
            if let Ok(api) = &judged {
                apis::ensure_free(tx, api, false)?;
            }
            Ok(judged)
        })
        .await??;
    ensure_keys(&call, wished.signing_alg).await?;
    let (api, losers) = call
        .write("api-update-api", move |tx, act| {
            let Some(before) = db!(tx, apis::lock(&identifier))? else {
                return Ok(Err(unknown()));
            };
            Ok(match judge.judge(tx, &before)? {
                Ok(api) => outcome(apis::update(tx, act, &api, judge.force)?).map(|losers| (api, losers)),
                Err(problem) => Err(problem),
            })
        })
        .await?;
    let api = NamedDocument::from(&api);
    let changed = ApiChanged {
        api: api.clone(),
        taken_from: losers.into_iter().map(UseDocument::from).collect(),
    };
    Ok(Answer::document(&changed).with_version(&api))
}

/// What a change of an API is judged by.
#[derive(Clone)]
struct Judge<F> {
    settings: F,
    if_match: Option<IfMatch>,
    caller: Caller,
    force: Force,
    issuer: String,
}

impl<F: Fn(&Api) -> Result<ApiSettings, Problem>> Judge<F> {
    /// What the API would be, if the caller may make it that.
    fn judge(&self, tx: &mut Tx<'_>, before: &Api) -> Result<Result<Api, Problem>, StoreError> {
        match self.wished(before) {
            Ok(api) => {
                let may = may_take(tx, &self.caller, (before, Some(&api)), self.force)?;
                Ok(may.map(|()| api))
            }
            Err(problem) => Ok(Err(problem)),
        }
    }

    fn wished(&self, before: &Api) -> Result<Api, Problem> {
        ensure_not_own(before)?;
        Call::meets(self.if_match.as_ref(), &NamedDocument::from(before))?;
        let mut api = before.clone();
        (self.settings)(before)?.put_into(&mut api);
        check(&api, &self.issuer)?;
        Ok(api)
    }
}

/// Whether clients may lose what they use: nothing is taken from them unasked, and whoever may not change a client takes
/// nothing from it this way either.
fn may_take(
    tx: &mut Tx<'_>,
    caller: &Caller,
    (before, after): (&Api, Option<&Api>),
    force: Force,
) -> Result<Result<(), Problem>, StoreError> {
    let losers = apis::losers(tx, before, after)?;
    if force == Force::No && !losers.is_empty() {
        return Ok(Err(in_use(&apis::only_uses(losers))));
    }
    let mut clients = losers.iter().map(|(client, _)| &client.metadata);
    Ok(clients.try_for_each(|metadata| caller.may_shape(metadata)))
}

pub(super) const DELETE: Operation = Operation {
    id: "deleteApi",
    summary: "Delete an API with its scopes",
    query: &[FORCE],
    gives: Gives::Document(one::<ApiDeleted>),
    version: Version::Honoured,
    problems: &[409],
    ..PLAIN
};

pub(super) async fn delete(call: Call) -> Result<Answer, Problem> {
    let (identifier, if_match, force) = (call.named("id"), call.if_match.clone(), force(&call));
    let caller = call.caller.clone();
    let losers = call
        .write("api-delete-api", move |tx, act| {
            let Some(api) = db!(tx, apis::lock(&identifier))? else {
                return Ok(Err(unknown()));
            };
            let judged = ensure_not_own(&api)
                .and_then(|()| Call::meets(if_match.as_ref(), &NamedDocument::from(&api)));
            let judged = match judged {
                Ok(()) => may_take(tx, &caller, (&api, None), force)?,
                Err(problem) => Err(problem),
            };
            match judged {
                Ok(()) => apis::delete(tx, act, &identifier, force).map(outcome),
                Err(problem) => Ok(Err(problem)),
            }
        })
        .await?;
    Ok(Answer::document(&ApiDeleted {
        taken_from: losers.into_iter().map(UseDocument::from).collect(),
    }))
}

fn outcome(change: ApiChange) -> Result<Vec<Use>, Problem> {
    match change {
        ApiChange::Done(losers) => Ok(losers),
        ApiChange::InUse(uses) => Err(in_use(&uses)),
        ApiChange::OwnApi => Err(own()),
        ApiChange::Unknown => Err(unknown()),
    }
}

fn in_use(uses: &[Use]) -> Problem {
    Problem::new(Code::InUse).saying(apis::in_use(uses))
}

fn ensure_not_own(api: &Api) -> Result<(), Problem> {
    if own_api::is_own(api) { Err(own()) } else { Ok(()) }
}

fn own() -> Problem {
    Problem::new(Code::Conflict).saying(apis::OWN)
}

fn unknown() -> Problem {
    Problem::unknown("API")
}

fn force(call: &Call) -> Force {
    if call.query.flag("force") == Some(true) {
        Force::Yes
    } else {
        Force::No
    }
}

fn check(api: &Api, issuer: &str) -> Result<(), Problem> {
    apis::check(api, issuer).map_err(|rule| Problem::rule(rule.to_string()).at(rule.field.as_str()))
}

async fn find(call: &Call) -> Result<Api, Problem> {
    let identifier = call.named("id");
    call.read("api-api", move |tx| db!(tx, apis::by_identifier(&identifier)))
        .await?
        .ok_or_else(unknown)
}
