//! The page for an account that may not sign in: it answers a sign-in, and only its button comes back.

use super::arrival::{Arrival, Stop, fields};
use crate::cx::Cx;
use crate::pages::suspended::{SuspendedPage, Suspension};
use crate::web::body::Form;
use crate::web::told::Told;
use actix_web::{HttpRequest, HttpResponse};
use vouchsafe_core::model::{Declined, Standing, User};

const PAGE: &str = "suspended";

/// `GET /interaction/{handle}/suspended`: the page cannot be asked for.
pub(super) async fn get(cx: Cx, http: HttpRequest) -> HttpResponse {
    let arrival = Arrival::of(&cx, &http).await;
    arrival
        .map_or_else(|stop| stop, |arrival| arrival.hub())
        .answer(&cx)
}

/// `POST /interaction/{handle}/suspended`: back to the app.
pub(super) async fn post(cx: Cx, http: HttpRequest, body: Form) -> HttpResponse {
    take(&cx, &http, body)
        .await
        .unwrap_or_else(|stop| stop.answer(&cx))
}

/// The answer to the right password of an account that does not stand.
pub(super) fn show(arrival: &Arrival<'_>, user: &User) -> HttpResponse {
    let suspension = match user.standing(arrival.cx.now) {
        Standing::Banned { until } => Suspension::Banned {
            until,
            reason: user.ban_reason.clone(),
        },
        Standing::Disabled | Standing::Good => Suspension::Disabled,
    };
    let page = SuspendedPage {
        frame: arrival.frame_of_answer(),
        form: arrival.form(PAGE, PAGE),
        app: arrival.app(),
        suspension,
        reference: arrival.cx.request_id.as_str().to_owned(),
        at: arrival.cx.now,
    };
    arrival.show(SuspendedPage::STATUS, page.render())
}

async fn take(cx: &Cx, http: &HttpRequest, body: Form) -> Result<HttpResponse, Stop> {
    let form = fields(body)?;
    let arrival = Arrival::with_form(cx, http).await?;
    let genuine = arrival.check(http, &form, PAGE).map_err(Told::from)?;
    arrival.decline(genuine, Declined::Suspended).await
}
