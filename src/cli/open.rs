//! Opening what a verb works on: configuration, database, clock and randomness.

use super::args::Global;
use super::exit::{Exit, Failure};
use crate::accounts::administrators;
use crate::app;
use crate::audit::Act;
use crate::clients::own_api;
use crate::config::{Config, DatabaseUrl};
use crate::keys::{KeysError, OpenError, Secrets, open_secrets};
use crate::ports::{NodeClock, Ports};
use crate::store::{Store, StoreError, StoreOptions, Tx, Unique};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What a verb works with.
pub(crate) struct Workplace {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) ports: Ports,
}

impl Workplace {
    /// Opens the database that the configuration names. One that is not there is not made: it was hardly meant.
    pub(crate) fn open(global: &Global) -> Result<Self, Failure> {
        Self::open_existing_as_is(global)?.made_ready()
    }

    /// The same for a verb with which an installation may begin: a database that is not there is made, and an empty one
    /// gets its schema.
    fn begin(global: &Global) -> Result<Self, Failure> {
        let place = Self::open_as_is(global)?;
        if !place.store.has_schema()? {
            place.store.migrate()?;
        }
        place.made_ready()
    }

    /// [`Workplace::begin`] when an installation may begin with the verb, otherwise [`Workplace::open`].
    pub(crate) fn open_or_begin(global: &Global, begins: bool) -> Result<Self, Failure> {
        if begins {
            Self::begin(global)
        } else {
            Self::open(global)
        }
    }

    fn made_ready(mut self) -> Result<Self, Failure> {
        let place = &mut self;
        if !place.store.has_schema()? {
            return Err(absent(&place.config));
        }
        if place.store.migrations()?.iter().any(|step| !step.applied) {
            return Err(Failure::failed(
                "the database has an older schema; run `vouchsafe migrate` first",
            ));
        }
        place.agree_on_the_time()?;
        let now = place.ports.clock.now();
        own_api::register_first(&place.store, &place.config.issuer, now)?;
        Ok(self)
    }

    /// From here on the clock tells the database's time, as that of every node does.
    fn agree_on_the_time(&mut self) -> Result<(), Failure> {
        let clock = NodeClock::new(Arc::clone(&self.ports.clock));
        let (database, machine) = (self.store.clock(), clock.machine());
        let reading = self
            .store
            .read_blocking("time", move |tx| database.compare(tx, &*machine))?;
        clock.learn(reading);
        self.ports.clock = Arc::new(clock);
        Ok(())
    }

    /// Opens a database that is there, whatever its schema.
    pub(crate) fn open_existing_as_is(global: &Global) -> Result<Self, Failure> {
        let config = global.load()?;
        if let DatabaseUrl::Sqlite(file) = &config.database.url
            && matches!(file.try_exists(), Ok(false))
        {
            return Err(absent(&config));
        }
        Self::of(config)
    }

    /// Opens the database whatever its schema, or makes one without any.
    pub(crate) fn open_as_is(global: &Global) -> Result<Self, Failure> {
        Self::of(global.load()?)
    }

    fn of(config: Config) -> Result<Self, Failure> {
        prepare(&config)?;
        // Nobody waits behind a command: it has one connection and more patience than a request.
        let options = StoreOptions {
            deadline: Duration::from_secs(30),
            connections: 1,
            transaction_pooler: config.database.transaction_pooler,
            readers: 1,
            ..StoreOptions::default()
        };
        let store = Store::open(&config.database.url, options)?;
        let ports = app::ports(&config);
        Ok(Self { config, store, ports })
    }

    /// Does `work` in one transaction, as an act of the command line.
    pub(crate) fn act<T, F>(&self, name: &'static str, mut work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, &Act) -> Result<T, StoreError> + Send + 'static,
    {
        let act = Act::new("cli", self.ports.clock.now(), &self.ports.entropy);
        Ok(self.store.write_blocking(name, move |tx| work(tx, &act))?)
    }

    /// The server's own secrets, made when the installation is new.
    pub(crate) fn secrets(&self) -> Result<Secrets, Failure> {
        Ok(open_secrets(&self.config, &self.store, &self.ports)?)
    }
}

fn absent(config: &Config) -> Failure {
    Failure::new(
        Exit::Unreachable,
        format!(
            "there is no database of vouchsafe at {}: name the one that is meant with --database or in the configuration, \
             or make this one with `vouchsafe migrate`",
            config.database.url
        ),
    )
}

/// Makes the directory of an embedded database, for us alone.
pub(crate) fn prepare(config: &Config) -> Result<(), Failure> {
    let DatabaseUrl::Sqlite(file) = &config.database.url else {
        return Ok(());
    };
    let dir = file
        .parent()
        .filter(|dir| !dir.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| Failure::io(&format!("cannot make {}", dir.display()), &error))?;
    match std::fs::OpenOptions::new().read(true).append(true).open(file) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(Failure::io(&format!("cannot open {}", file.display()), &error))
        }
        // Whatever else is wrong with it, the database says it better.
        Ok(_) | Err(_) => Ok(()),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match &error {
            StoreError::Busy => Exit::TryAgain,
            StoreError::Unavailable(_) => Exit::Unreachable,
            StoreError::Conflict(_) | StoreError::Corrupt { .. } | StoreError::Refused(_) => Exit::Failed,
        };
        let taken = match &error {
            StoreError::Conflict(Unique::Username) => Some("the user name is taken"),
            StoreError::Conflict(Unique::Email) => Some("the e-mail address is taken"),
            StoreError::Conflict(Unique::ApiIdentifier) => Some("an API with this identifier is registered"),
            StoreError::Conflict(Unique::Scope) => Some("one of the scopes belongs to another API"),
            StoreError::Conflict(Unique::LastAdministrator) => Some(administrators::LAST),
            StoreError::Conflict(Unique::Other) => Some("something of this name is there already"),
            StoreError::Busy
            | StoreError::Unavailable(_)
            | StoreError::Corrupt { .. }
            | StoreError::Refused(_) => None,
        };
        let message = taken.map_or_else(|| error.to_string(), ToOwned::to_owned);
        Self::new(exit, message)
    }
}

impl From<KeysError> for Failure {
    fn from(error: KeysError) -> Self {
        let exit = match &error {
            KeysError::Io { kind, .. } => of_file(*kind),
            KeysError::ReadableByOthers(_)
            | KeysError::OfAnotherUser { .. }
            | KeysError::NotAKey(_)
            | KeysError::KekMissing { .. }
            | KeysError::OtherIssuer { .. } => Exit::Configuration,
            KeysError::Unsealable
            | KeysError::NotImportable { .. }
            | KeysError::Unusable(_)
            | KeysError::ClockOff(_)
            | KeysError::NoSigningKey
            | KeysError::Generation(_) => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}

/// A path that leads nowhere is a matter of configuration; a full or broken disk is not.
const fn of_file(kind: ErrorKind) -> Exit {
    if matches!(kind, ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) {
        Exit::NotPermitted
    } else if matches!(
        kind,
        ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput
    ) {
        Exit::Configuration
    } else {
        Exit::Failed
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Store(error) => error.into(),
            OpenError::Keys(error) => error.into(),
        }
    }
}
