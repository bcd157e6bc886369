//! The one gate: everything that a grant depends on closes it.

use super::samples::{NOW, after, client, grant, user};
use vouchsafe_core::decide::grant_is_live::{Footing, grant_is_live};
use vouchsafe_core::model::{ClientId, ClientKind, EndReason, Grant, User, UserId};
use vouchsafe_core::refusal::Reason;

/// The epoch that the sample's grant was made in.
const ISSUER_EPOCH: i64 = 1;

fn judged(
    change: impl Fn(&mut Grant, &mut User, &mut Footing),
    session_live: Option<bool>,
) -> Option<Reason> {
    let client = client(ClientKind::Web);
    let mut footing = Footing {
        client_id: client.id,
        client_disabled_at: client.disabled_at,
        epochs: [ISSUER_EPOCH, client.epoch],
    };
    let (mut grant, mut user) = (grant(), user());
    change(&mut grant, &mut user, &mut footing);
    grant_is_live(&grant, &user, session_live, &footing, NOW).err()
}

#[test]
fn a_grant_lives_while_everything_behind_it_does() {
    assert_eq!(judged(|_, _, _| {}, None), None);
    assert_eq!(
        judged(|_, user, _| user.banned_until = Some(after(1)), None),
        None
    );
    assert_eq!(
        judged(
            |_, user, _| (user.banned_at, user.banned_until) = (Some(after(-9)), Some(NOW)),
            None
        ),
        None
    );
    assert_eq!(judged(|grant, _, _| grant.offline = false, Some(true)), None);
}

#[test]
fn whatever_falls_away_ends_it() {
    let standing = Some(Reason::PersonNotInGoodStanding);
    assert_eq!(
        judged(|grant, _, _| grant.ended = Some((NOW, EndReason::Revoked)), None),
        Some(Reason::GrantEnded)
    );
    assert_eq!(
        judged(|grant, _, _| grant.expires_at = NOW, None),
        Some(Reason::GrantEnded)
    );
    assert_eq!(
        judged(|_, user, _| user.disabled_at = Some(after(-1)), None),
        standing
    );
    assert_eq!(
        judged(|_, user, _| user.banned_at = Some(after(-1)), None),
        standing
    );
    assert_eq!(
        judged(
            |_, user, _| (user.banned_at, user.banned_until) = (Some(after(-1)), Some(after(1))),
            None
        ),
        standing
    );
    assert_eq!(
        judged(|_, _, footing| footing.client_disabled_at = Some(after(-1)), None),
        Some(Reason::ClientDisabled)
    );
    assert_eq!(
        judged(|_, user, _| user.id = UserId::new("u2"), None),
        Some(Reason::GrantEnded)
    );
    assert_eq!(
        judged(|_, _, footing| footing.client_id = ClientId::new("c2"), None),
        Some(Reason::GrantEnded)
    );
}

#[test]
fn an_online_grant_needs_its_session_and_an_offline_one_does_not() {
    for session_live in [None, Some(false)] {
        assert_eq!(
            judged(|grant, _, _| grant.offline = false, session_live),
            Some(Reason::SessionEnded)
        );
        assert_eq!(judged(|_, _, _| {}, session_live), None);
    }
}

#[test]
fn raising_an_epoch_ends_what_was_made_before() {
    let raised = Some(Reason::EpochRaised);
    assert_eq!(judged(|grant, _, _| grant.ep[0] -= 1, None), raised);
    assert_eq!(judged(|_, _, footing| footing.epochs[1] = 1, None), raised);
    assert_eq!(judged(|_, _, footing| footing.epochs[0] += 1, None), raised);
    let since = |grant: &mut Grant, footing: &mut Footing| (grant.ep, footing.epochs[1]) = ([2, 7], 7);
    assert_eq!(judged(|grant, _, footing| since(grant, footing), None), None);
}
