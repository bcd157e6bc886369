//! What an application may do and must do, in sentences.

use super::facts;
use super::scopes::meaning;
use vouchsafe_core::model::{
    Api, AuthMethod, ClientKind, ClientMetadata, GrantType, IdTokenClaims, PkceRule,
};
use vouchsafe_core::spec::scope;

/// The sentences, the most important first.
pub(super) fn sentences(metadata: &ClientMetadata, apis: &[Api]) -> Vec<String> {
    let name = &metadata.client_name;
    let mut sentences = Vec::new();
    let with_people = metadata.grant_types.contains(&GrantType::AuthorizationCode);
    if with_people {
        sentences.push(format!("{name} may ask people to sign in here."));
        let learns: Vec<String> = metadata
            .scopes
            .iter()
            .filter(|scope| scope::standard(scope) && *scope != scope::OFFLINE_ACCESS)
            .map(|scope| meaning(scope))
            .collect();
        if !learns.is_empty() {
            sentences.push(format!("If they allow it, it learns {}.", listed(&learns)));
        }
        if metadata.scopes.iter().any(|scope| scope == scope::OFFLINE_ACCESS) {
            sentences.push(format!(
                "{name} may keep access while people are away, until it is taken back."
            ));
        }
        sentences.push(if metadata.first_party && !metadata.require_consent {
            "People are not asked for consent: it is your own application.".to_owned()
        } else {
            "People are asked for consent before anything is handed over.".to_owned()
        });
    }
    sentences.extend(of_apis(metadata, apis, with_people));
    sentences.push(proof(metadata));
    if with_people {
        sentences.push(match metadata.pkce {
            PkceRule::Required => "It must use PKCE: every request needs a challenge.".to_owned(),
            PkceRule::Allowed => {
                "It may leave out PKCE, because it does not know it; then it must send a nonce.".to_owned()
            }
        });
        sentences.push(match metadata.id_token_claims {
            IdTokenClaims::Userinfo => "It reads what it learns at the UserInfo endpoint.".to_owned(),
            IdTokenClaims::IdToken => "What it learns stands in the ID token too.".to_owned(),
        });
        let hosts: Vec<String> = metadata
            .redirect_uris
            .iter()
            .map(|uri| facts::host(uri))
            .collect();
        sentences.push(format!(
            "People return to {} only; addresses are compared exactly{}.",
            listed(&tidy(hosts)),
            ports(metadata)
        ));
    }
    sentences
}

fn of_apis(metadata: &ClientMetadata, apis: &[Api], with_people: bool) -> Vec<String> {
    let whose = if with_people {
        "in the name of the person"
    } else {
        "as itself"
    };
    let of_api = |api: &Api| {
        let names: Vec<String> = api
            .scopes
            .iter()
            .filter(|scope| metadata.scopes.contains(&scope.name))
            .map(|scope| scope.name.clone())
            .collect();
        (!names.is_empty()).then(|| format!("It may call {} {whose}: {}.", api.name, listed(&names)))
    };
    let mut sentences: Vec<String> = apis.iter().filter_map(of_api).collect();
    if sentences.is_empty() && !with_people {
        sentences.push("It may call no API yet: it has no scopes.".to_owned());
    }
    sentences
}

fn proof(metadata: &ClientMetadata) -> String {
    match (metadata.kind, metadata.token_endpoint_auth_method) {
        (ClientKind::Spa | ClientKind::Native, _) => {
            "It has no secret: everybody could read it out of the program.".to_owned()
        }
        (ClientKind::Web | ClientKind::Service, Some(AuthMethod::PrivateKeyJwt)) => {
            "It proves itself by signing with its own key; there is no secret.".to_owned()
        }
        (ClientKind::Web | ClientKind::Service, Some(AuthMethod::ClientSecretBasic)) => {
            "It proves itself by a secret in the Authorization header, which is shown once.".to_owned()
        }
        (ClientKind::Web | ClientKind::Service, Some(AuthMethod::ClientSecretPost)) => {
            "It proves itself by a secret in the form, which is shown once.".to_owned()
        }
        (ClientKind::Web | ClientKind::Service, None | Some(AuthMethod::None)) => {
            "It proves itself by a secret, which is shown once.".to_owned()
        }
    }
}

fn ports(metadata: &ClientMetadata) -> &'static str {
    let loopback = |uri: &String| uri.starts_with("http://");
    if metadata.kind == ClientKind::Native && metadata.redirect_uris.iter().any(loopback) {
        ", except for the port on the person's own machine"
    } else {
        ""
    }
}

fn tidy(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// `a, b and c`.
fn listed(texts: &[String]) -> String {
    match texts.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
