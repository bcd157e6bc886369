//! Clients that register themselves at a [`World`] that lets them.

use super::people::Registered;
use super::tls_site::TlsSite;
use super::world::{Answer, Site, World};
use serde_json::{Value, json};
use vouchsafe::audit::Act;
use vouchsafe::clients::dynamic::initial_tokens::{self, Made, Wish};
use vouchsafe::config::{Config, DynamicRegistration};
use vouchsafe_core::model::Span;

/// Writes each test once, a function of a world of this configuration and of another site, and runs it on both
/// databases.
macro_rules! with_registration {
    ($configure:ident; $($(#[doc = $doc:literal])* fn $name:ident($world:ident: World, $site:ident: TlsSite) $body:block)+) => {
        $($(#[doc = $doc])* fn $name($world: &$crate::support::world::World, $site: &$crate::support::tls_site::TlsSite) $body)+

        mod sqlite {
            $(#[test] fn $name() {
                $crate::support::newcomer::run(stringify!($name), None, super::$configure, super::$name);
            })+
        }

        mod postgres {
            $(#[test] fn $name() {
                let url = Some($crate::support::postgres::migrated_database());
                $crate::support::newcomer::run(stringify!($name), url, super::$configure, super::$name);
            })+
        }
    };
}
pub(crate) use with_registration;

/// Runs a test in a world that trusts and may call another site.
pub(crate) fn run(
    name: &str,
    postgres: Option<String>,
    configure: fn(&mut Config),
    test: fn(&World, &TlsSite),
) {
    let site = TlsSite::start();
    let world = World::with(name, postgres, |config| {
        site.allow(config);
        configure(config);
    });
    test(&world, &site);
}

/// Anybody may register.
pub(crate) fn open(config: &mut Config) {
    config.registration.dynamic = DynamicRegistration::Open;
}

/// Whoever has an initial access token may register.
pub(crate) fn by_token(config: &mut Config) {
    config.registration.dynamic = DynamicRegistration::Token;
}

/// Metadata of an ordinary client, with these members over it.
pub(crate) fn ordinary(over: Value) -> Value {
    let mut document = json!({
        "client_name": "Tideline",
        "redirect_uris": ["https://client.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let members = document.as_object_mut().unwrap();
    if let Value::Object(over) = over {
        members.extend(over);
    }
    document
}

impl Site {
    /// A registration request.
    pub(crate) fn register(&self, document: &Value) -> Answer {
        Answer::to(self.post("/register").json(document))
    }

    /// A client that registered itself, as its answer says it.
    pub(crate) fn registered(&self, over: Value) -> Value {
        let answer = self.register(&ordinary(over));
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()
    }

    /// What a client's registration access token is good for.
    pub(crate) fn manage(&self, method: &str, client: &Value, body: Option<&Value>) -> Answer {
        let at = client["registration_client_uri"].as_str().unwrap();
        let token = client["registration_access_token"].as_str().unwrap();
        let request = self.request(method, at).bearer_auth(token);
        Answer::to(match body {
            Some(body) => request.json(body),
            None => request,
        })
    }
}

impl World {
    /// An initial access token.
    pub(crate) fn initial_token(&self, uses: i64, lasts: Span, scopes: &[&str]) -> String {
        let ports = &self.services.ports;
        let act = Act::new("cli", ports.clock.now(), &ports.entropy);
        let wish = Wish {
            name: String::new(),
            uses,
            lasts,
            scopes: scopes.iter().map(|name| (*name).to_owned()).collect(),
        };
        let made = Made::new(wish, &act);
        let secret = made.secret.expose().to_owned();
        self.write(move |tx| initial_tokens::create(tx, &act, &made));
        secret
    }
}

/// The client of a registration answer.
pub(crate) fn client(answer: &Value) -> Registered {
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    Registered {
        id: text("client_id").unwrap(),
        secret: text("client_secret"),
        redirect_uri: answer["redirect_uris"][0].as_str().unwrap_or_default().to_owned(),
    }
}
