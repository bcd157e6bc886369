//! People in the administration: found, made, changed, kept out, and what they hold.

use crate::support::api_caller::ALL;
use crate::support::browser::{Browser, filled, hidden, with};
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, Registered, metadata};
use crate::support::world::{Answer, World};
use serde_json::json;
use vouchsafe::db;
use vouchsafe_core::model::{ClientKind, ClientMetadata, EventKind, Span, User};

const OFFLINE: &[(&str, &str)] = &[
    ("scope", "openid offline_access orders:read"),
    ("prompt", "consent"),
];

fn page_of(user: &User) -> String {
    format!("/admin/users/{}", user.id)
}

fn app(world: &World) -> Registered {
    world.orders_api();
    world.client(metadata(ClientKind::Web))
}

/// The answer to a form that worked, and the page that it leads to.
fn done(browser: &Browser<'_>, answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = browser.get(answer.header("location"));
    assert_eq!(page.status, 200, "{}", page.body);
    page.body
}

/// Sends the form of a page that was opened just now.
fn edit(browser: &Browser<'_>, page: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = hidden(&browser.get(page).body, "shown");
    let mut fields = fields.to_vec();
    fields.push(("shown", &shown));
    browser.admin_post(page, page, &fields)
}

/// What stands in an element with this id, without tags.
fn text_of(html: &str, id: &str) -> String {
    let (_, rest) = html
        .split_once(&format!("id=\"{id}\""))
        .unwrap_or_else(|| panic!("no {id} in {html}"));
    let (_, rest) = rest.split_once('>').unwrap();
    let end = rest
        .find("</section>")
        .or_else(|| rest.find("</main>"))
        .unwrap_or(rest.len());
    let mut text = String::new();
    let mut inside = true;
    for c in rest[..end].chars() {
        match c {
            '<' => inside = false,
            '>' => inside = true,
            c if inside => text.push(c),
            _ => {}
        }
    }
    text
}

fn reload(world: &World, user: &User) -> User {
    let id = user.id.clone();
    world.write(move |tx| db!(tx, users::by_id(&id))).unwrap()
}

on_both_databases! {
    fn people_are_found_filtered_and_listed_page_by_page(world: World) {
        world.administrator("grace");
        for n in 0..55 {
            world.person(&format!("person{n:02}"));
        }
        world.ban("person03");
        world.disable("person04");
        world.set_roles("person05", &["support"]);
        world.set_groups("person05", &["night shift"]);
        world.set_groups("person06", &["night shift"]);
        let browser = world.admin_browser("grace");
        let first = browser.get("/admin/users").body;
        assert_eq!(first.matches("<tr><th scope=\"row\">").count(), 50);
        let next = first.split("id=\"users-next\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
        let second = browser.get(&next);
        assert_eq!((second.status, second.body.matches("<tr><th scope=\"row\">").count()), (200, 6));
        for (query, found) in [
            ("q=person1", 10),
            ("q=PERSON03", 1),
            ("q=person03@example.test", 1),
            ("q=nobody", 0),
            ("state=banned", 1),
            ("state=disabled", 1),
            ("admin=true", 1),
            ("role=support", 1),
            ("role=support&state=banned", 0),
            ("group=night+shift", 2),
            ("group=night+shift&role=support", 1),
            ("group=night", 0),
            ("q=person0&state=active", 8),
        ] {
            let page = browser.get(&format!("/admin/users?{query}"));
            assert_eq!((page.status, page.body.matches("<tr><th scope=\"row\">").count()), (200, found), "{query}");
        }
        for bad in ["state=gone", "admin=yes", "administrator=true", "cursor=x", "q=a&q=b", "sort=password_hash"] {
            assert_eq!(browser.get(&format!("/admin/users?{bad}")).status, 400, "{bad}");
        }
    }

    fn a_person_is_made_with_or_without_a_password_and_mistakes_are_shown_beside_their_fields(world: World) {
        world.administrator("grace");
        let app = app(world);
        let browser = world.admin_browser("grace");
        let send = |fields: &[(&str, &str)]| browser.admin_post("/admin/users/new", "/admin/users/new", fields);
        let made = send(&[("username", "ada"), ("email", "ada@example.test"), ("name", "Ada Lovelace"), ("email_verified", "yes"), ("roles", "support billing"), ("password", PASSWORD)]);
        let page = done(&browser, &made);
        assert!(page.contains("The account is made.") && page.contains("Ada Lovelace"), "{page}");
        assert!(app.sign_in(world, "ada", &[("scope", "openid")])["access_token"].is_string());

        let made = send(&[("username", "eve"), ("email", "eve@example.test"), ("password", "")]);
        assert!(done(&browser, &made).contains("none: the person cannot sign in"));
        assert_eq!(world.events_of(EventKind::UserCreated).len(), 2);

        for (fields, field, words) in [
            (&[("username", "a b"), ("email", "x@example.test")][..], "username", "letters, digits"),
            (&[("username", "ADA"), ("email", "x@example.test")], "username", "somebody has this name already"),
            (&[("username", "x"), ("email", "Ada@example.test")], "email", "somebody has this address already"),
            (&[("username", "x"), ("email", "nowhere")], "email", "not an e-mail address"),
            (&[("username", "x"), ("email", "x@example.test"), ("password", "short")], "password", "at least 12"),
            (&[("username", "x"), ("email", "x@example.test"), ("roles", "<b>")], "roles", "1 to 64 letters"),
        ] {
            let refused = send(fields);
            assert_eq!(refused.status, 422, "{fields:?}");
            let page = refused.body;
            assert!(page.contains("<title>Error: ") && page.contains("role=\"alert\""), "{page}");
            assert!(page.contains(&format!("href=\"#{field}\"")) && page.contains(words), "{words}: {page}");
            assert!(page.contains(&format!("id=\"{field}-error\"")), "{page}");
            assert!(!page.contains("value=\"short\""), "a password is not shown again");
        }
        assert_eq!(world.events_of(EventKind::UserCreated).len(), 2);
        let long = "x".repeat(10_000);
        let refused = send(&[("username", "a b"), ("email", "nowhere"), ("roles", &long), ("password", "short")]).body;
        for field in ["username", "email", "roles", "password"] {
            assert!(refused.contains(&format!("href=\"#{field}\"")), "{field} among others: {refused}");
        }
        assert!(refused.contains("xxx…&#34;: it must have 1 to 64 letters"), "{refused}");
    }

    fn the_same_form_sent_twice_makes_one_account(world: World) {
        world.administrator("grace");
        world.administrator("root");
        let browser = world.admin_browser("grace");
        let once = hidden(&browser.get("/admin/users/new").body, "once");
        let send = |browser: &Browser<'_>, once: &str, access: &str| {
            let fields = [("once", once), ("username", "ada"), ("email", "ada@example.test"), ("access", access), ("password", "")];
            browser.admin_post("/admin/users/new", "/admin/users/new", &fields)
        };
        assert_eq!(send(&browser, &once, "invite").status, 200);
        let page = done(&browser, &send(&browser, &once, "invite"));
        assert!(page.contains("This account was made already") && page.contains("Make a new link"), "{page}");
        let other = world.admin_browser("root");
        assert_eq!(send(&other, &once, "invite").status, 422, "somebody else's form is another one");
        assert_eq!(send(&browser, "short", "invite").status, 400);
        assert_eq!((world.events_of(EventKind::UserCreated).len(), world.events_of(EventKind::UserInvited).len()), (1, 1));
        let sub = world.events_of(EventKind::UserCreated)[0].subject.clone().unwrap();
        let delete = format!("/admin/users/{sub}/delete");
        done(&browser, &browser.admin_post(&delete, &delete, &[("typed", "ada")]));
        let gone = send(&browser, &once, "invite");
        assert_eq!(gone.status, 422);
        assert!(gone.body.contains("is deleted: send it once more"), "nobody gets its sub again: {}", gone.body);
        assert_eq!(send(&browser, &hidden(&gone.body, "once"), "invite").status, 200);
        assert_eq!(browser.get(&format!("/admin/users/{sub}")).status, 404);
    }

    fn a_ban_that_somebody_pronounced_meanwhile_is_not_overwritten_unread(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        let browser = world.admin_browser("grace");
        let path = format!("{}/ban", page_of(&ada));
        let before = filled(&browser.get(&path).body, "user-ban-form");
        world.ban("ada");
        let late = browser.admin_post(&path, &path, &with(&before, "reason", "Mine"));
        assert_eq!(late.status, 409, "{}", late.body);
        assert!(late.body.contains("Somebody changed this") && late.body.contains(">Mine</textarea>"), "{}", late.body);
        assert_eq!(reload(world, &ada).ban_reason, None);
        let read = filled(&late.body, "user-ban-form");
        done(&browser, &browser.admin_post(&path, &path, &with(&read, "reason", "Mine")));
        assert_eq!(reload(world, &ada).ban_reason.as_deref(), Some("Mine"), "who has read it may save it");
        let hidden = browser.admin_post(&path, &path, &[("lasts", "1d"), ("until", ""), ("reason", "Pay\u{202e}ment")]);
        assert!(hidden.status == 422 && hidden.body.contains("U+202E"), "{}", hidden.body);
        done(&browser, &browser.admin_post(&path, &path, &[("lasts", "1d"), ("until", ""), ("reason", "می\u{200c}خواهم")]));
    }

    fn a_profile_is_changed_field_by_field_and_tokens_say_the_new(world: World) {
        world.administrator("grace");
        world.person("eve");
        let (ada, app) = (world.person("ada"), app(world));
        app.sign_in(world, "ada", &[("scope", "openid profile")]);
        let browser = world.admin_browser("grace");
        let path = format!("{}/profile", page_of(&ada));
        let fields = [
            ("username", "ada"), ("email", "countess@example.test"), ("name", "Ada King"), ("given_name", "Ada"),
            ("family_name", ""), ("birthdate", "1815-12-10"), ("street_address", "12 St James's Square\r\nFlat 2"), ("country", "GB"),
        ];
        let refused = edit(&browser, &path, &fields);
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains("id=\"birthdate-error\"") && refused.body.contains("value=\"Ada King\""), "{}", refused.body);
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| *name != "birthdate").collect();
        done(&browser, &edit(&browser, &path, &fields));
        let after = reload(world, &ada);
        assert_eq!((after.email.as_str(), after.email_verified), ("countess@example.test", false));
        assert_eq!(
            serde_json::Value::Object(after.claims),
            json!({"name": "Ada King", "given_name": "Ada", "address": {"street_address": "12 St James's Square\nFlat 2", "country": "GB"}})
        );
        let told = world.events_of(EventKind::UserUpdated);
        assert_eq!(told.len(), 1);
        assert_ne!(told[0].actor, "cli");
        assert!(told[0].request_id.is_some());
        assert_eq!(world.events_of(EventKind::GrantClaimsRaised).len(), 1);
        let taken = edit(&browser, &path, &[("username", "ada"), ("email", "EVE@example.test")]);
        assert_eq!(taken.status, 422);
        assert!(taken.body.contains("id=\"email-error\""));
    }

    fn roles_and_groups_are_replaced(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        let browser = world.admin_browser("grace");
        let path = format!("{}/roles", page_of(&ada));
        let page = done(&browser, &edit(&browser, &path, &[("roles", "support\r\nbilling support"), ("groups", "Night shift\r\n\r\nKüche")]));
        assert!(page.contains("support") && page.contains("billing"));
        assert_eq!(reload(world, &ada).roles, ["support", "billing"]);
        assert_eq!(reload(world, &ada).groups, ["Night shift", "Küche"]);
        assert!(page.contains(">Night shift</span>"), "{page}");
        assert_eq!((world.events_of(EventKind::UserRolesChanged).len(), world.events_of(EventKind::UserGroupsChanged).len()), (1, 1));
        assert_eq!(edit(&browser, &path, &[("roles", "a,b")]).status, 422);
        done(&browser, &edit(&browser, &path, &[("roles", ""), ("groups", "")]));
        assert!(reload(world, &ada).roles.is_empty() && reload(world, &ada).groups.is_empty());
    }

    fn roles_that_were_taken_meanwhile_do_not_come_back_by_a_page_of_before(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        world.set_roles("ada", &["old"]);
        let browser = world.admin_browser("grace");
        let path = format!("{}/roles", page_of(&ada));
        let before = filled(&browser.get(&path).body, "user-roles-form");
        world.set_roles("ada", &[]);
        let late = browser.admin_post(&path, &path, &with(&before, "groups", "Board"));
        assert_eq!(late.status, 409, "{}", late.body);
        assert!(late.body.contains("Somebody changed this") && late.body.contains(">Board</textarea>"), "{}", late.body);
        assert_eq!((reload(world, &ada).roles.len(), reload(world, &ada).groups.len()), (0, 0));
        let read = filled(&late.body, "user-roles-form");
        done(&browser, &browser.admin_post(&path, &path, &with(&read, "roles", "new")));
        assert_eq!((reload(world, &ada).roles, reload(world, &ada).groups), (vec!["new".to_owned()], vec!["Board".to_owned()]));
    }

    fn a_profile_that_was_changed_meanwhile_does_not_come_back_by_a_page_of_before(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        let (browser, robot) = (world.admin_browser("grace"), world.service(ALL));
        let path = format!("{}/profile", page_of(&ada));
        let before = filled(&browser.get(&path).body, "user-profile-form");
        assert_eq!(robot.change("PATCH", &format!("/users/{}", ada.id), &json!({"email": "new@example.test"})).status, 200);
        let late = browser.admin_post(&path, &path, &with(&before, "nickname", "Countess"));
        assert_eq!(late.status, 409, "{}", late.body);
        assert!(late.body.contains("Somebody changed this") && late.body.contains("value=\"Countess\""), "{}", late.body);
        let kept = reload(world, &ada);
        assert_eq!((kept.email.as_str(), kept.claims.len()), ("new@example.test", ada.claims.len()));
        let read = filled(&late.body, "user-profile-form");
        done(&browser, &browser.admin_post(&path, &path, &with(&read, "email", "new@example.test")));
        assert_eq!(reload(world, &ada).claims["nickname"], "Countess", "who has read it may save it");
    }

    fn one_member_of_an_address_is_emptied_and_the_others_stay(world: World) {
        world.administrator("grace");
        let ada = world.person("ada");
        let browser = world.admin_browser("grace");
        let path = format!("{}/profile", page_of(&ada));
        for (member, text) in [("locality", "London"), ("country", "GB")] {
            let fields = filled(&browser.get(&path).body, "user-profile-form");
            done(&browser, &browser.admin_post(&path, &path, &with(&fields, member, text)));
        }
        assert_eq!(reload(world, &ada).claims["address"], json!({"locality": "London", "country": "GB"}));
        let fields = filled(&browser.get(&path).body, "user-profile-form");
        done(&browser, &browser.admin_post(&path, &path, &with(&fields, "locality", "")));
        assert_eq!(reload(world, &ada).claims["address"], json!({"country": "GB"}));
        let fields = filled(&browser.get(&path).body, "user-profile-form");
        done(&browser, &browser.admin_post(&path, &path, &with(&fields, "country", "")));
        assert!(!reload(world, &ada).claims.contains_key("address"));
    }

    fn nothing_is_done_to_an_administrator_without_a_recent_password(world: World) {
        world.administrator("grace");
        let (root, ada) = (world.administrator("root"), world.person("ada"));
        let browser = world.admin_browser("grace");
        let profile = filled(&browser.get(&format!("{}/profile", page_of(&root))).body, "user-profile-form");
        let profile = with(&profile, "email", "eve@example.test");
        let before = reload(world, &root);
        world.wait(Span::from_minutes(6));
        for (what, fields) in [
            ("disable", &[][..]),
            ("enable", &[]),
            ("unban", &[]),
            ("sign-out", &[]),
            ("ban", &[("lasts", "1d"), ("until", ""), ("reason", "")]),
            ("profile", &profile),
            ("delete", &[("typed", "root")]),
        ] {
            let path = format!("{}/{what}", page_of(&root));
            let way = format!("/admin/confirm?back={}", path.replace('/', "%2F"));
            let asked = browser.get(&path);
            assert_eq!((asked.status, asked.header("location")), (303, way.as_str()), "{what}: {}", asked.body);
            let sent = browser.admin_post("/admin", &path, fields);
            assert_eq!((sent.status, sent.header("location")), (303, way.as_str()), "{what}: {}", sent.body);
            assert_eq!(reload(world, &root), before, "{what}");
        }
        let path = format!("{}/disable", page_of(&ada));
        assert!(done(&browser, &browser.admin_post(&path, &path, &[])).contains("This account is disabled"), "others are not asked about");
        let path = format!("{}/disable", page_of(&root));
        let confirm = browser.get(&path).header("location").to_owned();
        let back = browser.admin_post(&confirm, &confirm, &[("password", PASSWORD)]);
        assert_eq!((back.status, back.header("location")), (303, path.as_str()));
        assert!(done(&browser, &browser.admin_post(&path, &path, &[])).contains("This account is disabled"));
    }

    fn a_ban_says_how_long_tokens_pass_that_an_api_gave_when_they_lasted_longer(world: World) {
        world.administrator("grace");
        let (ada, app) = (world.person("ada"), app(world));
        world.sql("UPDATE apis SET access_token_lifetime = 7200000 WHERE identifier LIKE '%orders'");
        app.sign_in(world, "ada", OFFLINE);
        let (browser, robot) = (world.admin_browser("grace"), world.service(ALL));
        let outlook = || text_of(&browser.get(&format!("{}/ban", page_of(&ada))).body, "outlook");
        assert!(outlook().contains("2 hours"), "{}", outlook());
        let list = robot.read("/apis");
        let orders = list["items"].as_array().unwrap().iter().find(|api| api["name"] == "Orders").unwrap();
        let orders = format!("/apis/{}", orders["id"].as_str().unwrap());
        assert_eq!(robot.change("PATCH", &orders, &json!({"access_token_lifetime": 300})).status, 200);
        assert!(outlook().contains("2 hours"), "{}", outlook());
        assert_eq!(robot.act("DELETE", &format!("{orders}?force=true")).status, 200);
        assert!(outlook().contains("2 hours") && outlook().contains("https://api.example/orders"), "{}", outlook());
        world.wait(Span::from_hours(2));
        world.wait(Span::from_seconds(2));
        let browser = world.admin_browser("grace");
        let later = text_of(&browser.get(&format!("{}/ban", page_of(&ada))).body, "outlook");
        assert!(later.contains("At once: no API"), "{later}");
    }

    fn a_ban_says_how_long_tokens_still_pass_and_the_person_reads_the_reason(world: World) {
        world.administrator("grace");
        let (ada, app) = (world.person("ada"), app(world));
        app.sign_in(world, "ada", OFFLINE);
        let browser = world.admin_browser("grace");
        let path = format!("{}/ban", page_of(&ada));
        let asked = browser.get(&path).body;
        let outlook = text_of(&asked, "outlook");
        assert!(outlook.contains("in about a second") && outlook.contains("5 minutes") && outlook.contains("Orders"), "{outlook}");

        for (fields, field) in [
            (&[("lasts", "until"), ("until", ""), ("reason", "")][..], "until"),
            (&[("lasts", "until"), ("until", "2001-01-01T00:00"), ("reason", "")], "until"),
            (&[("lasts", "ever"), ("until", ""), ("reason", "")], "lasts"),
            (&[("lasts", "1d"), ("until", ""), ("reason", &"x".repeat(501))], "reason"),
        ] {
            let refused = browser.admin_post(&path, &path, fields);
            assert_eq!(refused.status, 422);
            assert!(refused.body.contains(&format!("id=\"{field}-error\"")), "{field}");
        }
        let page = done(&browser, &browser.admin_post(&path, &path, &[("lasts", "7d"), ("until", ""), ("reason", "Three payments came back.\r\nCall us.")]));
        assert!(page.contains("This person is banned") && page.contains("Three payments came back."), "{page}");
        assert!(page.contains("id=\"no-apps\"") && page.contains("id=\"no-sessions\""));
        let banned = reload(world, &ada);
        assert_eq!(banned.banned_until, Some(world.services.ports.clock.now().plus(Span::from_days(7))));

        let visitor = world.browser();
        let shown = visitor.ask(&app, &[]);
        let suspended = visitor.fill(&shown, &[("username", "ada"), ("password", PASSWORD)]);
        assert!(suspended.says("Three payments came back."), "{}", suspended.name());

        let lift = format!("{}/unban", page_of(&ada));
        assert!(done(&browser, &browser.admin_post(&lift, &lift, &[])).contains("The ban is lifted."));
        assert!(app.sign_in(world, "ada", &[("scope", "openid")])["access_token"].is_string());
    }

    fn accounts_are_disabled_enabled_signed_out_and_deleted_by_typing_the_name(world: World) {
        world.administrator("grace");
        let (ada, app) = (world.person("ada"), app(world));
        app.sign_in(world, "ada", OFFLINE);
        let browser = world.admin_browser("grace");
        let act = |what: &str, fields: &[(&str, &str)]| {
            let path = format!("{}/{what}", page_of(&ada));
            browser.admin_post(&path, &path, fields)
        };
        assert!(done(&browser, &act("sign-out", &[])).contains("signed out everywhere"));
        assert_eq!(world.events_of(EventKind::GrantEnded).len(), 1);
        assert!(done(&browser, &act("disable", &[])).contains("This account is disabled"));
        done(&browser, &act("enable", &[]));
        let refused = act("delete", &[("typed", "adda")]);
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("id=\"typed-error\""));
        let gone = act("delete", &[("typed", "ada")]);
        assert_eq!((gone.status, gone.header("location")), (303, "/admin/users"));
        assert_eq!(browser.get(&page_of(&ada)).status, 404);
        let kinds = [EventKind::UserSignedOut, EventKind::UserDisabled, EventKind::UserEnabled, EventKind::UserDeleted];
        assert_eq!(kinds.map(|kind| world.events_of(kind).len()), [1; 4]);
    }

    fn a_password_is_set_only_by_somebody_who_gave_their_own_just_now(world: World) {
        world.administrator("grace");
        let (ada, app) = (world.person("ada"), app(world));
        app.sign_in(world, "ada", OFFLINE);
        let browser = world.admin_browser("grace");
        let path = format!("{}/password", page_of(&ada));
        assert_eq!(browser.admin_post(&path, &path, &[("password", "short")]).status, 422);
        done(&browser, &browser.admin_post(&path, &path, &[("password", "silver lantern 43")]));
        assert_eq!(world.events_of(EventKind::GrantEnded).len(), 1);
        assert!(world.browser().authorize_by(&app.authorization(&[]), "ada", "silver lantern 43").contains("code="));
        world.wait(Span::from_minutes(6));
        let asked = browser.get(&path);
        assert_eq!((asked.status, asked.header("location").starts_with("/admin/confirm?back=")), (303, true));
        let late = browser.admin_post(&page_of(&ada), &path, &[("password", "golden lantern 44")]);
        assert_eq!((late.status, late.header("location").starts_with("/admin/confirm?back=")), (303, true));
        assert_eq!(world.events_of(EventKind::PasswordChanged).len(), 1);
    }

    fn what_a_person_holds_is_shown_and_ended_one_by_one(world: World) {
        world.administrator("grace");
        world.orders_api();
        let third_party = ClientMetadata { first_party: false, ..metadata(ClientKind::Web) };
        let (ada, app) = (world.person("ada"), world.client(third_party));
        let offline = app.sign_in(world, "ada", OFFLINE);
        app.sign_in(world, "ada", &[("scope", "openid")]);
        let browser = world.admin_browser("grace");
        let page = browser.get(&page_of(&ada)).body;
        assert_eq!(page.matches("/sessions/end\"").count(), 2, "{page}");
        assert_eq!(page.matches("/grants/end\"").count(), 2);
        assert_eq!(page.matches("/consents/withdraw\"").count(), 1);
        assert!(page.contains("Storefront") && page.contains("<span class=\"badge\">offline</span>"));

        let (sessions, grants) = world.write(|tx| {
            let now = vouchsafe_core::model::UnixTime::default();
            let wanted = vouchsafe::store::GrantsWanted { after: None, user: None, client: None, now };
            Ok((db!(tx, sessions::list(None, None, now, 10))?, db!(tx, grants::list(&wanted, 10))?))
        });
        let end = |what: &str, id: &str| browser.admin_post(&page_of(&ada), &format!("{}/{what}", page_of(&ada)), &[("id", id)]);
        let online = grants.iter().find(|grant| !grant.offline).unwrap();
        done(&browser, &end("sessions/end", online.session_id.as_str()));
        assert_eq!((world.events_of(EventKind::SessionEnded).len(), world.events_of(EventKind::GrantEnded).len()), (1, 1));
        let other = sessions.iter().find(|session| session.id != online.session_id).unwrap();
        assert!(browser.get(&page_of(&ada)).body.contains(other.id.as_str()));
        let kept = grants.iter().find(|grant| grant.offline).unwrap();
        done(&browser, &end("grants/end", kept.id.as_str()));
        assert_eq!(app.refresh(world, offline["refresh_token"].as_str().unwrap()).status, 400);
        done(&browser, &end("consents/withdraw", &app.id));
        assert_eq!(end("consents/withdraw", &app.id).status, 404, "it was taken back");
        assert_eq!(world.events_of(EventKind::ConsentWithdrawn).len(), 1);
        assert_eq!(end("sessions/end", "nothing").status, 404);
        assert_eq!(end("grants/end", "nothing").status, 404);
        let lately = browser.get(&page_of(&ada)).body;
        assert!(text_of(&lately, "lately").contains("A consent was taken back"), "{lately}");
    }

    fn rights_are_given_and_taken_and_the_last_administrator_stays(world: World) {
        let grace = world.administrator("grace");
        let ada = world.person("ada");
        let browser = world.admin_browser("grace");
        let set = |user: &User, word: &str| {
            let path = format!("{}/administrator", page_of(user));
            browser.admin_post(&path, &path, &[("administrator", word)])
        };
        for (what, fields) in [("administrator", &[("administrator", "no")][..]), ("disable", &[]), ("delete", &[("typed", "grace")]), ("ban", &[("lasts", "1d"), ("until", ""), ("reason", "")])] {
            let path = format!("{}/{what}", page_of(&grace));
            let refused = browser.admin_post(&path, &path, fields);
            assert_eq!(refused.status, 409, "{what}: {}", refused.body);
            assert!(refused.body.contains("This is the last administrator"), "{what}");
        }
        assert!(done(&browser, &set(&ada, "yes")).contains("The person is an administrator now."));
        assert_eq!(set(&ada, "maybe").status, 400);
        let second = world.admin_browser("ada");
        assert!(done(&browser, &set(&ada, "no")).contains("no administrator any more"));
        assert_ne!(second.get("/admin").status, 200);
        assert_eq!((world.events_of(EventKind::AdminGranted).len(), world.events_of(EventKind::AdminWithdrawn).len()), (1, 1));
        world.wait(Span::from_minutes(6));
        let late = browser.admin_post(&page_of(&ada), &format!("{}/administrator", page_of(&ada)), &[("administrator", "yes")]);
        assert_eq!((late.status, late.header("location").starts_with("/admin/confirm?back=")), (303, true));
    }

    fn all_live_sessions_are_listed_and_ended(world: World) {
        world.administrator("grace");
        world.person("ada");
        let app = app(world);
        app.sign_in(world, "ada", &[("scope", "openid")]);
        let browser = world.admin_browser("grace");
        let page = browser.get("/admin/sessions").body;
        assert!(page.contains(">ada<"), "{page}");
        let id = hidden(&page, "id");
        let ended = browser.admin_post("/admin/sessions", "/admin/sessions/end", &[("id", &id)]);
        assert!(done(&browser, &ended).contains("id=\"sessions-none\""));
        assert_eq!(world.events_of(EventKind::SessionEnded).len(), 1);
        assert_eq!(browser.admin_post("/admin/sessions", "/admin/sessions/end", &[("id", "nothing")]).status, 404);
        assert_eq!(browser.get("/admin/sessions?cursor=x").status, 400);
    }
}
