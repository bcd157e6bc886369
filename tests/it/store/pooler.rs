//! PostgreSQL behind a pooler that gives each transaction another connection: a whole code flow, and nothing that is said
//! on the way counts beyond its transaction.

use crate::support::people::metadata;
use crate::support::postgres::migrated_database;
use crate::support::world::{Answer, World};
use std::io::{Read, Write as _, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use vouchsafe_core::model::ClientKind;

/// What a pooler could not carry from one transaction to the next.
#[derive(Default)]
struct Noted {
    /// Statements that were prepared without a name: for once.
    for_once: usize,
    /// Statements that were prepared under a name: for later.
    for_later: Vec<String>,
    /// Settings of the connection.
    settings: Vec<String>,
}

/// Listens for the server, and notes what it says to the database at this address.
fn listen(database: String) -> (u16, Arc<Mutex<Noted>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let noted = Arc::new(Mutex::new(Noted::default()));
    let of_all = Arc::clone(&noted);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (noted, database) = (Arc::clone(&of_all), database.clone());
            // Each connection ends with the server's or with the database's.
            std::thread::spawn(move || carry(&client.ok()?, &TcpStream::connect(database).ok()?, &noted));
        }
    });
    (port, noted)
}

fn carry(client: &TcpStream, server: &TcpStream, noted: &Mutex<Noted>) -> Option<()> {
    client.set_nodelay(true).ok()?;
    server.set_nodelay(true).ok()?;
    let (mut answers, mut answered) = (server.try_clone().ok()?, client.try_clone().ok()?);
    std::thread::spawn(move || {
        let _ = copy(&mut answers, &mut answered);
        let _ = answered.shutdown(Shutdown::Both);
    });
    let carried = say(client, server, noted);
    let _ = server.shutdown(Shutdown::Write);
    carried
}

/// Hands messages on, one by one. Those before the first that names the user have no type (PostgreSQL, §55.2).
fn say(mut client: &TcpStream, mut server: &TcpStream, noted: &Mutex<Noted>) -> Option<()> {
    const WISHES: [i32; 2] = [80_877_103, 80_877_104];
    let mut has_begun = false;
    loop {
        let mut kind = [0];
        if has_begun {
            client.read_exact(&mut kind).ok()?;
        }
        let mut length = [0; 4];
        client.read_exact(&mut length).ok()?;
        let mut body = vec![0; usize::try_from(i32::from_be_bytes(length)).ok()? - 4];
        client.read_exact(&mut body).ok()?;
        if has_begun {
            note(kind[0], &body, noted);
            server.write_all(&kind).ok()?;
        } else {
            let code = i32::from_be_bytes(body[..4].try_into().ok()?);
            has_begun = !WISHES.contains(&code);
        }
        server.write_all(&[&length[..], &body].concat()).ok()?;
    }
}

fn note(kind: u8, body: &[u8], noted: &Mutex<Noted>) {
    let mut noted = noted.lock().unwrap();
    match kind {
        b'P' if body.first() == Some(&0) => noted.for_once += 1,
        b'P' => noted
            .for_later
            .push(String::from_utf8_lossy(body).replace('\0', " ")),
        b'Q' => {
            let text = String::from_utf8_lossy(body);
            let statements = text.trim_end_matches('\0').split(';').map(str::trim);
            let settings =
                statements.filter(|text| text.starts_with("SET ") && !text.starts_with("SET LOCAL "));
            noted.settings.extend(settings.map(str::to_owned));
        }
        _ => {}
    }
}

/// Signs somebody in with consent, and uses and ends what the app was given.
fn flow(world: &World) {
    world.person("ada");
    let app = world.client(metadata(ClientKind::Web));
    let wishes = [("scope", "openid profile offline_access"), ("prompt", "consent")];
    let tokens = app.sign_in(world, "ada", &wishes);
    let refreshed = app.refresh(world, tokens["refresh_token"].as_str().unwrap());
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    let access = refreshed.json()["access_token"].as_str().unwrap().to_owned();
    let me = || Answer::to(world.get("/userinfo").bearer_auth(&access)).status;
    assert_eq!(me(), 200);
    world.disable("ada");
    world.publish();
    assert_eq!(me(), 401);
    world.services.tend().unwrap();
}

fn noted(transaction_pooler: bool) -> Noted {
    let url = migrated_database();
    let (before, rest) = url.split_once('@').unwrap();
    let (address, name) = rest.split_once('/').unwrap();
    let (port, noted) = listen(address.to_owned());
    let through = format!("{before}@127.0.0.1:{port}/{name}");
    let world = World::with("pooler", Some(through), |config| {
        config.database.transaction_pooler = transaction_pooler;
    });
    flow(&world);
    drop(world);
    std::mem::take(&mut *noted.lock().unwrap())
}

#[test]
fn behind_a_pooler_a_whole_flow_leaves_nothing_on_a_connection() {
    let pooled = noted(true);
    assert!(pooled.for_once > 0);
    assert_eq!(pooled.for_later, Vec::<String>::new());
    assert_eq!(pooled.settings, Vec::<String>::new());
}

/// What the test above looks for is there to be seen.
#[test]
fn without_a_pooler_statements_are_prepared_once_and_settings_made_once() {
    let direct = noted(false);
    assert!(direct.for_later.len() > 10);
    assert!(
        direct
            .settings
            .iter()
            .any(|text| text.contains("statement_timeout"))
    );
}
