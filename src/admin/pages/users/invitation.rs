//! Inviting a person: making the link by which they set their first password, shown once, and ending it.

use super::{Named, path_of, person, proven_for};
use crate::accounts::invitations::{self, Invitation, Invited, NotInvited};
use crate::accounts::person_acts::PersonAct;
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form;
use crate::admin::moment::Moment;
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::admin::pages::problem;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use vouchsafe_core::model::User;

#[derive(Template)]
#[template(path = "admin/users/invitation.html")]
struct InvitationPage {
    shell: Shell,
    who: Named,
    /// The link that a new one ends.
    invited_until: Option<Moment>,
}

#[derive(Template)]
#[template(path = "admin/users/invited.html")]
struct InvitedPage {
    shell: Shell,
    who: Named,
    link: String,
    ends: Moment,
}

const PROOF: (PersonAct, &str) = (PersonAct::Invite, "/invitation");

/// `GET /admin/users/{sub}/invitation`.
pub(super) async fn get(admin: Admin, sub: web::Path<String>) -> HttpResponse {
    let shown = async {
        let user = person(&admin, &sub).await?;
        proven_for(&admin, &user, PROOF)?;
        invitations::may_be_invited(&user, admin.cx.now).map_err(|why| refused(&admin, why))?;
        let view = InvitationPage {
            shell: admin.shell(Section::Users, "Invite"),
            who: Named::of(&admin, &user),
            invited_until: user
                .invited_until
                .filter(|until| *until > admin.cx.now)
                .map(Moment),
        };
        Ok(answer(&admin, StatusCode::OK, &view))
    };
    shown.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// `POST /admin/users/{sub}/invitation`: answers with the link at once, and keeps it nowhere.
pub(super) async fn post(form: AdminForm, sub: web::Path<String>) -> HttpResponse {
    let made = async {
        form::only(&form, &[])?;
        let admin = &form.admin;
        let user = person(admin, &sub).await?;
        proven_for(admin, &user, PROOF)?;
        let act = admin.act();
        let invited = admin
            .cx
            .store()
            .write("invite-user", move |tx| invitations::invite(tx, &act, &user.id));
        match invited.await {
            Ok(Invited::Done(user, invitation)) => Ok(show(admin, &user, &invitation)),
            Ok(Invited::Refused(why)) => Err(refused(admin, why)),
            Ok(Invited::Unknown) => Err(admin.not_found()),
            Err(error) => Err(admin.failed(error)),
        }
    };
    made.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// `POST /admin/users/{sub}/invitation/end`.
pub(super) async fn end(form: AdminForm, sub: web::Path<String>) -> HttpResponse {
    let ended = async {
        form::only(&form, &[])?;
        let admin = &form.admin;
        let user = person(admin, &sub).await?;
        proven_for(admin, &user, (PersonAct::EndInvitation, ""))?;
        let way_on = path_of(&user.id);
        let act = admin.act();
        let ended = admin
            .cx
            .store()
            .write("end-invitation", move |tx| invitations::end(tx, &act, &user.id));
        match ended.await {
            Ok(Some(_)) => {
                let words = "The invitation is ended: its link opens nothing any more.";
                Ok(admin.done(&way_on, words))
            }
            Ok(None) => Err(admin.not_found()),
            Err(error) => Err(admin.failed(error)),
        }
    };
    ended.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// The page with the link, this once.
pub(super) fn show(admin: &Admin, user: &User, invitation: &Invitation) -> HttpResponse {
    let view = InvitedPage {
        shell: admin.shell(Section::Users, "Invitation link"),
        who: Named::of(admin, user),
        link: invitation.link(&admin.cx.config().issuer),
        ends: Moment(invitation.expires_at),
    };
    answer(admin, StatusCode::OK, &view)
}

fn refused(admin: &Admin, why: NotInvited) -> HttpResponse {
    let advice = match why {
        NotInvited::HasPassword => "They have a password already. Set another one, and tell it to them.",
        NotInvited::Suspended => "They are banned, or the account is disabled. Lift that first.",
    };
    problem::say(
        admin,
        StatusCode::CONFLICT,
        "This person cannot be invited",
        advice,
    )
}
