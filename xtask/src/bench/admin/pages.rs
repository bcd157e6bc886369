//! The pages that people see, with their filters, and far down in their lists.

use super::asked::{Asked, with};
use super::desk::Desk;
use super::fill::Facts;

/// So many pages down, a list is deep.
const DEEP: usize = 20;

/// All pages; those first that want the password to have been given lately.
pub(crate) fn of(desk: &mut Desk, facts: &Facts) -> Result<Vec<Asked>, String> {
    let mut all = guarded(facts)?;
    all.extend(single(desk, facts)?);
    all.extend(users(facts)?);
    all.extend(applications(facts)?);
    all.extend(audit(desk, facts)?);
    for (name, path, next) in [
        ("users", "/admin/users", "users-next"),
        ("users found by a", "/admin/users?q=a", "users-next"),
        ("users that are active", "/admin/users?state=active", "users-next"),
        ("users with role staff", "/admin/users?role=staff", "users-next"),
        ("applications", "/admin/applications", "applications-next"),
        (
            "applications found by app",
            "/admin/applications?q=app",
            "applications-next",
        ),
        ("APIs", "/admin/apis", "apis-next"),
        ("sessions", "/admin/sessions", "sessions-next"),
        ("audit log", "/admin/audit", "audit-next"),
        (
            "audit log of a kind",
            "/admin/audit?event=session.started",
            "audit-next",
        ),
    ] {
        let (hops, path) = descend(desk, path, next)?;
        all.push(Asked::page(&format!("{name}, {hops} pages down"), path));
    }
    Ok(all)
}

/// What is shown only to whoever has just given the password.
fn guarded(facts: &Facts) -> Result<Vec<Asked>, String> {
    let (person, client) = (facts.get("person")?, facts.get("client")?);
    let (busy_person, busy_client) = (facts.get("busy_person")?, facts.get("busy_client")?);
    let of = |name: &str, path: String| Asked::page(name, path);
    Ok(vec![
        of("emergency, everything", "/admin/panic/everything".to_owned()),
        of(
            "emergency, a busy application",
            with("/admin/panic/application", &[("client_id", busy_client)]),
        ),
        of(
            "an application's secrets",
            format!("/admin/applications/{client}/secrets"),
        ),
        of(
            "delete a busy application",
            format!("/admin/applications/{busy_client}/delete"),
        ),
        of(
            "make a person administrator",
            format!("/admin/users/{person}/administrator"),
        ),
        of(
            "set a person's password",
            format!("/admin/users/{person}/password"),
        ),
        of(
            "delete a busy person",
            format!("/admin/users/{busy_person}/delete"),
        ),
        of("rotate keys", "/admin/keys/rotate?alg=RS256".to_owned()),
    ])
}

/// Pages without a list behind them.
fn single(desk: &mut Desk, facts: &Facts) -> Result<Vec<Asked>, String> {
    let (person, busy_person) = (facts.get("person")?, facts.get("busy_person")?);
    let (client, busy_client) = (facts.get("client")?, facts.get("busy_client")?);
    let event = facts.get("event")?;
    let mut all = vec![
        Asked::page("overview", "/admin"),
        Asked::page("overview, a week", "/admin?period=week"),
        Asked::page("overview, a month", "/admin?period=month"),
        Asked::page("keys", "/admin/keys"),
        Asked::page("emergency", "/admin/panic"),
        Asked::page("emergency, report", "/admin/panic/report"),
        Asked::page("settings", "/admin/settings"),
        Asked::page("API reference", "/admin/api"),
        Asked::page("new user", "/admin/users/new"),
        Asked::page("new application", "/admin/applications/new"),
        Asked::page("new API", "/admin/apis/new"),
        Asked::page("an event", format!("/admin/audit/{event}")),
        Asked::page("verify the chain", "/admin/audit/verify").reading_much(),
    ];
    for (whose, person) in [("a person", person), ("a busy person", busy_person)] {
        for rest in ["", "/profile", "/roles", "/ban", "/disable", "/sign-out"] {
            let path = format!("/admin/users/{person}{rest}");
            all.push(Asked::page(&format!("{whose}{}", rest.replace('/', ", ")), path));
        }
    }
    for (which, client) in [("an application", client), ("a busy application", busy_client)] {
        for rest in ["", "/settings", "/activity"] {
            let path = format!("/admin/applications/{client}{rest}");
            all.push(Asked::page(&format!("{which}{}", rest.replace('/', ", ")), path));
        }
    }
    let apis = desk.ask(&Asked::page("APIs", "/admin/apis"))?.body;
    let api = apis
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|path| path.starts_with("/admin/apis/") && *path != "/admin/apis/new")
        .ok_or("the list of APIs shows none")?;
    all.push(Asked::page("an API", api));
    all.push(Asked::page("an API, delete", format!("{api}/delete")));
    Ok(all)
}

fn users(facts: &Facts) -> Result<Vec<Asked>, String> {
    let of = |name: &str, query: &[(&str, &str)]| {
        Asked::page(&format!("users {name}"), with("/admin/users", query))
    };
    let mut all = vec![
        Asked::page("users", "/admin/users"),
        of("by user name", &[("q", facts.get("username")?)]),
        of("by address", &[("q", facts.get("email")?)]),
        of("by sub", &[("q", facts.get("person")?)]),
        of("by a beginning", &[("q", "ada love")]),
        of("by a last name", &[("q", "turing")]),
        of("by what nobody is called", &[("q", "xyzzy")]),
    ];
    for letter in ["a", "m", "z", "1"] {
        all.push(of(&format!("by {letter}"), &[("q", letter)]));
        for state in ["active", "disabled", "banned"] {
            all.push(of(
                &format!("by {letter}, {state}"),
                &[("q", letter), ("state", state)],
            ));
        }
        let of_role = [("q", letter), ("role", "auditor")];
        all.push(of(&format!("by {letter}, auditors"), &of_role));
        let banned = [
            ("q", letter),
            ("role", "staff"),
            ("state", "banned"),
            ("administrator", "yes"),
        ];
        all.push(of(&format!("by {letter}, banned staff who administer"), &banned));
        let without = [("q", letter), ("role", "nobody-has-it")];
        all.push(of(&format!("by {letter}, a role that nobody has"), &without));
    }
    for state in ["active", "disabled", "banned"] {
        all.push(of(&format!("that are {state}"), &[("state", state)]));
        all.push(of(
            &format!("that are {state} and administer"),
            &[("state", state), ("administrator", "yes")],
        ));
        all.push(of(
            &format!("with role staff that are {state}"),
            &[("role", "staff"), ("state", state)],
        ));
    }
    for (name, word) in [("who administer", "yes"), ("who do not administer", "no")] {
        all.push(of(name, &[("administrator", word)]));
        all.push(of(
            &format!("with role staff {name}"),
            &[("role", "staff"), ("administrator", word)],
        ));
    }
    for role in ["staff", "auditor", "nobody-has-it"] {
        all.push(of(&format!("with role {role}"), &[("role", role)]));
    }
    Ok(all)
}

fn applications(facts: &Facts) -> Result<Vec<Asked>, String> {
    let of = |name: &str, query: &[(&str, &str)]| {
        Asked::page(
            &format!("applications {name}"),
            with("/admin/applications", query),
        )
    };
    let mut all = vec![
        Asked::page("applications", "/admin/applications"),
        of("by client_id", &[("q", facts.get("client")?)]),
        of("by redirect URI", &[("q", facts.get("client_uri")?)]),
        of("by a beginning", &[("q", "intranet lov")]),
        of("by what none is called", &[("q", "xyzzy")]),
    ];
    for kind in ["web", "spa", "native", "service"] {
        all.push(of(&format!("of type {kind}"), &[("type", kind)]));
        for text in ["a", "h", "https://app"] {
            all.push(of(
                &format!("by {text} of type {kind}"),
                &[("q", text), ("type", kind)],
            ));
        }
    }
    for text in ["a", "h", "s"] {
        all.push(of(&format!("by {text}"), &[("q", text)]));
    }
    Ok(all)
}

fn audit(desk: &mut Desk, facts: &Facts) -> Result<Vec<Asked>, String> {
    let of = |name: &str, query: &[(&str, &str)]| {
        Asked::page(&format!("audit log {name}"), with("/admin/audit", query))
    };
    let page = desk.ask(&Asked::page("audit log", "/admin/audit"))?.body;
    let kinds = page
        .split("<option value=\"")
        .filter_map(|rest| rest.split('"').next());
    let kinds = kinds.filter(|kind| kind.contains('.'));
    let mut all: Vec<Asked> = kinds
        .map(|kind| of(&format!("of kind {kind}"), &[("kind", kind)]))
        .collect();
    all.push(Asked::page("audit log", "/admin/audit"));
    let (from, to) = (facts.get("from")?, facts.get("to")?);
    let single = [
        ("by a person", ("actor", facts.get("person")?)),
        ("by a person's user name", ("actor", facts.get("username")?)),
        ("by the command line", ("actor", "cli")),
        ("by the server", ("actor", "server")),
        ("by an administrator", ("actor", facts.get("deputy")?)),
        ("by nobody", ("actor", "nobody")),
        ("on a person", ("subject", facts.get("person")?)),
        ("on a busy person", ("subject", facts.get("busy_person")?)),
        ("of an application", ("client", facts.get("client")?)),
        ("of a busy application", ("client", facts.get("busy_client")?)),
        ("of a request", ("request", facts.get("request")?)),
        ("from an instant on", ("from", from)),
        ("before an instant", ("to", to)),
    ];
    all.extend(single.iter().map(|(name, pair)| of(name, &[*pair])));
    all.push(of("of a day", &[("from", from), ("to", to)]));
    for kind in ["session.started", "grant.ended", "user.banned", "key.revoked"] {
        let which =
            |name: &str, pair: (&str, &str)| of(&format!("of kind {kind} {name}"), &[("kind", kind), pair]);
        all.extend(single.iter().map(|(name, pair)| which(name, *pair)));
    }
    let (busy_person, busy_client) = (facts.get("busy_person")?, facts.get("busy_client")?);
    all.push(of(
        "on a busy person through a busy application",
        &[("subject", busy_person), ("client", busy_client)],
    ));
    all.push(of(
        "by the server through a busy application",
        &[("actor", "server"), ("client", busy_client)],
    ));
    all.push(of(
        "by the command line on a busy person",
        &[("actor", "cli"), ("subject", busy_person)],
    ));
    all.push(of(
        "of kind session.started of a day by the server",
        &[
            ("kind", "session.started"),
            ("actor", "server"),
            ("from", from),
            ("to", to),
        ],
    ));
    Ok(all)
}

/// Follows the link to the next page again and again, and answers how far it went and where it came to.
fn descend(desk: &mut Desk, path: &str, next: &str) -> Result<(usize, String), String> {
    let mut at = path.to_owned();
    for hop in 0..DEEP {
        let html = desk.ask(&Asked::page("", at.as_str()))?.body;
        let link = html.split_once(&format!("id=\"{next}\" href=\""));
        let Some(link) = link.and_then(|(_, rest)| rest.split('"').next()) else {
            return Ok((hop, at));
        };
        at = link.replace("&amp;", "&").replace("&#38;", "&");
    }
    Ok((DEEP, at))
}
