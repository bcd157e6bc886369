//! RFC 6749 §4.1.2 — makes a grant with its code, in one transaction.
//!
//! The person's row is locked first: a ban, a new password or a consent that was taken back before is seen, and one
//! that comes after waits, finds the grant and ends it. An interaction is spent in the same transaction, so it gives one code.

use crate::accounts::room;
use crate::accounts::sessions::{self, SignedIn};
use crate::audit::Act;
use crate::clients::Known;
use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::store::{Spent, StoreError, Tx};
use vouchsafe_core::decide::issue::LONGEST_TOKEN;
use vouchsafe_core::model::{
    AuthorizationRequest, Code, Consent, Digest, Grant, GrantId, GrantType, InteractionHandle,
    PersonSignedIn, Plain, Session, Standing, UnixTime,
};
use vouchsafe_core::spec::scope;

/// What a code is made from: a request that needs nothing more from its person.
pub(super) struct Ready<'a> {
    /// The checked request.
    pub(super) request: &'a AuthorizationRequest,
    /// Who asks.
    pub(super) known: &'a Known,
    /// Who allowed it.
    pub(super) signed_in: &'a SignedIn,
    /// What that person allowed this client before.
    pub(super) consent: Option<&'a Consent>,
    /// The interaction that is finished with it, if the person was asked.
    pub(super) interaction: Option<&'a Digest<InteractionHandle>>,
}

/// What became of it.
pub(super) enum Issued {
    /// The code.
    Code(Plain<Code>),
    /// Session or person ended in the meantime: look again.
    NoLonger,
    /// The interaction was finished in the meantime.
    AlreadyDone,
}

/// Makes the grant and its code.
///
/// # Errors
/// When the store fails.
pub(super) async fn issue(cx: &Cx, ready: &Ready<'_>) -> Result<Issued, Failure> {
    let code: Plain<Code> = Plain::from_entropy(cx.services.ports.entropy.bytes());
    let grant = grant(cx, ready);
    let writing = Writing {
        digest: code.digest(),
        interaction: ready.interaction.cloned(),
        allowed_at: ready.consent.map(|consent| consent.granted_at),
        slid: sessions::slid(&ready.signed_in.session, &cx.config().sessions, cx.now),
        act: Act::of(cx, grant.user_id.as_str()),
        grant,
        now: cx.now,
    };
    Ok(
        match cx
            .store()
            .write("issue-code", move |tx| writing.write(tx))
            .await?
        {
            Written::Grant => Issued::Code(code),
            Written::NoLonger => Issued::NoLonger,
            Written::AlreadyDone => Issued::AlreadyDone,
        },
    )
}

struct Writing {
    /// In the name of the person.
    act: Act,
    grant: Grant,
    digest: Digest<Code>,
    interaction: Option<Digest<InteractionHandle>>,
    /// When the person allowed what the decision may rest on.
    allowed_at: Option<UnixTime>,
    /// The session's new idle end, if it is to be moved.
    slid: Option<UnixTime>,
    now: UnixTime,
}

enum Written {
    Grant,
    NoLonger,
    AlreadyDone,
}

impl Writing {
    fn write(&self, tx: &mut Tx<'_>) -> Result<Written, StoreError> {
        let grant = &self.grant;
        let user = db!(tx, users::lock_shared(&grant.user_id))?;
        // With the epochs that the database has: whoever signs in after an emergency goes on, also at a node that has not
        // heard of it yet.
        let found = db!(tx, sessions::with_epochs(&grant.session_id, &grant.client_id))?;
        let (Some(user), Some((session, ep))) = (user, found) else {
            return Ok(Written::NoLonger);
        };
        if user.standing(self.now) != Standing::Good || !session.is_live(self.now) {
            return Ok(Written::NoLonger);
        }
        if let Some(allowed_at) = self.allowed_at {
            // Taken back, or given anew, since it was read: the person's row is locked for that too.
            let consent = db!(tx, consents::find(&grant.user_id, &grant.client_id))?;
            if consent.is_none_or(|consent| consent.granted_at != allowed_at) {
                return Ok(Written::NoLonger);
            }
        }
        if let Some(interaction) = &self.interaction {
            match db!(tx, interactions::complete(interaction, self.now))? {
                Spent::Now(()) => {}
                Spent::Before(()) | Spent::Unknown => return Ok(Written::AlreadyDone),
            }
        }
        room::make(tx, &self.act, &grant.user_id, &grant.client_id)?;
        let grant = Grant { ep, ..grant.clone() };
        db!(tx, grants::add(&grant, &self.digest))?;
        if let Some(idle_expires_at) = self.slid {
            db!(tx, sessions::touch(&grant.session_id, idle_expires_at))?;
        }
        Ok(Written::Grant)
    }
}

fn grant(cx: &Cx, ready: &Ready<'_>) -> Grant {
    let Ready {
        request,
        known,
        signed_in,
        ..
    } = ready;
    let client = &known.client;
    let code_expires_at = cx.now.plus(cx.config().tokens.code_lifetime);
    let offline = request.has_scope(scope::OFFLINE_ACCESS);
    let refreshes = client.may_use(GrantType::RefreshToken) && (offline || client.metadata.online_refresh);
    let expires_at = if refreshes {
        cx.now.plus(cx.config().tokens.refresh.absolute_lifetime)
    } else {
        // As long as the last token that the code can give: until then a replay must be noticed.
        code_expires_at.plus(LONGEST_TOKEN)
    };
    Grant {
        id: GrantId::from_entropy(cx.services.ports.entropy.bytes()),
        user_id: signed_in.user.id.clone(),
        client_id: client.id.clone(),
        session_id: signed_in.session.id.clone(),
        sid: signed_in.session.sid(&client.id),
        scopes: request.scopes.clone(),
        resources: request.resources.clone(),
        offline,
        signed_in: facts(&signed_in.session),
        nonce: request.nonce.clone(),
        redirect_uri: request.redirect_uri.clone(),
        code_challenge: request.code_challenge.clone(),
        code_expires_at,
        code_used_at: None,
        refreshable: false,
        generation: 0,
        parent: None,
        rotated_at: None,
        parent_at: None,
        recovered: 0,
        idle_expires_at: expires_at,
        expires_at,
        gver: 0,
        created_at: cx.now,
        // Those that the database has are written.
        ep: [cx.services.issuer_epoch(), client.epoch],
        access_until: Some(cx.now),
        status: Vec::new(),
        ended: None,
    }
}

fn facts(session: &Session) -> PersonSignedIn {
    PersonSignedIn {
        auth_time: session.auth_time,
        acr: session.acr.clone(),
        amr: session.amr.clone(),
    }
}
