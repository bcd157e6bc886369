//! `/invitation`: somebody who has a link sets their first password, once, in time, and nobody else learns anything.

use crate::support::browser::hidden;
use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::world::{Answer, World};
use std::collections::BTreeSet;
use vouchsafe::accounts::invitations::{self, LIFETIME};
use vouchsafe::accounts::{administration, administrators};
use vouchsafe::db;
use vouchsafe_core::model::{ClientKind, EventKind, InvitationCode, Plain, Span, UnixTime, User};

/// What an answer says, without what is different each time.
fn said(answer: &Answer) -> (u16, String) {
    let token = hidden(&answer.body, "form_token");
    (answer.status, answer.body.replace(&token, ""))
}

fn signs_in(world: &World, username: &str, password: &str) -> bool {
    let shop = world.client(metadata(ClientKind::Web));
    let end = world
        .browser()
        .authorize_by(&shop.authorization(&[]), username, password);
    end.contains("code=")
}

fn reload(world: &World, user: &User) -> User {
    let id = user.id.clone();
    world.write(move |tx| db!(tx, users::by_id(&id))).unwrap()
}

on_both_databases! {
    fn the_page_is_there_for_everybody_and_says_nothing(world: World) {
        let before = world.browser().get("/invitation");
        world.invited("ada");
        let page = world.browser().get("/invitation");
        assert_eq!(said(&before), said(&page));
        assert_eq!(page.status, 200);
        for id in ["invitation-form", "invitation-code", "invitation-submit"] {
            assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
        }
        assert!(!page.body.contains("ada") && !page.body.contains("type=\"password\""), "{}", page.body);
        assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "same-origin"));
        assert!(page.header("content-security-policy").ends_with("form-action 'self'"));
    }

    fn a_code_shows_whose_account_it_opens_and_sets_its_password_once(world: World) {
        let (ada, code) = world.invited("ada");
        let browser = world.browser();
        let page = browser.send_code(&format!(" {code}\n"));
        assert_eq!(page.status, 200, "{}", page.body);
        for part in [
            "name=\"username\" type=\"text\" value=\"ada\" autocomplete=\"username\"", "autocomplete=\"new-password\"",
            "ada@example.test", "id=\"invitation-password\"", "minlength=\"12\"",
        ] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(browser.send_code(&code).status, 200, "looking uses nothing up");

        let form = [("form_token", hidden(&page.body, "form_token")), ("code", hidden(&page.body, "code"))];
        let mut form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        form.extend([("username", "ada"), ("password", PASSWORD)]);
        let set = browser.post("/invitation", &form);
        assert_eq!((set.status, set.header("location")), (303, "/invitation/accepted"), "{}", set.body);
        let done = browser.get("/invitation/accepted");
        assert!(done.status == 200 && done.body.contains("<h1>Your password is set</h1>"), "{}", done.body);
        assert!(browser.cookies().keys().all(|name| name.contains("vs_browser")), "nobody is signed in");
        assert!(signs_in(world, "ada", PASSWORD));

        assert_eq!(browser.send_code(&code).status, 422);
        assert_eq!(browser.choose_password(&code, "silver lantern 43").status, 422);
        assert!(signs_in(world, "ada", PASSWORD) && !signs_in(world, "ada", "silver lantern 43"));
        for (kind, actor) in [
            (EventKind::UserCreated, "cli"), (EventKind::UserInvited, "cli"),
            (EventKind::InvitationAccepted, ada.id.as_str()), (EventKind::PasswordChanged, ada.id.as_str()),
        ] {
            let told = world.events_of(kind);
            assert_eq!(told.len(), 1, "{kind:?}");
            assert_eq!((told[0].actor.as_str(), told[0].subject.as_deref()), (actor, Some(ada.id.as_str())));
        }
        let until = world.events_of(EventKind::UserInvited)[0].detail["invited_until"].as_i64();
        assert_eq!(until, ada.invited_until.map(UnixTime::seconds));
        assert_eq!(world.events_of(EventKind::InvitationEnded), []);
    }

    fn unknown_used_ended_old_and_mistyped_codes_are_answered_alike(world: World) {
        let (_, old) = world.invited("old");
        world.wait(LIFETIME);
        let (_, used) = world.invited("used");
        assert_eq!(world.browser().choose_password(&used, PASSWORD).status, 303);
        let (ended, ended_code) = world.invited("ended");
        let act = world.act();
        world.write(move |tx| invitations::end(tx, &act, &ended.id));
        let (_, replaced) = world.invited("replaced");
        world.invite_again("replaced");
        let (banned, banned_code) = world.invited("banned");
        world.ban(&banned.username);
        let unknown = Plain::<InvitationCode>::from_entropy([9; 32]).expose().to_owned();
        let mistyped = format!("{unknown}x");
        let mut answers = BTreeSet::new();
        for code in [&old, &used, &ended_code, &replaced, &banned_code, &unknown, &mistyped, "", "vinv_", "vsu_x"] {
            answers.insert(said(&world.browser().send_code(code)));
            answers.insert(said(&world.browser().choose_password(code, "x")));
            answers.insert(said(&world.browser().choose_password(code, PASSWORD)));
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
        let (status, page) = answers.pop_first().unwrap();
        assert!(status == 422 && page.contains("This code is not good") && page.contains("<title>Error: "), "{page}");
        assert!(page.contains("aria-invalid=\"true\"") && !page.contains("value=\"v"), "a code is not shown again: {page}");
    }

    fn a_link_works_for_seven_days_and_is_then_forgotten(world: World) {
        let (ada, code) = world.invited("ada");
        world.wait(Span::from_millis(LIFETIME.millis() - 1));
        assert_eq!(world.browser().send_code(&code).status, 200);
        world.wait(Span::from_millis(2));
        assert_eq!(world.browser().choose_password(&code, PASSWORD).status, 422);
        assert!(reload(world, &ada).invited_until.is_some());
        world.services.tend().unwrap();
        assert_eq!(reload(world, &ada).invited_until, None);
        let again = world.invite_again("ada");
        assert_eq!(world.browser().choose_password(&again, PASSWORD).status, 303);
        assert_eq!(world.events_of(EventKind::InvitationEnded), [], "it ended by itself");
    }

    fn what_keeps_somebody_out_ends_their_link_for_good(world: World) {
        let good = |code: &str| world.browser().send_code(code).status == 200;
        for (name, undo) in [("ban", true), ("disable", false)] {
            let (user, code) = world.invited(name);
            assert!(good(&code));
            if undo { world.ban(name) } else { world.disable(name) }
            assert!(!good(&code), "{name}");
            if undo {
                world.try_to(name, administration::unban).unwrap();
            } else {
                world.enable(name);
            }
            assert!(!good(&code), "{name}: what was ended stays ended");
            assert_eq!(reload(world, &user).invited_until, None);
            assert!(good(&world.invite_again(name)));
        }
        let (_, first) = world.invited("password");
        let second = world.invite_again("password");
        assert!(!good(&first) && good(&second), "each has one link at most");
        world.set_password("password", PASSWORD);
        assert!(!good(&second) && signs_in(world, "password", PASSWORD));
        let (_, code) = world.invited("gone");
        world.try_to("gone", administration::delete).unwrap();
        assert!(!good(&code));
        let (_, code) = world.invited("admin");
        world.try_to("admin", |tx, act, id| administrators::set_admin(tx, act, id, true)).unwrap();
        assert!(good(&code), "rights change nothing about who sets the password");
        assert_eq!(world.events_of(EventKind::InvitationEnded).len(), 3);
    }

    fn only_somebody_without_a_password_who_stands_is_invited(world: World) {
        world.person("ada");
        world.invited("banned");
        world.ban("banned");
        for (name, why) in [("ada", invitations::NotInvited::HasPassword), ("banned", invitations::NotInvited::Suspended)] {
            let act = world.act();
            let invited = world.write(move |tx| {
                let user = db!(tx, users::by_login(name))?.unwrap();
                invitations::invite(tx, &act, &user.id)
            });
            assert!(matches!(invited, invitations::Invited::Refused(found) if found == why), "{name}");
        }
        assert_eq!(world.events_of(EventKind::UserInvited).len(), 1);
    }

    fn the_policy_holds_and_a_refused_password_leaves_the_link_good(world: World) {
        let (_, code) = world.invited("ada");
        let long = "long ".repeat(40);
        for (password, words) in [
            ("", "at least 12 characters"), ("copper 42", "at least 12 characters"), ("passwordpassword", "tried first"),
            ("ada@example.test", "your username or your e-mail"), ("copper\u{7}lantern 42", "cannot be typed"),
            (long.as_str(), "too long"),
        ] {
            let refused = world.browser().choose_password(&code, password);
            assert_eq!(refused.status, 422, "{password}");
            assert!(refused.body.contains("<a href=\"#invitation-password\">") && refused.body.contains(words), "{}", refused.body);
            assert!(refused.body.contains("<title>Error: ") && refused.body.contains("value=\"ada\""));
            assert!(password.is_empty() || !refused.body.contains(&format!("value=\"{password}\"")));
            assert_eq!(hidden(&refused.body, "code"), code);
        }
        assert_eq!(world.browser().choose_password(&code, PASSWORD).status, 303);
    }

    fn without_a_password_a_sign_in_is_answered_as_with_a_wrong_one(world: World) {
        world.invited("ada");
        let shop = world.client(metadata(ClientKind::Web));
        let attempt = |name: &str| {
            let browser = world.browser();
            let page = browser.ask(&shop, &[]);
            let answer = browser.submit(&page, &[("username", name), ("password", PASSWORD)]);
            let body = said(&answer).1.replace(name, "").replace(page.hub(), "");
            let path = page.hub().strip_prefix(&world.issuer).unwrap_or_default().to_owned();
            (answer.status, body.replace(&path, ""))
        };
        let (invited, nobody) = (attempt("ada"), attempt("zoe"));
        assert_eq!(invited, nobody);
        assert_eq!(invited.0, 422);
        let causes: BTreeSet<_> = world.events_of(EventKind::SignInFailed).iter().map(|event| event.detail["cause"].to_string()).collect();
        assert_eq!(causes.len(), 1, "{causes:?}");
    }

    fn the_form_belongs_to_one_browser_and_to_us(world: World) {
        let (_, code) = world.invited("ada");
        let browser = world.browser();
        let token = hidden(&browser.get("/invitation").body, "form_token");
        let form = [("form_token", token.as_str()), ("code", code.as_str()), ("password", PASSWORD)];
        let stale = world.browser().post("/invitation", &form);
        assert!(stale.status == 403 && stale.body.contains("id=\"invitation-notice\""), "{}", stale.body);
        let foreign = world.post("/invitation").header("origin", "https://evil.test").form(&form);
        assert_eq!(browser.send(foreign).status, 403);
        let twice = [&form[..], &[("code", "x")]].concat();
        assert_eq!(browser.post("/invitation", &twice).status, 400);
        assert_eq!(browser.post("/invitation", &form).status, 303);
    }

    fn the_pages_speak_the_language_of_whoever_comes(world: World) {
        let (_, code) = world.invited("ada");
        let browser = world.browser();
        let german = browser.get("/invitation?ui_locales=de").body;
        assert!(german.contains("<html lang=\"de\"") && german.contains("<h1>Ihre Einladung</h1>"), "{german}");
        assert!(browser.send_code("x").body.contains("Dieser Code gilt nicht"));
        assert!(browser.choose_password(&code, "kurz").body.contains("mindestens 12 Zeichen"));
        assert_eq!(browser.choose_password(&code, PASSWORD).status, 303);
        assert!(browser.get("/invitation/accepted").body.contains("Ihr Passwort ist gesetzt"));
    }
}
