//! Liveness and readiness, for process supervisors and load balancers.

use crate::cx::Cx;
use crate::web::problem::{RETRY_AFTER_SECONDS, no_store};
use actix_web::HttpResponse;
use actix_web::http::header::RETRY_AFTER;

/// `GET /livez`: the process runs.
pub async fn livez() -> HttpResponse {
    plain(HttpResponse::Ok().body("ok\n"))
}

/// `GET /readyz`: the server can serve; 503 when its database is away, it cannot sign, its clock is wrong, or it is
/// stopping.
pub async fn readyz(cx: Cx) -> HttpResponse {
    plain(match cx.services.ready().await {
        Ok(()) => HttpResponse::Ok().body("ready\n"),
        Err(why) => HttpResponse::ServiceUnavailable()
            .insert_header((RETRY_AFTER, RETRY_AFTER_SECONDS.to_string()))
            .body(format!("{why}\n")),
    })
}

fn plain(mut response: HttpResponse) -> HttpResponse {
    no_store(response.headers_mut());
    response
}
