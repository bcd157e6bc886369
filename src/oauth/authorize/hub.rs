//! The hub of the browser flow: decides what comes next and sends the browser there.
//!
//! Pages mark what the person did and come back here; none of them knows another. The hub alone answers the client,
//! and spends the interaction in doing so.

use super::issue::{Issued, Ready, issue};
use super::respond::{Destination, refuse, to_hub, to_page};
use crate::accounts::interactions::{self, Found, Opened};
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::store::Spent;
use crate::web::cookies::Cookies;
use crate::web::told::Told;
use crate::web::visit::{Visit, handle};
use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpRequest, HttpResponse};
use vouchsafe_core::decide::next_step::{NextStep, under_prompt_none};
use vouchsafe_core::model::{BrowserCookie, InteractionHandle, Plain, Prompt};
use vouchsafe_core::refusal::Reason;
use vouchsafe_core::spec::redirect_uri;

/// `GET /interaction/{handle}`.
pub(super) async fn get(cx: Cx, request: HttpRequest) -> HttpResponse {
    let answer = match Visit::read(&cx, &request) {
        Ok(visit) => proceed(&cx, &visit).await,
        Err(Told::CookieMissing) => welcome(&cx, &request).await,
        Err(told) => Ok(told.answer()),
    };
    answer.unwrap_or_else(|failure| Told::of(&cx, &failure).answer())
}

async fn proceed(cx: &Cx, visit: &Visit) -> Result<HttpResponse, Failure> {
    // Session or person may end between reading and issuing; then something else comes next.
    for _ in 0..2 {
        let opened = match interactions::open(cx, &visit.place, visit.session.as_ref()).await? {
            Found::Open(opened) => opened,
            Found::Done(opened) => return Ok(already_done(cx, &opened)),
            Found::Nothing => return claim(cx, &visit.handle, visit).await,
        };
        if let Some(answer) = take(cx, visit, &opened).await? {
            return Ok(answer);
        }
    }
    Ok(to_page(&visit.handle, "login"))
}

/// Takes the next step; `None` when the situation changed meanwhile.
async fn take(cx: &Cx, visit: &Visit, opened: &Opened) -> Result<Option<HttpResponse>, Failure> {
    let request = &opened.interaction.request;
    let step = opened.next_step(cx.now);
    if request.prompts(Prompt::None)
        && let Err(reason) = under_prompt_none(&step)
    {
        return give_up(cx, visit, opened, reason).await.map(Some);
    }
    Ok(Some(match step {
        NextStep::SignIn { .. } => to_page(&visit.handle, "login"),
        NextStep::SelectAccount => to_page(&visit.handle, "account"),
        NextStep::Consent { .. } => to_page(&visit.handle, "consent"),
        NextStep::Refuse(reason) => give_up(cx, visit, opened, reason).await?,
        NextStep::Issue => return finish(cx, visit, opened).await,
    }))
}

async fn finish(cx: &Cx, visit: &Visit, opened: &Opened) -> Result<Option<HttpResponse>, Failure> {
    let Some(signed_in) = &opened.signed_in else {
        return Ok(None);
    };
    let request = &opened.interaction.request;
    let interaction = Some(&visit.place.interaction);
    let ready = Ready {
        request,
        known: &opened.known,
        signed_in,
        consent: opened.consent.as_ref(),
        interaction,
    };
    Ok(match issue(cx, &ready).await? {
        Issued::Code(code) => Some(Destination::of(request).code(&cx.config().issuer, &code)),
        Issued::AlreadyDone => Some(already_done(cx, opened)),
        Issued::NoLonger => None,
    })
}

/// Finishes the interaction without a code.
async fn give_up(cx: &Cx, visit: &Visit, opened: &Opened, reason: Reason) -> Result<HttpResponse, Failure> {
    let (interaction, now) = (visit.place.interaction.clone(), cx.now);
    let spent = cx.store().write("refuse", move |tx| {
        db!(tx, interactions::complete(&interaction, now))
    });
    Ok(match spent.await? {
        // A client that was disabled meanwhile gets no answer.
        Spent::Now(()) if reason == Reason::ClientDisabled => refuse(cx, reason, None),
        Spent::Now(()) => refuse(cx, reason, Some(&Destination::of(&opened.interaction.request))),
        Spent::Before(()) => already_done(cx, opened),
        Spent::Unknown => Told::InteractionExpired.answer(),
    })
}

/// Words for somebody who comes back to what was finished: whoever did not go on then did not sign in.
fn already_done(cx: &Cx, opened: &Opened) -> HttpResponse {
    let as_another = NextStep::Refuse(Reason::OtherPersonSignedIn);
    if opened.interaction.declined.is_some() || opened.next_step(cx.now) == as_another {
        return Told::EndedBefore.answer();
    }
    let told = Told::AlreadyDone {
        client_name: opened.known.client.metadata.client_name.clone(),
        host: redirect_uri::host(&opened.interaction.request.redirect_uri),
    };
    told.answer()
}

/// A browser without our cookie may still be the first to open an interaction that came by a cross-site POST.
async fn welcome(cx: &Cx, request: &HttpRequest) -> Result<HttpResponse, Failure> {
    let handle = match handle(request) {
        Ok(handle) => handle,
        Err(told) => return Ok(told.answer()),
    };
    let browser: Plain<BrowserCookie> = Plain::from_entropy(cx.services.ports.entropy.bytes());
    let Some(new) = interactions::claim(cx, &handle, &browser.digest()).await? else {
        return Ok(Told::CookieMissing.answer());
    };
    let mut response = to_hub(&new);
    let cookie = Cookies::of_issuer(&cx.config().issuer).set(&browser, None);
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

async fn claim(cx: &Cx, handle: &Plain<InteractionHandle>, visit: &Visit) -> Result<HttpResponse, Failure> {
    let claimed = interactions::claim(cx, handle, &visit.place.browser).await?;
    Ok(claimed.map_or_else(|| Told::InteractionExpired.answer(), |new| to_hub(&new)))
}
