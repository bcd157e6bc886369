//! `Idempotency-Key` on what makes something: of requests with the same key one makes it, the others are told what was
//! made, without the secret that is shown once. Kept for a day.

use super::problem::{Code, Problem};
use crate::audit::Act;
use crate::db;
use crate::store::{IdempotencyKey, StoreError, Tx};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use vouchsafe_core::model::{Span, UnixTime};

/// For so long a repeated request is known.
const KEPT: Span = Span::from_hours(24);
/// The longest key.
const LONGEST: usize = 128;

/// The key of a request.
#[derive(Clone, Debug)]
pub(super) struct Key {
    caller: String,
    text: String,
    digest: Vec<u8>,
}

impl Key {
    /// Reads the header. Two callers may have the same key; one caller may not for different requests. Of the request
    /// a MAC is kept: its body may hold a password, which a plain digest would give to whoever can guess.
    pub(super) fn parse(
        header: &str,
        caller: String,
        secret: &[u8; 32],
        (path, body): (&str, &[u8]),
    ) -> Result<Self, Problem> {
        if header.is_empty() || header.len() > LONGEST || !header.bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(Problem::new(Code::HeaderInvalid)
                .at("Idempotency-Key")
                .saying("it must have 1 to 128 visible ASCII characters"));
        }
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key length");
        mac.update(b"idempotency\0");
        mac.update(path.as_bytes());
        mac.update(&[0]);
        mac.update(body);
        Ok(Self {
            caller,
            text: header.to_owned(),
            digest: mac.finalize().into_bytes().to_vec(),
        })
    }
}

/// Makes something, unless the key says that it was made before.
pub(super) fn once<T>(
    tx: &mut Tx<'_>,
    act: &Act,
    key: Option<&Key>,
    make: &mut impl FnMut(&mut Tx<'_>, &Act) -> Result<Result<(T, String), Problem>, StoreError>,
    again: &mut impl FnMut(&mut Tx<'_>, &str) -> Result<Option<T>, StoreError>,
) -> Result<Result<T, Problem>, StoreError> {
    let Some(key) = key else {
        return Ok(make(tx, act)?.map(|(new, _)| new));
    };
    let row = IdempotencyKey {
        caller: key.caller.clone(),
        key: key.text.clone(),
        digest: key.digest.clone(),
        made: String::new(),
        expires_at: act.now.plus(KEPT),
    };
    // First of all: whoever sends the same at the same time waits here, and then finds what was made.
    if !db!(tx, idempotency_keys::reserve(&row, act.now))? {
        return repeat(tx, &row, again);
    }
    match make(tx, act)? {
        Ok((new, name)) => {
            db!(tx, idempotency_keys::made(&row, &name))?;
            Ok(Ok(new))
        }
        Err(problem) => {
            db!(tx, idempotency_keys::release(&row))?;
            Ok(Err(problem))
        }
    }
}

/// Whether a request with this key has been answered before, so that nothing will be made.
pub(super) fn is_known(tx: &mut Tx<'_>, key: &Key, now: UnixTime) -> Result<bool, StoreError> {
    let known = db!(tx, idempotency_keys::find(&key.caller, &key.text))?;
    Ok(known.is_some_and(|known| known.expires_at > now))
}

fn repeat<T>(
    tx: &mut Tx<'_>,
    row: &IdempotencyKey,
    again: &mut impl FnMut(&mut Tx<'_>, &str) -> Result<Option<T>, StoreError>,
) -> Result<Result<T, Problem>, StoreError> {
    let Some(known) = db!(tx, idempotency_keys::find(&row.caller, &row.key))? else {
        // It was given back this moment.
        return Err(StoreError::Busy);
    };
    if known.digest != row.digest {
        return Ok(Err(Problem::new(Code::IdempotencyKeyReused)));
    }
    Ok(again(tx, &known.made)?
        .ok_or_else(|| Problem::new(Code::Conflict).saying("what was made with this key is gone")))
}
