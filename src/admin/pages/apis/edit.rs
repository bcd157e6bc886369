//! Making an API and changing it. Scopes that applications have are taken from them only when that was ticked.

use super::{User, find, page_of};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::applications::{capital, ensure_keys, of_word, word};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::clients::apis::{self, ApiChange, Field, Force};
use crate::config::parse_duration;
use crate::db;
use crate::store::{StoreError, Unique};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use vouchsafe_core::model::{Api, ApiClaim, ApiScope, KeyAlgorithm, Span, TokenTyp, UnixTime};
use vouchsafe_core::spec::human_readable::composed;
use vouchsafe_core::spec::params::Params;

#[derive(Template)]
#[template(path = "admin/apis/edit.html")]
struct EditPage {
    shell: Shell,
    /// The path of the API, unless it is being made.
    path: Option<String>,
    typed: Typed,
    users: Vec<User>,
    /// Those that would lose something, when it was not ticked that they may.
    losing: Vec<User>,
    errors: Errors,
}

/// The fields of the form.
const FIELDS: [&str; 10] = [
    "shown",
    "identifier",
    "name",
    "scopes",
    "lifetime",
    "token_typ",
    "signing_alg",
    "roles",
    "groups",
    "force",
];

#[derive(Default)]
struct Typed {
    /// The version of the API that the page was made of; empty while it is being made.
    shown: String,
    identifier: String,
    name: String,
    scopes: String,
    lifetime: String,
    token_typ: String,
    signing_alg: String,
    claims: Vec<ApiClaim>,
    force: bool,
}

impl From<&Api> for Typed {
    fn from(api: &Api) -> Self {
        let scopes = api.scopes.iter().map(line);
        Self {
            shown: version(api),
            identifier: api.identifier.clone(),
            name: api.name.clone(),
            scopes: scopes.collect::<Vec<_>>().join("\n"),
            lifetime: api.access_token_lifetime.map(duration).unwrap_or_default(),
            token_typ: api.token_typ.as_str().to_owned(),
            signing_alg: word(&api.signing_alg),
            claims: api.claims.clone(),
            force: false,
        }
    }
}

impl Typed {
    fn of(fields: &Params) -> Self {
        let text = |name| fields.one(name).unwrap_or_default().trim().to_owned();
        Self {
            shown: text("shown"),
            identifier: text("identifier"),
            name: text("name"),
            scopes: text("scopes"),
            lifetime: text("lifetime"),
            token_typ: text("token_typ"),
            signing_alg: text("signing_alg"),
            claims: ApiClaim::ALL
                .into_iter()
                .filter(|claim| fields.one(&word(claim)).is_some())
                .collect(),
            force: fields.one("force").is_some(),
        }
    }

    /// A box for each claim that tokens can carry: its name, what it says, and whether it is ticked.
    fn boxes(&self) -> [(String, &'static str, bool); ApiClaim::ALL.len()] {
        ApiClaim::ALL.map(|claim| {
            let label = match claim {
                ApiClaim::Roles => "Its tokens carry the roles of the person",
                ApiClaim::Groups => "Its tokens carry the groups of the person",
            };
            (word(&claim), label, self.claims.contains(&claim))
        })
    }

    /// The API that was typed, after all rules. What was not touched stays as it is `known`, to the last letter: the
    /// form cannot show everything that the API and the command line may store.
    fn check(&self, known: Option<&Api>, issuer: &str, now: UnixTime) -> Result<Api, Errors> {
        let mut errors = Errors::default();
        let lifetime = match self.lifetime.as_str() {
            "" => None,
            text => parse_duration(text)
                .map_err(|rule| errors.add("lifetime", rule))
                .ok(),
        };
        let token_typ = of_word::<TokenTyp>(&self.token_typ);
        let signing_alg = of_word::<KeyAlgorithm>(&self.signing_alg);
        for (field, found) in [
            ("token_typ", token_typ.is_some()),
            ("signing_alg", signing_alg.is_some()),
        ] {
            if !found {
                errors.add(field, "Choose one of the values of the list");
            }
        }
        let api = Api {
            identifier: self.identifier.clone(),
            name: composed(&self.name),
            token_typ: token_typ.unwrap_or_default(),
            signing_alg: signing_alg.unwrap_or_default(),
            access_token_lifetime: lifetime,
            claims: self.claims.clone(),
            created_at: now,
            scopes: self.scopes.lines().filter_map(scope).collect(),
        };
        let api = match known {
            Some(known) => self.untouched(known, api),
            None => api,
        };
        if let Err(rule) = apis::check(&api, issuer) {
            let field = match rule.field {
                Field::Identifier => "identifier",
                Field::Name => "name",
                Field::Lifetime => "lifetime",
                Field::Scopes => "scopes",
            };
            if errors.of(field).is_none() {
                errors.add(field, capital(&rule.to_string()));
            }
        }
        if errors.is_empty() { Ok(api) } else { Err(errors) }
    }

    fn untouched(&self, known: &Api, typed: Api) -> Api {
        let shown = Self::from(known);
        let same_claims = ApiClaim::ALL
            .iter()
            .all(|claim| known.claims.contains(claim) == typed.claims.contains(claim));
        Api {
            name: if self.name == shown.name.trim() {
                known.name.clone()
            } else {
                typed.name
            },
            scopes: if self.scopes.lines().eq(shown.scopes.trim().lines()) {
                known.scopes.clone()
            } else {
                typed.scopes
            },
            claims: if same_claims {
                known.claims.clone()
            } else {
                typed.claims
            },
            ..typed
        }
    }
}

/// A scope as it stands on a line of the form.
fn line(ApiScope { name, description }: &ApiScope) -> String {
    if description.is_empty() {
        name.clone()
    } else {
        format!("{name} = {description}")
    }
}

/// A line of scopes: a name, and behind a space and an equals sign the permission in words. The name itself may have
/// equals signs (RFC 6749 §3.3), so that only the space ends it.
fn scope(line: &str) -> Option<ApiScope> {
    let line = line.trim();
    let of_two = line.split_once(char::is_whitespace).and_then(|(name, rest)| {
        let description = rest.trim_start().strip_prefix('=')?;
        Some((name, description.trim()))
    });
    let (name, description) = of_two.unwrap_or((line, ""));
    (!line.is_empty()).then(|| ApiScope {
        name: name.to_owned(),
        description: composed(description),
    })
}

/// `GET /admin/apis/new`.
pub(super) async fn new(admin: Admin) -> HttpResponse {
    let typed = Typed {
        token_typ: TokenTyp::default().as_str().to_owned(),
        signing_alg: word(&KeyAlgorithm::default()),
        ..Typed::default()
    };
    show(&admin, None, typed, Errors::default())
}

/// `POST /admin/apis/new`.
pub(super) async fn create(form: AdminForm) -> HttpResponse {
    if let Err(response) = form::only(&form, &FIELDS) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let typed = Typed::of(&fields);
    let api = match typed.check(None, &admin.cx.config().issuer, admin.cx.now) {
        Ok(api) => api,
        Err(errors) => return show(&admin, None, typed, errors),
    };
    if let Err(failure) = ensure_keys(&admin, api.signing_alg).await {
        return admin.failed(failure);
    }
    let (act, added) = (admin.act(), api.clone());
    let created = admin
        .cx
        .store()
        .write("create-api", move |tx| apis::create(tx, &act, &added));
    match created.await {
        Ok(()) => {
            let words = "The API is registered. Applications may have its scopes now.";
            admin.done(&page_of(&api.identifier), words)
        }
        Err(error) => match taken(&error) {
            Some(errors) => show(&admin, None, typed, errors),
            None => admin.failed(error),
        },
    }
}

/// `GET /admin/apis/{api}`.
pub(super) async fn get(admin: Admin, slug: web::Path<String>, http: HttpRequest) -> HttpResponse {
    let shown = async {
        form::query(&admin, http.query_string(), &[])?;
        let (api, users) = find(&admin, &slug).await?;
        let page = EditPage {
            shell: admin.shell(Section::Apis, &api.name),
            path: Some(page_of(&api.identifier)),
            typed: Typed::from(&api),
            users,
            losing: Vec::new(),
            errors: Errors::default(),
        };
        Ok(answer(&admin, page.errors.status(), &page))
    };
    match shown.await {
        Ok(response) | Err(response) => response,
    }
}

/// `POST /admin/apis/{api}`.
pub(super) async fn post(form: AdminForm, slug: web::Path<String>) -> HttpResponse {
    if let Err(response) = form::only(&form, &FIELDS) {
        return response;
    }
    let AdminForm { admin, fields } = form;
    let saved = async {
        let (known, users) = find(&admin, &slug).await?;
        // The identifier is that of the path: tokens in the world carry it.
        let typed = Typed {
            identifier: known.identifier.clone(),
            ..Typed::of(&fields)
        };
        if typed.shown != version(&known) {
            return Ok(stale(&admin, (&known, users), typed));
        }
        let api = match typed.check(Some(&known), &admin.cx.config().issuer, admin.cx.now) {
            Ok(api) => api,
            Err(errors) => return Ok(show(&admin, Some((&known, users)), typed, errors)),
        };
        ensure_keys(&admin, api.signing_alg)
            .await
            .map_err(|failure| admin.failed(failure))?;
        save(&admin, (&known, users), (api, typed)).await
    };
    match saved.await {
        Ok(response) | Err(response) => response,
    }
}

async fn save(
    admin: &Admin,
    (known, users): (&Api, Vec<User>),
    (api, typed): (Api, Typed),
) -> Result<HttpResponse, HttpResponse> {
    let force = if typed.force { Force::Yes } else { Force::No };
    let (act, shown) = (admin.act(), typed.shown.clone());
    let changed = admin.cx.store().write("update-api", move |tx| {
        match db!(tx, apis::lock(&api.identifier))? {
            Some(now) if version(&now) != shown => Ok(Err(Box::new(now))),
            Some(_) | None => apis::update(tx, &act, &api, force).map(Ok),
        }
    });
    let changed = match changed.await {
        Ok(Err(now)) => return Ok(stale(admin, (&now, users), typed)),
        Ok(Ok(change)) => Ok(change),
        Err(error) => Err(error),
    };
    match changed {
        Ok(ApiChange::Done(_)) => Ok(admin.done(&page_of(&known.identifier), "The API is saved.")),
        Ok(ApiChange::InUse(losing)) => {
            let rule = "Applications have scopes that you removed: take them away too, or keep the scopes";
            let mut page = edit(admin, Some((known, users)), typed, Errors::one("force", rule));
            page.losing = losing.into_iter().map(User::from).collect();
            Ok(answer(admin, page.errors.status(), &page))
        }
        Ok(ApiChange::Unknown | ApiChange::OwnApi) => Err(admin.not_found()),
        Err(error) => match taken(&error) {
            Some(errors) => Ok(show(admin, Some((known, users)), typed, errors)),
            None => Err(admin.failed(error)),
        },
    }
}

/// Names what the page shows of an API.
fn version(api: &Api) -> String {
    let scopes: Vec<_> = api
        .scopes
        .iter()
        .map(|scope| (&scope.name, &scope.description))
        .collect();
    form::version(&(
        &api.name,
        word(&api.token_typ),
        word(&api.signing_alg),
        api.access_token_lifetime.map(Span::millis),
        &api.claims,
        scopes,
    ))
}

/// 409, with what was typed: who reads what it says may save it all the same.
fn stale(admin: &Admin, (now, users): (&Api, Vec<User>), typed: Typed) -> HttpResponse {
    let typed = Typed {
        shown: version(now),
        ..typed
    };
    let page = edit(
        admin,
        Some((now, users)),
        typed,
        Errors::one("api-form", form::CHANGED_SINCE),
    );
    answer(admin, StatusCode::CONFLICT, &page)
}

fn taken(error: &StoreError) -> Option<Errors> {
    match error {
        StoreError::Conflict(Unique::ApiIdentifier) => Some(Errors::one(
            "identifier",
            "An API with this identifier is registered",
        )),
        StoreError::Conflict(Unique::Scope) => {
            Some(Errors::one("scopes", "One of the scopes belongs to another API"))
        }
        StoreError::Conflict(
            Unique::Username | Unique::Email | Unique::LastAdministrator | Unique::Other,
        )
        | StoreError::Busy
        | StoreError::Unavailable(_)
        | StoreError::Corrupt { .. }
        | StoreError::Refused(_) => None,
    }
}

fn show(admin: &Admin, known: Option<(&Api, Vec<User>)>, typed: Typed, errors: Errors) -> HttpResponse {
    let page = edit(admin, known, typed, errors);
    answer(admin, page.errors.status(), &page)
}

fn edit(admin: &Admin, known: Option<(&Api, Vec<User>)>, typed: Typed, errors: Errors) -> EditPage {
    let title = known.as_ref().map_or("New API", |(api, _)| api.name.as_str());
    EditPage {
        shell: admin.shell(Section::Apis, title),
        path: known.as_ref().map(|(api, _)| page_of(&api.identifier)),
        users: known.map(|(_, users)| users).unwrap_or_default(),
        typed,
        losing: Vec::new(),
        errors,
    }
}

/// A duration as it can be typed.
pub(super) fn duration(span: Span) -> String {
    match span.seconds() {
        seconds if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
