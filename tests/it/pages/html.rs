//! Reads our own HTML: elements with their attributes and text, or the first thing that is not well-formed.

/// An element of a page.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// The text in it, its children's text included.
    pub(crate) text: String,
}

impl Element {
    /// The value of an attribute; empty when it has none.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(named, _)| named == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the attribute has this value.
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.attribute(name) == Some(value)
    }
}

const VOID: [&str; 6] = ["meta", "link", "input", "br", "hr", "img"];

/// The elements of a page in document order.
pub(crate) fn elements(html: &str) -> Result<Vec<Element>, String> {
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>").ok_or("no doctype")?;
    while let Some((text, tag)) = rest.split_once('<') {
        for &at in &open {
            elements[at].text.push_str(&unescaped(text));
        }
        let end = end_of_tag(tag).ok_or("a tag without end")?;
        rest = &tag[end + 1..];
        let tag = &tag[..end];
        if let Some(name) = tag.strip_prefix('/') {
            let at = open.pop().ok_or_else(|| format!("</{name}> closes nothing"))?;
            if elements[at].name != name {
                return Err(format!("</{name}> closes <{}>", elements[at].name));
            }
            continue;
        }
        let (name, attributes) = parts(tag.trim_end_matches('/'))?;
        if !VOID.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(elements.len());
        }
        elements.push(Element {
            name,
            attributes,
            text: String::new(),
        });
    }
    match open.last() {
        Some(&at) => Err(format!("<{}> is never closed", elements[at].name)),
        None => Ok(elements),
    }
}

fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == '>' && !quoted).then_some(at)
    })
}

fn parts(tag: &str) -> Result<(String, Vec<(String, String)>), String> {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let mut attributes: Vec<(String, String)> = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok((name.to_owned(), attributes));
        }
        let end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let key = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (inner, after) = quoted
                .split_once('"')
                .ok_or_else(|| format!("{key} has no end"))?;
            value = unescaped(inner);
            rest = after;
        } else if rest.starts_with('=') {
            return Err(format!("{key} has a value without quotes"));
        }
        if attributes.iter().any(|(named, _)| *named == key) {
            return Err(format!("{key} stands twice in <{tag}>"));
        }
        attributes.push((key, value));
    }
}

fn unescaped(text: &str) -> String {
    let named = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    named
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}
