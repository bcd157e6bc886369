//! What documents declare: APIs, clients and people, as they were read.

use super::node::{Member, Node, Value};
use super::parse;
use super::section::{Place, Section};
use crate::accounts::profile::{NewPerson, ProfileChange};
use crate::cli::api;
use crate::clients::apis;
use crate::clients::registration::Wish;
use crate::config::Problem;
use serde_json::{Map, Value as Json};
use std::path::Path;
use std::sync::Arc;
use vouchsafe_core::model::{
    Api, ApiScope, ClientId, ClientKind, ClientSecret, KeyAlgorithm, Plain, TokenTyp, UnixTime,
};
use vouchsafe_core::spec::human_readable::composed;
use zeroize::Zeroizing;

/// Everything that was declared.
#[derive(Default)]
pub(super) struct Declared {
    pub(super) apis: Vec<DeclaredApi>,
    pub(super) clients: Vec<DeclaredClient>,
    pub(super) users: Vec<DeclaredUser>,
}

/// An API; what is left out has its default.
pub(super) struct DeclaredApi {
    pub(super) place: Place,
    pub(super) api: Api,
}

/// A client; what is left out has the default of its type.
pub(super) struct DeclaredClient {
    pub(super) place: Place,
    pub(super) id: ClientId,
    pub(super) wish: Wish,
    /// The types that it may be of: one, or any where that is not known.
    pub(super) kinds: Vec<ClientKind>,
    /// The secret that it is to have; none when one is to be made for it.
    pub(super) secret: Option<Arc<Plain<ClientSecret>>>,
}

/// A person; what is left out stays as it is.
pub(super) struct DeclaredUser {
    pub(super) place: Place,
    pub(super) username: String,
    pub(super) email: String,
    pub(super) email_verified: Option<bool>,
    pub(super) claims: Map<String, Json>,
    pub(super) roles: Option<Vec<String>>,
    pub(super) groups: Option<Vec<String>>,
    pub(super) admin: Option<bool>,
    /// The first password: it counts while the person has none.
    pub(super) password: Option<Arc<Zeroizing<String>>>,
}

impl DeclaredUser {
    /// The person as a new one.
    pub(super) fn person(&self) -> NewPerson {
        NewPerson {
            username: self.username.clone(),
            email: self.email.clone(),
            email_verified: self.email_verified.unwrap_or_default(),
            claims: self.claims.clone(),
            password_hash: None,
            is_admin: self.admin.unwrap_or_default(),
            roles: self.roles.clone().unwrap_or_default(),
            groups: self.groups.clone().unwrap_or_default(),
        }
    }

    /// The profile as a change of the one that is there.
    pub(super) fn profile(&self) -> ProfileChange {
        ProfileChange {
            username: Some(self.username.clone()),
            email: Some(self.email.clone()),
            email_verified: self.email_verified,
            claims: self.claims.clone(),
        }
    }
}

const KINDS: [ClientKind; 4] = [
    ClientKind::Web,
    ClientKind::Spa,
    ClientKind::Native,
    ClientKind::Service,
];
const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

impl Declared {
    /// Adds what one document declares.
    pub(super) fn read(&mut self, path: &Path, document: Node, problems: &mut Vec<Problem>) {
        let Some(mut section) = Section::of((path, String::new()), document, problems) else {
            return;
        };
        let lists = ["apis", "clients", "users"].map(|kind| section.list(kind));
        section.finish();
        let [apis, clients, users] = lists.map(Option::unwrap_or_default);
        let mut each = |kind: &str, items: Vec<Node>, read: &mut dyn FnMut(Section<'_>)| {
            for (at, item) in items.into_iter().enumerate() {
                let name = format!("{kind}[{at}]");
                if let Some(section) = Section::of((path, name), item, problems) {
                    read(section);
                }
            }
        };
        each("apis", apis, &mut |section| self.apis.push(read_api(section)));
        each("clients", clients, &mut |section| {
            self.clients.push(read_client(section));
        });
        each("users", users, &mut |section| {
            self.users.push(read_user(section));
        });
    }
}

fn read_api(mut section: Section<'_>) -> DeclaredApi {
    let identifier = section.required("identifier");
    if let Some(identifier) = &identifier {
        section.rename(format!("apis.{identifier:?}"));
    }
    let name = section.required("name");
    let scopes = section
        .list("scopes")
        .map(|items| read_scopes(&mut section, items));
    let api = Api {
        identifier: identifier.unwrap_or_default(),
        name: name.as_deref().map(composed).unwrap_or_default(),
        token_typ: section
            .word::<TokenTyp>("token_typ", &["at+jwt", "JWT"])
            .unwrap_or_default(),
        signing_alg: section
            .word::<KeyAlgorithm>("signing_alg", &ALGORITHMS)
            .unwrap_or_default(),
        access_token_lifetime: section.duration("access_token_lifetime"),
        claims: apis::distinct(section.words("claims", &api::CLAIMS).unwrap_or_default()),
        created_at: UnixTime::default(),
        scopes: scopes.unwrap_or_default(),
    };
    let place = section.finish();
    DeclaredApi { place, api }
}

/// A scope is a table of name and description, or a text as `api create --scope` takes it.
fn read_scopes(section: &mut Section<'_>, items: Vec<Node>) -> Vec<ApiScope> {
    let mut scopes = Vec::new();
    for item in items {
        if let Value::Text(text) = &item.value {
            scopes.push(api::scope(text));
            continue;
        }
        match item.table().map(read_scope) {
            Ok(Ok(scope)) => scopes.push(scope),
            Ok(Err(message)) => section.problem("scopes", message),
            Err(kind) => section.problem("scopes", format!("has {kind}, which is not a scope")),
        }
    }
    scopes
}

fn read_scope(members: Vec<Member>) -> Result<ApiScope, String> {
    let (mut name, mut description) = (None, None);
    for member in members {
        let place = match member.name.as_str() {
            "name" => &mut name,
            "description" => &mut description,
            other => return Err(format!("has {other:?}; a scope has a name and a description")),
        };
        *place = Some(
            member
                .node
                .text()
                .map_err(|kind| format!("has {kind} as {}, not a string", member.name))?,
        );
    }
    let name = name.ok_or("has a scope without a name")?;
    Ok(apis::scope(&name, description.as_deref().unwrap_or_default()))
}

fn read_client(mut section: Section<'_>) -> DeclaredClient {
    let id = section.required("client_id");
    if let Some(id) = &id {
        section.rename(format!("clients.{id}"));
    }
    let name = section.required("client_name");
    let kind = section.required_word("type", &["web", "spa", "native", "service"]);
    let kinds = kind.map_or_else(|| KINDS.to_vec(), |kind| vec![kind]);
    let mut wish = Wish::new(name.unwrap_or_default(), kind.unwrap_or(ClientKind::Web));
    read_lists(&mut section, &mut wish);
    wish.jwks = read_jwks(&mut section);
    for (key, flag) in [
        ("online_refresh", &mut wish.online_refresh),
        ("first_party", &mut wish.first_party),
        ("require_consent", &mut wish.require_consent),
    ] {
        *flag = section.flag(key).unwrap_or_default();
    }
    let secret = section.secret("secret_file").and_then(|text| {
        let secret = Plain::parse(&text);
        if secret.is_none() {
            section.problem(
                "secret_file",
                "holds no client secret; `vouchsafe client new-secret` makes one",
            );
        }
        secret.map(Arc::new)
    });
    let place = section.finish();
    DeclaredClient {
        place,
        id: ClientId::new(id.unwrap_or_default()),
        wish,
        kinds,
        secret,
    }
}

fn read_lists(section: &mut Section<'_>, wish: &mut Wish) {
    wish.redirect_uris = section.texts("redirect_uris").unwrap_or_default();
    wish.post_logout_redirect_uris = section.texts("post_logout_redirect_uris").unwrap_or_default();
    wish.web_origins = section.texts("web_origins").unwrap_or_default();
    wish.introspects = section.texts("introspects").unwrap_or_default();
    wish.scopes = section.text_or_nothing("scope").map(|scope| vec![scope]);
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    wish.grants = section.words("grant_types", &grants).unwrap_or_default();
    let methods = [
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ];
    wish.auth_method = section.word("token_endpoint_auth_method", &methods);
    wish.pkce = section.word("pkce", &["required", "allowed"]);
    wish.id_token_claims = section
        .word("id_token_claims", &["userinfo", "id_token"])
        .unwrap_or_default();
    wish.id_token_alg = section
        .word("id_token_signed_response_alg", &ALGORITHMS)
        .unwrap_or_default();
}

/// The key set, written here or in a file of its own.
fn read_jwks(section: &mut Section<'_>) -> Option<Json> {
    let written = section.take("jwks").and_then(|node| match node.json() {
        Ok(set) => Some(set),
        Err(message) => {
            section.problem("jwks", message);
            None
        }
    });
    let path = section.text("jwks_file");
    let Some(path) = path else { return written };
    if written.is_some() {
        section.problem("jwks_file", "is set beside jwks; set one of them");
        return written;
    }
    let file = section.beside(&path);
    let read = std::fs::read_to_string(&file)
        .map_err(|error| format!("cannot be read: {error}"))
        .and_then(|text| parse::json(&text).map_err(|unreadable| unreadable.message))
        .and_then(|set| set.json());
    read.map_err(|message| {
        section.problem("jwks_file", format!("names {}, which {message}", file.display()));
    })
    .ok()
}

fn read_user(mut section: Section<'_>) -> DeclaredUser {
    let username = section.required("username");
    if let Some(username) = &username {
        section.rename(format!("users.{username}"));
    }
    let email = section.required("email");
    let email_verified = section.flag("email_verified");
    let mut claims = section
        .take("claims")
        .map(|node| match node.json() {
            Ok(Json::Object(claims)) => claims,
            Ok(_) => {
                section.problem("claims", "is not a table of claims");
                Map::new()
            }
            Err(message) => {
                section.problem("claims", message);
                Map::new()
            }
        })
        .unwrap_or_default();
    if let Some(name) = section.text("name")
        && claims.insert("name".to_owned(), Json::from(name)).is_some()
    {
        section.problem("name", "is set beside claims.name; set one of them");
    }
    let roles = section.texts("roles");
    let groups = section.texts("groups");
    let admin = section.flag("admin");
    let password = section.secret("password_file").map(Arc::new);
    let place = section.finish();
    DeclaredUser {
        place,
        username: username.unwrap_or_default(),
        email: email.unwrap_or_default(),
        email_verified,
        claims,
        roles,
        groups,
        admin,
        password,
    }
}
