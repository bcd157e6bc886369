//! How an application is tried: at the playground of the pages for developers, as soon as it may be answered there.

use super::path_of;
use crate::admin::access::Admin;
use crate::admin::form;
use crate::admin::pages::layout;
use crate::clients::own_client;
use crate::web::urls;
use vouchsafe_core::model::{Client, GrantType};

/// The word by which the page of the settings is asked to add the playground.
pub(super) const PLAYGROUND: &str = "playground";

/// How far an application is from being tried.
pub(super) enum Trial {
    /// It can be tried here.
    Ready { url: String },
    /// This redirect URI is missing, which the settings at this path add.
    Unregistered { redirect_uri: String, settings: String },
}

impl Trial {
    /// The trial of an application that signs people in and can be changed, where there is a playground.
    pub(super) fn of(admin: &Admin, client: &Client) -> Option<Self> {
        let playground = layout::developers(&admin.cx, urls::PLAYGROUND)?;
        let signs_in = client
            .metadata
            .grant_types
            .contains(&GrantType::AuthorizationCode);
        if !signs_in || client.disabled_at.is_some() || own_client::is_own(&client.id) {
            return None;
        }
        let redirect_uri = redirect_uri(admin);
        if client.metadata.redirect_uris.contains(&redirect_uri) {
            let url = form::with_query(&playground, &[("client_id", client.id.as_str())]);
            return Some(Self::Ready { url });
        }
        let settings = format!("{}/settings", path_of(&client.id));
        Some(Self::Unregistered {
            redirect_uri,
            settings: form::with_query(&settings, &[("add", PLAYGROUND)]),
        })
    }
}

/// The redirect URI of the playground.
pub(super) fn redirect_uri(admin: &Admin) -> String {
    urls::absolute(&admin.cx.config().issuer, urls::PLAYGROUND_CALLBACK)
}
