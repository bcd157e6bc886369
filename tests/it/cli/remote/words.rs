//! Every verb on the database of one server and through another with the same data: what it says is the same.

use super::*;
use crate::support::people::Registered;
use std::fmt::Write as _;

/// Two servers with the same data. The verbs of the first work on its database, those of the second through it.
struct Twins {
    database: Both,
    server: Both,
    /// What has other names on the two: the placeholder of both, and each name.
    names: Vec<(String, [String; 2])>,
    differences: String,
}

impl Twins {
    fn on([database, server]: [Place; 2]) -> Self {
        let mut twins = Self {
            database: Both::on(database),
            server: Both::on(server),
            names: Vec::new(),
            differences: String::new(),
        };
        for both in [&mut twins.database, &mut twins.server] {
            // Which the server was told by a flag.
            let here = std::mem::replace(&mut both.here, Place::sqlite());
            both.here = here.with("VOUCHSAFE__ISSUER", &both.served.issuer);
        }
        for both in twins.both() {
            both.administrator("root");
            both.login("root").0.document();
        }
        twins
    }

    const fn both(&self) -> [&Both; 2] {
        [&self.database, &self.server]
    }

    /// Runs a verb on both, and keeps what is not the same.
    fn run(&mut self, words: &str) -> [Ended; 2] {
        self.run_with_input(words, "")
    }

    fn run_with_input(&mut self, words: &str, input: &str) -> [Ended; 2] {
        let ended = [(&self.database.here, 0), (&self.server.elsewhere, 1)].map(|(place, side)| {
            let words: Vec<_> = split(words)
                .into_iter()
                .map(|word| self.named(word, side))
                .collect();
            place.run_with_input(&strs(&words), input)
        });
        let [one, other] = [0, 1].map(|side| self.told(&ended[side], side));
        if one != other {
            let _ = writeln!(
                self.differences,
                "\n$ vouchsafe {words}\n--- on the database\n{one}\n+++ through a server\n{other}"
            );
        }
        ended
    }

    /// A word with the names that things have on this side.
    fn named(&self, word: &str, side: usize) -> String {
        self.names.iter().fold(word.to_owned(), |word, (name, names)| {
            word.replace(name, &names[side])
        })
    }

    /// Gives what both made the same name.
    fn name(&mut self, name: &str, find: impl Fn(&Both) -> String) {
        let found = self.both().map(find);
        self.names.push((format!("{{{name}}}"), found));
    }

    /// What was said, without what is random and without the order of what is random.
    fn told(&self, ended: &Ended, side: usize) -> String {
        let own = &self.both()[side].served.issuer;
        let plain = |text: &str| {
            let text = text.replace(own, "ISSUER");
            let mut lines: Vec<_> = text
                .lines()
                .map(masked)
                .map(|line| names_in_order(&line))
                .collect();
            lines.sort();
            lines.join("\n")
        };
        format!(
            "status {}\n{}\n{}",
            ended.status,
            plain(&ended.stdout),
            plain(&ended.stderr)
        )
    }
}

/// A line in which the names of applications, which stand in the order of what is random, are sorted.
fn names_in_order(line: &str) -> String {
    let listed = line.split_once("applications (");
    let Some((head, (names, rest))) = listed.and_then(|(head, tail)| Some((head, tail.split_once(')')?)))
    else {
        return line.to_owned();
    };
    let mut names: Vec<_> = names.split(", ").collect();
    names.sort_unstable();
    format!("{head}applications ({}){rest}", names.join(", "))
}

/// A line in which everything random is as many `x`, and every instant the same.
fn masked(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-:.".contains(c);
    let mut masked = String::new();
    let mut word = String::new();
    for c in line.chars().chain(['\n']) {
        if is_part(c) {
            word.push(c);
            continue;
        }
        let bare = word.trim_end_matches([':', '.']);
        let has_digit = bare.contains(|c: char| c.is_ascii_digit());
        let is_instant =
            bare.len() >= 10 && has_digit && bare.chars().all(|c| c.is_ascii_digit() || "TZ:.-".contains(c));
        let is_random = !bare.contains(['.', ':'])
            && match bare.len() {
                12 => has_digit && bare.chars().all(|c| c.is_ascii_hexdigit()),
                20.. => has_digit || bare.contains(|c: char| c.is_ascii_uppercase()),
                _ => false,
            };
        if is_instant {
            masked.push_str(
                &bare
                    .chars()
                    .map(|c| if c.is_ascii_digit() { '0' } else { c })
                    .collect::<String>(),
            );
        } else if is_random {
            masked.push_str(&"x".repeat(bare.len()));
        } else {
            masked.push_str(bare);
        }
        masked.push_str(&word[bare.len()..]);
        word.clear();
        masked.push(c);
    }
    // Uses are told a while after them, and a while is not the same on both.
    if masked.trim_start().starts_with("\"last_used_at\"") {
        return "last_used_at".to_owned();
    }
    let words: Vec<_> = masked.trim_end().split(' ').collect();
    let is_while = |at: usize| {
        let unit = words.get(at + 1).copied().unwrap_or_default();
        words[at].parse::<u32>().is_ok() && (unit.starts_with("second") || unit.starts_with("minute"))
    };
    let mut kept = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if is_while(at) {
            kept.push("A");
        } else if at > 0 && is_while(at - 1) {
            kept.push("while");
        } else {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// The words of a command; one between quotes is whole.
fn split(command: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for (number, part) in command.split('\'').enumerate() {
        if number % 2 == 1 {
            words.push(part);
        } else {
            words.extend(part.split_whitespace());
        }
    }
    words
}

/// A person's sign-in to the application, which they allow everything.
fn use_the_application(both: &Both, id: &str, secret: &str) {
    let client = Registered {
        id: id.to_owned(),
        secret: Some(secret.to_owned()),
        redirect_uri: "https://shop.example.com/cb".to_owned(),
    };
    let site = both.served.site();
    let url = client.authorization(&[("scope", "openid orders:read"), ("prompt", "consent")]);
    let back = site.browser().authorize_by(&url, "ada", PASS_PHRASE);
    let answer = client.redeem(&site, &param(&back, "code").unwrap());
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn first(both: &Both, words: &[&str], member: &str) -> String {
    let listed = both.here.run(&[words, &["--json"]].concat()).document();
    listed[0][member].as_str().unwrap().to_owned()
}

fn people(twins: &mut Twins) {
    for both in twins.both() {
        for place in [&both.here, &both.elsewhere] {
            place.file("other.json", r#"{"email": "other@example.com"}"#);
            place.file(
                "claims.json",
                r#"{"nickname": "Countess", "email_verified": true, "website": null}"#,
            );
            place.file("wrong.json", r#"{"age": 3}"#);
            place.file(
                "twice.json",
                r#"{"nickname": "Countess", "nickname": "Enchantress"}"#,
            );
        }
    }
    let create = "user create --username ada --email ada@example.com --password-stdin";
    for more in ["", " --claims-file other.json", " --claims-file wrong.json"] {
        let bob = create.replace("ada", "bob");
        twins.run_with_input(
            &format!("{}{more}", if more.is_empty() { create } else { &bob }),
            PASS_PHRASE,
        );
    }
    twins.run_with_input(create, PASS_PHRASE);
    twins.run_with_input(
        "user create --username eve --email ADA@example.com --password-stdin",
        PASS_PHRASE,
    );
    twins.run_with_input(
        "user create --username eve --email nowhere --password-stdin",
        PASS_PHRASE,
    );
    twins.run_with_input(
        "user create --username 'a b' --email eve@example.com --password-stdin",
        PASS_PHRASE,
    );
    twins.run_with_input(
        "user create --username eve --email eve@example.com --password-stdin",
        "short",
    );
    twins.run_with_input("user create --username eve --email eve@example.com --admin --name 'Eve A' --claims-file claims.json --password-stdin", PASS_PHRASE);
    for words in [
        "user invite --username ivy --email ivy@example.com --name Ivy --claims-file claims.json",
        "user invite --username ivy --email other@example.com",
        "user invite --username 'a b' --email other@example.com",
        "user invite --username bob --email bob@example.com --claims-file other.json",
        "user invite --again ivy",
        "user invite --again ivy --json",
        "user invite --again ada",
        "user invite --again nobody",
        "user invite",
        "user show ivy --json",
        "user end-invitation ivy",
        "user end-invitation ivy",
        "user end-invitation nobody",
        "user disable ivy",
        "user invite --again ivy",
        "user delete ivy",
        "user list",
        "user show ada",
        "user show ADA@example.com",
        "user show nobody",
        "user set-role ada support billing",
        "user set-role ada 'a b'",
        "user set-group ada staff 'night shift'",
        "user set-group ada ''",
        "user show ada",
        "user set-role ada --none",
        "user set-group ada --none",
        "user set-admin ada true",
        "user set-admin ada true",
        "user set-admin ada false",
        "user set-admin nobody true",
        "user update ada --email ada@example.org --name 'Ada L'",
        "user update ada --claims-file claims.json",
        "user update ada --claims-file wrong.json",
        "user update ada --claims-file other.json --email ada@example.com",
        "user update ada --claims-file twice.json",
        "user update ada --name 'Ada L'",
        "user show -x",
        "user update ada --username eve",
        "user update ada --email nowhere",
        "user update nobody --name Ada",
        "user update ada --admin=true",
        "user update ada --admin=false --email ada@example.com",
        "user ban ada --until 7d --reason 'Three payments came back'",
        "user ban ada --until 2020-01-01T00:00:00Z",
        "user show ada",
        "user list",
        "user unban ada",
        "user unban ada",
        "user ban ada",
        "user show ada",
        "user unban ada",
        "user disable ada",
        "user show ada",
        "user enable ada",
        "user logout ada",
        "user logout nobody",
        "user delete eve",
        "user delete eve",
        "user delete root",
        "user disable root",
        "user set-admin root false",
    ] {
        twins.run(words);
    }
    let reason = "x ".repeat(300);
    twins.run(&format!("user ban ada --reason '{reason}'"));
    twins.run_with_input("user set-password ada --password-stdin", "silver lantern 43");
    twins.run_with_input("user set-password ada --password-stdin", "short");
    twins.run_with_input("user update ada --name Ada --password-stdin", PASS_PHRASE);
    twins.run_with_input("user set-password nobody --password-stdin", PASS_PHRASE);
}

fn applications(twins: &mut Twins) {
    let orders = "api create --identifier https://api.example.com --name Orders --scope 'orders:read=Read your orders'";
    let shop = "client create --name Shop --type web --redirect-uri https://shop.example.com/cb --scope 'openid orders:read'";
    for words in [
        orders,
        orders,
        "api create --identifier https://z.example --name Z --scope z=",
        "api delete https://z.example",
        "api create --identifier orders --name Orders",
        "api create --identifier https://x.example --name ''",
        "api create --identifier https://x.example --name X --scope orders:read",
        "api create --identifier https://x.example --name X --scope vouchsafe:x",
        "api show https://api.example.com",
        "api list",
        "api show https://nowhere.example",
        "api update https://api.example.com --access-token-lifetime 10m --claim roles",
        "api update https://nowhere.example --name X",
        "api update https://api.example.com --access-token-lifetime 48h",
        "client create --name Shop --type web --redirect-uri http://shop.example.com/cb",
        "client create --name '' --type service",
        "client create --name Robot --type service --scope nothing",
        "client create --name Robot --type service",
        "client create --name App --type spa --redirect-uri https://app.example.com/cb",
        "client create --name Phone --type native --redirect-uri com.example.phone:/cb --auth-method client_secret_basic",
        "client create --app grafana --url https://grafana.example.com",
        "client create --app nothing --url https://x.example.com",
        "client list",
        "client show nobody",
        "client disable nobody",
        "client rotate-secret nobody",
        "client delete nobody",
        "client update nobody --name X",
    ] {
        twins.run(words);
    }
    let made = twins.run(shop);
    let documents = made.each_ref().map(Ended::document_of_lines);
    let text = |name: &str| {
        documents
            .each_ref()
            .map(|document| document[name].as_str().unwrap().to_owned())
    };
    let (ids, secrets) = (text("client_id"), text("client_secret"));
    twins.names.push(("{shop}".to_owned(), ids.clone()));
    for (side, both) in twins.both().into_iter().enumerate() {
        use_the_application(both, &ids[side], &secrets[side]);
    }
    for words in [
        "client show {shop}",
        "api show https://api.example.com",
        "client update {shop} --name 'The shop' --first-party",
        "client update {shop} --redirect-uri http://shop.example.com/cb",
        "client update {shop} --scope 'openid nothing'",
        "client update {shop} --scope 'openid orders:read offline_access'",
        "client rotate-secret {shop} --until 1h",
        "client rotate-secret {shop} --until 0s",
        "client show {shop}",
        "user show ada",
        "session list --user ada",
        "grant list --user ada",
        "grant list --client {shop}",
        "session list --user nobody",
        "grant list --user nobody",
        "user list",
    ] {
        twins.run(words);
    }
    twins.name("session", |both| {
        first(both, &["session", "list", "--user", "ada"], "session_id")
    });
    twins.name("grant", |both| {
        first(both, &["grant", "list", "--user", "ada"], "gid")
    });
    for words in [
        "grant revoke {grant}",
        "grant revoke {grant}",
        "grant revoke nothing",
        "grant list --user ada",
        "consent revoke ada {shop}",
        "consent revoke ada {shop}",
        "consent revoke nobody {shop}",
        "consent revoke ada nothing",
        "session revoke nothing",
    ] {
        twins.run(words);
    }
    for (side, both) in twins.both().into_iter().enumerate() {
        let secret = both
            .here
            .run(&["client", "rotate-secret", &ids[side], "--until", "1h", "--json"])
            .document();
        use_the_application(both, &ids[side], secret["client_secret"].as_str().unwrap());
    }
    for words in [
        "session list --user ada",
        "session revoke {session}",
        "session revoke {session}",
        "api update https://api.example.com --scope orders:write=Write",
        "api delete https://api.example.com",
        "api update https://api.example.com --scope orders:write=Write --force",
        "client update {shop} --introspects https://api.example.com",
        "api show https://api.example.com",
        "api delete https://api.example.com",
        "api delete https://api.example.com --force",
        "api delete https://api.example.com",
        "api delete ISSUER/api --force",
        "api update ISSUER/api --name X",
        "client disable {shop}",
        "client list",
        "client enable {shop}",
        "client delete {shop}",
        "client rotate-secret vouchsafe-cli",
    ] {
        twins.run(words);
    }
}

fn keys(twins: &mut Twins) {
    let key = |state: &'static str| {
        move |both: &Both| {
            let listed = both.here.run(&["keys", "list", "--json"]).document();
            let all = listed.as_array().unwrap().iter();
            let found = all
                .into_iter()
                .find(|key| key["state"] == state && key["alg"] == "RS256");
            found.unwrap()["kid"].as_str().unwrap().to_owned()
        }
    };
    twins.name("active", key("active"));
    twins.name("next", key("next"));
    for words in [
        "keys list",
        "keys rotate",
        "keys rotate --dry-run",
        "keys rotate --now --force --dry-run",
        "keys rotate --alg ES256 --yes",
        "keys rotate --yes",
        "keys rotate --yes",
        "keys rotate --now --yes",
        "keys rotate --now --force",
        "keys rotate --now --force --yes",
        "keys list",
        "keys revoke nothing --yes",
        "keys revoke {active}",
        "keys revoke {active} --dry-run",
        "keys revoke {active} --yes",
        "keys revoke {active} --yes",
        "keys revoke {active} --dry-run",
        "keys revoke {next} --dry-run",
    ] {
        twins.run(words);
        // The one that was signed with a revoked key is of no more use.
        twins.server.let_the_token_expire();
    }
    // Of the log, what was done through the server names another actor, and some of it is told in more events.
    twins.run("audit export --event user.banned --subject nobody");
    twins.run("audit export --format csv --event user.banned --subject nobody");
}

fn compare(places: [Place; 2]) {
    let mut twins = Twins::on(places);
    twins.names.push((
        "ISSUER".to_owned(),
        twins.both().map(|both| both.served.issuer.clone()),
    ));
    people(&mut twins);
    applications(&mut twins);
    keys(&mut twins);
    assert!(twins.differences.is_empty(), "{}", twins.differences);
}

#[test]
fn what_is_said_through_a_server_is_what_is_said_on_its_database_sqlite() {
    compare([Place::sqlite(), Place::sqlite()]);
}

#[test]
fn what_is_said_through_a_server_is_what_is_said_on_its_database_postgres() {
    compare([Place::postgres(), Place::postgres()]);
}
