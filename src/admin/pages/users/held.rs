//! Single things that a person holds, ended: a session, a grant, a consent, a session in the administration. Each must be
//! this person's.

use super::{path_of, person, proven_for};
use crate::accounts::person_acts::PersonAct;
use crate::accounts::{admin_sessions, administration};
use crate::admin::access::AdminForm;
use crate::admin::form;
use crate::audit::{self, Act, Ended};
use crate::db;
use crate::store::{StoreError, Tx};
use actix_web::HttpResponse;
use actix_web::web::{self, Path, ServiceConfig};
use vouchsafe_core::model::{ClientId, EndReason, GrantId, SessionId, UserId};

/// Mounts the acts.
pub(super) fn mount(app: &mut ServiceConfig) {
    let path = |rest: &str| crate::admin::path(&format!("users/{{sub}}/{rest}"));
    app.route(&path("sessions/end"), web::post().to(end_session))
        .route(&path("grants/end"), web::post().to(end_grant))
        .route(&path("consents/withdraw"), web::post().to(withdraw))
        .route(&path("admin-sessions/end"), web::post().to(end_admin_session));
}

/// `POST /admin/users/{sub}/sessions/end`.
async fn end_session(form: AdminForm, sub: Path<String>) -> HttpResponse {
    end(
        form,
        sub,
        (PersonAct::EndHeld, "The session is ended."),
        |tx, act, user, id| {
            let id = SessionId::new(id);
            match db!(tx, sessions::by_id(&id))? {
                Some(session) if session.user_id == *user => audit::end_session(tx, act, &id).map(Some),
                Some(_) | None => Ok(None),
            }
        },
    )
    .await
}

/// `POST /admin/users/{sub}/grants/end`.
async fn end_grant(form: AdminForm, sub: Path<String>) -> HttpResponse {
    end(
        form,
        sub,
        (
            PersonAct::EndHeld,
            "The grant is ended: its refresh token and its access tokens.",
        ),
        |tx, act, user, id| {
            let id = GrantId::new(id);
            match db!(tx, grants::by_id(&id))? {
                Some(grant) if grant.user_id == *user => {
                    audit::end_grant(tx, act, &id, EndReason::Revoked).map(Some)
                }
                Some(_) | None => Ok(None),
            }
        },
    )
    .await
}

/// `POST /admin/users/{sub}/consents/withdraw`.
async fn withdraw(form: AdminForm, sub: Path<String>) -> HttpResponse {
    end(
        form,
        sub,
        (
            PersonAct::EndHeld,
            "The consent is taken back, and what came of it is ended.",
        ),
        |tx, act, user, id| {
            let client = ClientId::new(id);
            if db!(tx, consents::find(user, &client))?.is_none() {
                return Ok(None);
            }
            let changed = administration::withdraw_consent(tx, act, user, &client)?;
            Ok(changed.map(|changed| changed.ended))
        },
    )
    .await
}

/// `POST /admin/users/{sub}/admin-sessions/end`.
async fn end_admin_session(form: AdminForm, sub: Path<String>) -> HttpResponse {
    let done = (
        PersonAct::EndAdminSession,
        "The session in the administration is ended.",
    );
    end(form, sub, done, |tx, act, user, id| {
        let id = SessionId::new(id);
        match db!(tx, admin_sessions::by_id(&id))? {
            Some(session) if session.user_id == *user => {
                admin_sessions::end(tx, act, &id, EndReason::Revoked).map(|_| Some(Ended::default()))
            }
            Some(_) | None => Ok(None),
        }
    })
    .await
}

/// Ends what the field `id` names.
async fn end<F>(form: AdminForm, sub: Path<String>, (act, done): (PersonAct, &str), work: F) -> HttpResponse
where
    F: Fn(&mut Tx<'_>, &Act, &UserId, &str) -> Result<Option<Ended>, StoreError> + Send + 'static,
{
    let ended = async {
        form::only(&form, &["id"])?;
        let (admin, id) = (&form.admin, form.fields.one("id").unwrap_or_default().to_owned());
        let user = person(admin, &sub).await?;
        proven_for(admin, &user, (act, ""))?;
        let (act, user) = (admin.act(), user.id);
        let way_on = path_of(&user);
        let ended = admin
            .cx
            .store()
            .write("end-held", move |tx| work(tx, &act, &user, &id));
        match ended.await {
            Ok(Some(_)) => Ok(admin.done(&way_on, done)),
            Ok(None) => Err(admin.not_found()),
            Err(error) => Err(admin.failed(error)),
        }
    };
    ended.await.unwrap_or_else(|instead: HttpResponse| instead)
}
