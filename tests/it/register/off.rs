//! Registration is off unless it is turned on.

use crate::support::newcomer::ordinary;
use crate::support::on_both_databases;
use crate::support::world::Answer;
use serde_json::json;

on_both_databases! {
    fn nothing_says_that_there_could_be_a_registration_endpoint(world: World) {
        let facts = Answer::to(world.get("/.well-known/openid-configuration")).json();
        assert!(facts.get("registration_endpoint").is_none());
        assert!(facts.get("client_id_metadata_document_supported").is_none());
        assert_eq!(world.register(&ordinary(json!({}))).status, 404);
        assert_eq!(Answer::to(world.post("/register").body("{")).status, 404);
        let bearer = world.post("/register").bearer_auth("x").json(&json!({}));
        assert_eq!(Answer::to(bearer).status, 404);
        for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
            assert_eq!(Answer::to(world.request(method, "/register")).status, 404, "{method}");
            assert_eq!(Answer::to(world.request(method, "/register/x")).status, 404, "{method}");
        }
        let page = world.browser().go("/authorize?client_id=https://client.example/id&redirect_uri=https://client.example/cb");
        assert!(page.says("client_id is unknown"), "{}", page.answer.body);
    }
}
