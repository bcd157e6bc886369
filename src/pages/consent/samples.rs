//! The consent page in each of its states.

use super::{ConsentPage, Memberships, Memory, Permission};
use crate::pages::layout::{Acquaintance, App};
use crate::pages::samples::{self, Sample};
use crate::pages::texts::Locale;

impl Sample for ConsentPage {
    const PAGE: &'static str = "consent";

    fn samples(locale: Locale) -> Vec<(&'static str, Self)> {
        let page = |new, already| Self {
            frame: samples::frame(locale),
            form: samples::form("consent"),
            app: samples::app(),
            account: samples::account(),
            switch: Some("/interaction/9fQ2/login?other=1".to_owned()),
            new,
            already,
            app_changed: false,
            memory: Memory::Kept,
        };
        let changed = Self {
            app_changed: true,
            ..page(everything(), Vec::new())
        };
        let known = |known| Self {
            app: App {
                known,
                ..samples::app()
            },
            ..page(vec![Permission::Openid], Vec::new())
        };
        let hostile = Self {
            app: samples::hostile_app(),
            switch: None,
            ..page(bare(), Vec::new())
        };
        vec![
            ("everything", page(everything(), Vec::new())),
            ("only-who", page(vec![Permission::Openid], Vec::new())),
            (
                "grew",
                page(vec![api("orders:write", "Change your orders")], everything()),
            ),
            ("asked-again", page(Vec::new(), everything())),
            (
                "nothing-stored",
                Self {
                    memory: Memory::UntilSignOut,
                    ..page(nothing_stored(), Vec::new())
                },
            ),
            ("app-changed", changed),
            (
                "self-registered",
                Self {
                    app: samples::unknown_app(),
                    ..page(vec![Permission::Openid], Vec::new())
                },
            ),
            ("by-token", known(Acquaintance::ByToken(samples::AT))),
            (
                "by-document",
                known(Acquaintance::ByDocument("tideline.example".to_owned())),
            ),
            ("hostile", hostile),
        ]
    }

    fn html(&self) -> String {
        self.render()
    }
}

fn api(scope: &str, sentence: &str) -> Permission {
    Permission::Api {
        api: "Orders".to_owned(),
        sentence: sentence.to_owned(),
        scope: scope.to_owned(),
    }
}

fn everything() -> Vec<Permission> {
    vec![
        Permission::Openid,
        api("orders:read", "Read your orders"),
        Permission::Profile {
            name: Some("Mara Lindqvist".to_owned()),
        },
        Permission::Email {
            address: "mara@example.com".to_owned(),
            verified: true,
        },
        Permission::Address {
            address: Some("Sjögatan 4, 111 22 Stockholm, Sweden".to_owned()),
        },
        Permission::Phone {
            number: Some("+46 8 123 456".to_owned()),
        },
        Permission::Memberships {
            which: Memberships::Groups,
            names: vec!["staff".to_owned(), "night shift".to_owned()],
        },
        Permission::Offline { idle_days: 30 },
    ]
}

fn nothing_stored() -> Vec<Permission> {
    vec![
        Permission::Profile { name: None },
        Permission::Email {
            address: "mara@example.com".to_owned(),
            verified: false,
        },
        Permission::Address { address: None },
        Permission::Phone { number: None },
        Permission::Memberships {
            which: Memberships::Roles,
            names: Vec::new(),
        },
        Permission::Offline { idle_days: 1 },
    ]
}

fn bare() -> Vec<Permission> {
    vec![api(
        "urn:example:a-scope-name-without-any-place-to-break-it:orders:read",
        "",
    )]
}
