//! A feed of 100,000 ended grants, as an issuer would send it.

use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vouchsafe_verify::revocations::{Moment, Page, RevocationId};
use vouchsafe_verify::{Jwks, Revocations};

use crate::{ISSUER, NOW};

pub(crate) const ENTRIES: u64 = 100_000;
const PAGE: usize = 10_000;

/// Signs a head and takes the feed over page by page.
pub(crate) fn filled(keys: &Jwks, sign: impl Fn(&str, String) -> String) -> Revocations {
    let entries: Vec<(u64, String)> = (1..=ENTRIES)
        .map(|seq| (seq, RevocationId::of_grant(&format!("grant {seq}")).to_string()))
        .collect();
    let exp = NOW + 360;
    let start = [0_u8; 32];
    let chain = entries.iter().fold(start.to_vec(), |chain, (seq, id)| {
        let mut context = Context::new(&SHA256);
        context.update(&chain);
        context.update(format!("{seq}|grant|{id}|0|{exp}").as_bytes());
        context.finish().as_ref().to_vec()
    });
    let claims = json!({
        "iss": ISSUER, "iat": NOW, "timeline": "t", "seq": ENTRIES, "hash": URL_SAFE_NO_PAD.encode(chain),
        "window_after": 0, "window_hash": URL_SAFE_NO_PAD.encode(start),
        "published_to": NOW * 1000, "now": NOW * 1000,
    });
    let header = json!({"alg": "RS256", "typ": "revocations-head+jwt", "kid": "KID"});
    let head = sign(&header.to_string(), claims.to_string());
    let moment = Moment {
        unix_seconds: NOW,
        monotonic: Duration::from_secs(1),
    };
    let mut known = Revocations::new();
    for (number, part) in entries.chunks(PAGE).enumerate() {
        let rows: Vec<Value> = part
            .iter()
            .map(|(seq, id)| json!({"seq": seq, "kind": "grant", "id": id, "min": 0, "exp": exp}))
            .collect();
        let more = (number + 1) * PAGE < entries.len();
        let page = json!({"head": head, "snapshot": number == 0, "more": more, "entries": rows});
        let page = Page::open(page.to_string().as_bytes(), ISSUER, keys).expect("a signed head");
        known.apply(page, moment).expect("a whole feed");
    }
    known
}
