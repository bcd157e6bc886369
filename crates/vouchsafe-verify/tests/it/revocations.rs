//! The revocation feed without a network: what is believed, what is refused, what it means for a token (T-13, RL6).

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use vouchsafe_verify::revocations::{FeedProblem, Moment, Page};
use vouchsafe_verify::{Rejection, Revocations};

use crate::support::feed::FakeFeed;
use crate::support::{FIRST, ISSUER, NOW, SECOND, SigningKey, claims_with, key_set, keys, verifier};

const MOMENT: Moment = Moment {
    unix_seconds: NOW,
    monotonic: Duration::from_secs(5000),
};

pub(crate) fn feed() -> FakeFeed {
    FakeFeed::new(ISSUER)
}

fn open(page: &Value) -> Result<Page, FeedProblem> {
    Page::open(page.to_string().as_bytes(), ISSUER, &keys())
}

pub(crate) fn apply(known: &mut Revocations, page: &Value) -> Result<(), FeedProblem> {
    let moment = Moment {
        unix_seconds: NOW + 100_000,
        ..MOMENT
    };
    known.apply(open(page)?, moment)
}

/// Asks until there are no more pages.
pub(crate) fn follow(known: &mut Revocations, feed: &FakeFeed) {
    loop {
        let position = known.position().map(|(timeline, seq)| (timeline.to_owned(), seq));
        let position = position.as_ref().map(|(timeline, seq)| (timeline.as_str(), *seq));
        let page = feed.page(&FIRST, position);
        apply(known, &page).unwrap();
        if page["more"] == false {
            return;
        }
    }
}

pub(crate) fn check(known: &Revocations, changes: Value) -> Result<(), Rejection> {
    let token = FIRST.token(&claims_with(changes));
    let verified = verifier().verify_at(&keys(), &token, NOW).unwrap();
    known.check(&verified)
}

#[test]
fn each_kind_of_entry_refuses_what_it_is_for_and_nothing_else() {
    let others = json!({
        "gid": "g_9", "jti": "t_9", "client_id": "c_9", "gver": 9, "ep": [9, 9],
    });
    for (kind, identifier, min, expected) in [
        ("grant", "g_1", 0, Rejection::Revoked),
        ("token", "t_1", 0, Rejection::Revoked),
        ("client", "c_1", 2, Rejection::Revoked),
        ("issuer", "", 2, Rejection::Revoked),
        ("claims", "g_1", 2, Rejection::ClaimsChanged),
        ("key", "first", 0, Rejection::KeyRevoked),
    ] {
        let (mut known, mut feed) = (Revocations::new(), feed());
        let mut keys = vec![];
        if kind == "key" {
            keys.push(&*SECOND);
        }
        feed.push(kind, identifier, min);
        let signer: &SigningKey = if kind == "key" { &SECOND } else { &FIRST };
        let page = feed.page(signer, None).to_string();
        let keys = vouchsafe_verify::Jwks::parse(key_set(&[&FIRST, &SECOND]).as_bytes()).unwrap();
        let page = Page::open(page.as_bytes(), ISSUER, &keys).unwrap();
        known.apply(page, MOMENT).unwrap();
        assert_eq!(check(&known, json!({})), Err(expected.clone()), "{kind}");
        assert_eq!(expected.status(), 401);
        if kind != "key" {
            assert_eq!(check(&known, others.clone()), Ok(()), "{kind}");
        }
    }
}

#[test]
fn floors_let_the_very_version_pass() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    for (kind, identifier) in [("claims", "g_1"), ("client", "c_1"), ("issuer", "")] {
        feed.push(kind, identifier, 3);
    }
    follow(&mut known, &feed);
    assert_eq!(check(&known, json!({"gver": 3, "ep": [3, 3]})), Ok(()));
    assert_eq!(
        check(&known, json!({"gver": 2, "ep": [3, 3]})),
        Err(Rejection::ClaimsChanged)
    );
    assert_eq!(
        check(&known, json!({"gver": 3, "ep": [2, 3]})),
        Err(Rejection::Revoked)
    );
    assert_eq!(
        check(&known, json!({"gver": 3, "ep": [3, 2]})),
        Err(Rejection::Revoked)
    );
    // A token without versions is no newer than any.
    assert_eq!(
        check(&known, json!({"gver": 3, "ep": null})),
        Err(Rejection::Revoked)
    );
    assert_eq!(
        check(&known, json!({"gver": null, "ep": [3, 3]})),
        Err(Rejection::ClaimsChanged)
    );
}

#[test]
fn an_ended_grant_stays_ended_whatever_comes_after() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    feed.push("grant", "g_1", 0);
    feed.push("claims", "g_1", 1);
    feed.push("claims", "g_1", 0);
    follow(&mut known, &feed);
    assert_eq!(check(&known, json!({"gver": 7})), Err(Rejection::Revoked));
}

#[test]
fn entries_are_forgotten_a_minute_after_they_expired() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    feed.push("grant", "g_1", 0);
    follow(&mut known, &feed);
    for (seconds, held) in [(360, 1), (59, 1), (62, 0)] {
        feed.pass(seconds);
        follow(&mut known, &feed);
        assert_eq!(known.len(), held, "{seconds}");
    }
    assert!(known.is_empty());
}

#[test]
fn who_comes_late_does_not_hold_what_is_over() {
    let mut feed = feed();
    feed.push("grant", "g_1", 0);
    feed.pass(1_000);
    feed.push("grant", "g_2", 0);
    let mut late = Revocations::new();
    follow(&mut late, &feed);
    assert_eq!((late.len(), late.seq()), (1, Some(feed.last())));
}

#[test]
fn the_pages_of_a_snapshot_count_together_or_not_at_all() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    feed.page_size = 2;
    for grant in ["g_1", "g_2", "g_3", "g_4", "g_5"] {
        feed.push("grant", grant, 0);
    }
    apply(&mut known, &feed.page(&FIRST, None)).unwrap();
    assert!(
        known.is_empty() && known.seq().is_none(),
        "nothing has been judged yet"
    );
    let (_, after) = known.position().unwrap();
    let mut second = feed.page(&FIRST, Some(("t1", after)));
    apply(&mut known, &second).unwrap();
    let (_, after) = known.position().unwrap();
    // The last page lies about an entry of its own: nothing of the answer counts.
    second = feed.page(&FIRST, Some(("t1", after)));
    second["entries"][0]["exp"] = json!(NOW + 1);
    assert_eq!(apply(&mut known, &second), Err(FeedProblem::HashMismatch));
    assert!(known.is_empty());
    known.ask_anew();
    follow(&mut known, &feed);
    assert_eq!((known.len(), known.seq()), (5, Some(feed.last())));
}

#[test]
fn a_page_that_was_taken_already_changes_nothing() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    feed.push("grant", "g_1", 0);
    follow(&mut known, &feed);
    feed.push("grant", "g_2", 0);
    let page = feed.page(&FIRST, Some(("t1", 1)));
    for _ in 0..3 {
        assert_eq!(apply(&mut known, &page), Ok(()));
        assert_eq!(known.len(), 2);
    }
}

#[test]
fn an_increment_that_misses_an_entry_is_noticed() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    feed.push("grant", "g_1", 0);
    follow(&mut known, &feed);
    let missed = feed.push("grant", "g_2", 0);
    feed.push("grant", "g_3", 0);
    let page = feed.page(&FIRST, Some(("t1", missed)));
    let problem = apply(&mut known, &page).unwrap_err();
    assert_eq!(problem, FeedProblem::HashMismatch);
    assert!(problem.needs_snapshot());
    assert_eq!(known.len(), 1, "what was known stays known");
}

#[test]
fn without_a_snapshot_there_is_nothing_to_go_on_from() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    let seq = feed.push("grant", "g_1", 0);
    let page = feed.page(&FIRST, Some(("t1", seq)));
    assert_eq!(apply(&mut known, &page), Err(FeedProblem::Gap));
}

#[test]
fn an_older_head_takes_nothing_back() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    feed.push("grant", "g_1", 0);
    let old = [
        feed.page(&FIRST, None),
        feed.page(&FIRST, Some(("t1", feed.last()))),
    ];
    feed.pass(2);
    follow(&mut known, &feed);
    let freshness = known.freshness();
    for page in &old {
        // It has no news, and nothing is less fresh for it.
        assert_eq!(apply(&mut known, page), Ok(()));
        assert_eq!(known.freshness(), freshness);
    }
    let mut behind = feed.clone();
    feed.push("grant", "g_2", 0);
    follow(&mut known, &feed);
    behind.pass(4);
    assert_eq!(
        apply(&mut known, &behind.page(&FIRST, None)),
        Err(FeedProblem::HeadOld)
    );
    assert_eq!(known.len(), 2);
}

#[test]
fn another_timeline_begins_with_a_snapshot_and_ends_stay_ends() {
    let (mut known, mut lost) = (Revocations::new(), feed());
    for (kind, identifier, min) in [
        ("grant", "g_1", 0),
        ("token", "t_2", 0),
        ("claims", "g_3", 9),
        ("client", "c_3", 9),
    ] {
        lost.push(kind, identifier, min);
    }
    follow(&mut known, &lost);
    let mut restored = feed();
    restored.timeline = "t2".to_owned();
    restored.push("grant", "g_2", 0);
    let increment = restored.page(&FIRST, Some(("t2", 0)));
    assert_eq!(apply(&mut known, &increment), Err(FeedProblem::TimelineChanged));
    follow(&mut known, &restored);
    for (changes, expected) in [
        (json!({"gid": "g_1"}), Err(Rejection::Revoked)),
        (json!({"gid": "g_2"}), Err(Rejection::Revoked)),
        (json!({"jti": "t_2", "gid": "g_9"}), Err(Rejection::Revoked)),
        // The restored database counts versions anew; the old floors would lock people out.
        (json!({"gid": "g_3"}), Ok(())),
        (json!({"client_id": "c_3", "gid": "g_9"}), Ok(())),
    ] {
        assert_eq!(check(&known, changes.clone()), expected, "{changes}");
    }
}

#[test]
fn only_the_issuers_own_head_is_believed() {
    let feed = feed();
    let page = |head: String| json!({"head": head, "snapshot": true, "more": false, "entries": []});
    let claims = feed.head_claims().to_string();
    let typ = |typ: &str| json!({"alg": "RS256", "typ": typ, "kid": "first"}).to_string();
    let head_type = typ("revocations-head+jwt");
    let mut elsewhere = feed.clone();
    elsewhere.issuer = "https://id.example/".to_owned();
    let (input, _) = feed
        .head(&FIRST)
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let mut forged = SECOND.sign(&head_type, &claims);
    forged = format!("{input}.{}", forged.rsplit_once('.').unwrap().1);
    for (head, expected) in [
        (FIRST.sign(&typ("at+jwt"), &claims), Rejection::TypeWrong),
        (FIRST.sign(&typ("JWT"), &claims), Rejection::TypeWrong),
        (elsewhere.head(&FIRST), Rejection::IssuerWrong),
        (feed.head(&SECOND), Rejection::KeyUnknown),
        (forged, Rejection::SignatureWrong),
        ("a.b.c".to_owned(), Rejection::TokenMalformed),
    ] {
        assert_eq!(open(&page(head)).unwrap_err(), FeedProblem::Head(expected));
    }
    assert!(open(&page(FIRST.sign(&head_type, &claims))).is_ok());
}

#[test]
fn a_head_that_does_not_make_sense_is_refused() {
    for (name, value) in [
        ("hash", json!("short")),
        ("hash", json!("A".repeat(44))),
        ("window_hash", json!(null)),
        ("seq", json!(-1)),
        ("seq", json!(u64::MAX)),
        ("seq", json!("1")),
        ("window_after", json!(1)),
        ("timeline", json!("")),
        ("timeline", json!("a b")),
        ("timeline", json!("x".repeat(129))),
        ("published_to", json!(-1)),
        ("published_to", json!(1e300)),
        ("now", json!(i64::MAX)),
        ("now", json!(null)),
        ("iat", json!(-1)),
    ] {
        let mut feed = feed();
        feed.lie = Some((name, value.clone()));
        let problem = open(&feed.page(&FIRST, None)).unwrap_err();
        assert_eq!(
            problem,
            FeedProblem::Head(Rejection::ClaimsMalformed),
            "{name} {value}"
        );
    }
}

#[test]
fn a_revoked_key_signs_no_head() {
    let keys = vouchsafe_verify::Jwks::parse(key_set(&[&FIRST, &SECOND]).as_bytes()).unwrap();
    let open = |page: Value| Page::open(page.to_string().as_bytes(), ISSUER, &keys).unwrap();
    let (mut known, mut feed) = (Revocations::new(), feed());
    known.apply(open(feed.page(&FIRST, None)), MOMENT).unwrap();
    feed.push("key", "first", 0);
    let by_itself = open(feed.page(&FIRST, Some(("t1", 0))));
    assert_eq!(known.apply(by_itself, MOMENT), Err(FeedProblem::SignerRevoked));
    known
        .apply(open(feed.page(&SECOND, Some(("t1", 0)))), MOMENT)
        .unwrap();
    feed.pass(2);
    for page in [
        feed.page(&FIRST, Some(("t1", feed.last()))),
        feed.page(&FIRST, None),
    ] {
        assert_eq!(known.apply(open(page), MOMENT), Err(FeedProblem::SignerRevoked));
    }
}

#[test]
fn a_page_that_is_not_formed_as_it_must_be_is_refused() {
    let mut feed = feed();
    feed.push("grant", "g_1", 0);
    feed.push("grant", "g_2", 0);
    let good = feed.page(&FIRST, None);
    let changed = |pointer: &str, value: Value| {
        let mut page = good.clone();
        *page.pointer_mut(pointer).unwrap() = value;
        page
    };
    let entry = good["entries"][0].clone();
    let many = vec![entry.clone(); 10_001];
    for (page, expected) in [
        (json!([]), FeedProblem::PageMalformed),
        (
            json!({"snapshot": true, "more": false, "entries": []}),
            FeedProblem::PageMalformed,
        ),
        (changed("/entries", json!({})), FeedProblem::PageMalformed),
        (changed("/more", json!(null)), FeedProblem::PageMalformed),
        (changed("/entries/0/seq", json!("1")), FeedProblem::PageMalformed),
        (changed("/entries/0", json!([])), FeedProblem::PageMalformed),
        (changed("/entries", json!(many)), FeedProblem::PageTooLarge),
    ] {
        assert_eq!(open(&page).unwrap_err(), expected);
    }
    let twice = good.to_string().replacen('{', "{\"more\":true,", 1);
    assert_eq!(
        Page::open(twice.as_bytes(), ISSUER, &keys()).unwrap_err(),
        FeedProblem::PageMalformed
    );
    let large = vec![b' '; 2 * 1024 * 1024 + 1];
    assert_eq!(
        Page::open(&large, ISSUER, &keys()).unwrap_err(),
        FeedProblem::PageTooLarge
    );
    assert_eq!(
        Page::open(b"\xff", ISSUER, &keys()).unwrap_err(),
        FeedProblem::PageMalformed
    );
    let beyond = changed("/entries/1/seq", json!(feed.last() + 1));
    let reversed = changed("/entries/1/seq", json!(1));
    for page in [beyond, reversed] {
        assert_eq!(
            apply(&mut Revocations::new(), &page),
            Err(FeedProblem::Disordered)
        );
    }
    let endless = json!({"head": good["head"], "snapshot": true, "more": true, "entries": []});
    assert_eq!(
        apply(&mut Revocations::new(), &endless),
        Err(FeedProblem::PageMalformed)
    );
}

#[test]
fn a_head_from_the_future_is_not_taken() {
    let (mut known, mut feed) = (Revocations::new(), feed());
    feed.pass(61);
    let page = open(&feed.page(&FIRST, None)).unwrap();
    assert_eq!(known.apply(page, MOMENT), Err(FeedProblem::HeadFromFuture));
}

/// What may happen at an issuer: an entry, time, a window that moves, or the verifier asking.
fn history() -> impl Strategy<Value = Vec<(u8, u8, i64)>> {
    prop::collection::vec((0_u8..8, 0_u8..4, 0_i64..5), 1..24)
}

fn happen(feed: &mut FakeFeed, (what, whom, min): (u8, u8, i64)) {
    let kinds = ["grant", "claims", "token", "client", "issuer", "something_new"];
    match kinds.get(usize::from(what)) {
        Some(kind) => drop(feed.push(kind, &format!("x_{whom}"), min)),
        None => feed.pass(min),
    }
}

proptest! {
    // Each page costs a signature.
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn increments_and_a_snapshot_lead_to_the_same_set(history in history(), page_size in 1_usize..5, asks in any::<u32>()) {
        let (mut by_increments, mut feed) = (Revocations::new(), feed());
        feed.page_size = page_size;
        for (step, happening) in history.into_iter().enumerate() {
            happen(&mut feed, happening);
            if asks >> (step % 32) & 1 == 1 {
                follow(&mut by_increments, &feed);
            }
        }
        follow(&mut by_increments, &feed);
        let mut by_snapshot = Revocations::new();
        feed.page_size = 10_000;
        follow(&mut by_snapshot, &feed);
        prop_assert!(by_increments.agrees_with(&by_snapshot));
        prop_assert_eq!(by_increments.seq(), Some(feed.last()));
        prop_assert_eq!(by_increments.freshness(), by_snapshot.freshness());
    }

    #[test]
    fn entries_that_were_tampered_with_never_count(history in history(), at in any::<prop::sample::Index>(), how in 0_u8..7) {
        let mut feed = feed();
        for happening in history {
            happen(&mut feed, happening);
        }
        prop_assume!(!feed.rows.is_empty());
        let mut page = feed.page(&FIRST, None);
        let rows = page["entries"].as_array_mut().unwrap();
        let at = at.index(rows.len());
        match how {
            0 => drop(rows.remove(at)),
            1 => rows.push({
                let mut row = rows[at].clone();
                row["seq"] = json!(feed.last() + 1);
                row
            }),
            2 => rows[at]["min"] = json!(rows[at]["min"].as_i64().unwrap() + 1),
            3 => rows[at]["exp"] = json!(NOW + 7),
            4 => rows[at]["kind"] = json!("another_word"),
            5 => rows[at]["id"] = json!("AAAAAAAAAAA"),
            _ => rows[at]["seq"] = json!(rows[at]["seq"].as_u64().unwrap() + 1),
        }
        let mut known = Revocations::new();
        prop_assert!(apply(&mut known, &page).is_err());
        prop_assert!(known.is_empty() && known.seq().is_none());
        prop_assert_eq!(known.freshness(), Revocations::new().freshness());
    }
}
