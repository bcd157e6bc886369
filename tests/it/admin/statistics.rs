//! Statistics by the hour, to which every node adds.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::World;
use vouchsafe::statistics::{self, Bucket, Resolution};
use vouchsafe_core::model::{ClientKind, Span};

fn hours(world: &World, of: i64) -> Vec<Bucket> {
    read(world, Resolution::Hour, Span::from_hours(of - 1))
}

/// What happened from so long ago to now.
fn read(world: &World, resolution: Resolution, ago: Span) -> Vec<Bucket> {
    let now = world.services.ports.clock.now();
    world.write(move |tx| statistics::read(tx, resolution, (now.minus(ago), now)))
}

on_both_databases! {
    fn what_happened_at_all_nodes_is_one_sum_by_the_hour(world: World) {
        world.administrator("grace");
        let app = world.client(metadata(ClientKind::Web));
        let other = World::on(world);
        app.sign_in(world, "grace", &[("scope", "openid")]);
        other.admin_browser("grace");
        assert_eq!(world.browser().admin_sign_in("grace", "wrong horse battery").status, 422);
        app.redeem(world, "vac_none");
        for node in [world, &other] {
            node.services.count().unwrap();
            node.services.count().unwrap();
        }
        let now = hours(world, 1).pop().unwrap();
        assert_eq!((now.sign_ins, now.sign_ins_failed), (2, 1));
        let tokens: Vec<_> = now.tokens.iter().map(|count| (count.grant.as_str(), count.outcome.as_str(), count.count)).collect();
        assert_eq!(tokens, [("authorization_code", "issued", 1), ("authorization_code", "refused", 1)]);
        assert!(now.token_p95_millis.is_some() && now.password_p95_millis.is_some());
        world.wait(Span::from_hours(2));
        app.sign_in(world, "grace", &[("scope", "openid")]);
        world.services.count().unwrap();
        let three = hours(world, 3);
        assert_eq!(three.iter().map(|hour| hour.sign_ins).collect::<Vec<_>>(), [2, 0, 1]);
        assert_eq!(three[2].begins_at - three[0].begins_at, 7_200);
    }

    fn a_day_is_the_sum_of_its_hours_and_the_most_of_what_stood(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        for hours in [1, 1, 23] {
            app.sign_in(world, "ada", &[("scope", "openid")]);
            for _ in 0..11 {
                world.services.count().unwrap();
                world.wait(Span::from_minutes(1));
            }
            world.wait(Span::from_hours(hours));
        }
        let days = read(world, Resolution::Day, Span::from_days(1));
        let by_hour = hours(world, 48);
        let of = |day: &Bucket| {
            let is_of = |hour: &&Bucket| (day.begins_at..day.begins_at + 86_400).contains(&hour.begins_at);
            by_hour.iter().filter(is_of).cloned().collect::<Vec<_>>()
        };
        assert_eq!(days.len(), 2);
        assert_eq!(days.iter().map(|day| day.sign_ins).collect::<Vec<_>>(), [3, 0]);
        for day in &days {
            let hours = of(day);
            assert_eq!(day.begins_at % 86_400, 0);
            assert_eq!(day.sign_ins, hours.iter().map(|hour| hour.sign_ins).sum::<i64>());
            assert_eq!(day.tokens_with("issued"), hours.iter().map(|hour| hour.tokens_with("issued")).sum::<i64>());
            assert_eq!(day.sessions, hours.iter().filter_map(|hour| hour.sessions).max());
            assert_eq!(day.token_p95_millis.is_some(), hours.iter().any(|hour| hour.token_p95_millis.is_some()));
        }
    }

    fn sessions_that_stand_are_counted_now_and_then(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        app.sign_in(world, "ada", &[("scope", "openid")]);
        for _ in 0..11 {
            world.services.count().unwrap();
            world.wait(Span::from_minutes(1));
        }
        assert!(hours(world, 2).iter().any(|hour| hour.sessions == Some(1)));
    }

    fn what_cannot_be_written_is_kept(world: World) {
        world.services.metrics.sign_in(vouchsafe::metrics::SignInOutcome::SignedIn);
        world.sql("ALTER TABLE statistics RENAME TO elsewhere");
        assert!(world.services.count().is_err());
        world.sql("ALTER TABLE elsewhere RENAME TO statistics");
        world.services.count().unwrap();
        assert_eq!(hours(world, 1)[0].sign_ins, 1);
    }
}
