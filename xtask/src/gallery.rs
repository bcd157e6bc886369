//! `cargo xtask gallery`: every page in every state as a file, for the designer's eye.

use crate::step::{cargo, root, run as run_command, target};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

pub(crate) fn run(_: &[String]) -> Result<(), String> {
    let folder = target().join("gallery");
    write(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut pages = cargo(&["test", "--quiet", "--test", "generated", "gallery"]);
    pages.env("WRITE_GALLERY", &folder);
    run_command(pages)?;
    let count = index(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    println!("{count} pages: {}", folder.join("index.html").display());
    Ok(())
}

/// An empty folder with the style sheet and scripts that the pages ask for.
fn write(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("static"))?;
    for file in fs::read_dir(root().join("static"))? {
        let file = file?;
        fs::copy(file.path(), folder.join("static").join(file.file_name()))?;
    }
    Ok(())
}

/// Makes the addresses of assets relative, and lists the pages. Answers how many there are.
fn index(folder: &Path) -> std::io::Result<usize> {
    let mut names: Vec<String> = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_some_and(|end| end == "html") {
            let html = fs::read_to_string(&path)?;
            fs::write(&path, with_local_assets(&html))?;
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    let mut list = String::from("<!doctype html><meta charset=\"utf-8\"><title>Gallery</title><ul>\n");
    for name in &names {
        let _ = writeln!(list, "<li><a href=\"{name}.html\">{name}</a>");
    }
    fs::write(folder.join("index.html"), list)?;
    Ok(names.len())
}

/// `/static/app.<hash>.css` or `/static/app.css?v=<hash>` becomes `static/app.css`.
fn with_local_assets(html: &str) -> String {
    let mut pieces = html.split("\"/static/");
    let mut local = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (address, rest) = piece.split_once('"').unwrap_or((piece, ""));
        let address = address.split('?').next().unwrap_or(address);
        let parts: Vec<&str> = address.split('.').collect();
        let name = match parts.as_slice() {
            [stem, _, ending] => format!("{stem}.{ending}"),
            _ => address.to_owned(),
        };
        let _ = write!(local, "\"static/{name}\"{rest}");
    }
    local
}

#[cfg(test)]
mod tests {
    use super::with_local_assets;

    #[test]
    fn hashed_and_plain_assets_are_found_beside_the_page() {
        let html = "<link href=\"/static/app.0f3a.css\"><script src=\"/static/reveal.js?v=1\"></script>";
        assert_eq!(
            with_local_assets(html),
            "<link href=\"static/app.css\"><script src=\"static/reveal.js\"></script>"
        );
    }
}
