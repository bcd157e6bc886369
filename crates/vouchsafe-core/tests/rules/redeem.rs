//! RFC 6749 §4.1.3 and the attacks C-01 to C-05, K-05, K-07: what a presented code gives.

use super::samples::{CHALLENGE, NOW, VERIFIER, after, grant};
use vouchsafe_core::decide::redeem::{CodeVerdict, judge_code};
use vouchsafe_core::model::{ClientId, EndReason, Grant, UnixTime};
use vouchsafe_core::refusal::Reason;

const URI: &str = "https://c1.test/cb";

struct Presented {
    client: &'static str,
    redirect_uri: Option<&'static str>,
    verifier: Option<&'static str>,
    at: UnixTime,
}

const RIGHT: Presented = Presented {
    client: "c1",
    redirect_uri: Some(URI),
    verifier: Some(VERIFIER),
    at: NOW,
};

/// `redeem`, `replay` or the reason.
fn verdict(grant: &Grant, presented: &Presented) -> Result<&'static str, Reason> {
    let client = ClientId::new(presented.client);
    match judge_code(
        grant,
        &client,
        presented.redirect_uri,
        presented.verifier,
        presented.at,
    ) {
        CodeVerdict::Redeem(_) => Ok("redeem"),
        CodeVerdict::Replay(_) => Ok("replay"),
        CodeVerdict::Refuse(reason) => Err(reason),
    }
}

/// Presentations by somebody who is not entitled to the code.
fn strangers() -> [(Presented, Reason); 7] {
    [
        (
            Presented {
                client: "c2",
                ..RIGHT
            },
            Reason::CodeOfOtherClient,
        ),
        (
            Presented {
                redirect_uri: Some("https://c1.test/cb/"),
                ..RIGHT
            },
            Reason::CodeRedirectUri,
        ),
        (
            Presented {
                redirect_uri: Some("https://c1.test/%63b"),
                ..RIGHT
            },
            Reason::CodeRedirectUri,
        ),
        (
            Presented {
                redirect_uri: Some(""),
                ..RIGHT
            },
            Reason::CodeRedirectUri,
        ),
        (
            Presented {
                verifier: None,
                ..RIGHT
            },
            Reason::PkceVerifierMissing,
        ),
        (
            Presented {
                verifier: Some("short"),
                ..RIGHT
            },
            Reason::PkceVerifierMalformed,
        ),
        (
            Presented {
                verifier: Some(CHALLENGE),
                ..RIGHT
            },
            Reason::PkceVerifierWrong,
        ),
    ]
}

#[test]
fn the_right_client_uri_and_verifier_redeem_a_code() {
    assert_eq!(verdict(&grant(), &RIGHT), Ok("redeem"));
    assert_eq!(
        verdict(
            &grant(),
            &Presented {
                redirect_uri: None,
                ..RIGHT
            }
        ),
        Ok("redeem")
    );
}

#[test]
fn nobody_else_does_and_nobody_else_can_end_the_grant() {
    let mut used = grant();
    used.code_used_at = Some(NOW);
    for (presented, reason) in strangers() {
        assert_eq!(verdict(&grant(), &presented), Err(reason));
        assert_eq!(verdict(&used, &presented), Err(reason));
        assert_eq!(reason.code().as_str(), "invalid_grant");
    }
}

#[test]
fn a_used_code_is_a_replay_however_old_it_is() {
    let mut used = grant();
    used.code_used_at = Some(NOW);
    for at in [NOW, after(30), after(59), after(61), after(100_000)] {
        assert_eq!(verdict(&used, &Presented { at, ..RIGHT }), Ok("replay"));
    }
    used.ended = Some((NOW, EndReason::CodeReplayed));
    assert_eq!(verdict(&used, &RIGHT), Err(Reason::GrantEnded));
}

#[test]
fn a_code_expires_and_an_ended_grant_gives_nothing() {
    assert_eq!(
        verdict(
            &grant(),
            &Presented {
                at: after(59),
                ..RIGHT
            }
        ),
        Ok("redeem")
    );
    assert_eq!(
        verdict(
            &grant(),
            &Presented {
                at: after(60),
                ..RIGHT
            }
        ),
        Err(Reason::CodeExpired)
    );
    let mut ended = grant();
    ended.ended = Some((NOW, EndReason::UserDisabled));
    assert_eq!(verdict(&ended, &RIGHT), Err(Reason::GrantEnded));
}

#[test]
fn without_challenge_the_redirect_uri_must_come_and_a_verifier_must_not() {
    let mut plain = grant();
    plain.code_challenge = None;
    let without = Presented {
        verifier: None,
        ..RIGHT
    };
    assert_eq!(verdict(&plain, &without), Ok("redeem"));
    assert_eq!(
        verdict(
            &plain,
            &Presented {
                redirect_uri: None,
                ..without
            }
        ),
        Err(Reason::CodeRedirectUri)
    );
    assert_eq!(verdict(&plain, &RIGHT), Err(Reason::PkceDowngrade));
}
