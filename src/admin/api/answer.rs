//! Good answers: a document with its version, a page of a list, a file, or nothing.

use super::problem::{Code, Problem};
use crate::store::listing::Page;
use crate::web::problem::no_store;
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_DISPOSITION, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

/// A good answer.
pub(super) struct Answer(HttpResponse);

/// The page of a list as it is sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PageDocument<T> {
    /// What is on the page.
    items: Vec<T>,
    /// Sent as `cursor` it gives the next page; null when this is the last.
    next_cursor: Option<String>,
}

impl Answer {
    /// 200 with a document.
    pub(super) fn document(document: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, text(document))
    }

    /// 200 with a document and its version.
    pub(super) fn versioned(document: &impl Serialize) -> Self {
        Self::document(document).with_version(document)
    }

    /// 201 with a document that is found at this path below `/api/v1` from now on.
    pub(super) fn created(document: &impl Serialize, path: &str) -> Self {
        let mut answer = Self::json(StatusCode::CREATED, text(document));
        if let Ok(place) = HeaderValue::from_str(&format!("{}{path}", crate::web::urls::API)) {
            answer.0.headers_mut().insert(LOCATION, place);
        }
        answer
    }

    /// The same with the version of a document: of what is stored, when more is shown this once.
    pub(super) fn with_version(mut self, document: &impl Serialize) -> Self {
        if let Ok(tag) = HeaderValue::from_str(&version(document)) {
            self.0.headers_mut().insert(ETAG, tag);
        }
        self
    }

    /// 200 with a page.
    pub(super) fn page<T, D: Serialize>(page: Page<T>, show: impl FnMut(T) -> D) -> Self {
        let page = page.map(show);
        Self::document(&PageDocument {
            items: page.items,
            next_cursor: page.next,
        })
    }

    /// 204.
    pub(super) fn nothing() -> Self {
        Self(HttpResponseBuilder::new(StatusCode::NO_CONTENT).finish())
    }

    /// 200 with a file.
    pub(super) fn file(body: BoxBody, media_type: &'static str, name: &str) -> Self {
        let mut response = HttpResponseBuilder::new(StatusCode::OK)
            .content_type(media_type)
            .body(body);
        if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
            response.headers_mut().insert(CONTENT_DISPOSITION, value);
        }
        Self(response)
    }

    fn json(status: StatusCode, body: String) -> Self {
        let response = HttpResponseBuilder::new(status)
            .content_type("application/json")
            .body(body);
        Self(response)
    }

    /// RFC 9110 §13.1.2 — the same, or 304 when the caller has this version already. Compared weakly.
    pub(super) fn unless_known(self, request: &HeaderMap) -> Self {
        let Some(tag) = self.0.headers().get(ETAG).cloned() else {
            return self;
        };
        let known = request
            .get_all(IF_NONE_MATCH)
            .filter_map(|line| line.to_str().ok());
        let mut known = known.flat_map(|line| line.split(',')).map(str::trim);
        if !known.any(|known| {
            known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes()
        }) {
            return self;
        }
        let mut response = HttpResponseBuilder::new(StatusCode::NOT_MODIFIED).finish();
        response.headers_mut().insert(ETAG, tag);
        Self(response)
    }

    /// What is sent: nobody keeps it.
    pub(super) fn into_response(mut self) -> HttpResponse {
        let headers = self.0.headers_mut();
        no_store(headers);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        self.0
    }
}

/// The version of a document: an entity tag (RFC 9110 §8.8.3) that is another one whenever a member is.
pub(super) fn version(document: &impl Serialize) -> String {
    let digest = Sha256::digest(text(document));
    let mut tag = URL_SAFE_NO_PAD.encode(digest);
    tag.truncate(22);
    format!("\"{tag}\"")
}

/// The versions that a change may meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IfMatch {
    /// Whatever there is.
    Any,
    /// One of these.
    These(Vec<String>),
}

impl IfMatch {
    /// Reads the header `If-Match`.
    pub(super) fn parse(header: &str) -> Result<Self, Problem> {
        if header.trim() == "*" {
            return Ok(Self::Any);
        }
        let mut tags = Vec::new();
        for tag in header.split(',') {
            let tag = tag.trim();
            let opaque = tag.strip_prefix("W/").unwrap_or(tag);
            let quoted = opaque.len() >= 2 && opaque.starts_with('"') && opaque.ends_with('"');
            if !quoted {
                return Err(Problem::new(Code::HeaderInvalid).at("If-Match"));
            }
            // A weak one never matches: RFC 9110 §13.1.1 compares strongly.
            tags.push(tag.to_owned());
        }
        Ok(Self::These(tags))
    }

    /// Whether the document as it is now is of one of these versions.
    pub(super) fn meets(&self, document: &impl Serialize) -> Result<(), Problem> {
        let matches = match self {
            Self::Any => true,
            Self::These(tags) => tags.contains(&version(document)),
        };
        if matches {
            Ok(())
        } else {
            Err(Problem::new(Code::PreconditionFailed))
        }
    }
}

fn text(document: &impl Serialize) -> String {
    // Nothing in our documents can fail to be written.
    serde_json::to_string(document).unwrap_or_default()
}
