//! RFC 6749 §2.3: exactly one method, the registered one, strictly read.

use crate::support::on_both_databases;
use crate::support::people::metadata;
use crate::support::world::{Answer, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vouchsafe_core::model::{AuthMethod, ClientKind, Span};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn with_header(world: &World, header: &str) -> Answer {
    Answer::to(
        world
            .post("/token")
            .header("authorization", header)
            .form(&[GRANT]),
    )
}

on_both_databases! {
    fn a_confidential_client_may_use_basic_or_the_body_unless_pinned(world: World) {
        world.orders_api();
        let free = world.client(metadata(ClientKind::Service));
        let secret = free.secret.clone().unwrap();
        let body = |id: &str, secret: &str| {
            Answer::to(world.post("/token").form(&[GRANT, ("client_id", id), ("client_secret", secret)]))
        };
        assert_eq!(free.token(world, &[GRANT]).status, 200);
        assert_eq!(body(&free.id, &secret).status, 200);

        let mut pinned = metadata(ClientKind::Service);
        pinned.token_endpoint_auth_method = Some(AuthMethod::ClientSecretBasic);
        let pinned = world.client(pinned);
        assert_eq!(pinned.token(world, &[GRANT]).status, 200);
        let refused = body(&pinned.id, pinned.secret.as_deref().unwrap());
        assert_eq!(refused.error(), (401, "invalid_client".to_owned()));
    }

    fn two_methods_in_one_request_are_refused(world: World) {
        let client = world.client(metadata(ClientKind::Service));
        let secret = client.secret.clone().unwrap();
        let both = client.token(world, &[GRANT, ("client_id", &client.id), ("client_secret", &secret)]);
        assert_eq!(both.error(), (400, "invalid_request".to_owned()));
        let other_id = client.token(world, &[GRANT, ("client_id", "somebody-else")]);
        assert_eq!(other_id.error(), (400, "invalid_request".to_owned()));
    }

    fn basic_with_the_same_client_id_in_the_body_is_one_method(world: World) {
        world.orders_api();
        let client = world.client(metadata(ClientKind::Service));
        assert_eq!(client.token(world, &[GRANT, ("client_id", &client.id)]).status, 200);
    }

    fn an_unknown_client_and_a_wrong_secret_look_alike(world: World) {
        let client = world.client(metadata(ClientKind::Service));
        let wrong = client.secret.clone().unwrap().replace("vcs_", "vcs_A");
        let ask = |id: &str, secret: &str| {
            Answer::to(world.post("/token").basic_auth(id, Some(secret)).form(&[GRANT]))
        };
        let (one, other) = (ask(&client.id, &wrong), ask("nobody", &wrong));
        assert_eq!(one.error(), (401, "invalid_client".to_owned()));
        assert_eq!(one.body, other.body);
        assert!(one.header("www-authenticate").starts_with("Basic"));
        assert_eq!(one.header("www-authenticate"), other.header("www-authenticate"));
        assert_eq!(one.header("cache-control"), "no-store");
    }

    fn a_confidential_client_without_secret_and_a_public_one_with_a_secret_are_refused(world: World) {
        let service = world.client(metadata(ClientKind::Service));
        let bare = Answer::to(world.post("/token").form(&[GRANT, ("client_id", &service.id)]));
        assert_eq!(bare.error(), (401, "invalid_client".to_owned()));
        let app = world.client(metadata(ClientKind::Spa));
        let secret = service.secret.as_deref().unwrap();
        let form = [("grant_type", "authorization_code"), ("client_id", &app.id), ("client_secret", secret)];
        assert_eq!(Answer::to(world.post("/token").form(&form)).error(), (401, "invalid_client".to_owned()));
        let nobody = Answer::to(world.post("/token").form(&[GRANT]));
        assert_eq!(nobody.error(), (401, "invalid_client".to_owned()));
    }

    fn a_secret_stops_to_count_when_it_expires_also_while_the_client_is_remembered(world: World) {
        world.orders_api();
        let client = world.unnoticed_client(metadata(ClientKind::Service), Some(Span::from_hours(1)));
        world.follow();
        assert_eq!(client.token(world, &[GRANT]).status, 200);
        world.wait(Span::from_minutes(59));
        assert_eq!(client.token(world, &[GRANT]).status, 200);
        world.wait(Span::from_minutes(1));
        assert_eq!(client.token(world, &[GRANT]).error(), (401, "invalid_client".to_owned()));
    }

    fn a_malformed_authorization_header_is_invalid_client(world: World) {
        let client = world.client(metadata(ClientKind::Service));
        let pair = format!("{}:{}", client.id, client.secret.as_deref().unwrap());
        let good = STANDARD.encode(&pair);
        for bad in [
            "Basic".to_owned(),
            "Basic ".to_owned(),
            format!("Basic  {good}"),
            format!("Basic {}", good.trim_end_matches('=').to_owned() + "\t"),
            format!("Basic {}", STANDARD.encode(format!("{pair}:more"))),
            format!("Basic {}", STANDARD.encode(&client.id)),
            format!("Basic {}", STANDARD.encode([0xff, b':', 0xfe])),
            format!("Bearer {good}"),
            "Digest username=\"a\"".to_owned(),
        ] {
            let answer = with_header(world, &bad);
            assert_eq!(answer.error(), (401, "invalid_client".to_owned()), "{bad:?}");
        }
        world.orders_api();
        assert_eq!(with_header(world, &format!("bAsIc {good}")).status, 200, "the scheme has no case");
    }

    fn the_two_halves_of_basic_are_percent_decoded(world: World) {
        world.orders_api();
        let client = world.client(metadata(ClientKind::Service));
        let encode = |text: &str| text.replace('_', "%5F").replace('-', "%2d");
        let pair = format!("{}:{}", encode(&client.id), encode(client.secret.as_deref().unwrap()));
        assert_eq!(with_header(world, &format!("Basic {}", STANDARD.encode(pair))).status, 200);
        let broken = format!("{}%zz:{}", client.id, client.secret.as_deref().unwrap());
        let answer = with_header(world, &format!("Basic {}", STANDARD.encode(broken)));
        assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
    }
}
