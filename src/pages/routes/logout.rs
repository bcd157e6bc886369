//! OpenID Connect RP-Initiated Logout 1.0 — the end session endpoint.
//!
//! An ID token of the very session that is to end proves that its app asks, and nobody is asked again. Otherwise the
//! person is: any site can send a browser here. The form's address repeats the request, so that the answer is judged like
//! the question and nothing is stored. A POST of an app comes without our cookie; the GET that follows brings it.

use super::arrival::{Stop, account, fields, frame_of_answer, locale, see_other, shown};
use crate::accounts::sessions::{self, SignedIn};
use crate::audit::{self, Act};
use crate::cx::Cx;
use crate::pages::layout::Form;
use crate::pages::logout::{LogoutPage, LogoutState};
use crate::tokens::Hint;
use crate::web::body::Form as Body;
use crate::web::cookies::Cookies;
use crate::web::csrf::{self, Binding};
use crate::web::headers::{self, Forms};
use crate::web::limits::QUERY_BYTES;
use crate::web::told::Told;
use crate::web::{problem, urls};
use actix_web::http::header::{HeaderValue, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest as _, Sha256};
use vouchsafe_core::model::{Client, ClientId, Digest, Plain, SessionCookie};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::registry::{self, Endpoint};
use vouchsafe_core::spec::{post_logout_redirect_uri, redirect_uri, state, ui_locales};

const PAGE: &str = "logout";

/// `GET /logout`.
pub(super) async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    ask(&cx, &http).await.unwrap_or_else(|stop| stop.answer(&cx))
}

/// `POST /logout`: the page's own form, or an app's request.
pub(super) async fn post(cx: Cx, http: HttpRequest, body: Body) -> HttpResponse {
    take(&cx, &http, body)
        .await
        .unwrap_or_else(|stop| stop.answer(&cx))
}

/// A checked request.
struct Request {
    /// What the app knows of the session, if it proved to have an ID token.
    hint: Option<Hint>,
    /// Where to go afterwards, with `state`.
    back: Option<String>,
    ui_locales: Vec<String>,
}

/// The session that is to end.
struct Held {
    cookie: Digest<SessionCookie>,
    signed_in: SignedIn,
}

async fn ask(cx: &Cx, http: &HttpRequest) -> Result<HttpResponse, Stop> {
    let request = read(cx, http).await?;
    let proven = request.hint.as_ref();
    match held(cx, http).await? {
        Some(held) if proven.is_some_and(|hint| is_of(hint, &held)) => end(cx, http, &request, &held).await,
        Some(held) => {
            let state = LogoutState::Ask {
                form: Form {
                    action: format!("{}?{}", urls::LOGOUT, http.query_string()),
                    token: binding(http, &held).token(cx.services.keys.secrets().form_key()),
                },
                account: account(&held.signed_in.user),
            };
            Ok(page(cx, http, &request, state))
        }
        // Nobody is signed in here. The app may have its person back, if it proved to be one that signed somebody in.
        None if proven.is_some() => Ok(done(cx, http, &request)),
        None => Ok(page(cx, http, &request, LogoutState::Done)),
    }
}

async fn take(cx: &Cx, http: &HttpRequest, body: Body) -> Result<HttpResponse, Stop> {
    let form = fields(body)?;
    let Some(token) = form.one(csrf::FIELD) else {
        return repeat(&form);
    };
    let request = read(cx, http).await?;
    let Some(held) = held(cx, http).await? else {
        // The session ended while the question stood: what the person wants has happened.
        return Ok(page(cx, http, &request, LogoutState::Done));
    };
    let key = cx.services.keys.secrets().form_key();
    let genuine = binding(http, &held).check(key, Some(token), http.headers(), &cx.config().issuer);
    genuine.map_err(Told::from)?;
    match form.one("decision") {
        Some("confirm") => end(cx, http, &request, &held).await,
        Some("cancel") => Ok(page(cx, http, &request, LogoutState::Kept)),
        _ => Err(Told::Unreadable.into()),
    }
}

/// An app's POST once more as a GET of ours, with the parameters that we know.
fn repeat(form: &Params) -> Result<HttpResponse, Stop> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for parameter in registry::parameters(Endpoint::EndSession) {
        if let Some(value) = form.one(parameter.name) {
            query.append_pair(parameter.name, value);
        }
    }
    let query = query.finish();
    if query.len() > QUERY_BYTES {
        return Err(Told::Unreadable.into());
    }
    Ok(see_other(&format!("{}?{query}", urls::LOGOUT)))
}

async fn read(cx: &Cx, http: &HttpRequest) -> Result<Request, Stop> {
    let query = http.query_string().as_bytes();
    if query.len() > QUERY_BYTES {
        return Err(Told::Unreadable.into());
    }
    let params = Params::parse(query)?;
    params.refuse_repeats(&[])?;
    let came = params.one("id_token_hint");
    let hint = came.and_then(|text| cx.services.own_tokens().hint(text, cx.now));
    let client = client(cx, &params, hint.as_ref()).await?;
    let wanted = params.one("post_logout_redirect_uri");
    // With a hint that proves nothing, the address would be anybody's.
    if wanted.is_some() && came.is_some() && hint.is_none() {
        return Err(Reason::IdTokenHintInvalid.into());
    }
    let uri = post_logout_redirect_uri::parse(wanted, client.as_ref())?;
    let state = state::parse(params.one("state"))?;
    let back = uri.map(|uri| match &state {
        Some(state) => redirect_uri::with_params(&uri, &[("state", state)]),
        None => uri,
    });
    Ok(Request {
        hint,
        back,
        ui_locales: ui_locales::parse(params.one("ui_locales")),
    })
}

/// The client that asks: the one that the ID token was made for, and no other may be named beside it.
async fn client(cx: &Cx, params: &Params, hint: Option<&Hint>) -> Result<Option<Client>, Stop> {
    let named = params.one("client_id").map(ClientId::new);
    let of_hint = hint.map(|hint| hint.client_id.clone());
    let id = match (named, of_hint) {
        (Some(named), Some(of_hint)) if named != of_hint => {
            return Err(Reason::IdTokenHintInvalid.into());
        }
        (Some(id), _) | (None, Some(id)) => id,
        (None, None) => return Ok(None),
    };
    let known = cx.services.clients.find(&id, cx.now).await?;
    let known = known.ok_or(Reason::ClientUnknown)?;
    if known.client.disabled_at.is_some() {
        return Err(Reason::ClientDisabled.into());
    }
    Ok(Some(known.client.clone()))
}

async fn held(cx: &Cx, http: &HttpRequest) -> Result<Option<Held>, Stop> {
    let cookie: Option<Plain<SessionCookie>> = Cookies::of_issuer(&cx.config().issuer).read(http.headers());
    let Some(cookie) = cookie.map(|cookie| cookie.digest()) else {
        return Ok(None);
    };
    let (wanted, now) = (cookie.clone(), cx.now);
    let found = cx
        .store()
        .read("session", move |tx| sessions::find(tx, &wanted, now))
        .await?;
    Ok(found.map(|signed_in| Held { cookie, signed_in }))
}

/// Whether the ID token was made in this very session.
fn is_of(hint: &Hint, held: &Held) -> bool {
    let SignedIn { session, user } = &held.signed_in;
    hint.user_id == user.id && hint.sid.as_ref() == Some(&session.sid(&hint.client_id))
}

/// Ends the session with its online grants; offline ones survive.
async fn end(cx: &Cx, http: &HttpRequest, request: &Request, held: &Held) -> Result<HttpResponse, Stop> {
    let act = Act::of(cx, held.signed_in.user.id.as_str());
    let id = held.signed_in.session.id.clone();
    cx.store()
        .write("sign-out", move |tx| audit::end_session(tx, &act, &id).map(drop))
        .await?;
    let mut response = done(cx, http, request);
    let forgotten = Cookies::of_issuer(&cx.config().issuer).clear::<SessionCookie>();
    response.headers_mut().append(SET_COOKIE, forgotten);
    Ok(response)
}

/// Back to the app that asked, or the page that says so.
fn done(cx: &Cx, http: &HttpRequest, request: &Request) -> HttpResponse {
    let Some(back) = &request.back else {
        return page(cx, http, request, LogoutState::Done);
    };
    let Ok(location) = HeaderValue::from_str(back) else {
        problem::record(cx, &Reason::PostLogoutRedirectUriNotRegistered.into());
        return Told::Broken.answer();
    };
    let mut response = HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .finish();
    headers::redirect(response.headers_mut());
    response
}

fn page(cx: &Cx, http: &HttpRequest, request: &Request, state: LogoutState) -> HttpResponse {
    let issuer = &cx.config().issuer;
    let locale = locale(http, &Cookies::of_issuer(issuer), None, &request.ui_locales);
    let page = LogoutPage {
        frame: frame_of_answer(cx, locale),
        state,
    };
    shown(cx, 200, page.render(), Forms::MayLeave)
}

/// The form is good for this session and this request.
fn binding(http: &HttpRequest, held: &Held) -> Binding<'static> {
    Binding {
        of: Sha256::digest(http.query_string().as_bytes()).into(),
        browser: *held.cookie.as_bytes(),
        page: PAGE,
    }
}
