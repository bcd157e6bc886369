//! The audit log: read, filtered by the address, told in words, handed out and checked.

mod export;
mod list;
mod record;
mod verify;

use crate::admin::access::Admin;
use crate::admin::form;
use crate::admin::moment::Exactly;
use crate::admin::pages::applications::path_of;
use crate::admin::pages::layout::Section;
use crate::audit::export::Wanted;
use crate::audit::names_person;
use crate::db;
use crate::store::listing::{EventsWanted, Listed, Part};
use crate::store::{StoreError, Tx};
use actix_web::web::{self, ServiceConfig};
use std::collections::BTreeMap;
use vouchsafe_core::model::{ClientId, Event, EventKind, UnixTime, UserId};
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::username;

/// Mounts the pages.
pub(crate) fn mount(app: &mut ServiceConfig) {
    let path = crate::admin::path;
    app.route(&path("audit"), web::get().to(list::get))
        .route(&path("audit/verify"), web::get().to(verify::get))
        .route(&path("audit/export"), web::post().to(export::post))
        .route(&path("audit/{id}"), web::get().to(record::get));
}

/// The filters, by their names in the address: those of the API.
const FILTERS: [&str; 7] = [
    "event",
    "actor",
    "subject",
    "client_id",
    "since",
    "until",
    "request_id",
];

/// The filters as they were typed.
#[derive(Clone, Default)]
struct Asked {
    event: String,
    actor: String,
    subject: String,
    client_id: String,
    since: String,
    until: String,
    request_id: String,
}

impl Asked {
    fn of(fields: &Params) -> Self {
        let text = |name| fields.one(name).unwrap_or_default().trim().to_owned();
        Self {
            event: text("event"),
            actor: text("actor"),
            subject: text("subject"),
            client_id: text("client_id"),
            since: text("since"),
            until: text("until"),
            request_id: text("request_id"),
        }
    }

    fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("event", &self.event),
            ("actor", &self.actor),
            ("subject", &self.subject),
            ("client_id", &self.client_id),
            ("since", &self.since),
            ("until", &self.until),
            ("request_id", &self.request_id),
        ]
    }

    fn is_any(&self) -> bool {
        self.fields().iter().any(|(_, value)| !value.is_empty())
    }

    /// The address of the list with these filters, from this cursor on.
    fn address(&self, cursor: &str) -> String {
        let fields: Vec<_> = self.fields().into_iter().chain([("cursor", cursor)]).collect();
        form::with_query(Section::Audit.path(), &fields)
    }

    /// What the filters mean; of the first that means nothing, its name and the rule.
    fn read(&self) -> Result<Filter, (&'static str, &'static str)> {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let instant = |text: &String, wrong| {
            let typed = given(text).map(|text| crate::admin::moment::typed(&text).ok_or(wrong));
            typed.transpose()
        };
        let filter = Filter {
            event: given(&self.event)
                .map(|kind| EventKind::parse(&kind).ok_or(("event", "What: choose one of the kinds")))
                .transpose()?,
            actor: given(&self.actor),
            subject: given(&self.subject),
            client_id: given(&self.client_id),
            since: instant(&self.since, ("since", "From (UTC): this is no date with a time"))?,
            until: instant(
                &self.until,
                ("until", "Before (UTC): this is no date with a time"),
            )?,
            request_id: given(&self.request_id).map(|text| text.to_uppercase()),
        };
        if filter
            .since
            .zip(filter.until)
            .is_some_and(|(since, until)| since >= until)
        {
            return Err(("until", "Before (UTC): it must be later than From"));
        }
        Ok(filter)
    }
}

/// The filters, understood; people still by whatever they were called.
#[derive(Clone, Default)]
struct Filter {
    event: Option<EventKind>,
    actor: Option<String>,
    subject: Option<String>,
    client_id: Option<String>,
    since: Option<UnixTime>,
    until: Option<UnixTime>,
    request_id: Option<String>,
}

impl Filter {
    /// With the `sub` of people who were called by their name or address; the name of the filter that is nobody.
    fn resolved(mut self, tx: &mut Tx<'_>) -> Result<Result<Self, &'static str>, StoreError> {
        for (filter, called) in [("subject", &mut self.subject), ("actor", &mut self.actor)] {
            let Some(text) = called.take() else { continue };
            *called = sub(tx, filter, text)?;
            if called.is_none() {
                return Ok(Err(filter));
            }
        }
        Ok(Ok(self))
    }

    fn page(self) -> EventsWanted {
        EventsWanted {
            kind: self.event,
            actor: self.actor,
            subject: self.subject,
            client: self.client_id.map(ClientId::new),
            request_id: self.request_id,
            since: self.since,
            until: self.until,
            ..EventsWanted::default()
        }
    }

    fn records(self) -> Wanted {
        Wanted {
            since: self.since,
            until: self.until,
            kinds: self.event.into_iter().collect(),
            subject: self.subject,
            client_id: self.client_id,
            actor: self.actor,
            request_id: self.request_id,
        }
    }
}

/// The `sub` of somebody who was called by user name or address, or by the `sub` itself: of somebody who was deleted only
/// that is known, by the records that name it. None when it is nobody's.
fn sub(tx: &mut Tx<'_>, filter: &str, called: String) -> Result<Option<String>, StoreError> {
    if !names_person(&called) {
        return Ok(Some(called));
    }
    if called.contains('\0') {
        return Ok(None);
    }
    if let Some(user) = db!(tx, users::by_login(&username::key(&called)))? {
        return Ok(Some(user.id.into_string()));
    }
    if db!(tx, users::by_id(&UserId::new(called.as_str())))?.is_some() {
        return Ok(Some(called));
    }
    let named = Some(called.clone());
    let (subject, actor) = if filter == "subject" {
        (named, None)
    } else {
        (None, named)
    };
    let wanted = EventsWanted {
        subject,
        actor,
        part: Part::first(1),
        ..EventsWanted::default()
    };
    let is_named = !db!(tx, events::page(&wanted))?.items.is_empty();
    Ok(is_named.then_some(called))
}

/// The names of those whom events are about.
pub(super) struct Names {
    people: BTreeMap<String, String>,
    clients: BTreeMap<String, String>,
}

/// Reads the names of everybody in these events.
pub(super) async fn names(admin: &Admin, events: &[Listed]) -> Result<Names, StoreError> {
    let people = events.iter().flat_map(|listed| {
        let event = &listed.event;
        [Some(event.actor.clone()), event.subject.clone()]
    });
    let people: Vec<String> = people.flatten().collect();
    let clients = events.iter().filter_map(|listed| {
        let actor = listed.event.actor.strip_prefix("client:").map(str::to_owned);
        let through = listed.event.client_id.as_ref();
        through.map(|id| id.as_str().to_owned()).or(actor)
    });
    named(admin, people, clients.collect()).await
}

/// Reads the names of those who did something, as events name them.
pub(super) async fn names_of_actors(admin: &Admin, actors: Vec<String>) -> Result<Names, StoreError> {
    let clients = actors.iter().filter_map(|actor| actor.strip_prefix("client:"));
    let clients = clients.map(str::to_owned).collect();
    named(admin, actors, clients).await
}

async fn named(
    admin: &Admin,
    mut people: Vec<String>,
    mut clients: Vec<String>,
) -> Result<Names, StoreError> {
    for names in [&mut people, &mut clients] {
        names.sort();
        names.dedup();
    }
    let read = admin.cx.store().read("names", move |tx| {
        let mut names = Names {
            people: BTreeMap::new(),
            clients: BTreeMap::new(),
        };
        for sub in &people {
            if let Some(user) = db!(tx, users::by_id(&UserId::new(sub.as_str())))? {
                names.people.insert(sub.clone(), user.username);
            }
        }
        for id in &clients {
            if let Some(client) = db!(tx, clients::by_id(&ClientId::new(id.as_str())))? {
                names.clients.insert(id.clone(), client.metadata.client_name);
            }
        }
        Ok(names)
    });
    read.await
}

impl Names {
    pub(super) fn actor(&self, actor: &str) -> Who {
        match actor {
            "cli" => Who::plain("the command line"),
            "server" => Who::plain("the server"),
            _ => match actor.strip_prefix("client:") {
                Some(id) => self.client(id),
                None => self.person(actor),
            },
        }
    }

    /// Somebody by their user name, or by the `sub` when they are no more.
    fn person(&self, sub: &str) -> Who {
        match self.people.get(sub) {
            Some(name) => Who {
                name: name.clone(),
                path: Some(crate::admin::path(&format!("users/{sub}"))),
            },
            None => Who::plain(sub),
        }
    }

    fn client(&self, id: &str) -> Who {
        self.clients.get(id).map_or_else(
            || Who::plain(id),
            |name| Who {
                name: name.clone(),
                path: Some(path_of(&ClientId::new(id))),
            },
        )
    }
}

/// Somebody in a line, with a page if there is one.
pub(super) struct Who {
    pub(super) name: String,
    pub(super) path: Option<String>,
}

impl Who {
    fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: None,
        }
    }
}

/// An event as a line of a table.
pub(super) struct Line {
    pub(super) path: String,
    pub(super) at: Exactly,
    pub(super) what: &'static str,
    pub(super) kind: &'static str,
    pub(super) actor: Who,
    pub(super) subject: Option<Who>,
    pub(super) client: Option<Who>,
}

impl Line {
    pub(super) fn of(listed: &Listed, names: &Names) -> Self {
        let event: &Event = &listed.event;
        Self {
            path: crate::admin::path(&format!("audit/{}", event.id)),
            at: Exactly(event.at),
            what: event.kind.words(),
            kind: event.kind.as_str(),
            actor: names.actor(&event.actor),
            subject: event.subject.as_deref().map(|sub| names.person(sub)),
            client: event.client_id.as_ref().map(|id| names.client(id.as_str())),
        }
    }
}
