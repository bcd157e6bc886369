//! RFC 6749 §3.1, OpenID Connect Core §3.1.2 — the authorization endpoint.
//!
//! A GET is decided at once where no person is needed: a code, or the answer to `prompt=none`, and nothing is
//! stored. Otherwise, and for every POST, the checked request is stored and the browser goes on to its interaction.
//! A POST may come from another site and then without our cookies; the GET that follows brings them.

use super::issue::{Issued, Ready, issue};
use super::itinerary::{Accepted, Raw, Refused, Surroundings};
use super::respond::{Destination, refuse, to_hub};
use crate::accounts::interactions::{self, Begun};
use crate::accounts::sessions::SignedIn;
use crate::clients::activity;
use crate::clients::dynamic::metadata_document::{self, Document};
use crate::cx::Cx;
use crate::failure::Failure;
use crate::web::body::{Form, Unreadable};
use crate::web::cookies::Cookies;
use crate::web::limits::QUERY_BYTES;
use crate::web::told::Told;
use crate::web::urls;
use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpRequest, HttpResponse};
use vouchsafe_core::decide::consent;
use vouchsafe_core::decide::next_step::{NextStep, Situation, next_step, under_prompt_none};
use vouchsafe_core::model::{
    AuthorizationRequest, BrowserCookie, ClientId, Consent, Plain, Prompt, Registrar, SessionCookie,
};
use vouchsafe_core::refusal::Reason;

/// `GET /authorize`.
pub(super) async fn get(cx: Cx, request: HttpRequest) -> HttpResponse {
    let query = request.query_string().as_bytes();
    if query.len() > QUERY_BYTES {
        return Told::AddressTooLong.answer();
    }
    let answer = async {
        let accepted = accept(&cx, Raw::of_query(query)?).await?;
        Ok(decide(&cx, &request, accepted).await?)
    };
    answer.await.unwrap_or_else(|stop: Stop| stop.answer(&cx))
}

/// `POST /authorize`.
pub(super) async fn post(cx: Cx, request: HttpRequest, form: Form) -> HttpResponse {
    let answer = async {
        let params = match form.0 {
            Ok(params) => params,
            Err(Unreadable::Refused(reason)) => return Err(Stop::Refused(reason.into())),
            Err(unreadable) => return Ok(Told::from(unreadable).answer()),
        };
        let accepted = accept(&cx, Raw::of_form(params)).await?;
        let browser = Cookies::of_issuer(&cx.config().issuer).read::<BrowserCookie>(request.headers());
        let browser = browser.map(|cookie| cookie.digest());
        let begun = interactions::begin(&cx, accepted.request, browser.as_ref()).await?;
        Ok(match begun {
            Begun::Waits(handle) => to_hub(&handle),
            Begun::TooMany { until } => Told::TooManyRequests { until }.answer(),
        })
    };
    answer.await.unwrap_or_else(|stop: Stop| stop.answer(&cx))
}

/// Why a request gets no further.
enum Stop {
    Refused(Refused),
    Failed(Failure),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl<F: Into<Failure>> From<F> for Stop {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

impl Stop {
    fn answer(self, cx: &Cx) -> HttpResponse {
        match self {
            Self::Refused(refused) => refuse(cx, refused.reason, refused.destination.as_ref()),
            Self::Failed(failure) => Told::of(cx, &failure).answer(),
        }
    }
}

async fn accept(cx: &Cx, raw: Raw) -> Result<Accepted, Stop> {
    let clients = &cx.services.clients;
    let id = raw.client_id()?;
    let document = metadata_document::look_after(cx, &id).await?;
    let known = clients.find(&id, cx.now).await?.filter(|known| {
        // One that says by a document who it is says so each time, or is nobody.
        known.client.registrar != Registrar::Document || document == Document::Known
    });
    let is_known = known.is_some();
    let redirect_uri = raw.redirect_uri();
    let judged = async {
        let bound = raw.of_client(known)?;
        let apis = clients.apis_for(bound.client(), &bound.resources()).await?;
        Ok(bound.accept(Surroundings {
            apis,
            own_tokens: cx.services.own_tokens(),
            now: cx.now,
        })?)
    };
    let judged = judged.await;
    if let (true, Err(Stop::Refused(refused))) = (is_known, &judged) {
        note(cx, &id, refused.reason, redirect_uri.as_deref());
    }
    judged
}

/// Notes for the client's administrator why its request was refused.
fn note(cx: &Cx, client: &ClientId, reason: Reason, redirect_uri: Option<&str>) {
    let detail = redirect_uri.filter(|_| reason == Reason::RedirectUriNotRegistered);
    let refused = activity::Refused {
        endpoint: urls::AUTHORIZE,
        reason,
        detail,
    };
    cx.services.clients.activity.refused(cx, client, refused);
}

async fn decide(cx: &Cx, http: &HttpRequest, accepted: Accepted) -> Result<HttpResponse, Failure> {
    // Session or person may end between reading and issuing; then the situation is another one.
    for _ in 0..2 {
        let (signed_in, consent) = who(cx, http, &accepted.request).await?;
        let step = step(cx, &accepted, signed_in.as_ref(), consent.as_ref());
        let destination = Destination::of(&accepted.request);
        let asks_nobody = accepted.request.prompts(Prompt::None);
        match (under_prompt_none(&step), signed_in) {
            (Ok(()), Some(signed_in)) => {
                let ready = Ready {
                    request: &accepted.request,
                    known: &accepted.known,
                    signed_in: &signed_in,
                    consent: consent.as_ref(),
                    interaction: None,
                };
                match issue(cx, &ready).await? {
                    Issued::Code(code) => return Ok(destination.code(&cx.config().issuer, &code)),
                    Issued::NoLonger | Issued::AlreadyDone => {}
                }
            }
            (Err(reason), _) if asks_nobody => {
                return Ok(refuse(cx, reason, Some(&destination)));
            }
            (Err(_) | Ok(()), _) => return ask(cx, http, accepted.request).await,
        }
    }
    ask(cx, http, accepted.request).await
}

async fn who(
    cx: &Cx,
    http: &HttpRequest,
    request: &AuthorizationRequest,
) -> Result<(Option<SignedIn>, Option<Consent>), Failure> {
    let cookies = Cookies::of_issuer(&cx.config().issuer);
    let Some(session) = cookies.read::<SessionCookie>(http.headers()) else {
        return Ok((None, None));
    };
    let (session, request, now) = (session.digest(), request.clone(), cx.now);
    Ok(cx
        .store()
        .read("who", move |tx| {
            interactions::who(tx, Some(&session), &request, now)
        })
        .await?)
}

fn step(cx: &Cx, accepted: &Accepted, signed_in: Option<&SignedIn>, consent: Option<&Consent>) -> NextStep {
    next_step(&Situation {
        request: &accepted.request,
        client: &accepted.known.client,
        session: signed_in.map(|signed_in| &signed_in.session),
        user: signed_in.map(|signed_in| &signed_in.user),
        consent,
        interaction: None,
        now: cx.now,
        shown: &consent::shown(&accepted.known.client, &accepted.request.redirect_uri),
    })
}

/// Stores the request for this browser and sends it to its interaction.
async fn ask(cx: &Cx, http: &HttpRequest, request: AuthorizationRequest) -> Result<HttpResponse, Failure> {
    let cookies = Cookies::of_issuer(&cx.config().issuer);
    let (browser, is_new) = match cookies.read::<BrowserCookie>(http.headers()) {
        Some(browser) => (browser, false),
        None => (Plain::from_entropy(cx.services.ports.entropy.bytes()), true),
    };
    let mut response = match interactions::begin(cx, request, Some(&browser.digest())).await? {
        Begun::Waits(handle) => to_hub(&handle),
        Begun::TooMany { until } => return Ok(Told::TooManyRequests { until }.answer()),
    };
    if is_new {
        response
            .headers_mut()
            .append(SET_COOKIE, cookies.set(&browser, None));
    }
    Ok(response)
}
