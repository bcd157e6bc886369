//! What verifying costs: a token seen before, with and without 100,000 live revocations to look through, a fresh one,
//! and the bare RSA check that no verifier can do without.
//!
//! `cargo bench -p vouchsafe-verify` ends with one line that holds all of them from the same minute.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot set its scene has nothing to measure"
)]

mod revocations;

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use criterion::{Criterion, Throughput};
use serde_json::json;
use vouchsafe_verify::jwk::Jwk;
use vouchsafe_verify::{AccessToken, Jwks, Revocations, Verified, Verifier};

const ISSUER: &str = "https://id.example.org";
const AUDIENCE: &str = "https://orders.example.org/api";
const NOW: i64 = 1_800_000_000;
/// More than the verifier remembers, so that going through all of them in turn never finds one remembered.
const TOKENS: usize = 1024;
const REMEMBERED: usize = 128;

struct Token {
    text: String,
    signing_input: String,
    signature: Vec<u8>,
}

struct Scene {
    bare: ParsedPublicKey,
    keys: Jwks,
    verifier: Verifier,
    tokens: Vec<Token>,
    /// The same tokens, verified.
    verified: Vec<Verified<AccessToken>>,
    revocations: Revocations,
}

impl Scene {
    fn new() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key pair");
        let der = pair.public_key().as_ref();
        let bare = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).expect("a public key");
        // RSAPublicKey of a 2048-bit key with e = 65537: 9 bytes before n, 2 before e.
        let (n, e) = (&der[9..9 + 256], &der[der.len() - 3..]);
        let key = Jwk::from_components(Some("k1"), n, e).expect("a key");
        let kid = key.thumbprint().to_string();
        let key = Jwk::from_components(Some(&kid), n, e).expect("a key");
        let tokens: Vec<Token> = (0..TOKENS)
            .map(|number| Token::sign(&pair, &kid, number))
            .collect();
        let verifier = Verifier::new(ISSUER, AUDIENCE).cached_tokens(REMEMBERED);
        let keys = Jwks::from_iter([key]);
        let revocations = revocations::filled(&keys, |header, claims| {
            Token::of(&pair, &header.replace("KID", &kid), &claims).text
        });
        let verify = |token: &Token| verifier.verify_at(&keys, &token.text, NOW);
        let good = tokens.iter().map(verify).collect::<Result<_, _>>();
        Self {
            bare,
            verified: good.expect("good tokens"),
            keys,
            verifier,
            tokens,
            revocations,
        }
    }

    fn bare(&self, token: &Token) {
        let (input, signature) = (token.signing_input.as_bytes(), &token.signature);
        self.bare
            .verify_sig(black_box(input), black_box(signature))
            .expect("a good signature");
    }

    fn verify(&self, token: &Token) {
        let outcome = self.verifier.verify_at(&self.keys, black_box(&token.text), NOW);
        black_box(outcome.expect("a good token"));
    }

    fn verify_live(&self, token: &Token) {
        let outcome = self.verifier.verify_at(&self.keys, black_box(&token.text), NOW);
        let verified = outcome.expect("a good token");
        self.revocations.check(&verified).expect("a live token");
        black_box(verified);
    }

    fn look_up(&self, token: &Verified<AccessToken>) {
        self.revocations.check(black_box(token)).expect("a live token");
    }
}

impl Token {
    /// A token as a server issues it to a person's client: ids of 128 bits, three scopes.
    fn sign(pair: &RsaKeyPair, kid: &str, number: usize) -> Self {
        let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": kid }).to_string();
        let claims = json!({
            "iss": ISSUER, "sub": "Zr1b6nY0QwC3mX9kT5uHdA", "aud": AUDIENCE,
            "client_id": "q8Jv2LxPz0aWfN7eKsYtRg", "exp": NOW + 300, "iat": NOW,
            "jti": format!("{number:022}"), "scope": "openid offline_access orders:read",
            "ep": [1, 1], "gid": format!("hM4cV9oB1rSjE6{number:08}"), "gver": 1, "sid": "Xa7dL2qFtN5vGzP8mJ0bCw",
            "auth_time": NOW - 60, "acr": "urn:vouchsafe:acr:pwd",
        });
        Self::of(pair, &header, &claims.to_string())
    }

    fn of(pair: &RsaKeyPair, header: &str, claims: &str) -> Self {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signing_input = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; pair.public_modulus_len()];
        let random = SystemRandom::new();
        pair.sign(
            &RSA_PKCS1_SHA256,
            &random,
            signing_input.as_bytes(),
            &mut signature,
        )
        .expect("a signature");
        let text = format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(&signature));
        Self {
            text,
            signing_input,
            signature,
        }
    }
}

fn benchmarks(criterion: &mut Criterion, scene: &Scene) {
    let mut group = criterion.benchmark_group("RS256");
    group.throughput(Throughput::Elements(1));
    let mut all = scene.tokens.iter().cycle();
    let mut next = move || all.next().expect("there are tokens");
    group.bench_function("bare signature", |bencher| bencher.iter(|| scene.bare(next())));
    let mut all = scene.tokens.iter().cycle();
    let mut next = move || all.next().expect("there are tokens");
    group.bench_function("fresh token", |bencher| bencher.iter(|| scene.verify(next())));
    let known = &scene.tokens[0];
    group.bench_function("known token", |bencher| bencher.iter(|| scene.verify(known)));
    group.bench_function("known token, 100,000 revocations", |bencher| {
        bencher.iter(|| scene.verify_live(known));
    });
    group.finish();
}

/// All in turn, round after round, so that whatever disturbs the machine disturbs all of them.
#[expect(clippy::print_stdout, reason = "the answer of a benchmark")]
fn summary(scene: &Scene) {
    const ROUNDS: usize = 41;
    let mut times: [Vec<Duration>; 5] = Default::default();
    for _ in 0..ROUNDS {
        times[0].push(each(&scene.tokens, |token| scene.bare(token)));
        times[1].push(each(&scene.tokens, |token| scene.verify(token)));
        times[2].push(each(&scene.tokens, |_| scene.verify(&scene.tokens[0])));
        times[3].push(each(&scene.tokens, |_| scene.verify_live(&scene.tokens[0])));
        times[4].push(each(&scene.verified, |token| scene.look_up(token)));
    }
    let [bare, fresh, known, live, look_up] = times.map(|mut times| {
        times.sort_unstable();
        times[ROUNDS / 2].as_secs_f64() * 1e6
    });
    println!(
        "median of {ROUNDS} rounds: bare {bare:.2} us, fresh {fresh:.2} us ({:.2} times bare), known {known:.2} us, \
         with {} revocations {live:.2} us ({:+.2}; a look-up for each of {TOKENS} tokens in turn {look_up:.2} us); \
         {} bytes",
        fresh / bare,
        scene.revocations.len(),
        live - known,
        scene.tokens[0].text.len(),
    );
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn each<T>(tokens: &[T], run: impl Fn(&T)) -> Duration {
    let start = Instant::now();
    tokens.iter().for_each(run);
    start.elapsed() / u32::try_from(tokens.len()).unwrap_or(u32::MAX)
}

fn main() {
    let scene = Scene::new();
    let mut criterion = Criterion::default().configure_from_args();
    benchmarks(&mut criterion, &scene);
    criterion.final_summary();
    summary(&scene);
}
