//! A revocation feed as an issuer keeps it: numbered entries, a hash chain over them, heads signed when asked for.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{NOW, SigningKey};

/// One entry as it stands in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) seq: u64,
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) min: i64,
    pub(crate) exp: i64,
}

/// The issuer's side of the feed.
#[derive(Clone, Debug)]
pub(crate) struct FakeFeed {
    pub(crate) issuer: String,
    pub(crate) timeline: String,
    pub(crate) rows: Vec<Row>,
    /// Entries up to here have left the window.
    pub(crate) window_after: u64,
    pub(crate) published_to: i64,
    pub(crate) now: i64,
    pub(crate) page_size: usize,
    /// What a head says may be changed before it is signed.
    pub(crate) lie: Option<(&'static str, Value)>,
}

/// The name of a thing in the feed.
pub(crate) fn id(word: &str, identifier: &str) -> String {
    let hash = digest(&SHA256, format!("{word}|{identifier}").as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..8])
}

impl FakeFeed {
    pub(crate) fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            timeline: "t1".to_owned(),
            rows: Vec::new(),
            window_after: 0,
            published_to: NOW * 1000,
            now: NOW * 1000,
            page_size: 10_000,
            lie: None,
        }
    }

    /// Lets time pass at the issuer, whose publisher is well.
    pub(crate) fn pass(&mut self, seconds: i64) {
        self.now += seconds * 1000;
        self.published_to = self.now;
    }

    /// Appends an entry about an identifier, with a gap now and then.
    pub(crate) fn push(&mut self, kind: &str, identifier: &str, min: i64) -> u64 {
        let id = match kind {
            "grant" | "claims" => id("gid", identifier),
            "token" => id("jti", identifier),
            "client" => id("client_id", identifier),
            "key" => id("kid", identifier),
            _ => String::new(),
        };
        let last = self.last();
        let seq = last + 1 + last % 3;
        let exp = self.now / 1000 + 360;
        let kind = kind.to_owned();
        self.rows.push(Row {
            seq,
            kind,
            id,
            min,
            exp,
        });
        seq
    }

    pub(crate) fn last(&self) -> u64 {
        self.rows.last().map_or(0, |row| row.seq)
    }

    /// The value of the chain at an entry.
    fn chain(&self, seq: u64) -> String {
        let mut value = vec![0; 32];
        for row in self.rows.iter().filter(|row| row.seq <= seq) {
            let Row {
                seq,
                kind,
                id,
                min,
                exp,
            } = row;
            value.extend_from_slice(format!("{seq}|{kind}|{id}|{min}|{exp}").as_bytes());
            value = digest(&SHA256, &value).as_ref().to_vec();
        }
        URL_SAFE_NO_PAD.encode(value)
    }

    pub(crate) fn head(&self, key: &SigningKey) -> String {
        let header = json!({"alg": "RS256", "typ": "revocations-head+jwt", "kid": key.kid});
        key.sign(&header.to_string(), self.head_claims().to_string())
    }

    pub(crate) fn head_claims(&self) -> Value {
        let mut claims = json!({
            "iss": self.issuer, "iat": self.now / 1000, "timeline": self.timeline,
            "seq": self.last(), "hash": self.chain(self.last()),
            "window_after": self.window_after, "window_hash": self.chain(self.window_after),
            "published_to": self.published_to, "now": self.now,
        });
        if let Some((name, value)) = &self.lie {
            claims[name] = value.clone();
        }
        claims
    }

    /// The page for somebody who stands at `position`.
    pub(crate) fn page(&self, key: &SigningKey, position: Option<(&str, u64)>) -> Value {
        let within = |after: &u64| (self.window_after..=self.last()).contains(after);
        let after = position
            .filter(|(timeline, _)| *timeline == self.timeline)
            .map(|(_, after)| after)
            .filter(within);
        let from = after.unwrap_or(self.window_after);
        let rows: Vec<&Row> = self.rows.iter().filter(|row| row.seq > from).collect();
        let page: Vec<Value> = rows.iter().take(self.page_size).map(|row| row.json()).collect();
        json!({
            "head": self.head(key), "snapshot": after.is_none(),
            "more": rows.len() > self.page_size, "entries": page,
        })
    }
}

impl Row {
    pub(crate) fn json(&self) -> Value {
        json!({"seq": self.seq, "kind": self.kind, "id": self.id, "min": self.min, "exp": self.exp})
    }
}
