//! What people see of clients that registered themselves.

use crate::support::newcomer::{by_token, client, open, ordinary, with_registration};
use crate::support::people::PASSWORD;
use crate::support::picture::png;
use crate::support::world::Answer;
use serde_json::json;
use vouchsafe::config::Config;
use vouchsafe_core::model::Span;

with_registration! { open;
    fn both_pages_show_logo_policy_and_terms_and_that_nobody_looked_at_it(world: World, site: TlsSite) {
        world.person("ada");
        site.serve("/logo.png", "image/png", png(8, 8, [1, 2, 3, 255]));
        let made = world.registered(json!({
            "logo_uri": site.url("/logo.png"), "policy_uri": "https://client.example/policy",
            "tos_uri": "https://other.example/terms",
        }));
        let browser = world.browser();
        let login = browser.ask(&client(&made), &[]);
        assert_eq!(login.name(), "login");
        let consent = browser.fill(&login, &[("username", "ada"), ("password", PASSWORD)]);
        assert_eq!(consent.name(), "consent");
        for page in [&login, &consent] {
            for needed in [
                "Tideline", "src=\"/static/logos/", "href=\"https://client.example/policy\"",
                "href=\"https://other.example/terms\"", "rel=\"noopener noreferrer nofollow\"",
                "This app is unverified", "1 January 2026", "client.example",
            ] {
                assert!(page.says(needed), "{needed}: {}", page.answer.body);
            }
            assert!(!page.says(&site.url("")), "nothing is loaded from elsewhere");
            assert!(page.answer.header("content-security-policy").contains("img-src 'self'"));
        }
        assert!(consent.says("Registered by itself") && !consent.says("Registered by an administrator"));
        let german = browser.go(&format!("{}?ui_locales=de", consent.at));
        assert!(german.says("Diese App ist ungeprüft") && german.says("Selbst eingetragen"));
    }
}

mod with_a_token {
    use super::{Answer, PASSWORD, Span, by_token, client, json, ordinary, with_registration};

    with_registration! { by_token;
        fn the_page_says_that_somebody_was_allowed_to_register_it(world: World, _site: TlsSite) {
            world.person("ada");
            let token = world.initial_token(1, Span::from_days(1), &[]);
            let request = world.post("/register").bearer_auth(token).json(&ordinary(json!({})));
            let made = Answer::to(request).json();
            let browser = world.browser();
            let page = browser.ask(&client(&made), &[]);
            let page = browser.fill(&page, &[("username", "ada"), ("password", PASSWORD)]);
            assert!(page.says("This app is unverified") && page.says("lets register apps"), "{}", page.answer.body);
        }
    }
}

/// Anybody may register, and no logo is fetched.
fn without_logos(config: &mut Config) {
    open(config);
    config.registration.logos = false;
}

mod plain {
    use super::{client, json, png, with_registration, without_logos};

    with_registration! { without_logos;
        fn no_logo_is_fetched_where_none_is_shown(world: World, site: TlsSite) {
            site.serve("/logo.png", "image/png", png(8, 8, [1, 2, 3, 255]));
            let made = world.registered(json!({"logo_uri": site.url("/logo.png")}));
            assert!(site.asked().is_empty());
            assert!(!world.browser().ask(&client(&made), &[]).says("/static/logos/"));
        }
    }
}
