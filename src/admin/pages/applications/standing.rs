//! Disabling and enabling an application.

use super::slug;
use crate::admin::access::AdminForm;
use crate::admin::form;
use crate::audit::Act;
use crate::clients::standing;
use crate::store::{StoreError, Tx};
use actix_web::{HttpResponse, web};
use vouchsafe_core::model::{Client, ClientId};
use vouchsafe_core::spec::scope;

type Change = fn(&mut Tx<'_>, &Act, &ClientId) -> Result<Option<Client>, StoreError>;

/// `POST /admin/applications/{client}/disable`.
pub(super) async fn disable(form: AdminForm, slug: web::Path<String>) -> HttpResponse {
    change(form, &slug, DISABLED, standing::disable).await
}

/// `POST /admin/applications/{client}/enable`.
pub(super) async fn enable(form: AdminForm, slug: web::Path<String>) -> HttpResponse {
    let found = super::find(&form.admin, &slug).await;
    // One that administers the server does so again.
    let asked = found.and_then(|client| {
        if scope::any_administers(&client.metadata.scopes) {
            form.admin.proven_recently(&super::path_of(&client.id))
        } else {
            Ok(())
        }
    });
    match asked {
        Ok(()) => change(form, &slug, ENABLED, standing::enable).await,
        Err(instead) => instead,
    }
}

/// The operation as metrics name it, and what is told when it is done.
const DISABLED: (&str, &str) = (
    "disable-client",
    "The application is disabled. Everything that it was given has ended.",
);
const ENABLED: (&str, &str) = (
    "enable-client",
    "The application is enabled. What was ended stays ended.",
);

async fn change(
    form: AdminForm,
    slug: &str,
    (name, words): (&'static str, &str),
    work: Change,
) -> HttpResponse {
    if let Err(response) = form::only(&form, &[]) {
        return response;
    }
    let admin = form.admin;
    let Some(id) = slug::read(slug).map(ClientId::new) else {
        return admin.not_found();
    };
    let (act, client) = (admin.act(), id.clone());
    let changed = admin.cx.store().write(name, move |tx| work(tx, &act, &client));
    let changed = changed.await;
    admin.cx.services.clients.forget(&id);
    match changed {
        Ok(Some(_)) => admin.done(&super::path_of(&id), words),
        Ok(None) => admin.not_found(),
        Err(error) => admin.failed(error),
    }
}
