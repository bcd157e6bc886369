//! Every application of the catalogue: registered as its file says, it gets through its flow as it does it.

use crate::support::on_both_databases;
use crate::support::people::Registered;
use crate::support::relying_party::{VERIFIER, claims, param};
use crate::support::world::World;
use vouchsafe::audit::Act;
use vouchsafe::clients::catalog::{self, App};
use vouchsafe::clients::registration::{self, Made, Pepper};
use vouchsafe_core::model::{ClientMetadata, IdTokenClaims, PkceRule};
use vouchsafe_core::spec::scope;

const URL: &str = "https://apps.example.org/tool";

fn registered(world: &World, app: &App) -> (Registered, ClientMetadata) {
    let url = app.url_example.as_ref().map(|_| URL);
    let metadata = registration::check(app.wish(url).unwrap(), &[]).unwrap();
    let ports = &world.services.ports;
    let act = Act::new("cli", ports.clock.now(), &ports.entropy);
    let (version, pepper) = world.services.keys.secrets().newest_pepper();
    let (pepper, wanted) = (*pepper, metadata.clone());
    let made = world.write(move |tx| {
        let made = Made::new(wanted.clone(), &act);
        registration::create(
            tx,
            &act,
            &made,
            Pepper {
                version,
                key: &pepper,
            },
        )?;
        Ok(std::sync::Arc::new(made))
    });
    world.follow();
    let registered = Registered {
        id: made.client.id.as_str().to_owned(),
        secret: made.secret.as_ref().map(|secret| secret.expose().to_owned()),
        redirect_uri: metadata.redirect_uris[0].clone(),
    };
    (registered, metadata)
}

/// The token response of an application that sends a challenge, or none.
fn flow(world: &World, client: &Registered, scopes: &str, challenges: bool) -> serde_json::Value {
    let mut over = vec![("scope", scopes), ("prompt", "consent")];
    if !challenges {
        over.extend([("code_challenge", ""), ("code_challenge_method", "")]);
    }
    let end = world.browser().authorize(&client.authorization(&over), "ada");
    assert!(end.starts_with(&client.redirect_uri), "{end}");
    let code = param(&end, "code").unwrap_or_else(|| panic!("no code: {end}"));
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", client.redirect_uri.as_str()),
    ];
    if challenges {
        form.push(("code_verifier", VERIFIER));
    }
    let answer = client.token(world, &form);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

on_both_databases! {
    fn every_application_gets_through_its_flow_as_it_was_registered(world: World) {
        world.person("ada");
        for app in catalog::apps() {
            let (client, metadata) = registered(world, app);
            let tokens = flow(world, &client, &metadata.scopes.join(" "), app.pkce == PkceRule::Required);
            let id_token = claims(tokens["id_token"].as_str().unwrap());
            assert_eq!(id_token["aud"], client.id.as_str(), "{}", app.id);
            assert_eq!(id_token["iss"], world.issuer.as_str(), "{}", app.id);
            let in_id_token = app.id_token_claims == IdTokenClaims::IdToken;
            assert_eq!(id_token.get("email").is_some(), in_id_token, "{}", app.id);
            assert_eq!(id_token.get("preferred_username").is_some(), in_id_token, "{}", app.id);
            let wants_refresh = app.scopes.iter().any(|name| name == scope::OFFLINE_ACCESS);
            assert_eq!(tokens.get("refresh_token").is_some(), wants_refresh, "{}", app.id);
            let userinfo = world.get("/userinfo").bearer_auth(tokens["access_token"].as_str().unwrap());
            let userinfo: serde_json::Value = userinfo.send().unwrap().json().unwrap();
            assert_eq!(userinfo["email"], "ada@example.test", "{}", app.id);

            if app.pkce == PkceRule::Required {
                let without = client.authorization(&[("code_challenge", ""), ("code_challenge_method", "")]);
                let (end, _) = world.browser().open(&without);
                assert_eq!(param(&end, "error").as_deref(), Some("invalid_request"), "{}: {end}", app.id);
            }
        }
    }
}
