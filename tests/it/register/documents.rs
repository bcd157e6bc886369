//! What is fetched at registration: logos and lists of redirect URIs.

use super::refused;
use crate::support::newcomer::{open, ordinary, with_registration};
use crate::support::picture::{jpeg, png};
use crate::support::tls_site::TlsSite;
use crate::support::world::{Answer, World};
use serde_json::{Value, json};

fn problem(world: &World, over: Value) -> String {
    let (status, error, told) = refused(&world.register(&ordinary(over)));
    assert_eq!(
        (status, error.as_str()),
        (400, "invalid_client_metadata"),
        "{told}"
    );
    told
}

fn sector(world: &World, site: &TlsSite, document: &Value) -> Answer {
    site.serve("/sector", "application/json", document.to_string());
    world.register(&ordinary(json!({"sector_identifier_uri": site.url("/sector")})))
}

with_registration! { open;
    fn a_logo_is_drawn_again_and_served_by_us(world: World, site: TlsSite) {
        let original = png(512, 256, [200, 30, 30, 255]);
        site.serve("/logo.png", "image/png", &original);
        let made = world.registered(json!({"logo_uri": site.url("/logo.png")}));
        assert_eq!(made["logo_uri"], json!(site.url("/logo.png")));
        assert!(made.get("logo").is_none());
        world.follow();
        let page = world.browser().ask(&crate::support::newcomer::client(&made), &[]);
        let at = page.answer.body.split("src=\"").find_map(|part| part.strip_prefix("/static/logos/"));
        let at = format!("/static/logos/{}", at.unwrap().split('"').next().unwrap());
        let response = world.get(&at).send().unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/png");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        let bytes = response.bytes().unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.as_ref() != original);
        assert_eq!(site.asked_for("/logo.png"), 1, "fetched once, by us");
        // With the client goes its logo.
        assert_eq!(world.manage("DELETE", &made, None).status, 204);
        assert_eq!(Answer::to(world.get(&at)).status, 404);
    }

    fn a_logo_may_be_a_jpeg_too(world: World, site: TlsSite) {
        site.serve("/logo", "image/jpeg", jpeg());
        world.registered(json!({"logo_uri": site.url("/logo")}));
    }

    fn what_is_no_small_picture_is_no_logo(world: World, site: TlsSite) {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let good = png(8, 8, [0; 4]);
        for (path, kind, body) in [
            ("/svg", "image/svg+xml", svg.as_bytes().to_vec()),
            ("/sly", "image/png", svg.as_bytes().to_vec()),
            ("/tall", "image/png", png(1, 50_000, [0; 4])),
            ("/cut", "image/png", good[..good.len() / 2].to_vec()),
            ("/short", "image/png", good[..10].to_vec()),
            ("/text", "text/plain", good.clone()),
            ("/big", "image/png", vec![0; 600 * 1024]),
        ] {
            site.serve(path, kind, body);
            assert!(problem(world, json!({"logo_uri": site.url(path)})).starts_with("logo_uri: "), "{path}");
        }
        site.serve("/good", "image/png", &good);
        site.serve_raw("/moved", format!("HTTP/1.1 302 Found\r\nLocation: {}\r\n\r\n", site.url("/good")));
        assert!(problem(world, json!({"logo_uri": site.url("/moved")})).starts_with("logo_uri: "));
        assert_eq!(site.asked_for("/good"), 0);
        assert_eq!(Answer::to(world.get("/static/logos/0123.png")).status, 404);
    }

    fn only_so_many_logos_are_drawn_at_once(world: World, site: TlsSite) {
        site.serve("/logo.png", "image/png", png(8, 8, [0; 4]));
        let register = || world.register(&ordinary(json!({"logo_uri": site.url("/logo.png")})));
        let system = actix_web::rt::System::new();
        let turn = || system.block_on(world.services.drawing.turn());
        let (one, two) = (turn(), turn());
        assert!(one.is_ok() && two.is_ok());
        let busy = register();
        assert_eq!(busy.error(), (503, "temporarily_unavailable".to_owned()));
        assert_ne!(busy.header("retry-after"), "");
        world.registered(json!({}));
        drop(one);
        for _ in 0..3 {
            assert_eq!(register().status, 201, "a place comes back after each");
        }
    }

    fn a_list_of_redirect_uris_must_hold_all_and_nothing_but_strings(world: World, site: TlsSite) {
        let good = json!(["https://other.example/cb", "https://client.example/cb"]);
        let answer = sector(world, site, &good);
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert_eq!(answer.json()["sector_identifier_uri"], json!(site.url("/sector")));
        for bad in [
            json!(["https://other.example/cb"]),
            json!([]),
            json!(["https://client.example/cb", 7]),
            json!(["https://client.example/cb", null]),
            json!({"redirect_uris": ["https://client.example/cb"]}),
            json!("https://client.example/cb"),
        ] {
            let (status, error, told) = refused(&sector(world, site, &bad));
            assert_eq!((status, error.as_str()), (400, "invalid_client_metadata"), "{bad}");
            assert!(told.starts_with("sector_identifier_uri: "), "{told}");
        }
        let missing = json!({"sector_identifier_uri": site.url("/missing")});
        assert!(problem(world, missing).contains("not 200"));
        // An address inside, and one where nobody answers, cannot be told apart.
        site.serve_raw("/dumb", "");
        let inside = problem(world, json!({"sector_identifier_uri": "https://10.0.0.1/"}));
        assert_eq!(problem(world, json!({"sector_identifier_uri": site.url("/dumb")})), inside);
    }
}
