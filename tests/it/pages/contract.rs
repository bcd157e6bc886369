//! What every page owes its readers: the rules for HTML that no browser checks.

use super::html::{Element, elements};
use std::collections::BTreeSet;
use vouchsafe::pages::gallery;

#[test]
fn every_page_keeps_the_contract() {
    let mut broken = Vec::new();
    for (name, html) in gallery() {
        broken.extend(
            violations(&html)
                .into_iter()
                .map(|rule| format!("{name}: {rule}")),
        );
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// Every rule that this page breaks.
pub(crate) fn violations(html: &str) -> Vec<String> {
    let page = match elements(html) {
        Ok(page) => page,
        Err(mistake) => return vec![mistake],
    };
    let mut broken = Vec::new();
    frame(&page, &mut broken);
    ids(&page, &mut broken);
    forms(&page, &mut broken);
    for element in &page {
        if let Some(rule) = inline(element)
            .or_else(|| address(element))
            .or_else(|| drawing(element))
        {
            broken.push(format!("{rule}: <{} {:?}>", element.name, element.attributes));
        }
    }
    if html
        .chars()
        .any(|c| matches!(c, '\u{2600}'..='\u{27BF}' | '\u{1F000}'..='\u{1FFFF}'))
    {
        broken.push("an emoji".to_owned());
    }
    broken
}

fn frame(page: &[Element], broken: &mut Vec<String>) {
    let count = |name: &str| page.iter().filter(|element| element.name == name).count();
    for name in ["html", "title", "h1", "main", "footer", "header"] {
        if count(name) != 1 {
            broken.push(format!("{} <{name}>", count(name)));
        }
    }
    let html = page.iter().find(|element| element.name == "html");
    if !html.is_some_and(|html| html.attribute("lang").is_some() && html.attribute("dir").is_some()) {
        broken.push("no language or direction".to_owned());
    }
    if !page
        .iter()
        .any(|element| element.is("name", "color-scheme") && element.is("content", "light dark"))
    {
        broken.push("no colour scheme".to_owned());
    }
    let marks_error = page
        .iter()
        .any(|e| e.is("role", "alert") || e.attribute("aria-invalid").is_some());
    let title = page
        .iter()
        .find(|element| element.name == "title")
        .map_or("", |title| &title.text);
    if marks_error && !title.starts_with("Error: ") && !title.starts_with("Fehler: ") {
        broken.push(format!("the title hides the error: {title}"));
    }
    if page
        .iter()
        .filter(|element| element.attribute("autofocus").is_some())
        .count()
        > 1
    {
        broken.push("two elements want the focus".to_owned());
    }
}

fn ids(page: &[Element], broken: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    for id in page.iter().filter_map(|element| element.attribute("id")) {
        if !ids.insert(id) {
            broken.push(format!("the id {id} stands twice"));
        }
    }
    for element in page {
        for attribute in [
            "for",
            "aria-describedby",
            "aria-labelledby",
            "aria-controls",
            "data-reveal",
        ] {
            for id in element
                .attribute(attribute)
                .unwrap_or_default()
                .split_whitespace()
            {
                if !ids.contains(id) {
                    broken.push(format!("{attribute} names {id}, which is not there"));
                }
            }
        }
        if let Some(id) = element.attribute("href").and_then(|href| href.strip_prefix('#'))
            && !ids.contains(id)
        {
            broken.push(format!("a link to {id}, which is not there"));
        }
    }
}

fn forms(page: &[Element], broken: &mut Vec<String>) {
    let forms = page.iter().filter(|element| element.name == "form").count();
    let tokens = page
        .iter()
        .filter(|element| element.is("name", "form_token") && element.is("type", "hidden"));
    if tokens.count() != forms {
        broken.push("a form without its token".to_owned());
    }
    for element in page {
        let rule = match element.name.as_str() {
            "form" => {
                let posts = element.is("method", "post")
                    && element
                        .attribute("action")
                        .is_some_and(|action| action.starts_with('/'));
                (!posts).then_some("a form that is not posted to us")
            }
            "input" if element.is("type", "hidden") => None,
            "input" => input(element, page),
            "button" if element.text.trim().is_empty() => Some("a button without words"),
            _ => None,
        };
        if let Some(rule) = rule {
            broken.push(format!("{rule}: <{} {:?}>", element.name, element.attributes));
        }
    }
}

fn input(element: &Element, page: &[Element]) -> Option<&'static str> {
    let id = element.attribute("id").unwrap_or_default();
    let labelled = page
        .iter()
        .any(|label| label.name == "label" && label.is("for", id));
    if !labelled && element.attribute("aria-hidden").is_none() {
        return Some("an input without a visible label");
    }
    let wanted: &[&str] = match (element.attribute("name"), element.attribute("type")) {
        (None, _) => return Some("an input without a name"),
        (Some("username"), _) => &["username webauthn", "username"],
        (Some("password"), _) => &["current-password", "new-password"],
        (Some("code"), _) => &["off"],
        (_, Some("checkbox")) => return None,
        _ => return Some("an input that the contract does not know"),
    };
    let given = element.attribute("autocomplete").unwrap_or_default();
    if !wanted.contains(&given) {
        return Some("a wrong autocomplete");
    }
    if element
        .attribute("aria-invalid")
        .is_some_and(|invalid| invalid != "true")
    {
        return Some("aria-invalid on a valid input");
    }
    if element.attribute("aria-invalid").is_some() && element.attribute("aria-describedby").is_none() {
        return Some("an error that nothing describes");
    }
    None
}

fn inline(element: &Element) -> Option<&'static str> {
    if element.name == "style" || element.attribute("style").is_some() {
        return Some("inline style");
    }
    if element.name == "script" && (element.attribute("src").is_none() || !element.text.is_empty()) {
        return Some("inline script");
    }
    if element.attributes.iter().any(|(name, _)| name.starts_with("on")) {
        return Some("an event attribute");
    }
    let tabindex = element.attribute("tabindex").map(str::parse::<i32>);
    tabindex
        .is_some_and(|index| index != Ok(0) && index != Ok(-1))
        .then_some("a positive tabindex")
}

/// Everything comes from us. The ways out are the link back to the app, and an app's own pages about itself, which open
/// apart and learn nothing of ours.
fn address(element: &Element) -> Option<&'static str> {
    let ours = |address: &str| {
        (address.starts_with('/') && !address.starts_with("//")) || address.starts_with(['#', '?'])
    };
    let address = element.attribute("src").or_else(|| element.attribute("href"))?;
    let apart = element.is("rel", "noopener noreferrer nofollow") && element.is("target", "_blank");
    let leads_out = element.name == "a" && address.starts_with("https://") && apart;
    let lawful = ours(address) || element.is("id", "error-continue") || leads_out;
    (!lawful).then_some("an address that is not ours")
}

fn drawing(element: &Element) -> Option<&'static str> {
    (element.name == "svg" && !element.is("aria-hidden", "true")).then_some("a drawing that is read out")
}

#[test]
fn the_linter_sees_what_is_wrong() {
    let page = |body: &str| {
        format!(
            "<!doctype html><html lang=\"en\" dir=\"ltr\"><meta name=\"color-scheme\" content=\"light dark\">\
             <title>t</title><main><header><h1>h</h1></header>{body}</main><footer></footer></html>"
        )
    };
    assert_eq!(violations(&page("")), Vec::<String>::new());
    for (body, rule) in [
        ("<p style=\"color:red\"></p>", "inline style"),
        ("<p onclick=\"x\"></p>", "an event attribute"),
        ("<script>x</script>", "inline script"),
        ("<p tabindex=\"3\"></p>", "a positive tabindex"),
        ("<p id=\"a\"></p><p id=\"a\"></p>", "stands twice"),
        ("<a href=\"https://x.example\">x</a>", "not ours"),
        ("<a href=\"//x.example\">x</a>", "not ours"),
        (
            "<a href=\"https://x.example\" target=\"_blank\">x</a>",
            "not ours",
        ),
        (
            "<a href=\"http://x.example\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>",
            "not ours",
        ),
        (
            "<img src=\"https://x.example\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">",
            "not ours",
        ),
        ("<input name=\"username\">", "visible label"),
        ("<form method=\"get\" action=\"/x\"></form>", "not posted"),
        ("<form method=\"post\" action=\"/x\"></form>", "without its token"),
        ("<p role=\"alert\"></p>", "hides the error"),
        ("<h1>again</h1>", "2 <h1>"),
        ("<b></p>", "closes"),
        ("\u{1F512}", "emoji"),
    ] {
        let broken = violations(&page(body)).join("\n");
        assert!(broken.contains(rule), "{body}: {broken}");
    }
}
