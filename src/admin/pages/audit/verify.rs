//! Whether the log is whole: the chain read here and now.

use crate::admin::access::Admin;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::admin::pages::problem::busy;
use crate::audit::export::hex;
use crate::audit::verification::{self, Chain, NotWhole};
use crate::failure::{Broken, Failure};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use std::sync::Arc;

/// Records that a page waits for; the command line has more time.
const MOST: u64 = 100_000;

#[derive(Template)]
#[template(path = "admin/audit/verify.html")]
struct VerifyPage {
    shell: Shell,
    found: Result<Chain, NotWhole>,
}

impl VerifyPage {
    fn digest(chain: &Chain) -> String {
        hex(&chain.hash)
    }
}

/// `GET /admin/audit/verify`: changes nothing.
pub(super) async fn get(admin: Admin) -> HttpResponse {
    let services = Arc::clone(&admin.cx.services);
    let Some(turn) = services.log_turns.to_verify() else {
        return busy(
            &admin,
            "Somebody else is verifying the log. Try again when they are done.",
        );
    };
    let read = move || {
        // Held to the end of the work, also when nobody waits for it any longer.
        let _turn = turn;
        verification::verify(&services.store, MOST)
    };
    let found = match web::block(read).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return admin.failed(error),
        Err(_) => return admin.failed(Failure::Broken(Broken::Overloaded("checking the audit log"))),
    };
    let view = VerifyPage {
        shell: admin.shell(Section::Audit, "Verify the chain"),
        found,
    };
    answer(&admin, StatusCode::OK, &view)
}
