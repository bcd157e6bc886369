//! `/api/openapi.json`.

use crate::support::api_caller::{ALL, problem};
use crate::support::on_both_databases;
use crate::support::world::Answer;
use serde_json::json;
use vouchsafe::admin::api::routes::ROUTES;

on_both_databases! {
    fn the_problem_of_a_path_that_is_not_canonical_is_one_of_the_codes(world: World) {
        let code = Answer::to(world.get("/api/v1/%75sers")).problem();
        assert_eq!(code, problem(400, "path_invalid"));
        let described = Answer::to(world.get("/api/openapi.json")).body;
        assert!(described.contains("path_invalid"));
    }

    fn the_document_tells_every_route_with_its_scope(world: World) {
        let answer = Answer::to(world.get("/api/openapi.json"));
        assert_eq!(answer.status, 200);
        let document = answer.json();
        assert_eq!(document["openapi"], "3.1.0");
        let mut told = 0;
        for route in ROUTES {
            let operation = &document["paths"][format!("/api/v1{}", route.path)][route.method.as_str().to_lowercase()];
            assert_eq!(operation["security"][0]["token"][0], route.permission.scope(), "{}", route.path);
            told += 1;
        }
        let paths = document["paths"].as_object().unwrap();
        let operations: usize = paths.values().map(|path| path.as_object().unwrap().len() - 1).sum();
        assert_eq!(operations, told, "and nothing else");
        assert_eq!(document["servers"][0]["url"], world.issuer);
    }

    fn the_claims_of_an_api_are_described_as_they_are_taken(world: World) {
        let document = Answer::to(world.get("/api/openapi.json")).json();
        let wish = json!({"identifier": "https://api.example/bills", "name": "Bills", "claims": ["roles", "groups"]});
        let made = world.service(ALL).make("/apis", &wish);
        let words = &document["components"]["schemas"]["NewApi"]["properties"]["claims"]["items"]["enum"];
        assert_eq!(words, &made["claims"]);
    }
}
