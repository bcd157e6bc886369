//! Files that are written from the code: none may be stale. `cargo xtask docs` and `gallery` write them anew.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read or write its files has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use vouchsafe::pages::gallery;

/// Where a task wants files to be written instead of compared, if one runs this test.
fn wanted(variable: &str) -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests have no configuration; a task says by it what to write"
    )]
    std::env::var_os(variable).map(PathBuf::from)
}

#[test]
fn the_configuration_reference_is_what_the_code_says() {
    compare("docs/configuration.md", &vouchsafe::config::reference::markdown());
}

#[test]
fn the_command_reference_is_what_the_code_says() {
    compare("docs/commands.md", &vouchsafe::cli::reference::markdown());
}

#[test]
fn the_reference_of_refusals_is_what_the_code_says() {
    compare("docs/errors.md", &vouchsafe_core::refusal::catalogue());
}

#[test]
fn the_reference_of_the_catalogue_is_what_its_files_say() {
    use vouchsafe::clients::catalog;
    use vouchsafe::web::urls;
    let issuer = catalog::ISSUER_OF_PAGE;
    let discovery = urls::absolute(issuer, urls::OPENID_CONFIGURATION);
    let page = catalog::markdown(&urls::endpoints(issuer), &discovery);
    compare("docs/catalogue.md", &page);
}

fn compare(page: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    if wanted("WRITE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "{page} is stale: run `cargo xtask docs`");
}

#[test]
fn every_page_of_the_gallery_is_a_whole_document() {
    let folder = wanted("WRITE_GALLERY");
    for (name, html) in gallery() {
        assert!(html.trim_end().ends_with("</html>"), "{name} stops in the middle");
        if let Some(folder) = &folder {
            let file = folder.join(format!("{}.html", name.replace('/', "-")));
            fs::write(file, html).unwrap();
        }
    }
}
