//! Initial access tokens on the pages of the administration (RFC 7591 §3).

use crate::support::browser::{Browser, hidden};
use crate::support::newcomer::{by_token, ordinary, with_registration};
use crate::support::world::{Answer, World};
use serde_json::{Value, json};
use vouchsafe_core::model::{EventKind, Span};

const LIST: &str = "/admin/registration";
const NEW: &str = "/admin/registration/new";

fn make(browser: &Browser<'_>, over: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("name", "Partner portal"), ("uses", "2"), ("lasts", "7d")];
    fields.retain(|(name, _)| !over.iter().any(|(other, _)| other == name));
    fields.extend_from_slice(over);
    browser.admin_post(NEW, NEW, &fields)
}

fn shown_token(answer: &Answer) -> String {
    assert_eq!(
        (answer.status, answer.header("cache-control")),
        (200, "no-store"),
        "{}",
        answer.body
    );
    let (_, rest) = answer
        .body
        .split_once("<code id=\"made-token\" translate=\"no\">")
        .unwrap();
    rest.split('<').next().unwrap().to_owned()
}

fn registers(world: &World, token: &str, over: Value) -> Answer {
    Answer::to(world.post("/register").bearer_auth(token).json(&ordinary(over)))
}

with_registration! { by_token;
    fn a_token_is_made_shown_once_used_and_revoked(world: World, _site: TlsSite) {
        let grace = world.administrator("grace");
        world.orders_api();
        let browser = world.admin_browser("grace");
        assert!(browser.get(LIST).body.contains("id=\"initial-tokens-none\""));
        let answer = make(&browser, &[("scope", "openid"), ("scope", "orders:read")]);
        let token = shown_token(&answer);
        assert!(token.starts_with("viat_"), "{token}");
        assert!(answer.body.contains(&format!("{}/register", world.issuer)), "where it is used");

        let list = browser.get(LIST).body;
        assert!(!list.contains(&token), "shown once");
        assert!(list.contains("Partner portal") && list.contains("Counts") && list.contains("<code>orders:read</code>"), "{list}");
        assert!(list.contains(&format!("/admin/users/{}", grace.id)), "who made it");
        let made = world.events_of(EventKind::InitialTokenCreated);
        let [event] = &made[..] else { panic!("{made:?}") };
        assert_eq!(event.actor, grace.id.as_str());
        assert_eq!((&event.detail["uses"], &event.detail["name"]), (&json!(2), &json!("Partner portal")));
        let id = hidden(&list, "id");
        assert_eq!(event.target.as_deref(), Some(id.as_str()));

        let client = registers(world, &token, json!({"scope": "openid orders:read email"}));
        assert_eq!((client.status, client.json()["scope"].clone()), (201, json!("openid orders:read")), "{}", client.body);
        assert_eq!(registers(world, &token, json!({})).status, 201);
        assert!(browser.get(LIST).body.contains("Used up"));

        world.wait(Span::from_seconds(1));
        let other = shown_token(&make(&browser, &[("name", "")]));
        let newest = hidden(&browser.get(LIST).body, "id");
        assert_ne!(newest, id, "the newest first");
        let revoked = browser.admin_post(LIST, "/admin/registration/revoke", &[("id", &newest)]);
        assert_eq!((revoked.status, revoked.header("location")), (303, "/admin/registration"));
        assert!(browser.get(revoked.header("location")).body.contains("is revoked. Clients that were registered with it stay."));
        assert_eq!(registers(world, &other, json!({})).status, 401);
        let again = browser.admin_post(LIST, "/admin/registration/revoke", &[("id", &newest)]);
        assert_eq!(again.status, 404);
        let ended = world.events_of(EventKind::InitialTokenRevoked);
        assert_eq!(ended.iter().map(|event| (event.actor.as_str(), event.target.as_deref())).collect::<Vec<_>>(), [(grace.id.as_str(), Some(newest.as_str()))]);
    }

    fn what_breaks_a_rule_is_refused_at_its_field(world: World, _site: TlsSite) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        let long = "x".repeat(101);
        for (name, value, field) in [
            ("name", long.as_str(), "name"),
            ("name", "a\u{1}b", "name"),
            ("name", "a\u{202e}b", "name"),
            ("name", "a\u{200b}b", "name"),
            ("uses", "0", "uses"),
            ("uses", "10001", "uses"),
            ("uses", "many", "uses"),
            ("uses", "", "uses"),
            ("lasts", "9d", "lasts"),
            ("lasts", "", "lasts"),
            ("scope", "orders:read", "scopes"),
            ("scope", "vouchsafe:read", "scopes"),
            ("scope", "a\"b", "scopes"),
        ] {
            let answer = make(&browser, &[(name, value)]);
            assert_eq!(answer.status, 422, "{name}={value}: {}", answer.body);
            assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{name}={value}: {}", answer.body);
        }
        let kept = make(&browser, &[("uses", "0"), ("name", "Kept words"), ("lasts", "30d")]).body;
        assert!(kept.contains("value=\"Kept words\"") && kept.contains("value=\"30d\" selected"), "{kept}");
        let both = make(&browser, &[("uses", "0"), ("name", &long)]).body;
        assert!(both.contains("href=\"#uses\"") && both.contains("href=\"#name\""), "all that is wrong at once: {both}");
        for smuggled in ["id", "created_by", "expires_at"] {
            assert_eq!(make(&browser, &[(smuggled, "1")]).status, 400, "{smuggled}");
        }
        assert_eq!(make(&browser, &[("uses", "1"), ("uses", "2")]).status, 400);
        assert!(world.events_of(EventKind::InitialTokenCreated).is_empty());
    }

    fn one_that_has_expired_is_not_listed(world: World, _site: TlsSite) {
        world.administrator("grace");
        let browser = world.admin_browser("grace");
        shown_token(&make(&browser, &[("lasts", "1h")]));
        assert!(browser.get(LIST).body.contains("Partner portal"));
        world.wait(Span::from_hours(1));
        let browser = world.admin_browser("grace");
        assert!(browser.get(LIST).body.contains("id=\"initial-tokens-none\""));
    }
}

mod while_it_is_off {
    use super::{LIST, NEW, make, shown_token};
    use crate::support::browser::hidden;
    use crate::support::on_both_databases;
    use crate::support::world::Answer;
    use vouchsafe_core::model::{EventKind, Span};

    on_both_databases! {
        fn making_and_revoking_ask_for_the_password_again_after_five_minutes(world: World) {
            world.administrator("grace");
            let browser = world.admin_browser("grace");
            shown_token(&make(&browser, &[]));
            let id = hidden(&browser.get(LIST).body, "id");
            world.wait(Span::from_minutes(6));
            let asks = |answer: &Answer, back: &str| {
                let to = format!("/admin/confirm?back={}", back.replace('/', "%2F"));
                assert_eq!((answer.status, answer.header("location")), (303, to.as_str()), "{}", answer.body);
            };
            asks(&browser.get(NEW), NEW);
            let fields = [("name", ""), ("uses", "1"), ("lasts", "1d")];
            asks(&browser.admin_post(LIST, NEW, &fields), NEW);
            asks(&browser.admin_post(LIST, "/admin/registration/revoke", &[("id", &id)]), LIST);
            assert_eq!(world.events_of(EventKind::InitialTokenCreated).len(), 1);
            assert!(world.events_of(EventKind::InitialTokenRevoked).is_empty());
            assert_eq!(browser.get(LIST).status, 200, "reading needs no password");
        }

        fn where_registration_is_off_the_pages_say_so(world: World) {
            world.administrator("grace");
            let browser = world.admin_browser("grace");
            assert!(browser.get("/admin/applications").body.contains("<a id=\"registration\" href=\"/admin/registration\">Registration by others</a> is off"));
            for page in [LIST, NEW] {
                assert!(browser.get(page).body.contains("id=\"registration-off\""), "{page}");
            }
            shown_token(&make(&browser, &[]));
            assert!(browser.get(LIST).body.contains("Registration is off"));
        }

        fn long_lists_go_on(world: World) {
            world.administrator("grace");
            for _ in 0..51 {
                world.initial_token(1, Span::from_days(1), &[]);
            }
            let browser = world.admin_browser("grace");
            let first = browser.get(LIST).body;
            let rows = |body: &str| body.matches("name=\"id\"").count();
            let (_, rest) = first.split_once("id=\"initial-tokens-next\" href=\"").unwrap();
            let next = browser.get(rest.split('"').next().unwrap()).body;
            assert_eq!((rows(&first), rows(&next)), (50, 1));
            assert!(!first.contains(&format!("value=\"{}\"", hidden(&next, "id"))));
            assert_eq!(browser.get("/admin/registration?cursor=x").status, 400);
        }
    }
}
