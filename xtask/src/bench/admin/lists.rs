//! The lists and documents of the administration API, with their filters and orders, and far down.

use super::asked::{Asked, with};
use super::desk::Desk;
use super::fill::Facts;
use crate::bench::http::member;

/// So many pages down, a list is deep.
const DEEP: usize = 20;

pub(crate) fn of(desk: &mut Desk, facts: &Facts) -> Result<Vec<Asked>, String> {
    let mut all = documents(facts)?;
    all.extend(users(facts)?);
    all.extend(clients(facts)?);
    all.extend(audit(facts)?);
    let (busy_person, busy_client) = (facts.get("busy_person")?, facts.get("busy_client")?);
    for path in [
        "/sessions".to_owned(),
        "/grants".to_owned(),
        format!("/sessions?sub={busy_person}"),
        format!("/grants?sub={busy_person}"),
        format!("/grants?sub={busy_person}&client_id={busy_client}"),
        format!("/grants?client_id={busy_client}"),
    ] {
        all.push(Asked::api(path));
    }
    for path in [
        "/users?sort=username",
        "/users?sort=-created_at",
        "/users?q=a",
        "/users?state=active&sort=email",
        "/clients?sort=name",
        "/clients?q=h",
        "/apis?limit=10",
        "/sessions?limit=50",
        "/grants?limit=50",
        "/audit?limit=50",
        "/audit?event=session.started&actor=server",
    ] {
        let (hops, mut deep) = descend(desk, path)?;
        deep.name = format!("API {path}, {hops} pages down");
        all.push(deep);
    }
    Ok(all)
}

fn documents(facts: &Facts) -> Result<Vec<Asked>, String> {
    let (person, client) = (facts.get("person")?, facts.get("client")?);
    let busy = facts.get("busy_person")?;
    Ok(vec![
        Asked::api(format!("/users/{person}")),
        Asked::api(format!("/users/{busy}/sessions")),
        Asked::api(format!("/users/{busy}/grants")),
        Asked::api(format!("/users/{busy}/consents")),
        Asked::api(format!("/clients/{client}")),
        Asked::api(format!("/clients/{client}/secrets")),
        Asked::api("/apis"),
        Asked::api("/keys"),
        Asked::api(format!("/sessions/{}", facts.get("session")?)),
        Asked::api(format!("/grants/{}", facts.get("grant")?)),
        Asked::api("/settings"),
        Asked::api("/statistics"),
        Asked::api(with("/statistics", &[("since", facts.get("quarter")?)])),
    ])
}

fn users(facts: &Facts) -> Result<Vec<Asked>, String> {
    let of = |query: &[(&str, &str)]| Asked::api(with("/users", query));
    let mut all = vec![
        Asked::api("/users"),
        of(&[("limit", "200")]),
        of(&[("q", facts.get("email")?)]),
        of(&[("q", "xyzzy")]),
    ];
    for sort in [
        "username",
        "-username",
        "email",
        "-email",
        "created_at",
        "-created_at",
    ] {
        all.push(of(&[("sort", sort)]));
        for state in ["active", "disabled", "banned"] {
            all.push(of(&[("sort", sort), ("state", state)]));
        }
        for admin in ["true", "false"] {
            all.push(of(&[("sort", sort), ("admin", admin)]));
        }
    }
    for state in ["active", "disabled", "banned"] {
        all.push(of(&[("q", "a"), ("state", state)]));
        all.push(of(&[("role", "staff"), ("state", state)]));
        all.push(of(&[
            ("q", "a"),
            ("role", "staff"),
            ("state", state),
            ("admin", "true"),
        ]));
    }
    Ok(all)
}

fn clients(facts: &Facts) -> Result<Vec<Asked>, String> {
    let of = |query: &[(&str, &str)]| Asked::api(with("/clients", query));
    let mut all = vec![
        Asked::api("/clients"),
        of(&[("limit", "200")]),
        of(&[("q", facts.get("client_uri")?)]),
    ];
    for sort in ["name", "-name", "created_at", "-created_at"] {
        all.push(of(&[("sort", sort)]));
        for kind in ["web", "spa", "native", "service"] {
            all.push(of(&[("sort", sort), ("type", kind)]));
            all.push(of(&[("sort", sort), ("type", kind), ("disabled", "true")]));
        }
        for disabled in ["true", "false"] {
            all.push(of(&[("sort", sort), ("disabled", disabled)]));
        }
    }
    for text in ["a", "h", "https://app", "xyzzy"] {
        all.push(of(&[("q", text), ("disabled", "true")]));
        all.push(of(&[("q", text), ("type", "native"), ("disabled", "true")]));
    }
    Ok(all)
}

fn audit(facts: &Facts) -> Result<Vec<Asked>, String> {
    let of = |query: &[(&str, &str)]| Asked::api(with("/audit", query));
    let (person, busy) = (facts.get("person")?, facts.get("busy_person")?);
    let since = facts.get("quarter")?;
    Ok(vec![
        Asked::api("/audit"),
        of(&[("limit", "200")]),
        of(&[("event", "session.started")]),
        of(&[("event", "session.started"), ("actor", "nobody")]),
        of(&[
            ("event", "session.started"),
            ("client_id", facts.get("busy_client")?),
        ]),
        of(&[
            ("event", "session.started"),
            ("actor", "server"),
            ("until", since),
        ]),
        of(&[("event", "user.banned"), ("subject", busy)]),
        of(&[("actor", person)]),
        of(&[("subject", busy)]),
        of(&[("subject", busy), ("actor", "server")]),
        of(&[("client_id", facts.get("client")?)]),
        of(&[("request_id", facts.get("request")?)]),
        of(&[("since", since)]),
        of(&[("until", since)]),
        Asked::api("/audit/verification").reading_much(),
    ])
}

/// Follows the cursors, and answers how far it went and where it came to.
fn descend(desk: &mut Desk, path: &str) -> Result<(usize, Asked), String> {
    let at = |cursor: &str| Asked::api(format!("{path}&cursor={cursor}"));
    let mut asked = Asked::api(path);
    for hop in 0..DEEP {
        let page = desk.begin(&asked)?.body;
        match member(&page, "next_cursor") {
            Some(cursor) => asked = at(&cursor),
            None => return Ok((hop, asked)),
        }
    }
    Ok((DEEP, asked))
}
