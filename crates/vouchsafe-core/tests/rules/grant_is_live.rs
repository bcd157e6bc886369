//! The one gate: everything that a grant depends on closes it.

use super::samples::{NOW, after, client, grant, user};
use vouchsafe_core::decide::grant_is_live::grant_is_live;
use vouchsafe_core::model::{Client, ClientId, ClientKind, EndReason, Grant, User, UserId};
use vouchsafe_core::refusal::Reason;

/// The epoch that the sample's grant was made in.
const ISSUER_EPOCH: i64 = 1;

fn judged(change: impl Fn(&mut Grant, &mut User, &mut Client), session_live: Option<bool>) -> Option<Reason> {
    let (mut grant, mut user, mut client) = (grant(), user(), client(ClientKind::Web));
    change(&mut grant, &mut user, &mut client);
    grant_is_live(&grant, &user, session_live, (&client, ISSUER_EPOCH), NOW).err()
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
        judged(|_, _, client| client.disabled_at = Some(after(-1)), None),
        Some(Reason::ClientDisabled)
    );
    assert_eq!(
        judged(|_, user, _| user.id = UserId::new("u2"), None),
        Some(Reason::GrantEnded)
    );
    assert_eq!(
        judged(|_, _, client| client.id = ClientId::new("c2"), None),
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
    assert_eq!(judged(|_, _, client| client.epoch = 1, None), raised);
    let since = |grant: &mut Grant, client: &mut Client| (grant.ep, client.epoch) = ([2, 7], 7);
    assert_eq!(judged(|grant, _, client| since(grant, client), None), None);
}
