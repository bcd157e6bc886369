//! What a rotation or a revocation means for those who hold tokens and those who check them: shown before it is done.

use super::instant;
use crate::cli::exit::Failure;
use crate::cli::open::Workplace;
use crate::db;
use serde_json::{Value, json};
use vouchsafe_core::decide::key_state::{LEAST_LEAD, Promotion};
use vouchsafe_core::model::{SigningKey, Span, UnixTime};

/// A running server looks for changes twice a second.
const SERVER: Span = Span::from_seconds(1);
/// Verifiers that follow the revocation feed.
const FEED: Span = Span::from_seconds(2);
/// What `Cache-Control` of the key set allows.
const KEY_SET: Span = Span::from_minutes(5);
/// The longest that common libraries hold a key set by default, when they fetch it again by the clock.
const LIBRARIES: Span = Span::from_minutes(20);

/// The longest life of a token that is signed with a key.
pub(super) fn longest_token(place: &Workplace) -> Result<Span, Failure> {
    let apis = place.store.read_blocking("apis", |tx| db!(tx, apis::all()))?;
    let own = apis.iter().filter_map(|api| api.access_token_lifetime);
    let tokens = &place.config.tokens;
    let shared = tokens.access_token_lifetime.max(tokens.id_token_lifetime);
    Ok(own.fold(shared, Span::max))
}

pub(super) fn of_rotation(old: &SigningKey, promised: &Promotion, longest: Span) -> (Value, String) {
    let hasty = promised.lead < LEAST_LEAD;
    let document = json!({
        "lead_seconds": promised.lead.seconds(),
        "least_lead_seconds": LEAST_LEAD.seconds(),
        "tokens_refused": false,
        "new_tokens_may_be_refused_for_seconds": if hasty { LIBRARIES.seconds() } else { 0 },
        "old_key_published_for_seconds": longest.seconds(),
    });
    let mut lines = vec![
        format!("{} signs from {}", promised.kid, instant(promised.activate_at)),
        format!("  It will have been in the key set for {}.", words(promised.lead)),
        format!(
            "  {} stays in the key set until every token that it signed has expired: nothing that is out is refused.",
            old.kid
        ),
    ];
    if hasty {
        lines.push(format!(
            "  That is less than {}: libraries that hold an older key set and do not fetch it for an unknown key \
             refuse new tokens, by their defaults for up to {}.",
            words(LEAST_LEAD),
            words(LIBRARIES)
        ));
    }
    (document, lines.join("\n"))
}

pub(super) fn of_revocation(
    old: &SigningKey,
    next: Option<(&SigningKey, bool)>,
    (longest, now): (Span, UnixTime),
) -> (Value, String) {
    let document = json!({
        "longest_token_seconds": longest.seconds(),
        "server_seconds": SERVER.seconds(),
        "feed_seconds": FEED.seconds(),
        "key_set_seconds": KEY_SET.seconds(),
        "libraries_seconds": LIBRARIES.seconds(),
    });
    let successor = match next {
        None => "A new key is made and signs at once; libraries learn of it when they fetch the key set."
            .to_owned(),
        Some((key, true)) => format!("{} goes on signing.", key.kid),
        Some((key, false)) => format!(
            "{} signs from now on; it has been in the key set for {}. A new next key is made.",
            key.kid,
            words(now.since(key.created_at))
        ),
    };
    let text = format!(
        "{} leaves the key set at once\n  {successor}\n  \
         Every token that it signed is refused; the last of them would have expired in {}.\n  \
         This server refuses them within {}, verifiers with the revocation feed within {},\n  \
         libraries that keep the key set when they fetch it again: {} by its Cache-Control, up to {} by the defaults\n  \
         of common libraries, and those that never fetch it by the clock when they see a token of another key.\n  \
         Sessions, codes and refresh tokens do not depend on it: clients refresh, nobody signs in again.",
        old.kid,
        words(longest),
        words(SERVER),
        words(FEED),
        words(KEY_SET),
        words(LIBRARIES)
    );
    (document, text)
}

/// A span in the largest unit that says enough.
fn words(span: Span) -> String {
    let seconds = span.seconds().max(0);
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{ending}")
}
