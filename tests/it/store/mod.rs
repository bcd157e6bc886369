//! What the store promises, on both databases.

mod clients;
mod failures;
mod grants;
mod groups;
mod interactions;
mod list_parts;
mod listings;
mod migrations;
mod people;
mod pooler;
mod publisher;
mod races;
mod reach;
mod records;
mod samples;
mod sessions;
mod sweep;
