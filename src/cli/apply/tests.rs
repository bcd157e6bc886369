use super::*;
use crate::app;
use crate::clients::{apis, registration};
use crate::config::{Config, DatabaseUrl};
use crate::db;
use crate::store::listing::UsersWanted;
use crate::store::{Store, StoreOptions};
use proptest::prelude::*;
use serde_json::Map;
use std::path::Path;

/// What some documents declare: three APIs that share four scopes, three clients, three people.
#[derive(Clone, Debug)]
struct Site {
    /// Which API owns each scope.
    owners: [Option<usize>; 4],
    apis: [bool; 3],
    clients: [Option<Vec<bool>>; 3],
    people: [Option<Vec<bool>>; 3],
    /// Who has the address that only one can have.
    shared_address: usize,
}

fn site() -> impl Strategy<Value = Site> {
    let owners = prop::array::uniform4(prop::option::of(0_usize..3));
    let some = || prop::array::uniform3(prop::option::of(prop::collection::vec(any::<bool>(), 4)));
    (owners, any::<[bool; 3]>(), some(), some(), 0_usize..4).prop_map(
        |(owners, apis, clients, people, shared_address)| Site {
            owners,
            apis,
            clients,
            people,
            shared_address,
        },
    )
}

fn order() -> impl Strategy<Value = Vec<usize>> {
    Just((0..9).collect::<Vec<_>>()).prop_shuffle()
}

impl Site {
    fn owner(&self, scope: usize) -> Option<usize> {
        self.owners[scope].filter(|api| self.apis[*api])
    }

    /// Nine documents, empty ones among them, in this order.
    fn documents(&self, order: &[usize]) -> Vec<String> {
        order.iter().map(|at| self.document(*at / 3, *at % 3)).collect()
    }

    fn document(&self, kind: usize, at: usize) -> String {
        let flags = |flags: &[bool]| -> Vec<usize> { (0..4).filter(|scope| flags[*scope]).collect() };
        match kind {
            0 if self.apis[at] => {
                let scopes: Vec<_> = (0..4)
                    .filter(|scope| self.owner(*scope) == Some(at))
                    .map(|scope| format!("s{scope}"))
                    .collect();
                format!("[[apis]]\nidentifier = \"https://{at}.example\"\nname = \"A\"\nscopes = {scopes:?}")
            }
            1 => self.clients[at].as_ref().map_or_else(String::new, |scopes| {
                let owned = flags(scopes)
                    .into_iter()
                    .filter(|scope| self.owner(*scope).is_some());
                let scope: Vec<_> = owned.map(|scope| format!("s{scope}")).collect();
                format!(
                    "[[clients]]\nclient_id = \"client-{at}\"\nclient_name = \"C\"\ntype = \"web\"\n\
                     redirect_uris = [\"https://c.example/{}\"]\nscope = \"openid {}\"",
                    scope.len() % 2,
                    scope.join(" ")
                )
            }),
            2 => self.people[at].as_ref().map_or_else(String::new, |roles| {
                let host = if self.shared_address == at {
                    "shared"
                } else {
                    ["x", "y", "z"][at]
                };
                let roles: Vec<_> = flags(roles).iter().map(|role| format!("r{role}")).collect();
                format!(
                    "[[users]]\nusername = \"user-{at}\"\nemail = \"{host}@example.com\"\nroles = {roles:?}\n\
                     claims = {{ nickname = \"n{}\" }}",
                    roles.len()
                )
            }),
            _ => String::new(),
        }
    }
}

fn place(folder: &Path) -> Workplace {
    let mut config = Config::defaults();
    config.keys.dir = folder.join("keys");
    config.database.url = DatabaseUrl::Sqlite(folder.join("vouchsafe.db"));
    let store = Store::open(&config.database.url, StoreOptions::default()).unwrap();
    store.migrate().unwrap();
    let ports = app::ports(&config);
    Workplace { config, store, ports }
}

/// Applies documents with `--prune`, and says whether there was nothing to do.
fn apply(place: &Workplace, documents: &[String]) -> bool {
    let args = ApplyArgs {
        file: Vec::new(),
        dry_run: false,
        prune: true,
        set: "default".to_owned(),
        yes: true,
    };
    let (mut declared, mut problems) = (Declared::default(), Vec::new());
    for (at, text) in documents.iter().enumerate() {
        let path = format!("{at}.toml");
        declared.read(Path::new(&path), parse::toml(text).unwrap(), &mut problems);
    }
    let declared = Arc::new(declared);
    let (plan, current, rules) = plan(place, &args, &declared).unwrap().unwrap();
    assert_eq!(problems, []);
    let idle = plan.is_idle();
    if !idle {
        deeds::carry_out(place, (declared, &current), (plan, rules), "default").unwrap();
    }
    idle
}

/// Everything that there is, without what differs each time, and how many events tell of it.
fn state(place: &Workplace) -> (Vec<Value>, usize) {
    let without = |value: Value, names: &[&str]| {
        let mut members: Map<String, Value> = value.as_object().cloned().unwrap();
        members.retain(|name, _| !names.contains(&name.as_str()));
        Value::Object(members)
    };
    let (apis, clients, users, events) = place
        .store
        .read_blocking("state", |tx| {
            Ok((
                db!(tx, apis::all())?,
                db!(tx, clients::list())?,
                db!(tx, users::page(&UsersWanted::default()))?.items,
                db!(tx, events::list(None, 10_000))?.len(),
            ))
        })
        .unwrap();
    let mut all: Vec<Value> = apis
        .iter()
        .map(|api| without(apis::document(api), &["created_at"]))
        .collect();
    for client in clients {
        let document = Value::Object(registration::document(&client));
        all.push(without(document, &["client_id_issued_at"]));
    }
    let mut people: Vec<Value> = users
        .iter()
        .map(|user| json!([user.username, user.email, user.claims, user.roles]))
        .collect();
    people.sort_by_key(Value::to_string);
    all.extend(people);
    (all, events)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_order_of_documents_does_not_matter_and_a_second_time_changes_nothing(
        before in site(),
        after in site(),
        orders in prop::array::uniform3(order()),
    ) {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (one, other) = (place(one.path()), place(other.path()));
        apply(&one, &before.documents(&orders[0]));
        apply(&one, &after.documents(&orders[1]));
        let reached = state(&one);
        prop_assert!(apply(&one, &after.documents(&orders[2])), "there is nothing to do");
        prop_assert_eq!(state(&one), reached.clone(), "nothing is told either");
        apply(&other, &after.documents(&orders[2]));
        prop_assert_eq!(reached.0, state(&other).0, "where it came from does not matter");
    }
}
