//! A reader of the revocation feed that checks what it is told against the chain of hashes.

use super::relying_party::claims;
use super::world::Answer;
use super::world::Site;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A reader, and how far it is.
#[derive(Default)]
pub(crate) struct FeedReader {
    timeline: String,
    seq: i64,
    hash: Vec<u8>,
    /// How often it had to begin at the beginning.
    pub(crate) snapshots: u32,
    /// The short identifiers of all that it was told of.
    pub(crate) told: Vec<String>,
}

/// What a head says about time, in the server's milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) published_to: i64,
    pub(crate) now: i64,
}

impl FeedReader {
    /// Asks a server what is new, and waits up to so many seconds for it.
    ///
    /// # Panics
    /// When the server cannot be reached, or tells what does not fit what was told before.
    pub(crate) fn ask(&mut self, server: &Site, wait: u32) -> Times {
        let (timeline, seq) = (&self.timeline, self.seq);
        let path = format!("/revocations?timeline={timeline}&after={seq}&wait={wait}");
        let answer = Answer::to(server.get(&path));
        // A node that has just started has not read its database yet.
        if answer.status == 503 {
            return Times {
                published_to: 0,
                now: 0,
            };
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
        let page = answer.json();
        assert_eq!(page["more"], false, "no test has so many entries");
        let head = claims(page["head"].as_str().unwrap());
        if page["snapshot"] == true {
            self.snapshots += 1;
            self.timeline = head["timeline"].as_str().unwrap().to_owned();
            self.seq = head["window_after"].as_i64().unwrap();
            self.hash = decoded(&head["window_hash"]);
        }
        for entry in page["entries"].as_array().unwrap() {
            self.take(entry);
        }
        let at = head["seq"].as_i64().unwrap();
        // A node that is behind has nothing for a reader that another node has brought further.
        if at >= self.seq {
            assert_eq!(self.hash, decoded(&head["hash"]), "the chain is broken: {page}");
            self.seq = at;
        }
        Times {
            published_to: head["published_to"].as_i64().unwrap(),
            now: head["now"].as_i64().unwrap(),
        }
    }

    fn take(&mut self, entry: &Value) {
        let (seq, kind) = (entry["seq"].as_i64().unwrap(), entry["kind"].as_str().unwrap());
        assert!(seq > self.seq, "{entry} was known");
        let id = entry["id"].as_str().unwrap();
        let text = format!("{seq}|{kind}|{id}|{}|{}", entry["min"], entry["exp"]);
        let hash = Sha256::new().chain_update(&self.hash).chain_update(text);
        self.hash = hash.finalize().to_vec();
        self.seq = seq;
        self.told.push(id.to_owned());
    }
}

fn decoded(hash: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(hash.as_str().unwrap()).unwrap()
}

/// The form in which the feed names the grant of an access token.
pub(crate) fn short_gid(access_token: &str) -> String {
    let gid = claims(access_token)["gid"].as_str().unwrap().to_owned();
    URL_SAFE_NO_PAD.encode(&Sha256::digest(format!("gid|{gid}"))[..8])
}
