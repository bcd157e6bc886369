//! RFC 7591 §2, OpenID Connect Dynamic Client Registration §2 — the metadata that a client registers itself with.
//!
//! What is not known is ignored; what is known must have its type, and no `null` stands for anything.

use super::human_readable::composed;
use super::{redirect_uri, scope, web_uri};
use crate::model::{AuthMethod, ClientKind, Declared, GrantType, KeyAlgorithm};
use crate::refusal::Reason;
use serde_json::{Map, Value};

mod reading;
use reading::Members;

/// Why metadata cannot be registered: the member and the rule that it breaks, in words of ours only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetadataProblem {
    /// For logs and the error code.
    pub reason: Reason,
    /// The member.
    pub member: &'static str,
    /// The rule.
    pub rule: &'static str,
}

impl MetadataProblem {
    /// A problem of a member that has no code of its own.
    #[must_use]
    pub const fn of(member: &'static str, rule: &'static str) -> Self {
        Self {
            reason: Reason::ClientMetadataInvalid,
            member,
            rule,
        }
    }
}

impl std::fmt::Display for MetadataProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.member, self.rule)
    }
}

/// Metadata that a client may register, as far as it speaks for itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Requested {
    /// The name, or the host that it is answered at, or that it has none.
    pub name: String,
    /// What kind of application it is.
    pub kind: ClientKind,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// Where sign-out may return to.
    pub post_logout_redirect_uris: Vec<String>,
    /// The grants that we know, of those that it named.
    pub grant_types: Vec<GrantType>,
    /// The method that it named.
    pub auth_method: Option<AuthMethod>,
    /// The scopes that it named; none when it named none.
    pub scopes: Option<Vec<String>>,
    /// Its keys.
    pub jwks: Option<Value>,
    /// What its ID tokens are signed with.
    pub id_token_alg: KeyAlgorithm,
    /// What it says about itself.
    pub declared: Declared,
}

const CODE: &str = "code";
const NATIVE: &str = "native";
/// The name of a client that gives none (RFC 7591 §2: it is optional) and is answered nowhere.
const UNNAMED: &str = "Unnamed application";

/// Reads what a client asks to be registered with.
///
/// # Errors
/// The first member that breaks a rule.
pub fn parse(document: &Map<String, Value>) -> Result<Requested, MetadataProblem> {
    let members = Members::new(document);
    refuse_statement(&members)?;
    refuse_unsupported(&members)?;
    let auth_method = auth_method(&members)?;
    let grant_types = grant_types(&members, auth_method)?;
    let redirect_uris = members.list("redirect_uris")?.unwrap_or_default();
    let kind = kind(&members, &grant_types, auth_method, &redirect_uris)?;
    check_redirect_uris(&redirect_uris, kind)?;
    let post_logout_redirect_uris = members.list("post_logout_redirect_uris")?.unwrap_or_default();
    for uri in &post_logout_redirect_uris {
        redirect_uri::registrable_by_strangers(uri, kind)
            .map_err(|rule| MetadataProblem::of("post_logout_redirect_uris", rule.sentence()))?;
    }
    let declared = declared(&members)?;
    let jwks = jwks(&members, &declared, auth_method)?;
    Ok(Requested {
        name: name(&members, &redirect_uris, &declared)?,
        kind,
        redirect_uris,
        post_logout_redirect_uris,
        grant_types,
        auth_method,
        scopes: scopes(&members)?,
        jwks,
        id_token_alg: id_token_alg(&members)?,
        declared,
    })
}

/// RFC 7591 §2.3: nobody whose statements we would take is configured.
fn refuse_statement(members: &Members<'_>) -> Result<(), MetadataProblem> {
    let Some(statement) = members.longer_text("software_statement", 16 * 1024)? else {
        return Ok(());
    };
    let parts: Vec<_> = statement.split('.').collect();
    let base64url = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_signed = parts.len() == 3 && parts.iter().all(base64url);
    let (reason, rule) = if is_signed {
        (
            Reason::SoftwareStatementUnapproved,
            "this server approves no software statements",
        )
    } else {
        (Reason::SoftwareStatementInvalid, "it is not a signed JWT")
    };
    Err(MetadataProblem {
        reason,
        member: "software_statement",
        rule,
    })
}

/// What would be weaker than the client asked for is refused, not left out.
fn refuse_unsupported(members: &Members<'_>) -> Result<(), MetadataProblem> {
    for encrypted in [
        "id_token_encrypted_response_alg",
        "userinfo_encrypted_response_alg",
        "introspection_encrypted_response_alg",
        "authorization_encrypted_response_alg",
    ] {
        if members.text(encrypted)?.is_some() {
            return Err(MetadataProblem::of(encrypted, "answers are not encrypted"));
        }
    }
    for bound in [
        "tls_client_certificate_bound_access_tokens",
        "dpop_bound_access_tokens",
    ] {
        if members.boolean(bound)?.unwrap_or_default() {
            return Err(MetadataProblem::of(bound, "access tokens are not bound to keys"));
        }
    }
    for (required, rule) in [
        (
            "require_signed_request_object",
            "request objects are not supported",
        ),
        (
            "require_pushed_authorization_requests",
            "requests cannot be pushed",
        ),
    ] {
        if members.boolean(required)?.unwrap_or_default() {
            return Err(MetadataProblem::of(required, rule));
        }
    }
    let signed = "authorization_signed_response_alg";
    if members.text(signed)?.is_some_and(|alg| alg != "none") {
        return Err(MetadataProblem::of(
            signed,
            "authorization responses are not signed",
        ));
    }
    match members.text("subject_type")? {
        None | Some("public") => Ok(()),
        Some(_) => Err(MetadataProblem::of("subject_type", "only public is supported")),
    }
}

fn auth_method(members: &Members<'_>) -> Result<Option<AuthMethod>, MetadataProblem> {
    let member = "token_endpoint_auth_method";
    Ok(match members.text(member)? {
        None => None,
        Some("none") => Some(AuthMethod::None),
        Some("client_secret_basic") => Some(AuthMethod::ClientSecretBasic),
        Some("client_secret_post") => Some(AuthMethod::ClientSecretPost),
        Some("private_key_jwt") => Some(AuthMethod::PrivateKeyJwt),
        Some(_) => return Err(MetadataProblem::of(member, "this method is not supported")),
    })
}

/// RFC 7591 §2.1: grants and response types must fit. Those that we do not have are left out, as §3.2.1 allows; the
/// answer says which remain.
fn grant_types(members: &Members<'_>, method: Option<AuthMethod>) -> Result<Vec<GrantType>, MetadataProblem> {
    let member = "grant_types";
    let asked = members.list(member)?;
    let responses = members.list("response_types")?;
    let mut grants: Vec<_> = match &asked {
        None => vec![GrantType::AuthorizationCode],
        Some(names) => names.iter().filter_map(|name| grant_type(name)).collect(),
    };
    grants.sort_unstable();
    grants.dedup();
    if grants.is_empty() {
        return Err(MetadataProblem::of(member, "none of them is supported"));
    }
    let takes_codes = grants.contains(&GrantType::AuthorizationCode);
    if grants.contains(&GrantType::RefreshToken) && !takes_codes {
        return Err(MetadataProblem::of(
            member,
            "refresh_token needs authorization_code beside it",
        ));
    }
    if grants.contains(&GrantType::ClientCredentials) && method == Some(AuthMethod::None) {
        return Err(MetadataProblem::of(
            member,
            "client_credentials needs a client that authenticates",
        ));
    }
    let answers_codes = match &responses {
        None => takes_codes,
        Some(types) => types.iter().any(|kind| kind == CODE),
    };
    if takes_codes != answers_codes {
        let rule = "the response type code and the grant type authorization_code belong together";
        return Err(MetadataProblem::of("response_types", rule));
    }
    Ok(grants)
}

fn grant_type(name: &str) -> Option<GrantType> {
    match name {
        "authorization_code" => Some(GrantType::AuthorizationCode),
        "refresh_token" => Some(GrantType::RefreshToken),
        "client_credentials" => Some(GrantType::ClientCredentials),
        _ => None,
    }
}

/// A client without a secret is an installed application when it says so, or when it says nothing and is answered on
/// the machine that it runs on.
fn kind(
    members: &Members<'_>,
    grants: &[GrantType],
    method: Option<AuthMethod>,
    redirect_uris: &[String],
) -> Result<ClientKind, MetadataProblem> {
    let member = "application_type";
    let named = members.text(member)?;
    if named.is_some_and(|named| named != "web" && named != NATIVE) {
        return Err(MetadataProblem::of(member, "it is web or native"));
    }
    if named == Some(NATIVE) && method != Some(AuthMethod::None) {
        return Err(MetadataProblem::of(
            "token_endpoint_auth_method",
            "it must be none for a native application",
        ));
    }
    if !grants.contains(&GrantType::AuthorizationCode) {
        return Ok(ClientKind::Service);
    }
    if method != Some(AuthMethod::None) {
        return Ok(ClientKind::Web);
    }
    let local = || !redirect_uris.is_empty() && redirect_uris.iter().all(|uri| !uri.starts_with("https:"));
    let native = named.map_or_else(local, |named| named == NATIVE);
    Ok(if native {
        ClientKind::Native
    } else {
        ClientKind::Spa
    })
}

fn check_redirect_uris(uris: &[String], kind: ClientKind) -> Result<(), MetadataProblem> {
    let refused = |rule| MetadataProblem {
        reason: Reason::RedirectUriUnregistrable,
        member: "redirect_uris",
        rule,
    };
    match (kind, uris) {
        (ClientKind::Service, []) => Ok(()),
        (ClientKind::Service, _) => Err(MetadataProblem::of(
            "redirect_uris",
            "they are for the grant type authorization_code",
        )),
        (ClientKind::Web | ClientKind::Spa | ClientKind::Native, []) => {
            Err(refused("at least one is needed"))
        }
        (ClientKind::Web | ClientKind::Spa | ClientKind::Native, uris) => uris.iter().try_for_each(|uri| {
            redirect_uri::registrable_by_strangers(uri, kind).map_err(|rule| refused(rule.sentence()))
        }),
    }
}

/// The name as people will see it: nothing that hides, turns or looks like markup.
fn name(
    members: &Members<'_>,
    redirect_uris: &[String],
    declared: &Declared,
) -> Result<String, MetadataProblem> {
    if let Some(name) = members.shown_text("client_name", 100)? {
        return Ok(name);
    }
    let place = redirect_uris.first().or(declared.client_uri.as_ref());
    let host = place.map(|uri| redirect_uri::host(uri)).unwrap_or_default();
    let is_name = !host.is_empty() && host.chars().count() <= 100;
    Ok(if is_name { host } else { UNNAMED.to_owned() })
}

fn scopes(members: &Members<'_>) -> Result<Option<Vec<String>>, MetadataProblem> {
    let text = members.text("scope")?;
    let parsed = text.map(|text| {
        scope::parse(text).map_err(|_| {
            MetadataProblem::of(
                "scope",
                "it has a character that RFC 6749 section 3.3 does not allow",
            )
        })
    });
    parsed.transpose()
}

fn id_token_alg(members: &Members<'_>) -> Result<KeyAlgorithm, MetadataProblem> {
    let member = "id_token_signed_response_alg";
    let Some(named) = members.text(member)? else {
        return Ok(KeyAlgorithm::default());
    };
    KeyAlgorithm::ALL
        .into_iter()
        .find(|alg| alg.as_str() == named)
        .ok_or(MetadataProblem::of(member, "it is RS256, PS256, ES256 or EdDSA"))
}

/// RFC 7591 §2: the keys themselves, or where they are, never both.
fn jwks(
    members: &Members<'_>,
    declared: &Declared,
    method: Option<AuthMethod>,
) -> Result<Option<Value>, MetadataProblem> {
    let jwks = members.object("jwks")?;
    if jwks.is_some() && declared.jwks_uri.is_some() {
        return Err(MetadataProblem::of("jwks", "it must not come beside jwks_uri"));
    }
    if method == Some(AuthMethod::PrivateKeyJwt) && jwks.is_none() && declared.jwks_uri.is_none() {
        return Err(MetadataProblem::of(
            "jwks",
            "private_key_jwt needs jwks or jwks_uri",
        ));
    }
    Ok(jwks)
}

fn declared(members: &Members<'_>) -> Result<Declared, MetadataProblem> {
    let address = |member| -> Result<Option<String>, MetadataProblem> {
        let Some(text) = members.text(member)? else {
            return Ok(None);
        };
        web_uri::check(text).map_err(|rule| MetadataProblem::of(member, rule.sentence()))?;
        Ok(Some(text.to_owned()))
    };
    let contacts = members.list("contacts")?.unwrap_or_default();
    let contacts: Vec<_> = contacts.iter().map(|text| composed(text)).collect();
    let is_contact = |text: &String| text.chars().count() <= 254 && reading::is_plain(text);
    if !contacts.iter().all(is_contact) {
        let rule = "each has at most 254 characters, none of them invisible, < or >";
        return Err(MetadataProblem::of("contacts", rule));
    }
    Ok(Declared {
        client_uri: address("client_uri")?,
        logo_uri: address("logo_uri")?,
        policy_uri: address("policy_uri")?,
        tos_uri: address("tos_uri")?,
        contacts,
        jwks_uri: address("jwks_uri")?,
        sector_identifier_uri: address("sector_identifier_uri")?,
        initiate_login_uri: address("initiate_login_uri")?,
        default_max_age: members.seconds("default_max_age")?,
        require_auth_time: members.boolean("require_auth_time")?.unwrap_or_default(),
        software_id: members.shown_text("software_id", 200)?,
        software_version: members.shown_text("software_version", 200)?,
        logo: None,
    })
}

#[cfg(test)]
mod tests;
