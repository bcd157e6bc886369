//! No parser panics, whatever comes, and each keeps its promise about what it lets through.

use super::samples::list;
use proptest::prelude::*;
use vouchsafe_core::model::{ClientId, ClientKind, GrantId};
use vouchsafe_core::spec::{
    Params, acr, basic, claims, grant_type, login_hint, max_age, nonce, params, pkce, prompt, redirect_uri,
    refresh_token, resource, response_mode, response_type, scope, state, ui_locales, username,
};

/// Texts that come near to what the parsers know.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,60}",
        "[A-Za-z0-9+/=]{0,60}",
        "(Basic|Bearer|bearer) [A-Za-z0-9+/=._-]{0,40}",
        "vrt1\\.[a-z0-9]{0,3}\\.[A-Za-z0-9_-]{0,24}\\.[0-9+-]{0,20}\\.[A-Za-z0-9_-]{40,45}",
        "[a-z]{0,3}[:/@.%#?\\[\\]]{0,6}[a-z0-9:/.@%-]{0,20}",
    ]
}

/// Texts that come near to redirect URIs.
fn uris() -> impl Strategy<Value = String> {
    prop_oneof![
        texts(),
        "https?://(127\\.0\\.0\\.1|\\[::1\\]|localhost|c1\\.test|[0-9a-fx.]{1,12})(:[0-9]{0,6})?(/[a-z%.]{0,8}){0,3}(\\?[a-z=&%]{0,8})?",
        "com\\.example\\.app:/{0,3}[a-z]{0,5}",
    ]
}

fn kinds() -> impl Strategy<Value = ClientKind> {
    prop_oneof![
        Just(ClientKind::Web),
        Just(ClientKind::Spa),
        Just(ClientKind::Native),
        Just(ClientKind::Service)
    ]
}

/// A loopback URI without its port, cut by another parser than ours.
fn without_port(uri: &str) -> Option<String> {
    let mut url = url::Url::parse(uri).ok()?;
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    (url.scheme() == "http" && loopback).then_some(())?;
    url.set_port(None).ok()?;
    Some(url.into())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn forms_of_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        params::fuzz(&bytes);
    }

    #[test]
    fn forms_that_look_like_forms(text in "([a-c]{0,2}(=|%3D|%|&){0,2}[a-c+%0-9]{0,3}){0,8}") {
        params::fuzz(text.as_bytes());
    }

    #[test]
    fn what_is_encoded_decodes(pairs in proptest::collection::vec(("[a-z]{1,5}", any::<String>()), 0..8)) {
        let given: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(_, value)| !value.is_empty() && !value.contains('\0'))
            .collect();
        let uri = redirect_uri::with_params("https://c1.test/cb", &given);
        prop_assert!(uri.is_ascii());
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        let read = Params::parse(query.as_bytes()).map_err(|reason| TestCaseError::fail(reason.id()))?;
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), given);
    }

    #[test]
    fn every_parameter_of_any_text(text in texts()) {
        let value = Some(text.as_str());
        scope::fuzz(&text);
        basic::fuzz(&text);
        if let Ok(Some(challenge)) = pkce::Challenge::parse(value, Some("S256")) {
            prop_assert_eq!(challenge.as_str(), &text);
        }
        prop_assert_eq!(pkce::derive(&text).is_ok(), pkce::verify(pkce::derive(&text).ok().as_ref().map(pkce::Challenge::as_str), value).is_ok());
        if let Ok(seconds) = max_age::parse(value) {
            prop_assert!(seconds.is_some_and(|seconds| (0..=i64::from(i32::MAX)).contains(&seconds)));
        }
        if let Ok(kept) = state::parse(value) {
            prop_assert_eq!(kept.as_deref(), value);
        }
        if let Ok(kept) = nonce::parse(value) {
            prop_assert_eq!(kept.as_deref(), value);
        }
        let _ = (prompt::parse(value), response_type::parse(value), response_mode::parse(value), grant_type::parse(value));
        let _ = (resource::parse(&[&text]), acr::parse(value), login_hint::parse(value));
        for tag in ui_locales::parse(value) {
            prop_assert!(tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        }
    }

    #[test]
    fn refresh_tokens_of_any_text(text in texts(), generation in 0_i64..=i64::MAX, gid in any::<[u8; 16]>()) {
        let key = refresh_token::MacKey { id: "k1", key: &[1; 32], issuer: "https://id.example.com" };
        let client = ClientId::new("c1");
        let forged = refresh_token::parse(&text).and_then(|presented| presented.verify(&key, &client));
        prop_assert!(forged.is_err());
        let gid = GrantId::from_entropy(gid);
        let token = refresh_token::mint(&key, &gid, &client, generation);
        let genuine = refresh_token::parse(&token).and_then(|presented| presented.verify(&key, &client));
        let genuine = genuine.map_err(|reason| TestCaseError::fail(reason.id()))?;
        prop_assert_eq!((genuine.gid(), genuine.generation()), (&gid, generation));
    }

    #[test]
    fn redirect_uris_of_any_text(registered in uris(), presented in uris()) {
        redirect_uri::fuzz(&registered, &presented);
    }

    #[test]
    fn nothing_matches_but_equal_bytes_and_a_loopback_port(registered in uris(), presented in uris(), kind in kinds()) {
        let list = [registered.clone()];
        if redirect_uri::find(&list, kind, &presented).is_some() && registered != presented {
            prop_assert_eq!(kind, ClientKind::Native);
            let (one, other) = (without_port(&registered), without_port(&presented));
            prop_assert!(one.is_some() && one == other, "{} {}", registered, presented);
        }
    }

    #[test]
    fn what_may_be_registered_means_the_same_to_a_browser(uri in uris(), kind in kinds()) {
        if redirect_uri::registrable(&uri, kind).is_ok() {
            let url = url::Url::parse(&uri).map_err(|problem| TestCaseError::fail(problem.to_string()))?;
            prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
            if matches!(url.scheme(), "http" | "https") {
                prop_assert_eq!(Some(redirect_uri::host(&uri)), url.host_str().map(str::to_owned));
                prop_assert_eq!(redirect_uri::origin(&uri), Some(url.origin().ascii_serialization()));
                prop_assert!(url.path() == "/" || uri.contains(url.path()), "{}", uri);
            }
        }
    }

    #[test]
    fn keys_of_names_are_settled(text in prop_oneof![any::<String>(), "[A-Za-z0-9@.ßſıİΣςﬁéÉ ]{0,12}"]) {
        let key = username::key(&text);
        prop_assert_eq!(username::key(&key), key);
        let _ = (username::check(&text, &text), username::check_email(&text));
    }

    #[test]
    fn claims_of_any_value(name in "[a-z_]{1,12}", text in any::<String>(), number in any::<i64>()) {
        for name in [name.as_str(), "birthdate", "zoneinfo", "locale", "website", "address", "updated_at", "name"] {
            for value in [serde_json::json!(text), serde_json::json!(number), serde_json::json!({"country": text}), serde_json::json!([text])] {
                let map = serde_json::Map::from_iter([(name.to_owned(), value)]);
                let _ = claims::validate(map);
            }
        }
    }

    #[test]
    fn scopes_join_and_part_again(words in "[a-z:]{1,4}( [a-z:]{1,4}){0,8}") {
        let scopes = list(&words);
        let parsed = scope::parse(&scope::join(&scopes)).map_err(|reason| TestCaseError::fail(reason.id()))?;
        prop_assert!(scope::is_subset(&scopes, &parsed) && scope::is_subset(&parsed, &scopes));
    }
}
