//! OpenID Connect Core §3.1.2.3–4: when a page comes, and which.

use super::samples::{NOW, after, client, consent, interaction, list, request, session, user};
use vouchsafe_core::decide::next_step::{NextStep, SignInCause, Situation, next_step, under_prompt_none};
use vouchsafe_core::model::{
    AuthorizationRequest, Client, ClientKind, Consent, Declined, Interaction, Prompt, Session, SessionId,
    User, UserId,
};
use vouchsafe_core::refusal::Reason;

/// Somebody who signed in before and allowed the client before.
struct World {
    request: AuthorizationRequest,
    client: Client,
    session: Option<Session>,
    user: Option<User>,
    consent: Option<Consent>,
    interaction: Option<Interaction>,
}

fn settled() -> World {
    World {
        request: request(),
        client: client(ClientKind::Web),
        session: Some(session()),
        user: Some(user()),
        consent: Some(consent("x")),
        interaction: None,
    }
}

impl World {
    fn step(&self) -> NextStep {
        next_step(&Situation {
            request: &self.request,
            client: &self.client,
            session: self.session.as_ref(),
            user: self.user.as_ref(),
            consent: self.consent.as_ref(),
            interaction: self.interaction.as_ref(),
            now: NOW,
            shown: "x",
        })
    }

    fn signed_in_here(mut self) -> Self {
        self.interaction.get_or_insert_with(interaction).signed_in = Some(SessionId::new("s1"));
        self
    }

    fn consented_here(mut self) -> Self {
        self.interaction.get_or_insert_with(interaction).consented = Some(SessionId::new("s1"));
        self
    }

    fn with(mut self, change: impl Fn(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn with_session(self, change: impl Fn(&mut Session)) -> Self {
        self.with(|world| world.session.iter_mut().for_each(&change))
    }

    fn with_user(self, change: impl Fn(&mut User)) -> Self {
        self.with(|world| world.user.iter_mut().for_each(&change))
    }

    fn prompting(self, prompt: Prompt) -> Self {
        self.with(|world| world.request.prompt = vec![prompt])
    }
}

fn sign_in(why: SignInCause) -> NextStep {
    NextStep::SignIn { why }
}

fn asks_consent(world: &World) -> bool {
    matches!(world.step(), NextStep::Consent { .. })
}

#[test]
fn a_code_is_given_at_once_when_nothing_is_missing() {
    assert_eq!(settled().step(), NextStep::Issue);
    assert_eq!(under_prompt_none(&NextStep::Issue), Ok(()));
}

#[test]
fn nobody_is_signed_in_without_a_live_session_of_a_person_in_good_standing() {
    let worlds = vec![
        settled().with(|world| world.session = None),
        settled().with(|world| world.user = None),
        settled().with_session(|session| session.ended_at = Some(NOW)),
        settled().with_session(|session| session.idle_expires_at = NOW),
        settled().with_session(|session| session.expires_at = NOW),
        settled().with_user(|user| user.id = UserId::new("u2")),
        settled().with_user(|user| user.disabled_at = Some(after(-1))),
        settled().with_user(|user| user.banned_at = Some(after(-1))),
        settled()
            .with_user(|user| user.disabled_at = Some(after(-1)))
            .signed_in_here(),
    ];
    for world in worlds {
        assert_eq!(world.step(), sign_in(SignInCause::NoSession));
        assert_eq!(under_prompt_none(&world.step()), Err(Reason::LoginRequired));
    }
}

#[test]
fn a_sign_in_of_this_interaction_is_too_old_for_max_age_like_any_other() {
    let world = |max_age: i64, age: i64| {
        settled()
            .signed_in_here()
            .with(|world| world.request.max_age = Some(max_age))
            .with_session(|session| session.auth_time = after(-age))
    };
    // For a minute it answers whatever was asked.
    for max_age in [0, 1, 60, 600] {
        assert_eq!(world(max_age, 60).step(), NextStep::Issue, "{max_age}");
    }
    for (max_age, age) in [(0, 61), (1, 61), (60, 61), (600, 601), (1200, 3000)] {
        assert_eq!(
            world(max_age, age).step(),
            sign_in(SignInCause::TooOld),
            "{max_age} {age}"
        );
        assert_eq!(
            under_prompt_none(&world(max_age, age).step()),
            Err(Reason::LoginRequired)
        );
    }
    assert_eq!(world(600, 600).step(), NextStep::Issue);
}

#[test]
fn prompt_login_wants_a_sign_in_of_this_interaction() {
    let world = || settled().prompting(Prompt::Login);
    assert_eq!(world().step(), sign_in(SignInCause::Prompted));
    assert_eq!(
        world()
            .with(|world| world.interaction = Some(interaction()))
            .step(),
        sign_in(SignInCause::Prompted)
    );
    assert_eq!(world().signed_in_here().step(), NextStep::Issue);
    // Signing in as somebody in another session of the browser is not this sign-in.
    let other = world()
        .signed_in_here()
        .with_session(|session| session.id = SessionId::new("s2"));
    assert_eq!(other.step(), sign_in(SignInCause::Prompted));
}

#[test]
fn max_age_counts_from_the_sign_in() {
    let aged = |max_age: i64, age: i64| {
        settled()
            .with(|world| world.request.max_age = Some(max_age))
            .with_session(move |session| session.auth_time = after(-age))
    };
    assert_eq!(aged(10_000, 100).step(), NextStep::Issue);
    assert_eq!(aged(100, 100).step(), NextStep::Issue);
    assert_eq!(aged(100, 101).step(), sign_in(SignInCause::TooOld));
    assert_eq!(aged(1, 2).step(), sign_in(SignInCause::TooOld));
    assert_eq!(aged(0, 0).step(), sign_in(SignInCause::TooOld));
    assert_eq!(aged(0, 5).signed_in_here().step(), NextStep::Issue);
    assert_eq!(aged(2_147_483_647, 1_000_000).step(), NextStep::Issue);
    assert_eq!(under_prompt_none(&aged(1, 2).step()), Err(Reason::LoginRequired));
}

#[test]
fn another_person_than_the_hinted_one_gets_no_code() {
    let hinted =
        |id: &'static str| settled().with(move |world| world.request.hinted_user = Some(UserId::new(id)));
    assert_eq!(hinted("u1").step(), NextStep::Issue);
    assert_eq!(hinted("u2").step(), sign_in(SignInCause::OtherPerson));
    assert_eq!(
        under_prompt_none(&hinted("u2").step()),
        Err(Reason::OtherPersonSignedIn)
    );
    assert_eq!(Reason::OtherPersonSignedIn.code().as_str(), "login_required");
    assert_eq!(
        hinted("u2").signed_in_here().step(),
        NextStep::Refuse(Reason::OtherPersonSignedIn)
    );
}

#[test]
fn an_account_is_chosen_once() {
    let world = || settled().prompting(Prompt::SelectAccount);
    assert_eq!(world().step(), NextStep::SelectAccount);
    assert_eq!(
        under_prompt_none(&NextStep::SelectAccount),
        Err(Reason::AccountSelectionRequired)
    );
    assert_eq!(world().signed_in_here().step(), NextStep::Issue);
    let chosen =
        world().with(|world| world.interaction.get_or_insert_with(interaction).account_chosen = true);
    assert_eq!(chosen.step(), NextStep::Issue);
}

#[test]
fn consent_is_asked_when_it_is_missing_or_covers_something_else() {
    let missing = settled().with(|world| world.consent = None);
    let expected = NextStep::Consent {
        new: list("openid profile"),
        already: Vec::new(),
    };
    assert_eq!(missing.step(), expected);
    assert_eq!(under_prompt_none(&missing.step()), Err(Reason::ConsentRequired));
    let more = settled().with(|world| world.request.scopes = list("openid offline_access"));
    assert_eq!(
        more.step(),
        NextStep::Consent {
            new: list("offline_access"),
            already: list("openid")
        }
    );
    assert!(asks_consent(&settled().with(|world| {
        world.consent.iter_mut().for_each(|one| one.shown.push('!'));
    })));
    assert!(!asks_consent(
        &settled().with(|world| world.request.scopes = list("openid"))
    ));
}

#[test]
fn a_public_client_is_asked_again_in_a_new_session() {
    for (kind, again) in [
        (ClientKind::Web, false),
        (ClientKind::Spa, true),
        (ClientKind::Native, true),
    ] {
        let world = settled()
            .with(|world| world.client.metadata.kind = kind)
            .with_session(|session| session.id = SessionId::new("s2"));
        assert_eq!(asks_consent(&world), again, "{kind:?}");
    }
}

#[test]
fn prompt_consent_asks_again_until_the_button_was_pressed_in_this_session() {
    let world = || settled().prompting(Prompt::Consent);
    assert!(asks_consent(&world()));
    assert!(!asks_consent(&world().consented_here()));
    let other = world()
        .consented_here()
        .with_session(|session| session.id = SessionId::new("s2"));
    assert!(asks_consent(&other), "another session's button does not count");
}

#[test]
fn a_pressed_button_counts_only_as_long_as_its_consent_is_remembered_and_covers_the_request() {
    for prompt in [Vec::new(), vec![Prompt::Consent]] {
        let world = || {
            let prompt = prompt.clone();
            settled()
                .consented_here()
                .with(move |world| world.request.prompt.clone_from(&prompt))
        };
        assert_eq!(world().step(), NextStep::Issue);
        assert!(asks_consent(&world().with(|world| world.consent = None)));
        assert!(asks_consent(&world().with(|world| {
            world
                .consent
                .iter_mut()
                .for_each(|one| one.scopes = list("openid"));
        })));
        assert!(asks_consent(&world().with(|world| {
            world.consent.iter_mut().for_each(|one| one.shown.push('!'));
        })));
    }
}

#[test]
fn a_first_party_client_shows_no_consent_page_unless_it_must() {
    let first = || {
        settled().with(|world| {
            world.client.metadata.first_party = true;
            world.consent = None;
            world.request.scopes = list("openid offline_access");
        })
    };
    assert_eq!(first().step(), NextStep::Issue);
    assert!(asks_consent(
        &first().with(|world| world.client.metadata.require_consent = true)
    ));
    assert_eq!(
        first().with(|world| world.session = None).step(),
        sign_in(SignInCause::NoSession)
    );
}

#[test]
fn power_over_the_server_is_asked_for_every_time_also_by_a_first_party_client() {
    for first_party in [false, true] {
        let asks = || {
            settled().with(move |world| {
                world.client.metadata.first_party = first_party;
                world.request.scopes = list("openid vouchsafe:admin");
                if let Some(consent) = &mut world.consent {
                    consent.scopes = list("openid vouchsafe:admin");
                }
            })
        };
        assert!(asks_consent(&asks()), "first_party: {first_party}");
        assert!(asks_consent(&asks().with(|world| world.consent = None)));
        assert_eq!(asks().consented_here().step(), NextStep::Issue);
    }
}

#[test]
fn who_declined_gets_no_code_whatever_else_is_there() {
    for (declined, reason) in [
        (Declined::SignIn, Reason::SignInCancelled),
        (Declined::Consent, Reason::ConsentDenied),
        (Declined::Suspended, Reason::AccountSuspended),
    ] {
        let world = settled()
            .with(move |world| world.interaction.get_or_insert_with(interaction).declined = Some(declined))
            .signed_in_here()
            .consented_here();
        assert_eq!(world.step(), NextStep::Refuse(reason));
        assert_eq!(under_prompt_none(&world.step()), Err(reason));
        assert_eq!(reason.code().as_str(), "access_denied");
    }
    let disabled = settled().with(|world| world.client.disabled_at = Some(NOW));
    assert_eq!(disabled.step(), NextStep::Refuse(Reason::ClientDisabled));
}
