//! RFC 7662, RFC 9701 — says whether a token stands, and what it says. Asks the database each time, by the same gate as
//! every other endpoint; whatever a client may not know and whatever no longer stands looks the same.

use super::presented::{self, About, Presented};
use crate::accounts::live::{Speaker, live_person, live_token};
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::store::{StoreError, Tx};
use crate::web::body::Form;
use crate::web::problem;
use actix_web::http::header::{ACCEPT, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};
use vouchsafe_core::decide::refresh::{RefreshVerdict, Windows, judge_refresh};
use vouchsafe_core::model::{AuthMethod, Client, Grant, UnixTime, User};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::refresh_token::Genuine;
use vouchsafe_core::spec::scope;
use vouchsafe_verify::AccessToken;

/// The type of a signed answer, also the `typ` of its header, after `application/` (RFC 9701 §4, §5).
const SIGNED: &str = "token-introspection+jwt";

type Members = Map<String, Value>;

/// `POST /introspect`.
pub async fn introspect(cx: Cx, request: HttpRequest, Form(form): Form) -> HttpResponse {
    let answer = match form {
        Ok(params) => ask(&cx, &request, &params).await,
        Err(why) => return problem::unreadable(&cx, why),
    };
    let mut response = answer.unwrap_or_else(|failure| problem::json(&cx, &failure));
    problem::no_store(response.headers_mut());
    response
}

async fn ask(cx: &Cx, request: &HttpRequest, params: &Params) -> Result<HttpResponse, Failure> {
    let (_, about) = presented::about(cx, request, params).await;
    let about = about?;
    // RFC 7662 §2.1, §4: who asks must have proven something, or anybody could try tokens out here.
    if about.authenticated.method() == AuthMethod::None {
        return Err(Reason::ClientAuthenticationMethod.into());
    }
    let members = match look(cx, &about).await? {
        Ok(members) => members,
        Err(reason) => {
            tracing::info!(
                request_id = cx.request_id.as_str(),
                reason = reason.id(),
                "token is not active"
            );
            Map::from_iter([("active".to_owned(), json!(false))])
        }
    };
    if wants_signed(request.headers()) {
        signed(cx, &about, members)
    } else {
        Ok(HttpResponse::Ok().json(members))
    }
}

async fn look(cx: &Cx, about: &About) -> Result<Result<Members, Reason>, Failure> {
    let client = &about.known.client;
    match presented::read(cx, &client.id, &about.text) {
        Some(Presented::Access(token)) if may_see(client, &token) => {
            let (now, asked) = (cx.now, token.clone());
            let standing = cx
                .store()
                .read("introspect", move |tx| live_token(tx, &asked, now))
                .await?;
            Ok(standing.map(|speaker| of_access_token(&token, speaker)))
        }
        Some(Presented::Refresh(genuine)) => {
            let chain = Chain {
                genuine,
                client: client.clone(),
                windows: presented::windows(cx),
                now: cx.now,
            };
            let standing = cx.store().read("introspect", move |tx| chain.look(tx)).await?;
            Ok(standing.map(|(grant, user)| of_refresh_token(&cx.config().issuer, &grant, &user)))
        }
        Some(Presented::Access(_)) | None => Ok(Err(Reason::AccessTokenInvalid)),
    }
}

/// A client may know of its own tokens, and of those for an audience that it was given (`--introspects`).
fn may_see(client: &Client, token: &AccessToken) -> bool {
    token.client_id == client.id.as_str()
        || token
            .aud
            .iter()
            .any(|audience| client.metadata.introspects.contains(audience))
}

/// A refresh token that is looked at without being used.
struct Chain {
    genuine: Genuine,
    client: Client,
    windows: Windows,
    now: UnixTime,
}

impl Chain {
    fn look(&self, tx: &mut Tx<'_>) -> Result<Result<(Grant, User), Reason>, StoreError> {
        let Some(grant) = db!(tx, grants::by_id(self.genuine.gid()))? else {
            return Ok(Err(Reason::RefreshTokenUnknown));
        };
        let generation = self.genuine.generation();
        match judge_refresh(
            &grant,
            generation,
            &self.windows,
            self.client.is_public(),
            self.now,
        ) {
            RefreshVerdict::Rotate(_)
            | RefreshVerdict::Same
            | RefreshVerdict::Displace(_)
            | RefreshVerdict::Jump(_) => {}
            RefreshVerdict::Reuse => return Ok(Err(Reason::RefreshTokenReused)),
            RefreshVerdict::Refuse(reason) => return Ok(Err(reason)),
        }
        let person = live_person(tx, &grant, &self.client.id, self.now)?;
        Ok(person.map(|(user, _)| (grant, user)))
    }
}

/// Everything that the token says, and whose it is (RFC 7662 §2.2).
fn of_access_token(token: &AccessToken, speaker: Speaker) -> Members {
    let mut members: Members = token.claims_as().unwrap_or_default();
    members.insert("active".to_owned(), json!(true));
    members.insert("token_type".to_owned(), json!("Bearer"));
    if let Some((user, _)) = speaker {
        members.insert("username".to_owned(), json!(user.username));
    }
    members
}

/// What a refresh token stands for. It is no access token, and says so: `N_A` (RFC 8693 §2.2.1).
fn of_refresh_token(issuer: &str, grant: &Grant, user: &User) -> Members {
    let members = json!({
        "active": true,
        "token_type": "N_A",
        "iss": issuer,
        "sub": user.id,
        "client_id": grant.client_id,
        "username": user.username,
        "scope": scope::join(&grant.scopes),
        "sid": grant.sid,
        "iat": grant.rotated_at.unwrap_or(grant.created_at).seconds(),
        "exp": grant.idle_expires_at.min(grant.expires_at).seconds(),
    });
    match members {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

fn wants_signed(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|range| range.split(';').next()?.trim().split_once('/'))
        .any(|(kind, name)| kind.eq_ignore_ascii_case("application") && name.eq_ignore_ascii_case(SIGNED))
}

/// RFC 9701 §5: the answer as a JWT for the one who asked. It has no `sub` and no `exp` of its own, so that nobody takes
/// it for an access token.
fn signed(cx: &Cx, about: &About, members: Members) -> Result<HttpResponse, Failure> {
    let claims = Map::from_iter([
        ("iss".to_owned(), json!(cx.config().issuer)),
        ("aud".to_owned(), json!(about.authenticated.client_id())),
        ("iat".to_owned(), json!(cx.now.seconds())),
        ("token_introspection".to_owned(), Value::Object(members)),
    ]);
    let jwt = cx.services.keys.sign(cx.now, SIGNED, &claims)?;
    Ok(HttpResponse::Ok()
        .content_type(format!("application/{SIGNED}"))
        .body(jwt))
}
