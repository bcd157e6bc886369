//! `/settings`: the settings that administrators change while the server runs. All others are in its file.

use super::answer::Answer;
use super::call::Call;
use super::operation::{Gives, Operation, PLAIN, Takes, Version};
use super::problem::{Code, Problem};
use super::schemas::one;
use crate::site::{self, Updated};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use vouchsafe_core::model::SiteSettings;
use vouchsafe_core::spec::merge_patch;

/// What people see of this installation.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[schema(as = Settings)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsDocument {
    /// The name on the pages; the host of the issuer when there is none.
    #[serde(default)]
    #[schema(max_length = 60)]
    site_name: Option<String>,
    /// Where people find help: an https URL or a `mailto:` address.
    #[serde(default)]
    support_url: Option<String>,
    /// The privacy policy.
    #[serde(default)]
    privacy_url: Option<String>,
    /// The terms of use.
    #[serde(default)]
    terms_url: Option<String>,
}

impl From<&SiteSettings> for SettingsDocument {
    fn from(settings: &SiteSettings) -> Self {
        let settings = settings.clone();
        Self {
            site_name: settings.site_name,
            support_url: settings.support_url,
            privacy_url: settings.privacy_url,
            terms_url: settings.terms_url,
        }
    }
}

impl From<SettingsDocument> for SiteSettings {
    fn from(document: SettingsDocument) -> Self {
        Self {
            site_name: document.site_name,
            support_url: document.support_url,
            privacy_url: document.privacy_url,
            terms_url: document.terms_url,
        }
    }
}

pub(super) const READ: Operation = Operation {
    id: "readSettings",
    summary: "Read what people see of this installation",
    gives: Gives::Versioned(one::<SettingsDocument>),
    ..PLAIN
};

pub(super) async fn read(call: Call) -> Result<Answer, Problem> {
    let (_, settings) = call.read("site-settings", site::read).await?;
    Ok(Answer::versioned(&SettingsDocument::from(&settings)))
}

pub(super) const REPLACE: Operation = Operation {
    id: "replaceSettings",
    summary: "Replace what people see of this installation",
    takes: Takes::Json(one::<SettingsDocument>),
    gives: Gives::Versioned(one::<SettingsDocument>),
    version: Version::Required,
    problems: &[422],
    ..PLAIN
};

pub(super) async fn replace(call: Call) -> Result<Answer, Problem> {
    let wish: SettingsDocument = call.body()?;
    change(call, move |_| Ok(wish.clone())).await
}

pub(super) const PATCH: Operation = Operation {
    id: "updateSettings",
    summary: "Change what people see of this installation",
    takes: Takes::Patch(one::<SettingsDocument>),
    gives: Gives::Versioned(one::<SettingsDocument>),
    version: Version::Required,
    problems: &[422],
    ..PLAIN
};

pub(super) async fn patch(call: Call) -> Result<Answer, Problem> {
    let _: SettingsDocument = call.body()?;
    let patch = call.body.clone();
    change(call, move |now| {
        let mut settings = serde_json::to_value(now).unwrap_or(Value::Null);
        merge_patch::merge(&mut settings, patch.clone());
        super::json::typed(settings)
    })
    .await
}

async fn change<F>(call: Call, wished: F) -> Result<Answer, Problem>
where
    F: Fn(&SettingsDocument) -> Result<SettingsDocument, Problem> + Send + 'static,
{
    let if_match = call.if_match.clone();
    let settings = call
        .write("api-update-settings", move |tx, act| {
            let (version, now) = site::read(tx)?;
            let now = SettingsDocument::from(&now);
            let judged = Call::meets(if_match.as_ref(), &now).and_then(|()| wished(&now));
            let wish = match judged {
                Ok(wish) => wish,
                Err(problem) => return Ok(Err(problem)),
            };
            Ok(match site::update(tx, act, version, wish.into())? {
                Updated::Done(_, settings) => Ok(settings),
                Updated::Refused(problem) => Err(Problem::rule(problem.rule).at(problem.field)),
                Updated::Stale(_) => Err(Problem::new(Code::PreconditionFailed)),
            })
        })
        .await?;
    Ok(Answer::versioned(&SettingsDocument::from(&settings)))
}
