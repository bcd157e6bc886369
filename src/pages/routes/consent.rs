//! The consent page, asked for and sent back. What is allowed is read from the store, never from the form.

use super::arrival::{Arrival, Stop, account, fields};
use crate::accounts::sessions::SignedIn;
use crate::audit::{self, Act};
use crate::cx::Cx;
use crate::db;
use crate::pages::consent::{ConsentPage, Known, Memory, permissions};
use crate::store::{StoreError, Tx};
use crate::web::body::Form;
use crate::web::csrf::GenuineForm;
use crate::web::told::Told;
use crate::web::urls;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use vouchsafe_core::decide::next_step::NextStep;
use vouchsafe_core::model::{
    ClientId, Consent, Declined, Digest, Event, EventKind, InteractionHandle, UserId,
};
use vouchsafe_core::spec::scope;

const PAGE: &str = "consent";

/// `GET /interaction/{handle}/consent`.
pub(super) async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    show(&cx, &http).await.unwrap_or_else(|stop| stop.answer(&cx))
}

/// `POST /interaction/{handle}/consent`.
pub(super) async fn post(cx: Cx, http: HttpRequest, body: Form) -> HttpResponse {
    take(&cx, &http, body)
        .await
        .unwrap_or_else(|stop| stop.answer(&cx))
}

async fn show(cx: &Cx, http: &HttpRequest) -> Result<HttpResponse, Stop> {
    let arrival = Arrival::of(cx, http).await?;
    let question = Question::of(&arrival)?;
    let request = &arrival.opened.interaction.request;
    let resources: Vec<_> = request.resources.iter().map(String::as_str).collect();
    let clients = &cx.services.clients;
    let apis = clients.apis_for(&arrival.opened.known.client, &resources).await?;
    let user = &question.signed_in.user;
    let known = Known {
        user,
        apis: &apis,
        refresh_idle: cx.config().tokens.refresh.idle_lifetime,
    };
    let shown = arrival.opened.shown();
    let login = urls::interaction_page(&arrival.visit.handle, "login");
    let hinted = arrival.opened.interaction.request.hinted_user.is_some();
    let page = ConsentPage {
        frame: arrival.frame(),
        form: arrival.form(PAGE, &question.bound_to(&arrival)),
        app: arrival.app(),
        account: account(user),
        switch: (!hinted).then(|| format!("{login}?account=other")),
        new: permissions(&question.new, &known),
        already: permissions(&question.already, &known),
        app_changed: arrival
            .opened
            .consent
            .as_ref()
            .is_some_and(|before| before.shown != shown),
        memory: if arrival.opened.known.client.is_public() {
            Memory::UntilSignOut
        } else {
            Memory::Kept
        },
    };
    Ok(arrival.show(200, page.render()))
}

async fn take(cx: &Cx, http: &HttpRequest, body: Form) -> Result<HttpResponse, Stop> {
    let form = fields(body)?;
    let arrival = Arrival::with_form(cx, http).await?;
    let question = Question::of(&arrival)?;
    let genuine = arrival
        .check(http, &form, &question.bound_to(&arrival))
        .map_err(Told::from)?;
    let answer = match form.one("decision") {
        Some("allow") => Answer::Allow(question.consent(&arrival)),
        Some("deny") => Answer::Deny,
        _ => return Err(Told::Unreadable.into()),
    };
    let acting = Acting {
        interaction: arrival.visit.place.interaction.clone(),
        event: answer.event(cx, &arrival, &question.signed_in.user.id),
        answer,
        _genuine: genuine,
    };
    cx.store().write("consent", move |tx| acting.write(tx)).await?;
    Err(arrival.hub())
}

/// What the page asks, and whom.
struct Question<'a> {
    signed_in: &'a SignedIn,
    new: Vec<String>,
    already: Vec<String>,
}

impl<'a> Question<'a> {
    /// The question, while there is one; otherwise the hub knows what comes next.
    fn of(arrival: &'a Arrival<'_>) -> Result<Self, Stop> {
        match (
            arrival.opened.next_step(arrival.cx.now),
            &arrival.opened.signed_in,
        ) {
            (NextStep::Consent { new, already }, Some(signed_in)) => Ok(Self {
                signed_in,
                new,
                already,
            }),
            _ => Err(arrival.hub()),
        }
    }

    /// The form is good for the person that it was shown to and the client as it was shown.
    fn bound_to(&self, arrival: &Arrival<'_>) -> String {
        format!("{PAGE}|{}|{}", self.signed_in.session.id, arrival.opened.shown())
    }

    fn consent(&self, arrival: &Arrival<'_>) -> Consent {
        Consent {
            user_id: self.signed_in.user.id.clone(),
            client_id: arrival.opened.known.client.id.clone(),
            scopes: arrival.opened.interaction.request.scopes.clone(),
            shown: arrival.opened.shown(),
            session_id: self.signed_in.session.id.clone(),
            granted_at: arrival.cx.now,
        }
    }
}

enum Answer {
    Allow(Consent),
    Deny,
}

impl Answer {
    fn event(&self, cx: &Cx, arrival: &Arrival<'_>, actor: &UserId) -> Event {
        let kind = match self {
            Self::Allow(_) => EventKind::ConsentGiven,
            Self::Deny => EventKind::ConsentRefused,
        };
        let scope = json!(scope::join(&arrival.opened.interaction.request.scopes));
        let client: &ClientId = &arrival.opened.known.client.id;
        let event = Event {
            client_id: Some(client.clone()),
            ..Act::of(cx, actor.as_str()).about(kind, actor)
        };
        audit::with("scope", scope, event)
    }
}

/// The transaction, with all that it needs.
struct Acting {
    interaction: Digest<InteractionHandle>,
    answer: Answer,
    event: Event,
    _genuine: GenuineForm,
}

impl Acting {
    fn write(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let marked = match &self.answer {
            Answer::Allow(consent) => self.allow(tx, consent)?,
            Answer::Deny => db!(
                tx,
                interactions::set_declined(&self.interaction, Declined::Consent)
            )?,
        };
        if marked {
            db!(tx, events::append(&self.event))?;
        }
        Ok(())
    }

    /// Whoever takes a consent back, or gives another one, holds the person's row too: what is added to is what stands.
    fn allow(&self, tx: &mut Tx<'_>, consent: &Consent) -> Result<bool, StoreError> {
        if db!(tx, users::lock(&consent.user_id))?.is_none() {
            return Ok(false);
        }
        let marked = db!(
            tx,
            interactions::set_consented(&self.interaction, &consent.session_id)
        )?;
        if marked {
            save(tx, consent)?;
        }
        Ok(marked)
    }
}

/// Adds to what was allowed before, unless that was for something that looked different.
fn save(tx: &mut Tx<'_>, consent: &Consent) -> Result<(), StoreError> {
    let before = db!(tx, consents::find(&consent.user_id, &consent.client_id))?;
    let mut all = consent.clone();
    if let Some(before) = before.filter(|before| before.shown == consent.shown) {
        all.scopes.extend(before.scopes);
    }
    all.scopes.sort_unstable();
    all.scopes.dedup();
    db!(tx, consents::save(&all))
}
