//! The checks that the tables of the itinerary name. Syntax is judged by `core::spec`, one word each.

use super::{ClientBound, RedirectBound, Surroundings};
use vouchsafe_core::decide::{audience, scopes};
use vouchsafe_core::model::{GrantType, PkceRule};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::registry::{Endpoint, repeatable};
use vouchsafe_core::spec::{
    acr, login_hint, max_age as spec_max_age, nonce as spec_nonce, pkce, prompt as spec_prompt,
    redirect_uri as spec_redirect_uri, request_object, resource as spec_resource,
    response_mode as spec_response_mode, response_type as spec_response_type, scope as spec_scope,
    state as spec_state, ui_locales,
};

type Verdict = Result<(), Reason>;

pub(super) fn client_enabled(stage: &mut ClientBound) -> Verdict {
    match stage.known.client.disabled_at {
        Some(_) => Err(Reason::ClientDisabled),
        None => Ok(()),
    }
}

/// Always required, also when only one is registered (OpenID Connect Core §3.1.2.1).
pub(super) fn redirect_uri(stage: &mut ClientBound) -> Verdict {
    let metadata = &stage.known.client.metadata;
    match stage.params.all("redirect_uri").as_slice() {
        [] if stage.params.one("request_uri").is_some() => Err(Reason::RequestUriUnsupported),
        [] => Err(Reason::RedirectUriMissing),
        [uri] => spec_redirect_uri::find(&metadata.redirect_uris, metadata.kind, uri)
            .map(drop)
            .ok_or(Reason::RedirectUriNotRegistered),
        _ => Err(Reason::RedirectUriNotRegistered),
    }
}

/// Of two states neither is returned.
pub(super) fn state(stage: &mut RedirectBound) -> Verdict {
    match stage.params.all("state").as_slice() {
        [] => Ok(()),
        [value] => {
            stage.request.state = spec_state::parse(Some(value))?;
            Ok(())
        }
        _ => Err(Reason::ParameterRepeated),
    }
}

pub(super) fn well_formed(stage: &mut RedirectBound) -> Verdict {
    stage.malformed.map_or(Ok(()), Err)
}

pub(super) fn no_repeats(stage: &mut RedirectBound) -> Verdict {
    stage.params.refuse_repeats(&repeatable(Endpoint::Authorization))
}

pub(super) fn no_request_object(stage: &mut RedirectBound) -> Verdict {
    request_object::refuse(&stage.params)
}

pub(super) fn response_type(stage: &mut RedirectBound) -> Verdict {
    match spec_response_type::parse(stage.params.one("response_type"))? {
        spec_response_type::ResponseType::Code => Ok(()),
    }
}

pub(super) fn response_mode(stage: &mut RedirectBound) -> Verdict {
    match spec_response_mode::parse(stage.params.one("response_mode"))? {
        spec_response_mode::ResponseMode::Query => Ok(()),
    }
}

pub(super) fn grant_type(stage: &mut RedirectBound) -> Verdict {
    if stage.known.client.may_use(GrantType::AuthorizationCode) {
        Ok(())
    } else {
        Err(Reason::GrantTypeNotAllowed)
    }
}

/// Keeps what the client may have and somebody registered.
pub(super) fn scope(stage: &mut RedirectBound) -> Verdict {
    let asked = stage.params.one("scope").map(spec_scope::parse).transpose()?;
    let allowed = scopes::at_authorization(asked.as_deref(), &stage.known.client, &stage.surroundings.apis)?;
    stage.request.scopes = allowed.scopes;
    stage.request.scopes_dropped = allowed.dropped;
    Ok(())
}

pub(super) fn resource(stage: &mut RedirectBound) -> Verdict {
    let resources = spec_resource::parse(&stage.params.all("resource"))?;
    let apis = &stage.surroundings.apis;
    for resource in &resources {
        let named = apis.iter().find(|api| api.identifier == *resource);
        let api = named.ok_or(Reason::ResourceUnknown)?;
        audience::admit(api, &stage.request.scopes, &stage.known.client)?;
    }
    stage.request.resources = resources;
    Ok(())
}

/// RFC 9700 §2.1.1: a public client always sends a challenge, whatever its settings say.
pub(super) fn code_challenge(stage: &mut RedirectBound) -> Verdict {
    let params = &stage.params;
    let challenge =
        pkce::Challenge::parse(params.one("code_challenge"), params.one("code_challenge_method"))?;
    let client = &stage.known.client;
    match (&challenge, client.metadata.pkce) {
        (None, PkceRule::Required) => return Err(Reason::PkceMissing),
        (None, PkceRule::Allowed) if client.is_public() => return Err(Reason::PkceMissing),
        (None, PkceRule::Allowed) | (Some(_), _) => {}
    }
    stage.request.code_challenge = challenge.map(|challenge| challenge.as_str().to_owned());
    Ok(())
}

pub(super) fn nonce(stage: &mut RedirectBound) -> Verdict {
    stage.request.nonce = spec_nonce::parse(stage.params.one("nonce"))?;
    Ok(())
}

pub(super) fn prompt(stage: &mut RedirectBound) -> Verdict {
    stage.request.prompt = spec_prompt::parse(stage.params.one("prompt"))?;
    Ok(())
}

pub(super) fn max_age(stage: &mut RedirectBound) -> Verdict {
    let asked = spec_max_age::parse(stage.params.one("max_age"))?;
    // OpenID Connect Dynamic Client Registration §2: what the request says overrides what was registered.
    stage.request.max_age = asked.or(stage.known.client.metadata.declared.default_max_age);
    Ok(())
}

/// Wishes: none of them can be wrong. `display` and unknown parameters are not looked at at all.
#[expect(clippy::unnecessary_wraps, reason = "every line of a table has one shape")]
pub(super) fn hints(stage: &mut RedirectBound) -> Verdict {
    stage.request.login_hint = login_hint::parse(stage.params.one("login_hint"));
    stage.request.ui_locales = ui_locales::parse(stage.params.one("ui_locales"));
    stage.request.acr_values = acr::parse(stage.params.one("acr_values"));
    Ok(())
}

/// Never counts as a sign-in: it only says whose sign-in is wanted.
pub(super) fn id_token_hint(stage: &mut RedirectBound) -> Verdict {
    let Some(hint) = stage.params.one("id_token_hint") else {
        return Ok(());
    };
    let Surroundings { own_tokens, now, .. } = &stage.surroundings;
    let user = own_tokens
        .hinted_user(hint, &stage.known.client.id, *now)
        .ok_or(Reason::IdTokenHintInvalid)?;
    stage.request.hinted_user = Some(user);
    Ok(())
}
