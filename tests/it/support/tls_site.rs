//! A small HTTPS server of somebody else's, on `localhost`, with a certificate authority of its own.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509NameBuilder};
use std::collections::{HashMap, HashSet};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{JoinHandle, spawn};
use vouchsafe::config::{Config, Destination};

/// A running site. Ends with the test.
pub(crate) struct TlsSite {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    folder: tempfile::TempDir,
}

#[derive(Default)]
struct Shared {
    documents: Mutex<HashMap<String, Vec<u8>>>,
    asked: Mutex<Vec<String>>,
    /// Paths whose answers wait, and the news that a path was asked for or let go.
    held: Mutex<HashSet<String>>,
    news: Condvar,
    over: AtomicBool,
}

impl TlsSite {
    /// A site without documents.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (ca, acceptor) = certificates();
        std::fs::write(folder.path().join("ca.pem"), ca.to_pem().unwrap()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let acceptor = Arc::new(acceptor);
        let thread = spawn(move || {
            for caller in listener.incoming() {
                if own.over.load(Ordering::SeqCst) {
                    return;
                }
                let (shared, acceptor) = (Arc::clone(&own), Arc::clone(&acceptor));
                // A caller that gives up, or does not trust us, is gone; that is all.
                spawn(move || answer(&shared, &acceptor, caller.ok()?));
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
            folder,
        }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The certificate of its authority.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Lets a server trust this site and call it although it is on a private address.
    pub(crate) fn allow(&self, config: &mut Config) {
        config.outbound.extra_ca_file = Some(self.ca_file());
        config.outbound.allow_private = vec![Destination {
            host: "localhost".to_owned(),
            port: Some(self.port()),
        }];
    }

    /// Serves a document at a path from now on.
    pub(crate) fn serve(&self, path: &str, kind: &str, body: impl AsRef<[u8]>) {
        let length = body.as_ref().len();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        self.serve_raw(path, [head.as_bytes(), body.as_ref()].concat());
    }

    /// Serves these very bytes at a path from now on, whatever they are.
    pub(crate) fn serve_raw(&self, path: &str, answer: impl Into<Vec<u8>>) {
        let mut documents = self.shared.documents.lock().unwrap();
        documents.insert(path.to_owned(), answer.into());
    }

    /// Whoever asks for this path waits, until [`TlsSite::let_go`].
    pub(crate) fn hold(&self, path: &str) {
        self.shared.held.lock().unwrap().insert(path.to_owned());
    }

    /// Returns when somebody has asked for a path.
    pub(crate) fn until_asked_for(&self, path: &str) {
        let held = self.shared.held.lock().unwrap();
        let waiting = |_: &mut HashSet<String>| self.asked_for(path) == 0;
        drop(self.shared.news.wait_while(held, waiting).unwrap());
    }

    /// Answers whoever asks for a path from now on, and those that wait.
    pub(crate) fn let_go(&self, path: &str) {
        self.shared.held.lock().unwrap().remove(path);
        self.shared.news.notify_all();
    }

    /// The heads of all requests so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// How often a path was asked for.
    pub(crate) fn asked_for(&self, path: &str) -> usize {
        let line = format!("GET {path} ");
        self.asked().iter().filter(|head| head.starts_with(&line)).count()
    }
}

impl Drop for TlsSite {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.shared.held.lock().unwrap().clear();
        self.shared.news.notify_all();
        // One more caller wakes it up.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn answer(shared: &Shared, acceptor: &SslAcceptor, caller: TcpStream) -> Option<()> {
    let mut stream = acceptor.accept(caller).ok()?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 || head.len() > 16 * 1024 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    shared.asked.lock().unwrap().push(head);
    let waiting = shared.held.lock().unwrap();
    shared.news.notify_all();
    drop(
        shared
            .news
            .wait_while(waiting, |waiting| waiting.contains(&path))
            .unwrap(),
    );
    let answer = shared.documents.lock().unwrap().get(&path).cloned();
    let answer = answer.unwrap_or_else(|| b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec());
    stream.write_all(&answer).ok()?;
    stream.shutdown().ok();
    Some(())
}

/// An authority, and a server with a certificate of it for `localhost`.
fn certificates() -> (X509, SslAcceptor) {
    let ca_key = key();
    let mut ca = certificate(&ca_key, "Test authority");
    ca.set_issuer_name(&name("Test authority")).unwrap();
    ca.append_extension(BasicConstraints::new().critical().ca().build().unwrap())
        .unwrap();
    ca.append_extension(KeyUsage::new().critical().key_cert_sign().build().unwrap())
        .unwrap();
    ca.sign(&ca_key, MessageDigest::sha256()).unwrap();
    let ca = ca.build();

    let own_key = key();
    let mut own = certificate(&own_key, "localhost");
    own.set_issuer_name(ca.subject_name()).unwrap();
    let names = SubjectAlternativeName::new()
        .dns("localhost")
        .build(&own.x509v3_context(Some(&ca), None))
        .unwrap();
    own.append_extension(names).unwrap();
    own.sign(&ca_key, MessageDigest::sha256()).unwrap();

    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
    acceptor.set_private_key(&own_key).unwrap();
    acceptor.set_certificate(&own.build()).unwrap();
    (ca, acceptor.build())
}

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn name(text: &str) -> openssl::x509::X509Name {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", text).unwrap();
    name.build()
}

fn certificate(key: &PKey<Private>, subject: &str) -> X509Builder {
    let mut serial = BigNum::new().unwrap();
    serial
        .rand(64, openssl::bn::MsbOption::MAYBE_ZERO, false)
        .unwrap();
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    certificate
        .set_serial_number(&serial.to_asn1_integer().unwrap())
        .unwrap();
    certificate.set_subject_name(&name(subject)).unwrap();
    certificate.set_pubkey(key).unwrap();
    certificate
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    certificate
        .set_not_after(&Asn1Time::days_from_now(30).unwrap())
        .unwrap();
    certificate
}
