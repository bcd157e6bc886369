//! What the tests drive the server with.

pub(crate) mod administrators;
pub(crate) mod api_caller;
pub(crate) mod assertions;
pub(crate) mod browser;
pub(crate) mod chain;
pub(crate) mod databases;
pub(crate) mod feed_reader;
pub(crate) mod fleet;
pub(crate) mod invitations;
pub(crate) mod newcomer;
pub(crate) mod patience;
pub(crate) mod people;
pub(crate) mod picture;
pub(crate) mod ports;
pub(crate) mod postgres;
pub(crate) mod proxy;
pub(crate) mod relying_party;
pub(crate) mod resource_server;
pub(crate) mod steps;
pub(crate) mod tls_site;
pub(crate) mod world;

/// Writes each test once and runs it in a [`World`](world::World) on SQLite and in one on PostgreSQL.
macro_rules! on_both_databases {
    ($($(#[doc = $doc:literal])* fn $name:ident($world:ident: World) $body:block)+) => {
        $($(#[doc = $doc])* fn $name($world: &$crate::support::world::World) $body)+

        mod sqlite {
            $(#[test] fn $name() { super::$name(&$crate::support::world::World::sqlite(stringify!($name))); })+
        }

        mod postgres {
            $(#[test] fn $name() { super::$name(&$crate::support::world::World::postgres(stringify!($name))); })+
        }
    };
}
pub(crate) use on_both_databases;
