//! `client create --app`: a well-known application from the catalogue, and the settings that it wants.

use crate::cli::exit::{Exit, Failure};
use crate::clients::catalog::{self, App, Filled, Settings};
use crate::clients::registration::{Made, Wish};
use crate::web::urls;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};
use vouchsafe_core::model::Plain;

#[derive(Debug, Args)]
pub(super) struct KnownApp {
    /// A well-known application, registered as it wants to be; its settings are printed
    #[arg(long, value_name = "APP", value_parser = PossibleValuesParser::new(catalog::apps().iter().map(|app| app.id)))]
    app: Option<String>,
    /// Where the application of --app is reached
    #[arg(long, value_name = "ADDRESS", requires = "app")]
    url: Option<String>,
}

impl KnownApp {
    fn find(&self) -> Option<&'static App> {
        catalog::app(self.app.as_deref()?)
    }

    /// What is to be registered, when an application was named.
    pub(super) fn wish(&self) -> Result<Option<Wish>, Failure> {
        let wish = self.find().map(|app| app.wish(self.url.as_deref()));
        wish.transpose()
            .map_err(|rule| Failure::new(Exit::Usage, rule.to_string()))
    }

    /// The settings of the application for the client that was made.
    pub(super) fn settings(&self, issuer: &str, made: &Made) -> Vec<Settings> {
        let metadata = &made.client.metadata;
        let id = made.client.id.as_str();
        let secret = made.secret.as_ref().map(Plain::expose);
        self.settings_of(issuer, (id, secret), &metadata.redirect_uris, &metadata.scopes)
    }

    /// The settings for a client that is known by these facts.
    pub(super) fn settings_of(
        &self,
        issuer: &str,
        (client_id, client_secret): (&str, Option<&str>),
        redirect_uris: &[String],
        scopes: &[String],
    ) -> Vec<Settings> {
        let Some(app) = self.find() else {
            return Vec::new();
        };
        let url = self.url.as_deref().unwrap_or_default();
        app.settings(&Filled {
            issuer,
            endpoints: &urls::endpoints(issuer),
            discovery: &urls::absolute(issuer, urls::OPENID_CONFIGURATION),
            url: url.trim().trim_end_matches('/'),
            client_id,
            client_secret,
            callback: redirect_uris.first().map_or("", String::as_str),
            scopes,
        })
    }
}

/// The settings as JSON.
pub(super) fn listed(settings: &[Settings]) -> Value {
    let listed = settings.iter();
    listed
        .map(|block| json!({"title": block.title, "language": block.language, "text": block.text}))
        .collect()
}
