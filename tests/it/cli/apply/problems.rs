//! Everything that is wrong with documents is told, each at its own place, however much else is wrong.

use super::*;

/// Asserts that the documents are refused for all of this, and for nothing else.
fn told(place: &Place, site: &str, problems: &[&str]) {
    place.file("site.toml", site);
    let ended = place.run(&["apply", "-f", "site.toml"]);
    ended.failed(78, "nothing was changed");
    let said: Vec<_> = ended.stderr.lines().skip(1).map(str::trim).collect();
    assert!(
        said.len() == problems.len()
            && said
                .iter()
                .zip(problems)
                .all(|(said, problem)| said.starts_with(problem)),
        "{said:#?} is not {problems:#?}"
    );
}

#[test]
fn a_client_of_unknown_type_is_read_to_its_end() {
    let place = Place::sqlite();
    for (line, problem) in [
        ("type = \"webb\"", "site.toml:3: clients.shop.type is \"webb\""),
        ("", "site.toml:1: clients.shop.type is missing"),
    ] {
        let site = format!(
            "[[clients]]\nclient_id = \"shop\"\n{line}\nclient_name = \"Shop\"\n\
             redirect_uris = [\"https://shop.example.com/cb#x\", \"http://shop.example.com/cb\"]\n\
             web_origins = [\"https://shop.example.com/x\"]\nscope = \"openid stock\"\nintrospects = [\"stock\"]\n"
        );
        let mut problems = vec![
            "site.toml:5: clients.shop.redirect_uris redirect URI \"https://shop.example.com/cb#x\"",
            "site.toml:5: clients.shop.redirect_uris redirect URI \"http://shop.example.com/cb\"",
            "site.toml:6: clients.shop.web_origins web origin",
            "site.toml:7: clients.shop.scope scope \"stock\": no API owns it",
            "site.toml:8: clients.shop.introspects introspects \"stock\"",
        ];
        problems.insert(0, problem);
        told(&place, &site, &problems);
    }
}

#[test]
fn a_person_is_read_to_the_end() {
    let place = Place::sqlite();
    told(
        &place,
        "[[users]]\nusername = \"a b\"\nemail = \"nowhere\"\nroles = [\"a b\"]\ngroups = [\"a,b\"]\n\
         claims = { birthdate = \"yesterday\", zoneinfo = 5 }\n\
         [[users]]\nusername = \"bob\"\nroles = [\"a b\"]\n",
        &[
            "site.toml:2: users.a b.username",
            "site.toml:3: users.a b.email",
            "site.toml:4: users.a b.roles",
            "site.toml:5: users.a b.groups",
            "site.toml:6: users.a b.claims has birthdate",
            "site.toml:6: users.a b.claims has zoneinfo",
            "site.toml:7: users.bob.email is missing",
            "site.toml:9: users.bob.roles",
        ],
    );
}

#[test]
fn an_api_is_read_to_its_end() {
    let place = Place::sqlite();
    told(
        &place,
        "[[apis]]\nidentifier = \"stock\"\naccess_token_lifetime = \"25h\"\nscopes = [\"openid\", \"a b\"]\n",
        &[
            "site.toml:1: apis.\"stock\".name is missing",
            "site.toml:2: apis.\"stock\".identifier",
            "site.toml:3: apis.\"stock\".access_token_lifetime",
            "site.toml:4: apis.\"stock\".scopes scope \"openid\"",
            "site.toml:4: apis.\"stock\".scopes scope \"a b\"",
        ],
    );
}

#[test]
fn keys_and_claims_are_told_at_their_own_place_and_say_nothing_twice() {
    let place = Place::sqlite();
    let jobs = |line: &str| {
        format!(
            "[[clients]]\nclient_id = \"jobs\"\nclient_name = \"Jobs\"\ntype = \"service\"\n\
             token_endpoint_auth_method = \"private_key_jwt\"\n{line}\n"
        )
    };
    told(
        &place,
        &jobs("jwks = { keys = 5 }"),
        &["site.toml:6: clients.jobs.jwks the JWK set"],
    );
    place.file("keys.json", "{\"keys\": 5}");
    told(
        &place,
        &jobs("jwks_file = \"keys.json\""),
        &["site.toml:6: clients.jobs.jwks_file the JWK set"],
    );
    place.file("keys.json", "{\"keys\": [], \"keys\": []}");
    told(
        &place,
        &jobs("jwks_file = \"keys.json\""),
        &["site.toml:6: clients.jobs.jwks_file names keys.json, which has \"keys\" twice"],
    );
    let site = "{\"users\": [{\"username\": \"ada\", \"email\": \"ada@example.com\",\n\
                \"claims\": {\"locale\": \"de\", \"address\": {\"country\": \"A\", \"country\": \"B\"}}}]}";
    place.file("site.json", site);
    place
        .run(&["apply", "-f", "site.json"])
        .failed(78, "site.json:2: users.ada.claims has \"country\" twice");
}
