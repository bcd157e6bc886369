//! What is fetched when a client registers itself: the list behind `sector_identifier_uri`, its logo, and whether its
//! key set may be fetched later.

use crate::clients::drawing::{Busy, Drawing};
use crate::clients::logo::{self, Logo};
use crate::db;
use crate::ports::Fetch;
use crate::ports::fetch::{FetchProblem, Share, Wanted};
use crate::store::{StoreError, Tx};
use vouchsafe_core::model::{ClientId, ClientMetadata, UnixTime};
use vouchsafe_core::spec::client_metadata::MetadataProblem;

/// What strangers are told of an address that leads nowhere.
const OUT_OF_REACH: &str = "the address leads to no public host that answers over TLS in time";

/// Metadata whose documents are there.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// The metadata; it names the logo.
    pub metadata: ClientMetadata,
    /// What belongs to it.
    pub attachments: Attachments,
}

/// What is stored beside a client's metadata.
#[derive(Clone, Debug, Default)]
pub struct Attachments {
    logo: Option<Logo>,
}

impl Attachments {
    /// The name that the logo is served by, if there is one.
    pub(super) fn logo(&self) -> Option<String> {
        self.logo.as_ref().map(|logo| logo.digest.clone())
    }

    /// Stores them in the place of those before.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn save(&self, tx: &mut Tx<'_>, id: &ClientId) -> Result<(), StoreError> {
        match &self.logo {
            Some(logo) => db!(tx, client_logos::save(id, &logo.digest, &logo.png)),
            None => db!(tx, client_logos::remove(id)),
        }
    }
}

/// Why documents were not gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ungathered {
    /// The first member whose document cannot be had or is not right.
    Unfit(MetadataProblem),
    /// Too many logos are being drawn.
    Busy,
}

impl From<MetadataProblem> for Ungathered {
    fn from(problem: MetadataProblem) -> Self {
        Self::Unfit(problem)
    }
}

impl From<Busy> for Ungathered {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

/// Fetches what the metadata names; logos when there is somewhere to draw them.
///
/// # Errors
/// [`Ungathered`].
pub async fn gather(
    fetch: &dyn Fetch,
    mut metadata: ClientMetadata,
    drawing: Option<&Drawing>,
    now: UnixTime,
) -> Result<Gathered, Ungathered> {
    let declared = &metadata.declared;
    if let Some(url) = &declared.jwks_uri {
        let judged = fetch.judge(url, now).await;
        judged.map_err(|problem| unfit("jwks_uri", problem))?;
    }
    if let Some(url) = &declared.sector_identifier_uri {
        let document = fetch.fetch(Wanted::json(url, now)).await;
        let document = document.map_err(|problem| unfit("sector_identifier_uri", problem))?;
        check_sector(&document.body, &metadata.redirect_uris)?;
    }
    let logo = match (&declared.logo_uri, drawing) {
        (Some(url), Some(drawing)) => Some(draw((fetch, drawing), url, now).await?),
        (Some(_) | None, _) => None,
    };
    let attachments = Attachments { logo };
    metadata.declared.logo = attachments.logo();
    Ok(Gathered {
        metadata,
        attachments,
    })
}

/// OpenID Connect Dynamic Client Registration §5: an array with every redirect URI, and nothing but strings.
fn check_sector(body: &[u8], redirect_uris: &[String]) -> Result<(), MetadataProblem> {
    let listed: Vec<String> = serde_json::from_slice(body).map_err(|_| {
        MetadataProblem::of("sector_identifier_uri", "the document is not an array of strings")
    })?;
    if redirect_uris.iter().all(|uri| listed.contains(uri)) {
        Ok(())
    } else {
        Err(MetadataProblem::of(
            "sector_identifier_uri",
            "the document lacks a redirect URI",
        ))
    }
}

async fn draw(
    (fetch, drawing): (&dyn Fetch, &Drawing),
    url: &str,
    now: UnixTime,
) -> Result<Logo, Ungathered> {
    let wanted = Wanted {
        url,
        kinds: logo::KINDS,
        most: logo::BYTES,
        now,
        share: Share::Strangers,
    };
    let picture = fetch
        .fetch(wanted)
        .await
        .map_err(|problem| unfit("logo_uri", problem))?;
    let drawn = drawing.draw(picture.body).await?;
    let rule = match drawn {
        Ok(logo) => return Ok(logo),
        Err(logo::LogoProblem::TooLarge) => "the picture has too many pixels",
        Err(logo::LogoProblem::NotAPicture) => "it is not a whole PNG or JPEG",
    };
    Err(MetadataProblem::of("logo_uri", rule).into())
}

/// A problem of fetching in words of ours. Strangers choose the address: which hosts are inside, and which of them
/// answer, only the log says.
fn unfit(member: &'static str, problem: FetchProblem) -> MetadataProblem {
    tracing::info!(member, %problem, "what a client's metadata names could not be fetched");
    let told = match problem {
        FetchProblem::NotPublic
        | FetchProblem::NoAddress
        | FetchProblem::Unreachable
        | FetchProblem::TooSlow => OUT_OF_REACH,
        FetchProblem::NotHttps
        | FetchProblem::Port
        | FetchProblem::Status
        | FetchProblem::Away
        | FetchProblem::Kind
        | FetchProblem::TooLarge
        | FetchProblem::TooMany
        | FetchProblem::NotSetUp => problem.sentence(),
    };
    MetadataProblem::of(member, told)
}
