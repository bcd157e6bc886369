//! Liveness and readiness, for process supervisors and load balancers.

use crate::cx::Cx;
use crate::web::problem::no_store;
use actix_web::HttpResponse;

/// `GET /livez`: the process runs.
pub async fn livez() -> HttpResponse {
    plain(HttpResponse::Ok().body("ok\n"))
}

/// `GET /readyz`: the server can serve; 503 when its database is away, it cannot sign, or it is stopping.
pub async fn readyz(cx: Cx) -> HttpResponse {
    plain(match cx.services.is_ready().await {
        Ok(true) => HttpResponse::Ok().body("ready\n"),
        Ok(false) => HttpResponse::ServiceUnavailable().body("stopping, or without a signing key\n"),
        Err(_) => HttpResponse::ServiceUnavailable().body("the database does not answer\n"),
    })
}

fn plain(mut response: HttpResponse) -> HttpResponse {
    no_store(response.headers_mut());
    response
}
