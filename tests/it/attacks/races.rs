//! Races (RFC 9700 §4.14; the lost-update class). One code at once and one refresh token at once are in `token/`;
//! bans, role changes and lost writes at the level of statements are in `store/`.

use crate::support::on_both_databases;
use crate::support::people::{PASSWORD, metadata};
use crate::support::relying_party::param;
use crate::support::world::{Answer, World};
use vouchsafe_core::model::{ClientKind, ClientMetadata, Span};

const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

fn strict(postgres: Option<String>) -> World {
    World::with("strict", postgres, |config| {
        config.tokens.refresh.retry_window = Span::ZERO;
        config.tokens.refresh.displace_window = Span::ZERO;
    })
}

fn without_windows_one_of_twenty_wins_and_the_chain_ends(world: &World) {
    world.person("ada");
    let app = world.client(metadata(ClientKind::Spa));
    let token = app.sign_in(world, "ada", OFFLINE)["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| app.refresh(world, &token)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    let next = won[0].json()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(
        app.refresh(world, &next).error(),
        (400, "invalid_grant".to_owned())
    );
}

#[test]
fn strict_refresh_on_sqlite() {
    without_windows_one_of_twenty_wins_and_the_chain_ends(&strict(None));
}

#[test]
fn strict_refresh_on_postgres() {
    without_windows_one_of_twenty_wins_and_the_chain_ends(&strict(Some(
        crate::support::postgres::fresh_database(),
    )));
}

on_both_databases! {
    fn no_refresh_outlives_the_disabling_of_its_person(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Web));
        let tokens: Vec<String> = (0..8)
            .map(|_| app.sign_in(world, "ada", OFFLINE)["refresh_token"].as_str().unwrap().to_owned())
            .collect();
        std::thread::scope(|scope| {
            for token in &tokens {
                scope.spawn(|| {
                    let status = app.refresh(world, token).status;
                    assert!(status == 200 || status == 400, "{status}");
                });
            }
            scope.spawn(|| world.disable("ada"));
        });
        for token in &tokens {
            assert_eq!(app.refresh(world, token).error(), (400, "invalid_grant".to_owned()));
        }
    }

    fn no_code_outlives_the_withdrawal_of_what_it_rests_on(world: World) {
        world.person("ada");
        let app = world.client(ClientMetadata { first_party: false, ..metadata(ClientKind::Web) });
        let browser = world.browser();
        let quietly = app.authorization(&[("prompt", "none")]);
        for _ in 0..12 {
            let allowed = browser.authorize(&app.authorization(&[]), "ada");
            assert!(param(&allowed, "code").is_some(), "{allowed}");
            let cookies: Vec<_> = browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
            let (cookies, world, url) = (&cookies.join("; "), &world, &quietly);
            let ends: Vec<String> = std::thread::scope(|scope| {
                let asks = || Answer::to(world.get(url).header("cookie", cookies)).header("location").to_owned();
                let asking: Vec<_> = (0..4).map(|_| scope.spawn(asks)).collect();
                world.withdraw_consent("ada", &app);
                asking.into_iter().map(|asked| asked.join().unwrap()).collect()
            });
            for code in ends.iter().filter_map(|end| param(end, "code")) {
                assert_eq!(app.redeem(world, &code).error(), (400, "invalid_grant".to_owned()));
            }
        }
    }

    fn the_right_password_among_many_guesses_gives_none_of_them_back(world: World) {
        world.person("ada");
        let client = world.client(metadata(ClientKind::Web));
        let attempt = |password: &str| {
            let browser = world.browser();
            let page = browser.ask(&client, &[]);
            browser.submit(&page, &[("username", "ada"), ("password", password)]).status
        };
        let burst: Vec<u16> = std::thread::scope(|scope| {
            let guess = |at: usize| if at == 4 { PASSWORD } else { "wrong horse battery" };
            let threads: Vec<_> = (0..20).map(|at| scope.spawn(move || attempt(guess(at)))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(burst.iter().all(|status| matches!(status, 303 | 422 | 429 | 503)), "{burst:?}");
        let mut tried = burst.iter().filter(|status| **status == 422).count();
        for _ in 0..20 {
            match attempt("wrong horse battery") {
                422 => tried += 1,
                status => assert_eq!(status, 429),
            }
        }
        assert_eq!(tried, 10, "so many were looked at, whatever came at once: {burst:?}");
    }

    fn many_chains_of_one_person_do_not_get_into_each_others_way(world: World) {
        world.person("ada");
        let app = world.client(metadata(ClientKind::Spa));
        let browser = world.browser();
        let mut tokens = Vec::new();
        for _ in 0..40 {
            let url = app.authorization(&[("scope", "openid offline_access")]);
            let code = param(&browser.authorize(&url, "ada"), "code").unwrap();
            let response = app.redeem(world, &code).json();
            tokens.push(response["refresh_token"].as_str().unwrap().to_owned());
        }
        std::thread::scope(|scope| {
            for token in &tokens {
                scope.spawn(|| assert_eq!(app.refresh(world, token).status, 200));
            }
        });
    }
}
