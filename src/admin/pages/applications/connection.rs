//! What somebody needs to connect an application: the values, and settings to copy.

use crate::admin::access::Admin;
use crate::clients::catalog::{self, App, Filled, Settings};
use crate::web::urls;
use vouchsafe_core::model::{Client, ClientKind};

/// A value to copy.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) text: String,
}

/// A block of settings to copy, under the name of a library or tool.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) settings: Vec<Copied>,
}

/// A text to copy.
#[derive(Clone, Debug)]
pub(super) struct Copied {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) text: String,
}

/// The values that every application is asked for.
pub(super) fn values(admin: &Admin, client: &Client) -> Vec<Value> {
    let issuer = &admin.cx.config().issuer;
    let endpoints = urls::endpoints(issuer);
    let value = |id, label, value: &str| Value {
        id,
        label,
        text: value.to_owned(),
    };
    let mut values = vec![
        value("issuer", "Issuer", issuer),
        value("client-id", "Client ID", client.id.as_str()),
        value("discovery", "Discovery document", &discovery(issuer)),
        value("token-endpoint", "Token endpoint", &endpoints.token_endpoint),
    ];
    if client.metadata.kind != ClientKind::Service {
        values.extend([
            value(
                "authorization-endpoint",
                "Authorization endpoint",
                &endpoints.authorization_endpoint,
            ),
            value(
                "userinfo-endpoint",
                "UserInfo endpoint",
                &endpoints.userinfo_endpoint,
            ),
            value(
                "end-session-endpoint",
                "Sign-out endpoint",
                &endpoints.end_session_endpoint,
            ),
        ]);
    }
    values.push(value("jwks-uri", "Key set", &endpoints.jwks_uri));
    values
}

/// Settings for libraries, and before them those of the application itself, if it is one of the catalogue.
pub(super) fn blocks(admin: &Admin, client: &Client, secret: Option<&str>, app: Option<&App>) -> Vec<Block> {
    let issuer = &admin.cx.config().issuer;
    let url = app.map(|app| app.url_of(client)).unwrap_or_default();
    let filled = Filled {
        issuer,
        endpoints: &urls::endpoints(issuer),
        discovery: &discovery(issuer),
        url: &url,
        client_id: client.id.as_str(),
        client_secret: secret,
        callback: client.metadata.redirect_uris.first().map_or("", String::as_str),
        scopes: &client.metadata.scopes,
    };
    let kind = client.metadata.kind;
    let own = app.map(|app| (app.id, app.name.clone(), app.settings(&filled)));
    let libraries = catalog::libraries()
        .iter()
        .map(|library| (library.id, library.name.clone(), library.settings(kind, &filled)));
    own.into_iter()
        .chain(libraries)
        .filter(|(_, _, settings)| !settings.is_empty())
        .enumerate()
        .map(|(place, (id, name, settings))| block(&format!("{id}-{place}"), name, settings))
        .collect()
}

fn block(id: &str, name: String, settings: Vec<Settings>) -> Block {
    let copied = settings.into_iter().enumerate().map(|(place, settings)| Copied {
        id: format!("copy-{id}-{place}"),
        title: settings.title,
        text: settings.text,
    });
    Block {
        settings: copied.collect(),
        id: format!("settings-{id}"),
        name,
    }
}

fn discovery(issuer: &str) -> String {
    urls::absolute(issuer, urls::OPENID_CONFIGURATION)
}
