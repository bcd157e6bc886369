//! Token Status Lists — the signed lists themselves, made of what the revocation feed of this node knows and kept until
//! something ends or they grow old. A list never says more than what the feed was sure of.

use crate::keys::{Keys, KeysError};
use crate::store::StatusListRow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use vouchsafe_core::decide::status_list;
use vouchsafe_core::model::{Kid, Span, StatusListId, UnixTime};

/// `typ` in the header of a list.
const TYP: &str = "statuslist+jwt";
/// For how long a reader need not ask again: the claim `ttl`.
const TTL: Span = Span::from_seconds(30);
/// A list on which nothing changed is signed anew after so long.
const RENEWAL: Span = Span::from_seconds(15);
/// A list may be used for so long while there is no newer one.
const GOOD_FOR: Span = Span::from_minutes(5);
/// When more lists are known, those that have expired are forgotten.
const MANY: usize = 64;
/// Compression beyond this takes ten times as long and saves a seventh.
const LEVEL: u8 = 6;

/// The lists that this node has served.
#[derive(Debug, Default)]
pub struct StatusLists {
    known: RwLock<HashMap<StatusListId, Known>>,
    /// Those who need a new one at the same time share it.
    pub signing: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug)]
struct Known {
    row: StatusListRow,
    token: Option<Arc<StatusListToken>>,
}

/// A list as it is served.
#[derive(Debug)]
pub struct StatusListToken {
    /// The signed token.
    pub text: String,
    /// Its entity tag.
    pub etag: String,
    kid: Kid,
    state: ListState,
    expires_at: UnixTime,
}

/// What a list is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListState {
    /// The history that it is taken from.
    pub timeline: String,
    /// How many of its places ended; `None` when all did.
    pub ended: Option<usize>,
    /// Up to when that is everything.
    pub as_of: UnixTime,
}

impl StatusLists {
    /// A list that this node has heard of.
    #[must_use]
    pub fn row(&self, id: &StatusListId) -> Option<StatusListRow> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(id).map(|known| known.row.clone())
    }

    /// Remembers a list.
    pub fn remember(&self, row: StatusListRow, now: UnixTime) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MANY {
            known.retain(|_, known| known.row.expires_at > now);
        }
        known.entry(row.id.clone()).or_insert(Known { row, token: None });
    }

    /// The token that still serves for this state.
    #[must_use]
    pub fn fresh(
        &self,
        of: (&StatusListId, &Keys),
        state: &ListState,
        now: UnixTime,
    ) -> Option<Arc<StatusListToken>> {
        self.last(of, now).filter(|token| {
            let same = token.state.timeline == state.timeline && token.state.ended == state.ended;
            same && state.as_of < token.state.as_of.plus(RENEWAL)
        })
    }

    /// The last token, whatever happened since, while it may be used and the key that signed it is published.
    #[must_use]
    pub fn last(&self, (id, keys): (&StatusListId, &Keys), now: UnixTime) -> Option<Arc<StatusListToken>> {
        self.token(id)
            .filter(|token| now < token.expires_at && keys.document(now).kids.contains(&token.kid))
    }

    /// Signs the list at `uri` with these ended places, and keeps it.
    ///
    /// # Errors
    /// When nothing can be signed.
    pub fn sign(
        &self,
        (keys, now): (&Keys, UnixTime),
        (issuer, uri): (&str, &str),
        row: &StatusListRow,
        (state, ended): (ListState, Vec<u32>),
    ) -> Result<Arc<StatusListToken>, KeysError> {
        let bits = match state.ended {
            Some(_) => status_list::bits(ended),
            None => status_list::bits(0..status_list::PLACES),
        };
        let expires_at = state.as_of.plus(GOOD_FOR).min(row.expires_at);
        let claims = json!({
            "iss": issuer,
            "sub": uri,
            "iat": state.as_of.seconds(),
            "exp": expires_at.seconds(),
            "ttl": TTL.seconds(),
            "status_list": {
                "bits": 1,
                "lst": URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&bits, LEVEL)),
            },
        });
        let (kid, text) = keys.sign_named(now, TYP, &claims.as_object().cloned().unwrap_or_default())?;
        let mut tag = URL_SAFE_NO_PAD.encode(Sha256::digest(&text));
        tag.truncate(22);
        let token = Arc::new(StatusListToken {
            text,
            etag: format!("\"{tag}\""),
            kid,
            state,
            expires_at,
        });
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get_mut(&row.id) {
            known.token = Some(Arc::clone(&token));
        }
        Ok(token)
    }

    fn token(&self, id: &StatusListId) -> Option<Arc<StatusListToken>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(id)?.token.clone()
    }
}
