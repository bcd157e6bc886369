//! RFC 9106 — Argon2id for people's passwords, on as many own threads as there are cores.
//!
//! Each thread keeps one buffer for good: fresh buffers cost twice the time and leave gigabytes with the
//! allocator. The queue is short; a full one is answered 503, so that a flood of sign-ins neither eats the
//! machine nor makes others wait.

use argon2::password_hash::{Output, ParamsString, PasswordHash as Phc, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use crossbeam_channel::{Receiver, Sender, TrySendError};
use subtle::ConstantTimeEq as _;
use tokio::sync::oneshot;
use vouchsafe_core::model::PasswordHash;
use zeroize::{Zeroize as _, Zeroizing};

/// Waiting jobs per thread; beyond that the pool is full.
const QUEUE_PER_THREAD: usize = 8;
/// The longest password, in characters and in bytes. Longer ones are refused before any hashing.
const LONGEST: (usize, usize) = (128, 512);
/// A stored hash that wants more memory than this was not made by us.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const OUTPUT: usize = 32;

/// A password as it was typed: not trimmed, not folded, not cut. Wiped when dropped; has no `Debug`.
pub struct Password(Zeroizing<String>);

/// The password is longer than the server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Password {
    /// Takes a typed password.
    ///
    /// # Errors
    /// [`TooLong`] beyond 128 characters or 512 bytes.
    pub fn parse(typed: &str) -> Result<Self, TooLong> {
        let (characters, bytes) = LONGEST;
        if typed.len() > bytes || typed.chars().nth(characters).is_some() {
            return Err(TooLong);
        }
        Ok(Self(Zeroizing::new(typed.to_owned())))
    }

    /// The text, for the hasher and the password policy.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What one hash costs.
#[derive(Clone, Debug)]
pub struct Cost(Params);

impl Cost {
    /// 46 MiB, one pass, one lane: the first choice of the OWASP password storage recommendations.
    ///
    /// # Panics
    /// Never: the numbers are within Argon2's bounds.
    #[must_use]
    pub fn recommended() -> Self {
        Self::of_memory(47_104)
    }

    /// One pass and one lane over this much memory; tests take 64 KiB. At least 8 KiB are used.
    ///
    /// # Panics
    /// Never: the numbers are within Argon2's bounds.
    #[must_use]
    pub fn of_memory(kib: u32) -> Self {
        let kib = kib.clamp(Params::MIN_M_COST, MOST_MEMORY_KIB);
        #[expect(clippy::expect_used, reason = "the numbers are within Argon2's bounds")]
        Self(Params::new(kib, 1, 1, Some(OUTPUT)).expect("valid Argon2 parameters"))
    }

    fn is_that_of(&self, params: &Params) -> bool {
        let of = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        of(&self.0) == of(params)
    }
}

/// The answer to a presented password.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the right one. When the stored hash was made at another cost, a new one comes along.
    Right {
        /// To be stored instead of the old one.
        rehashed: Option<PasswordHash>,
    },
    /// It is not, or there is nobody whose it could be.
    Wrong,
}

/// All threads are busy and the queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolFull;

/// The pool. Its threads end when the last clone is dropped.
#[derive(Clone)]
pub struct Passwords {
    jobs: Sender<Job>,
}

struct Job {
    password: Password,
    salt: [u8; 16],
    task: Task,
}

enum Task {
    Hash(oneshot::Sender<PasswordHash>),
    Verify(Option<PasswordHash>, oneshot::Sender<Verdict>),
}

impl Passwords {
    /// Starts the threads. Buffers are taken at the first job and kept.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(cost: &Cost, threads: usize) -> std::io::Result<Self> {
        let threads = threads.max(1);
        let (jobs, waiting) = crossbeam_channel::bounded(threads * QUEUE_PER_THREAD);
        for number in 0..threads {
            let (cost, waiting) = (cost.clone(), waiting.clone());
            std::thread::Builder::new()
                .name(format!("passwords-{number}"))
                .spawn(move || Worker::new(cost).work(&waiting))?;
        }
        Ok(Self { jobs })
    }

    /// Hashes a new password under a random salt.
    ///
    /// # Errors
    /// [`PoolFull`].
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<PasswordHash, PoolFull> {
        let (reply, answer) = oneshot::channel();
        self.submit(Job {
            password,
            salt,
            task: Task::Hash(reply),
        })?;
        answer.await.map_err(|_| PoolFull)
    }

    /// Compares a presented password with the stored hash, in the same time whether there is one or not.
    /// The salt is for the new hash that an out-of-date one is replaced by.
    ///
    /// # Errors
    /// [`PoolFull`].
    pub async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
        salt: [u8; 16],
    ) -> Result<Verdict, PoolFull> {
        let (reply, answer) = oneshot::channel();
        self.submit(Job {
            password,
            salt,
            task: Task::Verify(stored, reply),
        })?;
        answer.await.map_err(|_| PoolFull)
    }

    /// How many jobs wait for a thread.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.jobs.len()
    }

    fn submit(&self, job: Job) -> Result<(), PoolFull> {
        match self.jobs.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(PoolFull),
        }
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords")
    }
}

/// Hashes on the calling thread, with a buffer of its own: for the command line.
#[must_use]
pub fn hash_here(cost: Cost, password: &Password, salt: [u8; 16]) -> Option<PasswordHash> {
    Worker::new(cost).hash(password, salt)
}

struct Worker {
    cost: Cost,
    memory: Vec<Block>,
}

impl Worker {
    const fn new(cost: Cost) -> Self {
        Self {
            cost,
            memory: Vec::new(),
        }
    }

    fn work(mut self, jobs: &Receiver<Job>) {
        while let Ok(Job { password, salt, task }) = jobs.recv() {
            // Nobody waits any longer for a job whose receiver is gone: the person closed the connection.
            match task {
                Task::Hash(reply) if !reply.is_closed() => {
                    if let Some(hash) = self.hash(&password, salt) {
                        drop(reply.send(hash));
                    }
                }
                Task::Verify(stored, reply) if !reply.is_closed() => {
                    let verdict = self.verify(&password, stored.as_ref(), salt);
                    drop(reply.send(verdict));
                }
                Task::Hash(_) | Task::Verify(..) => {}
            }
        }
    }

    fn verify(&mut self, password: &Password, stored: Option<&PasswordHash>, salt: [u8; 16]) -> Verdict {
        let stored = stored.and_then(|stored| {
            let read = Stored::parse(stored.expose());
            if read.is_none() {
                tracing::error!("a stored password hash cannot be read");
            }
            read
        });
        let Some(stored) = stored else {
            // Burns what a real comparison burns, so that time does not tell who has an account.
            drop(self.derive(&self.cost.0.clone(), password, &salt));
            return Verdict::Wrong;
        };
        let found = self.derive(&stored.params, password, &stored.salt);
        if !found.is_some_and(|found| bool::from(found.ct_eq(&stored.output))) {
            return Verdict::Wrong;
        }
        let rehashed = (!self.cost.is_that_of(&stored.params))
            .then(|| self.hash(password, salt))
            .flatten();
        Verdict::Right { rehashed }
    }

    fn hash(&mut self, password: &Password, salt: [u8; 16]) -> Option<PasswordHash> {
        let params = self.cost.0.clone();
        let output = self.derive(&params, password, &salt)?;
        let salt = SaltString::encode_b64(&salt).ok()?;
        let phc = Phc {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).ok()?,
            salt: Some(salt.as_salt()),
            hash: Some(Output::new(output.as_slice()).ok()?),
        };
        Some(PasswordHash::new(phc.to_string()))
    }

    fn derive(
        &mut self,
        params: &Params,
        password: &Password,
        salt: &[u8],
    ) -> Option<Zeroizing<[u8; OUTPUT]>> {
        let kept = self.cost.0.block_count();
        let needed = params.block_count();
        if self.memory.len() < needed.max(kept) {
            self.memory.resize(needed.max(kept), Block::default());
        }
        let mut output = Zeroizing::new([0; OUTPUT]);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let memory = self.memory.get_mut(..needed)?;
        let done = argon2.hash_password_into_with_memory(
            password.expose().as_bytes(),
            salt,
            output.as_mut_slice(),
            memory,
        );
        if self.memory.len() > kept {
            // An old hash was dearer than ours are now; its memory is not kept.
            self.memory.truncate(kept);
            self.memory.shrink_to_fit();
        }
        done.ok().map(|()| output)
    }
}

/// A stored hash, taken apart.
struct Stored {
    params: Params,
    salt: Vec<u8>,
    output: [u8; OUTPUT],
}

impl Stored {
    fn parse(text: &str) -> Option<Self> {
        let phc = Phc::new(text).ok()?;
        let params = Params::try_from(&phc).ok()?;
        if phc.algorithm != Algorithm::Argon2id.ident()
            || phc.version != Some(Version::V0x13.into())
            || params.m_cost() > MOST_MEMORY_KIB
        {
            return None;
        }
        let mut buffer = [0; Salt::MAX_LENGTH];
        let salt = phc.salt?.decode_b64(&mut buffer).ok()?.to_vec();
        buffer.zeroize();
        let output = phc.hash?.as_bytes().try_into().ok()?;
        Some(Self { params, salt, output })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap_or_else(|TooLong| unreachable!("short enough"))
    }

    fn pool(kib: u32) -> Passwords {
        Passwords::start(&Cost::of_memory(kib), 1).unwrap()
    }

    #[tokio::test]
    async fn the_right_password_is_right_and_every_other_is_wrong() {
        let pool = pool(64);
        let hash = pool.hash(password(" Copper lantern 42 "), [1; 16]).await.unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        for (typed, right) in [
            (" Copper lantern 42 ", true),
            ("Copper lantern 42", false),
            (" copper lantern 42 ", false),
            ("", false),
        ] {
            let verdict = pool
                .verify(password(typed), Some(hash.clone()), [2; 16])
                .await
                .unwrap();
            assert_eq!(verdict == Verdict::Right { rehashed: None }, right, "{typed:?}");
        }
    }

    #[tokio::test]
    async fn nobody_and_an_unreadable_hash_are_wrong() {
        let pool = pool(64);
        let foreign = [
            "",
            "$2b$12$abcdefghijklmnopqrstuv",
            "$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
        ];
        for stored in foreign
            .into_iter()
            .map(|text| Some(PasswordHash::new(text)))
            .chain([None])
        {
            assert_eq!(
                pool.verify(password("x"), stored, [2; 16]).await,
                Ok(Verdict::Wrong)
            );
        }
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_renewed() {
        for (old, new) in [(64, 96), (96, 64)] {
            let hash = pool(old).hash(password("copper"), [1; 16]).await.unwrap();
            let verdict = pool(new)
                .verify(password("copper"), Some(hash), [2; 16])
                .await
                .unwrap();
            let Verdict::Right {
                rehashed: Some(renewed),
            } = verdict
            else {
                unreachable!("{verdict:?}")
            };
            assert!(renewed.expose().contains(&format!("m={new},")));
            let again = pool(new).verify(password("copper"), Some(renewed), [3; 16]).await;
            assert_eq!(again, Ok(Verdict::Right { rehashed: None }));
        }
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let (jobs, _nobody_works) = crossbeam_channel::bounded(1);
        let pool = Passwords { jobs };
        tokio::select! {
            biased;
            _ = pool.hash(password("a"), [0; 16]) => unreachable!("nobody works"),
            second = pool.hash(password("b"), [0; 16]) => assert_eq!(second, Err(PoolFull)),
        }
    }

    #[test]
    fn the_bound_counts_characters_and_bytes() {
        assert!(Password::parse(&"é".repeat(128)).is_ok());
        assert!(Password::parse(&"e".repeat(129)).is_err());
        assert!(Password::parse(&"🔑".repeat(128)).is_ok());
        assert!(Password::parse(&"\u{1F468}\u{200D}".repeat(100)).is_err());
    }

    #[test]
    fn the_command_line_makes_hashes_that_the_server_reads() {
        let hash = hash_here(Cost::of_memory(64), &password("copper"), [9; 16]).unwrap();
        let verdict = Worker::new(Cost::of_memory(64)).verify(&password("copper"), Some(&hash), [1; 16]);
        assert_eq!(verdict, Verdict::Right { rehashed: None });
    }
}
