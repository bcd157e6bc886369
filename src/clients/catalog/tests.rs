use super::*;
use crate::clients::registration;
use std::collections::BTreeSet;
use std::path::Path;
use vouchsafe_core::model::{ClientId, UnixTime};

const URL: &str = "https://app.example.org/tools";

fn endpoints() -> Endpoints {
    let at = |path: &str| format!("https://id.example.com/{path}");
    Endpoints {
        authorization_endpoint: at("authorize"),
        token_endpoint: at("token"),
        userinfo_endpoint: at("userinfo"),
        revocation_endpoint: at("revoke"),
        end_session_endpoint: at("logout"),
        registration_endpoint: None,
        introspection_endpoint: at("introspect"),
        jwks_uri: at("jwks"),
        vouchsafe_revocations_uri: at("revocations"),
        vouchsafe_revocations_stream_uri: at("revocations/stream"),
    }
}

fn filled<'a>(endpoints: &'a Endpoints, scopes: &'a [String]) -> Filled<'a> {
    Filled {
        issuer: "https://id.example.com",
        endpoints,
        discovery: "https://id.example.com/.well-known/openid-configuration",
        url: URL,
        client_id: "4qVv0Yt7m1cXw2aZr8Kd9g",
        client_secret: Some("vcs_secret"),
        callback: "https://app.example.org/tools/callback",
        scopes,
    }
}

fn stems(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let names = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    names
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".toml")?.to_owned()))
        .collect()
}

/// No `@name@` is left; an `@` of its own may stand.
fn is_filled(text: &str) -> bool {
    let pieces: Vec<&str> = text.split('@').collect();
    !pieces.iter().skip(1).any(|piece| {
        !piece.is_empty() && piece.len() < 30 && piece.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    })
}

#[test]
fn every_file_is_listed_and_can_be_read() {
    let listed = |files: &[(&str, &str)]| {
        files
            .iter()
            .map(|(id, _)| (*id).to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(listed(files::APPS), stems("catalog"));
    assert_eq!(listed(files::LIBRARIES), stems("catalog/libraries"));
    for (id, text) in files::APPS {
        read::app(id, text).unwrap_or_else(|flaw| panic!("{id}: {flaw}"));
    }
    for (id, text) in files::LIBRARIES {
        read::library(id, text).unwrap_or_else(|flaw| panic!("{id}: {flaw}"));
    }
    assert!(apps().len() >= 12);
    assert!(apps().iter().map(|app| app.id).is_sorted());
}

#[test]
fn every_application_can_be_registered_and_its_settings_are_filled_in() {
    let endpoints = endpoints();
    for app in apps() {
        let url = app.url_example.as_ref().map(|_| URL);
        let metadata = registration::check(app.wish(url).unwrap(), &[])
            .unwrap_or_else(|rule| panic!("{}: {rule}", app.id));
        assert!(metadata.scopes.contains(&"openid".to_owned()), "{}", app.id);
        let mut all = String::new();
        for settings in app.settings(&filled(&endpoints, &metadata.scopes)) {
            assert!(is_filled(&settings.text), "{}: {}", app.id, settings.text);
            assert!(settings.text.ends_with('\n'), "{}", app.id);
            all += &settings.text;
        }
        assert!(
            all.contains("4qVv0Yt7m1cXw2aZr8Kd9g") && all.contains("https://id.example.com"),
            "{}",
            app.id
        );
        let has_secret = matches!(app.kind, ClientKind::Web | ClientKind::Service);
        assert_eq!(all.contains("vcs_secret"), has_secret, "{}", app.id);
        let client = Client {
            id: ClientId::new("c"),
            epoch: 0,
            disabled_at: None,
            created_at: UnixTime::default(),
            registrar: vouchsafe_core::model::Registrar::default(),
            unused_until: None,
            metadata,
        };
        assert_eq!(app.url_of(&client), url.unwrap_or_default(), "{}", app.id);
    }
}

#[test]
fn every_kind_of_client_finds_settings_in_the_libraries() {
    let endpoints = endpoints();
    let scopes = ["openid".to_owned(), "email".to_owned()];
    for kind in [
        ClientKind::Web,
        ClientKind::Spa,
        ClientKind::Native,
        ClientKind::Service,
    ] {
        let all: Vec<Settings> = libraries()
            .iter()
            .flat_map(|library| library.settings(kind, &filled(&endpoints, &scopes)))
            .collect();
        assert!(all.len() >= 3, "{kind:?}");
        for settings in &all {
            assert!(is_filled(&settings.text), "{}", settings.text);
            assert!(
                settings.text.contains("4qVv0Yt7m1cXw2aZr8Kd9g"),
                "{}",
                settings.text
            );
        }
        let secret = all.iter().any(|settings| settings.text.contains("vcs_secret"));
        assert_eq!(
            secret,
            matches!(kind, ClientKind::Web | ClientKind::Service),
            "{kind:?}"
        );
    }
}

#[test]
fn an_address_is_scheme_host_and_path_and_nothing_that_would_end_a_string() {
    let grafana = app("grafana").unwrap();
    for (given, callback) in [
        (
            "https://grafana.example.com",
            "https://grafana.example.com/login/generic_oauth",
        ),
        (
            "https://grafana.example.com/",
            "https://grafana.example.com/login/generic_oauth",
        ),
        (
            " https://example.com/tools/grafana ",
            "https://example.com/tools/grafana/login/generic_oauth",
        ),
        (
            "http://localhost:3000",
            "http://localhost:3000/login/generic_oauth",
        ),
    ] {
        assert_eq!(grafana.wish(Some(given)).unwrap().redirect_uris, [callback]);
    }
    for bad in [
        "",
        "grafana.example.com",
        "http://grafana.example.com",
        "https://grafana.example.com/?x=1",
        "https://grafana.example.com/#x",
        "https://grafana.example.com/'; rm -rf /",
        "https://grafana.example.com/'x",
        "https://grafana.example.com/$(id)",
        "https://grafana.example.com/\"x",
        "https://ada:pw@grafana.example.com",
        "https://grafana.example.com/a/../b",
        "https://*.example.com",
        "javascript:alert(1)",
    ] {
        assert!(grafana.wish(Some(bad)).is_err(), "{bad}");
    }
    assert!(
        grafana
            .wish(None)
            .unwrap_err()
            .to_string()
            .contains("https://grafana.example.com")
    );
    let kubelogin = app("kubelogin").unwrap();
    assert!(kubelogin.wish(Some("https://k8s.example.com")).is_err());
    assert_eq!(kubelogin.wish(None).unwrap().redirect_uris.len(), 2);
}

#[test]
fn what_was_put_in_is_not_looked_at_again() {
    let endpoints = endpoints();
    let sly = Filled {
        client_id: "@client_secret@",
        ..filled(&endpoints, &[])
    };
    assert_eq!(
        fill("a@client_id@b@c @@client_id@ @", &sly),
        "a@client_secret@b@c @@client_secret@ @"
    );
}

#[test]
fn a_line_for_an_issuer_without_tls_is_there_for_such_an_issuer_only() {
    let (endpoints, scopes) = (endpoints(), vec!["openid".to_owned()]);
    let library = libraries()
        .iter()
        .find(|library| library.id == "openid-client")
        .unwrap();
    for kind in [ClientKind::Web, ClientKind::Native, ClientKind::Service] {
        let text_of = |issuer| {
            let mut filled = filled(&endpoints, &scopes);
            filled.issuer = issuer;
            let [settings] = library.settings(kind, &filled).try_into().unwrap();
            assert!(is_filled(&settings.text), "{}", settings.text);
            settings.text
        };
        let marked = text_of("http://localhost:7300");
        let line = marked.lines().find(|line| line.contains("allowInsecureRequests"));
        assert!(line.unwrap().starts_with("  "), "{marked}");
        let plain = text_of("https://localhost:7300");
        assert_eq!(
            marked
                .replace("http://", "https://")
                .replace(&format!("{}\n", line.unwrap()), ""),
            plain
        );
    }
}
