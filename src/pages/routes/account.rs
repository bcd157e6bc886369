//! The account chooser, asked for and sent back.

use super::arrival::{Arrival, Stop, account, fields, see_other};
use crate::accounts::sessions::SignedIn;
use crate::cx::Cx;
use crate::db;
use crate::pages::select_account::SelectAccountPage;
use crate::web::body::Form;
use crate::web::told::Told;
use crate::web::urls;
use actix_web::{HttpRequest, HttpResponse};
use vouchsafe_core::decide::next_step::NextStep;
use vouchsafe_core::model::Declined;

const PAGE: &str = "account";

/// `GET /interaction/{handle}/account`.
pub(super) async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    show(&cx, &http).await.unwrap_or_else(|stop| stop.answer(&cx))
}

/// `POST /interaction/{handle}/account`.
pub(super) async fn post(cx: Cx, http: HttpRequest, body: Form) -> HttpResponse {
    take(&cx, &http, body)
        .await
        .unwrap_or_else(|stop| stop.answer(&cx))
}

async fn show(cx: &Cx, http: &HttpRequest) -> Result<HttpResponse, Stop> {
    let arrival = Arrival::of(cx, http).await?;
    let current = current(&arrival)?;
    let page = SelectAccountPage {
        frame: arrival.frame(),
        form: arrival.form(PAGE, &bound_to(current)),
        app: arrival.app(),
        current: account(&current.user),
        since: current.session.auth_time,
    };
    Ok(arrival.show(200, page.render()))
}

async fn take(cx: &Cx, http: &HttpRequest, body: Form) -> Result<HttpResponse, Stop> {
    let form = fields(body)?;
    let arrival = Arrival::with_form(cx, http).await?;
    let current = current(&arrival)?;
    let genuine = arrival
        .check(http, &form, &bound_to(current))
        .map_err(Told::from)?;
    if form.one("cancel").is_some() {
        return arrival.decline(genuine, Declined::SignIn).await;
    }
    match form.one("account") {
        Some("current") => {
            let interaction = arrival.visit.place.interaction.clone();
            let marking = cx.store().write("choose-account", move |tx| {
                db!(tx, interactions::set_account_chosen(&interaction)).map(drop)
            });
            marking.await?;
            Err(arrival.hub())
        }
        // Nothing to remember yet: whoever signs in next has chosen.
        Some("other") => Ok(see_other(&format!(
            "{}?account=other",
            urls::interaction_page(&arrival.visit.handle, "login")
        ))),
        _ => Err(Told::Unreadable.into()),
    }
}

/// The person who is signed in, while there is a choice to make.
fn current<'a>(arrival: &'a Arrival<'_>) -> Result<&'a SignedIn, Stop> {
    match (
        arrival.opened.next_step(arrival.cx.now),
        &arrival.opened.signed_in,
    ) {
        (NextStep::SelectAccount, Some(signed_in)) => Ok(signed_in),
        _ => Err(arrival.hub()),
    }
}

/// The form is good for the session that it shows.
fn bound_to(current: &SignedIn) -> String {
    format!("{PAGE}|{}", current.session.id)
}
