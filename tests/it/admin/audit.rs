//! The audit log in the administration: filters, facts in words, files, and whether it is whole.

use crate::support::browser::Browser;
use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::World;
use serde_json::{Value, json};
use vouchsafe::audit::{Act, with};
use vouchsafe::clients::standing::{self, Changed};
use vouchsafe::db;
use vouchsafe_core::model::{ClientId, ClientKind, EventKind, Span};

fn lines(browser: &Browser<'_>, query: &str) -> usize {
    let page = browser.get(&format!("/admin/audit?{query}"));
    assert_eq!(page.status, 200, "{query}: {}", page.body);
    page.body.matches("<tr><th scope=\"row\">").count()
}

/// Ada signed in, was banned by Grace, and the ban lifted.
fn history(world: &World) -> Browser<'_> {
    let ada = world.person("ada");
    world.administrator("grace");
    let app = world.client(metadata(ClientKind::Web));
    app.sign_in(world, "ada", &[("scope", "openid")]);
    let browser = world.admin_browser("grace");
    for (what, fields) in [
        ("ban", &[("lasts", "1d"), ("until", ""), ("reason", "=1+1")][..]),
        ("unban", &[]),
    ] {
        world.wait(Span::from_seconds(30));
        let path = format!("/admin/users/{}/{what}", ada.id);
        assert_eq!(browser.admin_post(&path, &path, fields).status, 303);
    }
    world.publish();
    browser
}

on_both_databases! {
    fn events_are_found_by_kind_person_actor_application_time_and_request(world: World) {
        let browser = history(world);
        let all = lines(&browser, "");
        assert!(all >= 6, "{all}");
        let app = world.events_of(EventKind::GrantEnded)[0].client_id.clone().unwrap();
        let banned = &world.events_of(EventKind::UserBanned)[0];
        let request = banned.request_id.clone().unwrap();
        let ban_time = banned.at;
        assert_eq!(lines(&browser, "event=user.banned"), 1);
        assert_eq!(lines(&browser, "event=user.banned&subject=ada"), 1);
        assert_eq!(lines(&browser, &format!("subject={}&event=user.unbanned", banned.subject.clone().unwrap())), 1);
        assert_eq!(lines(&browser, "event=user.banned&subject=grace"), 0);
        assert_eq!(lines(&browser, "actor=grace@example.test&event=user.unbanned"), 1);
        assert_eq!(lines(&browser, "actor=cli"), 0);
        assert_eq!(lines(&browser, &format!("client_id={app}&event=grant.ended")), 1);
        assert_eq!(lines(&browser, &format!("request_id={}", request.to_lowercase())), 3, "the ban, the session, the grant");
        let field = |at: vouchsafe_core::model::UnixTime| {
            let at = time::OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap();
            format!("{}T{:02}:{:02}:{:02}", at.date(), at.hour(), at.minute(), at.second())
        };
        let (since, until) = (field(ban_time), field(ban_time.plus(Span::from_seconds(1))));
        assert_eq!(lines(&browser, &format!("since={since}&until={until}")), 3);
        let ada = banned.subject.clone().unwrap();
        let delete = format!("/admin/users/{ada}/delete");
        assert_eq!(browser.admin_post(&delete, &delete, &[("typed", "ada")]).status, 303);
        assert_eq!(lines(&browser, &format!("event=user.banned&subject={ada}")), 1, "of somebody who was deleted");
        for (bad, field, told) in [
            ("event=nothing", "event", "What: "),
            ("since=yesterday", "since", "From (UTC): "),
            ("until=x", "until", "Before (UTC): "),
            ("since=2026-01-02T00:00&until=2026-01-01T00:00", "until", "it must be later than From"),
            ("subject=nobody", "subject", "On whom: there is nobody called &#34;nobody&#34;"),
            ("actor=nobody", "actor", "By: there is nobody called &#34;nobody&#34;"),
        ] {
            let page = browser.get(&format!("/admin/audit?{bad}"));
            assert_eq!(page.status, 422, "{bad}");
            assert!(page.body.contains(&format!("href=\"#{field}\"")) && page.body.contains(told), "{bad}: {}", page.body);
        }
        for bad in ["cursor=x", "order=id", "event=a&event=b", "kind=user.banned", "from=2026-01-01T00:00"] {
            assert_eq!(browser.get(&format!("/admin/audit?{bad}")).status, 400, "{bad}");
        }
    }

    fn one_verifies_the_log_at_a_time_and_two_export_it(world: World) {
        let browser = history(world);
        let turns = &world.services.log_turns;
        let verifying = turns.to_verify();
        let (one, two) = (turns.to_export(), turns.to_export());
        assert!(verifying.is_some() && one.is_some() && two.is_some());
        let verify = || browser.get("/admin/audit/verify");
        let export = || browser.admin_post("/admin/audit", "/admin/audit/export", &[("format", "jsonl")]);
        for busy in [verify(), export()] {
            assert_eq!(busy.status, 503, "{}", busy.body);
            assert!(busy.header("retry-after").parse::<u32>().is_ok());
            assert!(busy.body.contains("The server is busy") && busy.header("content-type").starts_with("text/html"));
        }
        assert_eq!(world.events_of(EventKind::AuditExported).len(), 0);
        drop((verifying, two));
        for done in [verify(), verify(), export(), export()] {
            assert_eq!(done.status, 200, "{}", done.body);
        }
    }

    fn the_newest_come_first_and_older_ones_page_by_page(world: World) {
        world.administrator("grace");
        let act = Act::new("cli", world.services.ports.clock.now(), &world.services.ports.entropy);
        world.write(move |tx| {
            for n in 0..70 {
                let event = with("n", n.into(), act.event(EventKind::ApiCreated));
                db!(tx, events::append(&event))?;
            }
            Ok(())
        });
        let browser = world.admin_browser("grace");
        let first = browser.get("/admin/audit?event=api.created").body;
        assert_eq!(first.matches("<tr><th scope=\"row\">").count(), 50);
        let next = first.split("id=\"audit-next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
        let second = browser.get(&next).body;
        assert_eq!(second.matches("<tr><th scope=\"row\">").count(), 20);
        assert!(!second.contains("id=\"audit-next\""));
    }

    fn an_event_is_told_with_all_its_facts(world: World) {
        let browser = history(world);
        let banned = &world.events_of(EventKind::UserBanned)[0];
        let page = browser.get(&format!("/admin/audit/{}", banned.id));
        assert_eq!(page.status, 200, "{}", page.body);
        for word in ["A person was banned", ">grace<", ">ada<", "<dt>Banned until</dt><dd><time", banned.request_id.as_deref().unwrap(), "<dt>Digest</dt>"] {
            assert!(page.body.contains(word), "{word}: {}", page.body);
        }
        let ended = &world.events_of(EventKind::GrantEnded)[0];
        let page = browser.get(&format!("/admin/audit/{}", ended.id)).body;
        assert!(page.contains("user banned") && page.contains("Storefront") && page.contains(ended.target.as_deref().unwrap()), "{page}");
        assert_eq!(browser.get("/admin/audit/nothing").status, 404);
    }

    fn what_an_act_changed_is_told_as_it_was_and_as_it_is(world: World) {
        let browser = history(world);
        let app = world.client(metadata(ClientKind::Web));
        let act = Act::new("cli", world.services.ports.clock.now(), &world.services.ports.entropy);
        let id = ClientId::new(app.id.as_str());
        world.write(move |tx| {
            let mut metadata = db!(tx, clients::by_id(&id))?.unwrap().metadata;
            metadata.client_name = "Shop <b>".to_owned();
            metadata.redirect_uris = vec!["https://shop.example/cb".to_owned()];
            metadata.scopes.retain(|name| name != "phone");
            assert!(matches!(standing::update(tx, &act, &id, &metadata)?, Changed::Done(_)));
            Ok(())
        });
        let updated = &world.events_of(EventKind::ClientUpdated)[0];
        assert_eq!(updated.detail["changes"], json!({
            "client_name": { "before": "Storefront", "after": "Shop <b>" },
            "redirect_uris": { "added": ["https://shop.example/cb"], "removed": ["https://client.example/cb"] },
            "scope": { "added": [], "removed": ["phone"] },
        }));
        let page = browser.get(&format!("/admin/audit/{}", updated.id)).body;
        for row in [
            "Client name</th><td data-l=\"Before\"><span><bdi>Storefront</bdi></span></td><td data-l=\"After\"><span><bdi>Shop &#60;b&#62;</bdi></span></td>",
            "Redirect uris</th><td data-l=\"Before\"><span><bdi>https://client.example/cb</bdi></span></td><td data-l=\"After\"><span><bdi>https://shop.example/cb</bdi></span></td>",
            "Scope</th><td data-l=\"Before\"><span><bdi>phone</bdi></span></td><td data-l=\"After\"><span><span class=\"hint\">–</span></span></td>",
        ] {
            assert!(page.contains(row), "{row}: {page}");
        }
        let banned = &world.events_of(EventKind::UserBanned)[0];
        assert_eq!(banned.detail["ban_reason"], "=1+1");
        assert!(!browser.get(&format!("/admin/audit/{}", banned.id)).body.contains("event-changes"));
        let came_in = &world.events_of(EventKind::AdminSignedIn)[0];
        let page = browser.get(&format!("/admin/audit/{}", came_in.id)).body;
        assert!(page.contains("IP address") && page.contains("127.0.0.1"), "{page}");
    }

    fn what_was_found_is_handed_out_as_a_file_and_that_is_told(world: World) {
        let browser = history(world);
        let export = |fields: &[(&str, &str)]| browser.admin_post("/admin/audit", "/admin/audit/export", fields);
        let jsonl = export(&[("format", "jsonl"), ("event", ""), ("subject", "ada")]);
        assert_eq!(jsonl.status, 200, "{}", jsonl.body);
        assert_eq!(jsonl.header("content-disposition"), "attachment; filename=\"audit.jsonl\"");
        assert_eq!(jsonl.header("cache-control"), "no-store");
        let records: Vec<Value> = jsonl.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(records.len() >= 5 && records.iter().all(|record| record["subject"] == records[0]["subject"]), "{records:?}");
        assert!(records.windows(2).all(|pair| pair[0]["seq"].as_i64() < pair[1]["seq"].as_i64()));

        let act = Act::new("=cmd|' /C calc'!A0", world.services.ports.clock.now(), &world.services.ports.entropy);
        world.write(move |tx| db!(tx, events::append(&act.event(EventKind::ApiCreated))));
        world.publish();
        let csv = export(&[("format", "csv"), ("event", "api.created")]);
        assert_eq!(csv.status, 200);
        let mut rows = csv.body.split("\r\n");
        assert!(rows.next().unwrap().starts_with("seq,at,event,actor"));
        assert!(rows.next().unwrap().contains("\"'=cmd|' /C calc'!A0\""), "{}", csv.body);
        let told = world.events_of(EventKind::AuditExported);
        assert_eq!(told.len(), 2);
        assert!(told.iter().any(|event| event.detail["format"] == "csv"));

        for bad in [&[("format", "xlsx")][..], &[("format", "csv"), ("event", "nothing")], &[("format", "csv"), ("kind", "user.banned")], &[("format", "csv"), ("path", "/etc/passwd")], &[("format", "csv"), ("subject", "nobody")], &[]] {
            assert_eq!(export(bad).status, 400, "{bad:?}");
        }
        world.wait(Span::from_minutes(6));
        let late = export(&[("format", "csv"), ("event", "user.banned")]);
        assert_eq!((late.status, late.header("location")), (303, "/admin/confirm?back=%2Fadmin%2Faudit%3Fevent%3Duser.banned"));
    }

    fn the_chain_is_verified_and_a_changed_record_is_named(world: World) {
        let browser = history(world);
        let whole = browser.get("/admin/audit/verify").body;
        assert!(whole.contains("id=\"chain-whole\"") && whole.contains("The audit log is whole"), "{whole}");
        world.sql("UPDATE events SET actor = 'nobody' WHERE seq = 2");
        let broken = browser.get("/admin/audit/verify").body;
        assert!(broken.contains("id=\"chain-broken\"") && broken.contains("broken at record 2: it was changed"), "{broken}");
    }

    fn what_resource_servers_were_told_is_verified_with_it(world: World) {
        let browser = history(world);
        let told = world.events_of(EventKind::GrantEnded);
        assert!(!told.is_empty());
        assert!(browser.get("/admin/audit/verify").body.contains("id=\"chain-whole\""));
        world.sql("UPDATE events SET feed_before = hash WHERE kind = 'grant.ended'");
        let broken = browser.get("/admin/audit/verify").body;
        assert!(broken.contains("id=\"chain-broken\"") && broken.contains("it was told behind another entry"), "{broken}");
    }
}
