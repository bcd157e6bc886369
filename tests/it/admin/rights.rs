//! The right to administer: given, taken away, and never nobody's.

use crate::support::on_both_databases;
use crate::support::world::World;
use std::sync::Barrier;
use vouchsafe::accounts::administration::{self, Ban, Changed};
use vouchsafe::accounts::administrators;
use vouchsafe::audit::Act;
use vouchsafe::db;
use vouchsafe::store::{StoreError, Tx, Unique};
use vouchsafe_core::model::{EventKind, User, UserId};

type Doing = fn(&mut Tx<'_>, &Act, &UserId) -> Result<Option<Changed>, StoreError>;

fn withdraw(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
    administrators::set_admin(tx, act, id, false)
}

fn ban(tx: &mut Tx<'_>, act: &Act, id: &UserId) -> Result<Option<Changed>, StoreError> {
    administration::ban(tx, act, id, &Ban::default())
}

const LOSSES: [(&str, Doing); 4] = [
    ("withdraw", withdraw),
    ("disable", administration::disable),
    ("ban", ban),
    ("delete", administration::delete),
];

on_both_databases! {
    fn the_last_administrator_stays_one(world: World) {
        world.administrator("grace");
        world.person("ada");
        let browser = world.admin_browser("grace");
        for (name, act) in LOSSES {
            let refused = world.try_to("grace", act);
            assert_eq!(refused, Err(StoreError::Conflict(Unique::LastAdministrator)), "{name}");
            assert_eq!(browser.get("/admin").status, 200, "{name}: nothing was ended");
        }
        for kind in [EventKind::UserDisabled, EventKind::UserBanned, EventKind::UserDeleted, EventKind::AdminWithdrawn] {
            assert!(world.events_of(kind).is_empty());
        }
    }

    fn administrators_who_cannot_come_in_are_not_counted(world: World) {
        for name in ["grace", "root", "eve", "mallory"] {
            world.administrator(name);
        }
        world.sql("UPDATE users SET password_hash = NULL WHERE username = 'mallory'");
        world.disable("root");
        world.ban("eve");
        for (name, act) in LOSSES {
            assert!(world.try_to("grace", act).is_err(), "{name}");
        }
        world.enable("root");
        assert_eq!(world.try_to("grace", withdraw), Ok(()));
        assert!(world.try_to("root", withdraw).is_err());
        assert_eq!(world.try_to("mallory", withdraw), Ok(()), "root stays");
    }

    fn nobody_becomes_an_administrator_while_a_link_for_the_first_is_used(world: World) {
        let other = World::on(world);
        let root = User { id: UserId::new("sub-root"), username: "root".to_owned(), email: "root@example.com".to_owned(), is_admin: true, ..world.person("ada") };
        let (locked, is_locked) = std::sync::mpsc::sync_channel(1);
        std::thread::scope(|scope| {
            let link = scope.spawn(move || world.write(move |tx| {
                db!(tx, administrators::lock())?;
                let _ = locked.try_send(());
                // Time for the other to slip in, if it can.
                for _ in 0..1_500 {
                    db!(tx, users::count())?;
                }
                db!(tx, administrators::exist())
            }));
            is_locked.recv().unwrap();
            let act = other.act();
            other.write(move |tx| administration::create(tx, &act, &root));
            assert!(!link.join().unwrap(), "the link makes the first one");
        });
    }

    fn of_two_administrators_who_remove_each_other_at_once_one_stays(world: World) {
        let other = World::on(world);
        for (name, act) in LOSSES {
            let pair = [format!("{name}-1"), format!("{name}-2")];
            // Only these two: those of the round before are none any more.
            world.sql("UPDATE users SET is_admin = FALSE");
            for username in &pair {
                world.administrator(username);
            }
            let barrier = Barrier::new(2);
            let done: Vec<bool> = std::thread::scope(|scope| {
                let racers: Vec<_> = [world, &other].into_iter().zip(&pair).map(|(node, username)| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        node.try_to(username, act).is_ok()
                    })
                }).collect();
                racers.into_iter().map(|racer| racer.join().unwrap()).collect()
            });
            assert_eq!(done.iter().filter(|done| **done).count(), 1, "{name}: {done:?}");
        }
    }

    fn a_right_is_given_and_taken_with_one_event_each(world: World) {
        world.administrator("root");
        let ada = world.person("ada");
        let give: Doing = |tx, act, id| administrators::set_admin(tx, act, id, true);
        for _ in 0..2 {
            world.try_to("ada", give).unwrap();
        }
        let browser = world.admin_browser("ada");
        assert_eq!(browser.get("/admin").status, 200);
        for _ in 0..2 {
            world.try_to("ada", withdraw).unwrap();
        }
        assert_eq!(browser.get("/admin").status, 303, "the session ended with the right");
        for kind in [EventKind::AdminGranted, EventKind::AdminWithdrawn] {
            let told = world.events_of(kind);
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].subject.as_deref(), Some(ada.id.as_str()));
        }
    }
}
