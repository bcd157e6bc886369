//! OpenID Connect Core §3.1.2.3–4 — what an authorization request needs next: a page, a refusal or its code.

use super::consent::{self, ScopesToAsk};
use crate::model::{
    AuthorizationRequest, Client, Consent, Declined, Interaction, Prompt, Session, Span, Standing, UnixTime,
    User,
};
use crate::refusal::Reason;
use crate::spec::scope;

/// Everything that the next step depends on.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The checked request.
    pub request: &'a AuthorizationRequest,
    /// Who asks.
    pub client: &'a Client,
    /// The browser's session, if it has one.
    pub session: Option<&'a Session>,
    /// The session's person.
    pub user: Option<&'a User>,
    /// What this person allowed this client before.
    pub consent: Option<&'a Consent>,
    /// What the person did since the request came; none before it was stored.
    pub interaction: Option<&'a Interaction>,
    /// The time.
    pub now: UnixTime,
    /// What the consent page would show: [`consent::shown`].
    pub shown: &'a str,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// The person must sign in.
    SignIn {
        /// Why.
        why: SignInCause,
    },
    /// The person must choose whether to go on as the one signed in.
    SelectAccount,
    /// The person must allow the client.
    Consent {
        /// Scopes not allowed yet.
        new: Vec<String>,
        /// Scopes allowed before.
        already: Vec<String>,
    },
    /// Everything is there: give the code.
    Issue,
    /// There is no way on.
    Refuse(Reason),
}

/// Why a person must sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignInCause {
    /// Nobody is signed in.
    NoSession,
    /// The client asked for it: `prompt=login`.
    Prompted,
    /// The sign-in is older than `max_age`.
    TooOld,
    /// Somebody other than the person of the `id_token_hint` is signed in.
    OtherPerson,
}

/// Decides the next step.
#[must_use]
pub fn next_step(situation: &Situation<'_>) -> NextStep {
    if situation.client.disabled_at.is_some() {
        return NextStep::Refuse(Reason::ClientDisabled);
    }
    if let Some(declined) = situation.interaction.and_then(|so_far| so_far.declined) {
        return NextStep::Refuse(match declined {
            Declined::SignIn => Reason::SignInCancelled,
            Declined::Consent => Reason::ConsentDenied,
            Declined::Suspended => Reason::AccountSuspended,
        });
    }
    let session = match signed_in(situation) {
        Ok(session) => session,
        Err(step) => return step,
    };
    if wants_account_choice(situation, session) {
        return NextStep::SelectAccount;
    }
    if needs_consent(situation, session) {
        let ScopesToAsk { new, already } =
            consent::scopes_to_ask(situation.request, situation.consent, situation.shown);
        return NextStep::Consent { new, already };
    }
    NextStep::Issue
}

/// What the step means when no page may be shown (`prompt=none`).
///
/// # Errors
/// The reason for the client, one per page that would have been needed.
pub fn under_prompt_none(step: &NextStep) -> Result<(), Reason> {
    match step {
        NextStep::Issue => Ok(()),
        NextStep::SignIn {
            why: SignInCause::OtherPerson,
        } => Err(Reason::OtherPersonSignedIn),
        NextStep::SignIn { .. } => Err(Reason::LoginRequired),
        NextStep::SelectAccount => Err(Reason::AccountSelectionRequired),
        NextStep::Consent { .. } => Err(Reason::ConsentRequired),
        NextStep::Refuse(reason) => Err(*reason),
    }
}

/// The session to issue from, or the step that leads to one.
fn signed_in<'a>(situation: &Situation<'a>) -> Result<&'a Session, NextStep> {
    let sign_in = |why| Err(NextStep::SignIn { why });
    let Some(session) = standing_session(situation) else {
        return sign_in(SignInCause::NoSession);
    };
    let fresh = signed_in_here(situation, session);
    if situation
        .request
        .hinted_user
        .as_ref()
        .is_some_and(|hinted| *hinted != session.user_id)
    {
        // Whoever signs in as somebody else once more is not asked for ever.
        return if fresh {
            Err(NextStep::Refuse(Reason::OtherPersonSignedIn))
        } else {
            sign_in(SignInCause::OtherPerson)
        };
    }
    // A sign-in during this interaction is the answer to `prompt=login`.
    if !fresh && situation.request.prompts(Prompt::Login) {
        return sign_in(SignInCause::Prompted);
    }
    if is_too_old(situation, session, fresh) {
        return sign_in(SignInCause::TooOld);
    }
    Ok(session)
}

/// How long a sign-in during this interaction answers any `max_age`, also 0: the way back from the form, and a
/// consent page that is read. Without it a small `max_age` would ask for ever.
const ANSWERED: Span = Span::from_seconds(60);

/// Judged with `auth_time` whenever the next step is asked for, the code included: a person may take an hour
/// between the two.
fn is_too_old(situation: &Situation<'_>, session: &Session, fresh: bool) -> bool {
    let Some(most) = situation.request.max_age else {
        return false;
    };
    let age = situation.now.since(session.auth_time);
    if fresh {
        age > Span::from_seconds(most).max(ANSWERED)
    } else {
        age > Span::from_seconds(most) || most <= 0
    }
}

/// The session, if it stands and its person does.
fn standing_session<'a>(situation: &Situation<'a>) -> Option<&'a Session> {
    let session = situation
        .session
        .filter(|session| session.is_live(situation.now))?;
    let user = situation.user.filter(|user| user.id == session.user_id)?;
    match user.standing(situation.now) {
        Standing::Good => Some(session),
        // The sign-in page tells, after the right password, what happened to the account.
        Standing::Disabled | Standing::Banned { .. } => None,
    }
}

/// Whether this session is the fruit of a sign-in during this very interaction.
fn signed_in_here(situation: &Situation<'_>, session: &Session) -> bool {
    situation
        .interaction
        .is_some_and(|so_far| so_far.signed_in.as_ref() == Some(&session.id))
}

fn wants_account_choice(situation: &Situation<'_>, session: &Session) -> bool {
    let chosen = situation.interaction.is_some_and(|so_far| so_far.account_chosen);
    situation.request.prompts(Prompt::SelectAccount) && !chosen && !signed_in_here(situation, session)
}

fn needs_consent(situation: &Situation<'_>, session: &Session) -> bool {
    let metadata = &situation.client.metadata;
    // Power over the server itself is given by a person who sees it, every time: neither a client that is called our
    // own nor an earlier answer gives it in silence.
    let administers = situation
        .request
        .scopes
        .iter()
        .any(|name| scope::administers(name));
    if metadata.first_party && !metadata.require_consent && !administers {
        return false;
    }
    let answered_here = situation
        .interaction
        .is_some_and(|so_far| so_far.consented.as_ref() == Some(&session.id));
    let covered = situation.consent.is_some_and(|consent| {
        consent::covers(
            consent,
            situation.request,
            situation.client,
            session,
            situation.shown,
        )
    });
    // The button answers the question of this interaction, but what the person allowed is what is remembered: it may
    // have been taken back since.
    let asked_anyway = situation.request.prompts(Prompt::Consent) || administers;
    !covered || (asked_anyway && !answered_here)
}
