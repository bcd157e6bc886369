//! Whether oxide-auth's machines and our verdicts agree: the same random requests go to both, and a machine must
//! never let a token be issued before it was told of authentication and recovery.

use super::bridge::{Effective, issued, refreshed, time_neutral};
use oxide_auth::code_grant::{accesstoken, refresh};
use oxide_auth::primitives::grant::Extensions;
use proptest::prelude::*;
use std::borrow::Cow;
use vouchsafe_core::decide::redeem::{CodeVerdict, judge_code};
use vouchsafe_core::model::{ClientId, Grant, GrantId, PersonSignedIn, SessionId, Sid, UnixTime, UserId};
use vouchsafe_core::spec::scope;

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const CLIENTS: [&str; 2] = ["client-a", "client-b"];
const URIS: [&str; 3] = [
    "https://a.example/cb",
    "https://b.example/cb?x=1",
    "com.example.app:/cb",
];
const SCOPES: [&str; 3] = ["openid", "orders:read", "orders:write"];

fn some(scopes: &[bool]) -> Vec<String> {
    SCOPES
        .iter()
        .zip(scopes)
        .filter(|(_, on)| **on)
        .map(|(name, _)| (*name).to_owned())
        .collect()
}

fn grant(client: &str, uri: &str, scopes: Vec<String>) -> Grant {
    Grant {
        id: GrantId::new("g"),
        user_id: UserId::new("u"),
        client_id: ClientId::new(client),
        session_id: SessionId::new("s"),
        sid: Sid::new("sid"),
        scopes,
        resources: Vec::new(),
        offline: true,
        signed_in: PersonSignedIn {
            auth_time: NOW,
            acr: "acr".to_owned(),
            amr: Vec::new(),
        },
        nonce: None,
        redirect_uri: uri.to_owned(),
        code_challenge: None,
        code_expires_at: NOW.plus(vouchsafe_core::model::Span::from_seconds(60)),
        code_used_at: None,
        refreshable: true,
        generation: 0,
        parent: None,
        rotated_at: None,
        parent_at: None,
        recovered: 0,
        idle_expires_at: NOW.plus(vouchsafe_core::model::Span::from_days(1)),
        expires_at: NOW.plus(vouchsafe_core::model::Span::from_days(1)),
        gver: 0,
        created_at: NOW,
        ep: [1, 0],
        access_until: None,
        status: Vec::new(),
        ended: None,
    }
}

/// What the access-token machine says of a stored grant, told everything truthfully.
fn machine_redeems(client: &str, uri: &str, row: &Grant) -> bool {
    let effective = Effective {
        grant_type: "authorization_code",
        client_id: client,
        code: Some("-"),
        redirect_uri: Some(uri),
        ..Effective::default()
    };
    let mut machine = accesstoken::AccessToken::new(&effective);
    let mut input = accesstoken::Input::None;
    loop {
        input = match machine.advance(input) {
            accesstoken::Output::Authenticate { .. } => accesstoken::Input::Authenticated,
            accesstoken::Output::Recover { .. } => accesstoken::Input::Recovered(time_neutral(row)),
            accesstoken::Output::Extend { .. } => accesstoken::Input::Extended {
                access_extensions: Extensions::new(),
            },
            accesstoken::Output::Issue { .. } => accesstoken::Input::Issued(issued()),
            accesstoken::Output::Ok(_) => return true,
            accesstoken::Output::Err(_) => return false,
        };
    }
}

/// What the refresh machine says of a stored grant and a requested scope.
fn machine_refreshes(client: &str, asked: Option<&str>, row: &Grant) -> bool {
    let effective = Effective {
        grant_type: "refresh_token",
        client_id: client,
        refresh_token: Some("-"),
        scope: asked,
        ..Effective::default()
    };
    let scope = || asked.map(Cow::Borrowed);
    let mut machine = refresh::Refresh::new(&effective);
    let mut input = refresh::Input::None;
    loop {
        input = match machine.advance(input) {
            refresh::Output::Unauthenticated { .. } => refresh::Input::Authenticated { scope: scope() },
            refresh::Output::RecoverRefresh { .. } => refresh::Input::Recovered {
                scope: scope(),
                grant: time_neutral(row),
            },
            refresh::Output::Refresh { .. } => refresh::Input::Refreshed(refreshed()),
            refresh::Output::Ok(_) => return true,
            refresh::Output::Err(_) => return false,
        };
    }
}

proptest! {
    #[test]
    fn both_redeem_a_code_for_the_same_clients_and_uris(
        owner in 0..2_usize, presenter in 0..2_usize, stored in 0..3_usize, come in 0..3_usize,
    ) {
        let row = grant(CLIENTS[owner], URIS[stored], some(&[true, true, false]));
        let presenter = ClientId::new(CLIENTS[presenter]);
        let ours = judge_code(&row, &presenter, Some(URIS[come]), None, NOW);
        let ours = matches!(ours, CodeVerdict::Redeem(_));
        prop_assert_eq!(ours, machine_redeems(presenter.as_str(), URIS[come], &row));
    }

    #[test]
    fn both_refresh_for_the_same_clients_and_scopes(
        owner in 0..2_usize, presenter in 0..2_usize,
        granted in proptest::array::uniform3(any::<bool>()), asked in proptest::option::of(proptest::array::uniform3(any::<bool>())),
    ) {
        // An empty scope parameter counts as absent and never gets here.
        prop_assume!(asked.is_none_or(|asked| asked.contains(&true)));
        let row = grant(CLIENTS[owner], URIS[0], some(&granted));
        let asked = asked.map(|asked| some(&asked));
        let text = asked.as_ref().map(|asked| scope::join(asked));
        let ours = owner == presenter && asked.as_ref().is_none_or(|asked| scope::is_subset(asked, &row.scopes));
        prop_assert_eq!(ours, machine_refreshes(CLIENTS[presenter], text.as_deref(), &row));
    }

    #[test]
    fn no_order_of_inputs_issues_without_authentication_recovery_and_extension(
        inputs in proptest::collection::vec(0..5_u8, 0..12),
    ) {
        let row = grant(CLIENTS[0], URIS[0], some(&[true, false, false]));
        let effective = Effective {
            grant_type: "authorization_code",
            client_id: CLIENTS[0],
            code: Some("-"),
            redirect_uri: Some(URIS[0]),
            ..Effective::default()
        };
        let mut machine = accesstoken::AccessToken::new(&effective);
        let mut told = Vec::new();
        for input in inputs {
            let given = match input {
                0 => accesstoken::Input::None,
                1 => accesstoken::Input::Authenticated,
                2 => accesstoken::Input::Recovered(time_neutral(&row)),
                3 => accesstoken::Input::Extended { access_extensions: Extensions::new() },
                _ => accesstoken::Input::Issued(issued()),
            };
            if input != 0 {
                told.push(input);
            }
            match machine.advance(given) {
                accesstoken::Output::Issue { .. } => prop_assert_eq!(&told, &[1, 2, 3]),
                accesstoken::Output::Ok(_) => {
                    prop_assert_eq!(&told, &[1, 2, 3, 4]);
                    break;
                }
                accesstoken::Output::Err(_) => break,
                accesstoken::Output::Authenticate { .. }
                | accesstoken::Output::Recover { .. }
                | accesstoken::Output::Extend { .. } => {}
            }
        }
    }
}
