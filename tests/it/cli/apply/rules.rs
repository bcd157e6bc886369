//! Rules of what documents declare, told with file, line and key.

use super::{apply_fails, events};
use crate::cli::program::Place;

#[test]
fn a_rule_is_told_at_the_key_that_breaks_it() {
    let site = |kind: &str, lines: &str| format!("[[{kind}]]\n{lines}\n");
    let client = |lines: &str| {
        let whole = format!("client_id = \"shop\"\ntype = \"web\"\n{lines}");
        site("clients", &whole)
    };
    let api = |lines: &str| site("apis", &format!("identifier = \"https://a.example\"\n{lines}"));
    let named = "client_name = \"Shop\"\nredirect_uris = [\"https://s.example/cb\"]";
    for place in Place::both() {
        for (document, told) in [
            (
                client("redirect_uris = [\"https://s.example/cb\"]\nclient_name = \"a\u{200b}b\""),
                "5: clients.shop.client_name the name",
            ),
            (
                client("client_name = \"Shop\"\nredirect_uris = []"),
                "5: clients.shop.redirect_uris the grant authorization_code",
            ),
            (
                client(&format!("{named}\npost_logout_redirect_uris = [\"x\"]")),
                "6: clients.shop.post_logout_redirect_uris post-logout",
            ),
            (
                client(&format!("{named}\nweb_origins = [\"https://s.example/x\"]")),
                "6: clients.shop.web_origins web origin",
            ),
            (
                client(&format!("{named}\nintrospects = [\"x\"]")),
                "6: clients.shop.introspects introspects",
            ),
            (
                client(&format!("{named}\njwks = {{ keys = 1 }}")),
                "6: clients.shop.jwks the JWK set",
            ),
            (
                client(&format!("{named}\ntoken_endpoint_auth_method = \"none\"")),
                "6: clients.shop.token_endpoint_auth_method a client",
            ),
            (
                client(&format!(
                    "{named}\ntoken_endpoint_auth_method = \"private_key_jwt\""
                )),
                "6: clients.shop.token_endpoint_auth_method the method private_key_jwt",
            ),
            (
                api("name = \"a\u{200b}b\""),
                "3: apis.\"https://a.example\".name the name",
            ),
            (
                api("name = \"A\"\naccess_token_lifetime = \"25h\""),
                "4: apis.\"https://a.example\".access_token_lifetime the lifetime",
            ),
            (
                api("name = \"A\"\nscopes = [\"openid\"]"),
                "4: apis.\"https://a.example\".scopes scope \"openid\"",
            ),
        ] {
            place.file("site.toml", &document);
            apply_fails(&place, &[], &format!("site.toml:{told}"));
        }
        assert_eq!(events(&place), Vec::<String>::new());
    }
}
