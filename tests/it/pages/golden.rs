//! The HTML of every sample, as reviewed.

use vouchsafe::pages::gallery;
use vouchsafe::web::assets;

#[test]
fn every_page_is_as_it_was_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, html) in gallery() {
            insta::assert_snapshot!(name, without_hashes(html));
        }
    });
}

/// A new rule in the style sheet is no new page.
fn without_hashes(html: String) -> String {
    let plain = |html: String, name: &str| html.replace(&assets::url(name), &format!("/static/{name}"));
    ["app.css", "reveal.js", "code.js", "mark.svg"]
        .into_iter()
        .fold(html, plain)
}

#[test]
fn a_hostile_name_stays_text() {
    let hostile: Vec<_> = gallery()
        .into_iter()
        .filter(|(name, _)| name.contains("hostile"))
        .collect();
    assert!(!hostile.is_empty());
    for (name, html) in hostile {
        assert!(!html.contains("<script>") && !html.contains("<b>x"), "{name}");
        assert!(!html.contains('\u{202E}'), "{name}");
    }
}

#[test]
fn the_english_pages_say_the_words_that_never_change() {
    let english = |name: &str| {
        let name = format!("{name}.en");
        gallery()
            .into_iter()
            .find(|(page, _)| *page == name)
            .expect("a sample")
            .1
    };
    assert!(english("login.first").contains("<h1>Sign in</h1>"));
    assert!(english("login.again").contains("<h1>Sign in</h1>"));
    for (state, sentence) in [
        ("redirect-uri-not-registered", "redirect_uri is not registered"),
        ("redirect-uri-missing", "redirect_uri is missing"),
        ("client-unknown", "client_id is unknown"),
        ("request-uri", "request_uri is invalid or expired"),
    ] {
        assert!(
            english(&format!("error.{state}")).contains(&format!(">{sentence}</p>")),
            "{state}"
        );
    }
}

#[test]
fn a_first_sign_in_page_with_all_that_it_needs_is_small() {
    let page = gallery()
        .into_iter()
        .find(|(name, _)| name == "login.first.en")
        .expect("a sample")
        .1;
    let files =
        include_str!("../../../static/app.css").len() + include_str!("../../../static/reveal.js").len();
    assert!(include_str!("../../../static/app.css").len() <= 10_000);
    assert!(
        page.len() + files + include_str!("../../../static/mark.svg").len() <= 15_000,
        "{}",
        page.len()
    );
}
