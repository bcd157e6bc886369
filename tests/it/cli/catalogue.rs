//! `client create --app`: well-known applications.

use super::program::Place;
use serde_json::json;

#[test]
fn a_well_known_application_is_registered_as_it_wants_to_be_with_its_settings() {
    for place in Place::both() {
        let grafana = place
            .run(&[
                "client",
                "create",
                "--json",
                "--app",
                "grafana",
                "--url",
                "https://grafana.example.com/",
            ])
            .document();
        assert_eq!(grafana["client_name"], "Grafana");
        assert_eq!(
            grafana["redirect_uris"],
            json!(["https://grafana.example.com/login/generic_oauth"])
        );
        assert_eq!(grafana["pkce"], "required");
        assert!(
            grafana["scope"]
                .as_str()
                .unwrap()
                .starts_with("openid profile email offline_access")
        );
        let settings = grafana["settings"][0]["text"].as_str().unwrap();
        for part in ["client_id", "client_secret"] {
            let line = format!("{part} = {}", grafana[part].as_str().unwrap());
            assert!(settings.contains(&line), "{settings}");
        }
        assert!(
            settings.contains("&post_logout_redirect_uri=https://grafana.example.com/login\n"),
            "{settings}"
        );
    }
}

#[test]
fn an_application_of_the_catalogue_can_be_called_and_set_otherwise() {
    let place = Place::sqlite();
    let wiki = [
        "client",
        "create",
        "--json",
        "--app",
        "outline",
        "--url",
        "https://wiki.example.com",
        "--name",
        "Our wiki",
        "--first-party",
        "--scope",
        "openid email",
    ];
    let wiki = place.run(&wiki).document();
    assert_eq!(
        (&wiki["client_name"], &wiki["first_party"], &wiki["scope"]),
        (&json!("Our wiki"), &json!(true), &json!("openid email"))
    );
    let kubectl = place
        .run(&["client", "create", "--json", "--app", "kubelogin"])
        .document();
    assert_eq!(
        (&kubectl["type"], kubectl.get("client_secret")),
        (&json!("native"), None)
    );
}

#[test]
fn an_application_without_its_address_or_not_in_the_catalogue_is_refused() {
    let place = Place::sqlite();
    let create = |more: &[&str]| place.run(&[&["client", "create"], more].concat());
    create(&["--app", "grafana"]).failed(2, "such as https://grafana.example.com");
    create(&["--app", "grafana", "--url", "http://grafana.example.com"]).failed(2, "https");
    create(&["--app", "kubelogin", "--url", "https://k8s.example.com"]).failed(2, "no address of its own");
    create(&["--app", "graffana"]).failed(2, "grafana");
    create(&["--url", "https://grafana.example.com"]).failed(2, "--app");
    create(&["--app", "grafana", "--type", "web"]).failed(2, "--type");
    create(&["--name", "Shop"]).failed(2, "--type");
}
